//! Joins what the pragmas said with what stands in the `CREATE` texts.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::create_text::{self, CheckText, TableText};
use crate::audit::{Stored, StoredTable};
use crate::catalog::words::action;
use crate::dialect::{Dialect, Naming};
use crate::schema::{
    Check, Column, ColumnDefinition, Deferrable, ForeignKey, Generated, Index, IndexPart, Name, PartOptions,
    PrimaryKey, Provenance, Schema, Spelling, Table, TableKind, TableName, UniqueConstraint,
};

#[derive(FromRow)]
pub struct RelationRow {
    name: String,
    kind: String,
    sql: Option<String>,
}

/// An index or a trigger as it is written.
#[derive(FromRow)]
pub struct BesideRow {
    table_name: String,
    sql: String,
}

/// The texts by which a table is rebuilt.
pub fn stored(relations: &[RelationRow], beside: Vec<BesideRow>, naming: &Naming) -> Stored {
    let mut stored = Stored::default();
    let named = |name: &str| naming.table(&TableName::unqualified(name));
    for row in relations.iter().filter(|it| it.kind == "table") {
        if let Some(create) = row.sql.clone() {
            stored.tables.insert(named(&row.name), StoredTable { create, beside: Vec::new() });
        }
    }
    for row in beside {
        if let Some(table) = stored.tables.get_mut(&named(&row.table_name)) {
            table.beside.push(row.sql);
        }
    }
    stored
}

#[derive(FromRow)]
pub struct ColumnRow {
    table_name: String,
    name: String,
    data_type: String,
    not_null: i64,
    default_value: Option<String>,
    key_position: i64,
    hidden: i64,
}

#[derive(FromRow)]
pub struct IndexRow {
    table_name: String,
    name: String,
    is_unique: i64,
    origin: String,
    is_partial: i64,
    sql: Option<String>,
    column_name: Option<String>,
    column_number: i64,
    descending: i64,
    collation: Option<String>,
}

#[derive(FromRow)]
pub struct ForeignKeyRow {
    table_name: String,
    id: i64,
    referenced_table: String,
    column_name: String,
    referenced_column: Option<String>,
    on_update: String,
    on_delete: String,
}

pub struct Rows {
    pub relations: Vec<RelationRow>,
    pub columns: Vec<ColumnRow>,
    pub indexes: Vec<IndexRow>,
    pub foreign_keys: Vec<ForeignKeyRow>,
}

/// A table on its way, and its text with the names of constraints not yet given to one.
struct Draft {
    table: Table,
    text: TableText,
    key_columns: Vec<(i64, Name)>,
}

/// The schema in canonical form; what could not be told of a table goes to `unread`.
pub fn schema(rows: Rows, unread: &mut Vec<String>, naming: &Naming) -> Schema {
    let mut drafts: BTreeMap<String, Draft> =
        rows.relations.into_iter().map(|row| (row.name.clone(), draft(row, unread))).collect();
    for row in rows.columns {
        if let Some(draft) = drafts.get_mut(&row.table_name) {
            add_column(draft, row);
        }
    }
    for draft in drafts.values_mut() {
        finish_primary_key(draft);
    }
    for index in rows.indexes.chunk_by(|a, b| a.table_name == b.table_name && a.name == b.name) {
        if let Some(draft) = index.first().and_then(|row| drafts.get_mut(&row.table_name)) {
            add_index(draft, index);
        }
    }
    for key in rows.foreign_keys.chunk_by(|a, b| a.table_name == b.table_name && a.id == b.id) {
        add_foreign_key(&mut drafts, key);
    }
    let mut schema = Schema::default();
    for mut draft in drafts.into_values() {
        add_checks(&mut draft);
        Dialect::Sqlite.canonical_table(&mut draft.table, naming);
        schema.insert(draft.table);
    }
    schema
}

fn draft(row: RelationRow, unread: &mut Vec<String>) -> Draft {
    let mut table = Table::new(TableName::unqualified(row.name.as_str()));
    let mut text = TableText::default();
    match row.kind.as_str() {
        "view" => table.kind = TableKind::View,
        "virtual" => {}
        _ => match row.sql.as_deref().and_then(create_text::table) {
            Some(read) => text = read,
            None => unread.push(format!("the CREATE text of table {} was not understood", row.name)),
        },
    }
    Draft { table, text, key_columns: Vec::new() }
}

fn add_column(draft: &mut Draft, row: ColumnRow) {
    let text = draft.text.columns.iter().find(|text| text.name.eq_ignore_ascii_case(&row.name));
    let name: Name = row.name.into();
    let expression = || match text.and_then(|text| text.generated.as_deref()) {
        Some(expression) => Spelling::uncertain(expression),
        None => Spelling::Unread,
    };
    let stored = row.hidden == 3;
    if row.key_position > 0 {
        draft.key_columns.push((row.key_position, name.clone()));
    }
    let definition = ColumnDefinition {
        data_type: Spelling::uncertain(row.data_type),
        nullable: row.not_null == 0,
        default: row.default_value.map(Spelling::uncertain),
        auto_increment: false,
        generated: (stored || row.hidden == 2).then(|| Generated { expression: expression(), stored }),
        collation: text.and_then(|text| text.collation.as_deref()).map(Name::from),
    };
    draft.table.columns.push(Column::defined(name, definition));
}

fn finish_primary_key(draft: &mut Draft) {
    draft.key_columns.sort();
    let columns: Vec<Name> = draft.key_columns.iter().map(|(_, name)| name.clone()).collect();
    draft.table.primary_key = (!columns.is_empty()).then(|| PrimaryKey {
        name: draft.text.primary_key_name.as_deref().map(Name::from),
        columns,
        provenance: Provenance::default(),
    });
}

fn add_index(draft: &mut Draft, rows: &[IndexRow]) {
    let Some(first) = rows.first() else { return };
    let text = first.sql.as_deref().and_then(create_text::index);
    let parts: Vec<IndexPart> = (rows.iter().enumerate())
        .map(|(position, row)| {
            part(&draft.table, row, text.as_ref().and_then(|text| text.keys.get(position)))
        })
        .collect();
    let condition = (first.is_partial != 0).then(|| match text.and_then(|text| text.condition) {
        Some(condition) => Spelling::uncertain(condition),
        None => Spelling::Unread,
    });
    let name = if first.origin == "u" {
        take_unique_name(&mut draft.text, rows)
    } else {
        Some(Name::from(first.name.as_str()))
    };
    let none: [Name; 0] = [];
    if first.is_unique != 0 {
        draft.table.uniques.push(UniqueConstraint {
            name,
            parts,
            condition,
            ..UniqueConstraint::on_columns(none)
        });
    } else {
        draft.table.indexes.push(Index { name, parts, condition, ..Index::on_columns(none) });
    }
}

fn part(table: &Table, row: &IndexRow, text: Option<&String>) -> IndexPart {
    let (part, usual_collation) = match (&row.column_name, row.column_number) {
        (Some(name), 0..) => {
            let column = table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
            let collation = column.and_then(|column| column.collation.as_deref());
            (IndexPart::column(name.as_str()), collation.unwrap_or("BINARY"))
        }
        _ => (
            IndexPart::expression(text.map_or(Spelling::Unread, |text| Spelling::uncertain(text.as_str()))),
            "BINARY",
        ),
    };
    let collation = row.collation.as_deref().filter(|it| !it.eq_ignore_ascii_case(usual_collation));
    part.with_options(PartOptions {
        descending: row.descending != 0,
        collation: collation.map(Name::from),
        ..PartOptions::default()
    })
}

/// SQLite calls the index of a unique constraint by a name of its own; the constraint's stands in the text.
fn take_unique_name(text: &mut TableText, rows: &[IndexRow]) -> Option<Name> {
    let is_same = |columns: &[String]| {
        columns.len() == rows.len()
            && (columns.iter().zip(rows)).all(|(column, row)| {
                row.column_name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(column))
            })
    };
    let position = text.uniques.iter().position(|unique| is_same(&unique.columns))?;
    text.uniques.remove(position).name.map(Name::from)
}

fn add_foreign_key(drafts: &mut BTreeMap<String, Draft>, rows: &[ForeignKeyRow]) {
    let Some(first) = rows.first() else { return };
    let mut referenced_columns: Vec<Name> =
        rows.iter().filter_map(|row| row.referenced_column.as_deref()).map(Name::from).collect();
    if referenced_columns.is_empty() {
        let target = drafts.iter().find(|(name, _)| name.eq_ignore_ascii_case(&first.referenced_table));
        let key = target.and_then(|(_, draft)| draft.table.primary_key.as_ref());
        referenced_columns = key.map(|key| key.columns.clone()).unwrap_or_default();
    }
    let Some(draft) = drafts.get_mut(&first.table_name) else { return };
    // Texts are in the order of declaration, and so are the rows.
    let is_same = |columns: &[String]| {
        columns.len() == rows.len()
            && columns.iter().zip(rows).all(|(column, row)| row.column_name.eq_ignore_ascii_case(column))
    };
    let position = draft.text.foreign_keys.iter().position(|key| is_same(&key.columns));
    let text = position.map(|position| draft.text.foreign_keys.remove(position));
    let deferrable = text.as_ref().map_or(Deferrable::No, |text| text.deferrable);
    draft.table.foreign_keys.push(ForeignKey {
        name: text.and_then(|text| text.name).map(Name::from),
        columns: rows.iter().map(|row| Name::from(row.column_name.as_str())).collect(),
        references: TableName::unqualified(first.referenced_table.as_str()),
        referenced_columns,
        on_delete: action(&first.on_delete),
        on_update: action(&first.on_update),
        deferrable,
        provenance: Provenance::default(),
    });
}

fn add_checks(draft: &mut Draft) {
    let Draft { table, text, .. } = draft;
    for check in text.checks.drain(..) {
        let columns = columns_of(table, &check);
        table.checks.push(Check {
            name: check.name.map(Name::from),
            columns,
            expression: Spelling::uncertain(check.expression),
            provenance: Provenance::default(),
        });
    }
}

fn columns_of(table: &Table, check: &CheckText) -> Vec<Name> {
    let is_named = |column: &&Column| check.names.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
    table.columns.iter().filter(is_named).map(|column| column.name.clone()).collect()
}
