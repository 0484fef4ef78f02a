//! `skip_default_on_alter` of django/db/backends/mysql/schema.py: MySQL keeps the default by which a new column of a large
//! type got its first values, for Django does not drop it there.

use crate::compile::django::field::Field;
use crate::compile::django::project::Value;
use crate::compile::django::state::Context;
use crate::dialect::{Dialect, mysql};
use crate::schema::{Column, Spelling};

/// The default that stays on a column that is added; `Unread` where there is one of which no more is known.
pub fn left_by_mysql(context: Context<'_>, field: &Field, column: &Column) -> Option<Spelling> {
    let (dialect, django) = (context.backend.dialect, context.project.django);
    let data_type = column.data_type.text()?;
    // Before 3.2 such a column was added without a default, and one that may be null is still.
    if dialect != Dialect::Mysql || django < (3, 2) || !mysql::is_large(data_type) || field.null {
        return None;
    }
    let is_text = data_type.ends_with("text") || data_type.ends_with("blob");
    let is_empty = |value: &Value| {
        matches!(value, Value::Str(text) if text.is_empty())
            || matches!(value, Value::Bytes(bytes) if bytes.is_empty())
    };
    // Since 5.1 an empty text is none.
    let takes_empty = django < (5, 1);
    match &field.default {
        Some(value) if is_text && is_empty(value) && !takes_empty => None,
        Some(value) => Some(spelled(value, data_type)),
        None if is_text && field.blank && takes_empty => Some(Spelling::uncertain("''")),
        None => None,
    }
}

fn spelled(value: &Value, data_type: &str) -> Spelling {
    let is_made_by = |maker: &str| matches!(value, Value::Name(name) if **name == *maker);
    let is_dict = is_made_by("builtins.dict") || matches!(value, Value::Dict(items) if items.is_empty());
    let is_list = is_made_by("builtins.list") || matches!(value, Value::List(items) if items.is_empty());
    if let Value::Str(text) = value
        && data_type.ends_with("text")
    {
        Spelling::uncertain(Dialect::Mysql.quote_literal(text))
    } else if data_type == "json" && is_dict {
        Spelling::uncertain("'{}'")
    } else if data_type == "json" && is_list {
        Spelling::uncertain("'[]'")
    } else {
        Spelling::Unread
    }
}
