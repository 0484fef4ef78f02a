//! The raw rows of the catalog, as the statements beside this file give them.

use std::num::NonZeroI64;

use futures_util::TryStreamExt;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, FromRow, Row};

use super::words::{FormAt, List, NameAt, Word, Words};
use crate::schema::Name;

/// Everything that one full read takes, from one snapshot. Of a large database this is most of what an audit needs
/// room for: hence small rows, which share their texts, their lists and their forms.
#[derive(Debug, Default)]
pub struct Raw {
    /// Sorted by oid.
    pub relations: Vec<Relation>,
    /// Sorted by relation and number.
    pub columns: Vec<Column>,
    /// Sorted by relation and number.
    pub defaults: Vec<DefaultValue>,
    /// Sorted by relation.
    pub constraints: Vec<Constraint>,
    /// Sorted by relation.
    pub indexes: Vec<Index>,
    /// Columns of other schemas' tables that foreign keys refer to.
    pub referenced: Vec<ReferencedColumn>,
    pub words: Words,
}

impl Raw {
    pub fn sort(&mut self) {
        self.relations.sort_unstable_by_key(|it| it.oid.0);
        self.columns.sort_unstable_by_key(|it| (it.relation.0, it.number));
        self.defaults.sort_unstable_by_key(|it| (it.relation.0, it.number));
        self.constraints.sort_unstable_by_key(|it| it.relation.0);
        self.indexes.sort_unstable_by_key(|it| it.relation.0);
    }

    pub fn form(&self, column: &Column) -> &ColumnForm {
        self.words.columns.at(column.form)
    }

    pub fn constraint_form(&self, constraint: &Constraint) -> &ConstraintForm {
        self.words.constraints.at(constraint.form)
    }

    pub fn index_form(&self, index: &Index) -> &IndexForm {
        self.words.indexes.at(index.form)
    }

    pub fn columns_of(&self, relation: Oid) -> &[Column] {
        let begin = self.columns.partition_point(|it| it.relation.0 < relation.0);
        let columns = self.columns.get(begin..).unwrap_or_default();
        columns.split_at(columns.partition_point(|it| it.relation.0 == relation.0)).0
    }

    pub fn column(&self, relation: Oid, number: i16) -> Option<&Column> {
        let columns = &self.columns;
        let at = columns.binary_search_by_key(&(relation.0, number), |it| (it.relation.0, it.number)).ok()?;
        columns.get(at)
    }
}

/// A row that is read by the position of its columns.
pub trait RawRow: Sized {
    fn read(row: &PgRow, words: &mut Words) -> Result<Self, sqlx::Error>;
}

/// Runs a statement whose only parameter is a list of oids.
pub async fn rows_of<R: RawRow>(
    connection: &mut PgConnection,
    sql: String,
    oids: &[Oid],
    words: &mut Words,
) -> Result<Vec<R>, sqlx::Error> {
    let mut rows = Vec::new();
    // The statement is a file of ours.
    let mut stream = sqlx::query(AssertSqlSafe(sql)).bind(oids).fetch(connection);
    while let Some(row) = stream.try_next().await? {
        rows.push(R::read(&row, words)?);
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
    pub kind: u8,
}

impl RawRow for Relation {
    fn read(row: &PgRow, _: &mut Words) -> Result<Self, sqlx::Error> {
        Ok(Self {
            oid: row.try_get(0)?,
            namespace: row.try_get(1)?,
            name: row.try_get::<&str, _>(2)?.into(),
            kind: letter(row, 3)?,
        })
    }
}

#[derive(Debug)]
pub struct Column {
    pub relation: Oid,
    pub form: FormAt,
    pub number: i16,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ColumnForm {
    pub name: Word,
    pub type_oid: Oid,
    pub type_modifier: i32,
    pub collation: Oid,
    pub not_null: bool,
    pub identity: u8,
    pub generated: u8,
}

impl RawRow for Column {
    fn read(row: &PgRow, words: &mut Words) -> Result<Self, sqlx::Error> {
        let form = ColumnForm {
            name: words.word_of(row, 2)?,
            type_oid: row.try_get(3)?,
            type_modifier: row.try_get(4)?,
            not_null: row.try_get(5)?,
            identity: letter(row, 6)?,
            generated: letter(row, 7)?,
            collation: row.try_get(8)?,
        };
        Ok(Self { relation: row.try_get(0)?, number: row.try_get(1)?, form: words.columns.number(form)? })
    }
}

/// The hash of a stored tree.
pub type TreeHash = NonZeroI64;

#[derive(Debug)]
pub struct DefaultValue {
    pub relation: Oid,
    pub number: i16,
    /// `None` where the expression speaks of columns.
    pub text: Option<Word>,
    pub hash: Option<TreeHash>,
}

impl RawRow for DefaultValue {
    fn read(row: &PgRow, words: &mut Words) -> Result<Self, sqlx::Error> {
        let text: Option<&str> = row.try_get(2)?;
        Ok(Self {
            relation: row.try_get(0)?,
            number: row.try_get(1)?,
            text: text.map(|text| words.word(text)).transpose()?,
            hash: tree_hash(row, 3)?,
        })
    }
}

#[derive(Debug)]
pub struct Constraint {
    pub oid: Oid,
    pub relation: Oid,
    pub name: NameAt,
    pub referenced: Oid,
    pub index: Oid,
    pub form: FormAt,
    pub hash: Option<TreeHash>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ConstraintForm {
    pub columns: List,
    pub referenced_columns: List,
    pub kind: u8,
    pub on_update: u8,
    pub on_delete: u8,
    pub is_deferrable: bool,
    pub is_deferred: bool,
    /// False only for PostgreSQL 18's NOT ENFORCED.
    pub is_enforced: bool,
    /// PostgreSQL 18's WITHOUT OVERLAPS and PERIOD.
    pub is_temporal: bool,
    /// False where rows that were there before it were never looked at.
    pub is_validated: bool,
    /// Of an exclusion constraint, one for each key of its index.
    pub operators: Box<[Word]>,
}

impl RawRow for Constraint {
    fn read(row: &PgRow, words: &mut Words) -> Result<Self, sqlx::Error> {
        let form = ConstraintForm {
            kind: letter(row, 3)?,
            columns: words.list_of(row, 4)?,
            referenced_columns: words.list_of(row, 6)?,
            on_update: letter(row, 7)?,
            on_delete: letter(row, 8)?,
            is_deferrable: row.try_get(9)?,
            is_deferred: row.try_get(10)?,
            is_enforced: row.try_get(13)?,
            is_temporal: row.try_get(14)?,
            is_validated: row.try_get(16)?,
            operators: (row.try_get::<Option<Vec<String>>, _>(15)?.unwrap_or_default().iter())
                .map(|it| words.word(it))
                .collect::<Result<_, _>>()?,
        };
        Ok(Self {
            oid: row.try_get(0)?,
            relation: row.try_get(1)?,
            name: words.name_of(row, 2)?,
            referenced: row.try_get(5)?,
            index: row.try_get(11)?,
            hash: tree_hash(row, 12)?,
            form: words.constraints.number(form)?,
        })
    }
}

#[derive(Debug)]
pub struct Index {
    pub oid: Oid,
    pub relation: Oid,
    pub name: NameAt,
    pub form: FormAt,
    pub predicate_hash: Option<TreeHash>,
    pub expressions_hash: Option<TreeHash>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IndexForm {
    pub method: Oid,
    /// The numbers of the keys' columns, 0 for an expression, and those of the included columns. Vectors stay in
    /// their text form, `1 3 0`: few of them differ.
    pub columns: Word,
    pub operator_classes: Word,
    pub collations: Word,
    pub options: Word,
    pub key_count: u16,
    pub is_unique: bool,
    pub is_primary: bool,
    pub is_exclusion: bool,
    pub is_valid: bool,
    pub nulls_not_distinct: bool,
}

impl RawRow for Index {
    fn read(row: &PgRow, words: &mut Words) -> Result<Self, sqlx::Error> {
        let form = IndexForm {
            method: row.try_get(3)?,
            columns: words.word_of(row, 4)?,
            operator_classes: words.word_of(row, 5)?,
            collations: words.word_of(row, 6)?,
            options: words.word_of(row, 7)?,
            key_count: u16::try_from(row.try_get::<i16, _>(8)?).unwrap_or_default(),
            is_unique: row.try_get(9)?,
            is_primary: row.try_get(10)?,
            is_exclusion: row.try_get(11)?,
            is_valid: row.try_get(12)?,
            nulls_not_distinct: row.try_get(13)?,
        };
        Ok(Self {
            oid: row.try_get(0)?,
            relation: row.try_get(1)?,
            name: words.name_of(row, 2)?,
            predicate_hash: tree_hash(row, 14)?,
            expressions_hash: tree_hash(row, 15)?,
            form: words.indexes.number(form)?,
        })
    }
}

#[derive(Debug)]
pub struct ReferencedColumn {
    pub relation: Oid,
    pub schema: Word,
    pub table: Word,
    pub number: i16,
    pub name: Word,
}

impl RawRow for ReferencedColumn {
    fn read(row: &PgRow, words: &mut Words) -> Result<Self, sqlx::Error> {
        Ok(Self {
            relation: row.try_get(0)?,
            schema: words.word_of(row, 1)?,
            table: words.word_of(row, 2)?,
            number: row.try_get(3)?,
            name: words.word_of(row, 4)?,
        })
    }
}

/// The letter of a one-byte code; zero, which means none, is a blank.
fn letter(row: &PgRow, at: usize) -> Result<u8, sqlx::Error> {
    let code: i8 = row.try_get(at)?;
    Ok(match u8::try_from(code) {
        Ok(0) | Err(_) => b' ',
        Ok(byte) => byte,
    })
}

fn tree_hash(row: &PgRow, at: usize) -> Result<Option<TreeHash>, sqlx::Error> {
    let hash: Option<i64> = row.try_get(at)?;
    Ok(hash.map(|hash| TreeHash::new(hash).unwrap_or(TreeHash::MIN)))
}

/// The numbers of a vector in its text form.
pub fn vector<T: std::str::FromStr>(text: &str) -> impl Iterator<Item = T> {
    text.split_ascii_whitespace().filter_map(|number| number.parse().ok())
}
