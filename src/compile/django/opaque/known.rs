//! Operations of well-known packages that change nothing an audit compares.

use crate::compile::django::project::{Object, Value};

/// Each with what it does.
const HARMLESS: &[&str] = &[
    // Triggers and their functions: https://django-pgtrigger.readthedocs.io
    "pgtrigger.migrations.AddTrigger",
    "pgtrigger.migrations.RemoveTrigger",
    // A mark for a linter: https://github.com/3YOURMIND/django-migration-linter
    "django_migration_linter.IgnoreMigration",
    "django_migration_linter.operations.IgnoreMigration",
    // An extension: https://github.com/pgvector/pgvector-python
    "pgvector.django.VectorExtension",
    "pgvector.django.extensions.VectorExtension",
    // Row level security: https://django-rls.com
    "django_rls.migration_operations.EnableRLS",
    "django_rls.migration_operations.DisableRLS",
    "django_rls.migration_operations.CreatePolicy",
    "django_rls.migration_operations.DropPolicy",
    "django_rls.migration_operations.AlterPolicy",
];

/// The hint of what `repair --format django` wrote.
pub const REPAIR: &str = "schema_health";

pub fn is_harmless(object: &Object) -> bool {
    if is_repair(object) {
        return true;
    }
    std::iter::once(&object.class).chain(&object.lineage).any(|path| HARMLESS.contains(&&**path))
}

/// A migration that `repair --format django` wrote makes only what earlier ones promised, where it is missing.
fn is_repair(object: &Object) -> bool {
    let is = |value: &Value, text: &str| matches!(value, Value::Str(it) if **it == *text);
    object.kwargs.iter().any(|(name, value)| {
        **name == *"hints"
            && matches!(value, Value::Dict(pairs) if pairs.iter().any(|(key, value)| {
                is(key, REPAIR) && is(value, "repair")
            }))
    })
}
