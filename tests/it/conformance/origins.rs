//! Which migration made each object, as it was seen in PostgreSQL's catalog after each migration: what a finding's
//! origin is held against, without our fold.

use std::collections::BTreeMap;

use schema_health::audit::Rule;
use serde::Deserialize;

use super::damage::Fallen;

/// What `seen.py` wrote: for each object the migrations that may be called its maker, because the object itself,
/// its name or what it promises was first there after them (a column that is retyped brings its indexes and keys anew).
#[derive(Debug, Deserialize)]
pub struct Origins {
    tables: BTreeMap<String, Vec<String>>,
    columns: BTreeMap<String, Vec<String>>,
    constraints: BTreeMap<String, Vec<String>>,
    indexes: BTreeMap<String, Vec<String>>,
}

impl Origins {
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).expect("what seen.py wrote")
    }

    /// The makers of what fell; `None` where it has no name.
    pub fn of(&self, fallen: &Fallen) -> Option<&[String]> {
        let table = &fallen.table;
        let makers = if fallen.rule == Rule::MissingTable {
            self.tables.get(&**table)
        } else if let Some(column) = &fallen.column {
            self.columns.get(&format!("{table}.{column}"))
        } else {
            let key = format!("{table}.{}", fallen.name.as_ref()?);
            self.constraints.get(&key).or_else(|| self.indexes.get(&key))
        };
        makers.map(Vec::as_slice)
    }
}
