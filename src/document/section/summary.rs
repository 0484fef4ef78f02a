//! The summary: how bad it is, in one look.

use std::collections::BTreeMap;

use super::{counted, id, is_missing, moment, of_rule, words};
use crate::audit::{Health, Likelihood, Rule, Severity, Verdict};
use crate::document::Facts;
use crate::document::block::{self, Block, Line, Tone, code, codes, list, mark, said, strong, text};
use crate::schema::{agree, count_of};

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let view = facts.view;
    let mut blocks =
        vec![Block::Callout { tone: crate::document::tone_of(view.health), line: verdict(facts) }];
    blocks.push(Block::Facts(figures(facts)));
    blocks.push(block::section("Summary"));
    if let Some(failure) = &view.failure {
        let line = vec![
            text(format!(
                "The last audit could not read the database ({}): {}. ",
                failure.reason, failure.message
            )),
            text(format!("What to look at first: {}.", failure.advice)),
        ];
        blocks.push(Block::Callout { tone: Tone::Warning, line });
    }
    if view.confirming > 0 {
        let said = count_of(view.confirming, "new error") + agree(view.confirming, " is", " are");
        let line =
            vec![text(format!("{said} about to be confirmed by a second look, and not told here yet."))];
        blocks.push(Block::Callout { tone: Tone::Warning, line });
    }
    blocks.push(list(points(facts)));
    blocks
}

fn verdict(facts: &Facts<'_>) -> Line {
    let word = match facts.view.health {
        Health::Healthy => "PASS",
        Health::Degraded => "PASS, WITH WARNINGS",
        Health::Unhealthy => "FAIL",
        Health::Unknown => "UNKNOWN",
    };
    let mut line = vec![strong(format!("SCHEMA INTEGRITY: {word}"))];
    if let Some(reason) = facts.view.reason.as_ref().filter(|_| facts.view.health == Health::Unknown) {
        line.push(text(format!(": {reason}")));
    }
    line
}

fn figures(facts: &Facts<'_>) -> Vec<(&'static str, Line)> {
    let view = facts.view;
    let mut figures = vec![("Database", vec![code(view.database.clone())])];
    let server = view.server_version.as_deref().unwrap_or("not reached");
    figures.push(("Server", vec![text(format!("{} {server}", facts.manifest.dialect))]));
    let audited = view.audited_at.map_or_else(|| "never".to_owned(), moment);
    figures.push(("Audited", vec![text(audited)]));
    if view.audited_at.is_none_or(|at| moment(at) != moment(facts.written_at)) {
        figures.push(("Report of", vec![text(moment(facts.written_at))]));
    }
    if let Some(coverage) = view.coverage {
        let said = format!("{} of {} expected objects", coverage.checked, coverage.expected);
        figures.push(("Checked", vec![text(said)]));
    }
    if !view.migrations.is_empty() {
        let of = |verdict| view.migrations.iter().filter(|it| it.verdict == verdict).count();
        let parts: Vec<String> = (Verdict::ALL.into_iter())
            .filter(|verdict| of(*verdict) > 0)
            .map(|verdict| format!("{} {verdict}", of(verdict)))
            .collect();
        figures.push(("Migrations", vec![text(format!("{}: {}", view.migrations.len(), parts.join(", ")))]));
    }
    let of = |severity| counted(facts).filter(|it| it.severity == severity).count();
    let parts = [
        (Tone::Bad, count_of(of(Severity::Error), "error"), of(Severity::Error)),
        (Tone::Warning, count_of(of(Severity::Warning), "warning"), of(Severity::Warning)),
        (Tone::Quiet, format!("{} info", of(Severity::Info)), of(Severity::Info)),
    ];
    let mut findings = Line::new();
    for (tone, said, _) in parts.into_iter().filter(|it| it.2 > 0) {
        if !findings.is_empty() {
            findings.push(text(" "));
        }
        findings.push(mark(tone, said));
    }
    if findings.is_empty() {
        findings.push(mark(Tone::Good, "none"));
    }
    figures.push(("Findings", findings));
    figures
}

fn points(facts: &Facts<'_>) -> Vec<Line> {
    let mut points = Vec::new();
    let view = facts.view;
    let missing: Vec<_> = counted(facts).filter(|it| is_missing(it.rule)).collect();
    let phantoms: Vec<String> = (view.migrations.iter())
        .filter(|it| it.verdict == Verdict::Phantom)
        .map(|it| if it.app.is_empty() { it.name.clone() } else { format!("{}.{}", it.app, it.name) })
        .collect();
    if missing.is_empty() && view.coverage.is_some_and(|it| it.expected > 0) {
        let said = "Everything that the applied migrations promise, and that could be checked, is there.";
        points.push(vec![text(said)]);
    }
    let tables: Vec<_> = of_rule(facts, Rule::MissingTable).collect();
    if !tables.is_empty() {
        let how_many = count_of(tables.len(), "table") + agree(tables.len(), " is missing", " are missing");
        let mut line =
            vec![strong(how_many), text(", though the ledger says that their migrations were applied: ")];
        line.extend(codes(tables.iter().filter_map(|it| it.subject.table.clone())));
        line.push(text("."));
        points.push(line);
    }
    let mut others: BTreeMap<Rule, Vec<&crate::view::FindingView>> = BTreeMap::new();
    for finding in missing.iter().filter(|it| it.rule != Rule::MissingTable) {
        others.entry(finding.rule).or_default().push(finding);
    }
    if !others.is_empty() {
        let kinds: Vec<String> =
            others.iter().map(|(rule, of)| format!("{} × {}", of.len(), words(*rule))).collect();
        let mut line =
            vec![strong("Tables are there, but incomplete"), text(format!(" ({}): ", kinds.join(", ")))];
        let mut tables: Vec<String> =
            others.values().flatten().filter_map(|it| it.subject.table.clone()).collect();
        tables.dedup();
        tables.sort();
        tables.dedup();
        line.extend(codes(tables));
        line.push(text("."));
        points.push(line);
    }
    if !phantoms.is_empty() {
        let said = count_of(phantoms.len(), "migration") + agree(phantoms.len(), " is", " are");
        let line = vec![
            strong(format!("{said} phantom")),
            text(": recorded as applied, and nothing of what they made is there. Running "),
            code("migrate"),
            text(" again does nothing for them."),
        ];
        points.push(line);
    }
    if let Some(cause) = view.diagnosis.first() {
        let mut line = vec![strong("Most likely cause"), text(": ")];
        line.extend(said(cause.summary.trim_end_matches('.')));
        line.push(text(format!(" (likelihood {}).", cause.likelihood)));
        if cause.likelihood == Likelihood::Low {
            line.push(text(" Little speaks for it: look yourself."));
        }
        points.push(line);
    }
    let pending: Vec<String> =
        of_rule(facts, Rule::PendingMigration).filter_map(|it| it.migration.as_ref()).map(id).collect();
    if !pending.is_empty() {
        let mut line = vec![
            strong(
                count_of(pending.len(), "migration") + agree(pending.len(), " is pending", " are pending"),
            ),
            text(": "),
        ];
        line.extend(codes(pending.into_iter().take(8)));
        line.push(text("."));
        points.push(line);
    }
    points.extend(super::smoke::point(facts));
    points.extend(super::repair::point(facts));
    points
}
