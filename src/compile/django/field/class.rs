//! Which class of Django's a field is of, and what that class does with its arguments.

use std::sync::Arc;

use super::arguments::{Arguments, last_segment};
use super::known::{Known, Length, known};
use super::methods;
use super::read::Reader;
use super::{BuiltIn, Number};
use crate::compile::django::project::Object;

impl Reader<'_> {
    /// The line of the table, if it decides, and the name of the built-in class that the field is like.
    pub(super) fn class(&mut self, object: &Object) -> (Option<Known>, Arc<str>) {
        let line = object.lineage.iter().chain([&object.class]).find_map(|class| known(class));
        let line = match line {
            Some(line) if line.always || object.base.is_none() => Some(line.is),
            Some(_) | None => object.base.as_ref().and_then(|call| known(&call.class)).map(|line| line.is),
        };
        let class = match line {
            Some(Known::Like(base, _) | Known::Nullable(base, _)) => base.into(),
            Some(Known::Absent) => "".into(),
            Some(Known::Sorted) => "ManyToManyField".into(),
            None => self.followed_class(object),
        };
        (line, class)
    }

    /// The class of Django's that the field's `__init__` ends in; of a class that was not followed, what it
    /// seems to be.
    fn followed_class(&mut self, object: &Object) -> Arc<str> {
        let is_django = |class: &&Arc<str>| class.starts_with("django.");
        let called = object.base.as_ref().map_or(&object.class, |call| &call.class);
        if is_django(&called) {
            return last_segment(called).into();
        }
        let why = object.notice.as_deref().unwrap_or("its class is not in the sources");
        self.unseen(format!("{called}: {why}"));
        self.followed = false;
        if let Some(class) = object.lineage.iter().find(is_django) {
            return last_segment(class).into();
        }
        // A relation's column is called otherwise, and some fields have none.
        self.is_unnamed = true;
        let name = last_segment(called);
        let points = Arguments::of(object, |_| &["to"]).get("to").is_some();
        match (points, name) {
            (true, name) if name.contains("ManyToMany") => "ManyToManyField".into(),
            (true, name) if name.contains("OneToOne") => "OneToOneField".into(),
            (true, name) if name.contains("Key") => "ForeignKey".into(),
            _ => "".into(),
        }
    }

    /// A direct child of `Field`, or a class whose internal type is none of Django's: `Field.db_type` looks up what
    /// `get_internal_type` says, by itself the name of the class, and the field has no column where there is no such type.
    pub(super) fn has_no_type(
        &self,
        object: &Object,
        arguments: &Arguments<'_>,
        internal: &methods::Said,
    ) -> bool {
        match internal {
            // It was one of the types once.
            methods::Said::Text(name) if &**name == "OneToOneField" => false,
            methods::Said::Text(name) => self.is_known_class(object) && BuiltIn::named(name).is_none(),
            methods::Said::Nothing => {
                self.is_of_field_itself(object, arguments)
                    && stored_under(last_segment(&object.class)) == Stored::Nothing
            }
            methods::Said::None | methods::Said::Unknown => false,
        }
    }

    /// Whether a field is of a class that derives from `Field` and none of its kinds, so that its internal type is the
    /// name of its own class (`Field.get_internal_type`), if it does not say another.
    pub(super) fn is_of_field_itself(&self, object: &Object, arguments: &Arguments<'_>) -> bool {
        arguments.class == "django.db.models.Field" && self.is_known_class(object)
    }

    /// Whether nothing but its methods says of what type a field is.
    fn is_known_class(&self, object: &Object) -> bool {
        let is_set = |name: &str| methods::attribute(object, name).is_some();
        self.followed
            && object.notice.is_none()
            && known(&object.class).is_none()
            && !["db_type", "get_internal_type"].into_iter().any(is_set)
    }
}

/// The names of positional arguments, by class: `__init__` in `django/db/models/fields/__init__.py`,
/// `related.py`, and `django/contrib/postgres/fields/array.py`.
pub fn positional(class: &str) -> &'static [&'static str] {
    const FIELD: &[&str] = &[
        "verbose_name",
        "name",
        "primary_key",
        "max_length",
        "unique",
        "blank",
        "null",
        "db_index",
        "rel",
        "default",
        "editable",
        "serialize",
        "unique_for_date",
        "unique_for_month",
        "unique_for_year",
        "choices",
        "help_text",
        "db_column",
        "db_tablespace",
        "auto_created",
        "validators",
        "error_messages",
        "db_comment",
        "db_default",
    ];
    match class {
        "ForeignKey" => &[
            "to",
            "on_delete",
            "related_name",
            "related_query_name",
            "limit_choices_to",
            "parent_link",
            "to_field",
            "db_constraint",
        ],
        "OneToOneField" => &["to", "on_delete", "to_field"],
        "ManyToManyField" => &[
            "to",
            "related_name",
            "related_query_name",
            "limit_choices_to",
            "symmetrical",
            "through",
            "through_fields",
            "db_constraint",
            "db_table",
        ],
        "ArrayField" => &["base_field", "size"],
        "DateField" | "DateTimeField" | "TimeField" => &["verbose_name", "name", "auto_now", "auto_now_add"],
        "DecimalField" => &["verbose_name", "name", "max_digits", "decimal_places"],
        "FileField" => &["verbose_name", "name", "upload_to", "storage"],
        "ImageField" => &["verbose_name", "name", "width_field", "height_field"],
        "FilePathField" => {
            &["verbose_name", "name", "path", "match", "recursive", "allow_files", "allow_folders"]
        }
        "GenericIPAddressField" => &["verbose_name", "name", "protocol", "unpack_ipv4"],
        "JSONField" => &["verbose_name", "name", "encoder", "decoder"],
        "UUIDField" => &["verbose_name"],
        "URLField" => &["verbose_name", "name"],
        "CompositePrimaryKey" => &[],
        "RasterField" => &["verbose_name", "srid", "spatial_index"],
        spatial if SPATIAL.contains(&spatial) => &["verbose_name", "dim", "geography"],
        _ => FIELD,
    }
}

/// Fields of GeoDjango (`django/contrib/gis/db/models/fields.py`), of whose backends PostGIS alone is followed.
pub const SPATIAL: [&str; 9] = [
    "GeometryField",
    "PointField",
    "LineStringField",
    "PolygonField",
    "MultiPointField",
    "MultiLineStringField",
    "MultiPolygonField",
    "GeometryCollectionField",
    "RasterField",
];

/// Django's own class by its name; those that only check their values more closely are their base.
pub fn built_in(class: &str) -> Option<BuiltIn> {
    match class {
        "EmailField" | "URLField" | "CommaSeparatedIntegerField" => Some(BuiltIn::Char),
        "ImageField" => Some(BuiltIn::File),
        "OrderWrt" => Some(BuiltIn::Integer),
        _ => BuiltIn::named(class),
    }
}

/// What a field gets that derives from none of Django's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    As(BuiltIn),
    /// Django asks for more than its name, or some Djangos do.
    Unclear,
    /// No column.
    Nothing,
}

/// What the backends' `data_types` have under a name, whichever class asks for it. The fields of `django.contrib.postgres`
/// say their types by themselves.
pub fn stored_under(name: &str) -> Stored {
    use BuiltIn as B;
    match BuiltIn::named(name) {
        Some(B::Auto | B::BigAuto | B::SmallAuto | B::NullBoolean | B::Other) => Stored::Unclear,
        None if name == "OneToOneField" => Stored::Unclear,
        None => Stored::Nothing,
        Some(B::Array | B::CiChar | B::CiEmail | B::CiText | B::HStore) => Stored::Nothing,
        Some(B::SearchVector | B::SearchQuery) => Stored::Nothing,
        Some(B::IntegerRange | B::BigIntegerRange | B::DecimalRange | B::FloatRange) => Stored::Nothing,
        Some(B::DateTimeRange | B::DateRange) => Stored::Nothing,
        Some(built_in) => Stored::As(built_in),
    }
}

/// `max_length`: what is given, else what the class does without.
pub fn length(class: &str, arguments: &Arguments<'_>, usual: Length) -> Number {
    let given = arguments.number("max_length");
    if given != Number::Unset {
        return given;
    }
    match (usual, class) {
        (Length::Is(length), _) => Number::Is(length),
        (Length::Computed, _) => Number::Unknown,
        (Length::Usual, class) => usual_length(class).map_or(Number::Unset, Number::Is),
    }
}

/// The `max_length` of those that do without, by the last part of their path.
pub fn usual_length(class: &str) -> Option<u32> {
    match class {
        "EmailField" | "CIEmailField" => Some(254),
        "URLField" => Some(200),
        "SlugField" => Some(50),
        "FileField" | "ImageField" | "FilePathField" => Some(100),
        _ => None,
    }
}
