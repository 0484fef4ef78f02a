//! A script for SQLite's shell, whose SQL has no IF: a query yields what is still to be done, and the shell reads that.

use std::fmt::Write;

use crate::dialect::Dialect;
use crate::repair::Statement;

/// Each step passes through this file, in the folder where the shell was started.
const STEP: &str = "schema-health-step.sql";
/// The steps that were begun and did not come to their end.
const OPEN: &str = "schema_health_open";

/// One step. Where it fails, the rest of it is not read, even by a shell that goes on after an error.
pub fn write_step(text: &mut String, number: usize, statement: &Statement) {
    let mut step = format!("INSERT INTO temp.{OPEN} VALUES ({number});\n");
    for command in &statement.commands {
        let _ = writeln!(step, "{command};");
    }
    let _ = writeln!(step, "DELETE FROM temp.{OPEN} WHERE step = {number};");
    let condition =
        statement.only_if.as_ref().map_or(String::new(), |query| format!(" WHERE EXISTS ({query})"));
    write_read(text, &format!("SELECT {}{condition}", Dialect::Sqlite.as_text(&step)));
}

fn write_read(text: &mut String, query: &str) {
    let _ = writeln!(text, ".once {STEP}\n{query};\n.read {STEP}");
}

/// What stands before and behind the steps.
pub fn frame() -> (Vec<String>, Vec<String>) {
    let before = vec![
        format!(
            "-- For the sqlite3 shell. It writes what is still to be done to {STEP}, and reads it from there."
        ),
        ".bail on".to_owned(),
        ".headers off".to_owned(),
        ".mode list".to_owned(),
        "PRAGMA foreign_keys = OFF;".to_owned(),
        "BEGIN IMMEDIATE;".to_owned(),
        format!("CREATE TEMP TABLE {OPEN} (step INTEGER);"),
    ];
    let mut end = String::new();
    let commit = format!("DROP TABLE temp.{OPEN}; COMMIT;");
    let dialect = Dialect::Sqlite;
    write_read(
        &mut end,
        &format!(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM temp.{OPEN}) THEN 'ROLLBACK;' ELSE {} END",
            dialect.quote_literal(&commit)
        ),
    );
    (before, vec![end.trim_end().to_owned(), "PRAGMA foreign_keys = ON;".to_owned()])
}
