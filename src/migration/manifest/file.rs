//! The manifest's file format: what serde reads. `convert` makes migrations of it, `forms` reads what has a
//! short form beside the long one, `text` keeps each text once.

mod convert;
mod forms;
mod text;

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Mistake, read_migration};
use crate::dialect::Dialect;
use crate::migration::Migration;
use crate::schema::{Action, Deferrable, ForeignKey, Generated, IndexPart, Name, NullsOrder, TableName};

pub(crate) use text::sharing;
pub(super) use text::{Text, shared};

/// The version of the format that this program reads and writes.
pub const FORMAT: u32 = 1;

/// A manifest for schema-health: what each migration makes of a database of one dialect.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestFile {
    /// The version of this format: 1.
    pub format: u32,
    pub dialect: Dialect,
    /// How the migration tool records what it has applied.
    #[serde(default = "django")]
    pub ledger: String,
    /// What of the project is not in here, an app or a file, one sentence each: every audit tells it.
    #[serde(default)]
    pub unread: Vec<String>,
    #[schemars(with = "Vec<MigrationFile>")]
    pub migrations: MigrationsFile,
}

/// Each migration is taken out of the file's own form as soon as it is read: that form is many times larger.
#[derive(Default)]
pub(super) struct MigrationsFile {
    pub migrations: Vec<Migration>,
    pub mistakes: Vec<Mistake>,
}

impl<'de> Deserialize<'de> for MigrationsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Migrations;
        impl<'de> Visitor<'de> for Migrations {
            type Value = MigrationsFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of migrations")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut read = MigrationsFile::default();
                while let Some(migration) = list.next_element()? {
                    let number = read.migrations.len();
                    read.migrations.push(read_migration(migration, number, &mut read.mistakes));
                }
                Ok(read)
            }
        }
        deserializer.deserialize_seq(Migrations)
    }
}

fn django() -> String {
    "django".to_owned()
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MigrationFile {
    /// Django's app label; left out for tools without apps.
    #[serde(default = "no_name")]
    pub app: Text,
    pub name: Text,
    /// `app.name`, or `name` for tools without apps.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// The migrations that this one was squashed from.
    #[serde(default)]
    pub replaces: Vec<String>,
    #[serde(default)]
    pub operations: Vec<OperationFile>,
    /// What is different from before once the migration was applied and taken back, in the words of the schema before it.
    /// While it is pending, such a difference is told as not verified and not as a finding.
    #[serde(default)]
    pub taken_back: Vec<OperationFile>,
}

fn no_name() -> Text {
    Text("".into())
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OperationFile {
    CreateTable(Box<TableFile>),
    DropTable(TableName),
    RenameTable(RenameTable),
    AddColumn(ColumnOf),
    DropColumn(NameOf),
    RenameColumn(RenameOf),
    AlterColumn(ColumnOf),
    AddPrimaryKey(KeyLong),
    DropPrimaryKey(TableOnly),
    AddUnique(UniqueLong),
    DropUnique(ReferenceOf),
    AddForeignKey(ForeignKeyFile),
    DropForeignKey(ReferenceOf),
    AddCheck(CheckFile),
    DropCheck(ReferenceOf),
    AddIndex(IndexLong),
    DropIndex(ReferenceOf),
    AddExclusion(ExclusionFile),
    DropExclusion(ReferenceOf),
    RenameConstraint(RenameOf),
    Opaque(OpaqueFile),
}

/// A whole table, as `create_table` has it; a snapshot keeps its tables in the same form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
    name: TableName,
    /// In the order of their creation.
    #[schemars(with = "std::collections::BTreeMap<String, ColumnFile>")]
    columns: ColumnsFile,
    #[serde(default)]
    primary_key: Option<KeyFile>,
    #[serde(default)]
    uniques: Vec<UniqueFile>,
    #[serde(default)]
    foreign_keys: Vec<ForeignKeyFile>,
    #[serde(default)]
    checks: Vec<CheckFile>,
    #[serde(default)]
    indexes: Vec<IndexFile>,
    #[serde(default)]
    exclusions: Vec<ExclusionFile>,
}

pub(super) struct ColumnsFile(Vec<(Name, ColumnFile)>);

/// A column in the long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnLong {
    /// As the database writes it; `unknown` or nothing: it exists, its type is not compared.
    #[serde(rename = "type", default)]
    data_type: Option<Text>,
    #[serde(default)]
    nullable: bool,
    #[serde(default)]
    default: Option<Text>,
    #[serde(default)]
    auto_increment: bool,
    #[serde(default)]
    generated: Option<GeneratedFile>,
    #[serde(default)]
    collation: Option<Text>,
    #[serde(default)]
    primary_key: bool,
    #[serde(default)]
    unique: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GeneratedFile {
    #[serde(default)]
    expression: Option<Text>,
    #[serde(default)]
    stored: bool,
}

/// A column with what a short form may say beside it.
#[derive(Clone)]
pub(super) struct ColumnFile {
    pub data_type: Option<Name>,
    pub nullable: bool,
    pub default: Option<Name>,
    pub auto_increment: bool,
    pub generated: Option<Generated>,
    pub collation: Option<Name>,
    pub primary_key: bool,
    pub unique: bool,
    pub references: Option<ForeignKey>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyLong {
    /// In an operation of its own only.
    #[serde(default)]
    table: Option<TableName>,
    #[serde(default)]
    name: Option<Text>,
    columns: Vec<Text>,
}

pub(super) struct KeyFile(KeyLong);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UniqueLong {
    /// In an operation of its own only.
    #[serde(default)]
    table: Option<TableName>,
    #[serde(default)]
    name: Option<Text>,
    columns: Vec<PartFile>,
    #[serde(default)]
    include: Vec<Text>,
    /// The predicate of a partial unique index.
    #[serde(default)]
    condition: Option<Text>,
    #[serde(default)]
    nulls_not_distinct: bool,
    #[serde(default)]
    deferrable: Deferrable,
}

pub(super) struct UniqueFile(UniqueLong);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForeignKeyFile {
    /// In an operation of its own only.
    #[serde(default)]
    table: Option<TableName>,
    #[serde(default)]
    name: Option<Text>,
    columns: Vec<Text>,
    references: TableName,
    /// Nothing means the primary key.
    #[serde(default)]
    referenced_columns: Vec<Text>,
    #[serde(default)]
    on_delete: Action,
    #[serde(default)]
    on_update: Action,
    #[serde(default)]
    deferrable: Deferrable,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckFile {
    /// In an operation of its own only.
    #[serde(default)]
    table: Option<TableName>,
    #[serde(default)]
    name: Option<Text>,
    /// The columns it speaks of, where known.
    #[serde(default)]
    columns: Vec<Text>,
    #[serde(default)]
    expression: Option<Text>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexLong {
    /// In an operation of its own only.
    #[serde(default)]
    table: Option<TableName>,
    #[serde(default)]
    name: Option<Text>,
    columns: Vec<PartFile>,
    #[serde(default)]
    include: Vec<Text>,
    /// The predicate of a partial index.
    #[serde(default)]
    condition: Option<Text>,
    /// Nothing means a B-tree.
    #[serde(default)]
    method: Option<Text>,
}

pub(super) struct IndexFile(IndexLong);

/// PostgreSQL's EXCLUDE.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExclusionFile {
    /// In an operation of its own only.
    #[serde(default)]
    table: Option<TableName>,
    #[serde(default)]
    name: Option<Text>,
    columns: Vec<PartFile>,
    /// One for each of the columns, without its schema: `=`, `&&`.
    operators: Vec<Text>,
    #[serde(default)]
    include: Vec<Text>,
    /// The rows that it holds for.
    #[serde(default)]
    condition: Option<Text>,
    /// Nothing means a B-tree.
    #[serde(default)]
    method: Option<Text>,
    #[serde(default)]
    deferrable: Deferrable,
}

pub(super) struct PartFile(IndexPart);

/// A key of an index in the long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PartLong {
    #[serde(default)]
    column: Option<Text>,
    #[serde(default)]
    expression: Option<Text>,
    #[serde(default)]
    descending: bool,
    #[serde(default)]
    nulls: Option<NullsOrder>,
    #[serde(default)]
    operator_class: Option<Text>,
    #[serde(default)]
    collation: Option<Text>,
    #[serde(default)]
    prefix_length: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RenameTable {
    from: TableName,
    to: TableName,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnOf {
    table: TableName,
    name: Text,
    column: ColumnFile,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NameOf {
    table: TableName,
    name: Text,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RenameOf {
    table: TableName,
    from: Text,
    to: Text,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TableOnly {
    table: TableName,
}

/// Points at a constraint or index by its name, or by its columns.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceOf {
    table: TableName,
    #[serde(default)]
    name: Option<Text>,
    #[serde(default)]
    columns: Vec<Text>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpaqueFile {
    /// Why it was not seen through, in one sentence.
    reason: String,
    may_touch: MayTouchFile,
    /// What it visibly drops or alters in the tables that it may touch. That this is missing is not told as a
    /// finding, but as not verified.
    #[serde(default)]
    may_undo: MayUndoFile,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct MayUndoFile {
    columns: Vec<Text>,
    /// Keys, uniques, checks and indexes, whichever.
    constraints: bool,
    /// Those over just these columns, each in their order.
    over: Vec<Vec<Text>>,
    /// Columns that it defines in a way that was not seen: their type, nullability and default are not compared.
    definitions: Vec<Text>,
    /// Tables themselves.
    tables: BTreeSet<TableName>,
    /// It counts for what its own migration made too, which may not have been made at all.
    own: bool,
    /// Its tables may be in another database from the first on, as a router of Django may have it.
    elsewhere: bool,
    /// It does nothing else to what its tables have, whatever it adds to them: that the rest is missing is an error.
    only: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum MayTouchFile {
    Word(MayTouchWord),
    Tables(BTreeSet<TableName>),
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum MayTouchWord {
    Nothing,
    Anything,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QualifiedName {
    schema: Text,
    name: Text,
}
