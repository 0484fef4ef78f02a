//! What django-postgres-extra's operations make: partitioned tables, views, and partitions.
//!
//! `psqlextra/backend/migrations/operations/` and `psqlextra/backend/schema.py`, the same since version 2.

use super::super::arguments::{self, Arguments, last_part};
use super::super::project::{Object, Value};
use crate::schema::{Name, Table, TableKind};

const OPERATIONS: &str = "psqlextra.backend.migrations.operations.";

/// What an operation of this library does.
#[derive(Clone, Debug)]
pub enum Extra {
    /// A table that is partitioned by these columns, which its primary key ends with.
    Partitioned(Vec<Name>),
    /// A view, or a materialized one: no table, though Django's class makes one.
    View,
    /// As Django's class does, through a method of the editor with another name.
    AsUsual,
    /// A partition comes or goes; its parent stands for it.
    Partition,
    /// Another operation changes the models alone.
    StateOnly(Value),
}

pub fn of(object: &Object) -> Option<Extra> {
    let mut classes = std::iter::once(&object.class).chain(&object.lineage);
    let class = classes.find_map(|path| path.starts_with(OPERATIONS).then(|| last_part(path)))?;
    // As written: not what Django's own constructor gets.
    let arguments = Arguments { args: &object.args, kwargs: &object.kwargs };
    match class {
        "PostgresCreatePartitionedModel" => {
            key(arguments.named("partitioning_options")?).map(Extra::Partitioned)
        }
        "PostgresCreateViewModel" | "PostgresCreateMaterializedViewModel" => Some(Extra::View),
        "PostgresDeletePartitionedModel"
        | "PostgresDeleteViewModel"
        | "PostgresDeleteMaterializedViewModel" => Some(Extra::AsUsual),
        "ApplyState" => Some(Extra::StateOnly(arguments.get(0, "state_operation")?.clone())),
        _ if class.ends_with("Partition") => Some(Extra::Partition),
        _ => None,
    }
}

/// Of `{'method': …, 'key': ['at']}`.
fn key(options: &Value) -> Option<Vec<Name>> {
    let Value::Dict(pairs) = options else { return None };
    let (_, columns) = pairs.iter().find(|(name, _)| matches!(name, Value::Str(it) if **it == *"key"))?;
    arguments::items(columns)?.iter().map(|it| arguments::text(it).map(|it| Name::from(&*it))).collect()
}

/// `create_partitioned_model`: a key of several columns is the model's own, and stays.
pub fn partition(table: &mut Table, by: &[Name]) {
    table.kind = TableKind::Partitioned;
    for key in table.primary_key.iter_mut().filter(|it| it.columns.len() == 1) {
        key.columns.retain(|it| !by.contains(it));
        key.columns.extend_from_slice(by);
    }
}
