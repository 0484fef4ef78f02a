//! Operations as they are handed on: what a holder is of Django's, and for which app.

use std::rc::Rc;
use std::sync::Arc;

use super::super::given;
use super::super::live::*;
use super::{CODE, OPERATIONS};
use crate::compile::django::opaque::REPAIR;
use crate::compile::django::project::{APP_LABEL, FOR_APP};

/// What a `RunPython` runs.
pub fn code(instance: &Rc<Instance>) -> Option<Live> {
    of_code(instance, CODE).filter(|_| hints(instance).is_none_or(|it| is_plain(&it)))
}

/// What a `RunPython` tells the routers of itself.
pub fn hints(instance: &Rc<Instance>) -> Option<Live> {
    of_code(instance, "hints")
}

/// What a `RunPython` was given.
fn of_code(instance: &Rc<Instance>, name: &str) -> Option<Live> {
    let usual = match &instance.class {
        Live::Name(_) => instance.clone(),
        Live::Class(_) => match usual(instance)? {
            Live::Instance(usual) => usual,
            _ => return None,
        },
        _ => return None,
    };
    let Live::Name(class) = &usual.class else { return None };
    if !is_of_operation(class) || !class.ends_with(".RunPython") {
        return None;
    }
    given::kept(class, &usual.args, &usual.keywords, name)
}

/// An operation that `repair --format django` wrote: it is known without its code (`opaque::is_harmless`).
pub fn is_a_repair(instance: &Instance) -> bool {
    let is_ours = |it: &Live| match it {
        Live::Dict(pairs) => {
            pairs.borrow().iter().any(|(key, _)| key.as_str().is_some_and(|it| **it == *REPAIR))
        }
        _ => false,
    };
    instance.keywords.iter().any(|(name, value)| **name == *"hints" && is_ours(value))
}

/// Hints that a router can be asked about.
fn is_plain(hints: &Live) -> bool {
    let is_known =
        |it: &Live| matches!(it, Live::None | Live::Bool(_) | Live::Int(_) | Live::Float(_) | Live::Str(_));
    match hints {
        Live::None => true,
        Live::Dict(pairs) => pairs.borrow().iter().all(|(key, value)| is_known(key) && is_known(value)),
        _ => false,
    }
}

/// A holder, as the operation of Django's that its constructor made it.
pub fn usual(holder: &Rc<Instance>) -> Option<Live> {
    let calls = holder.base_calls.borrow();
    let without_one = match calls.as_slice() {
        [] => Some(made_without_a_call(holder)?),
        _ => None,
    };
    let call = match (calls.as_slice(), &without_one) {
        ([call], _) | (_, Some(call)) => call,
        _ => return None,
    };
    let mut keywords = set_in(holder, &call.class);
    keywords.extend(call.keywords.iter().filter(|_| without_one.is_none()).cloned());
    is_of_operation(&call.class)
        .then(|| Live::Instance(bare(holder, &call.class, call.args.clone(), keywords)))
}

/// A constructor that sets itself what Django's would have set: the call of Django's that does the same.
pub fn made_without_a_call(holder: &Instance) -> Option<BaseCall> {
    let Live::Class(class) = &holder.class else { return None };
    let lineage = class.lineage.borrow();
    let class = lineage.iter().flat_map(|it| it.iter()).find_map(|it| match it {
        Live::Name(path) if is_of_operation(path) => Some(path.clone()),
        _ => None,
    })?;
    let keywords = set_in(holder, &class);
    let first = given::parameters(&class).first()?;
    keywords.iter().any(|(name, _)| **name == **first).then(|| BaseCall { class, args: Vec::new(), keywords })
}

/// What of a holder's attributes Django's constructor would have set.
fn set_in(holder: &Instance, class: &str) -> Keywords {
    let is_given = |name: &str| given::parameters(class).contains(&name);
    let set = holder.attributes.borrow();
    set.iter().filter(|(name, _)| is_given(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// An operation as it stands in the migration of this app.
pub fn for_app(operation: Live, label: &Live, holder: &Rc<Instance>) -> Option<Live> {
    match label {
        Live::Name(it) if &**it == APP_LABEL => Some(operation),
        Live::Str(_) => {
            Some(Live::Instance(bare(holder, FOR_APP, vec![label.clone(), operation], Vec::new())))
        }
        _ => None,
    }
}

/// An object of a class that is not followed, in the place of another.
pub fn bare(like: &Instance, class: &str, args: Vec<Live>, keywords: Keywords) -> Rc<Instance> {
    Rc::new(Instance {
        class: Live::Name(Arc::from(class)),
        args,
        keywords,
        attributes: SharedNames::default(),
        base_calls: Default::default(),
        notice: Default::default(),
        is_joined: false,
        module: like.module.clone(),
        span: like.span,
    })
}

pub fn is_of_operation(path: &str) -> bool {
    path.starts_with(OPERATIONS) || path.starts_with("django.contrib.postgres.operations.")
}

pub fn is_name(value: Option<&Live>, name: &str) -> bool {
    matches!(value, Some(Live::Name(it)) if **it == *name)
}
