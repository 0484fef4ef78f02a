//! Which tables are expected, which are there, and who made them: kept for `/v1/…/tables/{table}`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::audit::evidence::Missing;
use crate::audit::{Expected, Observation, Sibling, Visibility};
use crate::dialect::Dialect;
use crate::migration::{Manifest, MigrationId};
use crate::schema::{Name, TableName};

#[derive(Debug)]
pub struct TableIndex {
    manifest: Arc<Manifest>,
    dialect: Dialect,
    audited_schema: Name,
    sees_everything: bool,
    tables: BTreeMap<TableName, Entry>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    is_expected: bool,
    is_there: bool,
    created: Option<u32>,
    changed: Option<u32>,
}

/// What is known of one table.
pub struct TableFact<'a> {
    pub schema: &'a str,
    pub table: &'a str,
    pub is_expected: bool,
    /// `None` when the role may not see it.
    pub exists: Option<bool>,
    pub made_by: Option<&'a MigrationId>,
    pub changed_by: Option<&'a MigrationId>,
    pub verify_sql: String,
}

impl TableIndex {
    pub fn of(manifest: Arc<Manifest>, expected: &Expected, observation: &Observation) -> Self {
        let mut tables: BTreeMap<TableName, Entry> = BTreeMap::new();
        for (name, table) in &expected.expectation.schema.tables {
            let entry = tables.entry(name.clone()).or_default();
            entry.is_expected = true;
            entry.created = table.provenance.created();
            entry.changed = table.provenance.changed();
        }
        for name in observation.catalog.actual.tables.keys() {
            tables.entry(name.clone()).or_default().is_there = true;
        }
        let sees_everything = match &observation.catalog.visibility {
            Visibility::Full => true,
            Visibility::Partial { .. } => false,
        };
        Self {
            manifest,
            dialect: observation.dialect,
            audited_schema: observation.schema.clone(),
            sees_everything,
            tables,
        }
    }

    /// What this database has of what is missing in another one.
    pub fn as_sibling(&self, database: &str, missing: &Missing) -> Sibling {
        let entry = |name: &Name| self.tables.get(&TableName::unqualified(Arc::clone(name)));
        let is_there = |name: &&Name| entry(name).is_some_and(|it| it.is_there);
        let tables: Vec<Name> = missing.tables.iter().filter(is_there).cloned().collect();
        Sibling {
            database: database.to_owned(),
            expected_there: tables.iter().filter(|it| entry(it).is_some_and(|it| it.is_expected)).count(),
            standing_too: missing.standing.iter().filter(is_there).count(),
            tables,
        }
    }

    /// Whether what is not there is known not to exist.
    pub fn sees_everything(&self) -> bool {
        self.sees_everything
    }

    pub fn audited_schema(&self) -> &str {
        &self.audited_schema
    }

    /// The names of expected tables that are known not to be there.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let is_missing = |entry: &Entry| entry.is_expected && !entry.is_there && self.sees_everything;
        self.tables.iter().filter(move |(_, entry)| is_missing(entry)).map(|(name, _)| &*name.name)
    }

    /// A table by its name in the audited schema, or as `schema.name`. The outer `None`: neither expected
    /// nor there.
    pub fn find(&self, name: &str) -> Option<TableFact<'_>> {
        let unqualified = TableName::unqualified(name);
        let (found, entry) = self.tables.get_key_value(&unqualified).or_else(|| {
            let (schema, name) = name.split_once('.')?;
            let in_schema = TableName::qualified(schema, name);
            let in_audited = || TableName::unqualified(name);
            (self.tables.get_key_value(&in_schema)).or_else(|| {
                self.tables.get_key_value(&in_audited()).filter(|_| *schema == *self.audited_schema)
            })
        })?;
        let schema = found.schema.as_ref().unwrap_or(&self.audited_schema);
        let migration = |position: Option<u32>| {
            position.and_then(|position| self.manifest.migration(position)).map(|migration| &migration.id)
        };
        Some(TableFact {
            schema,
            table: &found.name,
            is_expected: entry.is_expected,
            exists: (entry.is_there || self.sees_everything).then_some(entry.is_there),
            made_by: migration(entry.created),
            changed_by: migration(entry.changed.filter(|_| entry.changed != entry.created)),
            verify_sql: self.dialect.verify_table(schema, &found.name),
        })
    }
}
