//! Calls: of functions and classes of the sources, and what of them reaches a class that is not followed.

use std::rc::Rc;

mod base;
mod closure;
mod instance;

use super::asked::CALLED;
use super::clue::plain;
use super::facts::adds_a_field;
use super::live::*;
use super::outside::ENCRYPT;
use super::special::is_of_a_class;
use super::statement::{Asked, Raises};
use super::{Interpreter, format};
use crate::compile::django::notice::Concern;
use crate::compile::django::read::syntax::tree::*;

pub use base::{is_same_as_field, is_same_as_parameters};
pub use closure::{keeps_results, path_of_decorator};

/// Stands among keywords for an unknown number of positional or keyword arguments.
pub const MORE_ARGS: &str = "*";
pub const MORE_KEYWORDS: &str = "**";

impl Interpreter<'_> {
    pub fn call_expression(&mut self, call: &CallExpr, scope: &Rc<Scope>, span: Span) -> Evaluated {
        if let ExprKind::Name(name) = &call.function.kind
            && &**name == "super"
            && call.args.len() != 1
        {
            return self.super_call(call, scope, span);
        }
        if let Some(done) = self.update_of_dict(call, scope, span)? {
            return Ok(done);
        }
        let function = self.eval(&call.function, scope)?;
        self.note_question(call, &function, scope, span);
        let adds = adds_a_field(call);
        let mut args = Vec::with_capacity(call.args.len());
        let mut keywords = Keywords::with_capacity(call.keywords.len());
        for arg in &call.args {
            match &arg.kind {
                ExprKind::Starred(inner) => {
                    let value = self.eval(inner, scope)?;
                    match self.iterate(&value, scope, arg.span)? {
                        Ok(items) => match items.iter().position(Live::is_unknown) {
                            None => args.extend(items),
                            Some(at) => {
                                args.extend_from_slice(&items[..at]);
                                keywords.push((MORE_ARGS.into(), items[at].clone()));
                                break;
                            }
                        },
                        Err(unknown) => {
                            keywords.push((MORE_ARGS.into(), unknown));
                            break;
                        }
                    }
                }
                _ => args.push(self.argument(arg, scope)?),
            }
        }
        if self.handed.is_some()
            && let (Some(first), Some(Live::Unknown(_))) = (call.args.first(), args.first())
            && let Some(known) = self.row_statement(first, &function)
        {
            args[0] = known;
        }
        for (name, value) in &call.keywords {
            let span = value.span;
            let value = match self.not_asked(&function, call, name.as_deref(), value, scope) {
                Some(written) => written,
                None => self.argument(value, scope)?,
            };
            match name {
                Some(name) => keywords.push((name.clone(), value)),
                None => self.unpack_keywords(&value, &mut keywords, scope, span)?,
            }
        }
        if adds {
            self.note_added(&function, &args);
        }
        self.call(&function, args, keywords, scope, span)
    }

    /// `cursor.execute(…)`, `Model.objects.count()`: whether the database takes it is not known.
    fn note_question(&mut self, call: &CallExpr, function: &Live, scope: &Rc<Scope>, span: Span) {
        let ExprKind::Attribute(_, name) = &call.function.kind else { return };
        let is_ours = match function {
            Live::Function(_) | Live::Class(_) => true,
            Live::Bound(bound) => matches!(bound.callee, Callee::Function(_)),
            _ => false,
        };
        let asks = matches!(&**name, "execute" | "executemany" | "callproc")
            || (is_query(name) && has_a_manager(&call.function));
        let is_asked = matches!(function, Live::Bound(it) if super::handed::is_of_models(&it.receiver));
        if &**name == "get_field" && !is_ours && !is_asked {
            self.may_be_no_field(scope, span);
        }
        // A statement that is handed on may be refused by itself.
        let tries = matches!(&**name, "execute" | "executemany")
            && self.handed.as_ref().is_some_and(|it| it.tries(self.catching));
        if self.catching > 0 && !is_ours && asks && !tries && !is_in_memory(function) {
            self.may_be_refused(scope, span);
        }
    }

    /// What the database is asked within a `try`.
    pub(super) fn may_be_refused(&mut self, scope: &Rc<Scope>, span: Span) {
        let unknown = self.unknown(scope, span, "asks the database, which may refuse");
        if self.catching > 0
            && let Live::Unknown(why) = unknown
        {
            self.asked = Some(Asked { why, what: Raises::Anything });
        }
    }

    pub(super) fn unpack_keywords(
        &mut self,
        value: &Live,
        keywords: &mut Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let value = self.force(value)?;
        let made;
        let value = if is_of_a_class(&value)
            && let Some(pairs) = self.pairs_of(&value, scope, span)?
        {
            made = Live::dict(pairs);
            &made
        } else {
            &value
        };
        let Live::Dict(pairs) = value else {
            let unknown = self.because(&[value], scope, span, "unpacks what is no known dict");
            keywords.push((MORE_KEYWORDS.into(), unknown));
            return Ok(());
        };
        for (key, value) in pairs.borrow().iter() {
            let name = key.as_str().cloned().unwrap_or_else(|| MORE_KEYWORDS.into());
            keywords.push((name, value.clone()));
        }
        Ok(())
    }

    fn super_call(&mut self, call: &CallExpr, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let mut at = Some(scope);
        let mut method = None;
        while let Some(here) = at {
            if here.kind == ScopeKind::Function && here.method.is_some() {
                method = here.method.clone();
                break;
            }
            at = here.parent.as_ref();
        }
        let found = if let [class, receiver] = call.args.as_slice() {
            let class = self.eval(class, scope)?;
            let receiver = self.eval(receiver, scope)?;
            match self.force(&class)? {
                Live::Class(class) => Some((class, receiver)),
                // What comes after a class of Django's is not told from itself.
                other @ Live::Name(_) => {
                    self.before_in_lineage(&receiver, &other)?.map(|class| (class, receiver))
                }
                _ => None,
            }
        } else {
            method
        };
        Ok(match found {
            Some((class, receiver)) => Live::Super(Rc::new(Super { class, receiver })),
            None => self.unknown(scope, span, "calls super() outside of a method"),
        })
    }

    /// The class of the sources that stands right before another in the order of an object's classes.
    fn before_in_lineage(&mut self, receiver: &Live, other: &Live) -> Result<Option<Rc<Class>>, Stop> {
        let Live::Instance(instance) = self.force(receiver)? else { return Ok(None) };
        let Live::Class(class) = &instance.class else { return Ok(None) };
        let lineage = self.lineage(class)?;
        let before = lineage.iter().take_while(|it| !it.is(other)).last();
        let is_there = lineage.iter().any(|it| it.is(other));
        Ok(match before {
            Some(Live::Class(before)) if is_there => Some(before.clone()),
            _ => None,
        })
    }

    /// Whether calling it comes to a function or a class of the sources.
    pub fn is_followed_call(&mut self, value: &Live) -> bool {
        match value {
            Live::Function(_) | Live::Class(_) => true,
            Live::Bound(bound) => matches!(bound.callee, Callee::Function(_)),
            Live::Partial(partial) => self.is_followed_call(&partial.function.clone()),
            Live::Instance(instance) => match &instance.class {
                Live::Class(class) => {
                    matches!(self.class_attribute(&class.clone(), "__call__"), Ok(Some(Live::Function(_))))
                }
                _ => false,
            },
            _ => false,
        }
    }

    pub fn call(
        &mut self,
        function: &Live,
        mut args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        self.step()?;
        let function = self.force(function)?;
        if self.handed.is_some()
            && let Some(done) = self.watch_call(&function, &args, &keywords, scope, span)?
        {
            return Ok(done);
        }
        match &function {
            Live::Function(closure) => {
                if &*closure.path == ENCRYPT
                    && let Some(field) = self.encrypted(&args, scope, span)?
                {
                    return Ok(field);
                }
                self.call_closure(closure, None, args, keywords, scope, span)
            }
            Live::Bound(bound) => match &bound.callee {
                Callee::Function(closure) => {
                    self.call_closure(closure, Some(&bound.receiver), args, keywords, scope, span)
                }
                // Whether SQLite was built with something, most often.
                Callee::Method(name) if is_in_memory(&function) => {
                    if name.starts_with("execute") {
                        let message = "assumed that SQLite takes what a database in memory is asked";
                        self.tell(Concern::Assumed, &scope.module.clone(), span, message);
                    }
                    Ok(self.outside_instance("sqlite3.Cursor", Vec::new(), Vec::new(), scope, span))
                }
                Callee::Method(name) => self.call_method(&bound.receiver, name, args, keywords, scope, span),
                Callee::Base(class, name) => {
                    self.call_base(&bound.receiver, class, name, args, keywords, scope, span)
                }
            },
            Live::Class(class) => match self.method_of_metaclass(class, "__call__", scope, span)? {
                Some(method) => self.deeper(|it| it.call(&method, args, keywords, scope, span)),
                None => self.instantiate(class, args, keywords, scope, span),
            },
            Live::Name(path) => match (path.rsplit_once('.'), args.first()) {
                // `Field.db_parameters(self, connection)`
                (Some((class, name)), Some(receiver @ Live::Instance(_))) if CALLED.contains(&name) => {
                    let receiver = receiver.clone();
                    self.call_base(&receiver, &class.into(), name, args.split_off(1), keywords, scope, span)
                }
                _ => self.outside_call(path, args, keywords, scope, span),
            },
            Live::Partial(partial) => {
                let mut all = partial.args.clone();
                all.append(&mut args);
                let mut named = partial.keywords.clone();
                named.retain(|(name, _)| !keywords.iter().any(|(it, _)| it == name));
                named.extend(keywords);
                self.call(&partial.function, all, named, scope, span)
            }
            Live::Descriptor(_, inner) => self.call(&inner.clone(), args, keywords, scope, span),
            Live::Instance(instance) => {
                if matches!(instance.class, Live::Class(_))
                    && let Some(method) = self.optional_attribute(&function, "__call__", scope, span)?
                    && !method.is_unknown()
                {
                    return self.call(&method, args, keywords, scope, span);
                }
                if let Some(value) = self.call_outside_instance(instance, &args, &keywords, scope, span)? {
                    return Ok(value);
                }
                Ok(self.unknown(scope, span, format!("calls {}", format::kind(&function))))
            }
            Live::Unknown(unknown) => {
                self.call_hidden(unknown, &args, &keywords, scope, span)?;
                let given: Vec<&Live> = args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                self.call_back("a value that is not known", &given, scope, span)?;
                Ok(Live::Unknown(plain(unknown)))
            }
            _ => {
                let unknown = self.unknown(scope, span, format!("calls {}", format::kind(&function)));
                self.may_raise(&unknown);
                Ok(unknown)
            }
        }
    }
}

/// Methods of managers and querysets that go to the database at once (`django/db/models/query.py`).
fn is_query(name: &str) -> bool {
    matches!(
        name,
        "aggregate"
            | "bulk_create"
            | "bulk_update"
            | "count"
            | "create"
            | "delete"
            | "earliest"
            | "exists"
            | "first"
            | "get"
            | "get_or_create"
            | "in_bulk"
            | "last"
            | "latest"
            | "update"
            | "update_or_create"
            | "get_current"
    )
}

/// `Model.objects.…`
fn has_a_manager(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Attribute(object, name) => {
            matches!(&**name, "objects" | "_default_manager" | "_base_manager") || has_a_manager(object)
        }
        ExprKind::Call(call) => has_a_manager(&call.function),
        ExprKind::Subscript(object, _) => has_a_manager(object),
        _ => false,
    }
}

/// A method of `sqlite3.connect(":memory:")`, which is no database of the project's.
fn is_in_memory(function: &Live) -> bool {
    let Live::Bound(bound) = function else { return false };
    let Live::Instance(instance) = &bound.receiver else { return false };
    let is_connection = matches!(&instance.class, Live::Name(class) if &**class == "sqlite3.connect");
    is_connection && instance.args.first().and_then(Live::as_str).is_some_and(|it| &**it == ":memory:")
}
