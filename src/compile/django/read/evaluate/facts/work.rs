//! Whether a method that overrides Django's comes to what Django's does, and to anything of its own.

use std::sync::Arc;

use super::vendor::of_vendor;
use crate::compile::django::project::{Label, Reach, Twisted, Work};
use crate::compile::django::read::syntax::tree::*;
use crate::dialect::Dialect;

/// Methods of the schema editor that change nothing.
const ASKING: &[&str] =
    &["quote_name", "quote_value", "skip_default", "effective_default", "prepare_default"];

/// Methods of lists and dictionaries that change them.
const CHANGING: &[&str] =
    &["append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"];

/// What the editor runs at the end of a migration.
const DEFERRED: &str = "deferred_sql";

/// What Django's operations and editors look at of models and fields (`django/db/backends/base/schema.py`).
pub fn twisted_by(attribute: &str) -> Twisted {
    match attribute {
        "_unique" | "constraints" | "db_collation" | "db_constraint" | "db_default" | "db_index"
        | "decimal_places" | "index_together" | "indexes" | "max_digits" | "max_length" | "null"
        | "primary_key" | "remote_field" | "unique" | "unique_together" => Twisted::Definitions,
        "column" | "db_column" | "db_table" | "local_fields" | "local_many_to_many" | "managed" | "proxy"
        | "swapped" => Twisted::Names,
        _ => Twisted::Nothing,
    }
}

/// What `database_forwards` and `state_forwards` do with what they are given to change: the editor, or else the third
/// parameter, the state. `asked` is what else may answer a test.
pub fn of(
    definition: &FunctionDef,
    editor: Option<&Arc<str>>,
    dialect: Dialect,
    asked: impl Fn(&Expr) -> Option<bool>,
) -> Work {
    let positional = &definition.inside().parameters.positional;
    let state = positional.get(2).map(|it| &it.name).filter(|_| positional.len() == 3);
    let label = positional.get(1).map(|it| &it.name);
    let itself = positional.first().map(|it| &it.name);
    let method = Method { name: &definition.name, editor, state, label, itself, dialect, asked };
    let mut done = Done::default();
    method.block(&definition.inside().body, &mut done);
    done.work
}

struct Method<'d, F> {
    name: &'d Arc<str>,
    editor: Option<&'d Arc<str>>,
    state: Option<&'d Arc<str>>,
    label: Option<&'d Arc<str>>,
    itself: Option<&'d Arc<str>>,
    dialect: Dialect,
    asked: F,
}

#[derive(Clone, Default)]
struct Done {
    work: Work,
    left: Reach,
    /// Left by an exception.
    raised: bool,
}

impl Done {
    /// What else happens, if it has not ended before.
    fn then(&mut self, next: Self) {
        let next = if self.left == Reach::Never { next } else { next.perhaps() };
        self.join_label(&next);
        self.work.usual = self.work.usual.max(next.work.usual);
        self.work.own = self.work.own.max(next.work.own);
        self.left = self.left.max(next.left);
        self.raised |= next.raised;
        self.work.twisted = self.work.twisted.max(next.work.twisted);
    }

    fn perhaps(mut self) -> Self {
        for reach in [&mut self.work.usual, &mut self.work.own, &mut self.left] {
            *reach = (*reach).min(Reach::Perhaps);
        }
        self
    }

    /// Either of two.
    fn or(self, other: Self) -> Self {
        if self.raised && self.left == Reach::Certainly {
            return other;
        }
        if other.raised && other.left == Reach::Certainly {
            return self;
        }
        let either = |one: Reach, other: Reach| if one == other { one } else { Reach::Perhaps };
        let mut both = self.clone();
        both.join_label(&other);
        both.work.usual = either(self.work.usual, other.work.usual);
        both.work.own = either(self.work.own, other.work.own);
        both.left = either(self.left, other.left);
        both.raised |= other.raised;
        both.work.twisted = self.work.twisted.max(other.work.twisted);
        both
    }

    fn join_label(&mut self, next: &Self) {
        if next.work.usual == Reach::Never {
        } else if self.work.usual == Reach::Never {
            self.work.label.clone_from(&next.work.label);
        } else if self.work.label != next.work.label {
            self.work.label = Label::Unknown;
        }
    }

    fn usual(label: Label) -> Self {
        Self { work: Work { usual: Reach::Certainly, label, ..Work::default() }, ..Self::default() }
    }

    fn twisted(twisted: Twisted) -> Self {
        Self { work: Work { own: Reach::Certainly, twisted, ..Work::default() }, ..Self::default() }
    }

    fn own() -> Self {
        Self { work: Work { own: Reach::Certainly, ..Work::default() }, ..Self::default() }
    }
}

impl<F: Fn(&Expr) -> Option<bool>> Method<'_, F> {
    fn block(&self, body: &[Stmt], done: &mut Done) {
        for (position, stmt) in body.iter().enumerate() {
            if done.left == Reach::Certainly {
                return;
            }
            if let StmtKind::If { test, then, otherwise } = &stmt.kind
                && self.answer(test).is_none()
            {
                let (mut one, mut other) = (self.of_block(then), self.of_block(otherwise));
                let rest = &body[position + 1..];
                // What follows a branch that leaves belongs to the other one.
                if (one.left == Reach::Certainly) != (other.left == Reach::Certainly) {
                    self.expr(test, done);
                    let goes_on = if one.left == Reach::Certainly { &mut other } else { &mut one };
                    self.block(rest, goes_on);
                    return done.then(one.or(other));
                }
            }
            done.then(self.statement(stmt));
        }
    }

    fn of_block(&self, body: &[Stmt]) -> Done {
        let mut done = Done::default();
        self.block(body, &mut done);
        done
    }

    fn statement(&self, stmt: &Stmt) -> Done {
        let mut done = Done::default();
        match &stmt.kind {
            // It may be called anywhere.
            StmtKind::Function(it) => done.then(self.of_block(&it.inside().body).perhaps()),
            StmtKind::Class(it) => done.then(self.of_block(&it.inside().body).perhaps()),
            StmtKind::Return(value) => {
                value.iter().for_each(|it| self.expr(it, &mut done));
                done.left = Reach::Certainly;
            }
            StmtKind::Raise(value) => {
                value.iter().for_each(|it| self.expr(it, &mut done));
                (done.left, done.raised) = (Reach::Certainly, true);
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|it| self.expr(it, &mut done)),
            StmtKind::Assign { targets, value } => {
                self.expr(value, &mut done);
                targets
                    .iter()
                    .filter(|it| !self.is_mark(it, value))
                    .for_each(|it| self.assigned(it, &mut done));
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(value, &mut done);
                self.assigned(target, &mut done);
            }
            StmtKind::For { iterable, body, otherwise, .. } => {
                self.expr(iterable, &mut done);
                let mut turn = self.of_block(body);
                turn.left = turn.left.min(Reach::Perhaps);
                done.then(turn);
                self.block(otherwise, &mut done);
            }
            StmtKind::While { test, body, otherwise } => {
                self.expr(test, &mut done);
                done.then(self.of_block(body).perhaps());
                self.block(otherwise, &mut done);
            }
            StmtKind::If { test, then, otherwise } => {
                self.expr(test, &mut done);
                match self.answer(test) {
                    Some(true) => self.block(then, &mut done),
                    Some(false) => self.block(otherwise, &mut done),
                    None => done.then(self.of_block(then).or(self.of_block(otherwise))),
                }
            }
            StmtKind::With(with) => {
                with.items.iter().for_each(|(it, _)| self.expr(it, &mut done));
                self.block(&with.body, &mut done);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                let tried = self.of_block(body);
                // What is tried may be refused; by the models only if they differ from those that are known.
                let is_certain = handlers.is_empty()
                    || self.editor.is_none() && handlers.iter().all(|it| it.body.iter().all(does_nothing));
                done.then(if is_certain { tried } else { tried.perhaps() });
                self.block(otherwise, &mut done);
                for handler in handlers {
                    done.then(self.of_block(&handler.body).perhaps());
                }
                self.block(finally, &mut done);
            }
            StmtKind::Expr(expr) => self.expr(expr, &mut done),
            StmtKind::Opaque(_, body) => done.then(self.of_block(body).perhaps()),
            StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::Outer
            | StmtKind::Assert(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
        done
    }

    /// A migration that gives itself other operations does not do what it says, nor an operation that changes its field; and
    /// an editor whose templates are changed does something else.
    fn assigned(&self, target: &Expr, done: &mut Done) {
        if self.is_what_it_says(target) || self.is_of_editor(target) {
            done.then(Done::own());
        }
        self.twisted(target, done);
        self.expr(target, done);
    }

    /// An attribute of a model, a field or the editor at which Django's operation looks afterwards.
    fn twisted(&self, target: &Expr, done: &mut Done) {
        match &target.kind {
            ExprKind::Attribute(object, name) => {
                let on_itself = matches!(&object.kind, ExprKind::Name(name) if Some(name) == self.itself);
                if !on_itself && self.editor.is_some() {
                    self.sets(object, name, done);
                }
            }
            ExprKind::Subscript(object, _) => self.twisted(object, done),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|it| self.twisted(it, done));
            }
            _ => {}
        }
    }

    fn sets(&self, object: &Expr, name: &str, done: &mut Done) {
        let what = if self.is_editor(object) {
            if name == DEFERRED { Twisted::Definitions } else { Twisted::Nothing }
        } else {
            twisted_by(name)
        };
        if what != Twisted::Nothing {
            done.then(Done::twisted(what));
        }
    }

    /// Whether an attribute is set that no editor of Django's looks at: of those that it has, only templates and these are
    /// ever a flag or a number (`__init__` in django/db/backends/base/schema.py), the others are texts and methods.
    fn is_mark(&self, target: &Expr, value: &Expr) -> bool {
        let ExprKind::Attribute(object, name) = &target.kind else { return false };
        let is_plain = matches!(
            value.kind,
            ExprKind::Literal(Literal::None | Literal::Bool(_) | Literal::Int(_) | Literal::Float(_))
        );
        let is_asked = name.contains("sql") || name.starts_with('_') || name.starts_with("atomic");
        is_plain && !is_asked && self.is_editor(object)
    }

    fn is_what_it_says(&self, target: &Expr) -> bool {
        if let ExprKind::Subscript(object, _) = &target.kind {
            return self.is_what_it_says(object);
        }
        let ExprKind::Attribute(object, name) = &target.kind else { return false };
        let decides = matches!(
            &**name,
            "constraint" | "field" | "fields" | "index" | "name" | "operations" | "options" | "sql"
        );
        let on_itself = matches!(&object.kind, ExprKind::Name(name) if Some(name) == self.itself);
        if on_itself { decides } else { self.is_what_it_says(object) }
    }

    /// A test that the dialect answers, or Django's question to the routers, which is asked of each operation.
    fn answer(&self, test: &Expr) -> Option<bool> {
        if let Some(known) = of_vendor(test, self.dialect) {
            return Some(known);
        }
        let is_allowed = |name: &str| matches!(name, "allow_migrate_model" | "allow_migrate");
        match &test.kind {
            ExprKind::Not(inner) => self.answer(inner).map(|it| !it),
            ExprKind::And(items) => {
                let all: Vec<Option<bool>> = items.iter().map(|it| self.answer(it)).collect();
                let is_known = all.iter().all(Option::is_some);
                if all.contains(&Some(false)) { Some(false) } else { is_known.then_some(true) }
            }
            ExprKind::Or(items) => {
                let all: Vec<Option<bool>> = items.iter().map(|it| self.answer(it)).collect();
                let is_known = all.iter().all(Option::is_some);
                if all.contains(&Some(true)) { Some(true) } else { is_known.then_some(false) }
            }
            ExprKind::Call(call) => match &call.function.kind {
                ExprKind::Attribute(_, name) | ExprKind::Name(name) if is_allowed(name) => Some(true),
                _ => (self.asked)(test),
            },
            _ => (self.asked)(test),
        }
    }

    fn expr(&self, expr: &Expr, done: &mut Done) {
        match &expr.kind {
            ExprKind::Call(call) => self.call(call, done),
            ExprKind::Name(name) if Some(name) == self.state => done.then(Done::own()),
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Opaque(_) | ExprKind::Lambda(_) => {}
            ExprKind::FString(pieces) => {
                for piece in pieces {
                    if let Piece::Value { expr, .. } = piece {
                        self.expr(expr, done);
                    }
                }
            }
            ExprKind::Attribute(it, _)
            | ExprKind::Starred(it)
            | ExprKind::Not(it)
            | ExprKind::Unary(_, it)
            | ExprKind::Walrus(_, it)
            | ExprKind::YieldFrom(it) => self.expr(it, done),
            ExprKind::Yield(it) => it.iter().for_each(|it| self.expr(it, done)),
            ExprKind::Subscript(one, other) => {
                self.expr(one, done);
                self.expr(other, done);
            }
            ExprKind::Slice { from, to, step } => {
                [from, to, step].into_iter().flatten().for_each(|it| self.expr(it, done));
            }
            ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => {
                items.iter().for_each(|it| self.expr(it, done));
            }
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    key.iter().for_each(|it| self.expr(it, done));
                    self.expr(value, done);
                }
            }
            ExprKind::And(items) | ExprKind::Or(items) => {
                for (position, item) in items.iter().enumerate() {
                    let next = self.of_expr(item);
                    done.then(if position == 0 { next } else { next.perhaps() });
                }
            }
            ExprKind::Binary(left, _, right) => {
                self.expr(left, done);
                self.expr(right, done);
            }
            ExprKind::Compare(left, rest) => {
                self.expr(left, done);
                rest.iter().for_each(|(_, it)| self.expr(it, done));
            }
            ExprKind::Conditional { test, then, otherwise } => {
                self.expr(test, done);
                match self.answer(test) {
                    Some(true) => self.expr(then, done),
                    Some(false) => self.expr(otherwise, done),
                    None => done.then(self.of_expr(then).or(self.of_expr(otherwise))),
                }
            }
            ExprKind::Comprehension(it) => {
                it.loops.iter().for_each(|part| self.expr(&part.iterable, done));
                self.expr(&it.element, done);
                it.value.iter().for_each(|it| self.expr(it, done));
            }
        }
    }

    fn of_expr(&self, expr: &Expr) -> Done {
        let mut done = Done::default();
        self.expr(expr, &mut done);
        done
    }

    fn call(&self, call: &CallExpr, done: &mut Done) {
        if let Some(label) = self.usual(call) {
            return done.then(Done::usual(label));
        }
        if let ExprKind::Attribute(object, name) = &call.function.kind {
            let on_editor = self.is_editor(object);
            let asks = |it: &Expr| {
                matches!(&it.kind, ExprKind::Literal(Literal::Str(text))
                    if text.trim_start().get(..6).is_some_and(|it| it.eq_ignore_ascii_case("select")))
            };
            if CHANGING.contains(&&**name) {
                self.twisted(object, done);
            }
            if CHANGING.contains(&&**name) && (self.is_what_it_says(object) || self.is_of_editor(object)) {
                done.then(Done::own());
            }
            let executes = matches!(&**name, "execute" | "executemany" | "executescript" | "callproc");
            let says_nothing = executes && call.args.first().is_some_and(is_of_session);
            let does = if says_nothing {
                false
            } else if on_editor {
                !ASKING.contains(&&**name)
            } else {
                executes && !call.args.first().is_some_and(asks)
            };
            if does {
                done.then(Done::own());
            }
            if !on_editor {
                self.expr(object, done);
            }
        } else {
            let is_setattr = matches!(&call.function.kind, ExprKind::Name(name) if &**name == "setattr");
            if let [object, name, _] = call.args.as_slice()
                && let ExprKind::Literal(Literal::Str(name)) = &name.kind
                && is_setattr
                && self.editor.is_some()
            {
                self.sets(object, name, done);
            }
            self.expr(&call.function, done);
        }
        let all = call.args.iter().chain(call.keywords.iter().map(|(_, it)| it));
        for argument in all {
            // `*args`, in which it is.
            let given = if let ExprKind::Starred(inner) = &argument.kind { inner } else { argument };
            if self.is_editor(given) {
                done.then(Done::own());
            }
            self.expr(argument, done);
        }
    }

    /// `super().database_forwards(app_label, …)`, `AddField.database_forwards(self, app_label, …)`: with which label.
    fn usual(&self, call: &CallExpr) -> Option<Label> {
        let ExprKind::Attribute(object, name) = &call.function.kind else { return None };
        if name != self.name {
            return None;
        }
        let is_super = matches!(&object.kind, ExprKind::Call(it)
            if matches!(&it.function.kind, ExprKind::Name(name) if &**name == "super"));
        let is_itself = |it: &&Expr| matches!(&it.kind, ExprKind::Name(name) if Some(name) == self.itself);
        let skip = match call.args.first() {
            Some(first) if !is_super && is_itself(&first) => 1,
            _ if is_super => 0,
            _ => return None,
        };
        let named = call.keywords.iter().find(|(name, _)| name.as_deref() == Some("app_label"));
        let Some(label) = call.args.get(skip).or(named.map(|(_, it)| it)) else { return Some(Label::Own) };
        Some(match &label.kind {
            ExprKind::Name(name) if Some(name) == self.label => Label::Own,
            // `*args`.
            ExprKind::Starred(_) => Label::Own,
            ExprKind::Literal(Literal::Str(text)) => Label::Text(text.clone()),
            ExprKind::Attribute(object, name) if is_itself(&&**object) => Label::Attribute(name.clone()),
            _ => Label::Unknown,
        })
    }

    /// What the editor has: its templates, what it has deferred.
    fn is_of_editor(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Attribute(object, _) | ExprKind::Subscript(object, _) => {
                self.is_editor(object) || self.is_of_editor(object)
            }
            _ => false,
        }
    }

    fn is_editor(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Name(name) if Some(name) == self.editor)
    }
}

/// A statement about the session or for a person, whatever is put into it: `SET lock_timeout = '5s'`.
fn is_of_session(sql: &Expr) -> bool {
    const WORDS: [&str; 7] = ["ANALYZE", "COMMENT", "LOCK", "NOTIFY", "RESET", "SET", "SHOW"];
    let text = match &sql.kind {
        ExprKind::Literal(Literal::Str(text)) => text.to_uppercase(),
        ExprKind::FString(pieces) if matches!(pieces.first(), Some(Piece::Text(_))) => {
            let texts = pieces.iter().map(|it| if let Piece::Text(text) = it { text } else { "" });
            texts.collect::<String>().to_uppercase()
        }
        ExprKind::Binary(left, Operator::Mod, _) => return is_of_session(left),
        _ => return false,
    };
    // Where tables are made is another thing, and so is what follows.
    let is_more =
        ["SCHEMA", "SEARCH_PATH", ";"].iter().any(|it| text.trim_end_matches([';', ' ', '\n']).contains(it));
    WORDS.contains(&text.split_whitespace().next().unwrap_or_default()) && !is_more
}

fn does_nothing(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Pass | StmtKind::Return(None))
}
