//! What the constructors of Django's operations and fields keep of what they are given: attributes under the same
//! names, set whatever a class said before.

use std::sync::Arc;

use super::live::*;
use crate::compile::django::arguments::last_part;
use crate::compile::django::field::usual_length;
use crate::compile::django::project::OF_INDEXES;

/// `Field.__init__` and those of its children (`django/db/models/fields/`).
const OF_FIELDS: &[&str] = &[
    "blank",
    "choices",
    "db_collation",
    "db_column",
    "db_comment",
    "db_constraint",
    "db_default",
    "db_index",
    "db_table",
    "decimal_places",
    "default",
    "editable",
    "max_digits",
    "max_length",
    "null",
    "primary_key",
    "unique",
    "_unique",
];

/// The parameters of an operation's constructor, by position (`django/db/migrations/operations/`).
pub fn parameters(class: &str) -> &'static [&'static str] {
    if !class.starts_with("django.db.migrations.")
        && !class.starts_with("django.contrib.postgres.operations.")
    {
        return &[];
    }
    match class.rsplit('.').next().unwrap_or_default() {
        "CreateModel" => &["name", "fields", "options", "bases", "managers"],
        "DeleteModel" | "ModelOperation" | "ModelOptionOperation" => &["name"],
        "RenameModel" => &["old_name", "new_name"],
        "AlterModelTable" => &["name", "table"],
        "AlterUniqueTogether" => &["name", "unique_together"],
        "AlterIndexTogether" => &["name", "index_together"],
        "AlterOrderWithRespectTo" => &["name", "order_with_respect_to"],
        "AlterModelOptions" => &["name", "options"],
        "AlterModelManagers" => &["name", "managers"],
        "AddField" | "AlterField" => &["model_name", "name", "field", "preserve_default"],
        "FieldOperation" => &["model_name", "name", "field"],
        "RemoveField" => &["model_name", "name"],
        "RenameField" => &["model_name", "old_name", "new_name"],
        "AddIndex" | "AddIndexConcurrently" => &["model_name", "index"],
        "RemoveIndex" | "RemoveIndexConcurrently" | "RemoveConstraint" | "ValidateConstraint" => {
            &["model_name", "name"]
        }
        "AlterTogetherOptionOperation" => &["name", "option_value"],
        "RenameIndex" => &["model_name", "new_name", "old_name", "old_fields"],
        "AddConstraint" | "AddConstraintNotValid" => &["model_name", "constraint"],
        "AlterConstraint" => &["model_name", "name", "constraint"],
        "RunSQL" => &["sql", "reverse_sql", "state_operations", "hints", "elidable"],
        "RunPython" => &["code", "reverse_code", "atomic", "hints", "elidable"],
        "SeparateDatabaseAndState" => &["database_operations", "state_operations"],
        "CreateExtension" => &["name", "hints"],
        _ => &[],
    }
}

pub fn is_field(class: &str) -> bool {
    (class.starts_with("django.db.models.") || class.starts_with("django.contrib.postgres."))
        && (class.ends_with("Field") || class.ends_with("ForeignKey"))
}

/// A field of GeoDjango's, which names its column as the others do.
pub fn is_spatial(class: &str) -> bool {
    class.starts_with("django.contrib.gis.db.models.") && class.ends_with("Field")
}

/// Whether a class has `Field.get_internal_type`, which gives the name of the object's own.
pub fn says_its_name(class: &str) -> bool {
    let name = class.strip_prefix("django.db.models.");
    name.is_some_and(|it| matches!(it, "Field" | "ForeignKey" | "ManyToManyField" | "OneToOneField"))
}

/// What `get_internal_type` gives of a field of this class.
pub fn internal_type(class: &str) -> Option<&str> {
    let name = class.strip_prefix("django.db.models.").filter(|it| !it.contains('.'))?;
    Some(match name {
        "URLField" | "EmailField" | "CommaSeparatedIntegerField" => "CharField",
        "ImageField" => "FileField",
        "OrderWrt" => "IntegerField",
        "NullBooleanField" => "NullBooleanField",
        name if name.ends_with("Field") || matches!(name, "ForeignKey") => name,
        _ => return None,
    })
}

/// What an operation has under a name for which it was given nothing, where something may be put into that.
pub fn empty(class: &str, name: &str) -> Option<Live> {
    if !parameters(class).contains(&name) {
        return None;
    }
    match name {
        "options" | "hints" => Some(Live::dict(Vec::new())),
        "database_operations" | "managers" | "state_operations" => Some(Live::list(Vec::new())),
        _ => None,
    }
}

/// Whether calling the constructor of a class sets an attribute.
pub fn sets(class: &str, name: &str) -> bool {
    parameters(class).contains(&name)
        || (is_field(class) && OF_FIELDS.contains(&name))
        || (is_of_meta(class) && (name == "name" || OF_INDEXES.contains(&name)))
}

/// An operation or a field, which nobody goes through or calls.
pub fn is_no_collection(class: &str) -> bool {
    class.starts_with("django.db.migrations.") || is_field(class)
}

/// An index or a constraint.
pub fn is_of_meta(class: &str) -> bool {
    ["django.db.models.", "django.contrib.postgres."].iter().any(|it| class.starts_with(it))
        && ["Index", "Constraint"].iter().any(|it| class.ends_with(it))
}

/// All of them.
pub fn all(class: &str) -> impl Iterator<Item = &'static str> {
    let of_fields: &[&str] = if is_field(class) { OF_FIELDS } else { &[] };
    parameters(class).iter().chain(of_fields).copied()
}

/// The length that a field has where none is given, as their constructors say.
pub fn length(class: &str) -> Option<i128> {
    let class = last_part(class);
    let of_own_type = || match class {
        "GenericIPAddressField" => Some(39),
        "UUIDField" => Some(32),
        "IPAddressField" => Some(15),
        _ => None,
    };
    usual_length(class).or_else(of_own_type).map(i128::from)
}

/// Whether a field of dates and times was told to fill itself: what it says of `editable` and `blank` is set then
/// (`DateField.__init__`).
pub fn fills_itself(class: &str, keywords: &Keywords) -> bool {
    let is_timed = ["DateField", "DateTimeField", "TimeField"].iter().any(|it| last_part(class) == *it);
    let is_set = |(name, value): &(Arc<str>, Live)| {
        matches!(&**name, "auto_now" | "auto_now_add") && !matches!(value, Live::Bool(false))
    };
    is_timed && keywords.iter().any(is_set)
}

/// The attribute of an object that was made so; `name_lower` is one of operations too.
pub fn kept(class: &str, args: &[Live], keywords: &Keywords, name: &str) -> Option<Live> {
    let by_name = |name: &str| {
        let keyword = keywords.iter().find(|(it, _)| **it == *name).map(|(_, value)| value.clone());
        let position = || parameters(class).iter().position(|it| *it == name);
        keyword.or_else(|| args.get(position()?).cloned())
    };
    // `Field.__init__` keeps it so, behind a property.
    if name == "_unique" && is_field(class) {
        return by_name("unique");
    }
    // `Field.unique` is a property.
    if name == "unique" && is_field(class) && matches!(by_name("primary_key"), Some(Live::Bool(true))) {
        return Some(Live::Bool(true));
    }
    if matches!(name, "editable" | "blank") && fills_itself(class, keywords) {
        return Some(Live::Bool(name == "blank"));
    }
    by_name(name).or_else(|| {
        let plain = name.strip_suffix("_lower").filter(|it| parameters(class).contains(it))?;
        by_name(plain)?.as_str().map(|it| Live::str(it.to_lowercase()))
    })
}
