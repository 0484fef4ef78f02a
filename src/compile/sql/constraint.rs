//! Keys and checks, in a column's definition and beside it.

use super::cursor::{Cursor, Unread};
use super::index;
use super::step::Key;
use crate::dialect::Dialect;
use crate::dialect::token::{TokenKind, without_outer_brackets};
use crate::schema::{
    Action, Check, Deferrable, Exclusion, ForeignKey, Name, PrimaryKey, Provenance, UniqueConstraint,
};

/// `DEFERRABLE`, `INITIALLY …`, `NOT VALID`, `[NOT] ENFORCED`, `NO INHERIT` behind a constraint.
///
/// A constraint that is not enforced is not promised: that is an error here, and the caller tells it.
pub(super) fn attributes(cursor: &mut Cursor<'_, '_>, key: Option<&mut Key>) -> Result<bool, Unread> {
    let deferrable = if cursor.take_all("not deferrable") {
        cursor.take_all("initially immediate");
        None
    } else if cursor.take_all("deferrable initially deferred")
        || cursor.take_all("initially deferred deferrable")
        || cursor.take_all("initially deferred")
    {
        Some(Deferrable::InitiallyDeferred)
    } else if cursor.take("deferrable") {
        cursor.take_all("initially immediate");
        Some(Deferrable::InitiallyImmediate)
    } else if cursor.take_all("initially immediate") {
        if !cursor.take("deferrable") {
            return Ok(true);
        }
        Some(Deferrable::InitiallyImmediate)
    } else {
        let taken = cursor.take("enforced")
            || cursor.dialect == Dialect::Postgres
                && (cursor.take_all("not valid") || cursor.take_all("no inherit"));
        return Ok(taken);
    };
    if let Some(deferrable) = deferrable {
        match key {
            Some(Key::Unique(unique)) => unique.deferrable = deferrable,
            Some(Key::Foreign(foreign_key)) => foreign_key.deferrable = deferrable,
            Some(Key::Exclusion(exclusion)) => exclusion.deferrable = deferrable,
            // What a primary key's is, is not compared.
            Some(Key::Primary(_)) => {}
            Some(Key::Check(_) | Key::Index(_)) | None => {
                return Err("what is DEFERRABLE in it is not understood".to_owned());
            }
        }
    }
    Ok(true)
}

pub(super) fn check(cursor: &mut Cursor<'_, '_>, name: Option<Name>) -> Result<Check, Unread> {
    cursor.expect("check")?;
    let inside = cursor.group()?;
    on_conflict(cursor)?;
    Ok(Check {
        name,
        columns: names_in(&inside),
        expression: inside.spelling(),
        provenance: Provenance::default(),
    })
}

/// Every name in an expression that may be a column's; whoever knows the table keeps those that are.
///
/// For MySQL and SQLite exactly as their catalogs are read, which name the columns by the same rule.
pub(super) fn names_in(expression: &Cursor<'_, '_>) -> Vec<Name> {
    let tokens = without_outer_brackets(expression.rest());
    let mut names: Vec<Name> = Vec::new();
    for (position, token) in tokens.iter().enumerate() {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
        let before = position.checked_sub(1).and_then(|it| tokens.get(it));
        let next = tokens.get(position + 1);
        let is_other = expression.dialect == Dialect::Postgres
            && (next.is_some_and(|it| it.is_symbol("(") || it.is_symbol(".") || it.kind == TokenKind::Text)
                || before.is_some_and(|it| it.is_symbol("::") || it.is_word("as"))
                || token.kind == TokenKind::Word
                    && (token.is_word("user") || next.is_some_and(|it| it.is_word("from"))));
        if let Some(name) = expression.name_of(token)
            && is_name
            && !is_other
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

pub(super) fn references(
    cursor: &mut Cursor<'_, '_>,
    name: Option<Name>,
    columns: Vec<Name>,
) -> Result<ForeignKey, Unread> {
    cursor.expect("references")?;
    let references = cursor.table()?;
    let referenced_columns = if cursor.is_symbol("(") { cursor.names()? } else { Vec::new() };
    let mut key = ForeignKey {
        name,
        columns,
        references,
        referenced_columns,
        on_delete: Action::NoAction,
        on_update: Action::NoAction,
        deferrable: Deferrable::No,
        provenance: Provenance::default(),
    };
    loop {
        if cursor.take_all("on delete") {
            key.on_delete = action(cursor)?;
        } else if cursor.take_all("on update") {
            key.on_update = action(cursor)?;
        } else if cursor.take("match") {
            cursor.name()?;
        } else {
            return Ok(key);
        }
    }
}

fn action(cursor: &mut Cursor<'_, '_>) -> Result<Action, Unread> {
    let action = if cursor.take_all("no action") {
        Action::NoAction
    } else if cursor.take("restrict") {
        Action::Restrict
    } else if cursor.take("cascade") {
        Action::Cascade
    } else if cursor.take_all("set null") {
        Action::SetNull
    } else if cursor.take_all("set default") {
        Action::SetDefault
    } else {
        return Err(cursor.expected("an action"));
    };
    if cursor.is_symbol("(") {
        // PostgreSQL 15 and later: only some of the columns are set.
        cursor.skip_group()?;
    }
    Ok(action)
}

/// A constraint that stands beside the columns: its words up to the end.
pub(super) fn table_constraint(cursor: &mut Cursor<'_, '_>) -> Result<Key, Unread> {
    let mut name = None;
    if cursor.take("constraint") && !cursor.is_any(&["check", "primary", "unique", "foreign", "exclude"]) {
        cursor.take_all("if not exists");
        name = Some(cursor.name()?);
    }
    let mut key = if cursor.take_all("primary key") {
        using(cursor)?;
        if cursor.is_mysql() && !cursor.is_symbol("(") {
            cursor.name()?;
            using(cursor)?;
        }
        let parts = index::parts(cursor)?;
        let columns = parts.iter().map(|part| part.as_column().cloned()).collect::<Option<_>>();
        let columns = columns.ok_or("an expression in its primary key is not understood")?;
        index::behind_parts(cursor)?;
        on_conflict(cursor)?;
        Key::Primary(PrimaryKey { name, columns, provenance: Provenance::default() })
    } else if cursor.take("unique") {
        if cursor.is_mysql() {
            cursor.take_any(&["key", "index"]);
        }
        let nulls_not_distinct = index::nulls_not_distinct(cursor);
        if cursor.is_mysql() {
            using(cursor)?;
            if !cursor.is_symbol("(") {
                name = Some(cursor.name()?);
            }
            using(cursor)?;
        }
        let mut unique = UniqueConstraint { name, ..UniqueConstraint::on_columns::<Name>([]) };
        unique.parts = index::parts(cursor)?;
        unique.nulls_not_distinct = nulls_not_distinct;
        unique.include = index::behind_parts(cursor)?;
        on_conflict(cursor)?;
        Key::Unique(unique)
    } else if cursor.is("check") {
        Key::Check(check(cursor, name)?)
    } else if cursor.take_all("foreign key") {
        if cursor.is_mysql() {
            cursor.take_all("if not exists");
            if !cursor.is_symbol("(") {
                let index = cursor.name()?;
                // MySQL 8 takes the constraint's name for the index, MariaDB the index's for the constraint.
                name = name.or(Some(index));
            }
        }
        let columns = cursor.names()?;
        Key::Foreign(references(cursor, name, columns)?)
    } else if is_exclusion(cursor) {
        Key::Exclusion(exclusion(cursor, name)?)
    } else if cursor.is_mysql() && cursor.is_any(&["index", "key", "fulltext", "spatial"]) {
        Key::Index(index::inline(cursor)?)
    } else {
        cursor.done()?;
        return Err(cursor.expected("a constraint"));
    };
    while !cursor.is_done() {
        if !attributes(cursor, Some(&mut key))? {
            cursor.done()?;
        }
    }
    Ok(key)
}

/// <https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE>
fn exclusion(cursor: &mut Cursor<'_, '_>, name: Option<Name>) -> Result<Exclusion, Unread> {
    cursor.expect("exclude")?;
    let method = if cursor.take("using") { Some(cursor.name()?) } else { None };
    let (mut parts, mut operators) = (Vec::new(), Vec::new());
    for mut element in cursor.group()?.parts() {
        let mut key = element.take_while(|token| !token.is_word("with"))?;
        parts.push(index::part(&mut key)?);
        element.expect("with")?;
        operators.push(operator(&mut element)?);
    }
    let include = index::behind_parts(cursor)?;
    let condition = if cursor.take("where") { Some(cursor.group()?.spelling()) } else { None };
    Ok(Exclusion {
        name,
        parts,
        operators,
        include,
        condition,
        method,
        deferrable: Deferrable::No,
        provenance: Provenance::default(),
    })
}

/// `&&`, or `OPERATOR(pg_catalog.&&)`.
fn operator(cursor: &mut Cursor<'_, '_>) -> Result<Name, Unread> {
    let mut written = if cursor.take("operator") { cursor.group()? } else { cursor.take_rest() };
    cursor.done()?;
    while written.peek_at(1).is_some_and(|next| next.is_symbol(".")) {
        written.name()?;
        written.take_symbol(".");
    }
    match written.text() {
        "" => Err(written.expected("an operator")),
        text => Ok(text.into()),
    }
}

/// Whether a table's constraint stands here, and no column, of whose names none of these words is one.
pub(super) fn is_table_constraint(cursor: &Cursor<'_, '_>) -> bool {
    cursor.is_any(&["constraint", "primary", "unique", "check", "foreign"])
        || is_exclusion(cursor)
        || cursor.is_mysql() && cursor.is_any(&["index", "key", "fulltext", "spatial"])
}

/// `exclude` may be a column's name too.
fn is_exclusion(cursor: &Cursor<'_, '_>) -> bool {
    let follows = cursor.peek_at(1).is_some_and(|next| next.is_word("using") || next.is_symbol("("));
    cursor.dialect == Dialect::Postgres && cursor.is("exclude") && follows
}

/// `USING BTREE` of MySQL, which says nothing that InnoDB does not do anyway.
pub(super) fn using(cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
    if cursor.is_mysql() && cursor.take("using") {
        cursor.name()?;
    }
    Ok(())
}

/// What SQLite does when a row breaks the constraint.
pub(super) fn on_conflict(cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
    if cursor.dialect == Dialect::Sqlite && cursor.take_all("on conflict") {
        cursor.name()?;
    }
    Ok(())
}

/// `WITH (fillfactor = 70) USING INDEX TABLESPACE x` of PostgreSQL's keys.
pub(super) fn index_parameters(cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
    if cursor.dialect == Dialect::Postgres {
        if cursor.take("with") {
            cursor.skip_group()?;
        }
        if cursor.take_all("using index tablespace") {
            cursor.name()?;
        }
    }
    Ok(())
}
