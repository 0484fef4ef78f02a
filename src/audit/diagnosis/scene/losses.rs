//! Which migration's work is missed by which finding.

use std::collections::BTreeMap;

use super::Scene;
use crate::audit::Rule;
use crate::audit::expect::for_each_work;
use crate::migration::MigrationId;

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
        for (at, finding) in self.findings.iter().enumerate() {
            let Some(table) = self.table_of(finding) else { continue };
            let position = |id: &Option<MigrationId>| id.as_ref().and_then(|id| self.manifest.position(id));
            let (missed, changed_by) = (position(&finding.migration), position(&finding.changed_by));
            match finding.rule {
                Rule::MissingTable | Rule::WrongKind => {
                    if let Some(expected) = self.expected.expectation.schema.tables.get(&table) {
                        for_each_work(expected, |maker, is_new| {
                            if Some(maker) >= missed {
                                gone.count(maker, is_new);
                            }
                        });
                    }
                    missed.into_iter().for_each(|it| self.lost.entry(it).or_default().push(at));
                    self.missing_tables.insert(table);
                }
                Rule::MissingColumn
                | Rule::MissingPrimaryKey
                | Rule::MissingUnique
                | Rule::MissingForeignKey
                | Rule::MissingCheck
                | Rule::MissingExclusion
                | Rule::MissingIndex => {
                    missed.into_iter().for_each(|it| gone.count(it, !finding.stands_as_before));
                    changed_by.into_iter().for_each(|it| gone.count(it, false));
                    missed.into_iter().for_each(|it| self.lost.entry(it).or_default().push(at));
                }
                // Something of it stands: the later one is missed.
                Rule::TypeDiffers
                | Rule::NullabilityDiffers
                | Rule::DefaultDiffers
                | Rule::ForeignKeyDiffers => {
                    let before = missed.filter(|_| finding.stands_as_before);
                    for it in before.into_iter().chain(changed_by.or(missed).filter(|it| before != Some(*it)))
                    {
                        gone.count(it, false);
                    }
                    let first = before.or(changed_by).or(missed);
                    first.into_iter().for_each(|it| self.lost.entry(it).or_default().push(at));
                }
                Rule::UnexpectedTable | Rule::UnexpectedColumn => {
                    missed.into_iter().for_each(|it| self.lost.entry(it).or_default().push(at));
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
}
