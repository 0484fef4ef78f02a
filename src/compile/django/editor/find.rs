//! What Django asks the live database for, answered from the schema that stands: `_constraint_names` of
//! django/db/backends/base/schema.py, and what deferred statements speak of.

use crate::compile::django::backend::Backend;
use crate::schema::{Change, ConstraintRef, ForeignKey, IndexPart, MadeAs, Name, Schema, Table, TableName};

fn is_on(parts: &[IndexPart], columns: &[Name]) -> bool {
    parts.len() == columns.len()
        && parts.iter().zip(columns).all(|(part, name)| part.as_column() == Some(name))
}

fn reference(name: Option<&Name>, columns: &[Name]) -> ConstraintRef {
    name.map_or_else(|| ConstraintRef::Columns(columns.to_vec()), |name| ConstraintRef::Name(name.clone()))
}

fn is_none_of(name: Option<&Name>, exclude: &[Name]) -> bool {
    name.is_none_or(|name| !exclude.contains(name))
}

fn on<'a>(schema: &'a Schema, table: &TableName) -> Option<&'a Table> {
    schema.tables.get(table).map(AsRef::as_ref)
}

/// Uniques on exactly these columns.
pub fn uniques(schema: &Schema, table: &TableName, columns: &[Name], exclude: &[Name]) -> Vec<ConstraintRef> {
    let all = on(schema, table).into_iter().flat_map(|table| &table.uniques);
    all.filter(|it| {
        is_on(&it.parts, columns) && it.include.is_empty() && is_none_of(it.name.as_ref(), exclude)
    })
    .map(|it| reference(it.name.as_ref(), columns))
    .collect()
}

/// Uniques over this column alone that are a plain index of PostgreSQL and no constraint: `get_constraints` of
/// django/db/backends/postgresql/introspection.py, which knows the others by their storage parameters and the end of
/// their names.
pub fn unique_indexes(
    schema: &Schema,
    table: &TableName,
    column: &Name,
    exclude: &[Name],
) -> Vec<ConstraintRef> {
    let all = on(schema, table).into_iter().flat_map(|table| &table.uniques);
    let columns = std::slice::from_ref(column);
    all.filter(|it| {
        is_on(&it.parts, columns)
            && it.include.is_empty()
            && matches!(it.made_as, MadeAs::Index)
            && it.name.as_ref().is_none_or(|name| !name.ends_with("_btree"))
            && is_none_of(it.name.as_ref(), exclude)
    })
    .map(|it| reference(it.name.as_ref(), columns))
    .collect()
}

/// B-tree indexes on exactly these columns, `_like` twins too.
pub fn indexes(schema: &Schema, table: &TableName, columns: &[Name], exclude: &[Name]) -> Vec<ConstraintRef> {
    let all = on(schema, table).into_iter().flat_map(|table| &table.indexes);
    all.filter(|it| {
        is_on(&it.parts, columns)
            && it.include.is_empty()
            && it.method.is_none()
            && is_none_of(it.name.as_ref(), exclude)
    })
    .map(|it| reference(it.name.as_ref(), columns))
    .collect()
}

/// Those that PostGIS has on this column alone.
pub fn spatial_indexes(schema: &Schema, table: &TableName, column: &Name) -> Vec<ConstraintRef> {
    let all = on(schema, table).into_iter().flat_map(|table| &table.indexes);
    let columns = std::slice::from_ref(column);
    all.filter(|it| is_on(&it.parts, columns) && it.method.as_deref() == Some("gist"))
        .map(|it| reference(it.name.as_ref(), columns))
        .collect()
}

pub fn checks(schema: &Schema, table: &TableName, columns: &[Name], exclude: &[Name]) -> Vec<ConstraintRef> {
    let all = on(schema, table).into_iter().flat_map(|table| &table.checks);
    all.filter(|it| it.columns == columns && is_none_of(it.name.as_ref(), exclude))
        .map(|it| reference(it.name.as_ref(), columns))
        .collect()
}

pub fn foreign_keys(schema: &Schema, table: &TableName, columns: &[Name]) -> Vec<ConstraintRef> {
    let all = on(schema, table).into_iter().flat_map(|table| &table.foreign_keys);
    all.filter(|it| it.columns == columns).map(|it| reference(it.name.as_ref(), columns)).collect()
}

/// The foreign keys of this column alone, without one that is as `wanted` but for its name.
pub fn foreign_keys_but(
    schema: &Schema,
    table: &TableName,
    column: &Name,
    wanted: Option<&ForeignKey>,
) -> Vec<ConstraintRef> {
    let all = on(schema, table).into_iter().flat_map(|table| &table.foreign_keys);
    let of_column: Vec<&ForeignKey> = all.filter(|it| it.columns == [column.clone()]).collect();
    let is_wanted = |key: &ForeignKey| {
        wanted.is_some_and(|wanted| *key == ForeignKey { name: key.name.clone(), ..wanted.clone() })
    };
    let kept = of_column.iter().position(|key| is_wanted(key));
    let others = of_column.iter().enumerate().filter(|(at, _)| Some(*at) != kept);
    others.map(|(_, key)| reference(key.name.as_ref(), &key.columns)).collect()
}

/// Whether the table has a unique, check or foreign key of this name.
pub fn has_constraint(schema: &Schema, table: &TableName, name: &str) -> bool {
    on(schema, table).is_some_and(|table| {
        let uniques = table.uniques.iter().map(|it| &it.name);
        let checks = table.checks.iter().map(|it| &it.name);
        let keys = table.foreign_keys.iter().map(|it| &it.name);
        uniques.chain(checks).chain(keys).any(|it| it.as_deref() == Some(name))
    })
}

/// Whether an index of this name stands.
pub fn has_index(schema: &Schema, table: &TableName, name: &str) -> bool {
    on(schema, table).is_some_and(|table| table.indexes.iter().any(|it| it.name.as_deref() == Some(name)))
}

/// Foreign keys of other tables that point at this table, or at this column of it.
pub fn incoming(
    schema: &Schema,
    target: &TableName,
    column: Option<&str>,
) -> Vec<(TableName, ConstraintRef)> {
    let others = schema.tables.values().filter(|table| table.name != *target);
    let keys = others.flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)));
    keys.filter(|(_, key)| {
        key.references == *target
            && column.is_none_or(|column| key.referenced_columns.iter().any(|it| **it == *column))
    })
    .map(|(table, key)| (table.name.clone(), reference(key.name.as_ref(), &key.columns)))
    .collect()
}

/// The indexes and uniques of several columns that contain `column`, as they are without it.
pub fn without_column(schema: &Schema, table: &TableName, column: &Name) -> Vec<Change> {
    let Some(of) = on(schema, table) else { return Vec::new() };
    let without = |parts: &[IndexPart]| {
        let kept: Vec<IndexPart> =
            parts.iter().filter(|it| it.as_column() != Some(column)).cloned().collect();
        (!kept.is_empty() && kept.len() < parts.len()).then_some(kept)
    };
    let uniques = of.uniques.iter().filter_map(|it| {
        let unique = crate::schema::UniqueConstraint { parts: without(&it.parts)?, ..it.clone() };
        Some(Change::AddUnique { table: table.clone(), unique })
    });
    let indexes = of.indexes.iter().filter_map(|it| {
        let index = crate::schema::Index { parts: without(&it.parts)?, ..it.clone() };
        Some(Change::AddIndex { table: table.clone(), index })
    });
    uniques.chain(indexes).collect()
}

/// Whether a deferred change is about this table, or about this column of it.
pub fn speaks_of(change: &Change, table: &TableName, column: Option<&str>) -> bool {
    let in_parts = |parts: &[IndexPart], column: &str| {
        parts.iter().any(|it| it.as_column().is_some_and(|it| **it == *column))
    };
    match (change, column) {
        (Change::AddForeignKey { foreign_key, .. }, None) if foreign_key.references == *table => true,
        (_, None) => change.table() == table,
        // Either end, which may be the same table.
        (Change::AddForeignKey { table: of, foreign_key }, Some(column)) => {
            let is_among = |columns: &[Name]| columns.iter().any(|it| **it == *column);
            of == table && is_among(&foreign_key.columns)
                || foreign_key.references == *table && is_among(&foreign_key.referenced_columns)
        }
        (Change::AddIndex { table: of, index }, Some(column)) => {
            of == table && in_parts(&index.parts, column)
        }
        (Change::AddUnique { table: of, unique }, Some(column)) => {
            of == table && in_parts(&unique.parts, column)
        }
        (_, Some(_)) => false,
    }
}

/// Renames what a deferred change speaks of; the name that Django gives it follows, for it is made only when the statement
/// runs (`IndexName` and `ForeignKeyName` of django/db/backends/ddl_references.py).
pub fn rename(change: &mut Change, backend: Backend, rename: impl FnOnce(&mut Change)) {
    let Some(name) = name_of(change).cloned() else { return rename(change) };
    let kind = automatic_names(change, backend).iter().position(|it| *it == name);
    rename(change);
    let renamed = kind.and_then(|kind| automatic_names(change, backend).into_iter().nth(kind));
    if let (Some(name), Some(renamed)) = (name_of(change), renamed) {
        *name = renamed;
    }
}

fn name_of(change: &mut Change) -> Option<&mut Name> {
    match change {
        Change::AddIndex { index, .. } => index.name.as_mut(),
        Change::AddUnique { unique, .. } => unique.name.as_mut(),
        Change::AddForeignKey { foreign_key, .. } => foreign_key.name.as_mut(),
        _ => None,
    }
}

/// The names that Django may give it, always as many and in the same order.
fn automatic_names(change: &Change, backend: Backend) -> Vec<Name> {
    let of = |parts: &[IndexPart], suffixes: &[&str]| -> Vec<Name> {
        let columns: Option<Vec<&str>> = parts.iter().map(|it| it.as_column().map(AsRef::as_ref)).collect();
        let name =
            |columns: &[&str], suffix: &str| backend.index_name(&change.table().name, columns, suffix).into();
        columns.map(|it| suffixes.iter().map(|suffix| name(&it, suffix)).collect()).unwrap_or_default()
    };
    match change {
        Change::AddIndex { index, .. } => of(&index.parts, &["", "_id", "_idx", "_like"]),
        Change::AddUnique { unique, .. } => of(&unique.parts, &["_uniq"]),
        Change::AddForeignKey { table, foreign_key: key } => {
            match (key.columns.as_slice(), key.referenced_columns.as_slice()) {
                ([column], [to]) => {
                    vec![backend.foreign_key_name(&table.name, column, &key.references.name, to).into()]
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// `Statement.rename_table_references`, for the kinds of changes that are deferred.
pub fn rename_table(change: &mut Change, from: &TableName, to: &TableName) {
    let rename = |table: &mut TableName| {
        if table == from {
            *table = to.clone();
        }
    };
    if let Change::AddForeignKey { foreign_key, .. } = change {
        rename(&mut foreign_key.references);
    }
    if let Change::AddForeignKey { table, .. }
    | Change::AddIndex { table, .. }
    | Change::AddUnique { table, .. }
    | Change::AddCheck { table, .. } = change
    {
        rename(table);
    }
}

/// `Statement.rename_column_references`.
pub fn rename_column(change: &mut Change, table: &TableName, from: &Name, to: &Name) {
    let rename = |column: &mut Name| {
        if column == from {
            *column = to.clone();
        }
    };
    let rename_parts = |parts: &mut Vec<IndexPart>| {
        for part in parts {
            if let crate::schema::IndexKey::Column(column) = &mut part.key {
                rename(column);
            }
        }
    };
    match change {
        Change::AddForeignKey { table: of, foreign_key } => {
            if of == table {
                foreign_key.columns.iter_mut().for_each(rename);
            }
            if foreign_key.references == *table {
                foreign_key.referenced_columns.iter_mut().for_each(rename);
            }
        }
        Change::AddIndex { table: of, index } if of == table => {
            rename_parts(&mut index.parts);
            index.include.iter_mut().for_each(rename);
        }
        Change::AddUnique { table: of, unique } if of == table => {
            rename_parts(&mut unique.parts);
            unique.include.iter_mut().for_each(rename);
        }
        _ => {}
    }
}

/// How many indexes, uniques and keys begin with this column.
pub fn beginning_with(schema: &Schema, table: &TableName, column: &Name) -> usize {
    let Some(of) = on(schema, table) else { return 0 };
    let parts = of.indexes.iter().map(|it| &it.parts).chain(of.uniques.iter().map(|it| &it.parts));
    let by_key = of.primary_key.as_ref().is_some_and(|it| it.columns.first() == Some(column));
    parts.filter(|parts| parts.first().and_then(IndexPart::as_column) == Some(column)).count()
        + usize::from(by_key)
}

/// SQLite takes a quoted name that is no column for a text: what Django deferred for a column that it has
/// renamed in place since then becomes an index on a constant
/// (<https://www.sqlite.org/quirks.html>, "Double-quoted string literals are accepted").
pub fn columns_to_literals(change: &mut Change, schema: &Schema) {
    let (table, parts) = match change {
        Change::AddIndex { table, index } => (&*table, &mut index.parts),
        Change::AddUnique { table, unique } => (&*table, &mut unique.parts),
        _ => return,
    };
    let Some(of) = on(schema, table) else { return };
    for part in parts {
        if part.as_column().is_some_and(|name| of.column(name).is_none()) {
            *part = IndexPart::expression(crate::schema::Spelling::Unread);
        }
    }
}
