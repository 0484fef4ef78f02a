//! The raw rows of the catalog, as the statements beside this file give them.

use std::sync::Arc;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;
use sqlx::{FromRow, Row};

use crate::schema::{Name, Pool};

/// A row of which each text is kept once: names and vectors repeat from table to table.
pub trait PooledRow: Sized {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error>;
}

/// Everything that one full read takes, from one snapshot.
#[derive(Debug, Default)]
pub struct Raw {
    pub relations: Vec<Relation>,
    pub columns: Vec<Column>,
    pub defaults: Vec<Default_>,
    pub constraints: Vec<Constraint>,
    pub indexes: Vec<Index>,
    pub pool: Pool,
}

#[derive(Clone, Debug, FromRow)]
pub struct Namespace {
    pub oid: Oid,
    pub name: String,
}

#[derive(Debug, FromRow)]
pub struct Relation {
    pub oid: Oid,
    pub namespace: Oid,
    pub name: String,
    /// `relkind`, as all one-byte codes here, is an ASCII letter.
    pub kind: i8,
}

#[derive(Debug)]
pub struct Column {
    pub relation: Oid,
    pub number: i16,
    pub name: Name,
    pub type_oid: Oid,
    pub type_modifier: i32,
    pub not_null: bool,
    pub identity: i8,
    pub generated: i8,
    pub collation: Oid,
}

#[derive(Debug, FromRow)]
pub struct Default_ {
    pub relation: Oid,
    pub number: i16,
    /// `None` where the expression speaks of columns.
    pub text: Option<String>,
    pub hash: Option<i64>,
}

#[derive(Debug)]
pub struct Constraint {
    pub oid: Oid,
    pub relation: Oid,
    pub name: Name,
    pub kind: i8,
    pub columns: Option<Box<[i16]>>,
    pub referenced: Oid,
    pub referenced_columns: Option<Box<[i16]>>,
    pub on_update: i8,
    pub on_delete: i8,
    pub is_deferrable: bool,
    pub is_deferred: bool,
    pub index: Oid,
    pub hash: Option<i64>,
}

#[derive(Debug)]
pub struct Index {
    pub oid: Oid,
    pub relation: Oid,
    pub name: Name,
    pub method: Oid,
    /// Vectors in their text form: `1 3 0`.
    pub columns: Arc<str>,
    pub operator_classes: Arc<str>,
    pub collations: Arc<str>,
    pub options: Arc<str>,
    pub key_count: i16,
    pub is_unique: bool,
    pub is_primary: bool,
    pub is_exclusion: bool,
    pub is_valid: bool,
    pub nulls_not_distinct: bool,
    pub predicate_hash: Option<i64>,
    pub expressions_hash: Option<i64>,
}

impl PooledRow for Column {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        Ok(Self {
            relation: row.try_get("relation")?,
            number: row.try_get("number")?,
            name: pool.text(row.try_get("name")?),
            type_oid: row.try_get("type_oid")?,
            type_modifier: row.try_get("type_modifier")?,
            not_null: row.try_get("not_null")?,
            identity: row.try_get("identity")?,
            generated: row.try_get("generated")?,
            collation: row.try_get("collation")?,
        })
    }
}

impl PooledRow for Default_ {
    fn read(row: &PgRow, _: &mut Pool) -> Result<Self, sqlx::Error> {
        Self::from_row(row)
    }
}

impl PooledRow for Constraint {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        let numbers = |column| row.try_get(column).map(|it: Option<Vec<i16>>| it.map(Vec::into_boxed_slice));
        Ok(Self {
            oid: row.try_get("oid")?,
            relation: row.try_get("relation")?,
            name: pool.text(row.try_get("name")?),
            kind: row.try_get("kind")?,
            columns: numbers("columns")?,
            referenced: row.try_get("referenced")?,
            referenced_columns: numbers("referenced_columns")?,
            on_update: row.try_get("on_update")?,
            on_delete: row.try_get("on_delete")?,
            is_deferrable: row.try_get("is_deferrable")?,
            is_deferred: row.try_get("is_deferred")?,
            index: row.try_get("index")?,
            hash: row.try_get("hash")?,
        })
    }
}

impl PooledRow for Index {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        Ok(Self {
            oid: row.try_get("oid")?,
            relation: row.try_get("relation")?,
            name: pool.text(row.try_get("name")?),
            method: row.try_get("method")?,
            columns: pool.text(row.try_get("columns")?),
            operator_classes: pool.text(row.try_get("operator_classes")?),
            collations: pool.text(row.try_get("collations")?),
            options: pool.text(row.try_get("options")?),
            key_count: row.try_get("key_count")?,
            is_unique: row.try_get("is_unique")?,
            is_primary: row.try_get("is_primary")?,
            is_exclusion: row.try_get("is_exclusion")?,
            is_valid: row.try_get("is_valid")?,
            nulls_not_distinct: row.try_get("nulls_not_distinct")?,
            predicate_hash: row.try_get("predicate_hash")?,
            expressions_hash: row.try_get("expressions_hash")?,
        })
    }
}

/// The letter of a one-byte code; zero, which means none, is a blank.
pub fn letter(code: i8) -> char {
    match u8::try_from(code) {
        Ok(0) | Err(_) => ' ',
        Ok(byte) => char::from(byte),
    }
}

/// The numbers of a vector's text form.
pub fn vector<T: std::str::FromStr>(text: &str) -> Vec<T> {
    text.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect()
}
