//! What hangs on what is there.

use super::*;

#[test]
fn what_hangs_on_if_exists_is_known_or_nothing() {
    for sql in [
        "ALTER TABLE IF EXISTS u ADD a int",
        "ALTER TABLE t DROP CONSTRAINT IF EXISTS x",
        "ALTER TABLE t DROP COLUMN IF EXISTS z",
    ] {
        then(Postgres, T, sql, &[]);
    }
    then(Postgres, T, "ALTER TABLE IF EXISTS t ADD c int", &["t: add c integer NULL"]);
    let nameless = "CREATE TABLE t (a int, UNIQUE ((lower(a))))";
    let told = "? SQL `ALTER TABLE t DROP INDEX IF EXISTS x`: x, which it drops, is not known (t)";
    then(Mariadb, nameless, "ALTER TABLE t DROP INDEX IF EXISTS x", &[told]);
}

#[test]
fn an_index_goes_with_the_foreign_key_that_brought_it() {
    let t = "CREATE TABLE t (a int, CONSTRAINT k FOREIGN KEY (a) REFERENCES u (a))";
    for sql in [
        "ALTER TABLE t DROP FOREIGN KEY k, DROP KEY k",
        "ALTER TABLE t DROP FOREIGN KEY k; DROP INDEX k ON t",
    ] {
        then(Mysql, t, sql, &["t: drop foreign key k"]);
    }
    let own = "CREATE TABLE t (a int, KEY k (a), CONSTRAINT k FOREIGN KEY (a) REFERENCES u (a))";
    then(
        Mysql,
        own,
        "ALTER TABLE t DROP FOREIGN KEY k, DROP KEY k",
        &["t: drop foreign key k", "t: drop index k"],
    );
}

#[test]
fn a_block_without_turns_is_run_as_it_stands() {
    let block = "DO $$ DECLARE n int := 1; BEGIN ALTER TABLE t DROP COLUMN a; UPDATE t SET b = n; CREATE TABLE u (c int); END $$";
    then(Postgres, T, block, &["t: drop a", "create u: c integer NULL"]);
}
