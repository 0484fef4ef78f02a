//! Statements and what they do, in each dialect.

mod copied;
mod question;
mod there;

use super::*;
use crate::dialect::Dialect::{self, Mariadb, Mysql, Postgres, Sqlite};
use crate::migration::Operation;
use crate::schema::{Change, Schema};

/// What `sql` makes of an empty schema: its changes in short, `? reason (tables)` for what is opaque.
fn told(dialect: Dialect, sql: &str) -> Vec<String> {
    let mut schema = Schema::default();
    apply(dialect, &read(dialect, sql), &mut schema).iter().map(tell).collect()
}

fn tell(operation: &Operation) -> String {
    match operation {
        Operation::Change(change) => tell_change(change),
        Operation::Opaque(opaque) => match &opaque.may_touch {
            MayTouch::Nothing => format!("? {} (nothing)", opaque.reason),
            MayTouch::Anything => format!("? {} (anything)", opaque.reason),
            MayTouch::Tables(tables) => {
                let columns = opaque.may_undo.definitions.iter().filter(|_| opaque.may_undo.only);
                let columns: String = columns.map(|it| format!(".{it} only")).collect();
                let tables: Vec<String> = tables.iter().map(|it| format!("{it}{columns}")).collect();
                format!("? {} ({})", opaque.reason, tables.join(", "))
            }
        },
    }
}

fn tell_change(change: &Change) -> String {
    match change {
        Change::CreateTable(table) => {
            let mut said: Vec<String> = table.columns.iter().map(ToString::to_string).collect();
            said.extend(table.primary_key.iter().map(ToString::to_string));
            said.extend(table.uniques.iter().map(|it| format!("{it} {}", it.name.as_deref().unwrap_or("-"))));
            said.extend(
                table.foreign_keys.iter().map(|it| format!("{it} {}", it.name.as_deref().unwrap_or("-"))),
            );
            said.extend(
                table.checks.iter().map(|it| {
                    format!("{it} {} of {}", it.name.as_deref().unwrap_or("-"), it.columns.join(","))
                }),
            );
            said.extend(table.indexes.iter().map(|it| format!("{it} {}", it.name.as_deref().unwrap_or("-"))));
            said.extend(
                table.exclusions.iter().map(|it| format!("{it} {}", it.name.as_deref().unwrap_or("-"))),
            );
            format!("create {}: {}", table.name, said.join("; "))
        }
        Change::DropTable { table } => format!("drop {table}"),
        Change::RenameTable { from, to } => format!("rename {from} to {to}"),
        Change::AddColumn { table, column } => format!("{table}: add {column}"),
        Change::DropColumn { table, column } => format!("{table}: drop {column}"),
        Change::RenameColumn { table, from, to } => format!("{table}: rename {from} to {to}"),
        Change::AlterColumn { table, column } => format!("{table}: alter {column}"),
        Change::AddPrimaryKey { table, primary_key } => format!("{table}: add {primary_key}"),
        Change::DropPrimaryKey { table } => format!("{table}: drop primary key"),
        Change::AddUnique { table, unique } => {
            format!("{table}: add {unique} {}", unique.name.as_deref().unwrap_or("-"))
        }
        Change::DropUnique { table, unique } => format!("{table}: drop unique {unique}"),
        Change::AddForeignKey { table, foreign_key } => {
            format!("{table}: add {foreign_key} {}", foreign_key.name.as_deref().unwrap_or("-"))
        }
        Change::DropForeignKey { table, foreign_key } => format!("{table}: drop foreign key {foreign_key}"),
        Change::AddCheck { table, check } => format!(
            "{table}: add {check} {} of {}",
            check.name.as_deref().unwrap_or("-"),
            check.columns.join(",")
        ),
        Change::DropCheck { table, check } => format!("{table}: drop check {check}"),
        Change::AddIndex { table, index } => {
            format!("{table}: add {index} {}", index.name.as_deref().unwrap_or("-"))
        }
        Change::DropIndex { table, index } => format!("{table}: drop index {index}"),
        Change::AddExclusion { table, exclusion } => {
            format!("{table}: add {exclusion} {}", exclusion.name.as_deref().unwrap_or("-"))
        }
        Change::DropExclusion { table, exclusion } => format!("{table}: drop exclusion {exclusion}"),
        Change::RenameConstraint { table, from, to } => format!("{table}: rename constraint {from} to {to}"),
    }
}

#[track_caller]
fn check(dialect: Dialect, sql: &str, expected: &[&str]) {
    assert_eq!(told(dialect, sql), expected, "{sql}");
}

/// What the last statements do to a table `t`, which the first one makes.
#[track_caller]
fn then(dialect: Dialect, before: &str, sql: &str, expected: &[&str]) {
    let mut schema = Schema::default();
    for operation in apply(dialect, &read(dialect, before), &mut schema) {
        assert!(matches!(operation, Operation::Change(_)), "{}", tell(&operation));
    }
    let after: Vec<String> = apply(dialect, &read(dialect, sql), &mut schema).iter().map(tell).collect();
    assert_eq!(after, expected, "{sql}");
}

const T: &str = "CREATE TABLE t (a int, b text)";

/// The scripts that `tests/it/compile_sql.rs` runs on real servers.
#[test]
fn scripts_are_read_so() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/sql"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for dialect in [Postgres, Mariadb, Sqlite] {
            let folder = format!("{}/tests/cases/sql/{dialect}", env!("CARGO_MANIFEST_DIR"));
            let mut scripts: Vec<_> =
                std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
            scripts.sort();
            for script in scripts {
                let text = std::fs::read_to_string(&script).unwrap();
                let name = format!("{dialect}-{}", script.file_stem().unwrap().display());
                insta::assert_snapshot!(name, told(dialect, &text).join("\n"));
            }
        }
    });
}

#[test]
fn rows_and_the_session_are_nothing() {
    for dialect in [Postgres, Mysql, Mariadb, Sqlite] {
        for sql in [
            "",
            ";;",
            "-- only a comment",
            "/* ; DROP TABLE t */;",
            "INSERT INTO t VALUES ('; DROP TABLE t')",
            "UPDATE t SET a = 1; DELETE FROM t; BEGIN; COMMIT",
            "SELECT count(*) FROM t WHERE a IN (1, 2)",
            "CREATE VIEW v AS SELECT 1",
            "DROP VIEW v",
            "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW SET @a = 1",
            "WITH x AS (SELECT 1) INSERT INTO t SELECT f(1) FROM x",
            "SET x = 1",
            "DROP TABLE IF EXISTS t",
            "CREATE TEMPORARY TABLE t (a int)",
            "ANALYZE t",
            "(SELECT 1)",
        ] {
            check(dialect, sql, &[]);
        }
    }
    for sql in [
        "SELECT setval('s', 1), nextval('s')",
        "UPDATE t SET a = to_tsvector('english', b), c = split_part(d, '-', 1) WHERE e = uuid_generate_v4()",
        "SELECT lag(a) OVER (ORDER BY b), pg_typeof(a), current_setting('x.y', true) FROM t",
        "SELECT st_force2d(geom), current_database() FROM t",
        "SELECT pg_catalog.setval('x', 1, false)",
        "COPY t FROM stdin;\n1\tDROP TABLE t;\n\\.\nSELECT 1",
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE UNLOGGED SEQUENCE s",
        "CREATE FOREIGN DATA WRAPPER w",
        "DROP USER MAPPING FOR x SERVER y",
        "DROP EXTENSION pg_trgm",
        "CREATE TYPE x AS ENUM ('a')",
        "ALTER TYPE x ADD VALUE 'b'",
        "GRANT SELECT ON t TO x",
        "COMMENT ON TABLE t IS 'x'",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "\\echo DROP TABLE t",
        "\\connect x\nSELECT 1",
        "CREATE OR REPLACE FUNCTION f() RETURNS trigger AS $body$ BEGIN; DROP TABLE t; END $body$ LANGUAGE plpgsql",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
        "REFRESH MATERIALIZED VIEW v",
        "SELECT E'\\'; DROP TABLE t; --'",
        "SELECT 'a\\'; SELECT 2",
        "CREATE SCHEMA IF NOT EXISTS x",
    ] {
        check(Postgres, sql, &[]);
    }
}

#[test]
fn what_is_not_seen_through_is_told() {
    let anything = |dialect, sql: &str| {
        let all = told(dialect, sql);
        assert!(all.len() == 1 && all[0].ends_with("(anything)"), "{sql}: {all:?}");
    };
    for sql in [
        "DO $$ BEGIN EXECUTE x; END $$",
        "SELECT create_hypertable('t', 'a')",
        "SELECT my.count(1)",
        "CALL p()",
        "DROP TYPE other.x CASCADE",
        "DROP EXTENSION x CASCADE",
        "DROP SCHEMA x CASCADE",
        "ROLLBACK",
        "\\i other.sql",
        "GIBBERISH t",
        "CREATE GIBBERISH",
        "ALTER GIBBERISH x",
        "DROP GIBBERISH x",
        "UPDATE pg_attribute SET attnotnull = false",
        "INSERT INTO t VALUES ('not closed",
        "/* not closed",
        "CREATE SCHEMA x CREATE TABLE t (a int)",
        "SET search_path TO tenant, public",
        "ALTER SCHEMA a RENAME TO b",
        "SET standard_conforming_strings = off",
        "EXPLAIN ANALYZE DELETE FROM t",
        "DROP OWNED BY x",
    ] {
        anything(Postgres, sql);
    }
    for sql in [
        "CALL p()",
        "EXECUTE s",
        "DROP DATABASE x",
        "SET sql_mode = 'ANSI_QUOTES'",
        "BEGIN NOT ATOMIC SELECT 1",
        "SELECT `a",
    ] {
        anything(Mariadb, sql);
    }
    for sql in [
        "PRAGMA writable_schema = 1",
        "UPDATE sqlite_master SET sql = ''",
        "SELECT AddGeometryColumn('t', 'g')",
    ] {
        anything(Sqlite, sql);
    }
}

#[test]
fn the_narrowest_table_is_told() {
    let names = |dialect, sql: &str, tables: &str| {
        let all = told(dialect, sql);
        assert!(all.len() == 1 && all[0].ends_with(&format!("({tables})")), "{sql}: {all:?}");
    };
    for dialect in [Postgres, Mysql, Mariadb, Sqlite] {
        names(dialect, "CREATE TABLE t (a int) gibberish gibberish gibberish gibberish (", "t");
        names(dialect, "CREATE TABLE t (a int gibberish @)", "t");
        names(dialect, "ALTER TABLE t ADD COLUMN a int", "t");
        names(dialect, "CREATE INDEX i ON t (a)", "t");
        names(dialect, "CREATE INDEX i ON t (a) GIBBERISH", "t");
        names(dialect, "ALTER TABLE t RENAME TO u", "t, u");
    }
    names(Postgres, "CREATE TABLE t (LIKE u INCLUDING ALL)", "t");
    names(Postgres, "CREATE TABLE t (a int) INHERITS (u)", "t");
    names(Postgres, "CREATE FOREIGN TABLE x.t (a int) SERVER s", "x.t");
    names(Postgres, "ALTER TABLE t INHERIT u", "t");
    names(Mysql, "CREATE TABLE t LIKE u", "t");
    names(Mariadb, "CREATE TABLE d.t (a int)", "t, d.t");
    names(Mariadb, "USE d; CREATE TABLE t (a int)", "t, d.t");
}

#[test]
fn one_unknown_action_loses_no_other() {
    then(
        Postgres,
        T,
        "ALTER TABLE t ADD c int, GIBBERISH x, DROP b",
        &[
            "t: add c integer NULL",
            "? SQL `ALTER TABLE t ADD c int, GIBBERISH x, DROP b`: `GIBBERISH x`: is not understood (t)",
            "t: drop b",
        ],
    );
}

#[test]
fn one_unknown_statement_loses_no_other() {
    check(
        Postgres,
        "CREATE TABLE a (x int); GIBBERISH; CREATE TABLE b (x int)",
        &[
            "create a: x int NULL",
            "? SQL `GIBBERISH`: this kind of statement is not understood (anything)",
            "create b: x int NULL",
        ]
        .map(|it| it.replace("x int", "x integer"))
        .each_ref()
        .map(String::as_str),
    );
}

#[test]
fn a_bare_name_is_looked_for_where_the_path_says() {
    check(
        Postgres,
        "SET search_path = other; CREATE TABLE T (a text); RESET search_path; CREATE TABLE \"T\" (a text)",
        &["create other.t: a text NULL", "create T: a text NULL"],
    );
    check(
        Postgres,
        "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.t (a text)",
        &["create t: a text NULL"],
    );
    check(Postgres, "SET search_path TO public, x; CREATE TABLE t (a text)", &["create t: a text NULL"]);
}

#[test]
fn what_is_not_known_cannot_be_dropped() {
    for sql in ["DROP TABLE u", "ALTER TABLE u DROP COLUMN a", "ALTER TABLE t DROP COLUMN z"] {
        then(Postgres, T, sql, &[]);
    }
    then(Postgres, T, "ALTER TABLE t_id_seq RENAME TO u_id_seq", &[]);
    then(
        Postgres,
        T,
        "ALTER TABLE t DROP CONSTRAINT x",
        &["? SQL `ALTER TABLE t DROP CONSTRAINT x`: x, which it drops, is not known (t)"],
    );
    then(
        Postgres,
        T,
        "DROP INDEX x",
        &["? SQL `DROP INDEX x`: index x, which it drops, is not known (nothing)"],
    );
    then(
        Postgres,
        T,
        "ALTER TABLE t ALTER z DROP NOT NULL",
        &["? SQL `ALTER TABLE t ALTER z DROP NOT NULL`: column z of t is not known (t)"],
    );
    then(
        Postgres,
        T,
        "CREATE TABLE t (a int)",
        &["? SQL `CREATE TABLE t (a int)`: table t is there already (t)"],
    );
}

#[test]
fn what_is_there_already_stays() {
    then(Postgres, T, "ALTER TABLE t ADD COLUMN IF NOT EXISTS a text UNIQUE", &[]);
    then(
        Postgres,
        T,
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS c text UNIQUE",
        &["t: add c text NULL", "t: add UNIQUE (c) t_c_key"],
    );
    let two = "CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE INDEX i ON u (a)";
    then(Postgres, two, "CREATE INDEX IF NOT EXISTS i ON t (a)", &[]);
    then(Mariadb, two, "CREATE INDEX IF NOT EXISTS i ON t (a)", &["t: add INDEX (a) i"]);
}

#[test]
fn words_that_may_be_names_are() {
    check(Postgres, "CREATE TABLE sequence (view text)", &["create sequence: view text NULL"]);
    check(
        Postgres,
        "CREATE TABLE t (exclude text, key text, index text)",
        &["create t: exclude text NULL; key text NULL; index text NULL"],
    );
    then(
        Sqlite,
        T,
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1)",
        &[
            "? SQL `ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1)`: `ADD CONSTRAINT c CHECK (a > 1)`: is not understood (t)",
        ],
    );
}

#[test]
fn names_are_those_of_the_known_table() {
    then(
        Sqlite,
        "CREATE TABLE Shop (Id integer, `Name` text)",
        "ALTER TABLE SHOP DROP COLUMN NAME; CREATE INDEX x ON shop (ID)",
        &["Shop: drop Name", "Shop: add INDEX (Id) x"],
    );
    then(Mysql, "CREATE TABLE t (Id int)", "ALTER TABLE t MODIFY ID bigint", &["t: alter Id bigint NULL"]);
    then(
        Mysql,
        "CREATE TABLE t (Id int)",
        "ALTER TABLE T MODIFY ID bigint",
        &["? SQL `ALTER TABLE T MODIFY ID bigint`: table T is not known (T)"],
    );
}

#[test]
fn a_part_leaves_the_rest_of_the_column() {
    let before =
        "CREATE TABLE t (a serial, b varchar(3) NOT NULL DEFAULT 'x', c int GENERATED ALWAYS AS IDENTITY)";
    then(
        Postgres,
        before,
        "ALTER TABLE t ALTER b DROP NOT NULL",
        &["t: alter b varchar(3) NULL DEFAULT 'x'"],
    );
    then(
        Postgres,
        before,
        "ALTER TABLE t ALTER b TYPE varchar(9)",
        &["t: alter b varchar(9) NOT NULL DEFAULT 'x'"],
    );
    then(
        Postgres,
        before,
        "ALTER TABLE t ALTER b TYPE int USING b::int",
        &["t: alter b integer NOT NULL DEFAULT (not known)"],
    );
    then(Postgres, before, "ALTER TABLE t ALTER b SET DEFAULT NULL", &["t: alter b varchar(3) NOT NULL"]);
    then(Postgres, before, "ALTER TABLE t ALTER a DROP DEFAULT", &["t: alter a integer NOT NULL"]);
    then(Postgres, before, "ALTER TABLE t ALTER c DROP IDENTITY", &["t: alter c integer NOT NULL"]);
    then(Postgres, before, "ALTER TABLE t ALTER a SET DEFAULT nextval('other'::regclass)", &[]);
    then(Postgres, before, "ALTER TABLE t ALTER c SET GENERATED BY DEFAULT SET START 3 RESTART", &[]);
}

#[test]
fn servers_decide_some_things() {
    check(
        Mysql,
        "CREATE TABLE t (a int REFERENCES o (id))",
        &[
            "create t: a int NULL",
            "? SQL `CREATE TABLE t (a int REFERENCES o (id))`: MySQL before 9.0 ignores a REFERENCES beside a column (t.a only)",
        ],
    );
    check(
        Mariadb,
        "CREATE TABLE t (a timestamp NOT NULL)",
        &[
            "create t: a timestamp NOT NULL",
            "? SQL `CREATE TABLE t (a timestamp NOT NULL)`: what a timestamp is without NULL or a default, explicit_defaults_for_timestamp decides (t.a only)",
        ],
    );
    check(
        Mariadb,
        "CREATE TABLE t (a timestamp NULL) /*!80000 ENGINE=MyISAM */",
        &["create t: a timestamp NULL"],
    );
    check(Mariadb, "ALTER TABLE t ENGINE=InnoDB ROW_FORMAT=DYNAMIC; ALTER TABLE t ENGINE innodb", &[]);
    check(
        Mysql,
        "/*M! CREATE TABLE m (a int) */; /*!40000 CREATE TABLE t (a text) */",
        &["create t: a text NULL"],
    );
}

/// What the settings hold may be in any of them.
#[test]
fn what_is_told_of_a_statement_holds_none_of_its_texts() {
    for (dialect, sql, shown) in [
        (Postgres, "SELECT f('', 'it''s secret', \"name\")", "SELECT f('', '…', \"name\")"),
        (Postgres, "DO $$ BEGIN PERFORM f('secret'); END $$", "DO $$ BEGIN PERFORM f(…$$"),
        (Mysql, "SELECT f(\"secret\", 'se\\'cret')", "SELECT f('…', '…')"),
        (Postgres, "SELECT f('secret", "SELECT f('…'"),
        (Postgres, "SELECT /* don't */ f(E'a', $x$b$x$)", "SELECT f('…', '…')"),
    ] {
        assert_eq!(read(dialect, sql)[0].text, shown);
    }
    let long = format!("SELECT f('{}secret')", "x".repeat(9_000));
    assert_eq!(read(Postgres, &long)[0].text, "SELECT f('…')");
}

#[test]
fn a_statement_knows_its_line_and_its_beginning() {
    let all = read(Postgres, "-- one\nSELECT 1;\n\n  /* two */ CREATE\n  TABLE   t (a int);\n\\i x");
    let said: Vec<_> = all.iter().map(|it| (it.line, it.text.as_str())).collect();
    assert_eq!(said, [(2, "SELECT 1"), (4, "CREATE TABLE t (a int)"), (6, "\\i x")]);
}

#[test]
fn hostile_texts_are_told_and_cost_little() {
    let long = format!("CREATE TABLE t (a int DEFAULT {}1)", "1 + ".repeat(200_000));
    assert_eq!(told(Postgres, &long), ["create t: a integer NULL DEFAULT (not known)"]);
    let deep = format!("CREATE TABLE t (a int CHECK {}1{})", "(".repeat(100_000), ")".repeat(100_000));
    for dialect in [Postgres, Mysql, Mariadb, Sqlite] {
        assert!(told(dialect, &deep)[0].contains("deeper than 200"));
        assert!(told(dialect, &"x".repeat(MOST_BYTES + 1))[0].contains("more than 2 MiB"));
        assert_eq!(told(dialect, &"SELECT 1;".repeat(50_000)).len(), 0);
        assert_eq!(told(dialect, &"\n".repeat(MOST_BYTES)).len(), 0);
        told(dialect, &"/*".repeat(500_000));
        told(dialect, &"$a".repeat(200_000));
        told(dialect, &"CREATE TRIGGER begin ".repeat(50_000));
        told(dialect, &format!("CREATE FUNCTION {}", "case ".repeat(200_000)));
        told(dialect, &"\\ d ".repeat(200_000));
        told(dialect, &format!("ALTER TABLE t {}", "ADD a int,".repeat(20_000)));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 400, failure_persistence: None, ..Default::default() })]

    /// Any cut and any mutation of real scripts is read without a panic.
    #[test]
    fn mutations_never_panic(
        which in 0..100_usize, dialect in 0..4_usize,
        edits in proptest::collection::vec((0.0..1.0_f64, 0..40_usize, "\\PC{0,3}|[;()'\"`$/*\\\\ -]{0,3}|(select|begin|end|case|table|add|drop|int)"), 0..6),
    ) {
        let dialect = [Postgres, Mysql, Mariadb, Sqlite][dialect];
        let folder = format!("{}/tests/cases/sql", env!("CARGO_MANIFEST_DIR"));
        let mut scripts = Vec::new();
        for name in ["postgres", "mariadb", "sqlite"] {
            let all = std::fs::read_dir(format!("{folder}/{name}")).unwrap();
            scripts.extend(all.map(|it| std::fs::read_to_string(it.unwrap().path()).unwrap()));
        }
        let mut text = scripts[which % scripts.len()].clone();
        for (place, length, insert) in edits {
            let start = text.floor_char_boundary((text.len() as f64 * place) as usize);
            let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
            text.replace_range(start..end, &insert);
        }
        told(dialect, &text);
    }
}
