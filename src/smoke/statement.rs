//! Which SQL a smoke check may run: one statement that reads, or statements that a rollback takes back whole.

use super::{SqlCheck, SqlExpectation, WriteCheck};
use crate::compile::sql::{Survey, survey};
use crate::dialect::Dialect;
use crate::schema::TableName;

/// The check, and the tables that it names.
///
/// # Errors
/// The end of a sentence about the text.
pub fn read_query(
    dialect: Dialect,
    text: &str,
    expect: SqlExpectation,
) -> Result<(SqlCheck, Vec<String>), String> {
    let surveys = survey(dialect, text)?;
    let [survey] = surveys.as_slice() else {
        return Err(format!("must be one statement, not {}", surveys.len()));
    };
    if !["SELECT", "WITH", "VALUES", "TABLE"].contains(&survey.verb.as_str()) {
        return Err("must be a query that begins with SELECT, WITH, VALUES or TABLE".to_owned());
    }
    if survey.has_into {
        return Err("must not say INTO: a query of a smoke check keeps nothing".to_owned());
    }
    let check = SqlCheck { statement: survey.statement.clone(), shown: shown(&surveys), expect };
    Ok((check, tables(&surveys)))
}

/// The check, and the tables that it names.
///
/// # Errors
/// The end of a sentence about the statement that is refused.
pub fn read_writes(dialect: Dialect, texts: &[String]) -> Result<(WriteCheck, Vec<String>), String> {
    let mut all = Vec::new();
    for text in texts {
        for survey in survey(dialect, text)? {
            check_write(dialect, &survey)?;
            all.push(survey);
        }
    }
    if all.is_empty() {
        return Err("holds no statement".to_owned());
    }
    let statements = all.iter().map(|it| it.statement.clone()).collect();
    Ok((WriteCheck { statements, shown: shown(&all) }, tables(&all)))
}

/// Nothing else is let through: a transaction's own end would make the writes stay, DDL ends the transaction on MySQL
/// (<https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html>) and locks whole tables on PostgreSQL.
fn check_write(dialect: Dialect, survey: &Survey) -> Result<(), String> {
    let verb = survey.verb.as_str();
    let changes_rows = ["INSERT", "UPDATE", "DELETE", "SELECT", "WITH"].contains(&verb)
        || match dialect {
            Dialect::Postgres => verb == "MERGE",
            Dialect::Mysql | Dialect::Mariadb | Dialect::Sqlite => verb == "REPLACE",
        };
    if !changes_rows {
        let first = verb.chars().take(20).collect::<String>();
        return Err(format!(
            "begins with {first}, which a rollback may not take back: only INSERT, UPDATE, DELETE and the like are run"
        ));
    }
    if verb == "SELECT" && survey.has_into {
        return Err("must not say SELECT … INTO: it makes a table or a file".to_owned());
    }
    Ok(())
}

/// `INSERT (accounts_user), SELECT`: what may be shown of SQL, which may hold anything.
fn shown(surveys: &[Survey]) -> String {
    const MOST: usize = 3;
    let one = |survey: &Survey| {
        let named: Vec<String> = survey.tables.iter().take(MOST).map(TableName::to_string).collect();
        let more = if survey.tables.len() > MOST { ", …" } else { "" };
        if named.is_empty() {
            survey.verb.clone()
        } else {
            format!("{} ({}{more})", survey.verb, named.join(", "))
        }
    };
    let mut parts: Vec<String> = surveys.iter().take(MOST).map(one).collect();
    if surveys.len() > MOST {
        parts.push("…".to_owned());
    }
    parts.join(", ")
}

fn tables(surveys: &[Survey]) -> Vec<String> {
    let mut names: Vec<String> = surveys.iter().flat_map(|it| &it.tables).map(TableName::to_string).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_one_statement_that_reads() {
        let read = |text| read_query(Dialect::Postgres, text, SqlExpectation::Rows);
        let (check, tables) = read("select * from a join b on true;").unwrap();
        assert_eq!(
            (check.statement.as_str(), check.shown.as_str()),
            ("select * from a join b on true", "SELECT (a, b)")
        );
        assert_eq!(tables, ["a", "b"]);
        for text in [
            "select 1; select 2",
            "select 1; commit; drop table a",
            "insert into a values (1)",
            "set role postgres",
            "do $$ begin end $$",
            "select 1 into b from a",
            "\\! rm",
            "",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_what_a_rollback_takes_back_is_written() {
        let write = |dialect, text: &str| read_writes(dialect, &[text.to_owned()]);
        let (check, tables) =
            write(Dialect::Postgres, "insert into a values (1); update b set c = 1").unwrap();
        assert_eq!((check.statements.len(), check.shown.as_str()), (2, "INSERT (a), UPDATE (b)"));
        assert_eq!(tables, ["a", "b"]);
        for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Mariadb, Dialect::Sqlite] {
            for text in [
                "insert into a values (1); commit",
                "create table b (c int)",
                "alter table a add b int",
                "truncate a",
                "drop table a",
                "lock tables a write",
                "call f()",
                "do f()",
                "start transaction",
                "begin",
                "rollback",
                "savepoint s",
                "set autocommit = 1",
                "prepare transaction 'x'",
                "load data infile 'x' into table a",
                "copy a from stdin",
                "vacuum",
                "attach 'x' as y",
                "pragma writable_schema = 1",
                "xa commit 'x'",
                "explain analyze delete from a",
                "",
            ] {
                assert!(write(dialect, text).is_err(), "{dialect}: {text}");
            }
        }
    }
}
