//! Which kind of statement it is, and what the simple kinds do.

use super::cursor::{Cursor, Unread};
use super::step::{Key, Step, There};
use super::{Effect, Touched, alter, block, index, query, routine, table};
use crate::dialect::Dialect;
use crate::schema::{Index, TableName, UniqueConstraint};

/// Statements that change rows, the session or rights.
const ROWS_OR_SESSION: [&str; 45] = [
    "analyze",
    "analyse",
    "attach",
    "begin",
    "check",
    "checkpoint",
    "checksum",
    "close",
    "cluster",
    "comment",
    "commit",
    "copy",
    "deallocate",
    "declare",
    "detach",
    "discard",
    "end",
    "fetch",
    "flush",
    "grant",
    "handler",
    "kill",
    "listen",
    "load",
    "lock",
    "move",
    "notify",
    "optimize",
    "prepare",
    "reassign",
    "refresh",
    "reindex",
    "release",
    "repair",
    "reset",
    "revoke",
    "savepoint",
    "security",
    "show",
    "start",
    "truncate",
    "unlisten",
    "unlock",
    "vacuum",
    "describe",
];

/// Objects beside the tables.
const OBJECTS: [&str; 36] = [
    "access",
    "aggregate",
    "cast",
    "collation",
    "conversion",
    "database",
    "default",
    "domain",
    "event",
    "extension",
    "function",
    "group",
    "language",
    "large",
    "materialized",
    "operator",
    "package",
    "policy",
    "procedure",
    "publication",
    "recursive",
    "role",
    "routine",
    "rule",
    "sequence",
    "server",
    "statistics",
    "subscription",
    "system",
    "tablespace",
    "text",
    "transform",
    "trigger",
    "type",
    "user",
    "view",
];

pub(super) fn effect(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Effect, Unread> {
    if cursor.take("create") {
        return create(cursor, touched);
    }
    if cursor.take("alter") {
        return alter(cursor, touched);
    }
    if cursor.take("drop") {
        return drop_(cursor, touched);
    }
    if cursor.is_mysql() && cursor.take("rename") {
        return rename(cursor, touched);
    }
    if cursor.is_any(&["insert", "update", "delete", "merge", "replace", "values", "table"]) {
        return query::rows(cursor);
    }
    if cursor.is_any(&["select", "with"]) || cursor.is_symbol("(") {
        return query::read(cursor, touched);
    }
    if cursor.is("set") {
        return query::set(cursor);
    }
    if cursor.is_any(&["begin", "start"]) && cursor.peek_at(1).is_some_and(|it| it.is_word("not")) {
        return Err("a block is not followed".to_owned());
    }
    if cursor.is_any(&["rollback", "abort"]) {
        return Err("it takes back what came before".to_owned());
    }
    if cursor.is("pragma") {
        return query::pragma(cursor);
    }
    if cursor.is_any(&["explain", "desc"]) {
        let runs = cursor.rest().iter().any(|it| it.is_word("analyze"));
        return if runs { Err("it may run what it explains".to_owned()) } else { Ok(Effect::Nothing) };
    }
    let harmless = match cursor.dialect {
        // What PostgreSQL prepares can only be a query or change rows; MySQL's DO calls functions only.
        Dialect::Postgres => cursor.is("execute") || (cursor.is("do") && block::is_harmless(cursor)),
        Dialect::Mysql | Dialect::Mariadb => cursor.is("do"),
        Dialect::Sqlite => false,
    };
    if harmless || cursor.is_any(&ROWS_OR_SESSION) {
        return Ok(Effect::Nothing);
    }
    if cursor.dialect == Dialect::Postgres
        && cursor.is("call")
        && let Some(calls) = routine::called(cursor)
    {
        return Ok(steps(vec![calls]));
    }
    if cursor.is_any(&["do", "call", "execute"]) {
        return Err("what it runs is not followed".to_owned());
    }
    if cursor.peek().is_some_and(|token| token.text.starts_with('\\')) {
        return Err("psql may run anything there".to_owned());
    }
    Err("this kind of statement is not understood".to_owned())
}

fn steps(steps: Vec<Step>) -> Effect {
    Effect::Steps(steps)
}

fn create(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Effect, Unread> {
    let replace = cursor.take_all("or replace");
    let adjective = cursor.is_any(&["global", "local", "temporary", "temp", "unlogged"]);
    let names_table = cursor.rest().iter().take(3).any(|it| it.is_word("table"));
    let is_table = cursor.is("table") || adjective && names_table;
    if is_table {
        let made = table::create(cursor, touched)?;
        let dropped = touched.iter().filter(|_| replace && !made.is_empty());
        let mut all: Vec<Step> =
            dropped.map(|table| Step::DropTable { table: table.clone(), cascade: false }).collect();
        all.extend(made);
        return Ok(steps(all));
    }
    if cursor.is_any(&["unique", "index", "fulltext", "spatial"]) {
        // `fulltext` and `spatial` are MySQL's; PostgreSQL has no such statement.
        let mut head = cursor.clone();
        if let Some(table) = index_table(&mut head) {
            touched.insert(table);
        }
        let (table, step) = index::create(cursor)?;
        let mut all = Vec::new();
        if let Step::AddKey {
            key:
                Key::Index(Index { name: Some(name), .. })
                | Key::Unique(UniqueConstraint { name: Some(name), .. }),
            ..
        } = &step
            && replace
        {
            all.push(index::drop_index_of(table, name.clone(), true));
        }
        all.push(step);
        return Ok(steps(all));
    }
    let is_virtual = cursor.take_all("virtual table");
    if is_virtual || cursor.take_all("foreign table") {
        cursor.take_all("if not exists");
        let table = cursor.table()?;
        if is_virtual {
            touched.extend(shadows(&table));
        }
        touched.insert(table);
        return Err("the columns of such a table are not read".to_owned());
    }
    if cursor.take_any(&["schema", "database"]) {
        return create_schema(cursor);
    }
    if let Some(made) = routine::made(cursor).or_else(|| materialized_view(cursor)) {
        return Ok(steps(vec![made]));
    }
    if is_object(cursor) { Ok(Effect::Nothing) } else { Err(cursor.expected("a kind of object")) }
}

fn materialized_view(cursor: &Cursor<'_, '_>) -> Option<Step> {
    let mut cursor = cursor.clone();
    if cursor.dialect != Dialect::Postgres || !cursor.take_all("materialized view") {
        return None;
    }
    cursor.take_all("if not exists");
    cursor.table().ok().map(|name| Step::MakeView { name })
}

/// What SQLite's full-text, R-tree and geopoly modules make beside a virtual table
/// (<https://www.sqlite.org/vtab.html#xshadowname>).
fn shadows(table: &TableName) -> impl Iterator<Item = TableName> {
    const ENDINGS: [&str; 10] =
        ["data", "idx", "content", "docsize", "config", "node", "parent", "rowid", "segments", "segdir"];
    let table = table.clone();
    ENDINGS.iter().map(move |ending| TableName {
        schema: table.schema.clone(),
        name: format!("{}_{ending}", table.name).into(),
    })
}

/// The table that a `CREATE INDEX` names.
fn index_table(cursor: &mut Cursor<'_, '_>) -> Option<TableName> {
    let on = cursor.rest().iter().position(|token| token.is_word("on"))?;
    cursor.take_exactly(on + 1).ok()?;
    cursor.take("only");
    cursor.table().ok()
}

fn create_schema(cursor: &mut Cursor<'_, '_>) -> Result<Effect, Unread> {
    cursor.take_all("if not exists");
    if cursor.dialect == Dialect::Postgres && cursor.rest().iter().any(|it| it.is_word("create")) {
        return Err("what it makes in the new schema is not followed".to_owned());
    }
    Ok(Effect::Nothing)
}

/// Whether an object beside the tables stands here, perhaps behind words that say how it is.
fn is_object(cursor: &Cursor<'_, '_>) -> bool {
    const FAR: usize = 12;
    const BEFORE: [&str; 13] = [
        "unlogged",
        "temporary",
        "temp",
        "constraint",
        "trusted",
        "procedural",
        "definer",
        "algorithm",
        "sql",
        "foreign",
        "user",
        "event",
        "not",
    ];
    let first_known =
        cursor.rest().iter().take(FAR).position(|it| OBJECTS.iter().any(|word| it.is_word(word)));
    first_known == Some(0)
        || first_known.is_some() && BEFORE.iter().any(|word| cursor.is(word))
        || cursor.is("resource")
        || cursor.is("foreign") && cursor.peek_at(1).is_some_and(|it| it.is_word("data"))
}

fn alter(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Effect, Unread> {
    let is_foreign = cursor.is("foreign") && cursor.peek_at(1).is_some_and(|it| it.is_word("table"));
    if is_foreign || cursor.is_any(&["table", "online", "ignore"]) {
        return alter::table(cursor, touched).map(steps);
    }
    if cursor.take("index") {
        return alter_index(cursor);
    }
    if cursor.take("schema") {
        let renames = cursor.rest().iter().any(|it| it.is_word("rename"));
        return if renames { Err("a schema gets another name".to_owned()) } else { Ok(Effect::Nothing) };
    }
    if is_object(cursor) || cursor.is("instance") || cursor.is("foreign") {
        return Ok(Effect::Nothing);
    }
    Err(cursor.expected("a kind of object"))
}

fn alter_index(cursor: &mut Cursor<'_, '_>) -> Result<Effect, Unread> {
    if cursor.take_all("all in tablespace") {
        return Ok(Effect::Nothing);
    }
    cursor.take_all("if exists");
    let index = cursor.table()?;
    if cursor.take_all("rename to") {
        let to = cursor.name()?;
        cursor.done()?;
        return Ok(steps(vec![Step::RenameIndex { schema: index.schema, from: index.name, to }]));
    }
    let of_no_matter = ["set", "reset", "attach", "alter", "depends", "no"];
    if cursor.is_any(&of_no_matter) { Ok(Effect::Nothing) } else { Err(cursor.expected("an action")) }
}

fn drop_(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Effect, Unread> {
    if cursor.take_all("temporary table") {
        return Ok(Effect::Nothing);
    }
    if cursor.take_any(&["table", "tables"]) || cursor.take_all("foreign table") {
        return drop_tables(cursor, touched).map(steps);
    }
    if cursor.take("index") {
        return drop_indexes(cursor, touched).map(steps);
    }
    let cascades = cursor.rest().last().is_some_and(|last| last.is_word("cascade"));
    if cursor.is_mysql() && cursor.is_any(&["database", "schema"]) {
        return Err("a whole database goes".to_owned());
    }
    // Only other views, and nothing at all, can depend on these.
    if cursor.is_any(&["view", "materialized", "trigger", "policy", "rule"]) {
        return Ok(Effect::Nothing);
    }
    if cascades && let Some(step) = block::dropped_with_users(&mut cursor.clone()) {
        return Ok(steps(vec![step]));
    }
    if cascades || cursor.is("owned") {
        return Err("what goes with it depends on the database".to_owned());
    }
    if is_object(cursor) || cursor.is("schema") || cursor.is("foreign") {
        return Ok(Effect::Nothing);
    }
    Err(cursor.expected("a kind of object"))
}

fn drop_tables(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Vec<Step>, Unread> {
    cursor.take_all("if exists");
    let mut tables = Vec::new();
    loop {
        tables.push(cursor.table()?);
        if !cursor.take_symbol(",") {
            break;
        }
    }
    touched.extend(tables.iter().cloned());
    // MySQL takes CASCADE and does nothing about it: https://dev.mysql.com/doc/refman/8.4/en/drop-table.html
    let cascade = cursor.take("cascade") && cursor.dialect == Dialect::Postgres;
    cursor.take("restrict");
    if cursor.is_mysql() && cursor.take_any(&["wait", "nowait"]) {
        cursor.next();
    }
    cursor.done()?;
    Ok(tables.into_iter().map(|table| Step::DropTable { table, cascade }).collect())
}

fn drop_indexes(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Vec<Step>, Unread> {
    cursor.take("concurrently");
    let if_there = cursor.take_all("if exists");
    if cursor.is_mysql() {
        let name = cursor.name()?;
        cursor.expect("on")?;
        let table = cursor.table()?;
        touched.insert(table.clone());
        while !cursor.is_done() {
            if !cursor.take_any(&["algorithm", "lock", "wait"]) {
                cursor.expect("nowait")?;
                continue;
            }
            cursor.take_symbol("=");
            cursor.next();
        }
        return Ok(vec![index::drop_index_of(table, name, if_there)]);
    }
    let mut indexes = Vec::new();
    loop {
        indexes.push(cursor.table()?);
        if !cursor.take_symbol(",") {
            break;
        }
    }
    let cascade = cursor.take("cascade");
    cursor.take("restrict");
    cursor.done()?;
    Ok(indexes.into_iter().map(|it| Step::DropIndex { schema: it.schema, name: it.name, cascade }).collect())
}

/// `RENAME TABLE a TO b, c TO d`.
fn rename(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Effect, Unread> {
    if cursor.take("user") {
        return Ok(Effect::Nothing);
    }
    if !cursor.take_any(&["table", "tables"]) {
        return Err(cursor.expected("TABLE"));
    }
    let if_there = cursor.take_all("if exists");
    let mut all = Vec::new();
    for mut part in cursor.parts() {
        let from = part.table()?;
        part.expect("to")?;
        let to = part.table()?;
        part.done()?;
        touched.extend([from.clone(), to.clone()]);
        let (table, step) = (from.clone(), Step::RenameTable { from, to });
        let what = There::Table;
        all.push(if if_there { Step::IfThere { table, what, step: Box::new(step) } } else { step });
    }
    Ok(steps(all))
}
