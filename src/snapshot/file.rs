//! The snapshot's file: JSON whose last line but one is the hash of all lines before it.
//!
//! `head -n -2 FILE | sha256sum` gives the same hash, so that a person can check it without this program.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Snapshot;
use crate::dialect::Dialect;
use crate::migration::manifest::{TableFile, lines, sharing, table_json, table_name_json};
use crate::migration::{LedgerRow, MigrationId};
use crate::schema::{Schema, Table, TableKind, TableName};

/// The version of the format that this program reads and writes.
pub const FORMAT: u32 = 1;

/// A snapshot for schema-health: what one database held at one moment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SnapshotFile {
    /// The version of this format: 1.
    #[serde(rename = "snapshot")]
    _format: u32,
    /// RFC 3339 in UTC.
    #[schemars(with = "String")]
    taken_at: Timestamp,
    dialect: Dialect,
    server_version: String,
    /// The audited schema; names in it stand without it.
    schema: String,
    /// The ledger's table.
    ledger_table: TableName,
    /// In the order in which they were applied; null where there was no ledger.
    ledger: Option<Vec<RowFile>>,
    /// Each as the manifest's `create_table` has it.
    tables: Vec<TableFile>,
    views: Vec<ViewFile>,
    /// What could not be read though it was there, one sentence each.
    unread: Vec<String>,
    /// SHA-256 of the tables and views as they stand here: the same catalog gives the same one.
    catalog_fingerprint: String,
    /// SHA-256 of all lines before this one.
    #[serde(rename = "content_hash")]
    _content_hash: String,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RowFile {
    /// Empty for tools without apps.
    app: String,
    name: String,
    #[schemars(with = "Option<String>")]
    applied_at: Option<Timestamp>,
    succeeded: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ViewFile {
    name: TableName,
    kind: ViewKind,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ViewKind {
    View,
    MaterializedView,
}

/// Why a file is no snapshot that could be compared with.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct SnapshotError {
    pub path: PathBuf,
    pub message: String,
}

impl Snapshot {
    /// # Errors
    /// What is wrong with the file, and what to do.
    pub fn load(path: &Path) -> Result<Self, SnapshotError> {
        let fail = |message| SnapshotError { path: path.to_owned(), message };
        let bytes = std::fs::read(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
        let text =
            String::from_utf8(bytes).map_err(|_| fail("is no snapshot: it is not UTF-8".to_owned()))?;
        Self::parse(&text).map_err(fail)
    }

    /// Reads the text of a snapshot's file, after its version and its hash were found right.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        check_format(text)?;
        check_hash(text)?;
        let file: SnapshotFile = sharing(|| serde_json::from_str(text))
            .map_err(|error| format!("is not what a snapshot of format {FORMAT} looks like: {error}"))?;
        let mut held = Schema::default();
        for table in file.tables {
            held.insert(table.read(file.dialect)?);
        }
        for ViewFile { name, kind } in file.views {
            held.insert(Table { kind: kind.table_kind(), ..Table::new(name) });
        }
        let row = |row: RowFile| LedgerRow {
            migration: MigrationId { app: row.app.into(), name: row.name.into() },
            applied_at: row.applied_at,
            succeeded: row.succeeded,
        };
        let snapshot = Self {
            taken_at: file.taken_at,
            dialect: file.dialect,
            server_version: file.server_version,
            schema: file.schema.into(),
            ledger_table: file.ledger_table,
            ledger: file.ledger.map(|rows| rows.into_iter().map(row).collect()),
            held,
            unread: file.unread,
        };
        if snapshot.fingerprint() == file.catalog_fingerprint {
            Ok(snapshot)
        } else {
            Err("its catalog_fingerprint is not that of its tables: take a new snapshot".to_owned())
        }
    }

    /// The text of the file. The same snapshot gives the same text.
    pub fn to_json(&self) -> String {
        let rows = |rows: &Vec<LedgerRow>| lines(2, '[', rows.iter().map(row_json), ']');
        let head = [
            ("snapshot", FORMAT.to_string()),
            ("taken_at", json(&self.taken_at)),
            ("dialect", json(&self.dialect)),
            ("server_version", json(&self.server_version)),
            ("schema", json(&*self.schema)),
            ("ledger_table", table_name_json(&self.ledger_table)),
            ("ledger", self.ledger.as_ref().map_or_else(|| "null".to_owned(), rows)),
            ("tables", self.tables_json()),
            ("views", self.views_json()),
            ("unread", lines(2, '[', self.unread.iter().map(json), ']')),
            ("catalog_fingerprint", json(&self.fingerprint())),
        ];
        let mut text = String::from("{\n");
        for (key, value) in head {
            text.push_str(&format!("  \"{key}\": {value},\n"));
        }
        let hash = hash_of(&text);
        text.push_str(&format!("  \"content_hash\": \"{hash}\"\n}}\n"));
        text
    }

    /// SHA-256 over tables and views: the same catalog gives the same one, whichever server holds it.
    pub fn fingerprint(&self) -> String {
        hash_of(&format!("{}\n{}\n", self.tables_json(), self.views_json()))
    }

    /// The JSON Schema of the file format.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(SnapshotFile).to_value()
    }

    fn tables_json(&self) -> String {
        let tables = self.held.tables.values().filter(|table| table.kind.holds_rows());
        lines(2, '[', tables.map(|table| table_json(table, 4)), ']')
    }

    fn views_json(&self) -> String {
        let views = self.held.tables.values().filter_map(|table| {
            let kind = ViewKind::of(table.kind)?;
            Some(format!("{{\"name\": {}, \"kind\": {}}}", table_name_json(&table.name), json(&kind)))
        });
        lines(2, '[', views, ']')
    }
}

impl ViewKind {
    fn of(kind: TableKind) -> Option<Self> {
        match kind {
            TableKind::View => Some(Self::View),
            TableKind::MaterializedView => Some(Self::MaterializedView),
            TableKind::Table | TableKind::Partitioned | TableKind::Foreign => None,
        }
    }

    fn table_kind(self) -> TableKind {
        match self {
            Self::View => TableKind::View,
            Self::MaterializedView => TableKind::MaterializedView,
        }
    }
}

/// The version comes first: a newer program's file may look otherwise altogether.
fn check_format(text: &str) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Head {
        snapshot: Option<u64>,
    }
    let head: Head = serde_json::from_str(text).map_err(|error| {
        let cut = if error.is_eof() { "was cut off, or " } else { "" };
        format!("{cut}is no snapshot: {error}; take a new one with `schema-health snapshot`")
    })?;
    match head.snapshot {
        None => Err("is no snapshot: it does not say `snapshot`, the version of the format".to_owned()),
        Some(format) if format == u64::from(FORMAT) => Ok(()),
        Some(format) => Err(format!(
            "is of format {format}, but this version of schema-health reads format {FORMAT}: \
             use the version that took it"
        )),
    }
}

fn check_hash(text: &str) -> Result<(), String> {
    let changed = || "was changed after it was taken: its content_hash is not that of its content".to_owned();
    let (content, hash) = text.rsplit_once("  \"content_hash\": \"").ok_or_else(changed)?;
    let hash = hash.strip_suffix("\"\n}\n").ok_or_else(changed)?;
    if hash == hash_of(content) { Ok(()) } else { Err(changed()) }
}

fn hash_of(text: &str) -> String {
    let digits: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

fn row_json(row: &LedgerRow) -> String {
    format!(
        "{{\"app\": {}, \"name\": {}, \"applied_at\": {}, \"succeeded\": {}}}",
        json(&*row.migration.app),
        json(&*row.migration.name),
        json(&row.applied_at),
        row.succeeded
    )
}

/// Strings, numbers and words: nothing that could fail to be written.
fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
