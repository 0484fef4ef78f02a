//! One key of an index: `IndexExpression` in `django/db/models/indexes.py`.

use super::read::call_of;
use super::{ColumnFact, Key, KeyOf};
use crate::compile::django::backend::Backend;
use crate::compile::django::expression::{Facts, Written, expression};
use crate::compile::django::field::{Argument, Arguments};
use crate::compile::django::project::Value;
use crate::dialect::Dialect;
use crate::schema::{IndexPart, Name, NullsOrder, PartOptions, Spelling};

/// The key as the backend writes it; `None` when it names a field that is not known.
pub fn part(key: &Key, backend: Backend, facts: &Facts<'_>) -> Option<IndexPart> {
    let is_postgres = backend.dialect == Dialect::Postgres;
    let mut options = PartOptions {
        descending: key.descending && orders_columns(backend),
        operator_class: key.operator_class.clone().filter(|_| is_postgres),
        ..PartOptions::default()
    };
    match &key.of {
        KeyOf::Field(name) => {
            let fact = column_of(name, facts)?;
            Some(IndexPart::column(fact.column).with_options(options))
        }
        KeyOf::Expression(value) => {
            let inner = unwrapped(value, backend, &mut options)?;
            if let Some(column) = as_column(inner, facts) {
                return Some(IndexPart::column(column).with_options(options));
            }
            let written = expression(inner, backend, facts);
            Some(IndexPart::expression(Written::spelling(written)).with_options(options))
        }
    }
}

/// The field of a name, or of a foreign key's attribute, or the primary key.
fn column_of(name: &str, facts: &Facts<'_>) -> Option<ColumnFact> {
    facts(name).or_else(|| facts(name.strip_suffix("_id")?).filter(|fact| fact.relation))
}

fn as_column(value: &Value, facts: &Facts<'_>) -> Option<Name> {
    let name = match value {
        Value::Str(name) => name,
        other => match Arguments::of(call_of(other, "F")?, |_| &["name"]).get("name")? {
            Value::Str(name) => name,
            _ => return None,
        },
    };
    column_of(name, facts).map(|fact| fact.column)
}

/// What stands inside of `OrderBy`, `OpClass` and `Collate`; these become options.
fn unwrapped<'a>(value: &'a Value, backend: Backend, options: &mut PartOptions) -> Option<&'a Value> {
    let is_mysql = matches!(backend.dialect, Dialect::Mysql | Dialect::Mariadb);
    let mut inner = value;
    loop {
        if let Some(object) = call_of(inner, "OrderBy") {
            let order = Arguments::of(object, |_| &["expression", "descending", "nulls_first", "nulls_last"]);
            let Argument::Is(descending) = order.flag("descending").or(false) else { return None };
            let Argument::Is(first) = order.flag("nulls_first").or(false) else { return None };
            let Argument::Is(last) = order.flag("nulls_last").or(false) else { return None };
            options.descending = descending && (!is_mysql || orders_columns(backend));
            // MySQL's backend leaves the place of nulls away.
            options.nulls = match (is_mysql, first, last) {
                (false, true, _) => Some(NullsOrder::First),
                (false, _, true) => Some(NullsOrder::Last),
                _ => None,
            };
            inner = order.get("expression")?;
        } else if let Some(object) = call_of(inner, "OpClass") {
            let class = Arguments::of(object, |_| &["expression", "name"]);
            let Value::Str(name) = class.get("name")? else { return None };
            options.operator_class = Some(name.clone());
            inner = class.get("expression")?;
        } else if let Some(object) = call_of(inner, "Collate").filter(|_| !is_mysql) {
            let collate = Arguments::of(object, |_| &["expression", "collation"]);
            let Value::Str(name) = collate.get("collation")? else { return None };
            options.collation = Some(name.clone());
            inner = collate.get("expression")?;
        } else {
            return Some(inner);
        }
    }
}

/// `supports_index_column_ordering` in `django/db/backends/mysql/features.py`: since Django 3.2 on MySQL
/// 8.0.1, since 4.1 on MariaDB 10.8; older servers read `DESC` and forget it.
fn orders_columns(backend: Backend) -> bool {
    match backend.dialect {
        Dialect::Postgres | Dialect::Sqlite => true,
        Dialect::Mysql => backend.django >= (3, 2),
        Dialect::Mariadb => backend.django >= (4, 1),
    }
}

/// The condition of a partial index.
pub fn condition(value: &Value, backend: Backend, facts: &Facts<'_>) -> Spelling {
    Written::spelling(crate::compile::django::expression::condition(value, backend, facts))
}
