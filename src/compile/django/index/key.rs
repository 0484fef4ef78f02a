//! One key of an index: `IndexExpression` in `django/db/models/indexes.py`.

use super::read::call_of;
use super::{ColumnFact, Key, KeyOf, Method};
use crate::compile::django::backend::Backend;
use crate::compile::django::expression::{Facts, Written, expression};
use crate::compile::django::field::{Argument, Arguments};
use crate::compile::django::project::Value;
use crate::dialect::Dialect;
use crate::schema::{IndexPart, Name, NullsOrder, PartOptions, Spelling};

/// The key as the backend writes it; `None` when it names a field that is not known, or may be a field.
pub fn part(key: &Key, method: Method, backend: Backend, facts: &Facts<'_>) -> Option<IndexPart> {
    let is_postgres = backend.dialect == Dialect::Postgres;
    let says_something = |class: &Name| is_postgres && !is_usual(class, method);
    let mut options = PartOptions {
        // Before Django 4.1 always written; since then where `supports_index_column_ordering`, which is where the
        // server does not forget it (MySQL 8.0.1, MariaDB 10.8).
        descending: key.descending,
        operator_class: key.operator_class.clone().filter(says_something),
        ..PartOptions::default()
    };
    match &key.of {
        KeyOf::Field(name) => {
            let fact = column_of(name, facts)?;
            Some(IndexPart::column(fact.column).with_options(options))
        }
        KeyOf::Expression(value) => {
            let inner = unwrapped(value, backend, &mut options)?;
            options.operator_class = options.operator_class.filter(says_something);
            if let Some(name) = field_name(inner) {
                return Some(IndexPart::column(column_of(name, facts)?.column).with_options(options));
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

/// A plain string, or `F("name")`.
fn field_name(value: &Value) -> Option<&str> {
    if let Value::Str(name) = value {
        return Some(name);
    }
    match Arguments::of(call_of(value, "F")?, |_| &["name"]).get("name")? {
        Value::Str(name) => Some(name),
        _ => None,
    }
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
            options.descending = descending;
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
            return (!matches!(inner, Value::Unknown(_))).then_some(inner);
        }
    }
}

/// Whether an operator class is what its type has when nothing is said, which the catalog does not tell:
/// `pg_opclass` of PostgreSQL 15 with its contrib extensions.
fn is_usual(class: &str, method: Method) -> bool {
    const USUAL: [&str; 58] = [
        "aclitem_ops",
        "array_ops",
        "bit_ops",
        "bool_ops",
        "box_ops",
        "bpchar_ops",
        "btree_hstore_ops",
        "bytea_ops",
        "char_ops",
        "cid_ops",
        "cidr_ops",
        "circle_ops",
        "citext_ops",
        "cube_ops",
        "date_ops",
        "enum_ops",
        "float4_ops",
        "float8_ops",
        "gin_hstore_ops",
        "hash_hstore_ops",
        "inet_ops",
        "int2_ops",
        "int4_ops",
        "int8_ops",
        "interval_ops",
        "jsonb_ops",
        "ltree_ops",
        "macaddr8_ops",
        "macaddr_ops",
        "money_ops",
        "multirange_ops",
        "name_ops",
        "numeric_ops",
        "oid_ops",
        "oidvector_ops",
        "pg_lsn_ops",
        "point_ops",
        "poly_ops",
        "quad_point_ops",
        "range_ops",
        "record_ops",
        "text_ops",
        "tid_ops",
        "time_ops",
        "timestamp_ops",
        "timestamptz_ops",
        "timetz_ops",
        "tsquery_ops",
        "tsvector_ops",
        "uuid_ops",
        "varbit_ops",
        "varchar_ops",
        "xid8_ops",
        "xid_ops",
        "box_inclusion_ops",
        "inet_inclusion_ops",
        "range_inclusion_ops",
        "gist__int_ops",
    ];
    match class {
        "inet_ops" => method != Method::Gist,
        // https://github.com/pgvector/pgvector/blob/master/sql/vector.sql
        "vector_l2_ops" => method == Method::IvfFlat,
        "inet_minmax_ops" | "gist_trgm_ops" | "gist__intbig_ops" => false,
        _ => class.ends_with("_minmax_ops") || class.starts_with("gist_") || USUAL.contains(&class),
    }
}

/// The condition of a partial index.
pub fn condition(value: &Value, backend: Backend, facts: &Facts<'_>) -> Spelling {
    Written::spelling(crate::compile::django::expression::condition(value, backend, facts))
}
