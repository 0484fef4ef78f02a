//! What decides: parsing a manifest, folding and comparing, without any server.

use std::time::{Duration, Instant};

use anyhow::{anyhow, ensure};
use schema_health::audit::{
    CatalogObservation, Expected, Health, LedgerObservation, Observation, Policy, Visibility, audit_against,
};
use schema_health::dialect::Dialect;
use schema_health::migration::{LedgerRow, Manifest, fold};
use schema_health::schema::{Schema, TableName};

use crate::measure::{Report, median};
use crate::shop;

const ROUNDS: usize = 11;
const MIGRATIONS: usize = 5_000;

pub fn manifest(text: &str) -> anyhow::Result<Manifest> {
    Manifest::parse(text, true).map_err(|problems| anyhow!("the manifest is refused: {problems:?}"))
}

pub fn fold_and_diff(tables: usize, report: &mut Report) -> anyhow::Result<()> {
    let text = shop::manifest(Dialect::Postgres, tables);
    let promised = manifest(&text)?;
    // Of another manifest, so that the two sides share no memory, as when one of them was read.
    let observation = observed(&manifest(&text)?);
    let expected = Expected::of(&promised, &observation);
    let policy = Policy::default();
    let (mut folds, mut diffs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        drop(Expected::of(&promised, &observation));
        folds.push(began.elapsed());
        let began = Instant::now();
        let judged = audit_against(&promised, &expected, &observation, &policy);
        diffs.push(began.elapsed());
        ensure!(judged.health == Health::Healthy, "not what was made: {:?}", judged.findings.first());
        ensure!(judged.coverage.expected_tables == tables, "not all tables were expected");
    }
    let per_thousand = |times| median(times).unwrap_or(Duration::ZERO).mul_f64(1_000.0 / tables as f64);
    report.time(&format!("fold, per 1,000 of {tables} tables"), per_thousand(folds), None);
    report.time(&format!("diff and verdicts, per 1,000 of {tables} tables"), per_thousand(diffs), None);
    Ok(())
}

/// A database exactly as the manifest makes it.
fn observed(manifest: &Manifest) -> Observation {
    let naming = manifest.dialect.naming();
    let all = (0..).zip(&manifest.migrations).map(|(position, _)| position).collect();
    let actual: Schema = fold(manifest, &all, &naming).schema;
    let rows = manifest.migrations.iter().map(|migration| LedgerRow {
        migration: migration.id.clone(),
        applied_at: None,
        succeeded: true,
    });
    Observation {
        dialect: manifest.dialect,
        server_version: "15".to_owned(),
        schema: "public".into(),
        naming,
        ledger_table: TableName::unqualified(manifest.ledger.table),
        ledger: LedgerObservation::Rows(rows.collect()),
        catalog: CatalogObservation {
            actual,
            visibility: Visibility::Full,
            unread: Vec::new(),
            stored: schema_health::audit::Stored::default(),
        },
        evidence: None,
    }
}

pub fn parse(report: &mut Report) -> anyhow::Result<()> {
    let text = shop::history(Dialect::Postgres, MIGRATIONS);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let value: serde_json::Value = serde_json::from_str(&text)?;
        bare.push(began.elapsed());
        drop(value);
        let began = Instant::now();
        let parsed = manifest(&text)?;
        ours.push(began.elapsed());
        ensure!(parsed.migrations.len() == MIGRATIONS, "migrations were lost");
    }
    if let (Some(ours), Some(bare)) = (median(ours), median(bare)) {
        report.ratio("manifest of 5,000 migrations and 20,000 operations ÷ bare JSON", ours, bare, None);
        report.time("the same on the clock", ours, Some(Duration::from_millis(100)));
    }
    Ok(())
}
