//! What foreign keys do on delete and update, where only `SHOW CREATE TABLE` tells: on MariaDB a role with
//! `SELECT` and nothing else does not see `REFERENTIAL_CONSTRAINTS`.

use std::collections::{BTreeSet, HashSet};

use sqlx::{AssertSqlSafe, Row};

use super::Session;
use super::assemble::{Rows, RuleRow};
use super::error::{failure, number};
use crate::catalog::CatalogError;
use crate::dialect::token::{Quotes, Token, tokens};

impl Session {
    /// Adds the rules that are not in `rows`, for all tables in one round trip. What cannot be had stays out.
    pub(super) async fn read_hidden_rules(
        &mut self,
        schema: &str,
        rows: &mut Rows,
    ) -> Result<(), CatalogError> {
        let known: HashSet<_> = rows.rules.iter().map(|rule| (&*rule.table_name, &*rule.name)).collect();
        let hidden: BTreeSet<&str> = (rows.foreign_keys.iter())
            .filter(|key| !known.contains(&(&*key.table_name, &*key.name)))
            .map(|key| key.table_name.as_str())
            .collect();
        if hidden.is_empty() {
            return Ok(());
        }
        let quote = |name: &str| self.server.dialect.quote(name);
        let statements: Vec<String> = hidden
            .iter()
            .map(|table| format!("SHOW CREATE TABLE {}.{}", quote(schema), quote(table)))
            .collect();
        let hidden: BTreeSet<String> = hidden.into_iter().map(str::to_owned).collect();
        let answers = match self.fetch_raw(AssertSqlSafe(statements.join(";"))).await {
            Ok(answers) => answers,
            // A table went away, or is another one than its name was given for.
            Err(error) if matches!(number(&error), Some(1146 | 1142 | 1356)) => return Ok(()),
            Err(error) => return Err(failure(&error)),
        };
        for (table, answer) in hidden.iter().zip(answers) {
            let text: String = answer.try_get(1).map_err(|error| failure(&error))?;
            rows.rules.extend(rules(table, &text));
        }
        Ok(())
    }
}

/// The rules in a `CREATE TABLE` as the server writes it.
fn rules(table: &str, text: &str) -> Vec<RuleRow> {
    let tokens = tokens(text, Quotes::MYSQL).unwrap_or_default();
    let starts = (0..tokens.len()).filter(|start| {
        let word = |offset: usize, word| {
            tokens.get(start + offset).is_some_and(|token: &Token<'_>| token.is_word(word))
        };
        word(0, "constraint") && word(2, "foreign") && word(3, "key")
    });
    (starts.filter_map(|start| {
        let key = tokens.get(start..)?;
        // Keys end their line with a comma outside of brackets, the last one with the table's bracket.
        let mut depth = 0_i32;
        let end = key.iter().position(|token| {
            depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
            depth < 0 || (depth == 0 && token.is_symbol(","))
        });
        let key = key.get(..end.unwrap_or(key.len()))?;
        Some(RuleRow {
            table_name: table.to_owned(),
            name: key.get(1)?.identifier(),
            on_delete: rule(key, "delete"),
            on_update: rule(key, "update"),
        })
    }))
    .collect()
}

/// The words behind `ON DELETE` or `ON UPDATE`; without them the rule is the usual one.
fn rule(key: &[Token<'_>], event: &str) -> String {
    let is_event = |pair: &[Token<'_>]| pair[0].is_word("on") && pair[1].is_word(event);
    let Some(position) = key.windows(2).position(is_event) else { return "RESTRICT".to_owned() };
    let words = key.get(position + 2..).unwrap_or_default();
    match words {
        [first, second, ..] if first.is_word("set") || first.is_word("no") => {
            format!("{} {}", first.text, second.text).to_uppercase()
        }
        [first, ..] => first.text.to_uppercase(),
        [] => "RESTRICT".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_as_the_server_writes_it() {
        let text = "CREATE TABLE `c` (\n  `id` int(11) NOT NULL COMMENT 'on delete, (',\n  PRIMARY KEY (`id`),\n  \
                    CONSTRAINT `a``b` FOREIGN KEY (`x`, `y`) REFERENCES `p` (`i`, `j`) ON DELETE CASCADE ON UPDATE SET NULL,\n  \
                    CONSTRAINT `plain` FOREIGN KEY (`x`) REFERENCES `o`.`p` (`i`),\n  \
                    CONSTRAINT `last` FOREIGN KEY (`x`) REFERENCES `p` (`i`) ON DELETE NO ACTION\n) ENGINE=InnoDB";
        let read: Vec<_> =
            rules("c", text).into_iter().map(|it| (it.name, it.on_delete, it.on_update)).collect();
        let expected = [
            ("a`b", "CASCADE", "SET NULL"),
            ("plain", "RESTRICT", "RESTRICT"),
            ("last", "NO ACTION", "RESTRICT"),
        ];
        assert_eq!(read, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
    }
}
