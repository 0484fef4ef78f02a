//! SQLite's way where ALTER TABLE cannot: a new table with all that the old one has and what is missing, all rows
//! moved over, and the old one's name (<https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes>).
//!
//! The new table is the old one's own CREATE text with additions, so that nothing is lost that we do not know of.

use crate::audit::StoredTable;
use crate::dialect::token::{Quotes, Token, after_group, tokens};
use crate::dialect::{ColumnAspect, Dialect, NotRenderable};
use crate::repair::hazard::given;
use crate::schema::{Change, Column, IndexPart, Name, Table};

/// Under this name the new table stands until it takes the old one's.
const NEW: &str = "schema_health_new";
const GUARD: &str = "schema_health_guard";
const NUMBERED: &str = " PRIMARY KEY AUTOINCREMENT";

/// Whether SQLite carries the change out only by a rebuild.
pub fn is_needed(change: &Change) -> bool {
    match change {
        Change::AddPrimaryKey { .. }
        | Change::AddForeignKey { .. }
        | Change::AddCheck { .. }
        | Change::AlterColumn { .. } => true,
        Change::AddColumn { column, .. } => {
            column.auto_increment
                || column.generated.as_ref().is_some_and(|it| it.stored)
                || given(Dialect::Sqlite, column).writes
        }
        Change::CreateTable(_)
        | Change::AddUnique { .. }
        | Change::AddIndex { .. }
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::AddExclusion { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => false,
    }
}

/// The commands of a rebuild, to run in one transaction with foreign keys off; the first of them see to that.
pub fn rebuild(stored: &StoredTable, actual: &Table, changes: &[&Change]) -> Result<Vec<String>, String> {
    let mut text = CreateText::read(&stored.create)
        .ok_or_else(|| format!("the CREATE TABLE text of {} is not understood", actual.name))?;
    let has_sequence = text.has_word("autoincrement");
    for change in changes {
        text.add(actual, change)?;
    }
    let dialect = Dialect::Sqlite;
    let (old, new) = (dialect.quote(&text.name), dialect.quote(NEW));
    let literal = dialect.quote_literal(&text.name);
    let columns: Vec<String> =
        actual.columns.iter().filter(|it| it.generated.is_none()).map(|it| dialect.quote(&it.name)).collect();
    let columns = columns.join(", ");
    let (mut to, mut from) = (columns.clone(), columns.clone());
    if let Some((number, row_id)) = numbering(changes).zip(row_id(actual)) {
        // What the rows were numbered by, if the table was not made anew meanwhile.
        (to, from) = (format!("{}, {columns}", dialect.quote(number)), format!("{row_id}, {columns}"));
    } else if text.keeps_row_ids(actual) {
        (to, from) = (format!("rowid, {columns}"), format!("rowid, {columns}"));
    }
    let mut commands = guard_table();
    commands.push(format!(
        "INSERT INTO temp.{GUARD} (is_as_planned, foreign_keys_are_off) SELECT EXISTS (SELECT 1 FROM main.sqlite_master \
         WHERE type = 'table' AND name = {literal} AND sql = {}), (SELECT foreign_keys = 0 FROM pragma_foreign_keys)",
        dialect.quote_literal(&stored.create)
    ));
    commands.push(text.written(&new));
    if has_sequence {
        commands.push(format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT '{NEW}', seq FROM sqlite_sequence WHERE name = {literal}"
        ));
    }
    commands.push(format!("INSERT INTO {new} ({to}) SELECT {from} FROM {old}"));
    commands.push(format!("DROP TABLE {old}"));
    // Else a view of the table, which is not there just now, would forbid the renaming.
    commands.push("PRAGMA legacy_alter_table = ON".to_owned());
    commands.push(format!("ALTER TABLE {new} RENAME TO {old}"));
    commands.push("PRAGMA legacy_alter_table = OFF".to_owned());
    commands.extend(stored.beside.iter().cloned());
    Ok(commands)
}

/// The column that comes anew and numbers the rows.
fn numbering<'a>(changes: &[&'a Change]) -> Option<&'a Name> {
    changes.iter().find_map(|change| {
        let Change::AddColumn { column, .. } = change else { return None };
        column.auto_increment.then_some(&column.name)
    })
}

/// A row where a rebuild has run over this connection.
pub const HAS_RUN: &str = "SELECT 1 FROM sqlite_temp_master WHERE name = 'schema_health_guard'";

/// Fails where a row of the table refers to a row that is not there.
pub fn check_keys(stored: &StoredTable) -> String {
    let name = CreateText::read(&stored.create).map(|it| it.name).unwrap_or_default();
    format!(
        "INSERT INTO temp.{GUARD} (foreign_keys_hold) SELECT NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check({}))",
        Dialect::Sqlite.quote_literal(&name)
    )
}

/// A table that refuses a row that says no, with the reason: SQLite has no other way to stop.
fn guard_table() -> Vec<String> {
    let column = |name: &str, reason: &str| format!("{name} CONSTRAINT \"{reason}\" CHECK ({name})");
    vec![format!(
        "CREATE TEMP TABLE IF NOT EXISTS {GUARD} ({}, {}, {})",
        column("is_as_planned", "the table is not as it was when this plan was made: make a new plan"),
        column("foreign_keys_are_off", "PRAGMA foreign_keys = OFF must be said before BEGIN"),
        column("foreign_keys_hold", "a row of the table refers to a row that is not there")
    )]
}

/// A condition that is true where one of the changes is still to be made.
pub fn still_missing(changes: &[&Change]) -> String {
    changes.iter().map(|change| missing(change)).collect::<Vec<_>>().join(" OR ")
}

fn missing(change: &Change) -> String {
    let dialect = Dialect::Sqlite;
    let literal = |text: &str| dialect.quote_literal(text);
    let table = literal(&change.table().name);
    let column = |name: &Name, more: &str| {
        format!(
            "EXISTS (SELECT 1 FROM pragma_table_xinfo({table}) WHERE name = {} COLLATE NOCASE{more})",
            literal(name)
        )
    };
    match change {
        Change::AddColumn { column: it, .. } => format!("NOT {}", column(&it.name, "")),
        Change::AlterColumn { column: it, .. } => {
            let null = if it.nullable { "\"notnull\" = 1" } else { "\"notnull\" = 0" };
            let default = if it.default.is_some() { " OR dflt_value IS NULL" } else { "" };
            let number = if it.auto_increment { " OR pk = 0" } else { "" };
            column(&it.name, &format!(" AND ({null}{default}{number})"))
        }
        Change::AddPrimaryKey { .. } => {
            format!("NOT EXISTS (SELECT 1 FROM pragma_table_xinfo({table}) WHERE pk > 0)")
        }
        Change::AddForeignKey { foreign_key: key, .. } => format!(
            "NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list({table}) WHERE \"from\" = {} COLLATE NOCASE AND \
             \"table\" = {} COLLATE NOCASE)",
            literal(key.columns.first().map_or("", |it| it)),
            literal(&key.references.name)
        ),
        Change::AddCheck { .. } => {
            let name = dialect.name_of_added(change).unwrap_or_default();
            format!(
                "NOT EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = {table} COLLATE NOCASE AND \
                 (instr(lower(sql), lower({})) > 0 OR instr(lower(sql), lower({})) > 0))",
                literal(&name),
                literal(&dialect.quote(&name))
            )
        }
        // Made beside the table, and asked for by `index_missing`.
        Change::AddUnique { .. }
        | Change::AddIndex { .. }
        | Change::CreateTable(_)
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::AddExclusion { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => "1".to_owned(),
    }
}

/// A query that has a row where the table has fewer indexes over just these columns than `expected` has: another
/// database may have them under other names. `None` where the pragmas do not tell what such an index is.
pub fn index_missing(change: &Change, expected: &Table) -> Option<String> {
    let is_plain =
        |parts: &[IndexPart]| parts.iter().all(|it| it.options.is_none() && it.as_column().is_some());
    let (is_unique, parts, count) = if let Change::AddUnique { unique: it, .. } = change {
        let alike =
            expected.uniques.iter().filter(|other| other.condition.is_none() && other.parts == it.parts);
        (1, (it.condition.is_none() && is_plain(&it.parts)).then_some(&it.parts)?, alike.count())
    } else if let Change::AddIndex { index: it, .. } = change {
        let alike =
            expected.indexes.iter().filter(|other| other.condition.is_none() && other.parts == it.parts);
        (0, (it.condition.is_none() && is_plain(&it.parts)).then_some(&it.parts)?, alike.count())
    } else {
        return None;
    };
    let columns: Vec<String> = (parts.iter())
        .filter_map(IndexPart::as_column)
        .map(|it| format!("lower({})", Dialect::Sqlite.quote_literal(it)))
        .collect();
    Some(format!(
        "SELECT 1 WHERE {} >\n  (SELECT count(*) FROM pragma_index_list({}) AS i\n    \
         WHERE i.\"unique\" = {is_unique} AND i.origin <> 'pk' AND i.partial = 0\n      \
         AND (SELECT group_concat(lower(c.name), char(10))\n             \
         FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) AS c) = {}\n      \
         AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name) WHERE key = 1 AND (\"desc\" = 1 OR coll <> 'BINARY')))",
        count.max(1),
        Dialect::Sqlite.quote_literal(&change.table().name),
        columns.join(" || char(10) || ")
    ))
}

/// The parts of a stored `CREATE TABLE`, as written.
struct CreateText {
    name: String,
    columns: Vec<Item>,
    constraints: Vec<String>,
    /// Behind the closing bracket: `STRICT`, `WITHOUT ROWID`.
    tail: String,
}

struct Item {
    name: String,
    text: String,
}

impl CreateText {
    fn read(sql: &str) -> Option<Self> {
        let tokens = tokens(sql, Quotes::SQLITE)?;
        let open = tokens.iter().position(|it| it.is_symbol("("))?;
        let close = after_group(&tokens, open)?;
        let name = tokens.get(open.checked_sub(1)?)?.identifier();
        let mut text = Self {
            name,
            columns: Vec::new(),
            constraints: Vec::new(),
            tail: sql.get(tokens.get(close - 1)?.end()..)?.to_owned(),
        };
        for item in items(tokens.get(open + 1..close - 1)?) {
            let (first, last) = (item.first()?, item.last()?);
            let slice = sql.get(first.start..last.end())?.to_owned();
            let words = ["constraint", "primary", "unique", "check", "foreign"];
            if words.iter().any(|word| first.is_word(word)) {
                text.constraints.push(slice);
            } else {
                text.columns.push(Item { name: first.identifier(), text: slice });
            }
        }
        Some(text)
    }

    fn written(&self, name: &str) -> String {
        let columns = self.columns.iter().map(|it| it.text.as_str());
        let items: Vec<&str> = columns.chain(self.constraints.iter().map(String::as_str)).collect();
        format!("CREATE TABLE {name} (\n  {}\n){}", items.join(",\n  "), self.tail)
    }

    fn has_word(&self, word: &str) -> bool {
        let has = |text: &str| {
            tokens(text, Quotes::SQLITE).is_some_and(|tokens| tokens.iter().any(|it| it.is_word(word)))
        };
        self.columns.iter().any(|it| has(&it.text)) || has(&self.tail)
    }

    /// Rows keep their numbers, which a full-text index may refer to, unless a column is the number.
    fn keeps_row_ids(&self, actual: &Table) -> bool {
        let is_alias = |column: &Column| {
            ["rowid", "_rowid_", "oid"].iter().any(|it| column.name.eq_ignore_ascii_case(it))
        };
        let numbers = self.columns.iter().any(|it| {
            let text = it.text.to_ascii_lowercase();
            text.contains("primary") && text.contains("integer")
        });
        let key_is_apart = self.constraints.iter().any(|it| it.to_ascii_lowercase().contains("primary"));
        !numbers && !key_is_apart && !self.has_word("without") && !actual.columns.iter().any(is_alias)
    }

    fn item(&mut self, name: &Name) -> Result<&mut Item, String> {
        let item = self.columns.iter_mut().find(|it| it.name.eq_ignore_ascii_case(name));
        item.ok_or_else(|| format!("column {name} does not stand in the CREATE TABLE text"))
    }

    fn add(&mut self, actual: &Table, change: &Change) -> Result<(), String> {
        let dialect = Dialect::Sqlite;
        let refused = |NotRenderable(reason)| reason;
        match change {
            Change::AddColumn { column, .. } => {
                let mut text = dialect.column_definition(column).map_err(refused)?;
                let name = column.name.to_string();
                if !column.auto_increment {
                    self.columns.push(Item { name, text });
                } else if actual.primary_key.is_some() {
                    return Err(has_another_key(actual));
                } else {
                    text.push_str(NUMBERED);
                    self.columns.insert(0, Item { name, text });
                }
            }
            Change::AlterColumn { column, .. } => self.alter(actual, column)?,
            // The key came with the column that numbers the rows.
            Change::AddPrimaryKey { primary_key, .. } if self.is_numbered(&primary_key.columns) => {}
            Change::AddPrimaryKey { .. } | Change::AddForeignKey { .. } | Change::AddCheck { .. } => {
                self.constraints.push(dialect.constraint_definition(change).map_err(refused)?);
            }
            Change::CreateTable(_)
            | Change::AddUnique { .. }
            | Change::AddIndex { .. }
            | Change::DropTable { .. }
            | Change::RenameTable { .. }
            | Change::DropColumn { .. }
            | Change::RenameColumn { .. }
            | Change::DropPrimaryKey { .. }
            | Change::DropUnique { .. }
            | Change::DropForeignKey { .. }
            | Change::DropCheck { .. }
            | Change::DropIndex { .. }
            | Change::AddExclusion { .. }
            | Change::DropExclusion { .. }
            | Change::RenameConstraint { .. } => {}
        }
        Ok(())
    }

    /// Whether the column alone says that it is the key and numbers its rows.
    fn is_numbered(&self, columns: &[Name]) -> bool {
        let is_it = |item: &Item| columns.len() == 1 && item.name.eq_ignore_ascii_case(&columns[0]);
        self.columns.iter().any(|item| is_it(item) && item.text.ends_with(NUMBERED))
    }

    fn alter(&mut self, actual: &Table, column: &Column) -> Result<(), String> {
        let dialect = Dialect::Sqlite;
        let Some(was) = actual.column(&column.name) else { return Ok(()) };
        let (aspects, _) = dialect.column_aspects(was, column);
        let item = self.item(&column.name)?;
        for aspect in aspects {
            match aspect {
                ColumnAspect::SetNotNull => item.text.push_str(" NOT NULL"),
                ColumnAspect::SetDefault => {
                    let default = dialect.default_of(column).map_err(|NotRenderable(reason)| reason)?;
                    item.text.push_str(&format!(" DEFAULT {default}"));
                }
                ColumnAspect::SetNumbering if actual.primary_key.is_some() => {
                    return Err(has_another_key(actual));
                }
                ColumnAspect::SetNumbering => item.text.push_str(NUMBERED),
                ColumnAspect::DropNotNull => {
                    item.text = without_not_null(&item.text)
                        .ok_or_else(|| format!("the NOT NULL of {} was not found", column.name))?;
                }
            }
        }
        Ok(())
    }
}

fn has_another_key(actual: &Table) -> String {
    format!("{} has another primary key, which would have to go first", actual.name)
}

/// The name under which a row's own number can be asked for; `None` where columns have all of them.
fn row_id(actual: &Table) -> Option<&'static str> {
    let is_free = |name: &&str| !actual.columns.iter().any(|it| it.name.eq_ignore_ascii_case(name));
    ["rowid", "_rowid_", "oid"].into_iter().find(is_free)
}

/// The definition without `NOT NULL`, where that stands by itself.
fn without_not_null(text: &str) -> Option<String> {
    let tokens = tokens(text, Quotes::SQLITE)?;
    let at = tokens.windows(2).position(|it| it[0].is_word("not") && it[1].is_word("null"))?;
    let has_more = tokens.get(at + 2).is_some_and(|it| it.is_word("on"));
    let is_named = at >= 2 && tokens[at - 2].is_word("constraint");
    if has_more || is_named {
        return None;
    }
    Some(format!("{}{}", text[..tokens[at].start].trim_end(), &text[tokens[at + 1].end()..]))
}

/// The parts between commas outside of brackets.
fn items<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = &'t [Token<'a>]> {
    let mut depth = 0_usize;
    tokens.split(move |token| {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.is_symbol(",")
    })
}
