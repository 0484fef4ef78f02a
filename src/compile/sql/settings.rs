//! Actions of `ALTER TABLE` that change no column and no key.

use super::column::collation;
use super::constraint;
use super::cursor::{Cursor, Unread};
use super::opaque_tables;
use super::step::{ConstraintKind, Key, Step};
use crate::dialect::Dialect;
use crate::schema::{Name, TableName, UniqueConstraint};

type Did = Result<(), Unread>;

/// Of MySQL and MariaDB: rows in another order or in other partitions, which no schema tells. All that follows,
/// over its commas, belongs to it (<https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>).
pub(super) fn takes_the_rest(action: &Cursor<'_, '_>) -> bool {
    const OF_PARTITIONS: [&str; 13] = [
        "add",
        "drop",
        "discard",
        "import",
        "truncate",
        "coalesce",
        "reorganize",
        "exchange",
        "analyze",
        "check",
        "optimize",
        "rebuild",
        "repair",
    ];
    let next = |word| action.peek_at(1).is_some_and(|it| it.is_word(word));
    action.is_mysql()
        && (action.is_any(&["order", "partition"]) && next("by")
            || action.is_any(&OF_PARTITIONS) && next("partition")
            || action.is("remove") && next("partitioning"))
}

/// What leaves the schema as it is, and what moves the table.
pub(super) fn read(action: &mut Cursor<'_, '_>, table: &TableName, steps: &mut Vec<Step>) -> Did {
    match action.dialect {
        Dialect::Postgres => of_postgres(action, table, steps),
        Dialect::Mysql | Dialect::Mariadb => of_mysql(action, table, steps),
        Dialect::Sqlite => Err(action.expected("an action")),
    }
}

fn of_postgres(action: &mut Cursor<'_, '_>, table: &TableName, steps: &mut Vec<Step>) -> Did {
    if action.take_all("set schema") {
        let schema = action.name()?;
        let schema = (&*schema != "public").then_some(schema);
        steps.push(Step::RenameTable {
            from: table.clone(),
            to: TableName { schema, name: table.name.clone() },
        });
        return Ok(());
    }
    if action.take_all("attach partition") {
        // A partition is no table of the schema any more: its parent stands for it.
        let part = action.table()?;
        action.take_rest();
        steps.push(Step::DropTable { table: part, cascade: false });
        return Ok(());
    }
    if action.take_all("detach partition") {
        let part = action.table()?;
        action.take_rest();
        steps.push(opaque_tables("a partition becomes a table", [part]));
        return Ok(());
    }
    if action.take_all("alter constraint") {
        let name = action.name()?;
        let mut unique = Key::Unique(UniqueConstraint::on_columns::<Name>([]));
        while constraint::attributes(action, Some(&mut unique))? {}
        let Key::Unique(UniqueConstraint { deferrable, .. }) = unique else { return Ok(()) };
        steps.push(Step::Defer { table: table.clone(), name, deferrable });
        return Ok(());
    }
    const SETTINGS: [&str; 14] = [
        "no inherit",
        "owner to",
        "validate constraint",
        "enable",
        "disable",
        "force row level security",
        "no force row level security",
        "cluster on",
        "set without",
        "set tablespace",
        "set logged",
        "set unlogged",
        "set access method",
        "replica identity",
    ];
    let parameters =
        action.is_any(&["set", "reset"]) && action.peek_at(1).is_some_and(|it| it.is_symbol("("));
    if parameters || SETTINGS.iter().any(|words| action.take_all(words)) {
        action.take_rest();
        return Ok(());
    }
    // INHERIT, NO INHERIT, OF
    Err("is not understood".to_owned())
}

/// Table options and how the work is done (<https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>).
fn of_mysql(action: &mut Cursor<'_, '_>, table: &TableName, steps: &mut Vec<Step>) -> Did {
    const OF_NO_MATTER: [&str; 15] = [
        "algorithm",
        "lock",
        "auto_increment",
        "comment",
        "row_format",
        "key_block_size",
        "force",
        "enable",
        "disable",
        "stats_auto_recalc",
        "stats_persistent",
        "stats_sample_pages",
        "avg_row_length",
        "max_rows",
        "min_rows",
    ];
    if action.take_all("convert to") {
        steps.push(converted(action, table)?);
        return Ok(());
    }
    if action.take_all("alter check") || action.take_all("alter constraint") {
        let name = action.name()?;
        // No schema holds a constraint that is not enforced.
        action.expect("not enforced")?;
        let kind = ConstraintKind::Check;
        steps.push(Step::DropConstraint { table: table.clone(), name, kind, cascade: false });
        return Ok(());
    }
    let is_default = action.take("default");
    // The character set of the table is that of columns to come; none of them tells it.
    let charset = action.is_any(&["charset", "collate"]) || action.take_all("character set");
    if is_default && !charset {
        return Err(action.expected("a character set"));
    }
    // Further options may follow without a comma.
    let engine = action.rest().iter().skip(1).find(|it| !it.is_symbol("="));
    let same_engine = action.is("engine") && engine.is_some_and(|it| it.is_word("innodb"));
    let visibility = action.is("alter") && action.peek_at(1).is_some_and(|it| it.is_word("index"));
    let tablespace = action.take_all("discard tablespace") || action.take_all("import tablespace");
    let validation = action.take_all("with validation") || action.take_all("without validation");
    if charset || same_engine || visibility || tablespace || validation || action.is_any(&OF_NO_MATTER) {
        action.take_rest();
        return Ok(());
    }
    Err("is not understood".to_owned())
}

/// `CONVERT TO CHARACTER SET x [COLLATE y]`
fn converted(action: &mut Cursor<'_, '_>, table: &TableName) -> Result<Step, Unread> {
    if !action.take("charset") {
        action.expect("character set")?;
    }
    if action.is("binary") {
        return Err("texts become bytes".to_owned());
    }
    action.next();
    let collation = if action.take("collate") { Some(collation(action)?) } else { None };
    Ok(Step::ConvertTexts { table: table.clone(), collation })
}
