//! The manifest's file format: what serde reads, and how it becomes migrations.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::short_form::{parse_column, parse_part};
use super::{Mistake, read_migration};
use crate::dialect::Dialect;
use crate::migration::{MayTouch, Migration, Opaque, Operation};
use crate::schema::{
    Action, Change, Check, Column, ConstraintRef, Deferrable, ForeignKey, Generated, Index, IndexPart, Name,
    NullsOrder, PartOptions, PrimaryKey, Provenance, Spelling, Table, TableName, UniqueConstraint,
};

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
    pub app: Name,
    pub name: Name,
    /// `app.name`, or `name` for tools without apps.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// The migrations that this one was squashed from.
    #[serde(default)]
    pub replaces: Vec<String>,
    #[serde(default)]
    pub operations: Vec<OperationFile>,
}

fn no_name() -> Name {
    "".into()
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
    RenameConstraint(RenameOf),
    Opaque(OpaqueFile),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFile {
    pub name: TableName,
    /// In the order of their creation.
    #[schemars(with = "std::collections::BTreeMap<String, ColumnFile>")]
    pub columns: ColumnsFile,
    #[serde(default)]
    pub primary_key: Option<KeyFile>,
    #[serde(default)]
    pub uniques: Vec<UniqueFile>,
    #[serde(default)]
    pub foreign_keys: Vec<ForeignKeyFile>,
    #[serde(default)]
    pub checks: Vec<CheckFile>,
    #[serde(default)]
    pub indexes: Vec<IndexFile>,
}

pub(super) struct ColumnsFile(Vec<(Name, ColumnFile)>);

/// A column in the long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnLong {
    /// As the database writes it; `unknown` or nothing: it exists, its type is not compared.
    #[serde(rename = "type", default)]
    data_type: Option<String>,
    #[serde(default)]
    nullable: bool,
    #[serde(default)]
    default: Option<String>,
    #[serde(default)]
    auto_increment: bool,
    #[serde(default)]
    generated: Option<GeneratedFile>,
    #[serde(default)]
    collation: Option<Name>,
    #[serde(default)]
    primary_key: bool,
    #[serde(default)]
    unique: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GeneratedFile {
    #[serde(default)]
    expression: Option<String>,
    #[serde(default)]
    stored: bool,
}

/// A column with what a short form may say beside it.
pub(super) struct ColumnFile {
    pub data_type: Option<String>,
    pub nullable: bool,
    pub default: Option<String>,
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
    name: Option<Name>,
    columns: Vec<Name>,
}

pub(super) struct KeyFile(KeyLong);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UniqueLong {
    /// In an operation of its own only.
    #[serde(default)]
    table: Option<TableName>,
    #[serde(default)]
    name: Option<Name>,
    columns: Vec<PartFile>,
    #[serde(default)]
    include: Vec<Name>,
    /// The predicate of a partial unique index.
    #[serde(default)]
    condition: Option<String>,
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
    name: Option<Name>,
    columns: Vec<Name>,
    references: TableName,
    /// Nothing means the primary key.
    #[serde(default)]
    referenced_columns: Vec<Name>,
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
    name: Option<Name>,
    /// The columns it speaks of, where known.
    #[serde(default)]
    columns: Vec<Name>,
    #[serde(default)]
    expression: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexLong {
    /// In an operation of its own only.
    #[serde(default)]
    table: Option<TableName>,
    #[serde(default)]
    name: Option<Name>,
    columns: Vec<PartFile>,
    #[serde(default)]
    include: Vec<Name>,
    /// The predicate of a partial index.
    #[serde(default)]
    condition: Option<String>,
    /// Nothing means a B-tree.
    #[serde(default)]
    method: Option<Name>,
}

pub(super) struct IndexFile(IndexLong);

pub(super) struct PartFile(IndexPart);

/// A key of an index in the long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PartLong {
    #[serde(default)]
    column: Option<Name>,
    #[serde(default)]
    expression: Option<String>,
    #[serde(default)]
    descending: bool,
    #[serde(default)]
    nulls: Option<NullsOrder>,
    #[serde(default)]
    operator_class: Option<Name>,
    #[serde(default)]
    collation: Option<Name>,
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
    name: Name,
    column: ColumnFile,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NameOf {
    table: TableName,
    name: Name,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RenameOf {
    table: TableName,
    from: Name,
    to: Name,
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
    name: Option<Name>,
    #[serde(default)]
    columns: Vec<Name>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpaqueFile {
    /// Why it was not seen through, in one sentence.
    reason: String,
    may_touch: MayTouchFile,
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

impl ColumnFile {
    pub fn of_type(data_type: &str) -> Self {
        Self {
            data_type: Some(data_type.to_owned()),
            nullable: false,
            default: None,
            auto_increment: false,
            generated: None,
            collation: None,
            primary_key: false,
            unique: false,
            references: None,
        }
    }

    fn column(&self, name: Name) -> Column {
        Column {
            name,
            data_type: self.data_type.as_deref().map_or(Spelling::Unread, known),
            nullable: self.nullable,
            default: self.default.as_deref().map(known),
            auto_increment: self.auto_increment,
            generated: self.generated.clone().map(Box::new),
            collation: self.collation.clone(),
            provenance: Provenance::default(),
        }
    }
}

impl From<ColumnLong> for ColumnFile {
    fn from(long: ColumnLong) -> Self {
        Self {
            data_type: long.data_type,
            nullable: long.nullable,
            default: long.default,
            auto_increment: long.auto_increment,
            generated: long
                .generated
                .map(|it| Generated { expression: spelling(it.expression), stored: it.stored }),
            collation: long.collation,
            primary_key: long.primary_key,
            unique: long.unique,
            references: None,
        }
    }
}

fn spelling(text: Option<String>) -> Spelling {
    text.map_or(Spelling::Unread, Spelling::uncertain)
}

/// `unknown` stands for a spelling that is there, but of which no more is known.
fn known(text: &str) -> Spelling {
    if text == "unknown" { Spelling::Unread } else { Spelling::uncertain(text) }
}

impl TableFile {
    fn into_table(self) -> Result<Table, String> {
        let tables_said = (self.primary_key.iter().map(|it| &it.0.table))
            .chain(self.uniques.iter().map(|it| &it.0.table))
            .chain(self.foreign_keys.iter().map(|it| &it.table))
            .chain(self.checks.iter().map(|it| &it.table))
            .chain(self.indexes.iter().map(|it| &it.0.table));
        if tables_said.flatten().next().is_some() {
            return Err(format!(
                "inside create_table of {} no key, constraint or index says `table`",
                self.name
            ));
        }
        let mut table = Table::new(self.name);
        table.primary_key = self.primary_key.map(|key| key.0.into());
        for (name, file) in self.columns.0 {
            if file.primary_key {
                let key = table
                    .primary_key
                    .get_or_insert_with(|| KeyLong { table: None, name: None, columns: vec![] }.into());
                if !key.columns.contains(&name) {
                    key.columns.push(name.clone());
                }
            }
            if file.unique {
                table.uniques.push(UniqueConstraint::on_columns([name.clone()]));
            }
            if let Some(references) = &file.references {
                table.foreign_keys.push(ForeignKey { columns: vec![name.clone()], ..references.clone() });
            }
            table.columns.push(file.column(name));
        }
        table.uniques.extend(self.uniques.into_iter().map(|it| UniqueConstraint::from(it.0)));
        table.foreign_keys.extend(self.foreign_keys.into_iter().map(ForeignKey::from));
        table.checks.extend(self.checks.into_iter().map(Check::from));
        table.indexes.extend(self.indexes.into_iter().map(|it| Index::from(it.0)));
        check_columns(&table)?;
        Ok(table)
    }
}

/// A key over a column that the table does not have is a slip of the pen.
fn check_columns(table: &Table) -> Result<(), String> {
    let parts =
        (table.uniques.iter().flat_map(|it| &it.parts)).chain(table.indexes.iter().flat_map(|it| &it.parts));
    let columns = (table.primary_key.iter().flat_map(|it| &it.columns))
        .chain(table.foreign_keys.iter().flat_map(|it| &it.columns))
        .chain(table.checks.iter().flat_map(|it| &it.columns))
        .chain(parts.filter_map(IndexPart::as_column));
    for column in columns {
        if table.column(column).is_none() {
            return Err(format!("table {} has no column {column}, which one of its keys names", table.name));
        }
    }
    Ok(())
}

impl OperationFile {
    /// One operation, but for an `add_column` that says keys in its short form.
    pub fn into_operations(self) -> Result<Vec<Operation>, String> {
        let change = match self {
            Self::CreateTable(table) => Change::CreateTable(Arc::new(table.into_table()?)),
            Self::DropTable(table) => Change::DropTable { table },
            Self::RenameTable(RenameTable { from, to }) => Change::RenameTable { from, to },
            Self::AddColumn(it) => return it.add_column(),
            Self::AlterColumn(it) => {
                let column = it.plain_column()?;
                Change::AlterColumn { table: it.table, column }
            }
            Self::DropColumn(it) => Change::DropColumn { table: it.table, column: it.name },
            Self::RenameColumn(it) => Change::RenameColumn { table: it.table, from: it.from, to: it.to },
            Self::AddPrimaryKey(mut it) => Change::AddPrimaryKey {
                table: own_table(it.table.take(), "add_primary_key")?,
                primary_key: it.into(),
            },
            Self::DropPrimaryKey(it) => Change::DropPrimaryKey { table: it.table },
            Self::AddUnique(mut it) => {
                Change::AddUnique { table: own_table(it.table.take(), "add_unique")?, unique: it.into() }
            }
            Self::DropUnique(it) => {
                Change::DropUnique { unique: it.reference("drop_unique")?, table: it.table }
            }
            Self::AddForeignKey(mut it) => Change::AddForeignKey {
                table: own_table(it.table.take(), "add_foreign_key")?,
                foreign_key: it.into(),
            },
            Self::DropForeignKey(it) => {
                Change::DropForeignKey { foreign_key: it.reference("drop_foreign_key")?, table: it.table }
            }
            Self::AddCheck(mut it) => {
                Change::AddCheck { table: own_table(it.table.take(), "add_check")?, check: it.into() }
            }
            Self::DropCheck(it) => Change::DropCheck { check: it.reference("drop_check")?, table: it.table },
            Self::AddIndex(mut it) => {
                Change::AddIndex { table: own_table(it.table.take(), "add_index")?, index: it.into() }
            }
            Self::DropIndex(it) => Change::DropIndex { index: it.reference("drop_index")?, table: it.table },
            Self::RenameConstraint(it) => {
                Change::RenameConstraint { table: it.table, from: it.from, to: it.to }
            }
            Self::Opaque(it) => {
                let may_touch = match it.may_touch {
                    MayTouchFile::Word(MayTouchWord::Nothing) => MayTouch::Nothing,
                    MayTouchFile::Word(MayTouchWord::Anything) => MayTouch::Anything,
                    MayTouchFile::Tables(tables) => MayTouch::Tables(tables),
                };
                return Ok(vec![Operation::Opaque(Opaque { reason: it.reason, may_touch })]);
            }
        };
        Ok(vec![Operation::Change(change)])
    }
}

fn own_table(table: Option<TableName>, operation: &str) -> Result<TableName, String> {
    table.ok_or_else(|| format!("{operation} needs `table`"))
}

impl ColumnOf {
    fn add_column(self) -> Result<Vec<Operation>, String> {
        let (table, name) = (self.table, self.name);
        if self.column.primary_key {
            return Err(format!(
                "add_column of {table}.{name}: a primary key is an operation of its own, add_primary_key"
            ));
        }
        let mut changes =
            vec![Change::AddColumn { table: table.clone(), column: self.column.column(name.clone()) }];
        if self.column.unique {
            let unique = UniqueConstraint::on_columns([name.clone()]);
            changes.push(Change::AddUnique { table: table.clone(), unique });
        }
        if let Some(references) = self.column.references {
            let foreign_key = ForeignKey { columns: vec![name], ..references };
            changes.push(Change::AddForeignKey { table, foreign_key });
        }
        Ok(changes.into_iter().map(Operation::Change).collect())
    }

    fn plain_column(&self) -> Result<Column, String> {
        let column = &self.column;
        if column.primary_key || column.unique || column.references.is_some() {
            return Err(format!(
                "alter_column of {}.{} says what the column becomes, not its keys: write add_primary_key, \
                 add_unique or add_foreign_key as an operation of its own",
                self.table, self.name
            ));
        }
        Ok(column.column(self.name.clone()))
    }
}

impl ReferenceOf {
    fn reference(&self, operation: &str) -> Result<ConstraintRef, String> {
        match (&self.name, self.columns.as_slice()) {
            (Some(name), []) => Ok(ConstraintRef::Name(name.clone())),
            (None, [_, ..]) => Ok(ConstraintRef::Columns(self.columns.clone())),
            _ => Err(format!("{operation} on {} needs either `name` or `columns`", self.table)),
        }
    }
}

impl From<KeyLong> for PrimaryKey {
    fn from(key: KeyLong) -> Self {
        Self { name: key.name, columns: key.columns, provenance: Provenance::default() }
    }
}

impl From<UniqueLong> for UniqueConstraint {
    fn from(unique: UniqueLong) -> Self {
        Self {
            name: unique.name,
            parts: unique.columns.into_iter().map(|part| part.0).collect(),
            include: unique.include,
            condition: unique.condition.as_deref().map(known),
            nulls_not_distinct: unique.nulls_not_distinct,
            deferrable: unique.deferrable,
            provenance: Provenance::default(),
        }
    }
}

impl From<ForeignKeyFile> for ForeignKey {
    fn from(key: ForeignKeyFile) -> Self {
        Self {
            name: key.name,
            columns: key.columns,
            references: key.references,
            referenced_columns: key.referenced_columns,
            on_delete: key.on_delete,
            on_update: key.on_update,
            deferrable: key.deferrable,
            provenance: Provenance::default(),
        }
    }
}

impl From<CheckFile> for Check {
    fn from(check: CheckFile) -> Self {
        Self {
            name: check.name,
            columns: check.columns,
            expression: spelling(check.expression),
            provenance: Provenance::default(),
        }
    }
}

impl From<IndexLong> for Index {
    fn from(index: IndexLong) -> Self {
        Self {
            name: index.name,
            parts: index.columns.into_iter().map(|part| part.0).collect(),
            include: index.include,
            condition: index.condition.as_deref().map(known),
            method: index.method,
            provenance: Provenance::default(),
        }
    }
}

impl TryFrom<PartLong> for IndexPart {
    type Error = String;

    fn try_from(long: PartLong) -> Result<Self, String> {
        let part = match (long.column, long.expression) {
            (Some(column), None) => Self::column(column),
            (None, Some(expression)) => Self::expression(known(&expression)),
            _ => return Err("a key of an index needs either `column` or `expression`".to_owned()),
        };
        Ok(part.with_options(PartOptions {
            descending: long.descending,
            nulls: long.nulls,
            operator_class: long.operator_class,
            collation: long.collation,
            prefix_length: long.prefix_length,
        }))
    }
}

/// Implements `Deserialize` for a type with a short form (a string or a list) beside the long one (a map),
/// in a way that keeps the position of a mistake, which `#[serde(untagged)]` loses.
macro_rules! short_or_long {
    ($type:ty, $expected:literal, $long:ty => $from_long:expr, str => $from_str:expr) => {
        short_or_long!(@impl $type, $expected, $long => $from_long,
            fn visit_str<E: Error>(self, text: &str) -> Result<$type, E> {
                $from_str(text).map_err(E::custom)
            });
        short_or_long!(@schema $type, $long, |_: &mut SchemaGenerator| json_schema!({"type": "string"}));
    };
    ($type:ty, $expected:literal, $long:ty => $from_long:expr, seq of $item:ty => $from_list:expr) => {
        short_or_long!(@impl $type, $expected, $long => $from_long,
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<$type, A::Error> {
                let mut items: Vec<$item> = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok($from_list(items))
            });
        short_or_long!(@schema $type, $long, |generator: &mut SchemaGenerator| {
            generator.subschema_for::<Vec<$item>>()
        });
    };
    (@impl $type:ty, $expected:literal, $long:ty => $from_long:expr, $($method:tt)+) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct ShortOrLong;
                impl<'de> Visitor<'de> for ShortOrLong {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    $($method)+

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        let long = <$long>::deserialize(MapAccessDeserializer::new(map))?;
                        $from_long(long).map_err(A::Error::custom)
                    }
                }
                deserializer.deserialize_any(ShortOrLong)
            }
        }
    };
    (@schema $type:ty, $long:ty, $short:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let short: fn(&mut SchemaGenerator) -> Schema = $short;
                let short = short(generator);
                let long = generator.subschema_for::<$long>();
                json_schema!({"anyOf": [short, long]})
            }
        }
    };
}

/// `$from_long` for a long form that is the form itself.
fn as_it_is<T, U: From<T>>(long: T) -> Result<U, String> {
    Ok(long.into())
}

short_or_long!(ColumnFile, "a column such as `varchar(30) not null`, or a map with `type`",
    ColumnLong => as_it_is, str => parse_column);
short_or_long!(PartFile, "a column's name with its options, an expression in brackets, or a map with `column`",
    PartLong => |long: PartLong| IndexPart::try_from(long).map(PartFile),
    str => |text: &str| parse_part(text).map(PartFile));
short_or_long!(KeyFile, "a list of columns, or a map with `columns`",
    KeyLong => |long| Ok::<_, String>(KeyFile(long)),
    seq of Name => |columns| KeyFile(KeyLong { table: None, name: None, columns }));
short_or_long!(UniqueFile, "a list of columns, or a map with `columns`",
UniqueLong => |long| Ok::<_, String>(UniqueFile(long)),
seq of PartFile => |columns| UniqueFile(UniqueLong {
    table: None, name: None, columns, include: Vec::new(), condition: None, nulls_not_distinct: false,
    deferrable: Deferrable::No,
}));
short_or_long!(IndexFile, "a list of columns, or a map with `columns`",
IndexLong => |long| Ok::<_, String>(IndexFile(long)),
seq of PartFile => |columns| IndexFile(IndexLong {
    table: None, name: None, columns, include: Vec::new(), condition: None, method: None,
}));

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QualifiedName {
    schema: Name,
    name: Name,
}

short_or_long!(TableName, "a table's name, or a map with `schema` and `name`",
    QualifiedName => |long: QualifiedName| Ok::<_, String>(TableName::qualified(long.schema, long.name)),
    str => |text: &str| Ok::<_, String>(TableName::unqualified(text)));

impl<'de> Deserialize<'de> for ColumnsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Columns;
        impl<'de> Visitor<'de> for Columns {
            type Value = ColumnsFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of columns, each with its type")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ColumnsFile, A::Error> {
                let mut columns: Vec<(Name, ColumnFile)> = Vec::new();
                while let Some((name, column)) = map.next_entry::<Name, ColumnFile>()? {
                    if columns.iter().any(|(other, _)| *other == name) {
                        return Err(A::Error::custom(format_args!("column {name} stands here twice")));
                    }
                    columns.push((name, column));
                }
                Ok(ColumnsFile(columns))
            }
        }
        deserializer.deserialize_map(Columns)
    }
}
