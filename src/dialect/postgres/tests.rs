//! What PostgreSQL 15 prints for what people write, pair by pair.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn canonical_is_idempotent(
        text in "[ a-zA-Z(),0-9'\"\\[\\]`.eE+=<>!:$-]{0,24}|\\PC{0,16}",
        kind in 0..9_usize,
    ) {
        assert_idempotent(&text, kind)?;
    }

    #[test]
    fn sql_is_idempotent(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..14),
        kind in 0..9_usize,
    ) {
        assert_idempotent(&words.join(" "), kind)?;
        assert_idempotent(&words.concat(), kind)?;
    }
}

const WORDS: &[&str] = &[
    "a",
    "(",
    "(",
    ")",
    ")",
    "'x'",
    "1",
    "-",
    "+",
    "::",
    "text",
    "integer",
    "varchar(3)",
    "and",
    "or",
    "not",
    "in",
    "=",
    "any",
    "array",
    "[",
    "]",
    ",",
    "between",
    "like",
    "~~",
    "is",
    "null",
    "distinct",
    "from",
    "case",
    "when",
    "then",
    "else",
    "end",
    "cast",
    "as",
    "now()",
    "numeric(10,2)",
    "\"Q\"",
    "\"time\"",
    ".",
    "0.50",
    "'-1'",
    "e'\\n'",
    "pg_catalog",
    "$$",
    "<>",
    "all",
    "collate",
    "at",
    "time",
    "zone",
    "interval",
    "double",
    "precision",
    "'1'",
    "true",
    "||",
    "*",
    "/",
    "lower(",
    "x",
    "/*",
    "*/",
    "--",
    "\n",
];

fn assert_idempotent(text: &str, kind: usize) -> Result<(), TestCaseError> {
    let once = canonical_type(text);
    prop_assert_eq!(canonical_type(once.text().unwrap()), once);
    let once = canonical_expression(text);
    prop_assert_eq!(canonical_expression(once.text().unwrap()), once);
    let kinds =
        ["integer", "varchar(3)", "real", "numeric(4,1)", "text", "boolean", "timestamptz", "jsonb", "mood"];
    let data_type = canonical_type(kinds[kind]);
    if let Some(once) = canonical_default(text, &data_type) {
        prop_assert_eq!(canonical_default(once.text().unwrap(), &data_type), Some(once));
    }
    Ok(())
}
