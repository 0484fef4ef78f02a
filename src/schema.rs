//! The shape of a database: tables and what belongs to them, and the [`Change`]s between two shapes.
//!
//! This room knows no dialect. Whoever fills a [`Schema`] has brought every spelling and every name to
//! the dialect's canonical form first, so that here a name is equal or it is not.

mod apply;
mod change;
mod describe;
mod diff;
#[cfg(test)]
mod laws;
mod pool;
mod renamed;
mod reworded;

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use apply::ApplyError;
pub use change::{Change, ConstraintRef};
pub use describe::{agree, count_of};
pub use diff::{TableDiff, Unproven, compare_columns, diff, diff_table, numbering_differs};
pub use pool::Pool;

/// An identifier. Shared, because the same few names stand in thousands of tables.
pub type Name = Arc<str>;

/// A table's name; without a schema it stands for the audited schema, whichever that is,
/// so that one manifest serves many tenants.
///
/// In a manifest it is a plain string (dots and all), or `{schema: …, name: …}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    pub schema: Option<Name>,
    pub name: Name,
}

impl TableName {
    pub fn unqualified(name: impl Into<Name>) -> Self {
        Self { schema: None, name: name.into() }
    }

    pub fn qualified(schema: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A piece of the database's own language (a type, a default, a predicate) and what we know of it.
///
/// In a manifest it is a string; it becomes [`Spelling::Certain`] when the dialect has recognised it
/// from end to end and written it in its canonical form.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spelling {
    /// Recognised: another certain text means another thing.
    Certain(Arc<str>),
    /// Text that may or may not mean the same as another text.
    Uncertain(Arc<str>),
    /// There is one, but its text is not known (a custom field's type; an expression behind a lock).
    #[default]
    Unread,
}

/// Stands between the types of which a column has one or another, the usual first: `bigint | integer`.
pub const OR: &str = " | ";

/// Of the types in a text, the one to make a new column of.
pub fn usual_type(types: &str) -> &str {
    types.split(OR).next().unwrap_or(types)
}

/// What can be said of two spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Same,
    Different,
    /// Neither sameness nor difference is proven.
    Unproven,
}

impl Spelling {
    pub fn uncertain(text: impl Into<Arc<str>>) -> Self {
        Self::Uncertain(text.into())
    }

    pub fn certain(text: impl Into<Arc<str>>) -> Self {
        Self::Certain(text.into())
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Certain(text) | Self::Uncertain(text) => Some(text),
            Self::Unread => None,
        }
    }

    pub fn compare(&self, other: &Self) -> Comparison {
        match (self, other) {
            (Self::Unread, _) | (_, Self::Unread) => Comparison::Unproven,
            _ if self.text() == other.text() => Comparison::Same,
            (Self::Certain(_), Self::Certain(_)) => Comparison::Different,
            (Self::Uncertain(_), _) | (_, Self::Uncertain(_)) => Comparison::Unproven,
        }
    }

    /// [`Spelling::compare`] for types, where a text may name several ([`OR`]): one of them is enough.
    pub fn compare_type(&self, other: &Self) -> Comparison {
        match (self.compare(other), self.text(), other.text()) {
            (comparison, Some(one), Some(other)) if one.contains(OR) || other.contains(OR) => {
                let is_shared = one.split(OR).any(|it| other.split(OR).any(|other| it == other));
                if is_shared { Comparison::Same } else { comparison }
            }
            (comparison, ..) => comparison,
        }
    }

    /// [`Spelling::compare`] for something that may be absent: absent and present always differ.
    /// [`Spelling::compare_options`] for defaults, where one of which nothing is known may be none at all.
    pub fn compare_defaults(actual: Option<&Self>, expected: Option<&Self>) -> Comparison {
        match (actual, expected) {
            (None, Some(Self::Unread)) => Comparison::Unproven,
            (actual, expected) => Self::compare_options(actual, expected),
        }
    }

    pub fn compare_options(a: Option<&Self>, b: Option<&Self>) -> Comparison {
        match (a, b) {
            (None, None) => Comparison::Same,
            (Some(a), Some(b)) => a.compare(b),
            (Some(_), None) | (None, Some(_)) => Comparison::Different,
        }
    }
}

impl fmt::Display for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().unwrap_or("(not known)"))
    }
}

/// Which migration made an object, and which changed it last: positions in the manifest's list.
///
/// It is no part of what the object *is*: two objects that differ only here are equal.
#[derive(Clone, Copy, Default)]
pub struct Provenance {
    // Counted from 1, which leaves 0 for none: there are as many of these as there are objects.
    created: Option<NonZeroU32>,
    changed: Option<NonZeroU32>,
}

impl Provenance {
    /// Of an object that the migration at this position has made.
    pub fn of(position: u32) -> Self {
        let made = NonZeroU32::MIN.checked_add(position);
        Self { created: made, changed: made }
    }

    pub fn created(&self) -> Option<u32> {
        self.created.map(|it| it.get() - 1)
    }

    pub fn changed(&self) -> Option<u32> {
        self.changed.map(|it| it.get() - 1)
    }

    /// The migration at this position has changed the object.
    pub fn set_changed(&mut self, position: u32) {
        *self = self.changed_as(Self::of(position));
    }

    /// The same object, changed by whoever changed the other last.
    pub fn changed_as(self, other: Self) -> Self {
        Self { changed: other.changed, ..self }
    }
}

impl fmt::Debug for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (created, changed) = (self.created(), self.changed());
        f.debug_struct("Provenance").field("created", &created).field("changed", &changed).finish()
    }
}

impl PartialEq for Provenance {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Provenance {}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Tables are shared with the changes that made them until something changes them.
    pub tables: BTreeMap<TableName, Arc<Table>>,
}

impl Schema {
    pub fn insert(&mut self, table: Table) {
        self.tables.insert(table.name.clone(), Arc::new(table));
    }

    /// The table of the same name and kind, where no difference is left to be proven. The names of what the database
    /// names by itself may still be others.
    pub fn table_like(&self, table: &Table) -> Option<Arc<Table>> {
        let own = self.tables.get(&table.name).filter(|own| own.kind == table.kind)?;
        diff_table(table, own).is_empty().then(|| Arc::clone(own))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableKind {
    #[default]
    Table,
    /// The parent of partitions; its partitions are not tables of the schema.
    Partitioned,
    View,
    MaterializedView,
    Foreign,
}

impl TableKind {
    /// Whether rows are stored under this name, so that it can stand where a table is expected.
    pub fn holds_rows(self) -> bool {
        match self {
            Self::Table | Self::Partitioned | Self::Foreign => true,
            Self::View | Self::MaterializedView => false,
        }
    }
}

impl fmt::Display for TableKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::Partitioned => "partitioned table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Foreign => "foreign table",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: TableName,
    pub kind: TableKind,
    /// In the order of their creation; the order is not compared.
    pub columns: Vec<Column>,
    pub primary_key: Option<PrimaryKey>,
    pub uniques: Vec<UniqueConstraint>,
    pub foreign_keys: Vec<ForeignKey>,
    pub checks: Vec<Check>,
    pub indexes: Vec<Index>,
    pub exclusions: Vec<Exclusion>,
    pub provenance: Provenance,
}

impl Table {
    pub fn new(name: TableName) -> Self {
        Self {
            name,
            kind: TableKind::Table,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            exclusions: Vec::new(),
            provenance: Provenance::default(),
        }
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }

    /// Calls `stamp` with the provenance of the table and of each object that belongs to it.
    pub fn for_each_provenance(&mut self, mut stamp: impl FnMut(&mut Provenance)) {
        stamp(&mut self.provenance);
        self.columns.iter_mut().for_each(|it| stamp(&mut it.provenance));
        self.primary_key.iter_mut().for_each(|it| stamp(&mut it.provenance));
        self.uniques.iter_mut().for_each(|it| stamp(&mut it.provenance));
        self.foreign_keys.iter_mut().for_each(|it| stamp(&mut it.provenance));
        self.checks.iter_mut().for_each(|it| stamp(&mut it.provenance));
        self.indexes.iter_mut().for_each(|it| stamp(&mut it.provenance));
        self.exclusions.iter_mut().for_each(|it| stamp(&mut it.provenance));
    }

    /// The number of objects: the table itself and everything that belongs to it.
    pub fn object_count(&self) -> usize {
        1 + self.columns.len()
            + usize::from(self.primary_key.is_some())
            + self.uniques.len()
            + self.foreign_keys.len()
            + self.checks.len()
            + self.indexes.len()
            + self.exclusions.len()
    }
}

/// A column; it derefs to its definition, which it gets for itself when somebody changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: Name,
    /// Shared ([`Pool`]): ten thousand tables have a few hundred definitions.
    definition: Arc<ColumnDefinition>,
    pub provenance: Provenance,
}

/// What a column is, but for its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ColumnDefinition {
    /// As the database writes it: `bigint`, `varchar(30)`, `timestamptz`.
    pub data_type: Spelling,
    pub nullable: bool,
    pub default: Option<Spelling>,
    /// The database numbers new rows itself: identity, serial, AUTO_INCREMENT, an `INTEGER PRIMARY KEY`.
    pub auto_increment: bool,
    pub generated: Option<Generated>,
    pub collation: Option<Name>,
}

impl Column {
    /// A column that must not be null, of which nothing more is said.
    pub fn new(name: impl Into<Name>, data_type: Spelling) -> Self {
        Self::defined(name, ColumnDefinition { data_type, ..ColumnDefinition::default() })
    }

    pub fn defined(name: impl Into<Name>, definition: ColumnDefinition) -> Self {
        Self { name: name.into(), definition: Arc::new(definition), provenance: Provenance::default() }
    }

    /// The same column, but for what `change` does to its definition.
    pub fn with(mut self, change: impl FnOnce(&mut ColumnDefinition)) -> Self {
        change(&mut self);
        self
    }
}

impl Deref for Column {
    type Target = ColumnDefinition;

    fn deref(&self) -> &ColumnDefinition {
        &self.definition
    }
}

impl DerefMut for Column {
    fn deref_mut(&mut self) -> &mut ColumnDefinition {
        Arc::make_mut(&mut self.definition)
    }
}

/// A column that is computed from others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Generated {
    /// The expression it is computed by.
    pub expression: Spelling,
    /// Kept on disk (`STORED`), not computed when read (`VIRTUAL`).
    pub stored: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimaryKey {
    pub name: Option<Name>,
    pub columns: Vec<Name>,
    pub provenance: Provenance,
}

/// A unique constraint, or a unique index, which promises the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueConstraint {
    pub name: Option<Name>,
    pub parts: Vec<IndexPart>,
    pub include: Vec<Name>,
    /// The predicate of a partial unique index.
    pub condition: Option<Spelling>,
    pub nulls_not_distinct: bool,
    pub deferrable: Deferrable,
    pub made_as: MadeAs,
    pub provenance: Provenance,
}

/// How a unique was made, as far as it was seen: some databases can tell, and drop one by its kind.
///
/// As the [`Provenance`] it is no part of what the object *is*: it is not compared.
#[derive(Clone, Copy, Debug, Default)]
pub enum MadeAs {
    #[default]
    Constraint,
    /// An index and no constraint.
    Index,
    /// The same, which is told apart from plain ones by its storage parameters.
    TunedIndex,
}

impl PartialEq for MadeAs {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for MadeAs {}

impl UniqueConstraint {
    pub fn on_columns<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            name: None,
            parts: columns.into_iter().map(IndexPart::column).collect(),
            include: Vec::new(),
            condition: None,
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
            made_as: MadeAs::default(),
            provenance: Provenance::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    pub name: Option<Name>,
    pub columns: Vec<Name>,
    pub references: TableName,
    /// Empty only where the referenced table is not known: then its primary key.
    pub referenced_columns: Vec<Name>,
    pub on_delete: Action,
    pub on_update: Action,
    pub deferrable: Deferrable,
    pub provenance: Provenance,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deferrable {
    #[default]
    No,
    InitiallyImmediate,
    InitiallyDeferred,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: Option<Name>,
    /// The columns it speaks of; empty when not known.
    pub columns: Vec<Name>,
    pub expression: Spelling,
    pub provenance: Provenance,
}

/// An index that is not unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    pub name: Option<Name>,
    pub parts: Vec<IndexPart>,
    pub include: Vec<Name>,
    /// The predicate of a partial index.
    pub condition: Option<Spelling>,
    /// `None` is the dialect's usual method (B-tree).
    pub method: Option<Name>,
    pub provenance: Provenance,
}

impl Index {
    pub fn on_columns<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            name: None,
            parts: columns.into_iter().map(IndexPart::column).collect(),
            include: Vec::new(),
            condition: None,
            method: None,
            provenance: Provenance::default(),
        }
    }
}

/// PostgreSQL's `EXCLUDE`: of any two rows, not all of the operators hold between their parts
/// (<https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    pub name: Option<Name>,
    pub parts: Vec<IndexPart>,
    /// One for each part, without its schema: `=`, `&&`.
    pub operators: Vec<Name>,
    pub include: Vec<Name>,
    /// The rows that it holds for.
    pub condition: Option<Spelling>,
    /// The method of the index beneath; `None` is the dialect's usual one (B-tree).
    pub method: Option<Name>,
    pub deferrable: Deferrable,
    pub provenance: Provenance,
}

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexPart {
    pub key: IndexKey,
    /// Only where something differs from what the dialect does when nothing is said.
    pub options: Option<Box<PartOptions>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexKey {
    Column(Name),
    Expression(Spelling),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartOptions {
    pub descending: bool,
    /// `None` is the dialect's usual place for this direction.
    pub nulls: Option<NullsOrder>,
    pub operator_class: Option<Name>,
    pub collation: Option<Name>,
    /// MySQL's index prefix, in characters or bytes as declared.
    pub prefix_length: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NullsOrder {
    First,
    Last,
}

impl IndexPart {
    pub fn column(name: impl Into<Name>) -> Self {
        Self { key: IndexKey::Column(name.into()), options: None }
    }

    pub fn expression(expression: Spelling) -> Self {
        Self { key: IndexKey::Expression(expression), options: None }
    }

    /// The same part with `options`, kept only if they say anything.
    pub fn with_options(mut self, options: PartOptions) -> Self {
        self.options = (options != PartOptions::default()).then(|| Box::new(options));
        self
    }

    pub fn as_column(&self) -> Option<&Name> {
        match &self.key {
            IndexKey::Column(name) => Some(name),
            IndexKey::Expression(_) => None,
        }
    }
}

impl fmt::Display for IndexPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            IndexKey::Column(name) => f.write_str(name)?,
            IndexKey::Expression(expression) => write!(f, "({expression})")?,
        }
        let Some(options) = &self.options else { return Ok(()) };
        if let Some(length) = options.prefix_length {
            write!(f, "({length})")?;
        }
        if let Some(collation) = &options.collation {
            write!(f, " COLLATE {collation}")?;
        }
        if let Some(operator_class) = &options.operator_class {
            write!(f, " {operator_class}")?;
        }
        if options.descending {
            f.write_str(" DESC")?;
        }
        match options.nulls {
            Some(NullsOrder::First) => f.write_str(" NULLS FIRST"),
            Some(NullsOrder::Last) => f.write_str(" NULLS LAST"),
            None => Ok(()),
        }
    }
}
