//! Which operation a class is, and which side of it a subclass has changed.

use std::sync::Arc;

use super::super::arguments::last_part;
use super::super::project::{Body, Function, Label, Object, Reach, Twisted, Value};

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
    /// As Django's class does, on a condition that was not seen through.
    Doubtful,
    /// Something of its own.
    Own,
    /// Something of its own, on such a condition.
    DoubtfulOwn,
    /// SQL of its own, so that what it was given may not be run.
    OwnSql,
}

impl Side {
    pub fn is_doubtful(self) -> bool {
        matches!(self, Self::Doubtful | Self::DoubtfulOwn | Self::OwnSql)
    }

    pub fn is_own(self) -> bool {
        matches!(self, Self::Own | Self::DoubtfulOwn | Self::OwnSql)
    }
}

/// The operation of Django's that an object is, or that its class derives from.
pub fn class(object: &Object) -> Option<Class> {
    std::iter::once(&object.class).chain(&object.lineage).find_map(|path| named(path))
}

/// Whether it is an operation of Django's of this name, or derives from it.
pub fn derives(object: &Object, name: &str) -> bool {
    let all = std::iter::once(&object.class).chain(&object.lineage);
    all.filter(|path| named(path).is_some()).any(|path| last_part(path) == name)
}

/// Whether the class is Django's own, no subclass.
pub fn is_djangos(object: &Object) -> bool {
    named(&object.class).is_some()
}

/// What Django's `database_forwards` asks the operation itself (`django/db/migrations/operations/base.py`, `special.py`).
const HOOKS: [&str; 2] = ["allow_migrate_model", "_run_sql"];

pub fn side(object: &Object, method: &str) -> Side {
    let asks_otherwise = HOOKS.iter().any(|it| function(object, it).is_some_and(|it| it.body != Body::Super));
    if method == "database_forwards" && asks_otherwise {
        return Side::DoubtfulOwn;
    }
    let Some(method) = function(object, method) else { return Side::Usual };
    match method.body {
        Body::Super => Side::Usual,
        Body::Empty => Side::Nothing,
        Body::Other if method.work.twisted != Twisted::Nothing => Side::DoubtfulOwn,
        Body::Other => match (method.work.usual, method.work.own) {
            (Reach::Never, Reach::Never) => Side::Nothing,
            (Reach::Certainly, Reach::Never) => Side::Usual,
            (Reach::Perhaps, Reach::Never) => Side::Doubtful,
            (Reach::Certainly, _) | (_, Reach::Certainly) => Side::Own,
            (Reach::Never | Reach::Perhaps, Reach::Perhaps) => Side::DoubtfulOwn,
        },
    }
}

/// What its `database_forwards` has Django's class make of another kind.
pub fn twisted(object: &Object) -> Twisted {
    function(object, "database_forwards").map(|it| it.work.twisted).unwrap_or_default()
}

/// Whether it never comes to what Django's class does.
pub fn does_another(object: &Object, method: &str) -> bool {
    function(object, method).is_some_and(|it| it.body == Body::Other && it.work.usual == Reach::Never)
}

/// Whether what it does instead is most likely the same: it asks the schema editor for what Django's class asks it for.
pub fn does_alike(object: &Object, class: Class) -> bool {
    function(object, "database_forwards").is_some_and(|it| {
        it.work.usual != Reach::Never || it.editor_calls.iter().any(|call| asked_by(class).contains(&&**call))
    })
}

/// The methods of `BaseDatabaseSchemaEditor` that do the work of an operation (`django/db/migrations/operations/`).
fn asked_by(class: Class) -> &'static [&'static str] {
    match class {
        Class::CreateModel => &["create_model"],
        Class::DeleteModel => &["delete_model"],
        Class::RenameModel => &["alter_db_table", "alter_field"],
        Class::AlterModelTable => &["alter_db_table"],
        Class::AlterOrderWithRespectTo => &["add_field", "remove_field"],
        Class::AlterUniqueTogether => &["alter_unique_together"],
        Class::AlterIndexTogether => &["alter_index_together"],
        Class::AddField => &["add_field"],
        Class::RemoveField => &["remove_field"],
        Class::AlterField | Class::RenameField => &["alter_field"],
        Class::AddIndex => &["add_index"],
        Class::RemoveIndex => &["remove_index"],
        Class::RenameIndex => &["rename_index"],
        Class::AddConstraint => &["add_constraint"],
        Class::RemoveConstraint => &["remove_constraint"],
        Class::AlterConstraint => &["add_constraint", "remove_constraint"],
        Class::AlterModelOptions
        | Class::RunSql
        | Class::RunPython
        | Class::SeparateDatabaseAndState
        | Class::Nothing => &[],
    }
}

/// The label of the app whose models a method changes, where that is not the migration's own.
pub fn label(object: &Object, method: &str) -> Result<Option<Arc<str>>, String> {
    let Some(function) = function(object, method).filter(|it| it.body == Body::Other) else {
        return Ok(None);
    };
    let unseen = || format!("for which app {} does its work was not seen through", object.class);
    match &function.work.label {
        Label::Own => Ok(None),
        Label::Text(label) => Ok(Some(label.clone())),
        Label::Attribute(name) => match object.attributes.iter().rfind(|(it, _)| it == name) {
            Some((_, Value::Str(label))) => Ok(Some(label.clone())),
            Some(_) | None => Err(unseen()),
        },
        Label::Unknown => Err(unseen()),
    }
}

fn function<'a>(object: &'a Object, method: &str) -> Option<&'a Function> {
    object.methods.iter().find(|(name, _)| &**name == method).map(|(_, it)| &*it.function)
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
