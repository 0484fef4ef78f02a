//! A manifest as the text of its file: JSON that a person can read and compare line by line.
//!
//! A column stands in one line, and so does every operation but `create_table`. Where a short form says all
//! there is to say, it is used; whether it does is asked of the very parser that will read it.

mod column;
mod json;
mod part;

use super::Manifest;
use super::file::FORMAT;
use super::short_form::parse_column;
use crate::migration::{MayTouch, MayUndo, Migration, MigrationId, Opaque, Operation};
use crate::schema::{
    Action, Change, Check, Column, ConstraintRef, Deferrable, Exclusion, ForeignKey, Index, Name, PrimaryKey,
    Spelling, Table, TableName, UniqueConstraint,
};

use column::ShortColumn;
pub use json::lines;
use json::{Map, entry, json, list};
use part::parts;

/// What stands for a spelling that is not known.
const UNKNOWN: &str = "unknown";

impl Manifest {
    /// The text of a file that [`Manifest::parse`] reads as this manifest. The same manifest gives the same
    /// text.
    pub fn to_json(&self) -> String {
        let mut head = vec![
            ("format", FORMAT.to_string()),
            ("dialect", json(&self.dialect)),
            ("ledger", json(self.ledger.name)),
        ];
        if !self.unread.is_empty() {
            head.push(("unread", lines(2, '[', self.unread.iter().map(json), ']')));
        }
        head.push(("migrations", lines(2, '[', self.migrations.iter().map(migration), ']')));
        let mut text = lines(0, '{', head.into_iter().map(|(key, value)| entry(key, &value)), '}');
        text.push('\n');
        text
    }
}

fn migration(migration: &Migration) -> String {
    let ids = |ids: &[MigrationId]| list(ids.iter().map(|id| json(&id.to_string())));
    let mut entries = Vec::new();
    if !migration.id.app.is_empty() {
        entries.push(entry("app", &json(&migration.id.app)));
    }
    entries.push(entry("name", &json(&migration.id.name)));
    if !migration.dependencies.is_empty() {
        entries.push(entry("dependencies", &ids(&migration.dependencies)));
    }
    if !migration.replaces.is_empty() {
        entries.push(entry("replaces", &ids(&migration.replaces)));
    }
    if !migration.operations.is_empty() {
        let operations = lines(6, '[', migration.operations.iter().map(operation), ']');
        entries.push(entry("operations", &operations));
    }
    if !migration.taken_back.is_empty() {
        let left = migration.taken_back.iter().map(|it| {
            let (kind, value) = change(it);
            Map::new().with(kind, value).text()
        });
        entries.push(entry("taken_back", &lines(6, '[', left, ']')));
    }
    lines(4, '{', entries, '}')
}

fn operation(operation: &Operation) -> String {
    let (kind, value) = match operation {
        Operation::Change(it) => change(it),
        Operation::Opaque(Opaque { reason, may_touch, may_undo }) => {
            let may_touch = match may_touch {
                MayTouch::Nothing => json("nothing"),
                MayTouch::Anything => json("anything"),
                MayTouch::Tables(tables) => list(tables.iter().map(table_name)),
            };
            let mut map = Map::new().with("reason", json(reason)).with("may_touch", may_touch);
            if !may_undo.is_nothing() || may_undo.only {
                map = map.with("may_undo", undone(may_undo));
            }
            ("opaque", map.text())
        }
    };
    Map::new().with(kind, value).text()
}

fn undone(may_undo: &MayUndo) -> String {
    let mut map = Map::new();
    if !may_undo.columns.is_empty() {
        map = map.with("columns", list(may_undo.columns.iter().map(json)));
    }
    if may_undo.constraints {
        map = map.with("constraints", "true".to_owned());
    }
    if !may_undo.over.is_empty() {
        map = map.with("over", list(may_undo.over.iter().map(|columns| list(columns.iter().map(json)))));
    }
    if !may_undo.definitions.is_empty() {
        map = map.with("definitions", list(may_undo.definitions.iter().map(json)));
    }
    if !may_undo.tables.is_empty() {
        map = map.with("tables", list(may_undo.tables.iter().map(table_name)));
    }
    if may_undo.own {
        map = map.with("own", "true".to_owned());
    }
    if may_undo.elsewhere {
        map = map.with("elsewhere", "true".to_owned());
    }
    if may_undo.only {
        map = map.with("only", "true".to_owned());
    }
    map.text()
}

fn change(change: &Change) -> (&'static str, String) {
    match change {
        Change::CreateTable(table) => ("create_table", table_json(table, 8)),
        Change::DropTable { table } => ("drop_table", table_name(table)),
        Change::RenameTable { from, to } => {
            ("rename_table", Map::new().with("from", table_name(from)).with("to", table_name(to)).text())
        }
        Change::AddColumn { table, column } => ("add_column", column_of(table, column)),
        Change::AlterColumn { table, column } => ("alter_column", column_of(table, column)),
        Change::DropColumn { table, column } => ("drop_column", of(table).with("name", json(column)).text()),
        Change::RenameColumn { table, from, to } => ("rename_column", rename_of(table, from, to)),
        Change::AddPrimaryKey { table, primary_key: it } => {
            ("add_primary_key", primary_key(of(table), it).text())
        }
        Change::DropPrimaryKey { table } => ("drop_primary_key", of(table).text()),
        Change::AddUnique { table, unique: it } => ("add_unique", unique(of(table), it).text()),
        Change::DropUnique { table, unique } => ("drop_unique", reference_of(table, unique)),
        Change::AddForeignKey { table, foreign_key: it } => {
            ("add_foreign_key", foreign_key(of(table), it).text())
        }
        Change::DropForeignKey { table, foreign_key } => {
            ("drop_foreign_key", reference_of(table, foreign_key))
        }
        Change::AddCheck { table, check: it } => ("add_check", check(of(table), it).text()),
        Change::DropCheck { table, check } => ("drop_check", reference_of(table, check)),
        Change::AddIndex { table, index: it } => ("add_index", index(of(table), it).text()),
        Change::DropIndex { table, index } => ("drop_index", reference_of(table, index)),
        Change::AddExclusion { table, exclusion: it } => ("add_exclusion", exclusion(of(table), it).text()),
        Change::DropExclusion { table, exclusion } => ("drop_exclusion", reference_of(table, exclusion)),
        Change::RenameConstraint { table, from, to } => ("rename_constraint", rename_of(table, from, to)),
    }
}

/// A whole table, its closing bracket `indent` deep: what [`super::TableFile`] reads.
pub fn table_json(table: &Table, indent: usize) -> String {
    let key = table.primary_key.as_ref();
    let key_in_line = key.filter(|it| stands_in_line(it, table));
    let uniques_in_line = in_line(&table.uniques, table, as_one_column);
    let keys_in_line = in_line(&table.foreign_keys, table, as_one_reference);

    let columns = table.columns.iter().map(|column| {
        let mut words = ShortColumn::of(column);
        words.is_key = key_in_line.is_some_and(|key| key.columns.contains(&column.name));
        words.is_unique = uniques_in_line.iter().any(|it| as_one_column(it) == Some(&column.name));
        words.reference = keys_in_line.iter().find(|it| it.columns.first() == Some(&column.name));
        entry(&column.name, &words.json())
    });
    let mut entries = vec![
        entry("name", &table_name(&table.name)),
        entry("columns", &lines(indent + 2, '{', columns, '}')),
    ];
    if let Some(key) = key.filter(|_| key_in_line.is_none()) {
        let short = key.name.is_none().then(|| names(&key.columns));
        entries.push(entry("primary_key", &short.unwrap_or_else(|| primary_key(Map::new(), key).text())));
    }
    let mut add = |kind, items: Vec<String>| {
        if !items.is_empty() {
            entries.push(entry(kind, &lines(indent + 2, '[', items, ']')));
        }
    };
    let uniques = table.uniques[uniques_in_line.len()..].iter();
    add("uniques", uniques.map(|it| short_or(parts(&it.parts), unique(Map::new(), it))).collect());
    let keys = table.foreign_keys[keys_in_line.len()..].iter();
    add("foreign_keys", keys.map(|it| foreign_key(Map::new(), it).text()).collect());
    add("checks", table.checks.iter().map(|it| check(Map::new(), it).text()).collect());
    let indexes = table.indexes.iter();
    add("indexes", indexes.map(|it| short_or(parts(&it.parts), index(Map::new(), it))).collect());
    add("exclusions", table.exclusions.iter().map(|it| exclusion(Map::new(), it).text()).collect());
    lines(indent, '{', entries, '}')
}

/// The list of columns alone, if the map says no more.
fn short_or(columns: String, map: Map) -> String {
    if map.keys == 1 { columns } else { map.text() }
}

/// Whether `primary key` behind its columns says the whole key.
fn stands_in_line(key: &PrimaryKey, table: &Table) -> bool {
    let columns = table.columns.iter().filter(|it| key.columns.contains(&it.name));
    key.name.is_none()
        && columns.clone().all(|column| !column.nullable && ShortColumn::of(column).is_short())
        && columns.map(|it| &it.name).eq(&key.columns)
}

/// Those at the front that can stand behind their columns without a change of their order: what stands in
/// line is read first, in the order of the columns.
fn in_line<'a, T>(items: &'a [T], table: &Table, as_one: impl Fn(&T) -> Option<&Name>) -> &'a [T] {
    let mut last = None;
    let column_of = |item: &T| {
        let name = as_one(item)?;
        let at = table.columns.iter().position(|column| column.name == *name)?;
        ShortColumn::of(&table.columns[at]).is_short().then_some(at)
    };
    let follows = |item: &&T| {
        let at = column_of(item);
        let follows = at.is_some() && at > last;
        last = at;
        follows
    };
    &items[..items.iter().take_while(follows).count()]
}

/// The column of a unique that `unique` says whole.
fn as_one_column(unique: &UniqueConstraint) -> Option<&Name> {
    let [part] = unique.parts.as_slice() else { return None };
    let column = part.as_column()?;
    (*unique == UniqueConstraint::on_columns([column.clone()])).then_some(column)
}

fn as_one_reference(key: &ForeignKey) -> Option<&Name> {
    let [column] = key.columns.as_slice() else { return None };
    let read = parse_column(&format!("bigint {}", reference(key))).ok()?.references?;
    let read = ForeignKey { columns: vec![column.clone()], ..read };
    (read == *key).then_some(column)
}

fn reference(key: &ForeignKey) -> String {
    let mut text = format!("references {}", key.references);
    if !key.referenced_columns.is_empty() {
        text.push_str(&format!("({})", key.referenced_columns.join(",")));
    }
    for (event, action) in [("delete", key.on_delete), ("update", key.on_update)] {
        match action {
            Action::NoAction => {}
            Action::Restrict => text.push_str(&format!(" on {event} restrict")),
            Action::Cascade => text.push_str(&format!(" on {event} cascade")),
            Action::SetNull => text.push_str(&format!(" on {event} set null")),
            Action::SetDefault => text.push_str(&format!(" on {event} set default")),
        }
    }
    text.push_str(match key.deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " deferrable initially immediate",
        Deferrable::InitiallyDeferred => " deferrable initially deferred",
    });
    text
}

fn column_of(table: &TableName, column: &Column) -> String {
    of(table).with("name", json(&column.name)).with("column", ShortColumn::of(column).json()).text()
}

fn rename_of(table: &TableName, from: &Name, to: &Name) -> String {
    of(table).with("from", json(from)).with("to", json(to)).text()
}

fn reference_of(table: &TableName, reference: &ConstraintRef) -> String {
    match reference {
        ConstraintRef::Name(name) => of(table).with("name", json(name)),
        ConstraintRef::Columns(columns) => of(table).with("columns", names(columns)),
    }
    .text()
}

fn primary_key(map: Map, key: &PrimaryKey) -> Map {
    map.name(&key.name).with("columns", names(&key.columns))
}

fn unique(map: Map, unique: &UniqueConstraint) -> Map {
    map.name(&unique.name)
        .with("columns", parts(&unique.parts))
        .list("include", &unique.include)
        .some("condition", unique.condition.as_ref().map(|it| json(text_of(it))))
        .flag("nulls_not_distinct", unique.nulls_not_distinct)
        .unless_usual("deferrable", unique.deferrable)
}

fn foreign_key(map: Map, key: &ForeignKey) -> Map {
    map.name(&key.name)
        .with("columns", names(&key.columns))
        .with("references", table_name(&key.references))
        .list("referenced_columns", &key.referenced_columns)
        .unless_usual("on_delete", key.on_delete)
        .unless_usual("on_update", key.on_update)
        .unless_usual("deferrable", key.deferrable)
}

fn check(map: Map, check: &Check) -> Map {
    map.name(&check.name)
        .list("columns", &check.columns)
        .some("expression", check.expression.text().map(json))
}

fn index(map: Map, index: &Index) -> Map {
    map.name(&index.name)
        .with("columns", parts(&index.parts))
        .list("include", &index.include)
        .some("condition", index.condition.as_ref().map(|it| json(text_of(it))))
        .some("method", index.method.as_ref().map(json))
}

fn exclusion(map: Map, exclusion: &Exclusion) -> Map {
    map.name(&exclusion.name)
        .with("columns", parts(&exclusion.parts))
        .with("operators", names(&exclusion.operators))
        .list("include", &exclusion.include)
        .some("condition", exclusion.condition.as_ref().map(|it| json(text_of(it))))
        .some("method", exclusion.method.as_ref().map(json))
        .unless_usual("deferrable", exclusion.deferrable)
}

fn text_of(spelling: &Spelling) -> &str {
    spelling.text().unwrap_or(UNKNOWN)
}

fn table_name(name: &TableName) -> String {
    match &name.schema {
        None => json(&name.name),
        Some(schema) => Map::new().with("schema", json(schema)).with("name", json(&name.name)).text(),
    }
}

/// A table's name as a manifest writes it.
pub fn table_name_json(name: &TableName) -> String {
    table_name(name)
}

fn names(names: &[Name]) -> String {
    list(names.iter().map(json))
}

fn of(table: &TableName) -> Map {
    Map::new().with("table", table_name(table))
}
