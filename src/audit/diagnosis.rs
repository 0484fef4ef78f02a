//! Why: ranked hypotheses on what made ledger and catalog disagree, each with the evidence that was observed.
//!
//! A hypothesis earns points for what speaks for it and loses points for what speaks against it; each file below
//! says how many and why. The sum is its rank, and the rank decides the likelihood. Nothing is claimed that was
//! not looked at: without [`super::Evidence`], only ledger, catalog and manifest speak.

mod apart;
mod app_moved;
mod dropped;
mod edited;
mod faked;
mod interrupted;
mod numbers;
mod pace;
mod restored;
mod role;
mod router;
mod scene;
mod search_path;
mod undecided;
mod wrong_database;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Expected, Observation, Report, Rule, Sibling};
use crate::migration::Manifest;

use scene::Scene;

/// One explanation of findings of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    pub cause: Cause,
    pub likelihood: Likelihood,
    /// Points, from 1 to 100: the sum of what the evidence for it adds and the evidence against it takes away.
    pub rank: u32,
    /// One sentence for a person.
    pub summary: String,
    /// What was observed that speaks for it, one sentence each, the strongest first.
    pub evidence_for: Vec<String>,
    pub evidence_against: Vec<String>,
    /// Ids of the findings that it would explain, in the report's order.
    pub explains: Vec<String>,
    /// The command or statement that would have led here, one a line.
    pub command: Option<String>,
    /// How a person can settle it.
    pub check: Option<String>,
}

/// What may have made ledger and catalog disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Migrations were recorded without being run: `--fake`, `stamp`.
    Faked,
    /// The data are of an older backup, the ledger is of a later time.
    RestoredOlderBackup,
    /// The tables stand in another schema than the ledger.
    LedgerAndDataApart,
    /// The ledger that was taken for this schema's own is the one of another schema on the search path.
    SearchPathFallsThrough,
    /// The migrations ran against another database.
    WrongDatabase,
    /// An app's tables stand in a shared schema while this tenant's ledger records them, or the other way round.
    AppMovedBetweenSchemas,
    /// A database router kept the DDL away, while the migration was recorded.
    RouterSkipped,
    /// A migration file was changed after it had been applied.
    MigrationEdited,
    /// A migration broke off where DDL is not transactional, and counts as applied.
    DdlInterrupted,
    /// Somebody dropped the objects.
    DroppedByHand,
    /// The role sees only a part of what is there.
    RoleCannotSee,
}

impl Cause {
    pub const ALL: [Self; 11] = [
        Self::Faked,
        Self::RestoredOlderBackup,
        Self::LedgerAndDataApart,
        Self::SearchPathFallsThrough,
        Self::WrongDatabase,
        Self::AppMovedBetweenSchemas,
        Self::RouterSkipped,
        Self::MigrationEdited,
        Self::DdlInterrupted,
        Self::DroppedByHand,
        Self::RoleCannotSee,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Faked => "faked",
            Self::RestoredOlderBackup => "restored_older_backup",
            Self::LedgerAndDataApart => "ledger_and_data_apart",
            Self::SearchPathFallsThrough => "search_path_falls_through",
            Self::WrongDatabase => "wrong_database",
            Self::AppMovedBetweenSchemas => "app_moved_between_schemas",
            Self::RouterSkipped => "router_skipped",
            Self::MigrationEdited => "migration_edited",
            Self::DdlInterrupted => "ddl_interrupted",
            Self::DroppedByHand => "dropped_by_hand",
            Self::RoleCannotSee => "role_cannot_see",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much speaks for a hypothesis: high from 60 points on, medium from 30, low below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    Low,
    Medium,
    High,
}

impl Likelihood {
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    fn of(rank: u32) -> Self {
        match rank {
            60.. => Self::High,
            30..60 => Self::Medium,
            0..30 => Self::Low,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Likelihood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Hypotheses on the report's findings, the most likely first; none where nothing needs explaining.
pub fn diagnose(
    manifest: &Manifest,
    expected: &Expected,
    observation: &Observation,
    report: &Report,
    siblings: &[Sibling],
) -> Vec<Hypothesis> {
    if !report.findings.iter().any(|finding| asks_why(finding.rule)) {
        return Vec::new();
    }
    let scene = Scene::of(manifest, expected, observation, report, siblings);
    let case = |cause: &Cause| match cause {
        Cause::Faked => faked::consider(&scene),
        Cause::RestoredOlderBackup => restored::consider(&scene),
        Cause::LedgerAndDataApart => apart::consider(&scene),
        Cause::SearchPathFallsThrough => search_path::consider(&scene),
        Cause::WrongDatabase => wrong_database::consider(&scene),
        Cause::AppMovedBetweenSchemas => app_moved::consider(&scene),
        Cause::RouterSkipped => router::consider(&scene),
        Cause::MigrationEdited => edited::consider(&scene),
        Cause::DdlInterrupted => interrupted::consider(&scene),
        Cause::DroppedByHand => dropped::consider(&scene),
        Cause::RoleCannotSee => role::consider(&scene),
    };
    let hypothesis = |cause: &Cause| case(cause)?.into_hypothesis(*cause, &scene);
    let mut hypotheses: Vec<Hypothesis> = Cause::ALL.iter().filter_map(hypothesis).collect();
    undecided::level(&scene, &mut hypotheses);
    hypotheses.sort_by(|a, b| (b.rank, a.cause).cmp(&(a.rank, b.cause)));
    hypotheses
}

/// Whether a finding of the rule says that ledger and catalog disagree, or that they could not be compared.
fn asks_why(rule: Rule) -> bool {
    match rule {
        Rule::MissingTable
        | Rule::WrongKind
        | Rule::MissingColumn
        | Rule::MissingPrimaryKey
        | Rule::MissingUnique
        | Rule::MissingForeignKey
        | Rule::MissingCheck
        | Rule::MissingExclusion
        | Rule::MissingIndex
        | Rule::TypeDiffers
        | Rule::NullabilityDiffers
        | Rule::DefaultDiffers
        | Rule::ForeignKeyDiffers
        | Rule::UnexpectedTable
        | Rule::UnexpectedColumn
        | Rule::LedgerMissing
        | Rule::LedgerEmpty
        | Rule::LedgerInOtherSchema
        | Rule::NotVisible => true,
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
        | Rule::ManifestProblem
        | Rule::SmokeCheckFailed => false,
    }
}

/// A hypothesis while its evidence is weighed.
#[derive(Debug, Default)]
struct Case {
    summary: String,
    evidence_for: Vec<(i32, String)>,
    evidence_against: Vec<(i32, String)>,
    /// Positions among the report's findings.
    explains: Vec<usize>,
    command: Option<String>,
    check: Option<String>,
}

impl Case {
    fn speaks_for(&mut self, points: i32, text: impl Into<String>) {
        self.evidence_for.push((points, text.into()));
    }

    fn speaks_against(&mut self, points: i32, text: impl Into<String>) {
        self.evidence_against.push((points, text.into()));
    }

    /// `None` where more speaks against it than for it, or nothing would be explained.
    fn into_hypothesis(mut self, cause: Cause, scene: &Scene<'_>) -> Option<Hypothesis> {
        let sum = |evidence: &[(i32, String)]| evidence.iter().map(|(points, _)| *points).sum::<i32>();
        let rank = sum(&self.evidence_for) - sum(&self.evidence_against);
        let rank = u32::try_from(rank.min(100)).ok().filter(|rank| *rank > 0)?;
        if self.explains.is_empty() {
            return None;
        }
        let in_order = |mut evidence: Vec<(i32, String)>| {
            evidence.sort_by_key(|(points, _)| -points);
            evidence.into_iter().map(|(_, text)| text).collect()
        };
        self.explains.sort_unstable();
        self.explains.dedup();
        let id = |at: &usize| scene.findings.get(*at).map(|finding| finding.id.clone());
        Some(Hypothesis {
            cause,
            likelihood: Likelihood::of(rank),
            rank,
            summary: self.summary,
            evidence_for: in_order(self.evidence_for),
            evidence_against: in_order(self.evidence_against),
            explains: self.explains.iter().filter_map(id).collect(),
            command: self.command,
            check: self.check,
        })
    }
}
