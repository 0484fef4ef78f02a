//! The raw rows of the catalog, as the statements beside this file give them.

use futures_util::TryStreamExt;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, FromRow, Row};

use crate::schema::{Name, Pool};

/// Everything that one full read takes, from one snapshot.
#[derive(Debug, Default)]
pub struct Raw {
    pub relations: Vec<Relation>,
    /// Sorted by relation and number.
    pub columns: Vec<Column>,
    pub defaults: Vec<DefaultValue>,
    pub constraints: Vec<Constraint>,
    pub indexes: Vec<Index>,
    /// Columns of other schemas' tables that foreign keys refer to.
    pub referenced: Vec<ReferencedColumn>,
}

impl Raw {
    pub fn column(&self, relation: Oid, number: i16) -> Option<&Column> {
        let columns = &self.columns;
        let at = columns.binary_search_by_key(&(relation.0, number), |it| (it.relation.0, it.number)).ok()?;
        columns.get(at)
    }
}

/// A row that is read by the position of its columns, straight into shared names.
pub trait RawRow: Sized {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error>;
}

/// Runs a statement whose only parameter is a list of oids.
pub async fn rows_of<R: RawRow>(
    connection: &mut PgConnection,
    sql: String,
    oids: &[Oid],
    pool: &mut Pool,
) -> Result<Vec<R>, sqlx::Error> {
    let mut rows = Vec::new();
    // The statement is a file of ours.
    let mut stream = sqlx::query(AssertSqlSafe(sql)).bind(oids).fetch(connection);
    while let Some(row) = stream.try_next().await? {
        rows.push(R::read(&row, pool)?);
    }
    Ok(rows)
}

#[derive(Clone, Debug, FromRow)]
pub struct Namespace {
    pub oid: Oid,
    pub name: String,
}

#[derive(Debug)]
pub struct Relation {
    pub oid: Oid,
    pub namespace: Oid,
    pub name: Name,
    /// `relkind`, as all one-byte codes here, is an ASCII letter.
    pub kind: char,
}

impl RawRow for Relation {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        Ok(Self {
            oid: row.try_get(0)?,
            namespace: row.try_get(1)?,
            name: pool.text(row.try_get(2)?),
            kind: letter(row, 3)?,
        })
    }
}

#[derive(Debug)]
pub struct Column {
    pub relation: Oid,
    pub number: i16,
    pub name: Name,
    pub type_oid: Oid,
    pub type_modifier: i32,
    pub not_null: bool,
    pub identity: char,
    pub generated: char,
    pub collation: Oid,
}

impl RawRow for Column {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        Ok(Self {
            relation: row.try_get(0)?,
            number: row.try_get(1)?,
            name: pool.text(row.try_get(2)?),
            type_oid: row.try_get(3)?,
            type_modifier: row.try_get(4)?,
            not_null: row.try_get(5)?,
            identity: letter(row, 6)?,
            generated: letter(row, 7)?,
            collation: row.try_get(8)?,
        })
    }
}

#[derive(Debug)]
pub struct DefaultValue {
    pub relation: Oid,
    pub number: i16,
    /// `None` where the expression speaks of columns.
    pub text: Option<Name>,
    pub hash: Option<i64>,
}

impl RawRow for DefaultValue {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        Ok(Self {
            relation: row.try_get(0)?,
            number: row.try_get(1)?,
            text: row.try_get::<Option<&str>, _>(2)?.map(|text| pool.text(text)),
            hash: row.try_get(3)?,
        })
    }
}

#[derive(Debug)]
pub struct Constraint {
    pub oid: Oid,
    pub relation: Oid,
    pub name: Name,
    pub kind: char,
    pub columns: Box<[i16]>,
    pub referenced: Oid,
    pub referenced_columns: Box<[i16]>,
    pub on_update: char,
    pub on_delete: char,
    pub is_deferrable: bool,
    pub is_deferred: bool,
    pub index: Oid,
    pub hash: Option<i64>,
    /// False only for PostgreSQL 18's NOT ENFORCED.
    pub is_enforced: bool,
    /// PostgreSQL 18's WITHOUT OVERLAPS and PERIOD.
    pub is_temporal: bool,
    /// Of an exclusion constraint, one for each key of its index.
    pub operators: Box<[Name]>,
}

impl RawRow for Constraint {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        let numbers =
            |at: usize| row.try_get(at).map(|it: Option<Vec<i16>>| it.unwrap_or_default().into_boxed_slice());
        Ok(Self {
            oid: row.try_get(0)?,
            relation: row.try_get(1)?,
            name: pool.text(row.try_get(2)?),
            kind: letter(row, 3)?,
            columns: numbers(4)?,
            referenced: row.try_get(5)?,
            referenced_columns: numbers(6)?,
            on_update: letter(row, 7)?,
            on_delete: letter(row, 8)?,
            is_deferrable: row.try_get(9)?,
            is_deferred: row.try_get(10)?,
            index: row.try_get(11)?,
            hash: row.try_get(12)?,
            is_enforced: row.try_get(13)?,
            is_temporal: row.try_get(14)?,
            operators: (row.try_get::<Option<Vec<String>>, _>(15)?.unwrap_or_default().iter())
                .map(|it| pool.text(it))
                .collect(),
        })
    }
}

#[derive(Debug)]
pub struct Index {
    pub oid: Oid,
    pub relation: Oid,
    pub name: Name,
    pub method: Oid,
    /// The numbers of the keys' columns, 0 for an expression, and those of the included columns. Vectors stay in
    /// their text form, `1 3 0`: few of them differ.
    pub columns: Name,
    pub operator_classes: Name,
    pub collations: Name,
    pub options: Name,
    pub key_count: usize,
    pub is_unique: bool,
    pub is_primary: bool,
    pub is_exclusion: bool,
    pub is_valid: bool,
    pub nulls_not_distinct: bool,
    pub predicate_hash: Option<i64>,
    pub expressions_hash: Option<i64>,
}

impl RawRow for Index {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        Ok(Self {
            oid: row.try_get(0)?,
            relation: row.try_get(1)?,
            name: pool.text(row.try_get(2)?),
            method: row.try_get(3)?,
            columns: pool.text(row.try_get(4)?),
            operator_classes: pool.text(row.try_get(5)?),
            collations: pool.text(row.try_get(6)?),
            options: pool.text(row.try_get(7)?),
            key_count: usize::try_from(row.try_get::<i16, _>(8)?).unwrap_or_default(),
            is_unique: row.try_get(9)?,
            is_primary: row.try_get(10)?,
            is_exclusion: row.try_get(11)?,
            is_valid: row.try_get(12)?,
            nulls_not_distinct: row.try_get(13)?,
            predicate_hash: row.try_get(14)?,
            expressions_hash: row.try_get(15)?,
        })
    }
}

#[derive(Debug)]
pub struct ReferencedColumn {
    pub relation: Oid,
    pub schema: Name,
    pub table: Name,
    pub number: i16,
    pub name: Name,
}

impl RawRow for ReferencedColumn {
    fn read(row: &PgRow, pool: &mut Pool) -> Result<Self, sqlx::Error> {
        Ok(Self {
            relation: row.try_get(0)?,
            schema: pool.text(row.try_get(1)?),
            table: pool.text(row.try_get(2)?),
            number: row.try_get(3)?,
            name: pool.text(row.try_get(4)?),
        })
    }
}

/// The letter of a one-byte code; zero, which means none, is a blank.
fn letter(row: &PgRow, at: usize) -> Result<char, sqlx::Error> {
    let code: i8 = row.try_get(at)?;
    Ok(match u8::try_from(code) {
        Ok(0) | Err(_) => ' ',
        Ok(byte) => char::from(byte),
    })
}

/// The numbers of a vector in its text form.
pub fn vector<T: std::str::FromStr>(text: &str) -> Vec<T> {
    text.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect()
}
