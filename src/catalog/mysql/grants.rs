//! What `SHOW GRANTS` says of the right to see a database's tables.

use crate::audit::Visibility;
use crate::dialect::Dialect;
use crate::dialect::token::{Quotes, Token, TokenKind, after_group, tokens};

pub struct Grants {
    lines: Vec<String>,
    /// As `CURRENT_USER()` says it: `user@host`.
    role: String,
    /// Whether the name of a database is a pattern in GRANT. With MySQL's `partial_revokes` it is a name
    /// (<https://dev.mysql.com/doc/refman/8.4/en/grant.html>).
    has_patterns: bool,
}

impl Grants {
    pub fn new(lines: Vec<String>, role: &str, has_patterns: bool) -> Self {
        Self { lines, role: role.to_owned(), has_patterns }
    }

    /// Full if the role has a right on the whole database that shows it all.
    ///
    /// `information_schema` shows a table to a role with any right on it, and a column to one with `SELECT`,
    /// `INSERT`, `UPDATE` or `REFERENCES`. `REFERENCES` alone shows everything and reads no row.
    pub fn visibility(&self, schema: &str) -> Visibility {
        let lines: Vec<Line<'_>> = self.lines.iter().filter_map(|line| Line::read(line)).collect();
        let shows_all = ["select", "insert", "update", "references"].iter().any(|right| {
            let about = |line: &&Line<'_>| line.has(right) && self.covers(&line.object, schema);
            let granted: Vec<&Line<'_>> = lines.iter().filter(about).filter(|line| line.grants).collect();
            // MySQL's partial revokes: a REVOKE among the grants takes from those on `*.*`.
            let is_revoked = lines.iter().filter(about).any(|line| !line.grants);
            granted.iter().any(|line| !line.is_global() || !is_revoked)
        });
        if shows_all { Visibility::Full } else { Visibility::Partial { grant: self.catalog_grant(schema) } }
    }

    /// Whether the role may read InnoDB's dictionary.
    pub fn has_process(&self) -> bool {
        let lines = self.lines.iter().filter_map(|line| Line::read(line));
        lines.into_iter().any(|line| line.grants && line.is_global() && line.has("process"))
    }

    /// The statement that lets the role see the whole catalog of a database.
    pub fn catalog_grant(&self, schema: &str) -> String {
        let name = match self.has_patterns {
            true => schema.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%"),
            false => schema.to_owned(),
        };
        format!("GRANT REFERENCES ON {}.* TO {}", Dialect::Mysql.quote(&name), account(&self.role))
    }

    /// Whether `*.*` or `name.*` is about this database.
    fn covers(&self, object: &[Token<'_>], schema: &str) -> bool {
        let [database, dot, table, ..] = object else { return false };
        if !dot.is_symbol(".") || !table.is_symbol("*") {
            return false;
        }
        let name = database.identifier();
        database.is_symbol("*")
            || match self.has_patterns {
                true => matches(&name.chars().collect::<Vec<_>>(), &schema.chars().collect::<Vec<_>>()),
                false => name.eq_ignore_ascii_case(schema),
            }
    }
}

/// The statement that lets the role read the ledger.
pub fn ledger_grant(schema: &str, table: &str, role: &str) -> String {
    let quote = |name| Dialect::Mysql.quote(name);
    format!("GRANT SELECT ON {}.{} TO {}", quote(schema), quote(table), account(role))
}

/// `user@host` as `CURRENT_USER()` says it, as GRANT wants it.
fn account(role: &str) -> String {
    let quote = |name| Dialect::Mysql.quote_literal(name);
    match role.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", quote(user), quote(host)),
        None => quote(role),
    }
}

/// One line of `SHOW GRANTS`.
struct Line<'a> {
    /// Else it revokes.
    grants: bool,
    /// The first words of the rights on whole tables.
    rights: Vec<&'a str>,
    /// What stands behind ON.
    object: Vec<Token<'a>>,
}

impl<'a> Line<'a> {
    /// `None` for a line that is not about rights on tables.
    fn read(line: &'a str) -> Option<Self> {
        let tokens = tokens(line, Quotes::MYSQL)?;
        let (verb, rest) = tokens.split_first()?;
        let (rights, object) = rights_and_object(rest)?;
        let grants = verb.is_word("grant");
        (grants || verb.is_word("revoke")).then(|| Self { grants, rights, object: object.to_vec() })
    }

    fn has(&self, right: &str) -> bool {
        let is_it = |word: &&str| word.eq_ignore_ascii_case("all") || word.eq_ignore_ascii_case(right);
        self.rights.iter().any(is_it)
    }

    fn is_global(&self) -> bool {
        self.object.first().is_some_and(|database| database.is_symbol("*"))
    }
}

/// The first words of the rights on whole tables, and what stands behind ON.
fn rights_and_object<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(Vec<&'a str>, &'t [Token<'a>])> {
    let mut rights = Vec::new();
    let mut position = 0;
    let mut begins = true;
    while let Some(token) = tokens.get(position) {
        if token.is_word("on") {
            return Some((rights, tokens.get(position + 1..)?));
        }
        if token.is_symbol("(") {
            // On some columns only.
            rights.pop();
            position = after_group(tokens, position)?;
            continue;
        }
        if begins && token.kind == TokenKind::Word {
            rights.push(token.text);
        }
        begins = token.is_symbol(",");
        position += 1;
    }
    None
}

/// LIKE: `%` any characters, `_` one, a backslash takes the meaning away.
fn matches(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|start| matches(rest, &text[start..])),
        ['_', rest @ ..] => !text.is_empty() && matches(rest, &text[1..]),
        ['\\', literal, rest @ ..] | [literal, rest @ ..] => {
            text.first().is_some_and(|first| first.eq_ignore_ascii_case(literal)) && matches(rest, &text[1..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(lines: &[&str], has_patterns: bool) -> Grants {
        Grants::new(lines.iter().map(|line| (*line).to_owned()).collect(), "o'x@a@%", has_patterns)
    }

    #[track_caller]
    fn check(lines: &[&str], expected: bool) {
        let visibility = grants(lines, true).visibility("my_db");
        assert_eq!(visibility == Visibility::Full, expected, "{lines:?}");
    }

    #[test]
    fn grants_that_show_all() {
        check(&["GRANT ALL PRIVILEGES ON *.* TO `u`@`%` WITH GRANT OPTION"], true);
        check(&["GRANT USAGE ON *.* TO `u`@`%`", "GRANT DELETE, SELECT ON `my\\_db`.* TO `u`@`%`"], true);
        check(&["GRANT REFERENCES ON `my%`.* TO `u`@`%`"], true);
        check(&["GRANT SELECT ON `my_db`.* TO 'u'@'%'"], true);
        check(&["GRANT PROCESS ON *.* TO `u`@`%`"], false);
        check(&["GRANT CREATE ON `my_db`.* TO `u`@`%`"], false);
        check(&["GRANT SELECT ON `other`.* TO `u`@`%`"], false);
        check(&["GRANT SELECT ON `my_db`.`t` TO `u`@`%`"], false);
        check(&["GRANT SELECT (a, `on`), INSERT (a) ON `my_db`.`t` TO `u`@`%`"], false);
        check(&["GRANT `role` TO `u`@`%`", "GRANT PROXY ON ''@'%' TO 'u'@'%'"], false);
        check(&["GRANT SELECT ON *.* TO `u`@`%`", "REVOKE SELECT ON `my_db`.* FROM `u`@`%`"], false);
        check(&["GRANT SELECT, INSERT ON *.* TO `u`", "REVOKE INSERT ON `my_db`.* FROM `u`"], true);
        let both = [
            "GRANT SELECT ON *.* TO `u`",
            "GRANT UPDATE ON `my_db`.* TO `u`",
            "REVOKE SELECT ON `my_db`.* FROM `u`",
        ];
        check(&both, true);
        check(&["GRANT 'open", "", "nonsense"], false);
    }

    #[test]
    fn names_that_are_no_patterns() {
        let sees = |line| grants(&[line], false).visibility("my_db") == Visibility::Full;
        assert!(sees("GRANT SELECT ON `my_db`.* TO `u`@`%`"));
        assert!(!sees("GRANT SELECT ON `my\\_db`.* TO `u`@`%`"));
        assert!(!sees("GRANT SELECT ON `my%`.* TO `u`@`%`"));
    }

    #[test]
    fn the_right_to_the_dictionary() {
        let has = |line: &str| grants(&[line], true).has_process();
        assert!(has("GRANT SELECT, PROCESS ON *.* TO `u`@`%`"));
        assert!(has("GRANT ALL PRIVILEGES ON *.* TO `u`@`%`"));
        assert!(!has("GRANT ALL PRIVILEGES ON `my_db`.* TO `u`@`%`"));
        assert!(!has("GRANT SELECT ON *.* TO `u`@`%`"));
    }

    #[test]
    fn the_statement_that_helps() {
        let statement = |has_patterns| grants(&[], has_patterns).catalog_grant("my_db");
        assert_eq!(statement(true), "GRANT REFERENCES ON `my\\_db`.* TO 'o''x@a'@'%'");
        assert_eq!(statement(false), "GRANT REFERENCES ON `my_db`.* TO 'o''x@a'@'%'");
        assert_eq!(ledger_grant("d`b", "t", "u@h"), "GRANT SELECT ON `d``b`.`t` TO 'u'@'h'");
    }
}
