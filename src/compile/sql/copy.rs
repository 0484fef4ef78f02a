//! Tables that get their columns from others: `LIKE`, `INHERITS`, and from queries.

use super::cursor::{Cursor, Unread};
use super::query::stranger;
use super::step::{Copied, Including, Item, Like, Query, Step};
use crate::dialect::Dialect;
use crate::schema::{Name, Table, TableName};

/// <https://www.postgresql.org/docs/current/sql-createtable.html>: `LIKE source [{INCLUDING | EXCLUDING} what …]`. MySQL
/// copies all that this can say (<https://dev.mysql.com/doc/refman/8.4/en/create-table-like.html>).
pub(super) fn like(cursor: &mut Cursor<'_, '_>, at: usize) -> Result<Like, Unread> {
    cursor.expect("like")?;
    let of = cursor.table()?;
    let mut with = Including::default();
    if cursor.is_mysql() {
        with = Including::all(true);
    }
    while !cursor.is_done() {
        let includes = cursor.take("including");
        if !includes {
            cursor.expect("excluding")?;
        }
        let what = cursor.name()?.to_ascii_lowercase();
        match &*what {
            "all" => with = Including::all(includes),
            "constraints" => with.constraints = includes,
            "defaults" => with.defaults = includes,
            "generated" => with.generated = includes,
            "identity" => with.identity = includes,
            "indexes" => with.indexes = includes,
            "comments" | "compression" | "statistics" | "storage" => {}
            _ => return Err(cursor.expected("a kind of thing to copy")),
        }
    }
    Ok(Like { of, at, with })
}

/// `CREATE TABLE name [(names)] [how it is stored] AS query`, behind the name; `None` where it is no such.
pub(super) fn as_query(
    cursor: &mut Cursor<'_, '_>,
    table: &TableName,
    unless_there: bool,
) -> Result<Option<Vec<Step>>, Unread> {
    let mut head = cursor.clone();
    let names = if head.is_symbol("(") { head.names() } else { Ok(Vec::new()) };
    let Ok(names) = names else { return Ok(None) };
    while !head.is_done() && !head.is("as") {
        if head.take_any(&["using", "tablespace"]) {
            head.name()?;
        } else if head.take("with") {
            head.skip_group()?;
        } else if !head.take_all("without oids") {
            break;
        }
    }
    let is_query = head.take("as") || cursor.is_mysql() && head.is("select");
    if !is_query {
        return Ok(None);
    }
    let query = query(&head, names)?;
    cursor.take_rest();
    Ok(Some(vec![made(table.clone(), unless_there, query)]))
}

/// `SELECT … INTO table …`, at its beginning.
pub(super) fn select_into(cursor: &Cursor<'_, '_>, table: TableName) -> Result<Vec<Step>, Unread> {
    let query = query(cursor, Vec::new())?;
    Ok(vec![made(table, false, query)])
}

fn made(table: TableName, unless_there: bool, query: Query) -> Step {
    let (like, inherits) = (Vec::new(), Vec::new());
    Step::CopyTable(Box::new(Copied {
        table: Table::new(table),
        unless_there,
        like,
        inherits,
        query: Some(query),
    }))
}

fn query(cursor: &Cursor<'_, '_>, names: Vec<Name>) -> Result<Query, Unread> {
    if let Some(function) = stranger(cursor.rest()) {
        return Err(format!("what {function}() does is not known"));
    }
    let mut cursor = cursor.clone();
    // `AS (SELECT …)`
    while cursor.is_symbol("(") {
        let mut behind = cursor.clone();
        let inner = behind.group()?;
        if !behind.is_done() {
            break;
        }
        cursor = inner;
    }
    if cursor.take("table") {
        let from = cursor.table().ok();
        return Ok(Query { names, items: from.is_some().then(|| vec![Item::All]), from });
    }
    if !cursor.take("select") {
        return Ok(Query { names, from: None, items: None });
    }
    if !cursor.take("all") && cursor.take("distinct") && cursor.take("on") {
        cursor.skip_group()?;
    }
    let list = cursor.take_while(|token| !["from", "into"].iter().any(|word| token.is_word(word)))?;
    if cursor.take("into") {
        cursor.take("unlogged");
        cursor.take("table");
        cursor.table()?;
    }
    let (from, alias) = if cursor.take("from") { only_table(&mut cursor) } else { (None, None) };
    let items = list.parts().iter().map(|part| item(part, from.as_ref(), alias.as_ref())).collect();
    Ok(Query { names, from, items })
}

/// The table and its alias, where nothing else is asked and nothing else decides of what type a column is.
fn only_table(cursor: &mut Cursor<'_, '_>) -> (Option<TableName>, Option<Name>) {
    const AFTER: [&str; 10] =
        ["where", "group", "having", "order", "limit", "offset", "fetch", "with", "window", "for"];
    let joins = ["union", "intersect", "except", "join"];
    if cursor.rest().iter().any(|token| joins.iter().any(|it| token.is_word(it))) {
        return (None, None);
    }
    cursor.take("only");
    let Ok(table) = cursor.table() else { return (None, None) };
    let is_end = |cursor: &Cursor<'_, '_>| cursor.is_done() || cursor.is_any(&AFTER);
    if is_end(cursor) {
        let name = table.name.clone();
        return (Some(table), Some(name));
    }
    cursor.take("as");
    match cursor.name() {
        Ok(alias) if is_end(cursor) => (Some(table), Some(alias)),
        _ => (None, None),
    }
}

/// `None` where its name is not known.
fn item(part: &Cursor<'_, '_>, from: Option<&TableName>, alias: Option<&Name>) -> Option<Item> {
    let mut cursor = part.clone();
    if cursor.take_symbol("*") {
        return (cursor.is_done() && from.is_some()).then_some(Item::All);
    }
    let first = cursor.name().ok();
    let is_of_it = |name: &Name| alias.is_some_and(|it| it == name);
    let mut column = first.clone();
    if cursor.take_symbol(".") {
        let known = first.filter(is_of_it);
        if cursor.take_symbol("*") {
            return (known.is_some() && cursor.is_done()).then_some(Item::All);
        }
        column = cursor.name().ok();
        if known.is_none() && cursor.is_done() {
            return Some(Item::Column { of: None, name: column? });
        }
    }
    // PostgreSQL calls these otherwise.
    let is_value = ["true", "false", "null"].iter().any(|it| part.is(it));
    if cursor.is_done() && is_value {
        return None;
    }
    if cursor.is_done() {
        let name = column.clone()?;
        return Some(Item::Column { of: from.and(column), name });
    }
    let is_plain = cursor.is("as");
    let tokens = part.rest();
    let [.., before, last] = tokens else { return None };
    let name = before.is_word("as").then(|| part.name_of(last)).flatten()?;
    let of = column.filter(|_| is_plain && cursor.rest().len() == 2 && from.is_some());
    Some(Item::Column { of, name })
}

impl Including {
    fn all(includes: bool) -> Self {
        Self {
            constraints: includes,
            defaults: includes,
            generated: includes,
            identity: includes,
            indexes: includes,
        }
    }
}

/// Whether a dialect can copy a table so.
pub(super) fn has_like(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Mysql | Dialect::Mariadb => true,
        Dialect::Sqlite => false,
    }
}
