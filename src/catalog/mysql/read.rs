//! The views of one database, each read alone.

use std::collections::HashMap;

use super::Session;
use super::assemble::Rows;
use super::grants::Grants;
use crate::catalog::CatalogError;
use crate::dialect::Dialect;

impl Session {
    pub(super) async fn read_rows(&mut self, schema: &str, grants: &Grants) -> Result<Rows, CatalogError> {
        let mut rows = Rows {
            tables: self.rows(include_str!("tables.sql"), schema).await?,
            columns: self.rows(include_str!("columns.sql"), schema).await?,
            ..Rows::default()
        };
        match self.server.dialect {
            Dialect::Mariadb => self.read_rows_of_mariadb(schema, grants, &mut rows).await?,
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => {
                self.read_rows_of_mysql(schema, &mut rows).await?;
            }
        }
        Ok(rows)
    }

    async fn read_rows_of_mariadb(
        &mut self,
        schema: &str,
        grants: &Grants,
        rows: &mut Rows,
    ) -> Result<(), CatalogError> {
        rows.indexes = self.rows(include_str!("indexes_mariadb.sql"), schema).await?;
        rows.checks = self.rows(include_str!("checks_mariadb.sql"), schema).await?;
        // The views of foreign keys open every table, InnoDB's dictionary none.
        if !(grants.has_process() && self.read_innodb_keys(schema, rows).await?) {
            self.read_foreign_keys(schema, rows).await?;
            self.read_hidden_rules(schema, rows).await?;
        }
        Ok(())
    }

    /// All views look into the server's own dictionary: no table is opened.
    async fn read_rows_of_mysql(&mut self, schema: &str, rows: &mut Rows) -> Result<(), CatalogError> {
        rows.indexes = self.rows(include_str!("indexes_mysql.sql"), schema).await?;
        rows.checks = self.rows(include_str!("checks_mysql.sql"), schema).await?;
        let tables = self.rows(include_str!("check_tables_mysql.sql"), schema).await?;
        let table_of: HashMap<String, String> =
            tables.into_iter().map(|(table, name): (String, String)| (name, table)).collect();
        for check in &mut rows.checks {
            check.table_name = table_of.get(&check.name).cloned().unwrap_or_default();
        }
        self.read_foreign_keys(schema, rows).await
    }

    async fn read_foreign_keys(&mut self, schema: &str, rows: &mut Rows) -> Result<(), CatalogError> {
        rows.foreign_keys = self.rows(include_str!("foreign_key_columns.sql"), schema).await?;
        rows.rules = self.rows(include_str!("foreign_key_rules.sql"), schema).await?;
        Ok(())
    }
}
