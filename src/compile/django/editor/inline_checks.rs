//! The check that stands in a column's definition of MariaDB: it bears the name that the column had when the check was made,
//! and keeps it whatever the column is called since. A check that is called like its column Django takes for one without a
//! name; any other name it takes to heart (`get_constraints` of django/db/backends/mysql/introspection.py): the check stands
//! in its list instead of a unique of that name, which a field's `unique=True` has made, and to drop the check it says `DROP
//! CONSTRAINT IF EXISTS`, by which MariaDB drops the unique, and the check not at all.

use std::collections::BTreeMap;

use super::{Editor, find};
use crate::schema::{Change, ConstraintRef, Name, TableName};

/// The names of those whose columns were renamed since, by table and column.
pub type InlineChecks = BTreeMap<(TableName, Name), Name>;

impl Editor<'_> {
    fn has_inline_check(&self, table: &TableName, column: &Name) -> bool {
        self.schema.tables.get(table).is_some_and(|table| {
            table.checks.iter().any(|it| it.name.is_none() && it.columns == [column.clone()])
        })
    }

    /// The name that Django sees of the check in the column's definition, if it is another than the column's.
    fn odd_check_name(&self, table: &TableName, column: &Name) -> Option<&Name> {
        let name = self.inline_checks.get(&(table.clone(), column.clone()))?;
        (name != column && self.has_inline_check(table, column)).then_some(name)
    }

    /// [`find::uniques`], without those that such a check, or the table's schema, hides from Django.
    pub(super) fn uniques_in_sight(
        &self,
        table: &TableName,
        columns: &[Name],
        exclude: &[Name],
    ) -> Vec<ConstraintRef> {
        if self.is_out_of_sight(table) {
            return Vec::new();
        }
        let mut found = find::uniques(&self.schema, table, columns, exclude);
        let odd = self.inline_checks.keys().filter(|(of, _)| of == table);
        for name in odd.filter_map(|(of, column)| self.odd_check_name(of, column)) {
            found.retain(|it| !matches!(it, ConstraintRef::Name(unique) if unique == name));
        }
        found
    }

    /// Django drops what it takes for the check in the column's definition. An index of that name over another column it would
    /// count among the columns of the check, and not find that.
    pub(super) fn drop_inline_check(&mut self, table: &TableName, column: &Name, exclude: &[Name]) {
        let Some(name) = self.odd_check_name(table, column).filter(|it| !exclude.contains(it)) else {
            return;
        };
        let unique = ConstraintRef::Name(name.clone());
        if find::uniques(&self.schema, table, std::slice::from_ref(column), &[]).contains(&unique) {
            self.drop_unique(table, unique);
        }
    }

    /// MariaDB keeps a check that stands in a column's definition only as long as the definition says it
    /// (<https://mariadb.com/kb/en/constraint/#check-constraints>).
    pub(super) fn forget_inline_check(&mut self, table: &TableName, column: &Name) {
        if self.is_mariadb() && self.has_inline_check(table, column) {
            let check = ConstraintRef::Columns(vec![column.clone()]);
            self.change(Change::DropCheck { table: table.clone(), check });
        }
    }

    /// What a change that was made does to their names.
    pub(super) fn follow_inline_checks(&mut self, change: &Change) {
        if !self.is_mariadb() {
            return;
        }
        match change {
            Change::RenameColumn { table, from, to } => {
                let name = self.inline_checks.remove(&(table.clone(), from.clone()));
                if self.has_inline_check(table, to) {
                    let name = name.unwrap_or_else(|| from.clone());
                    self.inline_checks.insert((table.clone(), to.clone()), name);
                }
            }
            Change::RenameTable { from, to } => {
                let moved = self.inline_checks.extract_if(.., |(of, _), _| of == from);
                let moved: Vec<_> = moved.map(|((_, column), name)| ((to.clone(), column), name)).collect();
                self.inline_checks.extend(moved);
            }
            Change::DropCheck { table, check: ConstraintRef::Columns(columns) } => {
                if let [column] = columns.as_slice() {
                    self.inline_checks.remove(&(table.clone(), column.clone()));
                }
            }
            Change::DropColumn { table, column } => {
                self.inline_checks.remove(&(table.clone(), column.clone()));
            }
            Change::DropTable { table } => self.inline_checks.retain(|(of, _), _| of != table),
            Change::CreateTable(_)
            | Change::AddColumn { .. }
            | Change::AlterColumn { .. }
            | Change::AddPrimaryKey { .. }
            | Change::DropPrimaryKey { .. }
            | Change::AddUnique { .. }
            | Change::DropUnique { .. }
            | Change::AddForeignKey { .. }
            | Change::DropForeignKey { .. }
            | Change::AddCheck { .. }
            | Change::DropCheck { .. }
            | Change::AddIndex { .. }
            | Change::DropIndex { .. }
            | Change::AddExclusion { .. }
            | Change::DropExclusion { .. }
            | Change::RenameConstraint { .. } => {}
        }
    }
}
