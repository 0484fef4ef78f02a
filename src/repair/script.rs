//! A plan as one SQL script: for a person to read, and for the server's own client to run.

mod sqlite;

use std::fmt::Write;

use super::{Plan, Statement, Variant};
use crate::dialect::Dialect;
use crate::schema::count_of;

/// The script. `database` is its name in the configuration, `schema` the audited one.
///
/// Comments hold names from the outside: each stays on its line.
pub fn script(plan: &Plan, database: &str, schema: &str) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", comment(words));
    };
    line(&format!("schema-health: the repair of {database} ({}, {})", plan.dialect, plan.variant));
    line("");
    if plan.statements.is_empty() {
        line("Nothing is missing that a plan mends.");
    } else {
        line(&format!(
            "{}. Each does nothing where its object is there already; nothing that is there is dropped.",
            count_of(plan.statements.len(), "statement")
        ));
    }
    for note in &plan.notes {
        line(&format!("Note: {note}"));
    }
    if !plan.left_out.is_empty() {
        line("");
        line("Left out, and for a person to mend:");
        for it in &plan.left_out {
            line(&format!("  {}: {}", it.what, it.reason));
            for step in &it.steps {
                line(&format!("    - {step}"));
            }
        }
    }
    if plan.statements.is_empty() {
        return text;
    }
    let (before, after) = frame(plan, schema);
    text.push('\n');
    before.iter().for_each(|it| text.push_str(&format!("{it}\n")));
    for (number, statement) in (1..).zip(&plan.statements) {
        write_statement(&mut text, plan.dialect, number, statement);
    }
    if !after.is_empty() {
        text.push('\n');
        after.iter().for_each(|it| text.push_str(&format!("{it}\n")));
    }
    text
}

fn write_statement(text: &mut String, dialect: Dialect, number: usize, statement: &Statement) {
    let mut line = |words: &str| {
        let _ = writeln!(text, "{}", comment(words));
    };
    let migration = statement.migration.as_ref().map(|it| format!(", which {it} should have done"));
    line("");
    line(&format!("{number}. {}{}", statement.purpose, migration.unwrap_or_default()));
    if !statement.findings.is_empty() {
        line(&format!("   mends {}", statement.findings.join(", ")));
    }
    for hazard in &statement.hazards {
        line(&format!("   ! {hazard}"));
    }
    match dialect {
        Dialect::Postgres | Dialect::Mysql | Dialect::Mariadb => write_commands(text, dialect, statement),
        Dialect::Sqlite => sqlite::write_step(text, number, statement),
    }
}

/// Each behind the guard that SQL has for it; psql runs alone what refuses to be part of a DO.
fn write_commands(text: &mut String, dialect: Dialect, statement: &Statement) {
    let is_alone = dialect == Dialect::Postgres && !statement.transactional;
    if let Some(query) = statement.only_if.as_ref().filter(|_| is_alone) {
        for command in &statement.commands {
            let _ = writeln!(text, "SELECT {} WHERE EXISTS ({query})\n\\gexec", dialect.as_text(command));
        }
        return;
    }
    let guarded = statement.only_if.as_ref().and_then(|query| dialect.only_where(query, &statement.commands));
    if let Some(query) = statement.only_if.as_ref().filter(|_| guarded.is_none()) {
        let _ = writeln!(text, "{}", comment(&format!("   Run it only where this has a row: {query}")));
    }
    for command in guarded.as_ref().unwrap_or(&statement.commands) {
        let _ = writeln!(text, "{command};");
    }
}

/// What stands before and behind the statements.
fn frame(plan: &Plan, schema: &str) -> (Vec<String>, Vec<String>) {
    let dialect = plan.dialect;
    match (dialect, plan.variant) {
        (Dialect::Postgres, variant) => {
            let is_plain = variant == Variant::Plain;
            let quoted = dialect.quote_literal(&dialect.quote(schema));
            let path = format!(
                "SELECT pg_catalog.set_config('search_path', {quoted} || ', ' || \
                 pg_catalog.current_setting('search_path'), {is_plain});"
            );
            if is_plain {
                let before = vec!["BEGIN;".into(), "SET LOCAL lock_timeout = '5s';".into(), path];
                (before, vec!["COMMIT;".into()])
            } else {
                let before = vec![
                    "-- For psql, outside of a transaction: one that fails may be run again.".into(),
                    "\\set ON_ERROR_STOP on".into(),
                    "SET lock_timeout = '5s';".into(),
                    "SET statement_timeout = 0;".into(),
                    path,
                ];
                (before, Vec::new())
            }
        }
        (Dialect::Mysql | Dialect::Mariadb, _) => {
            let before = vec![
                format!("USE {};", dialect.quote(schema)),
                "SET SESSION lock_wait_timeout = 5, foreign_key_checks = 1, unique_checks = 1;".into(),
                "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES');".into(),
            ];
            (before, Vec::new())
        }
        (Dialect::Sqlite, _) => sqlite::frame(),
    }
}

fn comment(words: &str) -> String {
    if words.is_empty() { "--".to_owned() } else { format!("-- {}", one_line(words)) }
}

/// A text from the outside that cannot end its comment.
pub(super) fn one_line(text: &str) -> String {
    let is_break = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    let text: String = text.chars().map(|it| if is_break(it) { ' ' } else { it }).collect();
    text.trim_end().to_owned()
}
