//! In which schema a bare name is looked for, as the statements before have set it.

use super::cursor::{Cursor, Unread};
use super::{Effect, MayTouch, Opaque};
use crate::dialect::Dialect;
use crate::dialect::token::TokenKind;
use crate::schema::Name;

/// <https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH>
#[derive(Clone, Debug)]
pub(super) enum Path {
    /// The audited one, or none at all, where only qualified names are found.
    Usual,
    Schema(Name),
}

impl Path {
    pub fn schema(&self) -> Option<Name> {
        match self {
            Self::Usual => None,
            Self::Schema(name) => Some(name.clone()),
        }
    }

    /// Follows a statement that sets the path; `None` if it is another one.
    pub fn follow(&mut self, cursor: &Cursor<'_, '_>) -> Option<Result<Effect, Unread>> {
        let mut cursor = cursor.clone();
        match cursor.dialect {
            Dialect::Sqlite => None,
            Dialect::Mysql | Dialect::Mariadb => {
                if !cursor.take("use") {
                    return None;
                }
                let name = cursor.name();
                Some(name.map(|name| {
                    *self = Self::Schema(name);
                    Effect::Nothing
                }))
            }
            Dialect::Postgres => {
                let schemas = schemas(&mut cursor)?;
                Some(Ok(self.set(schemas)))
            }
        }
    }

    /// With several schemas a bare name may mean a table in any of them.
    fn set(&mut self, mut schemas: Vec<Name>) -> Effect {
        schemas.retain(|name| !name.is_empty() && &**name != "pg_catalog" && &**name != "$user");
        *self = match schemas.first() {
            None => Self::Usual,
            Some(first) if &**first == "public" => Self::Usual,
            Some(first) => Self::Schema(first.clone()),
        };
        match schemas.as_slice() {
            [] | [_] => Effect::Nothing,
            [first, ..] if &**first == "public" => Effect::Nothing,
            _ => Effect::Opaque(Opaque::new(
                "in which schema a bare name is found depends on the database",
                MayTouch::Anything,
            )),
        }
    }
}

/// The schemas that a `SET search_path`, `RESET` or `set_config` names, if it is one.
fn schemas(cursor: &mut Cursor<'_, '_>) -> Option<Vec<Name>> {
    if cursor.take_all("reset search_path") || cursor.take_all("reset all") || cursor.take_all("discard all")
    {
        return Some(Vec::new());
    }
    if cursor.take("select") {
        cursor.take_all("pg_catalog");
        cursor.take_symbol(".");
        if !cursor.take("set_config") {
            return None;
        }
        let arguments = cursor.group().ok()?.parts();
        let text = |at: usize| arguments.get(at)?.peek().filter(|it| it.kind == TokenKind::Text);
        let is_path = text(0)?.identifier().eq_ignore_ascii_case("search_path");
        let value = text(1)?.identifier();
        return is_path.then(|| value.split(',').map(|it| it.trim().trim_matches('"').into()).collect());
    }
    if !cursor.take("set") {
        return None;
    }
    cursor.take_any(&["session", "local"]);
    let is_schema = cursor.take("schema");
    if !is_schema && !cursor.take("search_path") {
        return None;
    }
    if !is_schema && !cursor.take("to") && !cursor.take_symbol("=") {
        return None;
    }
    let name = |part: &Cursor<'_, '_>| -> Option<Name> {
        let only = part.peek()?;
        if only.kind == TokenKind::Text || only.kind == TokenKind::Quoted {
            return Some(only.identifier().into());
        }
        if only.is_word("default") { Some("".into()) } else { part.name_of(only) }
    };
    Some(cursor.parts().iter().filter_map(name).collect())
}
