//! How PostgreSQL, MySQL, MariaDB and SQLite *spell* a schema: types, defaults and expressions brought
//! to one canonical form, the case and length of identifiers, quoting, DDL, and what a server makes by itself.
//!
//! Reading a real database is the business of `catalog`; this room is pure.

mod canonical;
mod memo;
pub mod mysql;
pub mod postgres;
mod render;
mod reserved;
mod respelled;
pub mod sqlite;
pub mod token;
mod verify;

pub use render::{ColumnAspect, GentleStep, NotRenderable};

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{OR, Spelling};

/// The language of one kind of server. A manifest is for exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    Postgres,
    Mysql,
    Mariadb,
    Sqlite,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
            Self::Sqlite => "sqlite",
        })
    }
}

/// How one server treats the names and indexes it is given; both sides of a comparison go through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Naming {
    /// Table names that differ in case only are one name.
    pub fold_tables: bool,
    /// The same for names of columns, constraints and indexes.
    pub fold_others: bool,
    /// Longer names are cut to this many bytes, at a character's boundary.
    pub max_bytes: Option<usize>,
    /// `DESC` in an index is kept. MariaDB before 10.8 reads over it.
    pub keeps_descending: bool,
}

impl Naming {
    /// Names compared byte by byte, never cut.
    pub const EXACT: Self =
        Self { fold_tables: false, fold_others: false, max_bytes: None, keeps_descending: true };
}

impl Dialect {
    /// The naming of a server of this dialect as it comes out of the box.
    ///
    /// PostgreSQL cuts at NAMEDATALEN - 1 = 63 bytes and compares exactly
    /// (<https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS>);
    /// MySQL and MariaDB ignore case in all names but those of tables, for which `lower_case_table_names`
    /// decides (<https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html>);
    /// SQLite ignores ASCII case everywhere.
    pub fn naming(self) -> Naming {
        match self {
            Self::Postgres => Naming { max_bytes: Some(63), ..Naming::EXACT },
            Self::Mysql | Self::Mariadb => Naming { fold_others: true, ..Naming::EXACT },
            Self::Sqlite => Naming { fold_tables: true, fold_others: true, ..Naming::EXACT },
        }
    }

    /// A type in its canonical form; of several ([`OR`]), each of them. Idempotent.
    pub fn canonical_type(self, text: &str) -> Spelling {
        if text.contains(OR) {
            return self.canonical_types(text);
        }
        memo::canonical_type(self, text, |text| match self {
            Self::Postgres => postgres::canonical_type(text),
            Self::Mysql | Self::Mariadb => mysql::canonical_type(text),
            Self::Sqlite => sqlite::canonical_type(text),
        })
    }

    fn canonical_types(self, text: &str) -> Spelling {
        let mut types: Vec<Spelling> = Vec::new();
        for canonical in text.split(OR).map(|it| self.canonical_type(it)) {
            if !types.contains(&canonical) {
                types.push(canonical);
            }
        }
        let texts: Vec<&str> = types.iter().filter_map(Spelling::text).collect();
        let text = texts.join(OR);
        let is_certain = types.iter().all(|it| matches!(it, Spelling::Certain(_)));
        if is_certain { Spelling::certain(text) } else { Spelling::uncertain(text) }
    }

    /// A column's default in its canonical form, for a column of `data_type`; `None` when it says no more
    /// than that there is no default (`NULL`). Idempotent.
    pub fn canonical_default(self, text: &str, data_type: &Spelling) -> Option<Spelling> {
        match self {
            Self::Postgres => postgres::canonical_default(text, data_type),
            Self::Mysql | Self::Mariadb => mysql::canonical_default(text, data_type),
            Self::Sqlite => sqlite::canonical_default(text, data_type),
        }
    }

    /// A check, predicate or index expression in its canonical form. Idempotent.
    pub fn canonical_expression(self, text: &str) -> Spelling {
        memo::canonical_expression(self, text, |text| match self {
            Self::Postgres => postgres::canonical_expression(text),
            Self::Mysql | Self::Mariadb => mysql::canonical_expression(text),
            Self::Sqlite => sqlite::canonical_expression(text),
        })
    }

    /// An identifier as it stands in SQL, always quoted, whatever it contains.
    pub fn quote(self, name: &str) -> String {
        match self {
            Self::Postgres | Self::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql | Self::Mariadb => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// A text literal as it stands in SQL.
    pub fn quote_literal(self, text: &str) -> String {
        match self {
            Self::Postgres if text.contains('\\') => {
                format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
            }
            Self::Postgres | Self::Sqlite => format!("'{}'", text.replace('\'', "''")),
            Self::Mysql | Self::Mariadb => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        }
    }
}
