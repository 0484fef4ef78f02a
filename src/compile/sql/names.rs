//! The names that servers give to keys and indexes that were made without one: later statements drop them by these.

use crate::dialect::Dialect;
use crate::schema::{
    Check, Exclusion, ForeignKey, Index, IndexKey, IndexPart, MadeAs, Name, PrimaryKey, Spelling, Table,
    UniqueConstraint,
};

use super::step::Key;

/// What MariaDB's checks in a column's definition are called until they are on their table. The server lends them the
/// column's name, by which no statement drops them, and which they keep when the column gets another
/// (<https://mariadb.com/kb/en/constraint/#check-constraints>): so they have none.
pub(super) const OF_COLUMN: &str = "";

/// Gives a name to every key of a new table that has none, where the dialect does.
pub(super) fn name_all(dialect: Dialect, table: &mut Table) {
    let mut bare = Table {
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        indexes: Vec::new(),
        exclusions: Vec::new(),
        ..table.clone()
    };
    bare.primary_key = None;
    let mut named = |key: Key| {
        let key = with_name(dialect, &bare, key);
        match key.clone() {
            Key::Primary(key) => bare.primary_key = Some(key),
            Key::Unique(key) => bare.uniques.push(key),
            Key::Foreign(key) => bare.foreign_keys.push(key),
            Key::Check(key) => bare.checks.push(key),
            Key::Index(key) => bare.indexes.push(key),
            Key::Exclusion(key) => bare.exclusions.push(key),
        }
    };
    table.primary_key.take().into_iter().for_each(|key| named(Key::Primary(key)));
    table.checks.drain(..).for_each(|key| named(Key::Check(key)));
    table.uniques.drain(..).for_each(|key| named(Key::Unique(key)));
    table.exclusions.drain(..).for_each(|key| named(Key::Exclusion(key)));
    table.indexes.drain(..).for_each(|key| named(Key::Index(key)));
    table.foreign_keys.drain(..).for_each(|key| named(Key::Foreign(key)));
    *table = bare;
}

/// The key under the name that the server gives it on `table`, if it has none.
pub(super) fn with_name(dialect: Dialect, table: &Table, mut key: Key) -> Key {
    let usual = usual(dialect, table, &key);
    let name = match &mut key {
        Key::Primary(PrimaryKey { name, .. })
        | Key::Unique(UniqueConstraint { name, .. })
        | Key::Foreign(ForeignKey { name, .. })
        | Key::Check(Check { name, .. })
        | Key::Exclusion(Exclusion { name, .. })
        | Key::Index(Index { name, .. }) => name,
    };
    *name = name.take().or(usual).filter(|it| **it != *OF_COLUMN);
    key
}

fn usual(dialect: Dialect, table: &Table, key: &Key) -> Option<Name> {
    match dialect {
        Dialect::Postgres => Some(of_postgres(table, key)),
        Dialect::Mysql | Dialect::Mariadb => of_mysql(dialect, table, key),
        Dialect::Sqlite => None,
    }
}

/// As PostgreSQL's ChooseIndexName, ChooseConstraintName and makeObjectName do (`src/backend/commands/indexcmds.c`,
/// `src/backend/catalog/pg_constraint.c`).
fn of_postgres(table: &Table, key: &Key) -> Name {
    let (middle, label) = match key {
        Key::Primary(_) => (String::new(), "pkey"),
        Key::Unique(unique) => {
            let label = if matches!(unique.made_as, MadeAs::Constraint) { "key" } else { "idx" };
            (addition(&unique.parts, &unique.include), label)
        }
        Key::Index(index) => (addition(&index.parts, &index.include), "idx"),
        Key::Exclusion(it) => (addition(&it.parts, &it.include), "excl"),
        Key::Foreign(key) => (key.columns.join("_"), "fkey"),
        Key::Check(check) => match check.columns.as_slice() {
            [only] => (only.to_string(), "check"),
            _ => (String::new(), "check"),
        },
    };
    let taken: Vec<&Name> = names(table).collect();
    let mut number = 0;
    loop {
        let label = if number == 0 { label.to_owned() } else { format!("{label}{number}") };
        let name: Name = object_name(&table.name.name, &middle, &label).into();
        if !taken.contains(&&name) {
            return name;
        }
        number += 1;
    }
}

/// Every name that a key or an index of the table bears.
pub(super) fn names(table: &Table) -> impl Iterator<Item = &Name> {
    (table.primary_key.iter().flat_map(|it| &it.name))
        .chain(table.uniques.iter().flat_map(|it| &it.name))
        .chain(table.foreign_keys.iter().flat_map(|it| &it.name))
        .chain(table.checks.iter().flat_map(|it| &it.name))
        .chain(table.indexes.iter().flat_map(|it| &it.name))
        .chain(table.exclusions.iter().flat_map(|it| &it.name))
}

fn addition(parts: &[IndexPart], include: &[Name]) -> String {
    let part = |part: &IndexPart| match &part.key {
        IndexKey::Column(name) => name.to_string(),
        IndexKey::Expression(expression) => called(expression).unwrap_or("expr").to_owned(),
    };
    let all: Vec<String> = parts.iter().map(part).chain(include.iter().map(|it| it.to_string())).collect();
    all.join("_")
}

/// The function that an expression calls, as `FigureColname` of `src/backend/parser/parse_target.c` finds it.
fn called(expression: &Spelling) -> Option<&str> {
    let (name, _) = expression.text()?.strip_suffix(')')?.split_once('(')?;
    let name = name.trim();
    let is_letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    (!name.is_empty() && name.chars().all(is_letter)).then_some(name)
}

/// Cuts the longer of the two names until the whole fits into 63 bytes.
fn object_name(table: &str, middle: &str, label: &str) -> String {
    const MOST: usize = 63;
    let overhead = label.len() + 1 + usize::from(!middle.is_empty());
    let room = MOST.saturating_sub(overhead);
    let (mut first, mut second) = (table.len(), middle.len());
    while first + second > room {
        if first > second { first -= 1 } else { second -= 1 }
    }
    let first = &table[..table.floor_char_boundary(first)];
    let second = &middle[..middle.floor_char_boundary(second)];
    if middle.is_empty() { format!("{first}_{label}") } else { format!("{first}_{second}_{label}") }
}

/// <https://dev.mysql.com/doc/refman/8.4/en/create-table.html> (indexes, checks) and
/// <https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>.
fn of_mysql(dialect: Dialect, table: &Table, key: &Key) -> Option<Name> {
    let free = |make: &dyn Fn(usize) -> String| {
        (1..)
            .map(|number| Name::from(make(number)))
            .find(|name| !names(table).any(|it| it.eq_ignore_ascii_case(name)))
    };
    let of_parts = |parts: &[IndexPart]| {
        let first = parts.first()?.as_column()?.clone();
        free(&|number| if number == 1 { first.to_string() } else { format!("{first}_{number}") })
    };
    match key {
        Key::Primary(_) => Some("PRIMARY".into()),
        Key::Unique(unique) => of_parts(&unique.parts),
        Key::Index(index) => of_parts(&index.parts),
        Key::Exclusion(_) => None,
        Key::Foreign(_) => free(&|number| format!("{}_ibfk_{number}", table.name.name)),
        Key::Check(_) if dialect == Dialect::Mariadb => free(&|number| format!("CONSTRAINT_{number}")),
        Key::Check(_) => free(&|number| format!("{}_chk_{number}", table.name.name)),
    }
}
