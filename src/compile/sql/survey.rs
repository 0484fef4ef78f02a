//! Which tables a statement names, and what kind it is, by its words alone: for SQL that a person wrote to be run
//! as it stands.

use super::cursor::Cursor;
use super::{MOST_BYTES, is_too_deep, split};
use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind};
use crate::schema::TableName;

/// One statement, looked over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The statement alone, without what stands before and behind it.
    pub statement: String,
    /// Its first word, in capitals.
    pub verb: String,
    /// The tables that it reads or writes, in the order in which it names them. One that hides in an unusual place
    /// is not seen, and what only looks like a table may be among them.
    pub tables: Vec<TableName>,
    /// Whether the word INTO stands in it outside of brackets.
    pub has_into: bool,
}

/// Functions whose arguments are parted by the word FROM.
const WITH_FROM: [&str; 5] = ["extract", "substring", "trim", "overlay", "position"];

/// Looks over every statement of `text`.
///
/// # Errors
/// The end of a sentence that begins with what the text is called: it holds something that servers may read
/// otherwise than we do.
pub fn survey(dialect: Dialect, text: &str) -> Result<Vec<Survey>, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("is longer than {} MiB", MOST_BYTES >> 20));
    }
    let is_mysql = match dialect {
        Dialect::Mysql | Dialect::Mariadb => true,
        Dialect::Postgres | Dialect::Sqlite => false,
    };
    if is_mysql && (text.contains("/*!") || text.contains("/*M!")) {
        return Err(
            "holds a comment that the server runs (/*! … */): write what it says without it".to_owned()
        );
    }
    let pieces = split::split(dialect, text);
    let survey = pieces.iter().map(|piece| {
        if let Some(reason) = piece.broken {
            return Err(format!("cannot be read: {reason}"));
        }
        if is_too_deep(piece) {
            return Err("has brackets that are too deep".to_owned());
        }
        let words =
            Words { cursor: Cursor::new(dialect, &piece.tokens, piece.source), tokens: &piece.tokens };
        Ok(Survey {
            statement: piece.source.to_owned(),
            verb: piece.tokens.first().map(|it| it.text.to_ascii_uppercase()).unwrap_or_default(),
            tables: words.tables(),
            has_into: words.has_into(),
        })
    });
    survey.collect()
}

struct Words<'t, 'a> {
    cursor: Cursor<'t, 'a>,
    tokens: &'t [Token<'a>],
}

impl Words<'_, '_> {
    fn has_into(&self) -> bool {
        let mut depth = 0_usize;
        self.tokens.iter().any(|token| {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && token.is_word("into")
        })
    }

    fn tables(&self) -> Vec<TableName> {
        let own = self.common_tables();
        let mut tables = Vec::new();
        // The word before each bracket that is open.
        let mut open: Vec<Option<&str>> = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            if token.is_symbol("(") {
                open.push(at.checked_sub(1).map(|before| self.tokens[before].text));
            } else if token.is_symbol(")") {
                open.pop();
            } else if self.introduces_tables(at, open.last().copied().flatten()) {
                self.list(at + 1, &mut tables);
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        tables.retain(|it| !(it.schema.is_none() && own.contains(it)) && seen.insert(it.clone()));
        tables
    }

    fn introduces_tables(&self, at: usize, function: Option<&str>) -> bool {
        let token = &self.tokens[at];
        let before = |words: &[&str]| {
            at.checked_sub(1).is_some_and(|it| words.iter().any(|word| self.tokens[it].is_word(word)))
        };
        let is_head = |words: &[&str]| at == 0 && words.iter().any(|word| token.is_word(word));
        if token.is_word("from") {
            let in_function =
                function.is_some_and(|it| WITH_FROM.iter().any(|word| it.eq_ignore_ascii_case(word)));
            return !in_function && !before(&["distinct"]);
        }
        token.is_word("join")
            || token.is_word("into")
            || token.is_word("using")
            || token.is_word("update") && !before(&["for", "on", "do", "key", "of"])
            || is_head(&["table"])
            || is_head(&["insert", "replace"]) && !self.tokens.iter().any(|it| it.is_word("into"))
    }

    /// The names that stand from `at` on, parted by commas.
    fn list(&self, mut at: usize, tables: &mut Vec<TableName>) {
        const AHEAD: [&str; 7] =
            ["only", "lateral", "ignore", "low_priority", "high_priority", "delayed", "table"];
        loop {
            while self.tokens.get(at).is_some_and(|it| AHEAD.iter().any(|word| it.is_word(word))) {
                at += 1;
            }
            let Some((table, behind)) = self.table(at) else { return };
            // A function that gives rows; behind INTO and USING the columns, or nothing of ours.
            let is_call = self.tokens.get(behind).is_some_and(|it| it.is_symbol("("))
                && !self.tokens.get(at.saturating_sub(1)).is_some_and(|it| it.is_word("into"));
            if !is_call {
                tables.push(table);
            }
            at = self.behind_alias(behind);
            if !self.tokens.get(at).is_some_and(|it| it.is_symbol(",")) {
                return;
            }
            at += 1;
        }
    }

    fn behind_alias(&self, mut at: usize) -> usize {
        if self.tokens.get(at).is_some_and(|it| it.is_word("as")) {
            at += 1;
        }
        let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
        let is_alias = self.tokens.get(at).is_some_and(is_name)
            && self.tokens.get(at + 1).is_some_and(|it| it.is_symbol(","));
        at + usize::from(is_alias)
    }

    /// The name that stands at `at`, and what comes behind it.
    fn table(&self, at: usize) -> Option<(TableName, usize)> {
        let mut cursor = self.cursor.clone();
        cursor.take_exactly(at).ok()?;
        let token = cursor.peek()?;
        if token.kind == TokenKind::Word && ["select", "values", "with"].iter().any(|it| token.is_word(it)) {
            return None;
        }
        let table = cursor.table().ok()?;
        Some((table, self.tokens.len() - cursor.rest().len()))
    }

    /// The names of `WITH name AS (…)`.
    fn common_tables(&self) -> Vec<TableName> {
        let is = |at: usize, words: &[&str]| {
            self.tokens.get(at).is_some_and(|it| words.iter().any(|word| it.is_word(word)))
        };
        let mut names = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            let is_begun = at.checked_sub(1).is_some_and(|before| {
                is(before, &["with", "recursive"]) || self.tokens[before].is_symbol(",")
            });
            if !is_begun {
                continue;
            }
            let Some(name) = self.cursor.name_of(token) else { continue };
            let mut next = at + 1;
            if self.tokens.get(next).is_some_and(|it| it.is_symbol("(")) {
                next = crate::dialect::token::after_group(self.tokens, next).unwrap_or(next);
            }
            let is_opened = |at: usize| self.tokens.get(at).is_some_and(|it| it.is_symbol("("));
            if is(next, &["as"]) && (is_opened(next + 1) || is(next + 1, &["not", "materialized"])) {
                names.push(TableName { schema: None, name });
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dialect: Dialect, text: &str, verb: &str, tables: &[&str]) {
        let surveys = survey(dialect, text).unwrap();
        assert_eq!(surveys.len(), 1, "{surveys:?}");
        let names: Vec<String> = surveys[0].tables.iter().map(TableName::to_string).collect();
        assert_eq!(
            (surveys[0].verb.as_str(), names),
            (verb, tables.iter().map(|it| (*it).to_owned()).collect())
        );
    }

    #[test]
    fn tables_are_seen_where_they_stand() {
        let postgres = |text, verb, tables: &[&str]| check(Dialect::Postgres, text, verb, tables);
        postgres("select 1", "SELECT", &[]);
        postgres("SELECT * FROM A, \"B\" b, c AS d JOIN s.e ON true, f", "SELECT", &["a", "B", "c", "s.e"]);
        postgres("select extract(year from t) from x where y is distinct from z", "SELECT", &["x"]);
        postgres("select count(*) from (select * from inner_one) q", "SELECT", &["inner_one"]);
        postgres("select * from generate_series(1, 2) g", "SELECT", &[]);
        postgres("with w as (select * from x), v (a) as (table z) select * from w, v", "WITH", &["x"]);
        postgres("insert into t (a) values (1) on conflict do update set a = 2", "INSERT", &["t"]);
        postgres("delete from only t using u where true", "DELETE", &["t", "u"]);
        postgres("select * from t for update", "SELECT", &["t"]);
        postgres("update t set a = (select max(b) from u)", "UPDATE", &["t", "u"]);
        postgres("table t", "TABLE", &["t"]);
        postgres("select 'from x' -- from y\n from z; ", "SELECT", &["z"]);
        check(Dialect::Mysql, "insert ignore `T` values (1)", "INSERT", &["T"]);
        check(Dialect::Mysql, "insert into t values (1) on duplicate key update a = 1", "INSERT", &["t"]);
        check(Dialect::Sqlite, "replace into [a b] values (1)", "REPLACE", &["a b"]);
    }

    #[test]
    fn several_statements_are_several() {
        let surveys = survey(Dialect::Postgres, "select 1; commit; drop table x").unwrap();
        let verbs: Vec<&str> = surveys.iter().map(|it| it.verb.as_str()).collect();
        assert_eq!(verbs, ["SELECT", "COMMIT", "DROP"]);
        assert_eq!(surveys[0].statement, "select 1");
    }

    #[test]
    fn what_a_server_would_read_otherwise_is_refused() {
        assert!(survey(Dialect::Mysql, "select 1 /*! ; drop table x */").is_err());
        assert!(survey(Dialect::Postgres, "select 'a").is_err());
        assert!(survey(Dialect::Postgres, &"(".repeat(1000)).is_err());
        assert!(survey(Dialect::Postgres, "").unwrap().is_empty());
    }

    #[test]
    fn into_counts_where_it_stands_alone() {
        let has_into = |text| survey(Dialect::Mysql, text).unwrap()[0].has_into;
        assert!(has_into("select 1 into outfile '/tmp/x'"));
        assert!(!has_into("select 'into', `into` from t"));
    }
}
