//! Which kind of statement it is, and what the simple kinds do.

use super::cursor::{Cursor, Unread};
use super::step::{ConstraintKind, Step};
use super::{Effect, MayTouch, Opaque, Touched, alter, index, table};
use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind};
use crate::schema::TableName;

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
        return rows(cursor);
    }
    if cursor.is_any(&["select", "with"]) || cursor.is_symbol("(") {
        return query(cursor, touched);
    }
    if cursor.is("set") {
        return set(cursor);
    }
    if cursor.is_any(&["begin", "start"]) && cursor.peek_at(1).is_some_and(|it| it.is_word("not")) {
        return Err("a block is not followed".to_owned());
    }
    if cursor.is_any(&["rollback", "abort"]) {
        return Err("it takes back what came before".to_owned());
    }
    if cursor.is("pragma") {
        return pragma(cursor);
    }
    if cursor.is_any(&["explain", "desc"]) {
        let runs = cursor.rest().iter().any(|it| it.is_word("analyze"));
        return if runs { Err("it may run what it explains".to_owned()) } else { Ok(Effect::Nothing) };
    }
    let harmless = match cursor.dialect {
        // What PostgreSQL prepares can only be a query or change rows; MySQL's DO calls functions only.
        Dialect::Postgres => cursor.is("execute"),
        Dialect::Mysql | Dialect::Mariadb => cursor.is("do"),
        Dialect::Sqlite => false,
    };
    if harmless || cursor.is_any(&ROWS_OR_SESSION) {
        return Ok(Effect::Nothing);
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
    let is_table =
        ["global", "local", "temporary", "temp", "unlogged", "table"].iter().any(|it| cursor.is(it))
            && !cursor.peek_at(1).is_some_and(|it| {
                ["view", "sequence", "recursive", "trigger"].iter().any(|word| it.is_word(word))
            });
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
        let (_, step) = index::create(cursor)?;
        let mut all = Vec::new();
        if replace {
            all.push(Step::Opaque(Opaque {
                reason: "an index of this name may have been there".to_owned(),
                may_touch: MayTouch::Tables(touched.clone()),
            }));
        }
        all.push(step);
        return Ok(steps(all));
    }
    if cursor.take_all("foreign table") || cursor.take_all("virtual table") {
        cursor.take_all("if not exists");
        let table = cursor.table()?;
        touched.extend(shadows(&table));
        touched.insert(table);
        return Err("the columns of such a table are not read".to_owned());
    }
    if cursor.take_any(&["schema", "database"]) {
        return create_schema(cursor);
    }
    if is_object(cursor) { Ok(Effect::Nothing) } else { Err(cursor.expected("a kind of object")) }
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
    const BEFORE: [&str; 12] = [
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
}

fn alter(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Effect, Unread> {
    let is_foreign = cursor.is("foreign") && cursor.peek_at(1).is_some_and(|it| it.is_word("table"));
    if is_foreign || cursor.is_any(&["table", "online", "ignore"]) {
        return alter::table(cursor, touched).map(steps);
    }
    if cursor.take("index") {
        return alter_index(cursor);
    }
    if cursor.take("schema") && cursor.rest().iter().any(|it| it.is_word("rename")) {
        return Err("a schema gets another name".to_owned());
    }
    let is_schema = cursor.dialect != Dialect::Sqlite && cursor.rest().iter().any(|it| it.is_word("owner"));
    if is_object(cursor) || is_schema || cursor.is("instance") || cursor.is("foreign") {
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
    cursor.take_all("if exists");
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
        return Ok(vec![Step::DropConstraint { table, name, kind: ConstraintKind::Index, cascade: false }]);
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
    cursor.take_all("if exists");
    let mut all = Vec::new();
    for mut part in cursor.parts() {
        let from = part.table()?;
        part.expect("to")?;
        let to = part.table()?;
        part.done()?;
        touched.extend([from.clone(), to.clone()]);
        all.push(Step::RenameTable { from, to });
    }
    Ok(steps(all))
}

/// Rows, unless they are those of the catalog itself.
fn rows(cursor: &Cursor<'_, '_>) -> Result<Effect, Unread> {
    let head = cursor.rest().iter().take(8);
    let names: Vec<_> = head.filter_map(|token| cursor.name_of(token)).collect();
    let is_catalog = |name: &str| {
        let name = name.to_ascii_lowercase();
        match cursor.dialect {
            Dialect::Postgres => name.starts_with("pg_"),
            Dialect::Mysql | Dialect::Mariadb => false,
            Dialect::Sqlite => matches!(&*name, "sqlite_master" | "sqlite_schema"),
        }
    };
    let target = names.iter().skip(1).take_while(|name| {
        !["set", "values", "select", "where", "using"].contains(&name.to_ascii_lowercase().as_str())
    });
    if target.into_iter().any(|name| is_catalog(name)) {
        return Err("it writes into the catalog".to_owned());
    }
    Ok(Effect::Nothing)
}

/// A query reads, but a function that it calls may do anything. MySQL's cannot: no statement of a function
/// commits (<https://dev.mysql.com/doc/refman/8.4/en/stored-program-restrictions.html>).
fn query(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Effect, Unread> {
    let tokens = cursor.rest();
    if cursor.is_mysql() {
        return Ok(Effect::Nothing);
    }
    if cursor.is("with")
        && tokens.iter().any(|it| ["insert", "update", "delete", "merge"].iter().any(|word| it.is_word(word)))
    {
        return Ok(Effect::Nothing);
    }
    let into = tokens.iter().position(|token| token.is_word("into"));
    if let (Some(into), Dialect::Postgres) = (into, cursor.dialect) {
        cursor.take_exactly(into + 1)?;
        if cursor.take_any(&["temporary", "temp"]) {
            return Ok(Effect::Nothing);
        }
        cursor.take("unlogged");
        cursor.take("table");
        let table = cursor.table()?;
        touched.insert(table);
        return Err("its columns come from a query".to_owned());
    }
    match stranger(tokens) {
        None => Ok(Effect::Nothing),
        Some(function) => Err(format!("what {function}() does is not known")),
    }
}

/// The first function that is called and not known to change nothing.
fn stranger(tokens: &[Token<'_>]) -> Option<String> {
    let calls = tokens.windows(2).enumerate().filter(|(_, two)| {
        matches!(two[0].kind, TokenKind::Word | TokenKind::Quoted) && two[1].is_symbol("(")
    });
    for (position, call) in calls {
        let name = call[0].identifier().to_ascii_lowercase();
        let before = |back: usize| position.checked_sub(back).and_then(|it| tokens.get(it));
        let qualified = before(1).is_some_and(|it| it.is_symbol("."));
        let of_catalog = qualified && before(2).is_some_and(|it| it.is_word("pg_catalog"));
        // The name of a relation or a type with its columns or length.
        let is_relation =
            before(1).is_some_and(|it| it.is_word("as") || it.is_symbol("::") || it.is_symbol(")"));
        let known = !qualified && HARMLESS.contains(&name.as_str());
        if !(known || of_catalog || is_relation) {
            return Some(name);
        }
    }
    None
}

/// Functions, and words before a bracket, that change no schema.
const HARMLESS: &[&str] = &[
    "abs",
    "all",
    "and",
    "any",
    "array",
    "array_agg",
    "array_length",
    "as",
    "avg",
    "between",
    "bool_and",
    "bool_or",
    "by",
    "case",
    "cast",
    "ceil",
    "char",
    "char_length",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "currval",
    "date",
    "date_part",
    "date_trunc",
    "decimal",
    "distinct",
    "else",
    "exists",
    "extract",
    "filter",
    "floor",
    "format",
    "from",
    "gen_random_uuid",
    "generate_series",
    "greatest",
    "group_concat",
    "having",
    "ifnull",
    "in",
    "join",
    "json_build_object",
    "jsonb_build_object",
    "lastval",
    "least",
    "left",
    "length",
    "like",
    "limit",
    "lower",
    "ltrim",
    "max",
    "md5",
    "min",
    "nextval",
    "not",
    "now",
    "nullif",
    "numeric",
    "on",
    "or",
    "over",
    "partition",
    "pg_advisory_lock",
    "pg_advisory_unlock",
    "pg_advisory_xact_lock",
    "pg_get_serial_sequence",
    "pg_notify",
    "pg_sleep",
    "quote_ident",
    "quote_literal",
    "random",
    "rank",
    "regexp_replace",
    "replace",
    "right",
    "round",
    "row_number",
    "rtrim",
    "select",
    "set_config",
    "setval",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "then",
    "trim",
    "upper",
    "where",
];

fn set(cursor: &Cursor<'_, '_>) -> Result<Effect, Unread> {
    let text = cursor.text().to_ascii_lowercase();
    // Both change how the very next text is to be read.
    let changes_quoting = match cursor.dialect {
        Dialect::Postgres => text.contains("standard_conforming_strings") && text.ends_with("off"),
        Dialect::Mysql | Dialect::Mariadb => {
            text.contains("sql_mode")
                && ["ansi", "no_backslash_escapes", "oracle", "mssql", "db2", "postgresql"]
                    .iter()
                    .any(|it| text.contains(it))
        }
        Dialect::Sqlite => false,
    };
    if changes_quoting { Err("it changes how texts are quoted".to_owned()) } else { Ok(Effect::Nothing) }
}

fn pragma(cursor: &Cursor<'_, '_>) -> Result<Effect, Unread> {
    if cursor.text().to_ascii_lowercase().contains("writable_schema") {
        return Err("it lets the catalog be written".to_owned());
    }
    Ok(Effect::Nothing)
}
