//! What followed operations ask the models, and are given, with the names that these have when they are done.

use std::sync::Arc;

use super::Executor;
use crate::compile::django::field::ModelKey;
use crate::compile::django::project::{
    APP_LABEL, ASSUMES, Call, Marked, MayDo, Object, Unknown, Value, is_marked, names_filled_in,
};

/// How deep a name may stand among what an operation is given.
const NESTED: u32 = 16;

impl Executor<'_> {
    /// The operation with the models' names in the place of their marks; `None` where there is none. In SQL they are
    /// filled in when it is read.
    pub(super) fn named(&self, object: &Object) -> Option<Arc<Object>> {
        let fill = |text: &str| match self.with_tables(text.to_owned()) {
            Some(filled) => Value::Str(filled.into()),
            None => Value::Unknown(Arc::new(Unknown {
                at: object.at.clone(),
                reason: "hangs on a name that the models do not tell".to_owned(),
                text: String::new(),
                clue: None,
            })),
        };
        of_object(object, &fill, NESTED).map(Arc::new)
    }

    /// As [`named`](Self::named), of what an operation that was not followed to its end was seen to do, perhaps.
    pub(super) fn with_what_it_may_do(&self, object: &Arc<Object>) -> Option<Arc<Object>> {
        let stopped = object.stopped.as_ref()?;
        if stopped.may_do == MayDo::default() {
            return None;
        }
        let mut stopped = stopped.clone();
        let may_do = &mut stopped.may_do;
        for text in may_do.sql.iter_mut().chain(&mut may_do.words) {
            match self.with_tables(text.to_string()) {
                Some(filled) => *text = filled.into(),
                None => may_do.other_sql = true,
            }
        }
        may_do.models.retain_mut(|(label, model)| {
            if **label == *APP_LABEL {
                *label = self.app.clone();
            }
            let key = ModelKey::new(label.clone(), model);
            self.from.get(&key).is_some() || self.to.get(&key).is_some()
        });
        Some(Arc::new(Object { stopped: Some(stopped), ..Object::clone(object) }))
    }

    /// With the names that the models have for their tables now.
    pub(super) fn with_tables(&self, text: String) -> Option<String> {
        if !is_marked(&text) && !text.contains('\u{e001}') {
            return Some(text);
        }
        let name = |marked: Marked<'_>| match marked {
            Marked::Label => Some(self.app.to_string()),
            Marked::Of { when, label, model, what } => {
                self.models_say(when, &self.key_of(label, model), what)
            }
        };
        names_filled_in(&text, name)
    }

    fn key_of(&self, label: &str, model: &str) -> ModelKey {
        ModelKey::new(if label == APP_LABEL { &*self.app } else { label }, model)
    }
}

type Fill<'f> = &'f dyn Fn(&str) -> Value;

/// `None`, here and below, where nothing is to be filled in.
fn of_object(object: &Object, fill: Fill<'_>, depth: u32) -> Option<Object> {
    // Those within it are filled in when it is their turn, and a question keeps its marks.
    const LATER: [&str; 3] =
        ["django.db.migrations.RunSQL", "django.db.migrations.SeparateDatabaseAndState", ASSUMES];
    if LATER.contains(&&*object.class) {
        return None;
    }
    let args = of_all(&object.args, fill, depth);
    let kwargs = of_keywords(&object.kwargs, fill, depth);
    let attributes = of_keywords(&object.attributes, fill, depth);
    let base = object.base.as_ref().and_then(|it| of_call(it, fill, depth));
    if args.is_none() && kwargs.is_none() && attributes.is_none() && base.is_none() {
        return None;
    }
    let mut made = object.clone();
    made.args = args.unwrap_or(made.args);
    made.kwargs = kwargs.unwrap_or(made.kwargs);
    made.attributes = attributes.unwrap_or(made.attributes);
    made.base = base.or(made.base);
    Some(made)
}

fn of_call(call: &Call, fill: Fill<'_>, depth: u32) -> Option<Call> {
    let (args, kwargs) = (of_all(&call.args, fill, depth), of_keywords(&call.kwargs, fill, depth));
    if args.is_none() && kwargs.is_none() {
        return None;
    }
    Some(Call {
        class: call.class.clone(),
        args: args.unwrap_or_else(|| call.args.clone()),
        kwargs: kwargs.unwrap_or_else(|| call.kwargs.clone()),
    })
}

fn of_keywords(keywords: &[(Arc<str>, Value)], fill: Fill<'_>, depth: u32) -> Option<Vec<(Arc<str>, Value)>> {
    let filled: Vec<_> = keywords.iter().map(|(_, it)| of_value(it, fill, depth)).collect();
    filled.iter().any(Option::is_some).then(|| {
        let each = keywords.iter().zip(filled);
        each.map(|((name, old), new)| (name.clone(), new.unwrap_or_else(|| old.clone()))).collect()
    })
}

fn of_all(values: &[Value], fill: Fill<'_>, depth: u32) -> Option<Vec<Value>> {
    let filled: Vec<_> = values.iter().map(|it| of_value(it, fill, depth)).collect();
    filled
        .iter()
        .any(Option::is_some)
        .then(|| values.iter().zip(filled).map(|(old, new)| new.unwrap_or_else(|| old.clone())).collect())
}

fn of_value(value: &Value, fill: Fill<'_>, depth: u32) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Str(text) if is_marked(text) => Some(fill(text)),
        Value::List(items) => of_all(items, fill, depth).map(Value::List),
        Value::Tuple(items) => of_all(items, fill, depth).map(Value::Tuple),
        Value::Set(items) => of_all(items, fill, depth).map(Value::Set),
        Value::Dict(pairs) => {
            let both: Vec<Value> = pairs.iter().flat_map(|(key, it)| [key.clone(), it.clone()]).collect();
            let filled = of_all(&both, fill, depth)?.into_iter();
            let (keys, values): (Vec<_>, Vec<_>) =
                filled.enumerate().partition(|(at, _)| at.is_multiple_of(2));
            Some(Value::Dict(keys.into_iter().zip(values).map(|((_, key), (_, it))| (key, it)).collect()))
        }
        Value::Object(object) => of_object(object, fill, depth).map(|it| Value::Object(Arc::new(it))),
        _ => None,
    }
}
