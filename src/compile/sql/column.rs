//! A column as `CREATE TABLE` and `ALTER TABLE` define it.

use super::constraint::{attributes, check, index_parameters, on_conflict, references};
use super::cursor::{Cursor, Unread};
use super::index;
use super::names::OF_COLUMN;
use super::step::Key;
use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind};
use crate::schema::{
    Column, ForeignKey, Generated, Name, PrimaryKey, Provenance, Spelling, UniqueConstraint,
};

/// A column and the keys that stand beside it.
pub(super) struct Defined {
    pub column: Column,
    pub keys: Vec<Key>,
    /// What of it depends on the server, one sentence each.
    pub doubts: Vec<&'static str>,
}

/// Words that end a type or a default.
const PROPERTIES: [&str; 13] = [
    "constraint",
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "check",
    "references",
    "collate",
    "generated",
    "deferrable",
    "initially",
    "as",
];
const OF_POSTGRES: [&str; 3] = ["storage", "compression", "using"];
const OF_MYSQL: [&str; 15] = [
    "auto_increment",
    "comment",
    "on",
    "key",
    "first",
    "after",
    "visible",
    "invisible",
    "virtual",
    "stored",
    "persistent",
    "column_format",
    "storage",
    "srid",
    "serial",
];

fn is_property(dialect: Dialect, word: &Token<'_>) -> bool {
    let own: &[&str] = match dialect {
        Dialect::Postgres => &OF_POSTGRES,
        Dialect::Mysql | Dialect::Mariadb => &OF_MYSQL,
        Dialect::Sqlite => &[],
    };
    PROPERTIES.iter().chain(own).any(|property| word.is_word(property))
}

pub(super) fn column(cursor: &mut Cursor<'_, '_>) -> Result<Defined, Unread> {
    let name = cursor.name()?;
    let mut column = Column::new(name, data_type(cursor)?);
    column.nullable = true;
    let mut reader =
        Reader { defined: Defined { column, keys: Vec::new(), doubts: Vec::new() }, says_null: false };
    while !(cursor.is_done() || cursor.is_mysql() && cursor.is_any(&["first", "after"])) {
        reader.property(cursor)?;
    }
    if cursor.take("after") {
        cursor.name()?;
    } else {
        cursor.take("first");
    }
    cursor.done()?;
    Ok(reader.finish(cursor.dialect))
}

/// The words of a type, up to what can follow one. SQLite does without.
pub(super) fn data_type(cursor: &mut Cursor<'_, '_>) -> Result<Spelling, Unread> {
    let dialect = cursor.dialect;
    let ends = |token: &Token<'_>| is_property(dialect, token);
    match cursor.peek() {
        None if dialect == Dialect::Sqlite => return Ok(Spelling::uncertain("")),
        Some(token) if dialect == Dialect::Sqlite && ends(token) => return Ok(Spelling::uncertain("")),
        None => return Err(cursor.expected("a type")),
        Some(token) if ends(token) && !token.is_word("serial") => return Err(cursor.expected("a type")),
        Some(_) => {}
    }
    let words = cursor.take_while(|token| !ends(token))?;
    let is_of_type = |symbol: &str| {
        matches!(symbol, "(" | ")" | "," | ".")
            || (dialect == Dialect::Postgres && matches!(symbol, "[" | "]"))
            || (dialect == Dialect::Sqlite && matches!(symbol, "+" | "-"))
    };
    let stranger =
        words.rest().iter().find(|token| token.kind == TokenKind::Symbol && !is_of_type(token.text));
    match stranger {
        Some(token) => Err(format!("`{}` in a type is not understood", token.text)),
        None => Ok(words.spelling()),
    }
}

struct Reader {
    defined: Defined,
    /// NULL or NOT NULL is written.
    says_null: bool,
}

impl Reader {
    fn property(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
        let own_name = self.defined.column.name.clone();
        let own = || vec![own_name.clone()];
        let mut name = None;
        if cursor.take("constraint")
            && !cursor.is_any(&["check", "primary", "unique", "not", "null", "references"])
        {
            name = Some(cursor.name()?);
        }
        if cursor.take_all("not null") {
            self.defined.column.nullable = false;
            self.says_null = true;
            on_conflict(cursor)?;
            cursor.take_all("no inherit");
        } else if cursor.take("null") {
            self.says_null = true;
            on_conflict(cursor)?;
        } else if cursor.take("default") {
            self.default(cursor)?;
        } else if cursor.take_all("primary key") || (cursor.is_mysql() && cursor.take("key")) {
            let key = PrimaryKey { name, columns: own(), provenance: Provenance::default() };
            if !cursor.take("asc") && cursor.take("desc") && cursor.dialect == Dialect::Sqlite {
                // Such a key does not number its rows: https://www.sqlite.org/lang_createtable.html#rowid
                self.defined.doubts.push("an INTEGER PRIMARY KEY DESC is not told apart");
            }
            on_conflict(cursor)?;
            cursor.take("autoincrement");
            index_parameters(cursor)?;
            self.defined.keys.push(Key::Primary(key));
        } else if cursor.take("unique") {
            cursor.take("key");
            let mut unique = UniqueConstraint { name, ..UniqueConstraint::on_columns(own()) };
            unique.nulls_not_distinct = index::nulls_not_distinct(cursor);
            on_conflict(cursor)?;
            index_parameters(cursor)?;
            self.defined.keys.push(Key::Unique(unique));
        } else if cursor.is("check") {
            let name = if cursor.dialect == Dialect::Mariadb { Some(OF_COLUMN.into()) } else { name };
            let check = check(cursor, name)?;
            self.defined.keys.push(Key::Check(check));
        } else if cursor.is("references") {
            let key = references(cursor, name, own())?;
            self.reference(cursor.dialect, key);
        } else if cursor.take("collate") {
            let name = collation(cursor)?;
            self.defined.column.collation = Some(name);
        } else if cursor.is("generated") || cursor.is("as") {
            self.generated(cursor)?;
        } else if attributes(cursor, self.defined.keys.last_mut())? || words_of_no_matter(cursor)? {
        } else if cursor.is_mysql() && cursor.take("auto_increment") {
            self.defined.column.auto_increment = true;
        } else if cursor.is_mysql() && cursor.take_all("serial default value") {
            self.defined.column.auto_increment = true;
            self.defined.column.nullable = false;
            self.defined.keys.push(Key::Unique(UniqueConstraint::on_columns(own())));
        } else if name.is_none() || cursor.dialect != Dialect::Sqlite {
            cursor.done()?;
            return Err(cursor.expected("a constraint"));
        }
        Ok(())
    }

    fn default(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
        let dialect = cursor.dialect;
        let value = if dialect == Dialect::Sqlite {
            sqlite_value(cursor)?
        } else {
            cursor.take_while(|token| !is_property(dialect, token))?
        };
        self.defined.column.default = Some(value.spelling());
        Ok(())
    }

    fn generated(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(), Unread> {
        if cursor.take("generated") && !cursor.take("always") {
            cursor.expect("by default")?;
            cursor.take_all("on null");
        }
        cursor.expect("as")?;
        let column = &mut self.defined.column;
        if cursor.take("identity") {
            if cursor.is_symbol("(") {
                cursor.skip_group()?;
            }
            column.auto_increment = true;
            column.nullable = false;
            return Ok(());
        }
        let expression = cursor.group()?.spelling();
        let stored = cursor.take("stored") || cursor.take("persistent");
        if !stored {
            cursor.take("virtual");
        }
        column.generated = Some(Generated { expression, stored });
        Ok(())
    }

    fn reference(&mut self, dialect: Dialect, key: ForeignKey) {
        match dialect {
            // https://dev.mysql.com/doc/refman/9.0/en/ansi-diff-foreign-keys.html
            Dialect::Mysql => {
                self.defined.doubts.push("MySQL before 9.0 ignores a REFERENCES beside a column")
            }
            Dialect::Postgres | Dialect::Mariadb | Dialect::Sqlite => {
                self.defined.keys.push(Key::Foreign(key))
            }
        }
    }

    fn finish(mut self, dialect: Dialect) -> Defined {
        let Defined { column, keys, doubts } = &mut self.defined;
        let text = column.data_type.text().unwrap_or_default().to_ascii_lowercase();
        let is_mysql = match dialect {
            Dialect::Mysql | Dialect::Mariadb => true,
            Dialect::Postgres | Dialect::Sqlite => false,
        };
        if is_mysql && text == "serial" {
            keys.push(Key::Unique(UniqueConstraint::on_columns([column.name.clone()])));
        }
        let is_clear = self.says_null && (column.nullable || column.default.is_some());
        if is_mysql && text.starts_with("timestamp") && !is_clear {
            // https://mariadb.com/kb/en/timestamp/
            doubts.push(
                "what a timestamp is without NULL or a default, explicit_defaults_for_timestamp decides",
            );
        }
        if keys.iter().any(|key| matches!(key, Key::Primary(_))) {
            column.nullable = false;
        }
        self.defined
    }
}

/// A literal, a signed number, a word, or an expression in brackets
/// (<https://www.sqlite.org/syntax/column-constraint.html>).
fn sqlite_value<'t, 'a>(cursor: &mut Cursor<'t, 'a>) -> Result<Cursor<'t, 'a>, Unread> {
    if cursor.is_symbol("(") {
        return cursor.group();
    }
    let signed = cursor.is_symbol("-") || cursor.is_symbol("+");
    cursor.take_exactly(1 + usize::from(signed))
}

/// Properties of a column that no schema of ours holds.
fn words_of_no_matter(cursor: &mut Cursor<'_, '_>) -> Result<bool, Unread> {
    let dialect = cursor.dialect;
    if dialect == Dialect::Postgres {
        if cursor.take_any(&["storage", "compression"]) {
            cursor.name()?;
            return Ok(true);
        }
        return Ok(false);
    }
    if !cursor.is_mysql() {
        return Ok(false);
    }
    if cursor.take_any(&["comment", "column_format", "storage", "srid"]) {
        cursor.next();
        return Ok(true);
    }
    if cursor.take_all("on update") {
        cursor.name()?;
        if cursor.is_symbol("(") {
            cursor.skip_group()?;
        }
        return Ok(true);
    }
    Ok(cursor.take_any(&["visible", "invisible"]))
}

pub(super) fn collation(cursor: &mut Cursor<'_, '_>) -> Result<Name, Unread> {
    let mut name = match cursor.peek() {
        Some(token) if token.kind == TokenKind::Text => {
            cursor.next();
            return Ok(token.identifier().into());
        }
        _ => cursor.name()?,
    };
    if cursor.take_symbol(".") {
        name = cursor.name()?;
    }
    Ok(name)
}
