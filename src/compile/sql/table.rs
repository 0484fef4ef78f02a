//! `CREATE TABLE`.

use super::column::{self, Defined};
use super::constraint;
use super::cursor::{Cursor, Unread};
use super::step::{Copied, Key, Like, Step};
use super::{Touched, copy, opaque_column, opaque_tables};
use crate::dialect::Dialect;
use crate::schema::{Name, Table, TableKind, TableName};

/// Behind `CREATE`. A temporary table is none of the schema's.
pub(super) fn create(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Vec<Step>, Unread> {
    cursor.take_any(&["global", "local"]);
    let mut temporary = cursor.take_any(&["temporary", "temp"]);
    cursor.take("unlogged");
    cursor.expect("table")?;
    let unless_there = cursor.take_all("if not exists");
    let name = cursor.table()?;
    temporary |= name.schema.as_ref().is_some_and(|schema| match cursor.dialect {
        Dialect::Postgres => &**schema == "pg_temp",
        Dialect::Mysql | Dialect::Mariadb => false,
        Dialect::Sqlite => schema.eq_ignore_ascii_case("temp"),
    });
    if temporary {
        cursor.take_rest();
        return Ok(Vec::new());
    }
    touched.insert(name.clone());
    if cursor.is_mysql() && name.schema.is_some() {
        // The audited database bears no name in a manifest, and may be this one.
        touched.insert(TableName::unqualified(name.name));
        return Err("whether the database it names is the audited one is not known".to_owned());
    }
    if cursor.dialect == Dialect::Postgres && cursor.take_all("partition of") {
        // Partitions are not tables of the schema: the parent stands for them.
        cursor.take_rest();
        return Ok(Vec::new());
    }
    if let Some(steps) = copy::as_query(cursor, &name, unless_there)? {
        return Ok(steps);
    }
    let mut draft = Draft::new(name.clone());
    if cursor.is_mysql() && cursor.is("like") {
        draft.like.push(copy::like(cursor, 0)?);
        return Ok(draft.steps(unless_there));
    }
    if !cursor.is_symbol("(")
        || cursor.peek_at(1).is_some_and(|it| it.is_word("select") || it.is_word("with"))
    {
        return Err("its columns come from elsewhere".to_owned());
    }
    for mut part in cursor.group()?.parts() {
        draft.element(&mut part)?;
    }
    match cursor.dialect {
        Dialect::Postgres => draft.end_of_postgres(cursor)?,
        Dialect::Mysql | Dialect::Mariadb => draft.end_of_mysql(cursor)?,
        Dialect::Sqlite => draft.end_of_sqlite(cursor)?,
    }
    cursor.done()?;
    Ok(draft.steps(unless_there))
}

struct Draft {
    table: Table,
    like: Vec<Like>,
    inherits: Vec<TableName>,
    /// Each with its column; without one it is of the whole table.
    doubts: Vec<(Option<Name>, &'static str)>,
}

impl Draft {
    fn new(name: TableName) -> Self {
        Self { table: Table::new(name), like: Vec::new(), inherits: Vec::new(), doubts: Vec::new() }
    }

    fn steps(self, unless_there: bool) -> Vec<Step> {
        let Self { table, like, inherits, doubts } = self;
        let name = table.name.clone();
        let made = if like.is_empty() && inherits.is_empty() {
            Step::CreateTable { table: Box::new(table), unless_there }
        } else {
            Step::CopyTable(Box::new(Copied { table, unless_there, like, inherits, query: None }))
        };
        let doubts = doubts.into_iter().map(|(column, doubt)| match column {
            Some(column) => opaque_column(doubt, &name, &column),
            None => opaque_tables(doubt, [name.clone()]),
        });
        std::iter::once(made).chain(doubts).collect()
    }

    fn element(&mut self, part: &mut Cursor<'_, '_>) -> Result<(), Unread> {
        if part.is("like") && copy::has_like(part.dialect) {
            self.like.push(copy::like(part, self.table.columns.len())?);
            return Ok(());
        }
        if part.is("period") && part.peek_at(1).is_some_and(|next| next.is_word("for")) {
            return Err("its periods are not understood".to_owned());
        }
        if constraint::is_table_constraint(part) {
            return self.constraints(part);
        }
        let Defined { column, keys, doubts } = column::column(part)?;
        self.doubts.extend(doubts.into_iter().map(|it| (Some(column.name.clone()), it)));
        self.table.columns.push(column);
        keys.into_iter().for_each(|key| self.add(key));
        Ok(())
    }

    fn constraints(&mut self, part: &mut Cursor<'_, '_>) -> Result<(), Unread> {
        let key = constraint::table_constraint(part)?;
        self.add(key);
        part.done()
    }

    fn add(&mut self, key: Key) {
        match key {
            Key::Primary(key) => self.table.primary_key = Some(key),
            Key::Unique(key) => self.table.uniques.push(key),
            Key::Foreign(key) => self.table.foreign_keys.push(key),
            Key::Check(key) => self.table.checks.push(key),
            Key::Index(key) => self.table.indexes.push(key),
            Key::Exclusion(key) => self.table.exclusions.push(key),
        }
    }

    fn end_of_postgres(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
        while !cursor.is_done() {
            if cursor.take("inherits") {
                for mut parent in cursor.group()?.parts() {
                    self.inherits.push(parent.table()?);
                    parent.done()?;
                }
            } else if cursor.take_all("partition by") {
                cursor.name()?;
                cursor.skip_group()?;
                self.table.kind = TableKind::Partitioned;
            } else if cursor.take("with") {
                cursor.skip_group()?;
            } else if cursor.take_all("without oids") {
            } else if cursor.take_any(&["using", "tablespace"]) {
                cursor.name()?;
            } else {
                return if cursor.is("as") {
                    Err("its columns come from a query".to_owned())
                } else {
                    cursor.done()
                };
            }
        }
        Ok(())
    }

    /// <https://dev.mysql.com/doc/refman/8.4/en/create-table.html>: `option [=] value`, with commas or without,
    /// and how it is partitioned, which changes nothing that a schema tells.
    fn end_of_mysql(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
        while !cursor.is_done() {
            if cursor.take_symbol(",") || cursor.take("default") {
                continue;
            }
            if cursor.is_any(&["as", "select", "ignore", "replace", "with"]) || cursor.is_symbol("(") {
                return Err("what comes from a query or a system versioning is not understood".to_owned());
            }
            if cursor.take_all("partition by") {
                cursor.take_rest();
                return Ok(());
            }
            let is_engine = cursor.is("engine");
            if !cursor.take_all("character set")
                && !cursor.take_all("data directory")
                && !cursor.take_all("index directory")
            {
                cursor.name()?;
            }
            cursor.take_symbol("=");
            if is_engine && !cursor.is_any(&["innodb"]) {
                let doubt = "what another engine than InnoDB keeps of foreign keys and indexes is not known";
                self.doubts.push((None, doubt));
            }
            if cursor.is_symbol("(") { cursor.skip_group()? } else { cursor.take_exactly(1).map(drop)? }
        }
        Ok(())
    }

    fn end_of_sqlite(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
        while !cursor.is_done() {
            if !cursor.take_all("without rowid") && !cursor.take("strict") && !cursor.take_symbol(",") {
                return if cursor.is("as") {
                    Err("its columns come from a query".to_owned())
                } else {
                    cursor.done()
                };
            }
        }
        Ok(())
    }
}
