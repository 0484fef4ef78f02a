//! What `SHOW GRANTS` says of the right to see a database's tables.

use crate::audit::Visibility;
use crate::dialect::Dialect;
use crate::dialect::token::{Quotes, Token, TokenKind, after_group, tokens};

/// Full if the role has a right on the whole database that shows it all.
///
/// `information_schema` shows a table to a role with any right on it, and a column to one with `SELECT`,
/// `INSERT`, `UPDATE` or `REFERENCES`. `REFERENCES` alone shows everything and reads no row.
pub fn visibility(grants: &[String], schema: &str, role: &str) -> Visibility {
    if grants.iter().any(|line| shows_all(line, schema))
        && !grants.iter().any(|line| takes_away(line, schema))
    {
        return Visibility::Full;
    }
    Visibility::Partial { grant: catalog_grant(schema, role) }
}

/// Whether the role may read InnoDB's dictionary.
pub fn has_process(grants: &[String]) -> bool {
    let is_such = |line: &String| {
        let tokens = tokens(line, Quotes::MYSQL)?;
        let (verb, rest) = tokens.split_first()?;
        let (rights, object) = rights_and_object(rest)?;
        let has_right =
            rights.iter().any(|right| ["all", "process"].contains(&right.to_lowercase().as_str()));
        Some(verb.is_word("grant") && has_right && object.first()?.is_symbol("*"))
    };
    grants.iter().any(|line| is_such(line) == Some(true))
}

/// The statement that lets the role see the whole catalog of a database.
pub fn catalog_grant(schema: &str, role: &str) -> String {
    // The name of a database is a pattern in GRANT.
    let pattern = schema.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%");
    format!("GRANT REFERENCES ON {}.* TO {}", Dialect::Mysql.quote(&pattern), account(role))
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

fn shows_all(line: &str, schema: &str) -> bool {
    let Some(tokens) = tokens(line, Quotes::MYSQL) else { return false };
    let Some((verb, rest)) = tokens.split_first() else { return false };
    if !verb.is_word("grant") {
        return false;
    }
    let Some((rights, object)) = rights_and_object(rest) else { return false };
    covers(object, schema)
        && rights.iter().any(|right| {
            ["all", "select", "insert", "update", "references"].contains(&right.to_lowercase().as_str())
        })
}

/// MySQL's partial revokes: a `REVOKE` among the grants.
fn takes_away(line: &str, schema: &str) -> bool {
    let Some(tokens) = tokens(line, Quotes::MYSQL) else { return false };
    let Some((verb, rest)) = tokens.split_first() else { return false };
    verb.is_word("revoke") && rights_and_object(rest).is_some_and(|(_, object)| covers(object, schema))
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

/// Whether `*.*` or `pattern.*` is about this database.
fn covers(object: &[Token<'_>], schema: &str) -> bool {
    let [database, dot, table, ..] = object else { return false };
    if !dot.is_symbol(".") || !table.is_symbol("*") {
        return false;
    }
    database.is_symbol("*")
        || matches(&database.identifier().chars().collect::<Vec<_>>(), &schema.chars().collect::<Vec<_>>())
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

    #[track_caller]
    fn check(lines: &[&str], expected: bool) {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(visibility(&lines, "my_db", "u@%") == Visibility::Full, expected, "{lines:?}");
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
        check(&["GRANT 'open", "", "nonsense"], false);
    }

    #[test]
    fn the_right_to_the_dictionary() {
        let has = |line: &str| has_process(&[line.to_owned()]);
        assert!(has("GRANT SELECT, PROCESS ON *.* TO `u`@`%`"));
        assert!(has("GRANT ALL PRIVILEGES ON *.* TO `u`@`%`"));
        assert!(!has("GRANT ALL PRIVILEGES ON `my_db`.* TO `u`@`%`"));
        assert!(!has("GRANT SELECT ON *.* TO `u`@`%`"));
    }

    #[test]
    fn the_statement_that_helps() {
        assert_eq!(catalog_grant("my_db", "o'x@a@%"), "GRANT REFERENCES ON `my\\_db`.* TO 'o''x@a'@'%'");
        assert_eq!(ledger_grant("d`b", "t", "u@h"), "GRANT SELECT ON `d``b`.`t` TO 'u'@'h'");
    }
}
