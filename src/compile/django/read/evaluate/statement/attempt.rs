//! `try`: what is raised, what catches it, and what the database may refuse.

use std::rc::Rc;
use std::sync::Arc;

use super::super::branch::Journal;
use super::super::clue::clue;
use super::super::live::*;
use super::super::{Interpreter, format};
use crate::compile::django::project::Unknown;
use crate::compile::django::read::syntax::tree::*;

/// What may have raised in a `try`.
#[derive(Clone)]
pub struct Asked {
    pub why: Arc<Unknown>,
    pub what: Raises,
}

/// What it may be that was raised; each is caught by whatever catches the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Raises {
    /// `FieldDoesNotExist`: which fields a model has is known only later.
    NoField,
    /// One of Python's own exceptions: no failed import, and nothing that a library raises.
    Operation,
    /// What a function raises that is not followed, but for a failed import.
    Call,
    Anything,
}

/// What `_meta.get_field` raises, of `django.core.exceptions`.
pub const NO_FIELD: &str = "FieldDoesNotExist";

/// What Python's own operations raise (<https://docs.python.org/3/library/exceptions.html>).
const OF_OPERATIONS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "IndexError",
    "KeyError",
    "LookupError",
    "NameError",
    "StopIteration",
    "TypeError",
    "UnicodeError",
    "ValueError",
    "ZeroDivisionError",
];

impl Interpreter<'_> {
    pub(super) fn try_statement(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        let mut classes = Vec::new();
        for handler in handlers {
            classes.push(self.handled(handler, scope)?);
        }
        self.guarded(body, handlers, &classes, otherwise, scope)
    }

    /// `with suppress(KeyError):`
    pub(super) fn suppressed(
        &mut self,
        body: &[Stmt],
        classes: &[Live],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        let classes = classes.iter().map(|it| self.force(it)).collect::<Result<Vec<_>, _>>()?;
        let handler = Handler { class: None, name: None, body: Vec::new() };
        self.guarded(body, &[handler], &[classes], &[], scope)
    }

    fn guarded(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        classes: &[Vec<Live>],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        let any = |wanted: &dyn Fn(&Live) -> bool| classes.iter().flatten().any(wanted);
        let catches_imports = any(&|it| catches(it, "ImportError"));
        let catches_operations = any(&catches_operations);
        let of_missing =
            handlers.iter().zip(classes).find(|(_, of)| of.iter().any(|it| catches(it, "KeyError")));
        let all = handlers.iter().map(|it| lets_be(&it.body)).collect::<Option<Vec<_>>>();
        let all = all.filter(|it| !it.is_empty() && self.handed.is_some());
        let guarded = |it: &mut Self| {
            let before = it.handed.as_ref().map_or(0, |it| it.count());
            if let (Some(handed), Some(all)) = (&mut it.handed, &all) {
                handed.begin_try(all.iter().all(|it| *it == Handling::Raises));
            }
            it.trying += u32::from(catches_imports);
            it.catching += u32::from(!handlers.is_empty());
            it.catching_operations += u32::from(catches_operations);
            let outer = it.goes_on_unset;
            if let Some((handler, _)) = of_missing {
                it.goes_on_unset = !may_end(&handler.body);
            }
            let result = it.block(body, scope);
            it.goes_on_unset = outer;
            it.trying -= u32::from(catches_imports);
            it.catching -= u32::from(!handlers.is_empty());
            it.catching_operations -= u32::from(catches_operations);
            if let (Some(handed), Some(all)) = (&mut it.handed, &all) {
                handed.end_try(before, all.contains(&Handling::Leaves));
            }
            result
        };
        let asked_before = self.asked.take();
        let (result, journal) =
            if handlers.is_empty() { (guarded(self), Journal::default()) } else { self.attempt(guarded) };
        let asked = std::mem::replace(&mut self.asked, asked_before);
        // What these handlers may not catch, one around them may.
        if !any(&|it| catches(it, "RuntimeError"))
            && let Some(asked) = &asked
        {
            self.asked.get_or_insert_with(|| asked.clone());
        }
        let is_concerned = |it: &Asked| match it.what {
            Raises::Anything => !handlers.is_empty(),
            Raises::Operation => !handlers.is_empty() && catches_operations,
            Raises::Call => any(&|it| !is_of_imports(it)),
            // One that only leaves it guards against what is not so.
            Raises::NoField => handlers
                .iter()
                .zip(classes)
                .any(|(handler, of)| of.iter().any(is_of_fields) && lets_be(&handler.body).is_none()),
        };
        if matches!(result, Ok(_) | Err(Stop::Raise(_)))
            && let Some(Asked { why, .. }) = asked.filter(is_concerned)
        {
            journal.undo();
            let outer = self.asked.take();
            let outcome = self.either(
                &why,
                |it| {
                    let before = it.asked.take();
                    let result = guarded(it);
                    it.asked = before;
                    it.after_tried(result, handlers, classes, otherwise, scope)
                },
                |it| it.refused(body, handlers, scope, &why),
            );
            self.asked = outer.or(self.asked.take());
            return outcome;
        }
        self.keep(journal);
        self.after_tried(result, handlers, classes, otherwise, scope)
    }

    /// The `else` of a `try`, or the handler of what was raised.
    fn after_tried(
        &mut self,
        result: Result<Outcome, Stop>,
        handlers: &[Handler],
        classes: &[Vec<Live>],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        match result {
            Ok(outcome) if matches!(outcome.flow, Flow::Next) => {
                let last = self.block(otherwise, scope)?;
                Ok(Outcome { flow: last.flow, maybe: outcome.maybe.into_iter().chain(last.maybe).collect() })
            }
            Ok(outcome) => Ok(outcome),
            Err(Stop::Raise(raised)) => {
                for (handler, classes) in handlers.iter().zip(classes) {
                    if classes.iter().any(|class| self.is_caught(&raised.class, class)) {
                        if let Some(name) = &handler.name {
                            let span = handler.class.as_ref().map(|it| it.span).unwrap_or_default();
                            let value =
                                self.unknown(scope, span, format!("is the exception {}", raised.message));
                            self.bind(scope, name.clone(), value);
                        }
                        return self.block(&handler.body, scope);
                    }
                }
                Err(Stop::Raise(raised))
            }
            Err(stop) => Err(stop),
        }
    }

    /// An operation whose result is not known may also have raised.
    pub fn may_raise(&mut self, found: &Live) {
        // A list of what is there, and what is in it.
        if clue(found).is_some() {
            return;
        }
        if self.catching_operations > 0
            && let Live::Unknown(why) = found
        {
            self.note_raise(why.clone(), Raises::Operation);
        }
    }

    /// A function that is not followed may have raised, whatever it gave. While settings are read it is assumed that it has
    /// not: on what they try no schema hangs, most often.
    pub fn may_fail(&mut self, found: &Live, scope: &Rc<Scope>, span: Span) {
        if self.catching == 0 || self.world.settings.is_none() {
            return;
        }
        let why = match found {
            Live::Unknown(why) => why.clone(),
            _ => {
                let reason = format!("makes {}, which may raise", format::kind(found));
                match self.unknown(scope, span, reason) {
                    Live::Unknown(why) => why,
                    _ => return,
                }
            }
        };
        self.note_raise(why, Raises::Call);
    }

    /// What may have raised first, or may have raised more than that.
    pub fn note_raise(&mut self, why: Arc<Unknown>, what: Raises) {
        if self.asked.as_ref().is_none_or(|it| it.what < what) {
            self.asked = Some(Asked { why, what });
        }
    }

    /// One of two ways raised, and which is taken is not known.
    pub fn may_raise_anything(&mut self, why: &Arc<Unknown>) {
        if self.catching > 0 {
            self.asked = Some(Asked { why: why.clone(), what: Raises::Anything });
        }
    }

    /// Sets aside the `try` blocks that stand around.
    pub fn outside_of_tries(&mut self) -> (u32, u32, u32, bool) {
        let counts = (self.trying, self.catching, self.catching_operations, self.goes_on_unset);
        (self.trying, self.catching, self.catching_operations, self.goes_on_unset) = (0, 0, 0, false);
        counts
    }

    /// The way through the handlers when something raised of which it is not known whether it does. Handlers of other
    /// exceptions are tried too: which one a driver raises is not known.
    pub(super) fn refused(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        scope: &Rc<Scope>,
        why: &Arc<Unknown>,
    ) -> Result<Outcome, Stop> {
        // How far the body came is not known.
        self.repeated_body(&[], body, scope, why)?;
        let Some((handler, others)) = handlers.split_first() else { return Ok(Flow::Next.into()) };
        if let Some(name) = &handler.name {
            self.bind(scope, name.clone(), Live::Unknown(why.clone()));
        }
        if others.is_empty() {
            return self.block(&handler.body, scope);
        }
        self.either(why, |it| it.block(&handler.body, scope), |it| it.refused(&[], others, scope, why))
    }

    /// What an `except` catches.
    pub(super) fn handled(&mut self, handler: &Handler, scope: &Rc<Scope>) -> Result<Vec<Live>, Stop> {
        let Some(class) = &handler.class else {
            return Ok(vec![Live::name("builtins.BaseException")]);
        };
        let value = self.eval(class, scope)?;
        Ok(match self.force(&value)? {
            Live::Tuple(classes) => classes.iter().map(|it| self.force(it)).collect::<Result<_, _>>()?,
            class => vec![class],
        })
    }

    pub(super) fn is_caught(&mut self, raised: &Live, class: &Live) -> bool {
        match raised {
            Live::Name(raised) => catches(class, raised.strip_prefix("builtins.").unwrap_or(raised)),
            Live::Class(raised) => {
                if catches(class, "Exception") {
                    return true;
                }
                let lineage = self.lineage(raised).unwrap_or_else(|_| Rc::from([]));
                lineage.iter().any(|it| it.is(class) || matches!(it, Live::Name(name) if catches(class, name.strip_prefix("builtins.").unwrap_or(name))))
            }
            _ => catches(class, "Exception"),
        }
    }
}

/// What a handler does with what it catches, where it changes nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Handling {
    /// What follows is done.
    Nothing,
    /// It leaves the loop or the function.
    Leaves,
    Raises,
}

/// `None` where it may change something.
fn lets_be(body: &[Stmt]) -> Option<Handling> {
    let mut handling = Handling::Nothing;
    for stmt in body {
        handling = match &stmt.kind {
            StmtKind::Pass => Handling::Nothing,
            StmtKind::Expr(expr) if is_talk(expr) => Handling::Nothing,
            StmtKind::Return(None) | StmtKind::Continue | StmtKind::Break => Handling::Leaves,
            StmtKind::Raise(_) => Handling::Raises,
            // What it lets be, and what it raises again.
            StmtKind::If { then, otherwise, .. } => match (lets_be(then)?, lets_be(otherwise)?) {
                (Handling::Raises, Handling::Raises) => Handling::Raises,
                (Handling::Leaves, _) | (_, Handling::Leaves) => Handling::Leaves,
                _ => Handling::Nothing,
            },
            _ => return None,
        };
        match handling {
            Handling::Nothing => {}
            Handling::Leaves | Handling::Raises => return Some(handling),
        }
    }
    Some(handling)
}

/// Whether a handler may raise again, or end the program.
fn may_end(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Raise(_) => true,
        StmtKind::If { then, otherwise, .. } => may_end(then) || may_end(otherwise),
        StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. }) => match &call.function.kind {
            ExprKind::Name(name) | ExprKind::Attribute(_, name) => {
                matches!(&**name, "exit" | "_exit" | "quit")
            }
            _ => false,
        },
        _ => false,
    })
}

/// A comment, or a message for people.
fn is_talk(expr: &Expr) -> bool {
    const LEVELS: [&str; 9] =
        ["critical", "debug", "error", "exception", "info", "log", "warn", "warning", "write"];
    match &expr.kind {
        ExprKind::Literal(_) => true,
        ExprKind::Call(call) => match &call.function.kind {
            ExprKind::Name(name) => &**name == "print",
            ExprKind::Attribute(_, name) => LEVELS.contains(&&**name) || name.starts_with("savepoint"),
            _ => false,
        },
        _ => false,
    }
}

/// Whether it is caught only where an import fails.
fn is_of_imports(class: &Live) -> bool {
    let class = match class {
        Live::Name(class) => class.strip_prefix("builtins.").unwrap_or(class),
        _ => "",
    };
    matches!(class, "ImportError" | "ModuleNotFoundError")
}

/// Whether it is there for a field that is not.
fn is_of_fields(class: &Live) -> bool {
    matches!(class, Live::Name(class) if class.rsplit('.').next() == Some(NO_FIELD))
}

fn catches_operations(class: &Live) -> bool {
    match class {
        Live::Unknown(_) | Live::Import(_) => true,
        class => OF_OPERATIONS.iter().any(|it| catches(class, it)),
    }
}

/// Whether `except class` catches a built-in exception of this name.
pub(super) fn catches(class: &Live, raised: &str) -> bool {
    let Live::Name(class) = class else {
        return false;
    };
    let class = match raised {
        NO_FIELD => class.rsplit('.').next().unwrap_or_default(),
        _ => class.strip_prefix("builtins.").unwrap_or(class),
    };
    let bases: &[&str] = match raised {
        "ImportError" => &["ModuleNotFoundError"],
        "ModuleNotFoundError" => &["ImportError"],
        "KeyError" | "IndexError" => &["LookupError"],
        "ZeroDivisionError" | "OverflowError" => &["ArithmeticError"],
        "FileNotFoundError" => &["OSError", "IOError", "EnvironmentError"],
        _ => &[],
    };
    class == raised || class == "Exception" || class == "BaseException" || bases.contains(&class)
}
