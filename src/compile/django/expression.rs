//! Expressions of models (`Q`, `F`, functions) as the SQL that Django writes for them.
//!
//! What is not surely written as Django writes it is left unread: a text that is almost right helps nobody.

mod condition;
mod function;
mod literal;

use super::backend::Backend;
use super::field::{Arguments, BuiltIn, Generated, Scalar, last_segment};
use super::index::ColumnFact;
use super::project::{Object, Value};
use crate::dialect::Dialect;
use crate::schema::{Name, Spelling};

/// What is known of a model's fields, by name; `pk` is the primary key.
pub type Facts<'a> = dyn Fn(&str) -> Option<ColumnFact> + 'a;

/// An expression as Django writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub sql: String,
    /// The columns that it speaks of, each once.
    pub columns: Vec<Name>,
}

/// A condition (`Q`, or an expression that is one) as `WHERE` or `CHECK` has it; `None` when it was not seen
/// through.
pub fn condition(value: &Value, backend: Backend, facts: &Facts<'_>) -> Option<Written> {
    let mut writer = Writer { backend, facts, columns: Vec::new() };
    let sql = writer.condition(value)?;
    Some(Written { sql, columns: writer.columns })
}

/// A value: a key of an index, a generated column.
pub fn expression(value: &Value, backend: Backend, facts: &Facts<'_>) -> Option<Written> {
    let mut writer = Writer { backend, facts, columns: Vec::new() };
    let sql = writer.expression(value)?;
    Some(Written { sql, columns: writer.columns })
}

impl Written {
    /// The spelling of something that is there, seen through or not.
    pub fn spelling(written: Option<Self>) -> Spelling {
        written.map_or(Spelling::Unread, |written| Spelling::uncertain(written.sql))
    }
}

impl Generated {
    /// The expression by which the database computes the column: `GeneratedField.generated_sql`.
    pub fn spelled(&self, backend: Backend, facts: &Facts<'_>) -> Spelling {
        let is_condition = matches!(&self.expression, Value::Object(object) if condition::is_one(object));
        Written::spelling(if is_condition {
            condition(&self.expression, backend, facts)
        } else {
            expression(&self.expression, backend, facts)
        })
    }
}

impl Backend {
    /// The default of the database that `db_default` makes: `db_default_sql` in
    /// `django/db/backends/base/schema.py`. `None` when it is `NULL`.
    pub fn default(self, db_default: &Value, scalar: Option<&Scalar>, facts: &Facts<'_>) -> Option<Spelling> {
        let is_json = scalar.is_some_and(|it| it.class == BuiltIn::Json && it.db_type.is_none());
        let sql = match db_default {
            // `null` of JSON, which is something else.
            Value::None if is_json => self.literal_default(db_default, scalar),
            Value::None => return None,
            Value::Object(object) if is_value(object) => {
                let arguments = Arguments::of(object, |_| &["value", "output_field"]);
                let is_of_json = arguments.get("output_field").map(|it| {
                    matches!(it, Value::Object(it) if it.class.starts_with("django.") && last_segment(&it.class) == "JSONField")
                });
                match (arguments.get("value"), is_of_json) {
                    (None, Some(true)) if is_json => self.literal_default(&Value::None, scalar),
                    (None, Some(true)) => None,
                    // `Value(None)`.
                    (None, _) => return None,
                    // Without a field nothing makes JSON of it.
                    (Some(Value::Str(text)), None | Some(false)) if is_json => self.written_as_json(text),
                    (Some(_), None | Some(false)) if is_json => None,
                    (Some(value), _) => self.literal_default(value, scalar),
                }
            }
            Value::Object(object) if literal::is_literal(object) => self.literal_default(db_default, scalar),
            Value::Object(_) => {
                expression(db_default, self, facts).map(|written| format!("({})", written.sql))
            }
            _ => self.literal_default(db_default, scalar),
        };
        Some(sql.map_or(Spelling::Unread, Spelling::uncertain))
    }

    /// Text that is JSON already.
    fn written_as_json(self, text: &str) -> Option<String> {
        let cast = if self.dialect == Dialect::Postgres { "::jsonb" } else { "" };
        (!text.contains('\0')).then(|| format!("{}{cast}", self.dialect.quote_literal(text)))
    }

    fn literal_default(self, value: &Value, scalar: Option<&Scalar>) -> Option<String> {
        let scalar = scalar.filter(|scalar| scalar.db_type.is_none())?;
        let sql = match value {
            // It is a parameter, of which nobody doubles a percent sign.
            Value::Str(text) if matches!(scalar.class, BuiltIn::Char | BuiltIn::Slug | BuiltIn::Text) => {
                (!text.contains('\0')).then(|| self.dialect.quote_literal(text))?
            }
            _ => literal::of_column(value, scalar.class, self)?,
        };
        if scalar.class != BuiltIn::Decimal || self.dialect != Dialect::Sqlite {
            return Some(sql);
        }
        // `SQLiteNumericMixin` and, since Django 6.1, `Value.as_sqlite`.
        let number =
            if matches!(value, Value::Object(_)) && self.django >= (6, 1) { "REAL" } else { "NUMERIC" };
        (self.django != (6, 0)).then(|| format!("(CAST({sql} AS {number}))"))
    }
}

struct Writer<'a> {
    backend: Backend,
    facts: &'a Facts<'a>,
    columns: Vec<Name>,
}

impl Writer<'_> {
    /// The field of a name, or of a foreign key's attribute (`author_id`).
    fn fact(&self, name: &str) -> Option<ColumnFact> {
        (self.facts)(name).or_else(|| (self.facts)(name.strip_suffix("_id")?).filter(|fact| fact.relation))
    }

    fn column(&mut self, fact: &ColumnFact) -> String {
        if !self.columns.contains(&fact.column) {
            self.columns.push(fact.column.clone());
        }
        self.backend.dialect.quote(&fact.column)
    }

    fn is_mysql(&self) -> bool {
        matches!(self.backend.dialect, Dialect::Mysql | Dialect::Mariadb)
    }
}

fn is_value(object: &Object) -> bool {
    object.class.starts_with("django.") && last_segment(&object.class) == "Value"
}

/// Types with which arithmetic is not written as it stands.
fn is_special(class: BuiltIn, dialect: Dialect) -> bool {
    match class {
        BuiltIn::Date | BuiltIn::DateTime | BuiltIn::Time | BuiltIn::Duration => true,
        // `SQLiteNumericMixin` casts.
        BuiltIn::Decimal => dialect == Dialect::Sqlite,
        _ => false,
    }
}

#[cfg(test)]
pub mod tests;
