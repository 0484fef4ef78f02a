//! Expressions of a table after a column that they name got another name, as servers rewrite them.

use super::token::{Quotes, Token, TokenKind, canonical_name, tokens};
use super::{Dialect, postgres};
use crate::schema::{IndexKey, Spelling, Table};

impl Dialect {
    /// Says `to` where the canonical texts of the table named the column `from`. Where that cannot be told (a word that
    /// may be a function, a type or a qualifier), the text stays.
    pub fn respell(self, table: &mut Table, from: &str, to: &str) {
        let respell = |expression: &mut Spelling| {
            if let Some(text) = expression.text().and_then(|text| self.respelled(text, from, to)) {
                *expression = Spelling::uncertain(text);
            }
        };
        let keys = (table.uniques.iter_mut().map(|it| &mut it.parts))
            .chain(table.indexes.iter_mut().map(|it| &mut it.parts))
            .chain(table.exclusions.iter_mut().map(|it| &mut it.parts));
        for part in keys.flatten() {
            if let IndexKey::Expression(expression) = &mut part.key {
                respell(expression);
            }
        }
        table.uniques.iter_mut().filter_map(|it| it.condition.as_mut()).for_each(respell);
        table.indexes.iter_mut().filter_map(|it| it.condition.as_mut()).for_each(respell);
        table.exclusions.iter_mut().filter_map(|it| it.condition.as_mut()).for_each(respell);
        table.checks.iter_mut().map(|it| &mut it.expression).for_each(respell);
        let generated = table.columns.iter_mut().filter_map(|it| it.generated.as_mut());
        generated.map(|it| &mut it.expression).for_each(respell);
    }

    /// `None` where nothing is to be said anew, or one of the words may not be the column.
    fn respelled(self, text: &str, from: &str, to: &str) -> Option<String> {
        let (quotes, to) = match self {
            Self::Postgres => (Quotes::SQLITE, postgres::in_expression(to)),
            Self::Sqlite => (Quotes::SQLITE, canonical_name(to, '"').1),
            Self::Mysql | Self::Mariadb => (Quotes::MYSQL, canonical_name(to, '`').1),
        };
        if text.contains(['[', '\\']) {
            return None;
        }
        let tokens = tokens(text, quotes)?;
        let mut renamed = String::with_capacity(text.len());
        let mut end = 0;
        for (at, token) in tokens.iter().enumerate() {
            let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
            if !is_name || token.identifier() != from {
                continue;
            }
            let before = at.checked_sub(1).and_then(|it| tokens.get(it));
            if !is_column(token, before, tokens.get(at + 1)) {
                return None;
            }
            renamed.push_str(text.get(end..token.start)?);
            renamed.push_str(&to);
            end = token.end();
        }
        renamed.push_str(text.get(end..)?);
        (end > 0).then_some(renamed)
    }
}

fn is_column(token: &Token<'_>, before: Option<&Token<'_>>, after: Option<&Token<'_>>) -> bool {
    let is_qualified = before.is_some_and(|it| it.text == "." || it.text.ends_with(':'));
    let is_type = before.is_some_and(|it| it.is_word("as") || it.is_word("collate"));
    let is_other = after.is_some_and(|it| it.text == "." || it.text == "(" || it.kind == TokenKind::Text);
    !is_qualified && !(token.kind == TokenKind::Word && (is_type || is_other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_in_a_text_goes_by_its_new_name() {
        for (text, expected) in [
            ("pages >= 0", Some("leaves >= 0")),
            ("a > pages and pages_2 < pages", Some("a > leaves and pages_2 < leaves")),
            ("kind = 'pages' or 'it''s pages' = pages", Some("kind = 'pages' or 'it''s pages' = leaves")),
            ("lower(\"pages\") <> ''", Some("lower(leaves) <> ''")),
            ("kind > 0", None),
            ("pages(a) > 0", None),
            ("a::pages > 0", None),
            ("cast(a as pages) > 0", None),
            ("x.pages > 0", None),
            ("pages = any(array[pages])", None),
            ("'pages", None),
        ] {
            let renamed = Dialect::Postgres.respelled(text, "pages", "leaves");
            assert_eq!(renamed.as_deref(), expected, "{text}");
        }
        let reserved = |dialect: Dialect, text| dialect.respelled(text, "rank", "primary");
        assert_eq!(reserved(Dialect::Mariadb, "`rank` > 0").as_deref(), Some("`primary` > 0"));
        assert_eq!(reserved(Dialect::Sqlite, "rank > 0").as_deref(), Some("\"primary\" > 0"));
        assert_eq!(reserved(Dialect::Postgres, "rank > 0").as_deref(), Some("\"primary\" > 0"));
    }
}
