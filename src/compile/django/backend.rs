//! What a backend of Django's makes of a field: one table per backend.

mod mysql;
mod postgres;
mod sqlite;

use std::sync::Arc;

use super::field::{BuiltIn, CustomType, Field, Kind, Number, Relation, Scalar};
use super::project::{BASE_TYPE, COLUMN_NAME, is_marked};
use crate::dialect::Dialect;
use crate::schema::{Name, OR, Spelling};

/// A backend at a version of Django. The server's version is not known when compiling: what depends on it
/// is left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backend {
    pub dialect: Dialect,
    /// `django.VERSION[:2]`.
    pub django: (u32, u32),
}

/// A column as a backend spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnType {
    /// Not yet in canonical form.
    pub data_type: Spelling,
    pub auto_increment: bool,
    /// The SQL of the check that the backend adds to columns of this type.
    pub check: Option<Arc<str>>,
    pub collation: Option<Name>,
    /// A default that a custom type brings along; `db_default` decides otherwise.
    pub default: Option<Spelling>,
    /// The operator class of the second index that PostgreSQL's backend adds for `LIKE`, when the column is
    /// indexed or unique. With a collation there is one only if that is deterministic
    /// (Django 4.2 and later; before, always).
    pub like: Option<&'static str>,
    /// MySQL and MariaDB have no index on text, blobs and JSON: `db_index` makes none.
    pub indexable: bool,
}

impl ColumnType {
    /// A column of which nothing is known but that it is there.
    pub fn unknown() -> Self {
        Self {
            data_type: Spelling::Unread,
            auto_increment: false,
            check: None,
            collation: None,
            default: None,
            like: None,
            indexable: true,
        }
    }
}

impl Backend {
    /// The column of a field, or `None` for one that has none. `key` is, for a relation, the type of the
    /// field that it ends in, through all keys that are themselves relations; `None` when it is not known.
    pub fn column(self, field: &Field, column: &str, key: Option<&Scalar>) -> Option<ColumnType> {
        match &field.kind {
            Kind::Absent | Kind::ManyToMany(_) | Kind::CompositePrimaryKey(_) => None,
            Kind::Unknown => Some(ColumnType::unknown()),
            Kind::Scalar(scalar) => Some(self.scalar(scalar, column)),
            Kind::Generated(generated) => {
                // `GeneratedField.db_parameters` asks the output field, which has no column of its own to
                // check, and is never numbered.
                let of_output = generated.output.as_ref().map(|output| self.scalar(output, column));
                let of_output = of_output.unwrap_or_else(ColumnType::unknown);
                Some(ColumnType { check: None, auto_increment: false, default: None, ..of_output })
            }
            Kind::Relation(relation) => Some(self.relation(relation, key)),
        }
    }

    /// A column with a type of its own: `Field.db_parameters`, `Field.db_type_suffix`.
    pub fn scalar(self, scalar: &Scalar, column: &str) -> ColumnType {
        let check = self.check(scalar, column);
        if let Some(custom) = &scalar.db_type {
            let custom = self.custom(custom, self.base_type(scalar).as_deref());
            // Since Django 4.1, AutoField and its sisters are numbered by a suffix behind the type.
            let by_suffix = self.dialect == Dialect::Postgres && self.django >= (4, 1);
            let auto_increment = custom.auto_increment || (by_suffix && scalar.class.is_auto());
            let like = match scalar.db_type_beside {
                Some(_) => self.scalar(&scalar.by_db_type(), column).like,
                None => custom.like,
            };
            return ColumnType { check, auto_increment, like, collation: scalar.collation.clone(), ..custom };
        }
        let text = self.type_or_types(scalar);
        let auto_increment = scalar.class.is_auto();
        let spelled = self.spelled_of(scalar.class, text);
        ColumnType { check, auto_increment, collation: scalar.collation.clone(), ..spelled }
    }

    /// `ForeignKey.db_parameters`: the type by which the target says that others point at it.
    fn relation(self, relation: &Relation, key: Option<&Scalar>) -> ColumnType {
        if let Some(custom) = &relation.db_type {
            let usual = self.pointing_at(key);
            return self.custom(custom, usual.data_type.text());
        }
        self.pointing_at(key)
    }

    /// The type of a foreign key that has none of its own.
    fn pointing_at(self, key: Option<&Scalar>) -> ColumnType {
        let Some(key) = key.map(Scalar::by_db_type) else { return ColumnType::unknown() };
        // Before, the collation was not carried over.
        let collation = key.collation.clone().filter(|_| self.django >= (4, 1));
        let base = self.base_type(&key);
        let is_of_its_type = match key.rel_db_type {
            Some(CustomType::Own) => !key.class.is_auto(),
            Some(CustomType::Text(_) | CustomType::Unknown) => false,
            None => self.pointed_at(key.class) == key.class,
        };
        let column = match (&key.rel_db_type, &key.db_type) {
            (_, Some(custom)) if is_of_its_type => {
                ColumnType { default: None, auto_increment: false, ..self.custom(custom, base.as_deref()) }
            }
            (Some(_), None) if is_of_its_type => self.spelled_of(key.class, base),
            (Some(custom), _) => self.custom(custom, base.as_deref()),
            (None, _) => {
                let class = self.pointed_at(key.class);
                let text = self.type_or_types(&Scalar { class, db_type: None, ..key.clone() });
                let older = (class != key.class).then(|| self.pointed_at_before(key.class)).flatten();
                let older = older.and_then(|older| self.data_type(&Scalar::new(older)));
                let text = match (text, older) {
                    (Some(text), Some(older)) => Some([text, older].join(OR)),
                    (text, _) => text,
                };
                self.spelled_of(class, text)
            }
        };
        ColumnType { collation, ..column }
    }

    /// `rel_db_type` in `django/db/models/fields/__init__.py`: the numbers of a key that numbers itself, and,
    /// unless `related_fields_match_type` (MySQL's), plain numbers for positive ones.
    fn pointed_at(self, class: BuiltIn) -> BuiltIn {
        let matches_type = matches!(self.dialect, Dialect::Mysql | Dialect::Mariadb);
        match class {
            BuiltIn::Auto => BuiltIn::Integer,
            BuiltIn::BigAuto => BuiltIn::BigInteger,
            BuiltIn::SmallAuto => BuiltIn::SmallInteger,
            BuiltIn::PositiveInteger if !matches_type => BuiltIn::Integer,
            BuiltIn::PositiveBigInteger | BuiltIn::PositiveSmallInteger
                if !matches_type && self.django < (3, 2) =>
            {
                BuiltIn::Integer
            }
            BuiltIn::PositiveBigInteger if !matches_type => BuiltIn::BigInteger,
            BuiltIn::PositiveSmallInteger if !matches_type => BuiltIn::SmallInteger,
            other => other,
        }
    }

    /// Django 3.2 made foreign keys follow a positive key's own size; what stands may be older.
    fn pointed_at_before(self, class: BuiltIn) -> Option<BuiltIn> {
        let follows = matches!(class, BuiltIn::PositiveBigInteger | BuiltIn::PositiveSmallInteger);
        (follows && self.django >= (3, 2)).then_some(BuiltIn::Integer)
    }

    /// The type; of a key that nobody wrote, also what it is when it was made under another
    /// DEFAULT_AUTO_FIELD: a table that stands is not altered when the setting changes
    /// (<https://docs.djangoproject.com/en/5.2/releases/3.2/#customizing-type-of-auto-created-primary-keys>).
    fn type_or_types(self, scalar: &Scalar) -> Option<String> {
        let text = self.data_type(scalar)?;
        let sisters = match scalar.class {
            _ if !scalar.automatic || self.django < (3, 2) => return Some(text),
            BuiltIn::Auto | BuiltIn::BigAuto | BuiltIn::SmallAuto => [BuiltIn::BigAuto, BuiltIn::Auto],
            BuiltIn::Integer | BuiltIn::BigInteger | BuiltIn::SmallInteger => {
                [BuiltIn::BigInteger, BuiltIn::Integer]
            }
            _ => return Some(text),
        };
        let others = sisters.into_iter().filter_map(|class| self.data_type(&Scalar::new(class)));
        let mut types = vec![text];
        for other in others {
            if !types.contains(&other) {
                types.push(other);
            }
        }
        Some(types.join(OR))
    }

    /// A key that nobody wrote, of a class of the sources: as a number, which it may have been before, too. `None` of one by
    /// which a table that was made under another DEFAULT_AUTO_FIELD differs in more than the number's size.
    pub fn automatic(self, scalar: &Scalar) -> Option<Scalar> {
        let is_number = scalar.class.is_auto()
            || matches!(scalar.class, BuiltIn::Integer | BuiltIn::BigInteger | BuiltIn::SmallInteger);
        if !is_number || scalar.check.is_some() || scalar.db_type_beside.is_some() {
            return None;
        }
        let plain = Scalar { automatic: true, db_type: None, rel_db_type: None, ..scalar.clone() };
        let usual = self.type_or_types(&plain)?;
        let is_usual = |custom: &Option<CustomType>| match custom {
            None => true,
            Some(CustomType::Text(text)) => usual.split(OR).any(|it| it == &**text),
            Some(CustomType::Own | CustomType::Unknown) => false,
        };
        if !is_usual(&scalar.db_type) || !is_usual(&scalar.rel_db_type) {
            return None;
        }
        let is_numbered = self.scalar(scalar, "id").auto_increment;
        let class = if is_numbered { scalar.class } else { self.pointed_at(scalar.class) };
        Some(Scalar { class, ..plain })
    }

    fn data_type(self, scalar: &Scalar) -> Option<String> {
        match self.dialect {
            Dialect::Postgres => postgres::data_type(scalar, self),
            Dialect::Mysql | Dialect::Mariadb => mysql::data_type(scalar, self),
            Dialect::Sqlite => sqlite::data_type(scalar, self),
        }
    }

    /// `_field_db_check`: the check of a field's internal type, whatever its class says, with a made-up name of the column.
    pub fn check_of_type(self, field: &Field) -> Option<Arc<str>> {
        let scalar = field.kind.scalar()?;
        self.check(&Scalar { check: None, unchecked: false, ..scalar.clone() }, "__column_name__")
    }

    /// `data_type_check_constraints` of each backend, by the internal type alone.
    fn check(self, scalar: &Scalar, column: &str) -> Option<Arc<str>> {
        if let Some(own) = &scalar.check {
            let quoted = own.replace(&self.dialect.quote(COLUMN_NAME), &self.dialect.quote(column));
            return Some(quoted.replace(COLUMN_NAME, column).into());
        }
        let is_checked = match scalar.class {
            BuiltIn::PositiveBigInteger | BuiltIn::PositiveInteger | BuiltIn::PositiveSmallInteger => {
                // MySQL's backend has checks since Django 3.0, where the server has them: MySQL 8.0.16,
                // MariaDB 10.2.1.
                !matches!(self.dialect, Dialect::Mysql | Dialect::Mariadb) || self.django >= (3, 0)
            }
            BuiltIn::Json if self.dialect == Dialect::Sqlite && !scalar.unchecked => {
                return Some(format!(r#"(JSON_VALID("{column}") OR "{column}" IS NULL)"#).into());
            }
            _ => false,
        };
        let is_checked = is_checked && !scalar.unchecked;
        is_checked.then(|| format!("{} >= 0", self.dialect.quote(column)).into())
    }

    /// What Django's own `db_type` says of a field that has another.
    fn base_type(self, scalar: &Scalar) -> Option<String> {
        self.data_type(&Scalar { db_type: None, db_type_beside: None, ..scalar.clone() })
    }

    /// What a custom `db_type` says may be more than a type, and made of what Django's own says.
    fn custom(self, custom: &CustomType, base: Option<&str>) -> ColumnType {
        let CustomType::Text(text) = custom else { return ColumnType::unknown() };
        let base = base.filter(|it| !it.contains(OR));
        let text = base.map_or_else(|| text.to_string(), |base| text.replace(BASE_TYPE, base));
        if is_marked(&text) {
            return ColumnType::unknown();
        }
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let is_auto = |word: &&str| {
            word.eq_ignore_ascii_case("auto_increment") || word.eq_ignore_ascii_case("autoincrement")
        };
        let auto_increment = words.iter().any(is_auto);
        words.retain(|word| !is_auto(word));
        const MORE: [&str; 10] = [
            "not",
            "null",
            "default",
            "unique",
            "check",
            "references",
            "primary",
            "generated",
            "on",
            "comment",
        ];
        if words.iter().any(|word| MORE.iter().any(|more| word.eq_ignore_ascii_case(more))) {
            let default = Some(Spelling::Unread);
            return ColumnType { default, auto_increment, ..ColumnType::unknown() };
        }
        let serial = self.dialect == Dialect::Postgres && text.to_lowercase().ends_with("serial");
        ColumnType { auto_increment: auto_increment || serial, ..self.spelled(Some(words.join(" "))) }
    }

    /// The same of a class of fields, whatever the length that is not known.
    fn spelled_of(self, class: BuiltIn, text: Option<String>) -> ColumnType {
        let of_any_length =
            text.is_none() && self.dialect == Dialect::Postgres && postgres::is_varchar(class);
        let spelled = self.spelled(text);
        ColumnType {
            like: spelled.like.or_else(|| postgres::like("varchar").filter(|_| of_any_length)),
            ..spelled
        }
    }

    /// A type by its text, as Django's schema editors look at it.
    fn spelled(self, text: Option<String>) -> ColumnType {
        let Some(text) = text else { return ColumnType::unknown() };
        ColumnType {
            like: (self.dialect == Dialect::Postgres).then(|| postgres::like(&text)).flatten(),
            indexable: !matches!(self.dialect, Dialect::Mysql | Dialect::Mariadb)
                || mysql::is_indexable(&text),
            data_type: Spelling::uncertain(text),
            ..ColumnType::unknown()
        }
    }
}

impl BuiltIn {
    pub fn is_auto(self) -> bool {
        matches!(self, Self::Auto | Self::BigAuto | Self::SmallAuto)
    }
}

impl Number {
    fn known(self) -> Option<u32> {
        match self {
            Self::Is(number) => Some(number),
            Self::Unset | Self::Unknown => None,
        }
    }
}

/// `varchar(%(max_length)s)`.
fn varchar(scalar: &Scalar) -> Option<String> {
    scalar.max_length.known().map(|length| format!("varchar({length})"))
}

/// The same, for backends that take a `CharField` without `max_length`.
fn unlimited_varchar(scalar: &Scalar) -> Option<String> {
    match scalar.max_length {
        Number::Unset => Some("varchar".to_owned()),
        Number::Is(_) | Number::Unknown => varchar(scalar),
    }
}

/// `numeric(%(max_digits)s, %(decimal_places)s)`.
fn numeric(scalar: &Scalar) -> Option<String> {
    let (digits, places) = (scalar.max_digits.known()?, scalar.decimal_places.known()?);
    Some(format!("numeric({digits}, {places})"))
}

#[cfg(test)]
mod tests;
