//! PostgreSQL's spelling.

mod default;
mod expression;
mod operand;
mod parser;
mod piece;
mod types;
mod words;

use crate::schema::{Column, Spelling};

/// A name as the canonical form has it in an expression.
pub fn in_expression(name: &str) -> String {
    words::identifier(name).text
}

pub use default::canonical_default;
pub use expression::canonical_expression;
pub use types::canonical_type;

/// `serial` and its sisters are not types but an integer that numbers itself; so does a column whose
/// default is the next value of a sequence.
pub fn expand_pseudo_type(column: &mut Column) {
    const PSEUDO_TYPES: [(&str, &str); 6] = [
        ("smallserial", "smallint"),
        ("serial2", "smallint"),
        ("serial", "integer"),
        ("serial4", "integer"),
        ("bigserial", "bigint"),
        ("serial8", "bigint"),
    ];
    let text = column.data_type.text().map(str::trim);
    let integer =
        PSEUDO_TYPES.iter().find(|(pseudo, _)| text.is_some_and(|it| it.eq_ignore_ascii_case(pseudo)));
    if let Some((_, integer)) = integer {
        column.data_type = Spelling::certain(*integer);
        column.auto_increment = true;
        column.nullable = false;
    }
    if column.default.as_ref().and_then(Spelling::text).is_some_and(is_next_value) {
        column.auto_increment = true;
    }
    if column.auto_increment {
        column.default = None;
    }
}

/// Whether the whole default is one call of `nextval`.
fn is_next_value(default: &str) -> bool {
    let Some(words) = words::words(default) else { return false };
    let Some((function, arguments)) = words::without_outer_brackets(&words).split_first() else {
        return false;
    };
    function.is_name("nextval") && words::without_outer_brackets(arguments).len() < arguments.len()
}

/// The name that the server gives to a primary key: `makeObjectName` of src/backend/commands/indexcmds.c cuts the table's until
/// the whole has 63 bytes.
pub fn primary_key_name(table: &str) -> String {
    const LONGEST: usize = 63 - "_pkey".len();
    format!("{}_pkey", &table[..table.floor_char_boundary(table.len().min(LONGEST))])
}

#[cfg(test)]
mod tests;
