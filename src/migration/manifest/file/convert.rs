//! What the file says, as operations and what they are made of.

use std::mem;
use std::sync::Arc;

use super::*;
use crate::migration::{MayTouch, MayUndo, Opaque, Operation};
use crate::schema::{
    Change, Check, Column, ColumnDefinition, ConstraintRef, Exclusion, Index, MadeAs, PartOptions,
    PrimaryKey, Provenance, Spelling, Table, UniqueConstraint,
};

impl ColumnFile {
    pub fn of_type(data_type: &str) -> Self {
        Self {
            data_type: Some(shared(data_type)),
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
        let definition = ColumnDefinition {
            data_type: self.data_type.clone().map_or(Spelling::Unread, known),
            nullable: self.nullable,
            default: self.default.clone().map(known),
            auto_increment: self.auto_increment,
            generated: self.generated.clone(),
            collation: self.collation.clone(),
        };
        super::text::defined(name, definition)
    }
}

impl From<ColumnLong> for ColumnFile {
    fn from(long: ColumnLong) -> Self {
        Self {
            data_type: name(long.data_type),
            nullable: long.nullable,
            default: name(long.default),
            auto_increment: long.auto_increment,
            generated: long
                .generated
                .map(|it| Generated { expression: spelling(it.expression), stored: it.stored }),
            collation: name(long.collation),
            primary_key: long.primary_key,
            unique: long.unique,
            references: None,
        }
    }
}

fn spelling(text: Option<Text>) -> Spelling {
    text.map_or(Spelling::Unread, |it| known(it.0))
}

/// `unknown` stands for a spelling that is there, but of which no more is known.
fn known(text: Name) -> Spelling {
    if &*text == "unknown" { Spelling::Unread } else { Spelling::Uncertain(text) }
}

fn name(text: Option<Text>) -> Option<Name> {
    text.map(|it| it.0)
}

fn names(texts: Vec<Text>) -> Vec<Name> {
    texts.into_iter().map(|it| it.0).collect()
}

impl TableFile {
    /// The table in the dialect's canonical form.
    ///
    /// # Errors
    /// What contradicts itself, in a sentence.
    pub fn read(self, dialect: Dialect) -> Result<Table, String> {
        let mut table = self.into_table()?;
        dialect.canonical_table(&mut table, &dialect.naming());
        Ok(table)
    }

    fn into_table(self) -> Result<Table, String> {
        let tables_said = (self.primary_key.iter().map(|it| &it.0.table))
            .chain(self.uniques.iter().map(|it| &it.0.table))
            .chain(self.foreign_keys.iter().map(|it| &it.table))
            .chain(self.checks.iter().map(|it| &it.table))
            .chain(self.indexes.iter().map(|it| &it.0.table))
            .chain(self.exclusions.iter().map(|it| &it.table));
        if tables_said.flatten().next().is_some() {
            return Err(format!(
                "inside create_table of {} no key, constraint or index says `table`",
                self.name
            ));
        }
        let mut table = Table::new(self.name);
        let columns = || self.columns.0.iter().map(|(_, column)| column);
        // What grows and shrinks again leaves holes behind in which nothing else fits.
        table.columns.reserve_exact(self.columns.0.len());
        table.uniques.reserve_exact(columns().filter(|it| it.unique).count() + self.uniques.len());
        let references = columns().filter(|it| it.references.is_some()).count();
        table.foreign_keys.reserve_exact(references + self.foreign_keys.len());
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
        for exclusion in self.exclusions {
            table.exclusions.push(exclusion.try_into()?);
        }
        check_columns(&table)?;
        Ok(table)
    }
}

/// A key over a column that the table does not have is a slip of the pen.
fn check_columns(table: &Table) -> Result<(), String> {
    let parts = (table.uniques.iter().flat_map(|it| &it.parts))
        .chain(table.indexes.iter().flat_map(|it| &it.parts))
        .chain(table.exclusions.iter().flat_map(|it| &it.parts));
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
            Self::DropColumn(it) => Change::DropColumn { table: it.table, column: it.name.0 },
            Self::RenameColumn(it) => Change::RenameColumn { table: it.table, from: it.from.0, to: it.to.0 },
            Self::AddPrimaryKey(mut it) => Change::AddPrimaryKey {
                table: own_table(it.table.take(), "add_primary_key")?,
                primary_key: it.into(),
            },
            Self::DropPrimaryKey(it) => Change::DropPrimaryKey { table: it.table },
            Self::AddUnique(mut it) => {
                Change::AddUnique { table: own_table(it.table.take(), "add_unique")?, unique: it.into() }
            }
            Self::DropUnique(mut it) => {
                Change::DropUnique { unique: it.reference("drop_unique")?, table: it.table }
            }
            Self::AddForeignKey(mut it) => Change::AddForeignKey {
                table: own_table(it.table.take(), "add_foreign_key")?,
                foreign_key: it.into(),
            },
            Self::DropForeignKey(mut it) => {
                Change::DropForeignKey { foreign_key: it.reference("drop_foreign_key")?, table: it.table }
            }
            Self::AddCheck(mut it) => {
                Change::AddCheck { table: own_table(it.table.take(), "add_check")?, check: it.into() }
            }
            Self::DropCheck(mut it) => {
                Change::DropCheck { check: it.reference("drop_check")?, table: it.table }
            }
            Self::AddIndex(mut it) => {
                Change::AddIndex { table: own_table(it.table.take(), "add_index")?, index: it.into() }
            }
            Self::DropIndex(mut it) => {
                Change::DropIndex { index: it.reference("drop_index")?, table: it.table }
            }
            Self::AddExclusion(mut it) => Change::AddExclusion {
                table: own_table(it.table.take(), "add_exclusion")?,
                exclusion: it.try_into()?,
            },
            Self::DropExclusion(mut it) => {
                Change::DropExclusion { exclusion: it.reference("drop_exclusion")?, table: it.table }
            }
            Self::RenameConstraint(it) => {
                Change::RenameConstraint { table: it.table, from: it.from.0, to: it.to.0 }
            }
            Self::Opaque(it) => {
                let may_touch = match it.may_touch {
                    MayTouchFile::Word(MayTouchWord::Nothing) => MayTouch::Nothing,
                    MayTouchFile::Word(MayTouchWord::Anything) => MayTouch::Anything,
                    MayTouchFile::Tables(tables) => MayTouch::Tables(tables),
                };
                let may_undo = MayUndo {
                    columns: names(it.may_undo.columns).into_iter().collect(),
                    constraints: it.may_undo.constraints,
                    over: it.may_undo.over.into_iter().map(names).collect(),
                    definitions: names(it.may_undo.definitions).into_iter().collect(),
                    tables: it.may_undo.tables,
                    own: it.may_undo.own,
                    elsewhere: it.may_undo.elsewhere,
                    only: it.may_undo.only,
                };
                return Ok(vec![Operation::Opaque(Opaque { reason: it.reason, may_touch, may_undo })]);
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
        let (table, name) = (self.table, self.name.0);
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
                self.table, self.name.0
            ));
        }
        Ok(column.column(self.name.0.clone()))
    }
}

impl ReferenceOf {
    fn reference(&mut self, operation: &str) -> Result<ConstraintRef, String> {
        match (name(self.name.take()), names(mem::take(&mut self.columns))) {
            (Some(name), columns) if columns.is_empty() => Ok(ConstraintRef::Name(name)),
            (None, columns) if !columns.is_empty() => Ok(ConstraintRef::Columns(columns)),
            _ => Err(format!("{operation} on {} needs either `name` or `columns`", self.table)),
        }
    }
}

impl From<KeyLong> for PrimaryKey {
    fn from(key: KeyLong) -> Self {
        Self { name: name(key.name), columns: names(key.columns), provenance: Provenance::default() }
    }
}

impl From<UniqueLong> for UniqueConstraint {
    fn from(unique: UniqueLong) -> Self {
        Self {
            name: name(unique.name),
            parts: unique.columns.into_iter().map(|part| part.0).collect(),
            include: names(unique.include),
            condition: name(unique.condition).map(known),
            nulls_not_distinct: unique.nulls_not_distinct,
            deferrable: unique.deferrable,
            made_as: MadeAs::default(),
            provenance: Provenance::default(),
        }
    }
}

impl From<ForeignKeyFile> for ForeignKey {
    fn from(key: ForeignKeyFile) -> Self {
        Self {
            name: name(key.name),
            columns: names(key.columns),
            references: key.references,
            referenced_columns: names(key.referenced_columns),
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
            name: name(check.name),
            columns: names(check.columns),
            expression: spelling(check.expression),
            provenance: Provenance::default(),
        }
    }
}

impl From<IndexLong> for Index {
    fn from(index: IndexLong) -> Self {
        Self {
            name: name(index.name),
            parts: index.columns.into_iter().map(|part| part.0).collect(),
            include: names(index.include),
            condition: name(index.condition).map(known),
            method: name(index.method),
            provenance: Provenance::default(),
        }
    }
}

impl TryFrom<ExclusionFile> for Exclusion {
    type Error = String;

    fn try_from(exclusion: ExclusionFile) -> Result<Self, String> {
        if exclusion.columns.len() != exclusion.operators.len() {
            return Err("an exclusion needs one of `operators` for each of its `columns`".to_owned());
        }
        Ok(Self {
            name: name(exclusion.name),
            parts: exclusion.columns.into_iter().map(|part| part.0).collect(),
            operators: names(exclusion.operators),
            include: names(exclusion.include),
            condition: name(exclusion.condition).map(known),
            method: name(exclusion.method),
            deferrable: exclusion.deferrable,
            provenance: Provenance::default(),
        })
    }
}

impl TryFrom<PartLong> for IndexPart {
    type Error = String;

    fn try_from(long: PartLong) -> Result<Self, String> {
        let part = match (long.column, long.expression) {
            (Some(column), None) => Self::column(column.0),
            (None, Some(expression)) => Self::expression(known(expression.0)),
            _ => return Err("a key of an index needs either `column` or `expression`".to_owned()),
        };
        Ok(part.with_options(PartOptions {
            descending: long.descending,
            nulls: long.nulls,
            operator_class: name(long.operator_class),
            collation: name(long.collation),
            prefix_length: long.prefix_length,
        }))
    }
}
