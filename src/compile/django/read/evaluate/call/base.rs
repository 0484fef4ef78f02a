//! What reaches a class that is not followed: `super()`, and what the methods of Django's own classes leave.

use std::rc::Rc;
use std::sync::Arc;

use super::super::asked::NAMING;
use super::super::branch::Cell;
use super::super::class::is_object;
use super::super::live::*;
use super::super::{Interpreter, given};
use crate::compile::django::notice::Concern;
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    /// An attribute of `super()`.
    pub fn super_attribute(&mut self, it: &Super, name: &str, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let class = match &it.receiver {
            Live::Instance(instance) => match &instance.class {
                Live::Class(class) => class.clone(),
                _ => it.class.clone(),
            },
            Live::Class(class) => class.clone(),
            _ => it.class.clone(),
        };
        let mut lineage = self.lineage(&class)?;
        let own = Live::Class(it.class.clone());
        // In a method of a metaclass the receiver is a class.
        if matches!(it.receiver, Live::Class(_)) && !lineage.iter().any(|other| other.is(&own)) {
            lineage = self.lineage(&it.class)?;
        }
        let after = lineage.iter().skip_while(|other| !other.is(&own)).skip(1);
        for other in after {
            match other {
                Live::Class(class) => {
                    self.class_body(class)?;
                    let found = class.names.borrow().get(name).cloned();
                    if let Some(found) = found {
                        return self.bind_attribute(found, &it.receiver, scope, span);
                    }
                }
                Live::Name(_) if is_object(other) => {}
                Live::Name(path) => {
                    let callee = Callee::Base(path.clone(), name.into());
                    return Ok(Live::Bound(Rc::new(Bound { receiver: it.receiver.clone(), callee })));
                }
                unknown => return Ok(unknown.clone()),
            }
        }
        let callee = Callee::Base("builtins.object".into(), name.into());
        Ok(Live::Bound(Rc::new(Bound { receiver: it.receiver.clone(), callee })))
    }

    /// A method of a class that is not followed, called on an instance of a class of the sources.
    #[expect(clippy::too_many_arguments, reason = "a call, its place, and what is called")]
    pub fn call_base(
        &mut self,
        receiver: &Live,
        class: &Arc<str>,
        name: &str,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        match (name, receiver) {
            ("apply" | "mutate_state", Live::Instance(instance))
                if self.ran_for.is_some() && &**class == "django.db.migrations.Migration" =>
            {
                let label = instance.attributes.borrow().get("app_label").cloned();
                // On a condition nothing is certain.
                let label = label.filter(|_| self.journals.is_empty() && self.doubts == 0);
                let label = label.unwrap_or(Live::None);
                self.ran_for.iter_mut().for_each(|it| it.push(label.clone()));
                Ok(self.unknown(scope, span, "is the state after it"))
            }
            ("__init__", Live::Instance(instance)) => {
                if &**class == "django.db.migrations.Migration" {
                    self.migration_init(instance, &args, scope, span)?;
                }
                if class.starts_with("pydantic_settings.") {
                    let message =
                        "assumed that the environment sets none of these settings: their defaults are taken";
                    self.tell(Concern::Assumed, &scope.module.clone(), span, message);
                }
                if &**class != "builtins.object" {
                    self.touch(Cell::Names(instance.attributes.clone()));
                    given::all(class).for_each(|it| instance.attributes.borrow_mut().remove(it));
                    let call = BaseCall { class: class.clone(), args, keywords };
                    instance.base_calls.borrow_mut().push(call);
                }
                Ok(Live::None)
            }
            ("__setattr__", object) => {
                match args.as_slice() {
                    [Live::Str(name), value] => {
                        self.set_plainly(object, name, value.clone(), scope, span)?;
                    }
                    args => {
                        let given: Vec<&Live> = args.iter().collect();
                        let why = self.because(&given, scope, span, "sets an attribute that is not known");
                        self.unsure(object, &why);
                    }
                }
                Ok(Live::None)
            }
            ("__delattr__", object) => {
                match args.as_slice() {
                    [Live::Str(name)] => self.delete_plainly(object, name, scope, span)?,
                    _ => {
                        let why = self.unknown(scope, span, "deletes an attribute that is not known");
                        self.unsure(object, &why);
                    }
                }
                Ok(Live::None)
            }
            ("__init__" | "__init_subclass__", _) => Ok(Live::None),
            ("__call__", Live::Class(made)) if is_metaclass(class) => {
                self.instantiate(made, args, keywords, scope, span)
            }
            ("__new__", _) if &**class == "builtins.type" => {
                let made = args.get(1..).and_then(|args| self.make_class(args, scope));
                Ok(made.unwrap_or_else(|| self.unknown(scope, span, "makes a class by hand")))
            }
            ("__new__", _) => match args.first() {
                Some(Live::Class(made)) => {
                    let made = made.clone();
                    Ok(Live::Instance(self.bare_instance(&made, args[1..].to_vec(), keywords, scope, span)))
                }
                _ => Ok(self.unknown(scope, span, "makes an instance by hand")),
            },
            ("__getattr__" | "__getattribute__", _) => Err(self.raise("AttributeError", "no such attribute")),
            ("get_internal_type", Live::Instance(instance))
                if given::says_its_name(class)
                    && let Live::Class(class) = &instance.class =>
            {
                Ok(Live::Str(class.name.clone()))
            }
            ("get_internal_type", _) => Ok(match given::internal_type(class) {
                Some(name) => Live::str(name),
                None => self.unknown(scope, span, format!("calls `{class}.{name}`, which is not followed")),
            }),
            ("db_type" | "rel_db_type", Live::Instance(_)) if class.starts_with("django.db.models.") => {
                let same = format!("{SAME_AS_FIELD}{name}");
                Ok(self.outside_instance(&same, Vec::new(), Vec::new(), scope, span))
            }
            ("db_parameters", Live::Instance(_)) if class.starts_with("django.db.models.") => {
                let mut pairs = Pairs::default();
                for (key, method) in PARAMETERS {
                    let same = format!("{SAME_AS_FIELD}{method}");
                    let value = self.outside_instance(&same, Vec::new(), Vec::new(), scope, span);
                    pairs.push((Live::str(key), value));
                }
                Ok(Live::dict(pairs))
            }
            ("deconstruct", Live::Instance(instance)) if args.is_empty() && given::is_field(class) => {
                let told = self.deconstructed(instance, class);
                Ok(told.unwrap_or_else(|| self.unknown(scope, span, format!("calls `{class}.deconstruct`"))))
            }
            ("clone", Live::Instance(instance)) if args.is_empty() && keywords.is_empty() => {
                let cloned = self.cloned(instance)?;
                Ok(cloned.unwrap_or_else(|| self.unknown(scope, span, format!("calls `{class}.clone`"))))
            }
            (_, Live::Instance(instance))
                if NAMING.contains(&name) && (given::is_field(class) || given::is_spatial(class)) =>
            {
                self.name_field(instance, class, name, args, scope, span)
            }
            _ => Ok(self.unknown(scope, span, format!("calls `{class}.{name}`, which is not followed"))),
        }
    }

    /// What `Migration.__init__` does (`django/db/migrations/migration.py`).
    fn migration_init(
        &mut self,
        instance: &Rc<Instance>,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let Live::Class(class) = &instance.class else {
            return Ok(());
        };
        for name in ["operations", "dependencies", "run_before", "replaces"] {
            let value = self.class_attribute(class, name)?.unwrap_or_else(|| Live::list(Vec::new()));
            let items = self.iterate(&value, scope, span)?.unwrap_or_else(|unknown| vec![unknown]);
            instance.attributes.borrow_mut().set(name.into(), Live::list(items));
        }
        for (name, value) in ["name", "app_label"].into_iter().zip(args) {
            instance.attributes.borrow_mut().set(name.into(), value.clone());
        }
        Ok(())
    }
}

/// Of Python's or Django's own, which make instances as `type` does.
fn is_metaclass(class: &str) -> bool {
    matches!(class, "builtins.type" | "abc.ABCMeta" | "django.db.models.base.ModelBase" | "builtins.object")
}

/// What a method of Django's own field class gives is an instance of this and the method's name.
const SAME_AS_FIELD: &str = "django.db.models.Field.";

/// Whether `value` is what the method gives on Django's own class: the override only passed it on.
pub fn is_same_as_field(value: &Live, method: &str) -> bool {
    let Live::Instance(instance) = value else {
        return false;
    };
    let Live::Name(class) = &instance.class else {
        return false;
    };
    class.strip_prefix(SAME_AS_FIELD) == Some(method)
}

/// What `Field.db_parameters` holds, and the method that it asks for it (`django/db/models/fields/__init__.py`).
const PARAMETERS: [(&str, &str); 2] = [("type", "db_type"), ("check", "db_check")];

/// Whether `value` is what `Field.db_parameters` gives, but for what says nothing of the type: its collation.
pub fn is_same_as_parameters(value: &Live) -> bool {
    let Live::Dict(pairs) = value else { return false };
    let pairs = pairs.borrow();
    PARAMETERS.iter().all(|(key, method)| {
        pairs
            .iter()
            .any(|(it, value)| it.as_str().is_some_and(|it| **it == **key) && is_same_as_field(value, method))
    })
}
