//! The one-line SQL by which a person checks a finding by hand.

use super::Dialect;

impl Dialect {
    /// Whether the table is there: one row with its name, or NULL or no row.
    pub fn verify_table(self, schema: &str, table: &str) -> String {
        match self {
            Self::Postgres => format!("SELECT to_regclass({})", self.regclass(schema, table)),
            Self::Mysql | Self::Mariadb => format!(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = {} AND table_name = {}",
                self.quote_literal(schema),
                self.quote_literal(table)
            ),
            Self::Sqlite => format!(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = {} COLLATE NOCASE",
                self.quote_literal(table)
            ),
        }
    }

    /// The column as it stands: one row, or none.
    pub fn verify_column(self, schema: &str, table: &str, column: &str) -> String {
        let name = self.quote_literal(column);
        match self {
            Self::Postgres => format!(
                "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute \
                 WHERE attrelid = to_regclass({}) AND attname = {name} AND NOT attisdropped",
                self.regclass(schema, table)
            ),
            Self::Mysql | Self::Mariadb => format!(
                "SELECT column_name, column_type, is_nullable, column_default FROM information_schema.columns \
                 WHERE table_schema = {} AND table_name = {} AND column_name = {name}",
                self.quote_literal(schema),
                self.quote_literal(table)
            ),
            Self::Sqlite => format!(
                "SELECT * FROM pragma_table_xinfo({}) WHERE name = {name} COLLATE NOCASE",
                self.quote_literal(table)
            ),
        }
    }

    /// All keys and constraints of the table.
    pub fn verify_constraints(self, schema: &str, table: &str) -> String {
        match self {
            Self::Postgres => format!(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass({})",
                self.regclass(schema, table)
            ),
            Self::Mysql | Self::Mariadb | Self::Sqlite => self.verify_definition(schema, table),
        }
    }

    /// All indexes of the table, unique ones too.
    pub fn verify_indexes(self, schema: &str, table: &str) -> String {
        match self {
            Self::Postgres => format!(
                "SELECT indexrelid::regclass, indisvalid, pg_get_indexdef(indexrelid) FROM pg_index \
                 WHERE indrelid = to_regclass({})",
                self.regclass(schema, table)
            ),
            Self::Mysql | Self::Mariadb | Self::Sqlite => self.verify_definition(schema, table),
        }
    }

    fn verify_definition(self, schema: &str, table: &str) -> String {
        match self {
            Self::Postgres => self.verify_table(schema, table),
            Self::Mysql | Self::Mariadb => {
                format!("SHOW CREATE TABLE {}.{}", self.quote(schema), self.quote(table))
            }
            Self::Sqlite => format!(
                "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = {} COLLATE NOCASE",
                self.quote_literal(table)
            ),
        }
    }

    /// The argument of `to_regclass`: `'public.user_profile_highlight'`.
    fn regclass(self, schema: &str, table: &str) -> String {
        let plain = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        // Quoted when it could be read otherwise; a keyword needs no quotes inside `to_regclass`.
        let part = |name: &str| if plain(name) { name.to_owned() } else { self.quote(name) };
        self.quote_literal(&format!("{}.{}", part(schema), part(table)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_inside_their_quotes() {
        assert_eq!(
            Dialect::Postgres.verify_table("public", "a'; DROP TABLE x; --\""),
            r#"SELECT to_regclass('public."a''; DROP TABLE x; --"""')"#
        );
        assert_eq!(
            Dialect::Postgres.verify_table("public", "plain_1"),
            "SELECT to_regclass('public.plain_1')"
        );
        assert_eq!(Dialect::Mysql.verify_constraints("db`", "t"), "SHOW CREATE TABLE `db```.`t`");
        assert!(Dialect::Sqlite.verify_column("main", "t", "it's").contains("name = 'it''s'"));
    }
}
