//! What of a field, an operation or an index nobody asks for, so that it need not be computed: following a default or a
//! list of choices through the sources costs more than reading all migrations.

use std::sync::Arc;

use super::live::*;
use super::names::is_standard;
use super::{Interpreter, Scope};
use crate::compile::django::project::{OF_INDEXES, Unknown};
use crate::compile::django::read::syntax::tree::{CallExpr, Expr, ExprKind};

/// Methods that say how a field looks in the database: called with a connection, or with nothing.
pub const CALLED: &[&str] = &[
    "db_type",
    "rel_db_type",
    "cast_db_type",
    "get_internal_type",
    "db_type_suffix",
    "db_check",
    "db_parameters",
];

/// Methods by which a field names its column (`django/db/models/fields/__init__.py`).
pub const NAMING: &[&str] =
    &["get_attname", "get_attname_column", "set_attributes_from_name", "contribute_to_class", RELATED];

/// What a relation does when the model that it points at is known.
pub const RELATED: &str = "contribute_to_related_class";

/// Methods of operations, fields, indexes and constraints of which it counts whether they are overridden, and by what.
const OVERRIDDEN: &[&str] = &[
    "state_forwards",
    "database_forwards",
    "allow_migrate_model",
    "_run_sql",
    "create_sql",
    "constraint_sql",
    "_get_condition_sql",
    "_get_check_sql",
    "_get_m2m_db_table",
    "db_type_parameters",
];

/// Attributes that decide something whatever they are.
pub const DECISIVE: &[&str] = &[
    "null",
    "unique",
    "_unique",
    "primary_key",
    "db_index",
    "db_column",
    "db_default",
    "db_collation",
    "db_constraint",
    "parent_link",
    "max_length",
    "max_digits",
    "decimal_places",
    "sorted",
    "sort_value_field_name",
];

/// Arguments of Django's fields that decide nothing about the database, however they are computed. Whether one was
/// altered is told by how it is written.
const NOT_ASKED: &[&str] = &[
    "verbose_name",
    "help_text",
    "validators",
    "error_messages",
    "choices",
    "upload_to",
    "storage",
    "limit_choices_to",
    "related_query_name",
    "encoder",
    "decoder",
];

/// With what is called where an object is the code of a `RunPython`.
pub fn is_method_asked_for(name: &str) -> bool {
    name == "__call__" || [CALLED, NAMING, OVERRIDDEN].iter().any(|it| it.contains(&name))
}

/// Whether Django asks it of an operation, an index or a constraint.
pub fn is_hook(name: &str) -> bool {
    OVERRIDDEN.contains(&name)
}

pub fn is_decisive(name: &str) -> bool {
    DECISIVE.contains(&name)
}

pub fn is_attribute_asked_for(name: &str, value: &Live) -> bool {
    let is_plain = matches!(
        value,
        Live::None
            | Live::Bool(_)
            | Live::Int(_)
            | Live::Float(_)
            | Live::Str(_)
            | Live::Name(_)
            | Live::Unknown(_)
    );
    is_plain || DECISIVE.contains(&name) || OF_INDEXES.contains(&name)
}

/// Whether a class stands on something that is not followed, as all fields, operations and expressions do: Django's, or
/// a library's that is not in the sources.
pub fn stands_on_others(lineage: &[Live]) -> bool {
    let is_other = |path: &str| !is_standard(path.split('.').next().unwrap_or_default());
    lineage.iter().any(|it| match it {
        Live::Name(path) => is_other(path),
        Live::Class(_) => false,
        _ => true,
    })
}

/// `shop.models.generate_code`: something of a module, and no constant, which could be `None`.
fn is_function(value: &Expr) -> bool {
    let ExprKind::Attribute(_, name) = &value.kind else { return false };
    name.starts_with(|first: char| first.is_ascii_lowercase())
}

impl Interpreter<'_> {
    /// In the place of an argument of one of Django's fields that decides nothing: its text.
    pub(super) fn not_asked(
        &self,
        function: &Live,
        call: &CallExpr,
        name: Option<&str>,
        value: &Expr,
        scope: &Scope,
    ) -> Option<Live> {
        let name = name.filter(|_| scope.module.eager && !matches!(value.kind, ExprKind::Literal(_)))?;
        let Live::Name(class) = function else { return None };
        let is_field = (class.starts_with("django.db.models.")
            || class.starts_with("django.contrib.postgres.fields."))
            && (class.ends_with("Field") || class.ends_with("ForeignKey"));
        // Whether a column that may be null has a default decides how Django alters it.
        let may_be_null =
            || call.keywords.iter().any(|(name, _)| name.as_deref().is_none_or(|name| name == "null"));
        let decides_nothing =
            NOT_ASKED.contains(&name) || (name == "default" && (is_function(value) || !may_be_null()));
        if !is_field || !decides_nothing {
            return None;
        }
        let module = &scope.module;
        let source = module.source.as_ref()?;
        let text = source.text.get(value.span.start as usize..value.span.end as usize)?;
        Some(Live::Unknown(Arc::new(Unknown {
            at: self.location(module, value.span),
            reason: "decides nothing about the database".to_owned(),
            text: text.to_owned(),
            clue: None,
        })))
    }
}
