//! The text of an expression that names a column by its new name.

use super::{Name, Spelling};

impl Spelling {
    /// What an expression becomes where a column of its table gets another name. The server writes it anew, perhaps otherwise
    /// than here, so nothing is certain of it afterwards.
    pub(super) fn rename_column(&mut self, from: &Name, to: &Name) {
        if let Self::Certain(text) | Self::Uncertain(text) = self {
            *self = Self::Uncertain(renamed(text, from, to).into());
        }
    }

    /// As [`Self::rename_column`], where the text stays.
    pub(super) fn forget_certainty(&mut self) {
        if let Self::Certain(text) = self {
            *self = Self::Uncertain(text.clone());
        }
    }
}

/// Of any dialect: texts in single quotes stay as they are, and so do functions.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let mut renamed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' => quoted(rest, first),
            it if is_of_word(it) => rest.find(|it| !is_of_word(it)).unwrap_or(rest.len()),
            it => it.len_utf8(),
        };
        let (piece, behind) = rest.split_at(length);
        rest = behind;
        let is_call = || behind.trim_start().starts_with('(');
        match first {
            '"' | '`' if is_quoted(piece, first, from) => renamed.push_str(&in_quotes(to, first)),
            it if is_of_word(it) && piece.eq_ignore_ascii_case(from) && !is_call() => {
                let is_plain =
                    to.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
                        && !to.starts_with(|it: char| it.is_ascii_digit());
                renamed.push_str(&if is_plain { to.to_owned() } else { in_quotes(to, '"') });
            }
            _ => renamed.push_str(piece),
        }
    }
    renamed
}

fn is_of_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_' || it == '$'
}

/// How long the text in quotes is with which `text` begins; a quote within stands twice.
fn quoted(text: &str, quote: char) -> usize {
    let mut end = quote.len_utf8();
    while let Some(at) = text[end..].find(quote) {
        end += at + quote.len_utf8();
        if !text[end..].starts_with(quote) {
            return end;
        }
        end += quote.len_utf8();
    }
    text.len()
}

fn is_quoted(piece: &str, quote: char, name: &str) -> bool {
    piece == in_quotes(name, quote)
}

fn in_quotes(name: &str, quote: char) -> String {
    let twice = [quote, quote].iter().collect::<String>();
    format!("{quote}{}{quote}", name.replace(quote, &twice))
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_column_is_renamed_where_it_is_one() {
        for (text, expected) in [
            ("lower(b)", "lower(\"C d\")"),
            ("lower((\"b\")::text)", "lower((\"C d\")::text)"),
            ("B > 'b' AND b(a) = `b`", "\"C d\" > 'b' AND b(a) = `C d`"),
            ("'it''s b' = t.b", "'it''s b' = t.\"C d\""),
            ("ab + b_ + \"b\"\"\" + 'b", "ab + b_ + \"b\"\"\" + 'b"),
        ] {
            assert_eq!(renamed(text, "b", "C d"), expected);
        }
        assert_eq!(renamed("(b IS NOT NULL)", "b", "c_1"), "(c_1 IS NOT NULL)");
    }
}
