//! What the rows that are there are given when a column with a default is added.

use crate::dialect::token::{Quotes, Token, TokenKind, tokens, without_outer_brackets};
use crate::dialect::{Dialect, mysql};
use crate::schema::Column;

/// A constant is kept beside the table; anything else must be worked out, and written, for each row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Every row is written.
    pub writes: bool,
    /// A replica that runs the same statement gives its rows other values.
    pub differs: bool,
    /// The server does not add such a column to a table.
    pub refused: bool,
}

/// Measured on PostgreSQL 15, MySQL 9.7, MariaDB 10.11 and SQLite 3.40.
pub fn given(dialect: Dialect, column: &Column) -> Given {
    let Some(default) = &column.default else { return Given::default() };
    let text = default.text().unwrap_or("unknown()");
    let quotes = match dialect {
        Dialect::Postgres | Dialect::Sqlite => Quotes::SQLITE,
        Dialect::Mysql | Dialect::Mariadb => Quotes::MYSQL,
    };
    let Some(all) = tokens(text, quotes) else { return Given { writes: true, ..Given::default() } };
    let words = without_outer_brackets(&all);
    match dialect {
        Dialect::Postgres => Given { writes: is_volatile(text), ..Given::default() },
        Dialect::Mysql => {
            let is_large = column.data_type.text().is_some_and(mysql::is_large);
            let is_timestamp = words.first().is_some_and(|it| it.is_word("current_timestamp"));
            let is_kept = (is_literal(words) && !is_large) || (is_timestamp && is_moment(words));
            Given { writes: !is_kept, differs: false, refused: calls_any(words, &UNSAFE_ON_MYSQL) }
        }
        Dialect::Mariadb => {
            let is_kept = is_literal(words) || is_moment(words) || is_one_for_all(words);
            Given { writes: !is_kept, differs: calls_any(words, &DIFFERS_ON_MARIADB), refused: false }
        }
        // SQLite makes no such column by ALTER TABLE where there are rows: the table is rebuilt.
        Dialect::Sqlite => Given { writes: !is_literal(words) || is_moment(words), ..Given::default() },
    }
}

/// What makes `ALTER TABLE … ADD COLUMN` end in error 1674, with and without a binary log
/// (<https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html>).
const UNSAFE_ON_MYSQL: [&str; 10] = [
    "uuid",
    "uuid_short",
    "rand",
    "random_bytes",
    "sysdate",
    "user",
    "current_user",
    "session_user",
    "system_user",
    "load_file",
];

/// MariaDB logs the statement, not what it wrote, in each format of its binary log, and warns of nothing.
const DIFFERS_ON_MARIADB: [&str; 10] = [
    "uuid",
    "uuid_short",
    "sys_guid",
    "rand",
    "random_bytes",
    "sysdate",
    "user",
    "session_user",
    "system_user",
    "connection_id",
];

/// MariaDB works these out for each row.
const EACH_ROW_ON_MARIADB: [&str; 8] =
    ["uuid", "uuid_short", "sys_guid", "random_bytes", "sysdate", "utc_timestamp", "utc_date", "utc_time"];

/// Whether PostgreSQL must write a value into every row: a constant default, or one that is the same for the whole
/// statement, is kept beside the table since version 11.
fn is_volatile(text: &str) -> bool {
    const STABLE: [&str; 7] = [
        "now()",
        "current_timestamp",
        "current_date",
        "localtimestamp",
        "transaction_timestamp()",
        "statement_timestamp()",
        "current_user",
    ];
    let text = text.to_ascii_lowercase();
    let calls = text.contains('(') && !text.starts_with('\'');
    calls && !STABLE.contains(&text.as_str())
}

fn is_literal(words: &[Token<'_>]) -> bool {
    match words {
        [_] => true,
        [sign, number] => (sign.is_symbol("-") || sign.is_symbol("+")) && number.kind == TokenKind::Number,
        _ => false,
    }
}

/// The moment at which the statement runs, by the word that stands without brackets.
fn is_moment(words: &[Token<'_>]) -> bool {
    let [first, rest @ ..] = words else { return false };
    let is_bare = rest.len() < 4 && rest.first().is_none_or(|it| it.is_symbol("("));
    let mut moments = ["current_timestamp", "current_date", "current_time"].iter();
    is_bare && moments.any(|it| first.is_word(it))
}

/// Whether MariaDB works it out once: no column has a part in it, and no function that it calls anew for each row.
fn is_one_for_all(words: &[Token<'_>]) -> bool {
    let is_called = |at: usize| words.get(at + 1).is_some_and(|it| it.is_symbol("("));
    let names_column = (0..words.len())
        .any(|at| matches!(words[at].kind, TokenKind::Word | TokenKind::Quoted) && !is_called(at));
    !names_column && !calls_any(words, &EACH_ROW_ON_MARIADB)
}

fn calls_any(words: &[Token<'_>], functions: &[&str]) -> bool {
    words.windows(2).any(|pair| pair[1].is_symbol("(") && functions.iter().any(|it| pair[0].is_word(it)))
}
