//! `django/db/backends/sqlite3/base.py`: `DatabaseWrapper.data_types`.

use super::{Backend, unlimited_varchar, varchar};
use crate::compile::django::field::{BuiltIn, Scalar};

/// `None` when it is not known.
pub fn data_type(scalar: &Scalar, backend: Backend) -> Option<String> {
    let text = match scalar.class {
        BuiltIn::Auto | BuiltIn::BigAuto | BuiltIn::SmallAuto | BuiltIn::Integer => "integer",
        BuiltIn::BigInteger | BuiltIn::Duration => "bigint",
        BuiltIn::SmallInteger => "smallint",
        BuiltIn::Binary => "BLOB",
        BuiltIn::Boolean | BuiltIn::NullBoolean => "bool",
        BuiltIn::Char if backend.django >= (5, 2) => return unlimited_varchar(scalar),
        BuiltIn::Char | BuiltIn::File | BuiltIn::FilePath | BuiltIn::Slug => return varchar(scalar),
        BuiltIn::Date => "date",
        BuiltIn::DateTime => "datetime",
        BuiltIn::Decimal => "decimal",
        BuiltIn::Float => "real",
        BuiltIn::IpAddress => "char(15)",
        BuiltIn::GenericIpAddress => "char(39)",
        BuiltIn::Json | BuiltIn::Text => "text",
        BuiltIn::PositiveBigInteger => "bigint unsigned",
        BuiltIn::PositiveInteger => "integer unsigned",
        BuiltIn::PositiveSmallInteger => "smallint unsigned",
        BuiltIn::Time => "time",
        BuiltIn::Uuid => "char(32)",
        BuiltIn::Array
        | BuiltIn::CiChar
        | BuiltIn::CiEmail
        | BuiltIn::CiText
        | BuiltIn::HStore
        | BuiltIn::SearchVector
        | BuiltIn::SearchQuery
        | BuiltIn::IntegerRange
        | BuiltIn::BigIntegerRange
        | BuiltIn::DecimalRange
        | BuiltIn::FloatRange
        | BuiltIn::DateTimeRange
        | BuiltIn::DateRange
        | BuiltIn::Other => return None,
    };
    Some(text.to_owned())
}
