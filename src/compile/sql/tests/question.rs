//! Questions for what is there.

use super::super::*;
use crate::dialect::Dialect;

fn text(text: &str) -> Option<Operand> {
    Some(Operand::Text(text.to_owned()))
}

#[test]
fn plain_questions_are_understood() {
    let pg = |text: &str| question(Dialect::Postgres, text);
    let of = |of, table, name, answer| Some(Question { of, table, name, answer });
    assert_eq!(
        pg("select 1 from pg_catalog.pg_tables where schemaname = %s and tablename = %s;"),
        of(Listing::Tables, None, Some(Operand::Parameter(1)), Answer::Rows(None)),
    );
    assert_eq!(
        pg("SELECT count(*) AS n FROM information_schema.table_constraints WHERE constraint_name = 'it'"),
        of(Listing::Constraints, None, text("it"), Answer::HowMany),
    );
    for relation in ["'shop_item'::regclass", "(SELECT oid FROM pg_class WHERE relname = 'shop_item')"] {
        assert_eq!(
            pg(&format!(
                "SELECT attname FROM pg_attribute WHERE attrelid = {relation} AND attname = 'a' AND NOT attisdropped"
            )),
            of(Listing::Columns, text("shop_item"), text("a"), Answer::Rows(Some(0))),
        );
    }
    assert_eq!(
        question(Dialect::Sqlite, "PRAGMA table_info('shop_item')"),
        of(Listing::Columns, text("shop_item"), None, Answer::Rows(Some(1))),
    );
    assert_eq!(
        question(Dialect::Sqlite, "SELECT name FROM sqlite_master WHERE type='table' AND name=?"),
        of(Listing::Tables, None, Some(Operand::Parameter(0)), Answer::Rows(Some(0))),
    );
    assert_eq!(
        question(Dialect::Mysql, "SHOW COLUMNS FROM `shop_item` LIKE %s"),
        of(Listing::Columns, text("shop_item"), Some(Operand::Parameter(0)), Answer::Rows(Some(0))),
    );
    assert_eq!(
        question(
            Dialect::Mariadb,
            "SELECT INDEX_NAME FROM INFORMATION_SCHEMA.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'a' AND INDEX_NAME = 'b'",
        ),
        of(Listing::Constraints, text("a"), text("b"), Answer::Rows(Some(0))),
    );
}

#[test]
fn whatever_else_is_asked_is_not() {
    for text in [
        "SELECT 1 FROM information_schema.columns WHERE column_name = 'a' OR column_name = 'b'",
        "SELECT 1 FROM information_schema.columns WHERE column_name <> 'a'",
        "SELECT 1 FROM information_schema.columns WHERE column_name LIKE 'a%'",
        "SELECT 1 FROM information_schema.columns WHERE column_name = 'a' AND is_nullable = 'NO'",
        "SELECT 1 FROM information_schema.columns WHERE table_schema = 'other' AND column_name = 'a'",
        "SELECT 1 FROM information_schema.columns a JOIN information_schema.tables b USING (table_name)",
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'a' LIMIT 1",
        "SELECT 1 FROM shop_item WHERE name = 'a'",
        "SELECT 1 FROM pg_class WHERE relname = 'a'",
        "SELECT 1 FROM pg_attribute WHERE attrelid = 'a'",
        "SELECT 1 FROM pg_attribute WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = 'a' OR true)",
        "SELECT 1; SELECT 2",
        "SELECT EXISTS (SELECT column_name FROM information_schema.columns WHERE table_name = 'a')",
        "SELECT 'a",
        "SELECT",
        "",
        "PRAGMA table_info",
        "SHOW COLUMNS",
    ] {
        assert_eq!(question(Dialect::Postgres, text), None, "{text}");
    }
}
