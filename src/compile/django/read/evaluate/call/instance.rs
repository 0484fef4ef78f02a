//! Instances of classes of the sources, and what their constructors leave in them.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::class::{is_mixed_in, is_object};
use super::super::live::*;
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    pub fn instantiate(
        &mut self,
        class: &Rc<Class>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        self.class_body(class)?;
        if let Some(hidden) = self.hidden_by_decorators(class)? {
            return Ok(hidden);
        }
        if self.is_typed_dict(class)? && args.is_empty() {
            let pair = |(name, value): (Arc<str>, Live)| match name.starts_with('*') {
                true => (value.clone(), value),
                false => (Live::Str(name), value),
            };
            return Ok(Live::dict(keywords.into_iter().map(pair).collect()));
        }
        if self.is_enumeration(class)?
            && let [value] = args.as_slice()
        {
            return self.member_of(class, value, scope, span);
        }
        if let Some(Live::Function(new)) = self.class_attribute(class, "__new__")? {
            let made = self.call_closure(
                &new,
                Some(&Live::Class(class.clone())),
                args.clone(),
                keywords.clone(),
                scope,
                span,
            )?;
            match &made {
                Live::Instance(instance) if instance.class.is(&Live::Class(class.clone())) => {
                    let (args, keywords) = (args.clone(), keywords.clone());
                    self.initialise(instance, args, keywords, scope, span)?;
                    return Ok(made);
                }
                _ => return Ok(made),
            }
        }
        let instance = self.bare_instance(class, args.clone(), keywords.clone(), scope, span);
        self.initialise(&instance, args, keywords, scope, span)?;
        Ok(Live::Instance(instance))
    }

    /// `class Row(TypedDict)`: making one makes a dict.
    fn is_typed_dict(&mut self, class: &Rc<Class>) -> Result<bool, Stop> {
        let is_it = |it: &Live| matches!(it, Live::Name(it) if matches!(&**it, "typing.TypedDict" | "typing_extensions.TypedDict"));
        Ok(self.lineage(class)?.iter().any(is_it))
    }

    pub fn bare_instance(
        &mut self,
        class: &Rc<Class>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Rc<Instance> {
        Rc::new(Instance {
            class: Live::Class(class.clone()),
            args,
            keywords,
            attributes: SharedNames::default(),
            base_calls: Default::default(),
            notice: Default::default(),
            is_joined: false,
            module: scope.module.clone(),
            span,
        })
    }

    /// Runs `__init__`. A raise or a spent budget in it leaves an instance whose base call is not known.
    pub fn initialise(
        &mut self,
        instance: &Rc<Instance>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let Live::Class(class) = &instance.class else {
            return Ok(());
        };
        let lineage = self.lineage(class)?;
        let receiver = Live::Instance(instance.clone());
        if self.catching > 0 && !(args.is_empty() && keywords.is_empty()) && self.takes_nothing(class)? {
            return Err(self.raise("TypeError", format!("{} takes no arguments", class.name)));
        }
        match self.next_init(&lineage, &receiver, args, keywords, scope, span) {
            Ok(value) => {
                if let Live::Unknown(unknown) = value {
                    instance.notice.borrow_mut().get_or_insert(unknown.reason.clone());
                }
                Ok(())
            }
            Err(Stop::Raise(raised)) if self.catching == 0 => {
                instance
                    .notice
                    .borrow_mut()
                    .get_or_insert(format!("its constructor raises {}", raised.message));
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }

    /// Whether no class that it stands on has a constructor.
    fn takes_nothing(&mut self, class: &Rc<Class>) -> Result<bool, Stop> {
        if !self.lineage(class)?.iter().all(|it| matches!(it, Live::Class(_)) || is_object(it)) {
            return Ok(false);
        }
        Ok(self.class_attribute(class, "__init__")?.is_none()
            && self.class_attribute(class, "__new__")?.is_none()
            && self.metaclass(class)?.is_none())
    }

    /// Calls the first `__init__` along a lineage.
    fn next_init(
        &mut self,
        lineage: &[Live],
        receiver: &Live,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        for it in lineage {
            match it {
                Live::Class(class) => {
                    self.class_body(class)?;
                    let found = class.names.borrow().get("__init__").cloned();
                    match found {
                        Some(Live::Function(init)) => {
                            return self.call_closure(&init, Some(receiver), args, keywords, scope, span);
                        }
                        Some(_) => {
                            return Ok(self.unknown(scope, span, "has a constructor that is no function"));
                        }
                        None => {}
                    }
                }
                Live::Name(_) if is_object(it) => {}
                mixin if is_mixed_in(mixin) => {}
                Live::Name(path) => {
                    return self.call_base(receiver, path, "__init__", args, keywords, scope, span);
                }
                other => return Ok(self.because(&[other], scope, span, "has a base that is not known")),
            }
        }
        Ok(Live::None)
    }
}
