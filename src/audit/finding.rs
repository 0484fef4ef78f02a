//! A judged fact: rule, severity, subject, and everything a person needs to check it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::migration::MigrationId;
use crate::schema::Change;

/// One judged fact about one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable over audits: 16 hexadecimal digits of a hash of rule and subject.
    pub id: String,
    pub rule: Rule,
    pub severity: Severity,
    pub subject: Subject,
    /// What should be there, described; `None` where nothing should.
    pub expected: Option<String>,
    /// What is there, described; `None` where nothing is.
    pub actual: Option<String>,
    /// The migration whose work is missed; always there for an expected object. It made the object, or, where the object
    /// stands as it was before, was the first to change it since. Of an object that should be there no more, the one that
    /// dropped or renamed it.
    pub migration: Option<MigrationId>,
    /// The migration that last changed it, if another.
    pub changed_by: Option<MigrationId>,
    /// Whether `migration` did not make the object, but was to change, rename or drop it.
    pub stands_as_before: bool,
    /// What would give it its name, where it is a table or a column that stands under an earlier one.
    pub renaming: Option<Change>,
    /// One sentence for a person.
    pub message: String,
    /// The query by which a person can check it.
    pub verify_sql: Option<String>,
    /// The reason given by whoever acknowledged it: it is told, but no longer counts for health.
    pub acknowledged: Option<String>,
}

/// What a finding is about. `table: None` for a finding about the ledger or a migration as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub schema: Option<String>,
    pub table: Option<String>,
    pub column: Option<String>,
    /// The name of a constraint or index; `None` for one without a name.
    pub name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident;)+) => {
        /// What a finding says is wrong. The name is the same word in JSON, metrics, configuration and runbook.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Rule {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Rule {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            pub fn default_severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }

            /// What the rule means, in a sentence or two.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),+ }
            }
        }
    };
}

rules! {
    /// A table that an applied migration made is not there.
    MissingTable = "missing_table", Error;
    /// A view or another kind of object stands where a table is expected.
    WrongKind = "wrong_kind", Error;
    /// A column that an applied migration made is not there.
    MissingColumn = "missing_column", Error;
    /// The table has no primary key over the expected columns.
    MissingPrimaryKey = "missing_primary_key", Error;
    /// No unique constraint or unique index keeps the expected columns unique.
    MissingUnique = "missing_unique", Error;
    /// No foreign key ties the expected columns to the referenced table.
    MissingForeignKey = "missing_foreign_key", Error;
    /// A check constraint is not there.
    MissingCheck = "missing_check", Error;
    /// An exclusion constraint is not there.
    MissingExclusion = "missing_exclusion", Error;
    /// An index is not there, or is INVALID: queries are slower than they should be.
    MissingIndex = "missing_index", Warning;
    /// The column's type is proven to be another one.
    TypeDiffers = "type_differs", Warning;
    /// The column accepts NULL where it must not (an error), or refuses it where it should not (a warning).
    NullabilityDiffers = "nullability_differs", Error;
    /// The column's default, numbering or generating expression is proven to be another one.
    DefaultDiffers = "default_differs", Warning;
    /// A foreign key ties the right columns, but deletes, updates or defers differently.
    ForeignKeyDiffers = "foreign_key_differs", Warning;
    /// A table that no applied migration made, or that one should have dropped or renamed.
    UnexpectedTable = "unexpected_table", Info;
    /// A column that no applied migration made, or that one should have dropped or renamed.
    UnexpectedColumn = "unexpected_column", Info;
    /// A key, constraint or index that no applied migration made.
    UnexpectedConstraint = "unexpected_constraint", Info;
    /// A migration of the manifest is not recorded as applied.
    PendingMigration = "pending_migration", Warning;
    /// The ledger records a migration that the manifest does not know: the database may be ahead of it.
    UnknownMigration = "unknown_migration", Info;
    /// The migration tool recorded that this migration failed.
    FailedMigration = "failed_migration", Error;
    /// A migration is recorded as applied before one that it depends on, or without it.
    InconsistentHistory = "inconsistent_history", Warning;
    /// A migration is recorded earlier than one that it depends on: the dependency is younger, or a row was
    /// written by hand.
    AppliedOutOfOrder = "applied_out_of_order", Info;
    /// Only some of the migrations that a squash replaces are recorded.
    HalfAppliedSquash = "half_applied_squash", Warning;
    /// Migrations that were recorded when this process looked before are no longer recorded.
    LedgerMovedBackwards = "ledger_moved_backwards", Warning;
    /// The ledger records one migration more than once.
    DuplicateLedgerRow = "duplicate_ledger_row", Info;
    /// There is no ledger: nothing can be said of what should be there.
    LedgerMissing = "ledger_missing", Error;
    /// The ledger is empty: no migration is recorded as applied.
    LedgerEmpty = "ledger_empty", Warning;
    /// The ledger an application would read stands in another schema than the audited one.
    LedgerInOtherSchema = "ledger_in_other_schema", Error;
    /// The role may not see what is asked for: it is not known whether it is there.
    NotVisible = "not_visible", Warning;
    /// The manifest contradicts itself at this database's set of applied migrations.
    ManifestProblem = "manifest_problem", Warning;
    /// A smoke check of the application failed. A warning, because a gate that closes for a page that fails takes
    /// the application away altogether, and a check that asks through that gate would never pass again.
    SmokeCheckFailed = "smoke_check_failed", Warning;
    /// Something that a snapshot of this database has is not there (`check --against`).
    LostSinceSnapshot = "lost_since_snapshot", Error;
    /// A column is not as a snapshot of this database has it (`check --against`).
    ChangedSinceSnapshot = "changed_since_snapshot", Warning;
    /// Something is there that a snapshot of this database does not have (`check --against`).
    GainedSinceSnapshot = "gained_since_snapshot", Info;
    /// The ledger lacks a migration that a snapshot of this database has (`check --against`).
    LedgerBehindSnapshot = "ledger_behind_snapshot", Error;
    /// The ledger has migrations that a snapshot of this database does not have (`check --against`).
    LedgerAheadOfSnapshot = "ledger_ahead_of_snapshot", Info;
    /// Since a snapshot was taken, ledger and schema have moved apart: one of them is newer than the other
    /// (`check --against`).
    LedgerSchemaApart = "ledger_schema_apart", Error;
}

impl Rule {
    /// What only a comparison with a snapshot finds.
    pub const OF_SNAPSHOTS: [Self; 6] = [
        Self::LostSinceSnapshot,
        Self::ChangedSinceSnapshot,
        Self::GainedSinceSnapshot,
        Self::LedgerBehindSnapshot,
        Self::LedgerAheadOfSnapshot,
        Self::LedgerSchemaApart,
    ];
}

impl Finding {
    /// A finding of the rule's default severity, with nothing expected and nothing found yet.
    pub fn new(rule: Rule, subject: Subject, message: String) -> Self {
        Self {
            id: String::new(),
            rule,
            severity: rule.default_severity(),
            subject,
            expected: None,
            actual: None,
            migration: None,
            changed_by: None,
            stands_as_before: false,
            renaming: None,
            message,
            verify_sql: None,
            acknowledged: None,
        }
    }

    /// 16 hexadecimal digits that stay the same as long as rule and subject do; for a constraint without a
    /// name its description stands in.
    pub(super) fn stable_id(&self) -> String {
        use sha2::{Digest, Sha256};
        let described = match (&self.subject.column, &self.subject.name) {
            (None, None) => self.expected.as_ref().or(self.actual.as_ref()),
            (Some(_), _) | (_, Some(_)) => None,
        };
        let subject = &self.subject;
        let mut hash = Sha256::new();
        hash.update(self.rule.name());
        for part in [&subject.schema, &subject.table, &subject.column, &subject.name, &described.cloned()] {
            hash.update([0]);
            hash.update(part.as_deref().unwrap_or_default());
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
