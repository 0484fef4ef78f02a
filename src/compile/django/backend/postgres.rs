//! `django/db/backends/postgresql/base.py`: `DatabaseWrapper.data_types`; and the `db_type` of
//! `django/contrib/postgres/fields/`, `django/contrib/postgres/search.py`.

use super::{Backend, numeric, unlimited_varchar, varchar};
use crate::compile::django::field::{BuiltIn, Number, Scalar};
use crate::schema::OR;

/// `None` when it is not known.
pub fn data_type(scalar: &Scalar, backend: Backend) -> Option<String> {
    let text = match scalar.class {
        // Before Django 4.1 `serial` and its sisters; that they are numbered is told apart.
        BuiltIn::Auto | BuiltIn::Integer | BuiltIn::PositiveInteger => "integer",
        BuiltIn::BigAuto | BuiltIn::BigInteger | BuiltIn::PositiveBigInteger => "bigint",
        BuiltIn::SmallAuto | BuiltIn::SmallInteger | BuiltIn::PositiveSmallInteger => "smallint",
        BuiltIn::Binary => "bytea",
        BuiltIn::Boolean | BuiltIn::NullBoolean => "boolean",
        BuiltIn::Char if backend.django >= (4, 2) => return unlimited_varchar(scalar),
        BuiltIn::Char | BuiltIn::File | BuiltIn::FilePath | BuiltIn::Slug => return varchar(scalar),
        BuiltIn::Date => "date",
        BuiltIn::DateTime => "timestamp with time zone",
        BuiltIn::Decimal if backend.django >= (6, 1) => return unlimited_numeric(scalar),
        BuiltIn::Decimal => return numeric(scalar),
        BuiltIn::Duration => "interval",
        BuiltIn::Float => "double precision",
        BuiltIn::IpAddress | BuiltIn::GenericIpAddress => "inet",
        BuiltIn::Json => "jsonb",
        BuiltIn::Text => "text",
        BuiltIn::Time => "time",
        BuiltIn::Uuid => "uuid",
        // PostgreSQL keeps no size of an array.
        BuiltIn::Array => {
            let element = element(scalar.inner.as_deref()?, backend)?;
            let arrays: Vec<String> = element.split(OR).map(|it| format!("{it}[]")).collect();
            return Some(arrays.join(OR));
        }
        // Since Django 5.1 these make varchar and text; a database migrated before keeps what it has.
        BuiltIn::CiChar | BuiltIn::CiEmail if backend.django >= (5, 1) => {
            return Some([&*unlimited_varchar(scalar)?, "citext"].join(OR));
        }
        BuiltIn::CiText if backend.django >= (5, 1) => return Some(["text", "citext"].join(OR)),
        BuiltIn::CiChar | BuiltIn::CiEmail | BuiltIn::CiText => "citext",
        BuiltIn::HStore => "hstore",
        BuiltIn::SearchVector => "tsvector",
        BuiltIn::SearchQuery => "tsquery",
        BuiltIn::IntegerRange => "int4range",
        BuiltIn::BigIntegerRange => "int8range",
        BuiltIn::DecimalRange | BuiltIn::FloatRange => "numrange",
        BuiltIn::DateTimeRange => "tstzrange",
        BuiltIn::DateRange => "daterange",
        BuiltIn::Other => return None,
    };
    Some(text.to_owned())
}

/// Whether it is `varchar`, of whatever length.
pub fn is_varchar(class: BuiltIn) -> bool {
    matches!(class, BuiltIn::Char | BuiltIn::File | BuiltIn::FilePath | BuiltIn::Slug)
}

fn element(inner: &Scalar, backend: Backend) -> Option<String> {
    match backend.scalar(inner, "").data_type {
        crate::schema::Spelling::Uncertain(text) | crate::schema::Spelling::Certain(text) => {
            Some(text.to_string())
        }
        crate::schema::Spelling::Unread => None,
    }
}

fn unlimited_numeric(scalar: &Scalar) -> Option<String> {
    match (scalar.max_digits, scalar.decimal_places) {
        (Number::Unset, Number::Unset) => Some("numeric".to_owned()),
        _ => numeric(scalar),
    }
}

/// `DatabaseSchemaEditor._create_like_index_sql` in `django/db/backends/postgresql/schema.py`. Of several types the first,
/// which this version of Django makes.
pub fn like(data_type: &str) -> Option<&'static str> {
    if data_type.contains('[') {
        None
    } else if data_type.starts_with("varchar") {
        Some("varchar_pattern_ops")
    } else if data_type.starts_with("text") {
        Some("text_pattern_ops")
    } else {
        None
    }
}
