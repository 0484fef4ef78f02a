//! Actions of `ALTER TABLE` that change no column and no key.

use super::cursor::{Cursor, Unread};
use super::opaque_tables;
use super::step::Step;
use crate::dialect::Dialect;
use crate::schema::TableName;

type Did = Result<(), Unread>;

/// What leaves the schema as it is, and what moves the table.
pub(super) fn read(action: &mut Cursor<'_, '_>, table: &TableName, steps: &mut Vec<Step>) -> Did {
    match action.dialect {
        Dialect::Postgres => of_postgres(action, table, steps),
        Dialect::Mysql | Dialect::Mariadb => of_mysql(action),
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
    // ALTER CONSTRAINT x DEFERRABLE …, INHERIT, NO INHERIT, OF
    Err("is not understood".to_owned())
}

/// Table options and how the work is done (<https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>).
fn of_mysql(action: &mut Cursor<'_, '_>) -> Did {
    const OF_NO_MATTER: [&str; 16] = [
        "algorithm",
        "lock",
        "auto_increment",
        "comment",
        "row_format",
        "key_block_size",
        "force",
        "order",
        "enable",
        "disable",
        "stats_auto_recalc",
        "stats_persistent",
        "stats_sample_pages",
        "avg_row_length",
        "max_rows",
        "min_rows",
    ];
    let is_default = action.take("default");
    // The character set of the table is that of columns to come; none of them tells it.
    let charset = action.is_any(&["charset", "collate"]) || action.take_all("character set");
    if is_default && !charset {
        return Err(action.expected("a character set"));
    }
    let same_engine = action.is("engine") && action.rest().last().is_some_and(|last| last.is_word("innodb"));
    let visibility = action.is("alter") && action.peek_at(1).is_some_and(|it| it.is_word("index"));
    // How it is partitioned changes nothing that a schema tells.
    let partitions = action.take_all("partition by") || action.take_all("remove partitioning");
    if charset || same_engine || visibility || partitions || action.is_any(&OF_NO_MATTER) {
        action.take_rest();
        return Ok(());
    }
    Err("is not understood".to_owned())
}
