//! MariaDB's foreign keys out of InnoDB's own dictionary, which opens no table, for a role that has PROCESS.

use std::collections::{HashMap, HashSet};

use sqlx::FromRow;

use super::Session;
use super::assemble::{ForeignKeyRow, Rows, RuleRow};
use crate::catalog::CatalogError;

#[derive(FromRow)]
struct KeyRow {
    id: String,
    table_name: String,
    referenced_table: String,
    rules: i64,
}

#[derive(FromRow)]
struct KeyColumnRow {
    id: String,
    position: i64,
    column_name: String,
    referenced_column: String,
}

impl Session {
    /// False, and nothing added, where a name is not plain: the dictionary has the names of files, which
    /// write other characters in a way of their own.
    pub(super) async fn read_innodb_keys(
        &mut self,
        schema: &str,
        rows: &mut Rows,
    ) -> Result<bool, CatalogError> {
        if !is_plain(schema) {
            return Ok(false);
        }
        let keys: Vec<KeyRow> = self.rows_of_two(include_str!("innodb_keys_mariadb.sql"), schema).await?;
        let columns: Vec<KeyColumnRow> =
            self.rows_of_two(include_str!("innodb_key_columns_mariadb.sql"), schema).await?;
        let Some((foreign_keys, rules)) = read(keys, columns) else { return Ok(false) };
        // A role with PROCESS may have no right on a table that the dictionary names.
        let visible: HashSet<&str> = rows.tables.iter().map(|table| table.name.as_str()).collect();
        let is_visible = |table: &str| visible.contains(table);
        rows.foreign_keys = foreign_keys.into_iter().filter(|row| is_visible(&row.table_name)).collect();
        rows.rules = rules.into_iter().filter(|row| is_visible(&row.table_name)).collect();
        Ok(true)
    }
}

/// `None` if any name is not plain.
fn read(keys: Vec<KeyRow>, columns: Vec<KeyColumnRow>) -> Option<(Vec<ForeignKeyRow>, Vec<RuleRow>)> {
    let mut rules = Vec::with_capacity(keys.len());
    let mut tables = HashMap::new();
    for key in &keys {
        let (_, name) = plain_pair(&key.id)?;
        let (_, table) = plain_pair(&key.table_name)?;
        tables.insert(key.id.as_str(), (name, table, plain_pair(&key.referenced_table)?));
        rules.push(RuleRow {
            table_name: table.to_owned(),
            name: name.to_owned(),
            on_delete: rule(key.rules).to_owned(),
            on_update: rule(key.rules >> 2).to_owned(),
        });
    }
    let mut foreign_keys = Vec::with_capacity(columns.len());
    for column in columns {
        let Some((name, table, (referenced_schema, referenced_table))) = tables.get(column.id.as_str())
        else {
            continue;
        };
        foreign_keys.push(ForeignKeyRow {
            table_name: (*table).to_owned(),
            name: (*name).to_owned(),
            position: column.position,
            column_name: column.column_name,
            referenced_schema: (*referenced_schema).to_owned(),
            referenced_table: (*referenced_table).to_owned(),
            referenced_column: column.referenced_column,
        });
    }
    Some((foreign_keys, rules))
}

fn rule(flags: i64) -> &'static str {
    match flags & 3 {
        1 => "CASCADE",
        2 => "SET NULL",
        _ => "NO ACTION",
    }
}

/// `database/name`, both plain.
fn plain_pair(text: &str) -> Option<(&str, &str)> {
    text.split_once('/').filter(|(schema, name)| is_plain(schema) && is_plain(name))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
