//! `CREATE INDEX`, and the keys of an index or a constraint.

use super::column::collation;
use super::constraint::{index_parameters, using};
use super::cursor::{Cursor, Unread};
use super::step::{ConstraintKind, Key, Step, There};
use crate::dialect::Dialect;
use crate::dialect::token::TokenKind;
use crate::schema::{
    Deferrable, Index, IndexPart, MadeAs, Name, NullsOrder, PartOptions, Provenance, Spelling, TableName,
    UniqueConstraint,
};

/// Behind `CREATE`.
pub(super) fn create(cursor: &mut Cursor<'_, '_>) -> Result<(TableName, Step), Unread> {
    let unique = cursor.take("unique");
    let mut method: Option<Name> = None;
    if cursor.is_mysql() && cursor.is_any(&["fulltext", "spatial"]) {
        method = Some(cursor.name()?);
    }
    cursor.expect("index")?;
    cursor.take("concurrently");
    let unless_there = cursor.take_all("if not exists");
    let mut name = None;
    if !cursor.is("on") {
        let qualified = cursor.table()?;
        name = Some(qualified.name);
    }
    if cursor.is_mysql() {
        method = method.or(method_of_mysql(cursor)?);
    }
    cursor.expect("on")?;
    cursor.take("only");
    let table = cursor.table()?;
    let rest = keys(cursor, method)?;
    Ok((table.clone(), Step::AddKey { table, key: rest.into_key(unique, name)?, unless_there }))
}

/// `DROP INDEX x ON t` of MySQL.
pub(super) fn drop_index_of(table: TableName, name: Name, if_there: bool) -> Step {
    let kind = ConstraintKind::Index;
    let what = There::Key(name.clone(), kind);
    let step = Step::DropConstraint { table: table.clone(), name, kind, cascade: false };
    if if_there { Step::IfThere { table, what, step: Box::new(step) } } else { step }
}

/// MySQL's `INDEX x (…)` inside of `CREATE TABLE` and `ALTER TABLE … ADD`.
pub(super) fn inline(cursor: &mut Cursor<'_, '_>) -> Result<Index, Unread> {
    let method = if cursor.is_any(&["fulltext", "spatial"]) { Some(cursor.name()?) } else { None };
    cursor.take_any(&["index", "key"]);
    cursor.take_all("if not exists");
    let mut name = None;
    if !cursor.is_symbol("(") && !cursor.is("using") {
        name = Some(cursor.name()?);
    }
    let method = method.or(method_of_mysql(cursor)?);
    match keys(cursor, method)?.into_key(false, name)? {
        Key::Index(index) => Ok(index),
        Key::Primary(_) | Key::Unique(_) | Key::Foreign(_) | Key::Check(_) | Key::Exclusion(_) => {
            Err("is no index".to_owned())
        }
    }
}

/// What follows the table's name.
struct Keys {
    method: Option<Name>,
    parts: Vec<IndexPart>,
    include: Vec<Name>,
    nulls_not_distinct: bool,
    condition: Option<Spelling>,
    is_tuned: bool,
}

impl Keys {
    fn into_key(self, unique: bool, name: Option<Name>) -> Result<Key, Unread> {
        let Self { method, parts, include, nulls_not_distinct, condition, is_tuned } = self;
        let provenance = Provenance::default();
        if !unique {
            return Ok(Key::Index(Index { name, parts, include, condition, method, provenance }));
        }
        if method.is_some_and(|method| !["btree", "hash"].iter().any(|it| method.eq_ignore_ascii_case(it))) {
            return Err("a unique index of this method is not understood".to_owned());
        }
        let deferrable = Deferrable::No;
        Ok(Key::Unique(UniqueConstraint {
            name,
            parts,
            include,
            condition,
            nulls_not_distinct,
            deferrable,
            made_as: if is_tuned { MadeAs::TunedIndex } else { MadeAs::Index },
            provenance,
        }))
    }
}

fn keys(cursor: &mut Cursor<'_, '_>, mut method: Option<Name>) -> Result<Keys, Unread> {
    if cursor.dialect == Dialect::Postgres && cursor.take("using") {
        method = Some(cursor.name()?);
    }
    let parts = parts(cursor)?;
    if parts.is_empty() {
        return Err("it has no keys".to_owned());
    }
    let include = include(cursor)?;
    let nulls_not_distinct = nulls_not_distinct(cursor);
    let is_tuned = cursor.dialect == Dialect::Postgres && cursor.is("with");
    index_parameters(cursor)?;
    if cursor.dialect == Dialect::Postgres && cursor.take("tablespace") {
        cursor.name()?;
    }
    if cursor.is_mysql() {
        method = method.or(options_of_mysql(cursor)?);
    }
    let mut condition = None;
    if !cursor.is_mysql() && cursor.take("where") {
        condition = Some(cursor.take_rest().spelling());
    }
    cursor.done()?;
    Ok(Keys { method, parts, include, nulls_not_distinct, condition, is_tuned })
}

/// What may stand behind the keys of a constraint; returns the included columns.
pub(super) fn behind_parts(cursor: &mut Cursor<'_, '_>) -> Result<Vec<Name>, Unread> {
    let include = include(cursor)?;
    index_parameters(cursor)?;
    if cursor.is_mysql() {
        options_of_mysql(cursor)?;
    }
    Ok(include)
}

fn include(cursor: &mut Cursor<'_, '_>) -> Result<Vec<Name>, Unread> {
    if cursor.dialect == Dialect::Postgres && cursor.take("include") {
        cursor.names()
    } else {
        Ok(Vec::new())
    }
}

pub(super) fn nulls_not_distinct(cursor: &mut Cursor<'_, '_>) -> bool {
    if cursor.dialect != Dialect::Postgres || cursor.take_all("nulls distinct") {
        return false;
    }
    cursor.take_all("nulls not distinct")
}

/// InnoDB makes a B-tree of what is said to be a hash
/// (<https://dev.mysql.com/doc/refman/8.4/en/create-index.html>, Storage Engine Index Characteristics).
fn method_of_mysql(cursor: &mut Cursor<'_, '_>) -> Result<Option<Name>, Unread> {
    using(cursor)?;
    Ok(None)
}

fn options_of_mysql(cursor: &mut Cursor<'_, '_>) -> Result<Option<Name>, Unread> {
    loop {
        if cursor.take_any(&[
            "comment",
            "key_block_size",
            "algorithm",
            "lock",
            "engine_attribute",
            "clustering",
        ]) {
            cursor.take_symbol("=");
            cursor.next();
        } else if cursor.take_all("with parser") {
            cursor.name()?;
        } else if cursor.is("using") {
            using(cursor)?;
        } else if !cursor.take_any(&["visible", "invisible", "ignored"]) && !cursor.take_all("not ignored") {
            return Ok(None);
        }
    }
}

/// The keys in their brackets.
pub(super) fn parts(cursor: &mut Cursor<'_, '_>) -> Result<Vec<IndexPart>, Unread> {
    cursor.group()?.parts().iter_mut().map(part).collect()
}

pub(super) fn part(cursor: &mut Cursor<'_, '_>) -> Result<IndexPart, Unread> {
    let mut options = PartOptions::default();
    let part = match cursor.dialect {
        Dialect::Postgres => postgres_key(cursor)?,
        Dialect::Mysql | Dialect::Mariadb => mysql_key(cursor, &mut options)?,
        Dialect::Sqlite => sqlite_key(cursor)?,
    };
    if cursor.take("collate") {
        options.collation = Some(collation(cursor)?);
    }
    if cursor.dialect == Dialect::Postgres && !cursor.is_done() && !cursor.is_any(&["asc", "desc", "nulls"]) {
        let mut name = cursor.name()?;
        if cursor.take_symbol(".") {
            name = cursor.name()?;
        }
        if cursor.is_symbol("(") {
            cursor.skip_group()?;
        }
        options.operator_class = Some(name);
    }
    if !cursor.take("asc") {
        options.descending = cursor.take("desc");
    }
    if cursor.take_all("nulls first") {
        options.nulls = Some(NullsOrder::First);
    } else if cursor.take_all("nulls last") {
        options.nulls = Some(NullsOrder::Last);
    }
    cursor.done()?;
    Ok(part.with_options(options))
}

/// A column, a call, or an expression in brackets.
fn postgres_key(cursor: &mut Cursor<'_, '_>) -> Result<IndexPart, Unread> {
    if cursor.is_symbol("(") {
        return Ok(IndexPart::expression(cursor.group()?.spelling()));
    }
    let calls = cursor.peek_at(1).is_some_and(|next| next.is_symbol("(") || next.is_symbol("."));
    if !calls {
        return Ok(IndexPart::column(cursor.name()?));
    }
    let call = cursor.clone();
    cursor.table()?;
    cursor.group()?;
    let length = call.rest().len() - cursor.rest().len();
    Ok(IndexPart::expression(call.clone().take_exactly(length)?.spelling()))
}

fn mysql_key(cursor: &mut Cursor<'_, '_>, options: &mut PartOptions) -> Result<IndexPart, Unread> {
    if cursor.is_symbol("(") {
        return Ok(IndexPart::expression(cursor.group()?.spelling()));
    }
    let name = cursor.name()?;
    if cursor.is_symbol("(") {
        let inside = cursor.group()?;
        let length = inside.text().trim().parse().map_err(|_| "the length of a key is not understood")?;
        options.prefix_length = Some(length);
    }
    Ok(IndexPart::column(name))
}

/// A column alone, else an expression; `COLLATE`, `ASC` and `DESC` may follow.
fn sqlite_key(cursor: &mut Cursor<'_, '_>) -> Result<IndexPart, Unread> {
    let key =
        cursor.take_while(|token| !["collate", "asc", "desc"].iter().any(|word| token.is_word(word)))?;
    let column = match key.rest() {
        [only] if matches!(only.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::Text) => {
            key.name_of(only)
        }
        _ => None,
    };
    Ok(column.map_or_else(|| IndexPart::expression(key.spelling()), IndexPart::column))
}
