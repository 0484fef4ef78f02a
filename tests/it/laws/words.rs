//! What each dialect offers: types with their defaults, expressions, kinds of index.

use schema_health::dialect::Dialect;

/// What can be done with a column of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Text,
    Number,
    /// Can be a key of an ordinary index.
    Other,
    /// Cannot, or only by a part of it.
    Large,
}

pub struct Type {
    pub text: &'static str,
    pub class: Class,
    pub defaults: &'static [&'static str],
}

const fn of(text: &'static str, class: Class, defaults: &'static [&'static str]) -> Type {
    Type { text, class, defaults }
}

use Class::{Large, Number, Other, Text};

pub fn types(dialect: Dialect) -> &'static [Type] {
    match dialect {
        Dialect::Postgres => POSTGRES,
        Dialect::Mysql => MYSQL,
        Dialect::Mariadb => MARIADB,
        Dialect::Sqlite => SQLITE,
    }
}

/// Types of a key that may number itself.
pub fn key_types(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Postgres => &["bigint", "integer", "int4", "smallint"],
        Dialect::Mysql | Dialect::Mariadb => &["bigint", "int", "int(11) unsigned", "BIGINT UNSIGNED"],
        Dialect::Sqlite => &["integer", "INTEGER"],
    }
}

/// Expressions over a text column `{}`, for checks and predicates.
pub fn text_conditions(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Postgres => {
            &["{} <> ''", "length({}) > 2", "{} IS NOT NULL", "{} IN ('a', 'it''s')", "{} ~ '^[a-z]+$'"]
        }
        Dialect::Mysql | Dialect::Mariadb => &["{} <> ''", "char_length({}) > 2", "{} in ('a', 'it''s')"],
        Dialect::Sqlite => {
            &["{} <> ''", "length({}) > 2", "{} IS NOT NULL", "{} IN ('a', 'it''s')", "{} = 'x' OR {} = ')'"]
        }
    }
}

/// The same over a number.
pub const NUMBER_CONDITIONS: &[&str] = &["{} >= 0", "{} > 0 AND {} < 100", "({}) <> 7", "{} * 2 > 1"];

/// Expressions over a text column that can be a key of an index or be generated.
pub const TEXT_EXPRESSIONS: &[&str] = &["lower({})", "upper({})"];

const POSTGRES: &[Type] = &[
    of("varchar(30)", Text, &["''", "'x'", "'it''s'", "'null'", "'a\\b'"]),
    of("text", Text, &["'a b'", "'x'::text", "('a' || 'b')"]),
    of("character varying(200)", Text, &["'x'::character varying"]),
    of("char(3)", Text, &["'abc'"]),
    of("integer", Number, &["0", "-1", "'7'", "(1 + 2)"]),
    of("int8", Number, &["9000000000", "0"]),
    of("smallint", Number, &["1", "-5"]),
    of("numeric(10, 2)", Number, &["0", "1.50", "-0.5"]),
    of("numeric", Number, &["1.0"]),
    of("double precision", Number, &["1.5", "0"]),
    of("real", Number, &["0.1"]),
    of("float(10)", Number, &[]),
    of("boolean", Other, &["true", "false", "'f'"]),
    of("date", Other, &["CURRENT_DATE", "'2020-01-01'"]),
    of("timestamp with time zone", Other, &["now()", "CURRENT_TIMESTAMP", "'2020-01-01 00:00:00+00'"]),
    of("timestamptz(3)", Other, &["now()"]),
    of("timestamp", Other, &["LOCALTIMESTAMP"]),
    of("time(0)", Other, &["'12:00'"]),
    of("interval", Other, &["'1 day'"]),
    of("uuid", Other, &["gen_random_uuid()"]),
    of("inet", Other, &["'127.0.0.1'"]),
    of("bytea", Other, &["'\\x00'"]),
    of("bit varying(5)", Other, &["B'101'"]),
    of("varchar(10)[]", Other, &["'{}'", "ARRAY['a', 'b']"]),
    of("int4range", Other, &[]),
    of("jsonb", Other, &["'{}'", "'{\"a\": 1}'"]),
    of("json", Large, &["'{}'"]),
    of("xml", Large, &[]),
];

const MYSQL: &[Type] = &[
    of(
        "varchar(30)",
        Text,
        &["''", "'x'", "'it''s'", "'NULL'", "'a\\\\b'", "(concat('a', 'it''s', 'b\\\\'))"],
    ),
    of("char(3)", Text, &["'abc'"]),
    of("varchar(100) COLLATE utf8mb4_bin", Text, &["'x'"]),
    of("int", Number, &["0", "-1", "'7'", "(1 + 2)"]),
    of("bigint(20) unsigned", Number, &["7"]),
    of("smallint", Number, &["1"]),
    of("decimal(10,2)", Number, &["0", "1.50", "-0.5"]),
    of("numeric", Number, &["3"]),
    of("double", Number, &["1.5", "0"]),
    of("float", Number, &["0.5"]),
    of("bool", Other, &["TRUE", "0"]),
    of("tinyint(1)", Other, &["1"]),
    of("date", Other, &["'2020-01-01'", "(curdate())"]),
    of("datetime(6)", Other, &["CURRENT_TIMESTAMP(6)"]),
    of("datetime", Other, &["now()", "'2020-01-01 00:00:00'"]),
    of("timestamp", Other, &["CURRENT_TIMESTAMP"]),
    of("time(3)", Other, &["'12:00:00'"]),
    of("year", Other, &["2020"]),
    of("enum('a', 'B')", Other, &["'a'"]),
    of("set('x','y')", Other, &["'x'"]),
    of("bit(3)", Other, &["b'101'"]),
    of("binary(16)", Other, &["(unhex('61'))"]),
    of("varbinary(8)", Other, &["'ab'"]),
    of("json", Large, &["(json_array())", "('{}')"]),
    of("longtext", Large, &["('x')"]),
    of("blob", Large, &[]),
];

const MARIADB: &[Type] = &[
    of("varchar(30)", Text, &["''", "'x'", "'it''s'", "'NULL'", "'a\\\\b'", "(concat('a', 'b'))"]),
    of("char(3)", Text, &["'abc'"]),
    of("varchar(100) COLLATE utf8mb4_bin", Text, &["'x'"]),
    of("int", Number, &["0", "-1", "'7'", "(1 + 2)"]),
    of("bigint(20) unsigned", Number, &["7"]),
    of("mediumint", Number, &["1"]),
    of("decimal(10,2)", Number, &["0", "1.50", "-0.5"]),
    of("numeric", Number, &["3"]),
    of("double precision", Number, &["1.5", "0"]),
    of("float", Number, &["0.5"]),
    of("bool", Other, &["TRUE", "0"]),
    of("tinyint(1)", Other, &["1"]),
    of("date", Other, &["'2020-01-01'", "(curdate())"]),
    of("datetime(6)", Other, &["CURRENT_TIMESTAMP(6)"]),
    of("datetime", Other, &["now()", "'2020-01-01 00:00:00'"]),
    of("timestamp", Other, &["CURRENT_TIMESTAMP"]),
    of("time(3)", Other, &["'12:00:00'"]),
    of("year", Other, &["2020"]),
    of("enum('a', 'B')", Other, &["'a'"]),
    of("set('x','y')", Other, &["'x'"]),
    of("bit(3)", Other, &["b'101'"]),
    of("uuid", Other, &["(uuid())"]),
    of("binary(16)", Other, &[]),
    of("json", Large, &["'{}'", "(json_array())"]),
    of("longtext", Large, &["'x'"]),
    of("blob", Large, &["'x'"]),
];

const SQLITE: &[Type] = &[
    of("varchar(30)", Text, &["''", "'x'", "'it''s'", "1"]),
    of("TEXT", Text, &["'a b'", "\"quoted\"", "(lower('A'))"]),
    of("char( 32 )", Text, &["'abc'"]),
    of("integer", Number, &["0", "-1", "'7'", "(1 + 2)", "+5"]),
    of("bigint", Number, &["0x10", "9000000000"]),
    of("integer unsigned", Number, &["1"]),
    of("decimal(10, 2)", Number, &["0", "1.50", ".5", "1e3"]),
    of("real", Number, &["1.5", "0"]),
    of("double precision", Number, &["1.5"]),
    of("bool", Other, &["TRUE", "0"]),
    of("date", Other, &["CURRENT_DATE"]),
    of("datetime", Other, &["CURRENT_TIMESTAMP", "(datetime('now'))"]),
    of("BLOB", Other, &["X'00'"]),
    of("", Other, &["'x'"]),
    of("json", Other, &["'{}'"]),
];
