//! `CREATE COLLATION`, as far as it decides about indexes: no schema holds collations, but one that is not deterministic
//! has no pattern operators.

use super::cursor::Cursor;
use super::{MOST_BYTES, split};
use crate::dialect::Dialect;
use crate::schema::Name;

/// The collations that a text makes on PostgreSQL, each with whether it is deterministic; `None` for a copy of another
/// (`FROM`) (<https://www.postgresql.org/docs/current/sql-createcollation.html>).
pub fn collations(text: &str) -> Vec<(Name, Option<bool>)> {
    if text.len() > MOST_BYTES {
        return Vec::new();
    }
    let pieces = split::split(Dialect::Postgres, text);
    let made = pieces.iter().filter(|piece| piece.broken.is_none());
    made.filter_map(|piece| made_by(Cursor::new(Dialect::Postgres, &piece.tokens, piece.source))).collect()
}

fn made_by(mut cursor: Cursor<'_, '_>) -> Option<(Name, Option<bool>)> {
    if !cursor.take_all("create collation") {
        return None;
    }
    cursor.take_all("if not exists");
    let name = cursor.table().ok()?.name;
    let Ok(options) = cursor.group() else { return Some((name, None)) };
    let is_deterministic = !options.parts().into_iter().any(|mut option| {
        let is_false =
            |value: &str| matches!(value, "false" | "'false'" | "off" | "'off'" | "0" | "no" | "'no'");
        option.take("deterministic")
            && option.take_symbol("=")
            && option.next().is_some_and(|value| is_false(&value.text.to_ascii_lowercase()))
    });
    Some((name, Some(is_deterministic)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collations_are_read_in_their_spellings() {
        let text = "CREATE COLLATION IF NOT EXISTS public.\"Any\" (provider = icu, locale = 'und', DETERMINISTIC = False);
            create collation german (locale = 'de_DE'); CREATE COLLATION c FROM \"C\"; SELECT 1";
        let expected = [("Any".into(), Some(false)), ("german".into(), Some(true)), ("c".into(), None)];
        assert_eq!(collations(text), expected);
    }
}
