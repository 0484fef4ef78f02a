//! Differences that the way back from a pending migration leaves: what is missing is told as not verified, and what is
//! there beyond what is expected is not told.

use super::*;

impl Judge<'_> {
    pub(super) fn is_left_by_a_way_back(&mut self, change: &Change) -> bool {
        let table = change.table();
        let Some(by) = self.expected.left_by(self.manifest, self.actual(table), change) else { return false };
        let is_missing = |what: String| format!("{what} is not there, {by}");
        match change {
            Change::CreateTable(table) => {
                for_each_maker(table, |migration| {
                    *self.drift.tally.may_be_undone.entry(migration).or_default() += 1;
                });
                self.drift.coverage.unverified += table.object_count();
                self.drift.blind_spots.push(is_missing(format!("table {}", table.name)));
            }
            Change::AddColumn { column, .. } => {
                self.may_be_undone(column.provenance, is_missing(format!("column {table}.{}", column.name)));
            }
            Change::AlterColumn { column, .. } => {
                let actual =
                    self.actual(table).and_then(|it| it.column(&column.name)).map(ToString::to_string);
                let actual = actual.unwrap_or_default();
                let text = format!("column {table}.{} is `{actual}`, not `{column}`, {by}", column.name);
                self.may_be_undone(column.provenance, text);
            }
            Change::AddPrimaryKey { primary_key: it, .. } => {
                self.may_be_undone(it.provenance, is_missing(format!("{it} on table {table}")));
            }
            Change::AddUnique { unique: it, .. } => {
                self.may_be_undone(it.provenance, is_missing(format!("{it} on table {table}")));
            }
            Change::AddForeignKey { foreign_key: it, .. } => {
                self.may_be_undone(it.provenance, is_missing(format!("{it} on table {table}")));
            }
            Change::AddCheck { check: it, .. } => {
                self.may_be_undone(it.provenance, is_missing(format!("{it} on table {table}")));
            }
            Change::AddIndex { index: it, .. } => {
                self.may_be_undone(it.provenance, is_missing(format!("{it} on table {table}")));
            }
            Change::AddExclusion { exclusion: it, .. } => {
                self.may_be_undone(it.provenance, is_missing(format!("{it} on table {table}")));
            }
            Change::DropTable { .. }
            | Change::RenameTable { .. }
            | Change::DropColumn { .. }
            | Change::RenameColumn { .. }
            | Change::DropPrimaryKey { .. }
            | Change::DropUnique { .. }
            | Change::DropForeignKey { .. }
            | Change::DropCheck { .. }
            | Change::DropIndex { .. }
            | Change::DropExclusion { .. }
            | Change::RenameConstraint { .. } => {}
        }
        true
    }
}
