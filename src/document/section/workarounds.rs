//! What helps until the repair: on a developer's machine, and where people work.

use super::{counted, is_missing};
use crate::dialect::Dialect;
use crate::document::Facts;
use crate::document::block::{self, Block, Tone, code, paragraph, steps, strong, subsection, text};
use crate::migration::ledger;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    if !counted(facts).any(|it| is_missing(it.rule)) {
        return Vec::new();
    }
    let mut blocks = vec![block::section("Immediate workarounds")];
    blocks.push(subsection("Where the rows do not matter"));
    blocks.push(paragraph("A new database from the migrations has all of it."));
    blocks.push(Block::Callout {
        tone: Tone::Warning,
        line: vec![strong("This destroys every row of the database.")],
    });
    let migrate = if facts.manifest.ledger.name == ledger::DJANGO.name {
        "python manage.py migrate"
    } else {
        "# run all migrations again"
    };
    // The names of databases are not known here: the URL is a secret.
    let anew = match facts.manifest.dialect {
        Dialect::Postgres => "dropdb NAME\ncreatedb NAME",
        Dialect::Mysql | Dialect::Mariadb => "mysqladmin drop NAME\nmysqladmin create NAME",
        Dialect::Sqlite => "rm FILE",
    };
    blocks.push(Block::Code { language: "sh", text: format!("{anew}\n{migrate}") });
    blocks.push(subsection("Where people work"));
    let command = format!("schema-health check {} --wait --timeout 5m", facts.view.database);
    blocks.push(steps(vec![
        vec![text("Turn off, or keep people from, what the section on what remains broken names.")],
        vec![text(
            "Make what is missing by the repair plan: it only adds, and does nothing where it is there.",
        )],
        vec![text("Record it as migrations, so that the next environment gets it too.")],
        vec![text("Verify: "), code(command), text(". Then resume.")],
    ]));
    blocks
}
