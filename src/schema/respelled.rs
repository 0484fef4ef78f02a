//! An expression's text after a column that it names got another name, as servers rewrite it.

use std::sync::Arc;

use super::{Name, Spelling};

impl Spelling {
    /// Says `to` where the canonical text named the column `from`. Where that cannot be told (a name between quotes,
    /// a word that may be a function, a type or a qualifier), the text stays and is not certain any more.
    pub fn rename_column(&mut self, from: &Name, to: &Name) {
        let (Self::Certain(text) | Self::Uncertain(text)) = self else { return };
        let renamed = with_new_name(text, from, to).map_or_else(|| Arc::clone(text), Arc::from);
        *self = Self::Uncertain(renamed);
    }
}

/// The text with each bare word `from` replaced; `None` where one of them may not be the column.
fn with_new_name(text: &str, from: &str, to: &str) -> Option<String> {
    let is_plain = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            && name.chars().all(is_of_word)
    };
    if !is_plain(from) || !is_plain(to) || text.contains(['"', '`', '[', '\\']) {
        return None;
    }
    let mut renamed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // A doubled quote is the end of one literal and the beginning of another, which is the same to us.
        let length = match first {
            '\'' => rest[1..].find('\'')? + 2,
            _ if is_of_word(first) => rest.find(|it| !is_of_word(it)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if token == from {
            let before = renamed.trim_end();
            let after = after.trim_start();
            let is_column = !after.starts_with(['(', '\'', '.'])
                && !before.ends_with(['.', ':'])
                && !["as", "collate"].into_iter().any(|word| ends_with_word(before, word));
            is_column.then(|| renamed.push_str(to))?;
        } else {
            renamed.push_str(token);
        }
        rest = after;
    }
    Some(renamed)
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| !before.ends_with(is_of_word))
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
            ("lower(pages) <> ''", Some("lower(leaves) <> ''")),
            ("pages(a) > 0", None),
            ("a::pages > 0", None),
            ("cast(a as pages) > 0", None),
            ("x.pages > 0", None),
            ("\"pages\" > 0", None),
            ("'pages", None),
        ] {
            assert_eq!(with_new_name(text, "pages", "leaves").as_deref(), expected, "{text}");
        }
        assert_eq!(with_new_name("pages > 0", "pages", "Leaves and more"), None);
    }
}
