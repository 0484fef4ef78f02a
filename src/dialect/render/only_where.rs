//! Statements that run only where a query has a row, in the server's own SQL: for a script that nobody stands by.

use super::Dialect;
use super::guarded::GUARDED;

impl Dialect {
    /// The commands of one statement, each without its semicolon, so written that they do nothing where `query` has no
    /// row when the first of them runs. `None` where SQL alone cannot say it: SQLite has no statement for it, and a DO of
    /// PostgreSQL is a transaction, which some commands refuse.
    pub fn only_where(self, query: &str, commands: &[String]) -> Option<Vec<String>> {
        match self {
            Self::Postgres => {
                let commands = commands.join(";\n    ");
                Some(vec![self.do_if(&format!("EXISTS ({query})"), &commands)])
            }
            Self::Mysql | Self::Mariadb => match commands {
                [command] => Some(self.prepared(&self.if_any(query, &self.quote_literal(command)))),
                [guarded, rest @ ..] => {
                    let mut all =
                        vec![format!("{GUARDED}{}", self.if_any(query, guarded.strip_prefix(GUARDED)?))];
                    all.extend(rest.iter().cloned());
                    Some(all)
                }
                [] => None,
            },
            Self::Sqlite => None,
        }
    }

    fn if_any(self, query: &str, statement: &str) -> String {
        format!("IF(EXISTS ({query}), {statement}, 'DO 0')")
    }

    /// The command as a text that does not end in it: psql's `\gexec` runs what a query yields.
    pub fn as_text(self, command: &str) -> String {
        match self {
            Self::Postgres => {
                let tag = super::guarded::dollar_tag(command);
                format!("{tag} {command} {tag}")
            }
            Self::Mysql | Self::Mariadb | Self::Sqlite => self.quote_literal(command),
        }
    }
}
