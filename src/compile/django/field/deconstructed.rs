//! `deconstruct` of Django's own fields (`django/db/models/fields/__init__.py`, `files.py`, `json.py`, `related.py`): what of a
//! call's arguments it gives back, by their names.

use super::class::positional;
use crate::compile::django::arguments::{Arguments, last_part};
use crate::compile::django::project::Value;

/// What it says of the field; `None` where the call is not known whole.
pub fn deconstruct<'a>(class: &str, arguments: &Arguments<'a>) -> Option<Vec<(&'a str, &'a Value)>> {
    let names = if class.starts_with("django.") { positional(last_part(class)) } else { &[] };
    let class = last_part(class);
    if arguments.args.len() > names.len() || arguments.is_open() {
        return None;
    }
    let in_place = names.iter().copied().zip(arguments.args);
    let mut said: Vec<(&str, &Value)> =
        in_place.chain(arguments.kwargs.iter().map(|(name, value)| (&**name, value))).collect();
    let is_automatic = said.iter().any(|(name, value)| {
        matches!(*name, "auto_now" | "auto_now_add") && matches!(value, Value::Bool(true))
    });
    said.retain(|(name, value)| !is_left_out(class, name, value, is_automatic));
    Some(said)
}

/// Whether it is what the field has without it, or is never given back.
pub fn is_left_out(class: &str, name: &str, value: &Value, is_automatic: bool) -> bool {
    let is_none = matches!(value, Value::None);
    let is_empty = matches!(value, Value::Str(it) if it.is_empty());
    // A default may be kept as it is written.
    let is_not_provided = match value {
        Value::Name(it) => last_part(it) == "NOT_PROVIDED",
        Value::Unknown(it) => last_part(&it.text) == "NOT_PROVIDED",
        _ => false,
    };
    let is = |wanted: bool| matches!(value, Value::Bool(it) if *it == wanted);
    let is_long = |length: i128| matches!(value, Value::Int(it) if *it == length);
    let is_relation = matches!(class, "ForeignKey" | "OneToOneField");
    match name {
        "name" | "rel" => true,
        "null" | "primary_key" | "auto_created" => is(false),
        "unique" => is(false) || class == "OneToOneField",
        "blank" => is(false) || is_automatic,
        "editable" => is(class != "BinaryField") || is_automatic,
        "serialize" => is(true),
        "db_index" => is(is_relation || class == "SlugField"),
        "default" | "db_default" => is_not_provided,
        "max_length" => {
            is_none
                || match class {
                    "EmailField" => is_long(254),
                    "SlugField" => is_long(50),
                    "URLField" => is_long(200),
                    "FileField" | "ImageField" | "FilePathField" => is_long(100),
                    "GenericIPAddressField" | "UUIDField" => true,
                    _ => false,
                }
        }
        "verbose_name" | "choices" | "unique_for_date" | "unique_for_month" | "unique_for_year"
        | "db_column" | "db_comment" | "db_tablespace" | "error_messages" => is_none,
        "help_text" => is_empty,
        "validators" => matches!(value, Value::List(it) if it.is_empty()),
        "db_collation" => is_none || is_empty,
        "allow_unicode" | "auto_now" | "auto_now_add" | "recursive" | "allow_folders" | "unpack_ipv4"
        | "parent_link" => is(false),
        "allow_files" | "db_constraint" => is(true),
        "upload_to" | "path" => is_empty,
        "match" | "encoder" | "decoder" | "to_field" | "storage" => is_none,
        "width_field" | "height_field" => is_none || is_empty,
        "protocol" => matches!(value, Value::Str(it) if &**it == "both"),
        _ => false,
    }
}
