//! What to do about what a server said to a statement of a repair.

/// `number` is that of MySQL and MariaDB, `code` the SQLSTATE of PostgreSQL or SQLite's result code.
pub fn on(code: &str, number: Option<u16>, message: &str) -> &'static str {
    match (code, number) {
        ("42501", _) | (_, Some(1044 | 1045 | 1142 | 1143 | 1227 | 1370)) => {
            "give repair the URL of a role that owns the tables, or grant what the message names"
        }
        ("55P03", _) | (_, Some(1205)) => {
            "somebody holds a lock on the table: end the transaction that does, or try again with a longer --lock-timeout"
        }
        ("57014", _) if !message.contains("timeout") => ENDED,
        (_, Some(1317)) => ENDED,
        ("57014", _) | (_, Some(3024 | 1969)) => "try again with a longer --statement-timeout",
        ("40P01", _) | (_, Some(1213)) => {
            "it and another transaction waited for each other: run repair again"
        }
        ("53100", _) | (_, Some(1021 | 1114)) | ("13", None) => {
            "make room on the disk, then run repair again"
        }
        ("5" | "6" | "261" | "517", None) => {
            "another process holds the lock on the file: try again, or with a longer --lock-timeout"
        }
        ("8" | "1032" | "520", None) => "the file or its folder is read-only for this process",
        // A guard of ours names what it found where a table's name would stand.
        (_, Some(1146)) if message.contains("schema-health:") => ROWS,
        (_, Some(1048 | 1062 | 1138 | 1216 | 1264 | 1265 | 1364 | 1366 | 1406 | 1452 | 3819 | 4025)) => ROWS,
        (state, None) if state.starts_with("23") || is_constraint(state) => ROWS,
        _ => "see to what the message says, then run repair again: it plans anew",
    }
}

const ENDED: &str = "somebody ended the statement: ask who and why, then run repair again: it plans anew";
const ROWS: &str = "look at the rows that the message speaks of; what the statement promises does not hold for them: mend \
                    them, then run repair again";

/// SQLITE_CONSTRAINT, with or without its kind in the higher bits (<https://www.sqlite.org/rescode.html>).
fn is_constraint(code: &str) -> bool {
    code.len() < 5 && code.parse::<u32>().is_ok_and(|it| it & 0xff == 19)
}
