//! A column's type before a backend has spelled it.

use std::sync::Arc;

/// The type of a column of its own, not one that follows another model's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    pub class: BuiltIn,
    pub max_length: Number,
    pub max_digits: Number,
    pub decimal_places: Number,
    /// What an `ArrayField` holds; `None` when it is not known.
    pub inner: Option<Box<Scalar>>,
    pub collation: Option<Arc<str>>,
    /// What a custom `db_type` said, in place of the class's own type.
    pub db_type: Option<CustomType>,
    /// Where `db_parameters` says the type: what `db_type` says, `Some(None)` when nothing of its own.
    pub db_type_beside: Option<Option<CustomType>>,
    /// What a custom `rel_db_type` said: the type of foreign keys that end in this field.
    pub rel_db_type: Option<CustomType>,
    /// What a custom `db_check` said, with `COLUMN_NAME` for the column's name.
    pub check: Option<Arc<str>>,
    /// It has no check, whatever its class has.
    pub unchecked: bool,
    /// The index that PostGIS gives it, beside any other.
    pub spatial_index: Option<SpatialIndex>,
    /// A key that nobody wrote: its class is what DEFAULT_AUTO_FIELD was when the table was made.
    pub automatic: bool,
}

impl Scalar {
    /// As `db_type` alone says it: foreign keys that end here and PostgreSQL's index for patterns ask nothing else
    /// (`Field.rel_db_type` in `django/db/models/fields/__init__.py`, `_create_like_index_sql` in
    /// `django/db/backends/postgresql/schema.py`).
    pub fn by_db_type(&self) -> Self {
        let db_type = self.db_type_beside.clone().unwrap_or_else(|| self.db_type.clone());
        Self { db_type, db_type_beside: None, ..self.clone() }
    }

    pub fn new(class: BuiltIn) -> Self {
        Self {
            class,
            max_length: Number::Unset,
            max_digits: Number::Unset,
            decimal_places: Number::Unset,
            inner: None,
            collation: None,
            db_type: None,
            db_type_beside: None,
            rel_db_type: None,
            check: None,
            unchecked: false,
            spatial_index: None,
            automatic: false,
        }
    }

    pub fn with_length(class: BuiltIn, length: u32) -> Self {
        Self { max_length: Number::Is(length), ..Self::new(class) }
    }
}

/// The index of a column of GeoDjango (`PostGISSchemaEditor._create_spatial_index_sql`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpatialIndex {
    Flat,
    /// Of more than two dimensions.
    OfMany,
}

impl SpatialIndex {
    pub fn operator_class(self) -> Option<&'static str> {
        match self {
            Self::Flat => None,
            Self::OfMany => Some("gist_geometry_ops_nd"),
        }
    }
}

/// A number among a field's arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    Unset,
    Is(u32),
    /// Given, but not seen through.
    Unknown,
}

/// What a method of a custom field said of the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomType {
    Text(Arc<str>),
    /// Of a `rel_db_type` that gives what `db_type` does.
    Own,
    /// It is overridden, but what it says was not seen through.
    Unknown,
}

macro_rules! built_ins {
    ($($name:ident $text:literal,)*) => {
        /// Django's own fields by their internal type (`Field.get_internal_type`), and those of
        /// `django.contrib.postgres.fields`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum BuiltIn { $($name,)* }

        impl BuiltIn {
            #[cfg(test)]
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// By the name of the class: `CharField`.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

built_ins! {
    Auto "AutoField",
    BigAuto "BigAutoField",
    SmallAuto "SmallAutoField",
    BigInteger "BigIntegerField",
    Binary "BinaryField",
    Boolean "BooleanField",
    NullBoolean "NullBooleanField",
    Char "CharField",
    Date "DateField",
    DateTime "DateTimeField",
    Decimal "DecimalField",
    Duration "DurationField",
    File "FileField",
    FilePath "FilePathField",
    Float "FloatField",
    GenericIpAddress "GenericIPAddressField",
    Integer "IntegerField",
    IpAddress "IPAddressField",
    Json "JSONField",
    PositiveBigInteger "PositiveBigIntegerField",
    PositiveInteger "PositiveIntegerField",
    PositiveSmallInteger "PositiveSmallIntegerField",
    Slug "SlugField",
    SmallInteger "SmallIntegerField",
    Text "TextField",
    Time "TimeField",
    Uuid "UUIDField",
    Array "ArrayField",
    CiChar "CICharField",
    CiEmail "CIEmailField",
    CiText "CITextField",
    HStore "HStoreField",
    SearchVector "SearchVectorField",
    SearchQuery "SearchQueryField",
    IntegerRange "IntegerRangeField",
    BigIntegerRange "BigIntegerRangeField",
    DecimalRange "DecimalRangeField",
    FloatRange "FloatRangeField",
    DateTimeRange "DateTimeRangeField",
    DateRange "DateRangeField",
    // A direct child of `Field`: only its own `db_type` knows the type.
    Other "Field",
}
