//! `django/db/backends/mysql/base.py`: `DatabaseWrapper.data_types` and `_limited_data_types`.

use super::{Backend, numeric, varchar};
use crate::compile::django::field::{BuiltIn, Scalar};
use crate::dialect::Dialect;

/// `None` when it is not known.
pub fn data_type(scalar: &Scalar, backend: Backend) -> Option<String> {
    let text = match scalar.class {
        BuiltIn::Auto | BuiltIn::Integer => "integer",
        BuiltIn::BigAuto | BuiltIn::BigInteger | BuiltIn::Duration => "bigint",
        BuiltIn::SmallAuto | BuiltIn::SmallInteger => "smallint",
        BuiltIn::Binary => "longblob",
        BuiltIn::Boolean | BuiltIn::NullBoolean => "bool",
        BuiltIn::Char | BuiltIn::File | BuiltIn::FilePath | BuiltIn::Slug => return varchar(scalar),
        BuiltIn::Date => "date",
        BuiltIn::DateTime => "datetime(6)",
        BuiltIn::Decimal => return numeric(scalar),
        BuiltIn::Float => "double precision",
        BuiltIn::IpAddress => "char(15)",
        BuiltIn::GenericIpAddress => "char(39)",
        // MariaDB makes it a longtext, with a check of its own.
        BuiltIn::Json => "json",
        BuiltIn::PositiveBigInteger => "bigint unsigned",
        BuiltIn::PositiveInteger => "integer unsigned",
        BuiltIn::PositiveSmallInteger => "smallint unsigned",
        BuiltIn::Text => "longtext",
        BuiltIn::Time => "time(6)",
        // Since Django 5.0 `uuid`, if the server is MariaDB 10.7 or later. Columns made before stay
        // `char(32)`: https://docs.djangoproject.com/en/5.2/releases/5.0/#migrating-existing-uuidfield-on-mariadb-10-7
        BuiltIn::Uuid if backend.dialect == Dialect::Mariadb && backend.django >= (5, 0) => "uuid | char(32)",
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

pub fn is_indexable(data_type: &str) -> bool {
    const LIMITED: [&str; 9] =
        ["tinyblob", "blob", "mediumblob", "longblob", "tinytext", "text", "mediumtext", "longtext", "json"];
    !LIMITED.iter().any(|limited| data_type.eq_ignore_ascii_case(limited))
}
