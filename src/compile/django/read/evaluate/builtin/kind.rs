//! What of Django's operations and fields derives from what.

/// Whether an object of one of Django's classes is one of another's; `None` where either is not listed here.
/// `django/db/migrations/operations/`, `django/db/models/fields/`.
pub fn is_kind_of(class: &str, other: &str) -> Option<bool> {
    let (class, other) = (known(class)?, known(other)?);
    let mut at = Some(class);
    while let Some(it) = at {
        if it == other {
            return Some(true);
        }
        at = parent(it);
    }
    // `AutoFieldMeta` says so.
    Some(other == "AutoField" && matches!(class, "BigAutoField" | "SmallAutoField"))
}

fn known(path: &str) -> Option<&str> {
    let is_djangos = ["django.db.migrations.", "django.db.models.", "django.contrib.postgres."];
    if !is_djangos.iter().any(|it| path.starts_with(it)) {
        return None;
    }
    let name = path.rsplit('.').next()?;
    (matches!(name, "Operation" | "Field") || parent(name).is_some()).then_some(name)
}

fn parent(name: &str) -> Option<&'static str> {
    Some(match name {
        "AddIndexConcurrently" => "AddIndex",
        "RemoveIndexConcurrently" => "RemoveIndex",
        "AddConstraintNotValid" => "AddConstraint",
        "AddField" | "AlterField" | "RemoveField" | "RenameField" => "FieldOperation",
        "AlterIndexTogether" | "AlterUniqueTogether" => "AlterTogetherOptionOperation",
        "CreateModel" | "DeleteModel" | "RenameModel" | "ModelOptionOperation" => "ModelOperation",
        "AlterModelManagers"
        | "AlterModelOptions"
        | "AlterModelTable"
        | "AlterModelTableComment"
        | "AlterOrderWithRespectTo"
        | "AlterTogetherOptionOperation" => "ModelOptionOperation",
        "AddConstraint" | "AddIndex" | "AlterConstraint" | "RemoveConstraint" | "RemoveIndex"
        | "RenameIndex" => "IndexOperation",
        "FieldOperation"
        | "IndexOperation"
        | "ModelOperation"
        | "RunPython"
        | "RunSQL"
        | "SeparateDatabaseAndState"
        | "ValidateConstraint" => "Operation",
        "CommaSeparatedIntegerField" | "EmailField" | "SlugField" | "URLField" => "CharField",
        "ImageField" => "FileField",
        "DateTimeField" => "DateField",
        "NullBooleanField" => "BooleanField",
        "OneToOneField" => "ForeignKey",
        "ForeignKey" => "ForeignObject",
        "ForeignObject" | "ManyToManyField" => "RelatedField",
        "AutoField"
        | "BigIntegerField"
        | "PositiveBigIntegerField"
        | "PositiveIntegerField"
        | "PositiveSmallIntegerField"
        | "SmallIntegerField" => "IntegerField",
        "BigAutoField" => "BigIntegerField",
        "SmallAutoField" => "SmallIntegerField",
        "BinaryField"
        | "BooleanField"
        | "CharField"
        | "DateField"
        | "DecimalField"
        | "DurationField"
        | "FileField"
        | "FilePathField"
        | "FloatField"
        | "GenericIPAddressField"
        | "IPAddressField"
        | "IntegerField"
        | "RelatedField"
        | "TextField"
        | "TimeField"
        | "UUIDField" => "Field",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::is_kind_of;

    #[test]
    fn what_derives_from_what_is_known_of_djangos_own() {
        let of = |class: &str, other: &str| {
            is_kind_of(&format!("django.db.{class}"), &format!("django.db.{other}"))
        };
        assert_eq!(of("migrations.AddField", "migrations.CreateModel"), Some(false));
        assert_eq!(
            of("migrations.AlterUniqueTogether", "migrations.operations.models.ModelOperation"),
            Some(true)
        );
        assert_eq!(of("models.EmailField", "models.CharField"), Some(true));
        assert_eq!(of("models.BigAutoField", "models.AutoField"), Some(true));
        assert_eq!(of("models.BigAutoField", "models.IntegerField"), Some(true));
        assert_eq!(of("models.CharField", "models.EmailField"), Some(false));
        assert_eq!(of("models.JSONField", "models.TextField"), None);
        assert_eq!(of("models.CharField", "models.Model"), None);
    }
}
