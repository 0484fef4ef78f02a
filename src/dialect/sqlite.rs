//! SQLite's spelling.

mod default;
mod expression;

use crate::schema::Spelling;

pub use default::canonical_default;
pub use expression::canonical_expression;

/// Types whose name alone tells one thing: no two of them are used for the same.
///
/// SQLite takes any words for a type and keeps only their affinity
/// (<https://www.sqlite.org/datatype3.html>, 3.1), so that `bigint`, `int` and `integer` store the same.
/// Of each such family one name is recognised at most; the others may mean it too.
const RECOGNISED: [&str; 12] = [
    "integer", "real", "text", "blob", "bool", "date", "time", "datetime", "decimal", "varchar", "char",
    "json",
];

/// Lower case, single blanks, none around brackets.
pub fn canonical_type(text: &str) -> Spelling {
    let canonical = canonical_type_text(text);
    if is_recognised(&canonical) { Spelling::certain(canonical) } else { Spelling::uncertain(canonical) }
}

fn canonical_type_text(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            _ if character.is_whitespace() => {
                if !canonical.is_empty() && !canonical.ends_with([' ', '(', ',']) {
                    canonical.push(' ');
                }
            }
            '(' | ')' | ',' => {
                canonical.truncate(canonical.trim_end().len());
                canonical.push(character);
            }
            _ => canonical.extend(character.to_lowercase()),
        }
    }
    canonical.truncate(canonical.trim_end().len());
    canonical
}

/// A name that is recognised, alone or with one or two numbers in brackets behind it.
fn is_recognised(canonical: &str) -> bool {
    let (name, numbers) = canonical.split_once('(').unwrap_or((canonical, "1)"));
    let Some(numbers) = numbers.strip_suffix(')') else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    RECOGNISED.contains(&name) && numbers.split(',').all(is_number)
}

/// How SQLite converts what is stored in a column of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

/// <https://www.sqlite.org/datatype3.html>, 3.1: the rules in their order.
pub fn affinity(data_type: &str) -> Affinity {
    let data_type = data_type.to_ascii_lowercase();
    let has = |word| data_type.contains(word);
    if has("int") {
        Affinity::Integer
    } else if has("char") || has("clob") || has("text") {
        Affinity::Text
    } else if has("blob") || data_type.is_empty() {
        Affinity::Blob
    } else if has("real") || has("floa") || has("doub") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::Comparison;

    #[track_caller]
    fn check(text: &str, expected: Spelling) {
        assert_eq!(canonical_type(text), expected, "{text}");
    }

    #[test]
    fn types_are_recognised_from_end_to_end() {
        check(" VARCHAR ( 30 ) ", Spelling::certain("varchar(30)"));
        check("Decimal(10, 2)", Spelling::certain("decimal(10,2)"));
        check("INTEGER", Spelling::certain("integer"));
        check("varchar(30) x", Spelling::uncertain("varchar(30) x"));
        check("varchar(x)", Spelling::uncertain("varchar(x)"));
        check("", Spelling::uncertain(""));
    }

    #[test]
    fn integers_of_another_name_are_not_proven_to_differ() {
        let compare = |a, b| canonical_type(a).compare(&canonical_type(b));
        assert_eq!(compare("integer", "bigint"), Comparison::Unproven);
        assert_eq!(compare("integer", "integer unsigned"), Comparison::Unproven);
        assert_eq!(compare("int", "bigint"), Comparison::Unproven);
        assert_eq!(compare("integer", "text"), Comparison::Different);
        assert_eq!(compare("varchar(30)", "varchar(50)"), Comparison::Different);
    }

    proptest! {
        #[test]
        fn canonical_is_idempotent(text in "[ a-zA-Z(),0-9'\"\\[\\]`.eE+=<>!-]{0,24}|\\PC{0,16}", kind in 0..4_usize) {
            let once = canonical_type(&text);
            prop_assert_eq!(canonical_type(once.text().unwrap()), once.clone());
            let once = canonical_expression(&text);
            prop_assert_eq!(canonical_expression(once.text().unwrap()), once);
            let data_type = canonical_type(["integer", "varchar(3)", "real", "blob"][kind]);
            if let Some(once) = canonical_default(&text, &data_type) {
                prop_assert_eq!(canonical_default(once.text().unwrap(), &data_type), Some(once));
            }
        }
    }
}
