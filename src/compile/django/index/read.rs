//! From the call of an index's or a constraint's class to what it says.

use std::sync::Arc;

use super::{Key, KeyOf, Method, ModelCheck, ModelConstraint, ModelExclusion, ModelIndex, ModelUnique};
use crate::compile::django::field::{Argument, Arguments, last_segment};
use crate::compile::django::project::{OF_INDEXES, Object, Value};
use crate::schema::Deferrable;

impl ModelIndex {
    /// `django/db/models/indexes.py` and `django/contrib/postgres/indexes.py`.
    pub fn read(value: &Value) -> Self {
        let mut index = Self {
            name: None,
            method: Method::BTree,
            keys: Vec::new(),
            include: Vec::new(),
            condition: None,
            notice: None,
        };
        let Value::Object(object) = value else {
            index.notice = Some(unseen(value, "an index"));
            return index;
        };
        let arguments = Arguments::of(object, |_| &[]);
        index.name = name(&arguments);
        match method(arguments.class, object) {
            Some(method) => index.method = method,
            None => index.notice = Some(format!("an index of {}, a class that is not known", object.class)),
        }
        if let Some(name) = set_by_class(object) {
            index.notice = Some(format!("{} has a `{name}` of its own", object.class));
        }
        if object.methods.iter().any(|(name, _)| &**name == "create_sql") {
            index.notice = Some(format!("{} writes its own SQL", object.class));
        }
        match (keys(&arguments), include(&arguments)) {
            (Some(keys), Some(include)) => (index.keys, index.include) = (keys, include),
            _ => index.notice = Some("the columns of an index were not seen through".to_owned()),
        }
        index.condition = arguments.get("condition").cloned();
        if arguments.is_open() {
            index.notice = Some("the arguments of an index were not seen through".to_owned());
        }
        index
    }
}

impl ModelConstraint {
    /// `django/db/models/constraints.py` and `django/contrib/postgres/constraints.py`.
    pub fn read(value: &Value) -> Self {
        let Value::Object(object) = value else {
            return Self::Unknown { name: None, notice: unseen(value, "a constraint") };
        };
        let arguments = Arguments::of(object, |_| &[]);
        let name = name(&arguments);
        let unknown = |notice: String| Self::Unknown { name: name.clone(), notice };
        if let Some(name) = set_by_class(object) {
            return unknown(format!("{} has a `{name}` of its own", object.class));
        }
        if object.methods.iter().any(|(name, _)| matches!(&**name, "create_sql" | "constraint_sql")) {
            return unknown(format!("{} writes its own SQL", object.class));
        }
        if arguments.is_open() {
            return unknown(format!(
                "the arguments of a {} were not seen through",
                last_segment(arguments.class)
            ));
        }
        let class = if arguments.class.starts_with("django.") { last_segment(arguments.class) } else { "" };
        match (class, &name) {
            ("CheckConstraint", Some(name)) => {
                // Called `check` before Django 5.1.
                match arguments.get("condition").or_else(|| arguments.get("check")) {
                    Some(condition) => {
                        Self::Check(ModelCheck { name: name.clone(), condition: condition.clone() })
                    }
                    None => unknown("a CheckConstraint without a condition".to_owned()),
                }
            }
            ("UniqueConstraint", Some(name)) => match unique(name, &arguments) {
                Some(unique) => Self::Unique(unique),
                None => unknown(format!("the UniqueConstraint {name} was not seen through")),
            },
            ("ExclusionConstraint", Some(name)) => match exclusion(name, &arguments) {
                Some(exclusion) => Self::Exclusion(exclusion),
                None => unknown(format!("the ExclusionConstraint {name} was not seen through")),
            },
            ("CheckConstraint" | "UniqueConstraint" | "ExclusionConstraint", None) => {
                unknown("the name of a constraint was not seen through".to_owned())
            }
            _ => unknown(format!("a constraint of {}, a class that is not known", object.class)),
        }
    }
}

/// What a class of the project's own sets beside Django's constructor, or asks otherwise.
fn set_by_class(object: &Object) -> Option<&str> {
    if object.class.starts_with("django.") {
        return None;
    }
    let set = object.attributes.iter().map(|(name, _)| &**name).find(|it| OF_INDEXES.contains(it));
    let asked = object.methods.iter().map(|(name, _)| &**name);
    set.or_else(|| asked.into_iter().find(|it| matches!(*it, "_get_condition_sql" | "_get_check_sql")))
}

fn unique(name: &Arc<str>, arguments: &Arguments<'_>) -> Option<ModelUnique> {
    let nulls_distinct = match (arguments.get("nulls_distinct"), arguments.flag("nulls_distinct")) {
        (None, _) | (_, Argument::Unset) => None,
        (Some(_), Argument::Is(flag)) => Some(flag),
        (Some(_), Argument::Unknown) => return None,
    };
    Some(ModelUnique {
        name: name.clone(),
        keys: keys(arguments)?,
        include: include(arguments)?,
        condition: arguments.get("condition").cloned(),
        deferrable: deferrable(arguments)?,
        nulls_distinct,
    })
}

/// `ExclusionConstraint.__init__`; its `opclasses` are those of Django before 5.0.
fn exclusion(name: &Arc<str>, arguments: &Arguments<'_>) -> Option<ModelExclusion> {
    let method = match arguments.text("index_type") {
        Argument::Unset => Method::Gist,
        Argument::Is(method) => match method.to_lowercase().as_str() {
            "" | "gist" => Method::Gist,
            "spgist" => Method::SpGist,
            "hash" => Method::Hash,
            _ => return None,
        },
        Argument::Unknown => return None,
    };
    let Argument::Is(classes) = arguments.texts("opclasses").or(Vec::new()) else { return None };
    let (mut keys, mut operators) = (Vec::new(), Vec::new());
    let (Value::List(pairs) | Value::Tuple(pairs)) = arguments.get("expressions")? else { return None };
    for pair in pairs {
        let (Value::List(pair) | Value::Tuple(pair)) = pair else { return None };
        let [expression, operator] = pair.as_slice() else { return None };
        let mut key = match expression {
            Value::Str(field) => {
                Key { of: KeyOf::Field(field.clone()), descending: false, operator_class: None }
            }
            expression => expression_key(expression)?,
        };
        key.operator_class = classes.get(keys.len()).filter(|class| !class.is_empty()).cloned();
        keys.push(key);
        operators.push(match operator {
            Value::Str(operator) => operator.clone(),
            Value::Name(path) => range_operator(last_segment(path))?.into(),
            _ => return None,
        });
    }
    Some(ModelExclusion {
        name: name.clone(),
        method,
        keys,
        operators,
        include: include(arguments)?,
        condition: arguments.get("condition").cloned(),
        deferrable: deferrable(arguments)?,
    })
}

/// `RangeOperators` of `django/contrib/postgres/fields/ranges.py`.
fn range_operator(member: &str) -> Option<&'static str> {
    Some(match member {
        "EQUAL" => "=",
        "NOT_EQUAL" => "<>",
        "CONTAINS" => "@>",
        "CONTAINED_BY" => "<@",
        "OVERLAPS" => "&&",
        "FULLY_LT" => "<<",
        "FULLY_GT" => ">>",
        "NOT_LT" => "&>",
        "NOT_GT" => "&<",
        "ADJACENT_TO" => "-|-",
        _ => return None,
    })
}

fn deferrable(arguments: &Arguments<'_>) -> Option<Deferrable> {
    match arguments.get("deferrable") {
        None => Some(Deferrable::No),
        Some(Value::Name(path)) => deferred(last_segment(path)),
        Some(Value::Str(text)) => deferred(text),
        Some(_) => None,
    }
}

fn deferred(member: &str) -> Option<Deferrable> {
    match member.to_lowercase().as_str() {
        "deferred" => Some(Deferrable::InitiallyDeferred),
        "immediate" => Some(Deferrable::InitiallyImmediate),
        _ => None,
    }
}

fn name(arguments: &Arguments<'_>) -> Option<Arc<str>> {
    match arguments.text("name") {
        Argument::Is(name) if !name.is_empty() => Some(name.clone()),
        Argument::Is(_) | Argument::Unset | Argument::Unknown => None,
    }
}

/// The kind of index; `None` for a class that is not known. `PostgresIndex.create_sql` says `USING` and the class's `suffix`.
fn method(class: &str, object: &Object) -> Option<Method> {
    if !["django.", "pgvector.django."].iter().any(|it| class.starts_with(it)) {
        return None;
    }
    let usual = last_segment(class).strip_suffix("Index")?.to_lowercase();
    if usual.is_empty() {
        return Some(Method::BTree);
    }
    match object.attributes.iter().find(|(name, _)| &**name == "suffix") {
        None => Method::named(&usual),
        Some((_, Value::Str(suffix))) => Method::named(suffix),
        Some(_) => None,
    }
}

/// `fields` with their operator classes, or expressions; `None` when they were not seen through.
fn keys(arguments: &Arguments<'_>) -> Option<Vec<Key>> {
    let classes = match arguments.texts("opclasses").or(Vec::new()) {
        Argument::Is(classes) => classes,
        Argument::Unset | Argument::Unknown => return None,
    };
    let fields = match arguments.texts("fields").or(Vec::new()) {
        Argument::Is(fields) => fields,
        Argument::Unset | Argument::Unknown => return None,
    };
    let mut keys: Vec<Key> = (fields.iter().enumerate())
        .map(|(position, field)| {
            let (field, descending) = match field.strip_prefix('-') {
                Some(field) => (field.into(), true),
                None => (field.clone(), false),
            };
            let operator_class = classes.get(position).filter(|class| !class.is_empty()).cloned();
            Key { of: KeyOf::Field(field), descending, operator_class }
        })
        .collect();
    for expression in arguments.rest() {
        keys.push(expression_key(expression)?);
    }
    (!keys.is_empty()).then_some(keys)
}

fn expression_key(value: &Value) -> Option<Key> {
    match value {
        Value::Unknown(_) => None,
        other => Some(Key { of: KeyOf::Expression(other.clone()), descending: false, operator_class: None }),
    }
}

fn include(arguments: &Arguments<'_>) -> Option<Vec<Arc<str>>> {
    match arguments.texts("include").or(Vec::new()) {
        Argument::Is(include) => Some(include),
        Argument::Unset | Argument::Unknown => None,
    }
}

fn unseen(value: &Value, what: &str) -> String {
    match value {
        Value::Unknown(unknown) => format!("{what} was not seen through: {}", unknown.reason),
        _ => format!("what stands for {what} is no call of a class"),
    }
}

/// The object of a call of this class of Django's.
pub fn call_of<'a>(value: &'a Value, class: &str) -> Option<&'a Object> {
    match value {
        Value::Object(object)
            if object.class.starts_with("django.") && last_segment(&object.class) == class =>
        {
            Some(object)
        }
        _ => None,
    }
}
