//! Which operation a class is, and which side of it a subclass has changed.

use super::super::arguments::last_part;
use super::super::project::{Body, Object};

/// An operation of Django's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    CreateModel,
    DeleteModel,
    RenameModel,
    AlterModelTable,
    AlterModelOptions,
    AlterOrderWithRespectTo,
    AlterUniqueTogether,
    AlterIndexTogether,
    AddField,
    RemoveField,
    AlterField,
    RenameField,
    AddIndex,
    RemoveIndex,
    RenameIndex,
    AddConstraint,
    RemoveConstraint,
    AlterConstraint,
    RunSql,
    RunPython,
    SeparateDatabaseAndState,
    /// Comments, managers, extensions, collations, the validation of a constraint that is there.
    Nothing,
}

/// What a class does with `state_forwards` or `database_forwards`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// As Django's class does.
    Usual,
    Nothing,
    /// Something of its own.
    Own,
}

/// The operation of Django's that an object is, or that its class derives from.
pub fn class(object: &Object) -> Option<Class> {
    std::iter::once(&object.class).chain(&object.lineage).find_map(|path| named(path))
}

/// Whether the class is Django's own, no subclass.
pub fn is_djangos(object: &Object) -> bool {
    named(&object.class).is_some()
}

pub fn side(object: &Object, method: &str) -> Side {
    match object.methods.iter().find(|(name, _)| &**name == method).map(|(_, it)| it.function.body) {
        None | Some(Body::Super) => Side::Usual,
        Some(Body::Empty) => Side::Nothing,
        Some(Body::Other) => Side::Own,
    }
}

fn named(path: &str) -> Option<Class> {
    if !path.starts_with("django.db.migrations.") && !path.starts_with("django.contrib.postgres.") {
        return None;
    }
    Some(match last_part(path) {
        "CreateModel" => Class::CreateModel,
        "DeleteModel" => Class::DeleteModel,
        "RenameModel" => Class::RenameModel,
        "AlterModelTable" => Class::AlterModelTable,
        "AlterModelOptions" => Class::AlterModelOptions,
        "AlterOrderWithRespectTo" => Class::AlterOrderWithRespectTo,
        "AlterUniqueTogether" => Class::AlterUniqueTogether,
        "AlterIndexTogether" => Class::AlterIndexTogether,
        "AddField" => Class::AddField,
        "RemoveField" => Class::RemoveField,
        "AlterField" => Class::AlterField,
        "RenameField" => Class::RenameField,
        "AddIndex" | "AddIndexConcurrently" => Class::AddIndex,
        "RemoveIndex" | "RemoveIndexConcurrently" => Class::RemoveIndex,
        "RenameIndex" => Class::RenameIndex,
        "AddConstraint" | "AddConstraintNotValid" => Class::AddConstraint,
        "RemoveConstraint" => Class::RemoveConstraint,
        "AlterConstraint" => Class::AlterConstraint,
        "RunSQL" => Class::RunSql,
        "RunPython" => Class::RunPython,
        "SeparateDatabaseAndState" => Class::SeparateDatabaseAndState,
        "AlterModelTableComment"
        | "AlterModelManagers"
        | "ValidateConstraint"
        | "CreateExtension"
        | "BloomExtension"
        | "BtreeGinExtension"
        | "BtreeGistExtension"
        | "CITextExtension"
        | "CryptoExtension"
        | "HStoreExtension"
        | "TrigramExtension"
        | "UnaccentExtension"
        | "CreateCollation"
        | "RemoveCollation" => Class::Nothing,
        _ => return None,
    })
}
