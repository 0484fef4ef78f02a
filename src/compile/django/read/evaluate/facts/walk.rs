//! A function's body, statement by statement, without what another vendor's branch does.

use std::sync::Arc;

use super::text::{is_definition, is_word, reads_like_sql};
use super::vendor::{names_a_connection, of_vendor};
use super::{Named, Seen, Slot};
use crate::compile::django::read::syntax::tree::*;
use crate::dialect::Dialect;

pub struct Walk<'d, 's> {
    editor: Option<Arc<str>>,
    dialect: Dialect,
    seen: &'s mut Seen,
    /// What is called or handed on.
    pub named: Vec<Named<'d>>,
    pub imports: Vec<&'d Stmt>,
    /// Names that the body binds.
    pub bound: Vec<Arc<str>>,
    /// Names of what it hands on, or asks for something of its own.
    pub asked_for: Vec<Arc<str>>,
    /// Names of what it changes: `rows` of `rows.append(1)` and `rows[0] = 1`.
    pub changed: Vec<Arc<str>>,
}

/// Methods of Python's collections that change them.
const CHANGE: [&str; 12] = [
    "add",
    "append",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "setdefault",
    "sort",
    "update",
];

/// `rows` of `rows["a"].items`.
fn root(expr: &Expr) -> Option<&Arc<str>> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute(object, _) | ExprKind::Subscript(object, _) => root(object),
        ExprKind::Call(call) => root(&call.function),
        _ => None,
    }
}

/// `RunPython` calls its function with the apps and the schema editor, whatever the function calls them, and whatever else it
/// takes; an operation is called with itself, a label, the editor and two states.
pub fn editor_name(definition: &FunctionDef) -> Option<Arc<str>> {
    let parameters = &definition.inside().parameters;
    let positional = &parameters.positional;
    let by_name = positional.iter().find(|it| it.name.contains("editor"));
    let has_object = positional.first().is_some_and(|it| matches!(&*it.name, "self" | "cls"));
    let of_state = matches!(&*definition.name, "state_forwards" | "mutate_state");
    let by_place = match positional.iter().filter(|it| it.default.is_none()).count() {
        2 if !has_object => positional.get(1),
        3 if has_object && !of_state => positional.get(2),
        3 | 4 if !has_object => positional.get(1),
        4 | 5 => positional.get(2),
        _ => None,
    };
    let rest = parameters.rest.as_ref().filter(|_| positional.len() < 2 + usize::from(has_object));
    by_name.or(by_place).map(|it| &it.name).or(rest).cloned()
}

impl<'d, 's> Walk<'d, 's> {
    pub fn new(editor: Option<Arc<str>>, dialect: Dialect, seen: &'s mut Seen) -> Self {
        Self {
            editor,
            dialect,
            seen,
            named: Vec::new(),
            imports: Vec::new(),
            bound: Vec::new(),
            asked_for: Vec::new(),
            changed: Vec::new(),
        }
    }

    pub fn block(&mut self, body: &'d [Stmt]) {
        for (position, stmt) in body.iter().enumerate() {
            // A docstring reads like SQL at times.
            let docstring = position == 0
                && matches!(&stmt.kind, StmtKind::Expr(Expr { kind: ExprKind::Literal(_), .. }));
            if !docstring {
                self.statement(stmt);
            }
            if super::vendor::leaves(stmt, self.dialect) {
                return;
            }
        }
    }

    fn statement(&mut self, stmt: &'d Stmt) {
        match &stmt.kind {
            StmtKind::Function(it) => {
                self.bound.push(it.name.clone());
                self.block(&it.inside().body);
            }
            StmtKind::Class(it) => {
                self.bound.push(it.name.clone());
                self.block(&it.inside().body);
            }
            StmtKind::Return(value) | StmtKind::Raise(value) => {
                if let Some(value) = value {
                    self.hand_on(value);
                }
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.changed.extend(root(target).cloned());
                    self.expr(target);
                }
            }
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(|it| self.bind(it));
                self.hand_on(value);
            }
            StmtKind::AugAssign { target, value, .. } => {
                match &target.kind {
                    ExprKind::Name(name) => self.bound.push(name.clone()),
                    _ => self.changed.extend(root(target).cloned()),
                }
                self.hand_on(value);
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                self.bind(target);
                self.look_through(iterable);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::While { test, body, otherwise } => {
                self.expr(test);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::If { test, then, otherwise } => match of_vendor(test, self.dialect) {
                Some(true) => self.block(then),
                Some(false) => self.block(otherwise),
                None => {
                    self.expr(test);
                    self.block(then);
                    self.block(otherwise);
                }
            },
            StmtKind::With(with) => {
                for (context, target) in &with.items {
                    self.expr(context);
                    target.iter().for_each(|it| self.bind(it));
                }
                self.block(&with.body);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                self.block(body);
                handlers.iter().for_each(|it| self.block(&it.body));
                self.block(otherwise);
                self.block(finally);
            }
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Opaque(_, body) => self.block(body),
            StmtKind::Import(_) | StmtKind::ImportFrom { .. } => self.imports.push(stmt),
            StmtKind::Assert(_) | StmtKind::Outer | StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {
            }
        }
    }

    /// A name that is bound; what else is assigned to is a thing that is named.
    fn bind(&mut self, target: &'d Expr) {
        match &target.kind {
            ExprKind::Name(name) => self.bound.push(name.clone()),
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                targets.iter().for_each(|it| self.bind(it));
            }
            ExprKind::Starred(inner) => self.bind(inner),
            _ => {
                self.changed.extend(root(target).cloned());
                self.expr(target);
            }
        }
    }

    /// A value that goes elsewhere: a function may be called there.
    fn hand_on(&mut self, value: &'d Expr) {
        if matches!(value.kind, ExprKind::Name(_) | ExprKind::Attribute(..)) {
            self.named.push(Named { what: value, is_called: false, slot: None, first: None });
        }
        self.expr(value);
    }

    /// What is gone through, or looked into, and by nobody changed.
    fn look_through(&mut self, expr: &'d Expr) {
        let before = self.asked_for.len();
        self.hand_on(expr);
        if matches!(expr.kind, ExprKind::Name(_)) {
            self.asked_for.truncate(before);
        }
    }

    fn expr(&mut self, expr: &'d Expr) {
        match &expr.kind {
            ExprKind::Literal(Literal::Str(text)) => {
                if reads_like_sql(text) {
                    self.seen.touches_schema |= is_definition(text);
                    self.seen.sql.push(text.clone());
                } else if is_word(text) {
                    self.seen.words.push(text.clone());
                }
            }
            ExprKind::Literal(_) | ExprKind::Opaque(_) => {}
            // The editor or a connection by itself is handed on to someone who may use it.
            ExprKind::Name(name) => {
                if !self.asked_for.contains(name) {
                    self.asked_for.push(name.clone());
                }
                if self.is_editor(name) || matches!(&**name, "connection" | "connections" | "cursor") {
                    self.seen.touches_schema = true;
                }
            }
            ExprKind::Attribute(object, name) => {
                // Its alias and vendor are asked for to choose rows and branches.
                let harmless = matches!(
                    &**name,
                    "alias" | "vendor" | "mysql_is_mariadb" | "display_name" | "settings_dict"
                );
                if harmless && (self.is_connection(object) || names_a_connection(object)) {
                    return;
                }
                if matches!(&**name, "cursor" | "schema_editor") {
                    self.seen.touches_schema = true;
                }
                self.seen.adds_to_meta |= matches!(&**name, "indexes" | "constraints")
                    && matches!(&object.kind, ExprKind::Attribute(_, meta) if &**meta == "_meta");
                if self.is_the_editor(object)
                    && let Some(text) = template(name)
                {
                    self.seen.sql.push(text.into());
                }
                self.expr(object);
            }
            ExprKind::FString(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(it) => text.push_str(it),
                        Piece::Value { expr, .. } => {
                            text.push_str("{}");
                            self.hand_on(expr);
                        }
                    }
                }
                if reads_like_sql(&text) {
                    self.seen.touches_schema |= is_definition(&text);
                    self.seen.sql.push(text.into());
                }
            }
            ExprKind::Subscript(object, index) => {
                self.look_through(object);
                self.expr(index);
            }
            ExprKind::Slice { from, to, step } => {
                [from, to, step].into_iter().flatten().for_each(|it| self.expr(it));
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Starred(it) | ExprKind::Not(it) | ExprKind::Unary(_, it) | ExprKind::Walrus(_, it) => {
                self.expr(it)
            }
            ExprKind::YieldFrom(it) => self.expr(it),
            ExprKind::Yield(it) => it.iter().for_each(|it| self.expr(it)),
            ExprKind::List(items)
            | ExprKind::Tuple(items)
            | ExprKind::Set(items)
            | ExprKind::And(items)
            | ExprKind::Or(items) => items.iter().for_each(|it| self.hand_on(it)),
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    key.iter().for_each(|it| self.expr(it));
                    self.hand_on(value);
                }
            }
            ExprKind::Binary(left, _, right) => {
                // `SQL % name`
                self.hand_on(left);
                self.hand_on(right);
            }
            ExprKind::Compare(left, rest) => {
                self.expr(left);
                rest.iter().for_each(|(_, it)| self.look_through(it));
            }
            ExprKind::Conditional { test, then, otherwise } => {
                self.expr(test);
                self.hand_on(then);
                self.hand_on(otherwise);
            }
            ExprKind::Lambda(it) => self.block(&it.inside().body),
            ExprKind::Comprehension(it) => {
                for part in &it.loops {
                    self.look_through(&part.iterable);
                    part.conditions.iter().for_each(|it| self.expr(it));
                }
                self.expr(&it.element);
                it.value.iter().for_each(|it| self.expr(it));
            }
        }
    }

    fn call(&mut self, call: &'d CallExpr) {
        self.seen.adds_fields |= adds_a_field(call);
        self.seen.joins_model |= joins_a_model(call);
        if let ExprKind::Attribute(object, name) = &call.function.kind
            && CHANGE.contains(&&**name)
        {
            self.changed.extend(root(object).cloned());
        }
        match &call.function.kind {
            ExprKind::Attribute(object, name) if &**name == "get_model" => {
                self.expr(object);
                let texts: Vec<&Arc<str>> = call
                    .args
                    .iter()
                    .chain(call.keywords.iter().map(|(_, value)| value))
                    .filter_map(|arg| match &arg.kind {
                        ExprKind::Literal(Literal::Str(text)) => Some(text),
                        _ => None,
                    })
                    .collect();
                let named = match texts.as_slice() {
                    [label, model] => Some((label.to_lowercase(), model.to_lowercase())),
                    [both] => both
                        .split_once('.')
                        .map(|(label, model)| (label.to_lowercase(), model.to_lowercase())),
                    _ => None,
                };
                if let Some((label, model)) = named {
                    self.seen.models.push((label.into(), model.into()));
                }
            }
            ExprKind::Attribute(object, name) if &**name == "get_app_config" => {
                self.expr(object);
                let label = call.args.first().or(call.keywords.first().map(|(_, value)| value));
                if let Some(ExprKind::Literal(Literal::Str(label))) = label.map(|it| &it.kind) {
                    self.seen.apps.push(label.clone());
                }
            }
            ExprKind::Attribute(object, name) if &**name == "get_models" => {
                self.seen.goes_through_models = true;
                self.expr(object);
            }
            // Another operation is taken back.
            ExprKind::Attribute(_, name) if &**name == BACKWARDS => {
                self.seen.editor_calls.push(name.clone());
                self.expr(&call.function);
            }
            ExprKind::Attribute(object, name) if self.is_the_editor(object) => {
                self.seen.editor_calls.push(name.clone());
                self.expr(&call.function);
            }
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                if does_another(call) {
                    self.seen.editor_calls.push(FORWARDS.into());
                }
                let slot = self.editor_in(call);
                let first = call.args.first().and_then(|it| match &it.kind {
                    ExprKind::Literal(Literal::Str(text)) => Some(text),
                    _ => None,
                });
                let is_passed = slot.is_some();
                self.named.push(Named { what: &call.function, is_called: true, slot, first });
                match &call.function.kind {
                    ExprKind::Attribute(text, name)
                        if matches!(&**name, "format" | "replace" | "split" | "strip") =>
                    {
                        self.hand_on(text);
                    }
                    ExprKind::Attribute(..) => self.expr(&call.function),
                    _ => {}
                }
                let others = call.args.iter().chain(call.keywords.iter().map(|(_, it)| it));
                let others: Vec<&Expr> = others.filter(|it| !is_passed || !self.is_the_editor(it)).collect();
                return others.into_iter().for_each(|it| self.hand_on(it));
            }
            _ => self.expr(&call.function),
        }
        call.args.iter().for_each(|it| self.hand_on(it));
        call.keywords.iter().for_each(|(_, it)| self.hand_on(it));
    }

    /// Where a call passes the editor itself, once, to a parameter that can be told.
    fn editor_in(&self, call: &CallExpr) -> Option<Slot> {
        let is_starred = |it: &Expr| matches!(it.kind, ExprKind::Starred(_));
        let by_position = (call.args.iter().enumerate())
            .take_while(|(_, it)| !is_starred(it))
            .filter(|(_, it)| self.is_the_editor(it))
            .map(|(at, _)| Slot::At(at));
        let by_name = (call.keywords.iter())
            .filter(|(_, it)| self.is_the_editor(it))
            .filter_map(|(name, _)| name.clone().map(Slot::Named));
        let mut slots = by_position.chain(by_name);
        let first = slots.next()?;
        slots.next().is_none().then_some(first)
    }

    fn is_the_editor(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Name(name) if self.is_editor(name))
    }

    fn is_editor(&self, name: &Arc<str>) -> bool {
        Some(name) == self.editor.as_ref() || &**name == "schema_editor"
    }

    /// `schema_editor.connection`
    fn is_connection(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Attribute(object, name)
            if &**name == "connection" && matches!(&object.kind, ExprKind::Name(name) if self.is_editor(name)))
    }
}

/// A statement in the editor's own words, of those that take something away or change it
/// (`django/db/backends/base/schema.py`).
fn template(attribute: &str) -> Option<&'static str> {
    let what = attribute.strip_prefix("sql_")?;
    Some(match what {
        "delete_table" => "DROP TABLE %(table)s",
        "delete_column" => "ALTER TABLE %(table)s DROP COLUMN %(column)s",
        "delete_index" => "DROP INDEX %(name)s",
        "rename_table" => "ALTER TABLE %(old_table)s RENAME TO %(new_table)s",
        "rename_column" => "ALTER TABLE %(table)s RENAME COLUMN %(old_column)s TO %(new_column)s",
        _ if what.starts_with("delete_") => "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
        _ if what.starts_with("alter_column") => "ALTER TABLE %(table)s ALTER COLUMN %(column)s",
        _ => return None,
    })
}

/// `Operation.database_backwards(…)`
const BACKWARDS: &str = "database_backwards";
const FORWARDS: &str = "database_forwards";

/// `Model.add_to_class(name, field)`, or the `contribute_to_class` of another field than itself.
pub fn adds_a_field(call: &CallExpr) -> bool {
    let ExprKind::Attribute(_, name) = &call.function.kind else { return false };
    match &**name {
        "add_to_class" => true,
        "contribute_to_class" => !is_of_base(call),
        _ => false,
    }
}

/// `super().contribute_to_class(cls, name)`, `cls._meta.add_field(self)`.
fn joins_a_model(call: &CallExpr) -> bool {
    let ExprKind::Attribute(_, name) = &call.function.kind else { return false };
    match &**name {
        "add_field" => true,
        "contribute_to_class" => is_of_base(call),
        _ => false,
    }
}

/// `operation.database_forwards(…)` of an operation that was made here.
fn does_another(call: &CallExpr) -> bool {
    matches!(&call.function.kind, ExprKind::Attribute(_, name) if &**name == FORWARDS) && !is_of_base(call)
}

/// `super().method(…)`, `Base.method(self, …)`
fn is_of_base(call: &CallExpr) -> bool {
    let is_super = |it: &Expr| {
        matches!(&it.kind, ExprKind::Call(it)
            if matches!(&it.function.kind, ExprKind::Name(name) if &**name == "super"))
    };
    let is_itself = |it: &Expr| matches!(&it.kind, ExprKind::Name(name) if &**name == "self");
    matches!(&call.function.kind, ExprKind::Attribute(object, _) if is_super(object))
        || call.args.first().is_some_and(is_itself)
}
