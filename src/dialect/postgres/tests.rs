//! What PostgreSQL 15 prints for what people write, pair by pair.

mod printed;

use proptest::prelude::*;

use super::*;
use crate::schema::Comparison;

/// The canonical forms of all pairs that are not one.
#[track_caller]
fn assert_same<'a>(pairs: impl Iterator<Item = (&'a str, &'a str, Option<Spelling>, Option<Spelling>)>) {
    let differing: Vec<_> = pairs
        .filter(|(_, _, a, b)| Spelling::compare_options(a.as_ref(), b.as_ref()) != Comparison::Same)
        .map(|(written, printed, a, b)| format!("{written}  |  {printed}\n    {a:?}\n    {b:?}"))
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn types_as_written_and_printed_are_the_same() {
    assert_same(
        printed::TYPES.iter().map(|(a, b)| (*a, *b, Some(canonical_type(a)), Some(canonical_type(b)))),
    );
}

#[test]
fn defaults_as_written_and_printed_are_the_same() {
    assert_same(printed::DEFAULTS.iter().map(|(data_type, a, b)| {
        let data_type = canonical_type(data_type);
        (*a, *b, canonical_default(a, &data_type), canonical_default(b, &data_type))
    }));
}

#[test]
fn expressions_as_written_and_printed_are_the_same() {
    assert_same(
        printed::EXPRESSIONS
            .iter()
            .map(|(a, b)| (*a, *b, Some(canonical_expression(a)), Some(canonical_expression(b)))),
    );
}

#[test]
fn what_is_not_proven_to_be_the_same_is_not_called_different() {
    for (data_type, written, printed) in printed::UNPROVEN_DEFAULTS {
        let data_type = canonical_type(data_type);
        let [a, b] = [written, printed].map(|text| canonical_default(text, &data_type).unwrap());
        assert_eq!(a.compare(&b), Comparison::Unproven, "{a} | {b}");
    }
    for (written, printed) in printed::UNPROVEN_EXPRESSIONS {
        assert_unlike(written, printed);
    }
}

#[track_caller]
fn assert_unlike(a: &str, b: &str) {
    let (a, b) = (canonical_expression(a), canonical_expression(b));
    assert_eq!(a.compare(&b), Comparison::Unproven, "{a} | {b}");
}

#[test]
fn expressions_that_mean_something_else_do_not_become_one() {
    assert_unlike("a and (b or c)", "a and b or c");
    assert_unlike("not (a and b)", "not a and b");
    assert_unlike("a - (b - c)", "a - b - c");
    assert_unlike("a / (b * c)", "a / b * c");
    assert_unlike("- (a ^ 2)", "- a ^ 2");
    assert_unlike("(- a)::integer", "- a");
    assert_unlike("a || (b = c)", "a || b = c");
    assert_unlike("a = (b is null)", "a = b is null");
    assert_unlike("(a = b) is null", "a = (b is null)");
    assert_unlike("a = 'x'", "a = 'X'");
    assert_unlike("a = 'x '", "a = 'x'");
    assert_unlike("\"A\" > 0", "a > 0");
    assert_unlike("a between 1 and 2", "a not between 1 and 2");
    assert_unlike("a in (1, 2)", "a not in (1, 2)");
    assert_unlike("a = any (b)", "a = all (b)");
    assert_unlike("a like b", "a ilike b");
    assert_unlike("5::numeric / 2 > a", "5 / 2 > a");
    assert_unlike("a::integer / 2 > b", "a / 2 > b");
    assert_unlike("a = 'abc'::varchar(2)", "a = 'abc'");
    assert_unlike("a::text", "a");
    assert_unlike("a = 1", "a = '1'");
    assert_unlike("a = 1", "a = -1");
    assert_unlike("coalesce(a, b) = 1", "coalesce(b, a) = 1");
    assert_unlike("a is distinct from b", "a is not distinct from b");
    assert_unlike("case when a then b else c end", "case when a then c else b end");
    assert_unlike("position(a in b) = 1", "position(b in a) = 1");
    assert_unlike("'a' = e'\\n'", "'a' = 'n'");
}

#[track_caller]
fn check_type(a: &str, b: &str, expected: Comparison) {
    assert_eq!(canonical_type(a).compare(&canonical_type(b)), expected, "{a} | {b}");
}

#[test]
fn types_differ_only_if_both_are_known() {
    check_type("varchar(30)", "character varying(31)", Comparison::Different);
    check_type("varchar(30)", "text", Comparison::Different);
    check_type("integer", "bigint", Comparison::Different);
    check_type("timestamp", "timestamp with time zone", Comparison::Different);
    check_type("numeric(10)", "decimal(10,0)", Comparison::Same);
    check_type("timestamptz(6)", "timestamptz", Comparison::Same);
    check_type("integer[]", "integer", Comparison::Different);
    check_type("char", "\"char\"", Comparison::Different);
    check_type("citext", "public.citext", Comparison::Unproven);
    check_type("citext", "text", Comparison::Unproven);
    check_type("geometry(Point, 4326)", "geometry(point,4326)", Comparison::Same);
    check_type("varchar(0)", "varchar(1)", Comparison::Unproven);
    check_type("text(3)", "text", Comparison::Unproven);
    check_type("interval day to second", "interval", Comparison::Unproven);
    check_type("", "text", Comparison::Unproven);
}

#[track_caller]
fn check_default(data_type: &str, text: &str, expected: Option<Spelling>) {
    assert_eq!(canonical_default(text, &canonical_type(data_type)), expected, "{data_type} {text}");
}

#[test]
fn what_the_column_stores() {
    check_default("text", "NULL", None);
    check_default("text", "(NULL::character varying)", None);
    check_default("numeric(10,2)", "0.00", Some(Spelling::certain("0")));
    check_default("numeric(10,2)", "(0)::numeric(10,2)", Some(Spelling::certain("0")));
    check_default("numeric(10,2)", "0.005", Some(Spelling::uncertain("0.005")));
    check_default("integer", "1.5", Some(Spelling::uncertain("1.5")));
    check_default("integer", "'-1'::integer", Some(Spelling::certain("-1")));
    check_default("bigint", "9007199254740993", Some(Spelling::uncertain("9007199254740993")));
    check_default("text", "'abc'::varchar(2)", Some(Spelling::uncertain("'abc'::varchar(2)")));
    check_default("boolean", "'t'::boolean", Some(Spelling::certain("true")));
    check_default("date", "now()", Some(Spelling::certain("current_date")));
    check_default("timestamptz", "CURRENT_TIMESTAMP", Some(Spelling::certain("now()")));
    check_default("timestamptz", "'2020-01-01'", Some(Spelling::uncertain("'2020-01-01'")));
    check_default("jsonb", "'{\"a\":1}'::jsonb", Some(Spelling::uncertain("'{\"a\":1}'")));
    check_default("public.mood", "'open'::public.mood", Some(Spelling::uncertain("'open'")));
    check_default("text", "'not closed", Some(Spelling::uncertain("'not closed")));
}

#[track_caller]
fn check_numbering(data_type: &str, default: Option<&str>, expected: (&str, bool, bool)) {
    let mut column = Column::new("id", Spelling::uncertain(data_type));
    column.nullable = true;
    column.default = default.map(Spelling::uncertain);
    expand_pseudo_type(&mut column);
    let found = (column.data_type.text().unwrap(), column.nullable, column.auto_increment);
    assert_eq!(found, expected);
    assert_eq!(column.default.is_some(), default.is_some() && !column.auto_increment);
}

#[test]
fn serial_is_an_integer_that_numbers_itself() {
    check_numbering("BigSerial", None, ("bigint", false, true));
    check_numbering("serial4", None, ("integer", false, true));
    check_numbering("smallserial", None, ("smallint", false, true));
    check_numbering("integer", Some("nextval('t_id_seq'::regclass)"), ("integer", true, true));
    check_numbering("integer", Some("nextval(('s'::text)::regclass)"), ("integer", true, true));
    check_numbering("integer", Some("nextval('a') + nextval('b')"), ("integer", true, false));
    check_numbering("integer", Some("1"), ("integer", true, false));
}

#[test]
fn deep_and_long_texts_end() {
    let many = 3_000;
    for text in [
        "(".repeat(100_000) + "a" + &")".repeat(100_000),
        "not ".repeat(many) + "a",
        "- ".repeat(many) + "1",
        "a(".repeat(many) + &")".repeat(many),
        "case when ".repeat(many),
        "a".to_owned() + &" + a".repeat(many),
        "a".to_owned() + &" or a = 1".repeat(many),
        "a".to_owned() + &"::text".repeat(many),
        "a".to_owned() + &"[1]".repeat(many),
        "a".to_owned() + &" between 1 and 2".repeat(many),
        "a in (".to_owned() + &"1,".repeat(many) + "1)",
    ] {
        let once = canonical_expression(&text);
        assert_eq!(canonical_expression(once.text().unwrap()), once);
        assert!(canonical_default(&text, &canonical_type("integer")).is_some());
        assert!(canonical_type(&text).text().is_some());
    }
}

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

#[test]
fn the_key_of_a_table_with_a_long_name_has_another_name_than_the_table() {
    assert_eq!(primary_key_name("shop"), "shop_pkey");
    let long = "t".repeat(63);
    assert_eq!(primary_key_name(&long), format!("{}_pkey", &long[..58]));
    assert_eq!(primary_key_name(&"ö".repeat(31)).len(), 63);
}
