//! Which migration's work is missed by which finding.

use std::collections::{BTreeMap, BTreeSet};

use super::Scene;
use crate::audit::expect::for_each_work;
use crate::audit::{Finding, Rule};
use crate::migration::{MigrationId, Operation};
use crate::schema::{Change, Name, TableName};

/// How many objects of each migration are not as it left them.
#[derive(Default)]
pub(super) struct Gone {
    pub all: BTreeMap<u32, usize>,
    /// Of these, what it made itself.
    pub made: BTreeMap<u32, usize>,
}

impl Gone {
    fn count(&mut self, maker: u32, is_new: bool) {
        *self.all.entry(maker).or_default() += 1;
        *self.made.entry(maker).or_default() += usize::from(is_new);
    }
}

impl Scene<'_> {
    /// How many objects of each migration are not as it left them.
    pub(super) fn count_losses(&mut self) -> Gone {
        let mut gone = Gone::default();
        let droppers = self.droppers();
        let not_renamed = self.not_renamed();
        let is_missed = |table: &TableName, maker: u32| not_renamed.get(table).is_none_or(|by| maker >= *by);
        for (at, finding) in self.findings.iter().enumerate() {
            let Some(table) = self.table_of(finding) else { continue };
            let position = |id: &Option<MigrationId>| id.as_ref().and_then(|id| self.manifest.position(id));
            let (made_by, changed_by) = (position(&finding.migration), position(&finding.changed_by));
            // What stands under its old name was made: who gave it the new one is missed.
            let maker = made_by.filter(|it| is_missed(&table, *it)).or(changed_by).or(made_by);
            match finding.rule {
                Rule::MissingTable | Rule::WrongKind => {
                    if let Some(expected) = self.expected.expectation.schema.tables.get(&table) {
                        for_each_work(expected, |maker, is_new| {
                            if is_missed(&table, maker) {
                                gone.count(maker, is_new);
                            }
                        });
                    }
                    maker.into_iter().for_each(|it| self.lost.entry(it).or_default().push(at));
                    self.missing_tables.insert(table);
                }
                Rule::MissingColumn
                | Rule::MissingPrimaryKey
                | Rule::MissingUnique
                | Rule::MissingForeignKey
                | Rule::MissingCheck
                | Rule::MissingExclusion
                | Rule::MissingIndex => {
                    let makers = made_by.into_iter().chain(changed_by);
                    for maker in makers.filter(|it| changed_by.is_none() || is_missed(&table, *it)) {
                        gone.count(maker, made_by == Some(maker));
                    }
                    maker.into_iter().for_each(|it| self.lost.entry(it).or_default().push(at));
                }
                // What stands is what the earlier migration made: the later one is missed.
                Rule::TypeDiffers
                | Rule::NullabilityDiffers
                | Rule::DefaultDiffers
                | Rule::ForeignKeyDiffers => {
                    if let Some(maker) = changed_by.or(made_by) {
                        gone.count(maker, false);
                        self.lost.entry(maker).or_default().push(at);
                    }
                }
                Rule::UnexpectedTable | Rule::UnexpectedColumn => {
                    let column = finding.subject.column.as_deref().map(Name::from);
                    if let Some(dropper) = droppers.get(&(table, column)) {
                        self.lost.entry(*dropper).or_default().push(at);
                    }
                }
                Rule::UnexpectedConstraint
                | Rule::PendingMigration
                | Rule::UnknownMigration
                | Rule::FailedMigration
                | Rule::InconsistentHistory
                | Rule::AppliedOutOfOrder
                | Rule::HalfAppliedSquash
                | Rule::LedgerMovedBackwards
                | Rule::DuplicateLedgerRow
                | Rule::LostSinceSnapshot
                | Rule::ChangedSinceSnapshot
                | Rule::GainedSinceSnapshot
                | Rule::LedgerBehindSnapshot
                | Rule::LedgerAheadOfSnapshot
                | Rule::LedgerSchemaApart
                | Rule::LedgerMissing
                | Rule::LedgerEmpty
                | Rule::LedgerInOtherSchema
                | Rule::NotVisible
                | Rule::ManifestProblem
                | Rule::SmokeCheckFailed => {}
            }
        }
        gone
    }

    /// Which applied migration dropped a table or column last; asked only where something unexpected stands.
    fn droppers(&self) -> BTreeMap<(TableName, Option<Name>), u32> {
        let is_left = |it: &Finding| matches!(it.rule, Rule::UnexpectedTable | Rule::UnexpectedColumn);
        let mut droppers = BTreeMap::new();
        if !self.findings.iter().any(is_left) {
            return droppers;
        }
        for position in &self.expected.applied.effective {
            let operations = self.manifest.migration(*position).map(|it| &it.operations);
            for operation in operations.into_iter().flatten() {
                let Operation::Change(change) = operation else { continue };
                if let Change::DropTable { table } | Change::RenameTable { from: table, .. } = change {
                    droppers.insert((table.clone(), None), *position);
                } else if let Change::DropColumn { table, column }
                | Change::RenameColumn { table, from: column, .. } = change
                {
                    droppers.insert((table.clone(), Some(column.clone())), *position);
                }
            }
        }
        droppers
    }

    /// Expected tables that stand under an old name, or a column of theirs does, each with the first migration that was to
    /// rename it.
    fn not_renamed(&self) -> BTreeMap<TableName, u32> {
        let is_left = |it: &&Finding| matches!(it.rule, Rule::UnexpectedTable | Rule::UnexpectedColumn);
        let name = |it: &Finding| Some((self.table_of(it)?, it.subject.column.as_deref().map(Name::from)));
        let left: BTreeSet<(TableName, Option<Name>)> =
            self.findings.iter().filter(is_left).filter_map(name).collect();
        let mut renamed = BTreeMap::new();
        if left.is_empty() {
            return renamed;
        }
        for position in &self.expected.applied.effective {
            let operations = self.manifest.migration(*position).map(|it| &it.operations);
            for operation in operations.into_iter().flatten() {
                let Operation::Change(change) = operation else { continue };
                if let Change::RenameTable { from, to } = change {
                    let by =
                        renamed.remove(from).or(left.contains(&(from.clone(), None)).then_some(*position));
                    renamed.extend(by.map(|by| (to.clone(), by)));
                } else if let Change::RenameColumn { table, from, .. } = change
                    && left.contains(&(table.clone(), Some(from.clone())))
                {
                    renamed.entry(table.clone()).or_insert(*position);
                }
            }
        }
        renamed
    }
}
