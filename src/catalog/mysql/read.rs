//! The views of one database, each read alone.

use std::collections::HashMap;

use super::Session;
use super::assemble::Rows;
use super::grants;
use crate::catalog::CatalogError;
use crate::dialect::Dialect;

impl Session {
    pub(super) async fn read_rows(&mut self, schema: &str, grants: &[String]) -> Result<Rows, CatalogError> {
        let mut rows = Rows {
            tables: self.rows(include_str!("tables.sql"), schema).await?,
            columns: self.rows(include_str!("columns.sql"), schema).await?,
            ..Rows::default()
        };
        match self.server.dialect {
            Dialect::Mariadb => {
                rows.indexes = self.rows(include_str!("indexes_mariadb.sql"), schema).await?;
                rows.checks = self.rows(include_str!("checks_mariadb.sql"), schema).await?;
            }
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => {
                rows.indexes = self.rows(include_str!("indexes_mysql.sql"), schema).await?;
                rows.checks = self.rows(include_str!("checks_mysql.sql"), schema).await?;
                let tables = self.rows(include_str!("check_tables_mysql.sql"), schema).await?;
                let table_of: HashMap<String, String> =
                    tables.into_iter().map(|(table, name): (String, String)| (name, table)).collect();
                for check in &mut rows.checks {
                    check.table_name = table_of.get(&check.name).cloned().unwrap_or_default();
                }
            }
        }
        if !(grants::has_process(grants) && self.read_innodb_keys(schema, &mut rows).await?) {
            rows.foreign_keys = self.rows(include_str!("foreign_key_columns.sql"), schema).await?;
            rows.rules = self.rows(include_str!("foreign_key_rules.sql"), schema).await?;
            self.read_hidden_rules(schema, &mut rows).await?;
        }
        Ok(rows)
    }
}
