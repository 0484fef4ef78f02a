//! Checks passed and failed, migration by migration.

use std::collections::BTreeMap;

use super::{counted, is_missing, moment, object};
use crate::audit::{Rule, Verdict};
use crate::document::Facts;
use crate::document::block::{self, Block, Line, Tone, code, mark, paragraph, subsection, text};
use crate::migration::{Migration, MigrationId, Operation};
use crate::schema::{Change, count_of};
use crate::view::MigrationView;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let migrations = &facts.view.migrations;
    if migrations.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![block::section("Checks by migration")];
    let of = |verdicts: &[Verdict]| -> Vec<&MigrationView> {
        migrations.iter().filter(|it| verdicts.contains(&it.verdict)).collect()
    };
    let failed = of(&[Verdict::Phantom, Verdict::Partial, Verdict::Failed]);
    let passed = of(&[Verdict::Verified]);
    let open = of(&[Verdict::Pending, Verdict::Unknown, Verdict::Unverifiable]);
    let said = format!(
        "{} passed, {} failed, {} could not be judged or are not applied.",
        passed.len(),
        failed.len(),
        open.len()
    );
    blocks.push(paragraph(said));
    if !failed.is_empty() {
        blocks.push(subsection(format!("Failed: {}", failed.len())));
        blocks.push(Block::Table {
            heads: vec!["Migration", "Recorded", "Verdict", "Not as it made it"],
            rows: failed.iter().map(|it| failed_row(facts, it)).collect(),
        });
    }
    if !passed.is_empty() {
        let rows = passed.iter().map(|it| passed_row(facts, it)).collect();
        let table = Block::Table { heads: vec!["Migration", "Recorded", "Verified"], rows };
        let summary = vec![mark(Tone::Good, format!("Passed: {}", passed.len()))];
        blocks.push(Block::Details { summary, blocks: vec![table] });
    }
    if !open.is_empty() {
        let row = |it: &&MigrationView| {
            vec![vec![code(name(it))], recorded(it), vec![verdict(it.verdict)], vec![text(why(it.verdict))]]
        };
        let rows = open.iter().map(row).collect();
        let table = Block::Table { heads: vec!["Migration", "Recorded", "Verdict", "Why"], rows };
        let summary = vec![mark(Tone::Quiet, format!("Not judged: {}", open.len()))];
        blocks.push(Block::Details { summary, blocks: vec![table] });
    }
    blocks
}

fn failed_row(facts: &Facts<'_>, migration: &MigrationView) -> Vec<Line> {
    let mut objects = Line::new();
    let of_it = counted(facts).filter(|it| {
        let made = [it.migration.as_ref(), it.changed_by.as_ref()];
        let is_its =
            made.into_iter().flatten().any(|id| id.app == migration.app && id.name == migration.name);
        // A smoke check names the migration that explains it, and is no work of its own.
        let is_work = is_missing(it.rule) || (it.actual.is_some() && it.rule != Rule::SmokeCheckFailed);
        is_its && is_work
    });
    for finding in of_it {
        if !objects.is_empty() {
            objects.push(text("; "));
        }
        objects.extend(object(finding));
        objects.push(text(if is_missing(finding.rule) { " missing" } else { " differs" }));
    }
    vec![vec![code(name(migration))], recorded(migration), vec![verdict(migration.verdict)], objects]
}

fn passed_row(facts: &Facts<'_>, migration: &MigrationView) -> Vec<Line> {
    let id = MigrationId { app: migration.app.as_str().into(), name: migration.name.as_str().into() };
    let found = facts.manifest.position(&id).and_then(|position| facts.manifest.migration(position));
    let work = found.map(work_of).unwrap_or_default();
    vec![vec![code(name(migration))], recorded(migration), work]
}

/// What a migration does, in a few words: the tables it makes, the columns it adds, and how many other changes.
fn work_of(migration: &Migration) -> Line {
    let (mut made, mut others): (BTreeMap<&str, Vec<String>>, usize) = (BTreeMap::new(), 0);
    for operation in &migration.operations {
        match operation {
            Operation::Change(Change::CreateTable(table)) => {
                made.entry("table").or_default().push(table.name.to_string());
            }
            Operation::Change(Change::AddColumn { table, column }) => {
                made.entry("column").or_default().push(format!("{table}.{}", column.name));
            }
            Operation::Change(Change::DropTable { table }) => {
                made.entry("deletes").or_default().push(table.to_string());
            }
            Operation::Change(_) | Operation::Opaque(_) => others += 1,
        }
    }
    const SHOWN: usize = 4;
    let mut line = Line::new();
    for (kind, names) in made.iter().rev() {
        if !line.is_empty() {
            line.push(text("; "));
        }
        line.push(text(format!("{kind} ")));
        line.extend(block::codes(names.iter().take(SHOWN).cloned()));
        if names.len() > SHOWN {
            line.push(text(format!(" and {} more", names.len() - SHOWN)));
        }
    }
    if others > 0 {
        let separator = if line.is_empty() { "" } else { "; " };
        line.push(text(format!("{separator}{}", count_of(others, "other change"))));
    }
    if line.is_empty() {
        line.push(text("nothing in the database"));
    }
    line
}

fn name(migration: &MigrationView) -> String {
    if migration.app.is_empty() {
        migration.name.clone()
    } else {
        format!("{}.{}", migration.app, migration.name)
    }
}

fn recorded(migration: &MigrationView) -> Line {
    migration.applied_at.map(|at| text(moment(at))).into_iter().collect()
}

fn verdict(verdict: Verdict) -> block::Span {
    let tone = match verdict {
        Verdict::Verified => Tone::Good,
        Verdict::Phantom | Verdict::Partial | Verdict::Failed => Tone::Bad,
        Verdict::Pending => Tone::Warning,
        Verdict::Unknown | Verdict::Unverifiable => Tone::Quiet,
    };
    mark(tone, verdict.as_str())
}

fn why(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pending => "in the manifest, not in the ledger",
        Verdict::Unknown => "in the ledger, not in the manifest",
        Verdict::Unverifiable => "only operations that cannot be seen through, or not visible to this role",
        Verdict::Verified | Verdict::Phantom | Verdict::Partial | Verdict::Failed => "",
    }
}
