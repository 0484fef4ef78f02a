//! The raw rows of the catalog, as the statements beside this file give them.

use sqlx::FromRow;
use sqlx::postgres::types::Oid;

/// Everything that one full read takes, from one snapshot.
#[derive(Debug, Default)]
pub struct Raw {
    pub relations: Vec<Relation>,
    pub columns: Vec<Column>,
    pub defaults: Vec<Default_>,
    pub constraints: Vec<Constraint>,
    pub indexes: Vec<Index>,
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

#[derive(Debug, FromRow)]
pub struct Column {
    pub relation: Oid,
    pub number: i16,
    pub name: String,
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

#[derive(Debug, FromRow)]
pub struct Constraint {
    pub oid: Oid,
    pub relation: Oid,
    pub name: String,
    pub kind: i8,
    pub columns: Option<Vec<i16>>,
    pub referenced: Oid,
    pub referenced_columns: Option<Vec<i16>>,
    pub on_update: i8,
    pub on_delete: i8,
    pub is_deferrable: bool,
    pub is_deferred: bool,
    pub index: Oid,
    pub hash: Option<i64>,
}

#[derive(Debug, FromRow)]
pub struct Index {
    pub oid: Oid,
    pub relation: Oid,
    pub name: String,
    pub method: Oid,
    /// Vectors in their text form: `1 3 0`.
    pub columns: String,
    pub operator_classes: String,
    pub collations: String,
    pub options: String,
    pub key_count: i16,
    pub is_unique: bool,
    pub is_primary: bool,
    pub is_exclusion: bool,
    pub is_valid: bool,
    pub nulls_not_distinct: bool,
    pub predicate_hash: Option<i64>,
    pub expressions_hash: Option<i64>,
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
