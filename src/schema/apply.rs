//! Applying a [`Change`] to a [`Schema`].

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;

/// A change that does not fit the schema it was applied to; the schema is left as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    #[error("table {0} is not there")]
    NoTable(TableName),
    #[error("table {0} is there already")]
    TableExists(TableName),
    #[error("table {table} has no column {column}")]
    NoColumn { table: TableName, column: Name },
    #[error("table {table} has a column {column} already")]
    ColumnExists { table: TableName, column: Name },
    #[error("table {0} has no primary key")]
    NoPrimaryKey(TableName),
    #[error("table {0} has a primary key already")]
    PrimaryKeyExists(TableName),
    #[error("table {table} has no {what} {reference}")]
    NoConstraint { table: TableName, what: &'static str, reference: String },
}

impl Schema {
    /// Applies one change.
    ///
    /// A primary key makes its columns NOT NULL. Dropping a column drops the keys, constraints and indexes that contain it, as PostgreSQL does
    /// (<https://www.postgresql.org/docs/current/sql-altertable.html>, DROP COLUMN). Renaming carries
    /// into keys, indexes and the foreign keys of other tables; the text of expressions stays as it was,
    /// no longer certain.
    pub fn apply(&mut self, change: &Change) -> Result<(), ApplyError> {
        match change {
            Change::CreateTable(table) => {
                if self.tables.contains_key(&table.name) {
                    return Err(ApplyError::TableExists(table.name.clone()));
                }
                let mut names = BTreeSet::new();
                if let Some(second) = table.columns.iter().find(|it| !names.insert(&it.name)) {
                    return Err(ApplyError::ColumnExists {
                        table: table.name.clone(),
                        column: second.name.clone(),
                    });
                }
                let mut table = Arc::clone(table);
                if table.foreign_keys.iter().any(|key| key.referenced_columns.is_empty()) {
                    let mut keys = table.foreign_keys.clone();
                    for key in &mut keys {
                        self.resolve_reference(key, Some(&table));
                    }
                    if keys != table.foreign_keys {
                        Arc::make_mut(&mut table).foreign_keys = keys;
                    }
                }
                self.tables.insert(table.name.clone(), table);
            }
            Change::DropTable { table } => {
                self.tables.remove(table).ok_or_else(|| ApplyError::NoTable(table.clone()))?;
            }
            Change::RenameTable { from, to } => self.rename_table(from, to)?,
            Change::AddColumn { table, column } => {
                let table = self.table_mut(table)?;
                if table.column(&column.name).is_some() {
                    return Err(ApplyError::ColumnExists {
                        table: table.name.clone(),
                        column: column.name.clone(),
                    });
                }
                table.columns.push(column.clone());
            }
            Change::DropColumn { table, column } => {
                let table = self.table_mut(table)?;
                let position = column_position(table, column)?;
                table.columns.remove(position);
                drop_what_contains(table, column);
            }
            Change::RenameColumn { table, from, to } => self.rename_column(table, from, to)?,
            Change::AlterColumn { table, column } => {
                let table = self.table_mut(table)?;
                let position = column_position(table, &column.name)?;
                let was = &mut table.columns[position];
                let provenance = was.provenance.changed_as(column.provenance);
                *was = Column { provenance, ..column.clone() };
            }
            Change::AddPrimaryKey { table, primary_key } => {
                let table = self.table_mut(table)?;
                if table.primary_key.is_some() {
                    return Err(ApplyError::PrimaryKeyExists(table.name.clone()));
                }
                for column in table.columns.iter_mut().filter(|it| primary_key.columns.contains(&it.name)) {
                    column.nullable = false;
                }
                table.primary_key = Some(primary_key.clone());
            }
            Change::DropPrimaryKey { table } => {
                let table = self.table_mut(table)?;
                if table.primary_key.take().is_none() {
                    return Err(ApplyError::NoPrimaryKey(table.name.clone()));
                }
            }
            Change::AddUnique { table, unique } => self.table_mut(table)?.uniques.push(unique.clone()),
            Change::DropUnique { table, unique } => {
                let table = self.table_mut(table)?;
                let position =
                    table.uniques.iter().position(|it| unique.points_at_parts(it.name.as_ref(), &it.parts));
                table.uniques.remove(found(position, &table.name, "unique", unique)?);
            }
            Change::AddForeignKey { table, foreign_key } => {
                let mut foreign_key = foreign_key.clone();
                self.resolve_reference(&mut foreign_key, None);
                self.table_mut(table)?.foreign_keys.push(foreign_key);
            }
            Change::DropForeignKey { table, foreign_key } => {
                let table = self.table_mut(table)?;
                let position = table
                    .foreign_keys
                    .iter()
                    .position(|it| foreign_key.points_at(it.name.as_ref(), &it.columns));
                table.foreign_keys.remove(found(position, &table.name, "foreign key", foreign_key)?);
            }
            Change::AddCheck { table, check } => self.table_mut(table)?.checks.push(check.clone()),
            Change::DropCheck { table, check } => {
                let table = self.table_mut(table)?;
                let is_meant = |it: &Check| check.points_at(it.name.as_ref(), &it.columns);
                // One that has a name would be meant by that.
                let nameless = table.checks.iter().position(|it| it.name.is_none() && is_meant(it));
                let position = nameless.or_else(|| table.checks.iter().position(is_meant));
                table.checks.remove(found(position, &table.name, "check", check)?);
            }
            Change::AddIndex { table, index } => self.table_mut(table)?.indexes.push(index.clone()),
            Change::DropIndex { table, index } => {
                let table = self.table_mut(table)?;
                let position =
                    table.indexes.iter().position(|it| index.points_at_parts(it.name.as_ref(), &it.parts));
                table.indexes.remove(found(position, &table.name, "index", index)?);
            }
            Change::AddExclusion { table, exclusion } => {
                self.table_mut(table)?.exclusions.push(exclusion.clone())
            }
            Change::DropExclusion { table, exclusion } => {
                let table = self.table_mut(table)?;
                let mut all = table.exclusions.iter();
                let position = all.position(|it| exclusion.points_at_parts(it.name.as_ref(), &it.parts));
                table.exclusions.remove(found(position, &table.name, "exclusion constraint", exclusion)?);
            }
            Change::RenameConstraint { table, from, to } => {
                rename_constraint(self.table_mut(table)?, from, to)?
            }
        }
        Ok(())
    }

    fn table_mut(&mut self, name: &TableName) -> Result<&mut Table, ApplyError> {
        self.tables.get_mut(name).map(Arc::make_mut).ok_or_else(|| ApplyError::NoTable(name.clone()))
    }

    /// `REFERENCES t` without columns means t's primary key, where t is known.
    fn resolve_reference(&self, key: &mut ForeignKey, own: Option<&Table>) {
        if !key.referenced_columns.is_empty() {
            return;
        }
        let target = match own {
            Some(own) if own.name == key.references => Some(own),
            _ => self.tables.get(&key.references).map(Arc::as_ref),
        };
        if let Some(primary_key) = target.and_then(|table| table.primary_key.as_ref()) {
            key.referenced_columns.clone_from(&primary_key.columns);
        }
    }

    fn rename_table(&mut self, from: &TableName, to: &TableName) -> Result<(), ApplyError> {
        if from != to && self.tables.contains_key(to) {
            return Err(ApplyError::TableExists(to.clone()));
        }
        let mut table = self.tables.remove(from).ok_or_else(|| ApplyError::NoTable(from.clone()))?;
        Arc::make_mut(&mut table).name = to.clone();
        self.tables.insert(to.clone(), table);
        for table in self.tables.values_mut() {
            if table.foreign_keys.iter().any(|key| key.references == *from) {
                for key in &mut Arc::make_mut(table).foreign_keys {
                    if key.references == *from {
                        key.references = to.clone();
                    }
                }
            }
        }
        Ok(())
    }

    fn rename_column(&mut self, name: &TableName, from: &Name, to: &Name) -> Result<(), ApplyError> {
        let table = self.table_mut(name)?;
        let position = column_position(table, from)?;
        if from != to && table.column(to).is_some() {
            return Err(ApplyError::ColumnExists { table: name.clone(), column: to.clone() });
        }
        table.columns[position].name = to.clone();
        let rename = |column: &mut Name| {
            if column == from {
                *column = to.clone();
            }
        };
        table.primary_key.iter_mut().flat_map(|key| &mut key.columns).for_each(rename);
        let reword = |expression: &mut Spelling| expression.rename_column(from, to);
        for unique in &mut table.uniques {
            rename_in_parts(&mut unique.parts, from, to);
            unique.include.iter_mut().for_each(rename);
            unique.condition.iter_mut().for_each(reword);
        }
        for index in &mut table.indexes {
            rename_in_parts(&mut index.parts, from, to);
            index.include.iter_mut().for_each(rename);
            index.condition.iter_mut().for_each(reword);
        }
        for exclusion in &mut table.exclusions {
            rename_in_parts(&mut exclusion.parts, from, to);
            exclusion.include.iter_mut().for_each(rename);
            exclusion.condition.iter_mut().for_each(reword);
        }
        for check in &mut table.checks {
            check.columns.iter_mut().for_each(rename);
            // MariaDB leaves the text of one in a column's definition as it is; its columns are known.
            check.expression.forget_certainty();
        }
        for generated in table.columns.iter_mut().filter_map(|column| column.generated.as_mut()) {
            reword(&mut generated.expression);
        }
        table.foreign_keys.iter_mut().flat_map(|key| &mut key.columns).for_each(rename);
        for table in self.tables.values_mut() {
            let points_here =
                |key: &ForeignKey| key.references == *name && key.referenced_columns.contains(from);
            if table.foreign_keys.iter().any(points_here) {
                for key in Arc::make_mut(table).foreign_keys.iter_mut().filter(|key| key.references == *name)
                {
                    key.referenced_columns.iter_mut().for_each(rename);
                }
            }
        }
        Ok(())
    }
}

impl ConstraintRef {
    fn points_at(&self, name: Option<&Name>, columns: &[Name]) -> bool {
        match self {
            Self::Name(wanted) => name == Some(wanted),
            Self::Columns(wanted) => wanted == columns,
        }
    }

    fn points_at_parts(&self, name: Option<&Name>, parts: &[IndexPart]) -> bool {
        match self {
            Self::Name(wanted) => name == Some(wanted),
            Self::Columns(wanted) => {
                wanted.len() == parts.len()
                    && wanted.iter().zip(parts).all(|(wanted, part)| match &part.key {
                        IndexKey::Column(column) => column == wanted,
                        IndexKey::Expression(expression) => expression.text() == Some(wanted),
                    })
            }
        }
    }
}

impl fmt::Display for ConstraintRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Columns(columns) => write!(f, "on ({})", columns.join(", ")),
        }
    }
}

fn found(
    position: Option<usize>,
    table: &TableName,
    what: &'static str,
    reference: &ConstraintRef,
) -> Result<usize, ApplyError> {
    position.ok_or_else(|| ApplyError::NoConstraint {
        table: table.clone(),
        what,
        reference: reference.to_string(),
    })
}

fn column_position(table: &Table, column: &Name) -> Result<usize, ApplyError> {
    table
        .columns
        .iter()
        .position(|it| it.name == *column)
        .ok_or_else(|| ApplyError::NoColumn { table: table.name.clone(), column: column.clone() })
}

fn drop_what_contains(table: &mut Table, column: &Name) {
    let in_parts = |parts: &[IndexPart]| parts.iter().any(|part| part.as_column() == Some(column));
    if table.primary_key.as_ref().is_some_and(|key| key.columns.contains(column)) {
        table.primary_key = None;
    }
    table.uniques.retain(|it| !in_parts(&it.parts) && !it.include.contains(column));
    table.indexes.retain(|it| !in_parts(&it.parts) && !it.include.contains(column));
    table.exclusions.retain(|it| !in_parts(&it.parts) && !it.include.contains(column));
    table.foreign_keys.retain(|it| !it.columns.contains(column));
    table.checks.retain(|it| !it.columns.contains(column));
}

fn rename_in_parts(parts: &mut [IndexPart], from: &Name, to: &Name) {
    for part in parts {
        match &mut part.key {
            IndexKey::Column(column) if column == from => *column = to.clone(),
            IndexKey::Column(_) => {}
            IndexKey::Expression(expression) => expression.rename_column(from, to),
        }
    }
}

fn rename_constraint(table: &mut Table, from: &Name, to: &Name) -> Result<(), ApplyError> {
    let names = (table.uniques.iter_mut().map(|it| &mut it.name))
        .chain(table.indexes.iter_mut().map(|it| &mut it.name))
        .chain(table.foreign_keys.iter_mut().map(|it| &mut it.name))
        .chain(table.checks.iter_mut().map(|it| &mut it.name))
        .chain(table.exclusions.iter_mut().map(|it| &mut it.name));
    for name in names {
        if name.as_ref() == Some(from) {
            *name = Some(to.clone());
            return Ok(());
        }
    }
    Err(ApplyError::NoConstraint {
        table: table.name.clone(),
        what: "constraint or index",
        reference: from.to_string(),
    })
}
