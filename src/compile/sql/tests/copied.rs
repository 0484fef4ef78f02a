//! Tables that get their columns from others, where not all is known of them. What is known is held to real servers by
//! `tests/cases/sql`.

use super::*;
use crate::migration::MayUndo;

const SOURCE: &str = "CREATE TABLE s (id serial PRIMARY KEY, a text)";

/// What is told of a copy, and what of it is not verified: definitions, and whether columns stay.
#[track_caller]
fn check(dialect: Dialect, sql: &str, created: &str, reason: &str, definitions: &str, columns: &str) {
    let mut schema = Schema::default();
    apply(dialect, &read(dialect, SOURCE), &mut schema);
    let operations = apply(dialect, &read(dialect, sql), &mut schema);
    let [made, Operation::Opaque(opaque)] = operations.as_slice() else { panic!("{sql}: {operations:?}") };
    assert_eq!(tell(made), created);
    assert_eq!(opaque.reason, format!("SQL `{sql}`: {reason}"));
    let names = |names: &str| names.split_whitespace().map(Into::into).collect();
    let expected =
        MayUndo { definitions: names(definitions), columns: names(columns), own: true, ..MayUndo::default() };
    assert_eq!(opaque.may_undo, expected, "{sql}");
}

#[test]
fn what_is_not_known_of_a_copy_is_told_and_its_table_is_expected() {
    check(
        Postgres,
        "CREATE TABLE t (LIKE s INCLUDING DEFAULTS)",
        "create t: id integer NOT NULL; a text NULL",
        "how a column numbers itself is not known",
        "id",
        "",
    );
    check(
        Postgres,
        "CREATE TABLE t (b text) INHERITS (s)",
        "create t: b text NULL; id integer NOT NULL AUTO INCREMENT; a text NULL",
        "its columns are inherited, and change with those of its parent",
        "id a",
        "id a",
    );
    for sql in [
        "CREATE TABLE t AS VALUES (1, 2)",
        "CREATE TABLE t AS WITH x AS (SELECT 1) SELECT * FROM x",
        "CREATE TABLE t AS SELECT * FROM nowhere",
        "CREATE TABLE t AS SELECT count(*) FROM s",
        "CREATE TABLE t AS SELECT a b FROM s",
        "CREATE TABLE t AS SELECT true",
        "CREATE TABLE t AS SELECT a, s.* FROM s JOIN u ON true",
        "SELECT a, 1 INTO t FROM s",
    ] {
        check(Postgres, sql, "create t: ", "its columns come from a query", "", "");
    }
    for (dialect, sql) in [
        (Sqlite, "CREATE TABLE t AS SELECT a, id AS key FROM s"),
        (Mysql, "CREATE TABLE t AS SELECT a, id AS key FROM s"),
        (Mariadb, "CREATE TABLE t SELECT a, id AS key FROM s"),
    ] {
        let operations = told(dialect, &format!("{SOURCE}; {sql}"));
        assert!(operations[1].starts_with("create t: a "), "{operations:?}");
        assert!(operations[2].contains("the types of its columns come from a query"), "{operations:?}");
    }
}

#[test]
fn a_query_may_stand_in_brackets() {
    let of = |query: &str| told(Postgres, &format!("{SOURCE}; CREATE TABLE t AS {query}"));
    assert_eq!(of("(SELECT a FROM s WHERE id > 1)"), of("SELECT a FROM s WHERE id > 1"));
    let union = of("(SELECT a FROM s) UNION (SELECT a FROM s)");
    assert!(union.len() == 3 && union[2].contains("its columns come from a query"), "{union:?}");
}

#[test]
fn a_copy_of_what_is_not_known_or_by_who_knows_what_is_no_table_yet() {
    for (sql, expected) in [
        ("CREATE TABLE t (LIKE u)", "? SQL `CREATE TABLE t (LIKE u)`: table u is not known (t)"),
        ("CREATE TABLE t (LIKE s, LIKE u INCLUDING ODD)", "(t)"),
        ("CREATE TABLE t AS SELECT strange(a) AS b FROM s", "what strange() does is not known (t)"),
    ] {
        let all = told(Postgres, &format!("{SOURCE}; {sql}"));
        assert!(all.len() == 2 && all[1].ends_with(expected), "{all:?}");
    }
}
