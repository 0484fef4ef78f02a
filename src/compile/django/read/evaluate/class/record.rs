//! Classes whose annotations are their fields: `dataclass` and `NamedTuple`. What they get is made by the library.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::live::*;
use super::super::outside::{Answer, Call};
use super::super::special::{BY_ATTRIBUTES, BY_ELEMENTS, COMPARED, elements_of};
use crate::compile::django::read::syntax::tree::*;

/// The decorator's parameters that change what is made, and whether they are set where it is not said otherwise.
const OPTIONS: [(&str, bool); 6] =
    [("init", true), ("repr", true), ("eq", true), ("order", false), ("frozen", false), ("kw_only", false)];
/// Those that change nothing that is asked for here.
const OTHER_OPTIONS: [&str; 4] = ["unsafe_hash", "match_args", "slots", "weakref_slot"];

pub const DATACLASS: &str = "dataclasses.dataclass";
pub const NAMED_TUPLE: &str = "typing.NamedTuple";

/// An annotated name of a class body.
struct Annotated {
    name: Arc<str>,
    by_keyword: bool,
}

impl Interpreter<'_> {
    /// Gives a class what `@dataclass` gives it; the reason where that is not known
    /// (<https://docs.python.org/3/library/dataclasses.html>).
    pub(super) fn make_dataclass(
        &mut self,
        class: &Rc<Class>,
        decorator: &Live,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let scope = class.scope.clone();
        let keywords = match decorator {
            Live::Instance(instance) if instance.args.is_empty() => instance.keywords.clone(),
            Live::Instance(_) => {
                return Ok(Some(self.unknown(&scope, span, "is a dataclass by what is not known")));
            }
            _ => Vec::new(),
        };
        let mut options = OPTIONS;
        for (name, value) in &keywords {
            match (options.iter_mut().find(|(it, _)| **it == **name), self.force(value)?) {
                (Some((_, option)), Live::Bool(value)) => *option = value,
                (None, _) if OTHER_OPTIONS.contains(&&**name) => {}
                _ => {
                    return Ok(Some(self.unknown(
                        &scope,
                        span,
                        "is a dataclass by options that are not known",
                    )));
                }
            }
        }
        let Some(own) = annotated(class) else {
            return Ok(Some(self.unknown(&scope, span, "has fields that are not read")));
        };
        let bound: Vec<(Arc<str>, Live)> =
            class.names.borrow().iter().map(|(name, it)| (name.clone(), it.clone())).collect();
        let bases: Vec<Live> = self.lineage(class)?.iter().skip(1).rev().cloned().collect();
        let mut inherited = Vec::new();
        for base in bases {
            if let Live::Class(base) = &base {
                self.class_body(base)?;
                let fields = base.names.borrow().get("__dataclass_fields__").cloned();
                inherited.extend(fields);
            }
        }
        let prepares = self.class_attribute(class, "__post_init__")?.is_some();
        let pair = |it: &Annotated| Live::tuple(vec![Live::Str(it.name.clone()), Live::Bool(it.by_keyword)]);
        let named = |wanted: &[Annotated]| {
            let is_own = |(name, _): &&(Arc<str>, Live)| wanted.iter().any(|it| it.name == *name);
            bound.iter().filter(is_own).map(|(name, it)| (Live::Str(name.clone()), it.clone())).collect()
        };
        let mut args = vec![
            Live::Class(class.clone()),
            Live::list(own.iter().map(pair).collect()),
            Live::dict(named(&own)),
            Live::list(bound.iter().map(|(name, _)| Live::Str(name.clone())).collect()),
            Live::list(inherited),
            Live::Bool(prepares),
        ];
        args.extend(options.iter().map(|(_, set)| Live::Bool(*set)));
        let made = self.library_call("dataclasses.process", &args, &Vec::new(), &scope, span)?;
        let Some(compared @ Live::Tuple(_)) = made else {
            let why = made.unwrap_or(Live::None);
            return Ok(Some(self.because(&[&why], &scope, span, "is a dataclass that is not followed")));
        };
        if options.contains(&("eq", true)) && !bound.iter().any(|(name, _)| &**name == "__eq__") {
            class.names.borrow_mut().set("__eq__".into(), Live::name(BY_ATTRIBUTES));
            class.names.borrow_mut().set(COMPARED.into(), compared);
        }
        Ok(None)
    }

    /// `dataclasses.asdict` and `astuple`.
    pub(in super::super) fn record_call(&mut self, call: &Call<'_>) -> Answer {
        let as_dict = match call.path {
            "dataclasses.asdict" => true,
            "dataclasses.astuple" => false,
            _ => return Ok(None),
        };
        let ([record], []) = (call.args, call.keywords.as_slice()) else { return Ok(Some(None)) };
        let record = self.force(record)?;
        if self.fields_of(&record)?.is_none() {
            return Ok(Some(None));
        }
        self.unfolded(&record, as_dict, call.scope, call.span).map(|it| Some(Some(it)))
    }

    /// The names of the fields of a dataclass's instance.
    fn fields_of(&mut self, value: &Live) -> Result<Option<Vec<Arc<str>>>, Stop> {
        let Live::Instance(instance) = value else { return Ok(None) };
        let Live::Class(class) = &instance.class else { return Ok(None) };
        Ok(match self.class_attribute(&class.clone(), "__dataclass_fields__")? {
            Some(Live::Dict(fields)) => {
                fields.borrow().iter().map(|(name, _)| name.as_str().cloned()).collect()
            }
            _ => None,
        })
    }

    /// A record as a dict or a tuple, with all records that it holds; anything else copied.
    fn unfolded(&mut self, value: &Live, as_dict: bool, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let value = self.force(value)?;
        self.step()?;
        if let Some(names) = self.fields_of(&value)? {
            let mut made = Vec::with_capacity(names.len());
            for name in names {
                let held = self.attribute(&value, &name, scope, span)?;
                let held = self.deeper(|it| it.unfolded(&held, as_dict, scope, span))?;
                made.push((Live::Str(name), held));
            }
            return Ok(if as_dict {
                Live::dict(made)
            } else {
                Live::tuple(made.into_iter().map(|(_, it)| it).collect())
            });
        }
        let each = |this: &mut Self, items: Vec<Live>| -> Result<Vec<Live>, Stop> {
            items.iter().map(|it| this.deeper(|this| this.unfolded(it, as_dict, scope, span))).collect()
        };
        if let (Some(elements), Live::Instance(instance)) = (elements_of(&value), &value) {
            let elements = each(self, elements)?;
            return self.call(&instance.class.clone(), elements, Vec::new(), scope, span);
        }
        match &value {
            Live::List(items) => {
                let items = items.borrow().clone();
                Ok(Live::list(each(self, items)?))
            }
            Live::Tuple(items) => Ok(Live::tuple(each(self, items.to_vec())?)),
            Live::Dict(pairs) => {
                let (keys, values): (Vec<Live>, Vec<Live>) = pairs.borrow().iter().cloned().unzip();
                Ok(Live::dict(keys.into_iter().zip(each(self, values)?).collect()))
            }
            other => self.copied(other, true),
        }
    }

    /// `class Point(NamedTuple)`: the methods of a named tuple that the body does not bind itself.
    pub(super) fn make_named_tuple(&mut self, class: &Rc<Class>) -> Result<(), Stop> {
        let is_one = |it: &Live| matches!(it, Live::Name(it) if &**it == NAMED_TUPLE);
        if !self.bases(class)?.iter().any(is_one) {
            return Ok(());
        }
        let scope = class.scope.clone();
        let span = class.definition.as_ref().map(|it| it.span).unwrap_or_default();
        let Some(own) = annotated(class) else { return Ok(()) };
        let names: Vec<Live> = own.iter().map(|it| Live::Str(it.name.clone())).collect();
        let mut usual = Pairs::new();
        for it in &own {
            let value = class.names.borrow().get(&it.name).cloned();
            if let Some(value) = value {
                usual.push((Live::Str(it.name.clone()), value));
                class.names.borrow_mut().remove(&it.name);
            }
        }
        let args = [Live::Str(class.name.clone()), Live::list(names), Live::dict(usual)];
        if let Some(Live::Class(made)) =
            self.library_call("typing.named", &args, &Vec::new(), &scope, span)?
        {
            let all: Vec<(Arc<str>, Live)> =
                made.names.borrow().iter().map(|(name, it)| (name.clone(), it.clone())).collect();
            for (name, value) in all {
                if class.names.borrow().get(&name).is_none() {
                    class.names.borrow_mut().set(name, value);
                }
            }
        }
        Ok(())
    }

    /// Tells two named tuples apart by their elements, as Python does. For the library's own.
    pub(super) fn compare_by_elements(&self, class: &Rc<Class>) {
        let mut names = class.names.borrow_mut();
        if let Some(fields) = names.get("_fields").cloned()
            && names.get("__eq__").is_none()
        {
            names.set("__eq__".into(), Live::name(BY_ELEMENTS));
            names.set(COMPARED.into(), fields);
        }
    }
}

/// The names that the body of a class annotates, in their order, as its text says; `None` where some may not stand there.
fn annotated(class: &Class) -> Option<Vec<Annotated>> {
    let definition = class.definition.as_ref()?;
    let text = class.scope.module.source.as_ref()?.text.clone();
    let mut made: Vec<Annotated> = Vec::new();
    let mut by_keyword = false;
    for stmt in &definition.inside().body {
        let written = text.get(stmt.span.start as usize..stmt.span.end as usize)?;
        let annotation = match &stmt.kind {
            StmtKind::Pass => written.split_once(':'),
            StmtKind::Assign { targets, value } => match targets.as_slice() {
                [Expr { kind: ExprKind::Name(_), .. }] => {
                    let until = (value.span.start - stmt.span.start) as usize;
                    written.get(..until)?.split_once(':')
                }
                _ => None,
            },
            StmtKind::Function(_) | StmtKind::Class(_) | StmtKind::Expr(_) => None,
            // One that stands on a condition.
            _ => return None,
        };
        let Some((name, annotation)) = annotation else { continue };
        let name = name.trim();
        if name.contains(|it: char| !it.is_alphanumeric() && it != '_') || annotation.contains("InitVar") {
            return None;
        }
        if annotation.contains("KW_ONLY") {
            by_keyword = true;
        } else if !annotation.contains("ClassVar") && !made.iter().any(|it| *it.name == *name) {
            made.push(Annotated { name: name.into(), by_keyword });
        }
    }
    Some(made)
}
