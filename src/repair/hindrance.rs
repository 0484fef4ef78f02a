//! Why an addition cannot be made: something stands in its place, or what it needs is left out.

use std::fmt;
use std::sync::Arc;

use super::LeftOut;
use crate::audit::{Holder, Stored};
use crate::dialect::Dialect;
use crate::dialect::postgres::primary_key_name;
use crate::dialect::token::{Quotes, tokens};
use crate::schema::{Change, Check, IndexPart, Name, Schema, Table, TableKind, TableName};

/// How the reason begins where the hindrance is another difference's.
pub const NEEDS: &str = "it needs what is left out: ";

pub fn hindrance(
    dialect: Dialect,
    here: (&Schema, &Stored),
    change: &Change,
    left_out: &[LeftOut],
) -> Option<String> {
    if let Change::AddCheck { check, .. } = change
        && has_old_names(dialect, check)
    {
        return Some(
            "its text is from before a column was renamed, and is not known by the new name".to_owned(),
        );
    }
    // What has its name may be the same thing, over what is not renamed yet.
    match left_out.iter().find(|it| needs(change, &it.change)) {
        Some(needed) => Some(format!("{NEEDS}{}", needed.reason)),
        None => in_its_place(dialect, here, change),
    }
}

/// Whether the text of the check lacks a column that it is over: renaming a column changes the one and not the other.
pub fn has_old_names(dialect: Dialect, check: &Check) -> bool {
    let quotes = match dialect {
        Dialect::Postgres | Dialect::Sqlite => Quotes::SQLITE,
        Dialect::Mysql | Dialect::Mariadb => Quotes::MYSQL,
    };
    let Some(words) = check.expression.text().and_then(|text| tokens(text, quotes)) else { return false };
    let names: Vec<String> = words.iter().map(|it| it.identifier()).collect();
    !check.columns.iter().all(|column| names.iter().any(|it| it.eq_ignore_ascii_case(column)))
}

/// A name that the new object needs and cannot have.
pub struct TakenName {
    pub name: TableName,
    pub by: NameHolder,
}

/// Who has it, of those that share one space of names with tables.
#[derive(Clone, Copy)]
pub enum NameHolder {
    Relation(TableKind),
    Index,
    Other(Holder),
}

impl fmt::Display for NameHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relation(kind) => write!(f, "a {kind}"),
            Self::Index => f.write_str("an index"),
            Self::Other(holder) => holder.fmt(f),
        }
    }
}

/// What has the name of the table or index that the change makes, where both have theirs in one space.
pub fn taken_name(
    dialect: Dialect,
    (actual, stored): (&Schema, &Stored),
    change: &Change,
) -> Option<TakenName> {
    let table = change.table();
    let is_table = matches!(change, Change::CreateTable(_));
    let is_index = makes_index(change) && shares_names(dialect);
    let name = if is_table {
        table.clone()
    } else {
        let name = dialect.name_of_added(change).filter(|_| is_index)?;
        TableName { schema: table.schema.clone(), name }
    };
    let by_another = || {
        let holder = *stored.taken.get(&name)?;
        // A table needs the name of a type for its rows; an index has none.
        (is_table || holder != Holder::Type).then_some(NameHolder::Other(holder))
    };
    let by_index = || {
        let is_it = shares_names(dialect) && has_index_name(dialect, actual, &name, &name.name);
        is_it.then_some(NameHolder::Index)
    };
    let by = match actual.tables.get(&name) {
        Some(standing) => Some(NameHolder::Relation(standing.kind)),
        None => by_another().or_else(by_index),
    };
    by.map(|by| TakenName { name, by })
}

fn makes_index(change: &Change) -> bool {
    matches!(change, Change::AddUnique { .. } | Change::AddIndex { .. } | Change::AddExclusion { .. })
}

/// Whether indexes have their names beside the tables.
fn shares_names(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Sqlite => true,
        Dialect::Mysql | Dialect::Mariadb => false,
    }
}

/// What has the name, or the only place, that the new object needs.
fn in_its_place(dialect: Dialect, here: (&Schema, &Stored), change: &Change) -> Option<String> {
    let (table, actual) = (change.table(), here.0);
    let standing = actual.tables.get(table);
    if matches!(change, Change::AddPrimaryKey { .. }) && standing.is_some_and(|it| it.primary_key.is_some()) {
        return Some(format!("{table} has another primary key, which would have to go first"));
    }
    if let Some(taken) = taken_name(dialect, here, change) {
        let name = &taken.name.name;
        return Some(format!("{name} is the name of {}, which would have to go first", taken.by));
    }
    let name = dialect.name_of_added(change)?;
    let is_index = makes_index(change);
    let is_constraint = !is_index || dialect == Dialect::Postgres;
    let is_taken = (is_index && has_index_name(dialect, actual, table, &name))
        || (is_constraint && has_constraint_name(dialect, actual, table, &name));
    is_taken.then(|| format!("{name} is the name of another object, which would have to go first"))
}

/// PostgreSQL and SQLite know an index by its name in the whole schema, beside the tables.
fn has_index_name(dialect: Dialect, actual: &Schema, table: &TableName, name: &Name) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Sqlite => {
            in_schema_of(actual, table).any(|it| it.name.name == *name || is_of_an_index(it, name))
        }
        Dialect::Mysql | Dialect::Mariadb => {
            actual.tables.get(table).is_some_and(|it| is_of_an_index(it, name))
        }
    }
}

fn is_of_an_index(table: &Table, name: &Name) -> bool {
    let key = table.primary_key.iter().map(|it| &it.name);
    key.chain(table.uniques.iter().map(|it| &it.name))
        .chain(table.indexes.iter().map(|it| &it.name))
        .chain(table.exclusions.iter().map(|it| &it.name))
        .any(|it| it.as_ref() == Some(name))
}

/// Whether PostgreSQL has to find another name than the usual one for a table's primary key, or may have to: where the
/// usual name is cut, another new table may have the same.
pub fn has_no_usual_key_name((actual, stored): (&Schema, &Stored), table: &TableName) -> bool {
    let usual: Name = primary_key_name(&table.name).into();
    let relation = TableName { schema: table.schema.clone(), name: usual.clone() };
    !usual.starts_with(&*table.name)
        || actual.tables.contains_key(&relation)
        || stored.taken.contains_key(&relation)
        || in_schema_of(actual, table).any(|it| it.name != *table && is_of_an_index(it, &usual))
}

/// A constraint's name is one of its table's, but MySQL and MariaDB know a foreign key by it in the whole schema, and MySQL
/// a check.
fn has_constraint_name(dialect: Dialect, actual: &Schema, table: &TableName, name: &Name) -> bool {
    let is_it = |it: &Option<Name>| it.as_ref() == Some(name);
    let is_key = |it: &Table| it.foreign_keys.iter().any(|it| is_it(&it.name));
    let is_check = |it: &Table| it.checks.iter().any(|it| is_it(&it.name));
    let has = |it: &Table| {
        is_key(it)
            || is_check(it)
            || it.uniques.iter().any(|it| is_it(&it.name))
            || it.exclusions.iter().any(|it| is_it(&it.name))
            || it.primary_key.iter().any(|it| is_it(&it.name))
    };
    match dialect {
        Dialect::Postgres | Dialect::Sqlite => actual.tables.get(table).is_some_and(|it| has(it)),
        Dialect::Mysql | Dialect::Mariadb => {
            let is_known_by_it = |it: &Table| is_key(it) || (dialect == Dialect::Mysql && is_check(it));
            in_schema_of(actual, table).any(is_known_by_it)
                || actual.tables.get(table).is_some_and(|it| has(it))
        }
    }
}

fn in_schema_of<'s>(schema: &'s Schema, table: &'s TableName) -> impl Iterator<Item = &'s Table> {
    schema.tables.values().map(Arc::as_ref).filter(|it| it.name.schema == table.schema)
}

/// Whether `change` cannot be made as long as `missing` is not.
fn needs(change: &Change, missing: &Change) -> bool {
    let table = missing.table();
    let refers = |columns: &dyn Fn(&[Name]) -> bool| {
        if let Change::AddForeignKey { foreign_key, .. } = change {
            foreign_key.references == *table && columns(&foreign_key.referenced_columns)
        } else {
            false
        }
    };
    if matches!(missing, Change::CreateTable(_)) {
        return table == change.table() || refers(&|_| true);
    }
    if let Change::AddColumn { column, .. } = missing {
        let is_own = table == change.table() && mentions(change, &column.name);
        return is_own || refers(&|columns| columns.contains(&column.name));
    }
    if let Change::AddPrimaryKey { primary_key, .. } = missing {
        return refers(&|columns| columns.iter().all(|it| primary_key.columns.contains(it)));
    }
    if let Change::AddUnique { unique, .. } = missing {
        let has = |column: &Name| unique.parts.iter().any(|part| part.as_column() == Some(column));
        return refers(&|columns| columns.iter().all(has));
    }
    false
}

/// Whether the object may be about this column; an expression may be about any.
fn mentions(change: &Change, column: &Name) -> bool {
    let in_parts = |parts: &[IndexPart], include: &[Name]| {
        include.contains(column) || parts.iter().any(|it| it.as_column().is_none_or(|it| it == column))
    };
    match change {
        Change::AddPrimaryKey { primary_key, .. } => primary_key.columns.contains(column),
        Change::AddUnique { unique: it, .. } => it.condition.is_some() || in_parts(&it.parts, &it.include),
        Change::AddIndex { index: it, .. } => it.condition.is_some() || in_parts(&it.parts, &it.include),
        Change::AddExclusion { exclusion: it, .. } => {
            it.condition.is_some() || in_parts(&it.parts, &it.include)
        }
        Change::AddForeignKey { foreign_key, .. } => foreign_key.columns.contains(column),
        Change::AddCheck { check, .. } => check.columns.is_empty() || check.columns.contains(column),
        Change::AddColumn { column, .. } => column.generated.is_some(),
        Change::CreateTable(_)
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::AlterColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => false,
    }
}
