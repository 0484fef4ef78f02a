//! A few dozen types stand in hundreds of thousands of columns, and the same few checks in thousands of tables:
//! each text is parsed once, and its canonical form shared.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::Dialect;
use crate::schema::Spelling;

/// More distinct texts than this are no schema that repeats itself: what was remembered is let go.
const MOST: usize = 4_096;

/// What the texts of one kind became, for each dialect.
type Known = RefCell<HashMap<Dialect, HashMap<Box<str>, Spelling, RandomState>>>;

thread_local! {
    static TYPES: Known = Known::default();
    static EXPRESSIONS: Known = Known::default();
}

/// What `parse` makes of a type, asked at most once for each text and dialect on this thread.
pub fn canonical_type(dialect: Dialect, text: &str, parse: impl FnOnce(&str) -> Spelling) -> Spelling {
    TYPES.with(|types| remember(types, dialect, text, parse))
}

/// The same for a check, predicate or index expression.
pub fn canonical_expression(dialect: Dialect, text: &str, parse: impl FnOnce(&str) -> Spelling) -> Spelling {
    EXPRESSIONS.with(|expressions| remember(expressions, dialect, text, parse))
}

fn remember(known: &Known, dialect: Dialect, text: &str, parse: impl FnOnce(&str) -> Spelling) -> Spelling {
    let met = known.borrow().get(&dialect).and_then(|it| it.get(text)).cloned();
    met.unwrap_or_else(|| {
        let spelling = parse(text);
        let mut known = known.borrow_mut();
        let of_dialect = known.entry(dialect).or_default();
        if of_dialect.len() >= MOST {
            of_dialect.clear();
        }
        of_dialect.insert(text.into(), spelling.clone());
        spelling
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_for_each_dialect_and_shares_its_form() {
        let mut parsed = 0;
        let mut ask = |dialect, text: &str| {
            canonical_type(dialect, text, |text| {
                parsed += 1;
                Spelling::certain(format!("{dialect} {text}"))
            })
        };
        assert_eq!(ask(Dialect::Postgres, "x"), ask(Dialect::Postgres, "x"));
        assert_ne!(ask(Dialect::Postgres, "x"), ask(Dialect::Sqlite, "x"));
        assert_eq!(parsed, 2);
    }

    #[test]
    fn hostile_variety_does_not_grow_without_end() {
        for number in 0..3 * MOST {
            canonical_type(Dialect::Mysql, &number.to_string(), |text: &str| Spelling::uncertain(text));
        }
        TYPES.with_borrow(|types| assert!(types[&Dialect::Mysql].len() <= MOST));
    }
}
