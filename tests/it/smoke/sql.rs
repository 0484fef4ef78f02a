//! Checks in SQL on each server: what they tell, and that they leave nothing behind.

use std::time::Instant;

use schema_health::dialect::Dialect;
use schema_health::smoke::SmokeOutcome;
use sqlx::Connection;

use super::{result, run, shop, told};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

/// `shop_gone` is missing, and so is the column `note`.
fn manifest(dialect: &str) -> String {
    format!(
        "format: 1
dialect: {dialect}
ledger: django
migrations:
  - app: shop
    name: 0001_initial
    operations:
      - create_table: {{name: shop_user, columns: {{id: integer primary key, name: varchar(40) not null}}}}
      - create_table: {{name: shop_order, columns: {{id: integer primary key, user_id: integer not null}}}}
  - app: shop
    name: 0002_more
    dependencies: [shop.0001_initial]
    operations:
      - create_table: {{name: shop_gone, columns: {{id: integer primary key}}}}
      - add_column: {{table: shop_order, name: note, column: text}}
"
    )
}

/// The same without the column that lacks.
fn whole_orders(dialect: &str) -> String {
    manifest(dialect).replace("      - add_column: {table: shop_order, name: note, column: text}\n", "")
}

fn ledger(time: &str) -> String {
    format!(
        "CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT \
         NULL, applied {time} NOT NULL);
         INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00'),
           (2, 'shop', '0002_more', '2026-01-02 10:00:00');"
    )
}

const READS: &str = "checks:
  - {name: accepted, sql: SELECT id FROM shop_user}
  - {name: rows, sql: \"SELECT id FROM shop_user;\", expect: rows}
  - {name: no rows, sql: SELECT id FROM shop_user WHERE id > 99, expect: no_rows}
  - {name: no rows but some, sql: SELECT id FROM shop_user, expect: no_rows}
  - {name: count, sql: SELECT count(*) FROM shop_user, expect: {value: 2}}
  - {name: another count, sql: SELECT count(*) FROM shop_user, expect: {value: 3}}
  - {name: name, sql: SELECT name FROM shop_user ORDER BY id, expect: {value: ann}}
  - {name: nothing, sql: SELECT NULL, expect: {value: 1}}
  - {name: settings page, sql: \"SELECT * FROM shop_user u JOIN shop_gone g ON g.id = u.id\"}
  - {name: profile page, sql: SELECT 1, after: [settings page]}
  - {name: notes, sql: SELECT note FROM shop_order}
  - {name: typing error, sql: SELEKT 1 FROM}
";

/// The same on each server.
const READ: [&str; 11] = [
    "accepted: passed: the server took it",
    "rows: passed: it gave rows",
    "no rows: passed: it gave no row",
    "no rows but some: failed: it gave rows, where there should be none",
    "count: passed: it gave the expected value",
    "another count: failed: it gave another value than the expected one",
    "name: passed: it gave the expected value",
    "nothing: failed: it gave NULL, where a value should be",
    "settings page: blocked by shop_gone (missing; shop.0002_more): the server refused it: ",
    "profile page: not tested: blocked by \"settings page\", which is blocked",
    "notes: blocked by shop_order.note (missing; shop.0002_more): the server refused it: ",
];

#[track_caller]
fn check_reads(lines: &[String]) {
    assert_eq!(lines.len(), READ.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(READ) {
        let is_as_expected =
            if expected.ends_with(' ') { line.starts_with(expected) } else { line == expected };
        assert!(is_as_expected, "{line}\nshould be\n{expected}");
    }
}

fn reads() -> String {
    READS.lines().filter(|line| !line.contains("SELEKT")).map(|line| format!("{line}\n")).collect()
}

const TABLES: &str = "CREATE TABLE shop_user (id integer PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE shop_order (id integer PRIMARY KEY, user_id integer NOT NULL);
INSERT INTO shop_user VALUES (1, 'ann'), (2, 'bob');";

#[tokio::test]
async fn queries_on_postgres() {
    let database = postgres_database().await;
    database.execute(&format!("{} {TABLES} CREATE SEQUENCE s", ledger("timestamptz"))).await;
    check_reads(&told(&run(&shop(&manifest("postgres"), &database.url(), &reads())).await));
    // Reading only, and for as long as was said.
    let more = "timeout: 700ms
checks:
  - {name: sequence, sql: SELECT nextval('s')}
  - {name: writes, sql: \"WITH w AS (DELETE FROM shop_user RETURNING id) SELECT id FROM w\"}
  - {name: slow, sql: SELECT pg_sleep(20)}
  - {name: truth, sql: SELECT true, expect: {value: true}}
  - {name: many, sql: \"SELECT repeat('x', 1000) FROM pg_attribute a, pg_attribute b, pg_attribute c\", expect: rows}
";
    let began = Instant::now();
    let run = run(&shop(&manifest("postgres"), &database.url(), more)).await;
    let lines = told(&run);
    assert_eq!(lines[0], "sequence: failed: the server refused it with its code 25006");
    assert!(lines[1].starts_with("writes: failed: the server refused it with its code "), "{lines:?}");
    assert!(lines[2].starts_with("slow: failed: "), "{lines:?}");
    assert_eq!(lines[3..], ["truth: passed: it gave the expected value", "many: passed: it gave rows"]);
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    assert_eq!(count(&database, "SELECT count(*) FROM shop_user").await, 2);
}

#[tokio::test]
async fn queries_on_mariadb_or_mysql() {
    let database = mysql_database().await;
    database.execute(&format!("{} {TABLES}", ledger("datetime"))).await;
    check_reads(&told(&run(&shop(&manifest(database.kind()), &database.url(), &reads())).await));
    let more = "timeout: 700ms
checks:
  - {name: slow, sql: SELECT SLEEP(20) FROM shop_user}
  - {name: value, sql: \"SELECT 1.50\", expect: {value: '1.50'}}
  - {name: quotes, sql: \"SELECT 'it''s \\\\'' \", expect: {value: \"it's '\"}}
";
    let lines = told(&run(&shop(&manifest(database.kind()), &database.url(), more)).await);
    assert_eq!(
        lines[1..],
        ["value: passed: it gave the expected value", "quotes: passed: it gave the expected value"]
    );
    // MariaDB says that it was stopped, MySQL makes SLEEP() return early and goes on.
    assert!(lines[0].starts_with("slow: "), "{lines:?}");
}

#[tokio::test]
async fn queries_on_sqlite() {
    let database = sqlite_database().await;
    database.execute(&format!("{} {TABLES}", ledger("text"))).await;
    check_reads(&told(&run(&shop(&manifest("sqlite"), &database.url(), &reads())).await));
    let more = "timeout: 300ms
checks:
  - {name: slow, sql: \"WITH RECURSIVE c(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c\"}
  - {name: after that, sql: SELECT 1, expect: {value: 1}}
";
    let began = Instant::now();
    let lines = told(&run(&shop(&manifest("sqlite"), &database.url(), more)).await);
    assert!(lines[0].starts_with("slow: failed: "), "{lines:?}");
    assert_eq!(lines[1], "after that: passed: it gave the expected value");
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

/// A role that may not read says nothing about the application.
#[tokio::test]
async fn a_right_that_lacks_accuses_nobody() {
    let database = postgres_database().await;
    database.execute(&format!("{} {TABLES}", ledger("timestamptz"))).await;
    let role = database.role().await;
    database.execute(&format!("GRANT SELECT ON django_migrations TO {role}")).await;
    let smoke = "checks: [{name: users, sql: SELECT id FROM shop_user}]";
    let run_of = run(&shop(&manifest("postgres"), &database.url_of(&role), smoke)).await;
    let users = result(&run_of, "users");
    assert_eq!(users.outcome, SmokeOutcome::NotTested);
    assert!(users.message.contains("permission denied for table shop_user"), "{}", users.message);
    // Another role for the checks than for the audit.
    let smoke = format!("url: \"{}\"\n{smoke}", database.url());
    let run_of = run(&shop(&manifest("postgres"), &database.url_of(&role), &smoke)).await;
    assert_eq!(told(&run_of), ["users: passed: the server took it"]);
    // A role that cannot come in.
    let smoke = "url: postgres://nobody:canary@127.0.0.1:1/x\nchecks: [{name: users, sql: SELECT 1}]";
    let run_of = run(&shop(&manifest("postgres"), &database.url(), smoke)).await;
    assert_eq!(result(&run_of, "users").outcome, SmokeOutcome::NotTested);
    assert!(!format!("{run_of:?}").contains("canary"));
}

async fn count(database: &crate::servers::postgres::PostgresDatabase, sql: &'static str) -> i64 {
    let mut connection = database.connect().await;
    let count = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

#[tokio::test]
async fn writes_on_postgres_leave_neither_row_nor_lock() {
    let database = postgres_database().await;
    database
        .execute(&format!(
            "{} CREATE TABLE shop_user (id serial PRIMARY KEY, name varchar(40) NOT NULL UNIQUE);
             CREATE TABLE shop_order (id serial PRIMARY KEY, user_id integer NOT NULL
               REFERENCES shop_user DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO shop_user (name) VALUES ('ann')",
            ledger("timestamptz")
        ))
        .await;
    let smoke = format!(
        "allow_write_checks: true
write_url: \"{}\"
checks:
  - name: user creation
    write:
      - INSERT INTO shop_user (name) VALUES ('schema-health') RETURNING id
      - INSERT INTO shop_order (user_id) SELECT id FROM shop_user WHERE name = 'schema-health'
  - {{name: same name, write: \"INSERT INTO shop_user (name) VALUES ('ann')\"}}
  - {{name: no such user, write: INSERT INTO shop_order (user_id) VALUES (99)}}
  - {{name: no name, write: INSERT INTO shop_user DEFAULT VALUES}}
  - {{name: gone, write: INSERT INTO shop_gone VALUES (1)}}
  - {{name: a column lacks, write: UPDATE shop_user SET nickname = name}}
",
        database.url()
    );
    let run = run(&shop(&whole_orders("postgres"), &database.url(), &smoke)).await;
    assert_eq!(
        told(&run),
        [
            "user creation: passed: the server took it, and it was rolled back",
            "same name: failed: the server refused it: duplicate key value violates unique constraint \
             \"shop_user_name_key\" (code 23505)",
            // Checked at commit only, if nobody asked before.
            "no such user: failed: the server refused it: insert or update on table \"shop_order\" violates foreign \
             key constraint \"shop_order_user_id_fkey\" (code 23503)",
            "no name: failed: the server refused it: null value in column \"name\" of relation \"shop_user\" violates \
             not-null constraint (code 23502)",
            "gone: blocked by shop_gone (missing; shop.0002_more): not tried",
            "a column lacks: failed: the server refused it: column \"nickname\" of relation \"shop_user\" does not exist \
             (code 42703)",
        ]
    );
    assert_eq!(result(&run, "user creation").action, "INSERT (shop_user), INSERT (shop_order, shop_user)");
    assert_eq!(count(&database, "SELECT count(*) FROM shop_user").await, 1);
    assert_eq!(count(&database, "SELECT count(*) FROM shop_order").await, 0);
    // Three inserts took a number each: sequences are not rolled back, which README says.
    assert_eq!(count(&database, "SELECT last_value FROM shop_user_id_seq").await, 4);
    let left = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.application_name = \
                'schema-health' AND a.datname = current_database() AND l.mode LIKE '%Exclusive%' AND l.locktype = 'relation'";
    assert_eq!(count(&database, left).await, 0);
}

#[tokio::test]
async fn writes_on_mariadb_or_mysql_leave_nothing_or_say_so() {
    let database = mysql_database().await;
    database
        .execute(&format!(
            "{} CREATE TABLE shop_user (id integer PRIMARY KEY AUTO_INCREMENT, name varchar(40) NOT NULL) ENGINE = InnoDB;
             CREATE TABLE shop_order (id integer PRIMARY KEY AUTO_INCREMENT, user_id integer NOT NULL) ENGINE = MyISAM;
             CREATE TABLE shop_log (id integer) ENGINE = MyISAM;
             CREATE TABLE shop_watched (id integer) ENGINE = InnoDB;
             CREATE TRIGGER shop_trigger AFTER INSERT ON shop_watched FOR EACH ROW INSERT INTO shop_log VALUES (NEW.id)",
            ledger("datetime")
        ))
        .await;
    let smoke = format!(
        "allow_write_checks: true
write_url: \"{}\"
checks:
  - {{name: user creation, write: \"INSERT INTO shop_user (name) VALUES ('schema-health')\"}}
  - {{name: no name, write: INSERT INTO shop_user (id) VALUES (1)}}
  - {{name: order, write: INSERT INTO shop_order (user_id) VALUES (1)}}
  - {{name: watched, write: INSERT INTO shop_watched VALUES (1)}}
  - {{name: gone, write: INSERT INTO shop_gone VALUES (1)}}
",
        database.url()
    );
    let run = run(&shop(&whole_orders(database.kind()), &database.url(), &smoke)).await;
    let lines = told(&run);
    assert_eq!(lines[0], "user creation: passed: the server took it, and it was rolled back");
    assert!(
        lines[1].starts_with("no name: failed: the server refused it: Field 'name' doesn't have a default"),
        "{lines:#?}"
    );
    assert_eq!(
        lines[2],
        "order: not tested: table shop_order is of the engine MyISAM, which no rollback takes back: it is not written to"
    );
    assert!(
        lines[3].starts_with("watched: failed: NOT ROLLED BACK: the server could not roll back all"),
        "{lines:#?}"
    );
    assert_eq!(lines[4], "gone: blocked by shop_gone (missing; shop.0002_more): not tried");
    let mut connection = database.connect().await;
    for (table, rows) in [("shop_user", 0), ("shop_order", 0), ("shop_watched", 0), ("shop_log", 1)] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
        assert_eq!(count, rows, "{table}");
    }
    assert!([Dialect::Mariadb, Dialect::Mysql].contains(&database.dialect));
    connection.close().await.unwrap();
}

#[tokio::test]
async fn writes_on_sqlite_leave_neither_row_nor_lock() {
    let database = sqlite_database().await;
    database.execute(&format!("{} {TABLES}", ledger("text"))).await;
    let smoke = format!(
        "allow_write_checks: true
write_url: \"{}\"
checks:
  - name: user creation
    write: \"INSERT INTO shop_user VALUES (3, 'schema-health'); UPDATE shop_order SET user_id = 3\"
  - {{name: same user, write: \"INSERT INTO shop_user VALUES (1, 'ann')\"}}
  - {{name: gone, write: DELETE FROM shop_gone}}
",
        database.url()
    );
    let config = shop(&whole_orders("sqlite"), &database.url(), &smoke);
    let expected = [
        "user creation: passed: the server took it, and it was rolled back",
        "same user: failed: the server refused it: UNIQUE constraint failed: shop_user.id (code 19)",
        "gone: blocked by shop_gone (missing; shop.0002_more): not tried",
    ];
    assert_eq!(told(&run(&config).await), expected);
    // In WAL mode too, and another writer comes in at once.
    database.execute("PRAGMA journal_mode = WAL").await;
    assert_eq!(told(&run(&config).await), expected);
    database.execute("UPDATE shop_user SET name = 'eve' WHERE id = 2").await;
    let mut connection = database.connect().await;
    let (count,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM shop_user").fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 2);
    // Whoever is writing is not waited for longer than the lock budget, and not accused.
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
    let run = run(&config).await;
    assert_eq!(result(&run, "user creation").outcome, SmokeOutcome::NotTested, "{run:?}");
    connection.close().await.unwrap();
}
