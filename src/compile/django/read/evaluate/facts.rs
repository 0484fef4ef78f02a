//! What can be told of a function without running it.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::live::*;
use crate::compile::django::project::{Body, Function};
use crate::compile::django::read::syntax::tree::*;
use crate::dialect::Dialect;

/// What was seen in a function's body, and in those of the sources that it calls.
#[derive(Default)]
struct Seen {
    touches_schema: bool,
    models: Vec<(Arc<str>, Arc<str>)>,
    sql: Vec<Arc<str>>,
    editor_calls: Vec<Arc<str>>,
    words: Vec<Arc<str>>,
    calls: Vec<(Arc<str>, Option<Slot>)>,
}

/// Where a call passes the schema editor on.
#[derive(Clone)]
enum Slot {
    At(usize),
    Named(Arc<str>),
}

impl Interpreter<'_> {
    pub fn function(&mut self, closure: &Rc<Closure>) -> Arc<Function> {
        let key = Arc::as_ptr(&closure.definition);
        if let Some((_, known)) = self.facts.get(&key).or_else(|| self.own_facts.get(&key)) {
            return known.clone();
        }
        let mut seen = Seen::default();
        let mut visited = Vec::new();
        self.look_into(closure, editor_name(&closure.definition), &mut seen, &mut visited);
        seen.models.sort();
        seen.models.dedup();
        let function = Arc::new(Function {
            path: closure.path.clone(),
            body: shape(&closure.definition),
            touches_schema: seen.touches_schema,
            models: seen.models,
            sql: seen.sql,
            editor_calls: seen.editor_calls,
            words: seen.words,
            at: self.location(&closure.scope.module, closure.definition.span),
        });
        let facts = if closure.scope.module.eager { &mut self.own_facts } else { &mut self.facts };
        facts.insert(key, (closure.definition.clone(), function.clone()));
        function
    }

    fn look_into(
        &mut self,
        closure: &Rc<Closure>,
        editor: Option<Arc<str>>,
        seen: &mut Seen,
        visited: &mut Vec<(*const FunctionDef, bool)>,
    ) {
        let key = (Arc::as_ptr(&closure.definition), editor.is_some());
        if visited.contains(&key) {
            return;
        }
        if visited.len() > 50 {
            seen.touches_schema = true;
            return;
        }
        visited.push(key);
        let mut walk = Walk { editor, vendor: vendor(self.world.dialect), seen };
        walk.block(&closure.definition.inside().body);
        seen.touches_schema |= closure.definition.is_broken();
        for (name, slot) in std::mem::take(&mut seen.calls) {
            let found = lookup(&closure.scope, &name);
            let called = found.and_then(|found| match self.force(&found) {
                Ok(Live::Function(called)) => Some(called),
                _ => None,
            });
            let Some(called) = called else {
                // Handed on to someone who may use it.
                seen.touches_schema |= slot.is_some();
                continue;
            };
            let parameter = slot.as_ref().and_then(|slot| parameter(&called.definition, slot));
            seen.touches_schema |= slot.is_some() && parameter.is_none();
            self.look_into(&called, parameter, seen, visited);
        }
    }
}

/// The parameter that takes what a call passes.
fn parameter(definition: &FunctionDef, slot: &Slot) -> Option<Arc<str>> {
    match slot {
        Slot::At(position) => {
            definition.inside().parameters.positional.get(*position).map(|it| it.name.clone())
        }
        Slot::Named(name) => {
            let parameters = &definition.inside().parameters;
            let mut all = parameters.positional.iter().chain(&parameters.keyword_only);
            all.find(|it| it.name == *name).map(|it| it.name.clone())
        }
    }
}

/// `DatabaseWrapper.vendor` of each backend.
fn vendor(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "postgresql",
        Dialect::Mysql | Dialect::Mariadb => "mysql",
        Dialect::Sqlite => "sqlite",
    }
}

fn lookup(scope: &Rc<Scope>, name: &str) -> Option<Live> {
    let mut at = Some(scope);
    while let Some(here) = at {
        if here.kind != ScopeKind::Class
            && let Some(value) = here.names.borrow().get(name)
        {
            return Some(value.clone());
        }
        at = here.parent.as_ref();
    }
    None
}

/// `RunPython` calls its function with the apps and the schema editor, whatever the function calls them.
fn editor_name(definition: &FunctionDef) -> Option<Arc<str>> {
    let positional = &definition.inside().parameters.positional;
    let by_name = positional.iter().find(|it| it.name.contains("editor"));
    by_name.or(positional.get(1).filter(|_| positional.len() == 2)).map(|it| it.name.clone())
}

fn shape(definition: &FunctionDef) -> Body {
    let is_docstring = |stmt: &Stmt| {
        matches!(&stmt.kind, StmtKind::Expr(Expr { kind: ExprKind::Literal(_), .. }) | StmtKind::Pass)
    };
    let body: Vec<&Stmt> = definition.inside().body.iter().filter(|stmt| !is_docstring(stmt)).collect();
    let value = match body.as_slice() {
        [] => return Body::Empty,
        [Stmt { kind: StmtKind::Return(None), .. }] => return Body::Empty,
        [Stmt { kind: StmtKind::Return(Some(value)) | StmtKind::Expr(value), .. }] => value,
        _ => return Body::Other,
    };
    let ExprKind::Call(call) = &value.kind else {
        return Body::Other;
    };
    let ExprKind::Attribute(object, name) = &call.function.kind else {
        return Body::Other;
    };
    let on_super = matches!(&object.kind, ExprKind::Call(it) if matches!(&it.function.kind, ExprKind::Name(name) if &**name == "super"));
    let parameters = &definition.inside().parameters;
    let own: Vec<&Arc<str>> = parameters.positional.iter().skip(1).map(|it| &it.name).collect();
    let mut passed = Vec::new();
    let mut rest = None;
    for arg in &call.args {
        match &arg.kind {
            ExprKind::Name(name) => passed.push(name),
            ExprKind::Starred(inner) => match &inner.kind {
                ExprKind::Name(name) => rest = Some(name),
                _ => return Body::Other,
            },
            _ => return Body::Other,
        }
    }
    let keywords_alike = call.keywords.iter().all(|(name, value)| match (&value.kind, name) {
        (ExprKind::Name(value), Some(name)) => value == name,
        (ExprKind::Name(value), None) => Some(value) == parameters.keyword_rest.as_ref(),
        _ => false,
    });
    let named: Vec<&Arc<str>> = call.keywords.iter().filter_map(|(name, _)| name.as_ref()).collect();
    let all: Vec<&Arc<str>> = passed.into_iter().chain(named).collect();
    if on_super
        && *name == definition.name
        && all == own
        && rest == parameters.rest.as_ref()
        && keywords_alike
    {
        Body::Super
    } else {
        Body::Other
    }
}

struct Walk<'s> {
    editor: Option<Arc<str>>,
    vendor: &'static str,
    seen: &'s mut Seen,
}

impl Walk<'_> {
    fn block(&mut self, body: &[Stmt]) {
        for (position, stmt) in body.iter().enumerate() {
            // A docstring reads like SQL at times.
            let docstring = position == 0
                && matches!(&stmt.kind, StmtKind::Expr(Expr { kind: ExprKind::Literal(_), .. }));
            if !docstring {
                self.statement(stmt);
            }
            if self.leaves(stmt) {
                return;
            }
        }
    }

    /// `if connection.vendor != "postgresql": return`, where that is so.
    fn leaves(&self, stmt: &Stmt) -> bool {
        let StmtKind::If { test, then, otherwise } = &stmt.kind else { return false };
        let taken = match self.of_vendor(test) {
            Some(true) => then,
            Some(false) => otherwise,
            None => return false,
        };
        matches!(taken.last(), Some(Stmt { kind: StmtKind::Return(_) | StmtKind::Raise(_), .. }))
    }

    /// What a test of the connection's vendor gives; `None` when it is another test.
    fn of_vendor(&self, test: &Expr) -> Option<bool> {
        match &test.kind {
            ExprKind::Compare(left, rest) => {
                let ExprKind::Attribute(object, name) = &left.kind else { return None };
                let [(comparison, right)] = rest.as_slice() else { return None };
                if &**name != "vendor" || !names_a_connection(object) {
                    return None;
                }
                match comparison {
                    Comparison::Equal => Some(is_text(right, self.vendor)?),
                    Comparison::NotEqual => Some(!is_text(right, self.vendor)?),
                    Comparison::In => Some(has_text(right, self.vendor)?),
                    Comparison::NotIn => Some(!has_text(right, self.vendor)?),
                    Comparison::Less
                    | Comparison::LessOrEqual
                    | Comparison::Greater
                    | Comparison::GreaterOrEqual
                    | Comparison::Is
                    | Comparison::IsNot => None,
                }
            }
            ExprKind::Not(inner) => self.of_vendor(inner).map(|it| !it),
            ExprKind::And(items) => {
                let all: Vec<Option<bool>> = items.iter().map(|it| self.of_vendor(it)).collect();
                if all.contains(&Some(false)) {
                    Some(false)
                } else {
                    all.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            }
            ExprKind::Or(items) => {
                let all: Vec<Option<bool>> = items.iter().map(|it| self.of_vendor(it)).collect();
                if all.contains(&Some(true)) {
                    Some(true)
                } else {
                    all.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
                }
            }
            _ => None,
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Function(it) => self.block(&it.inside().body),
            StmtKind::Class(it) => self.block(&it.inside().body),
            StmtKind::Return(value) | StmtKind::Raise(value) => {
                if let Some(value) = value {
                    self.expr(value);
                }
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|it| self.expr(it)),
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(|it| self.expr(it));
                self.expr(value);
            }
            StmtKind::AugAssign { value, .. } => self.expr(value),
            StmtKind::For { iterable, body, otherwise, .. } => {
                self.expr(iterable);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::While { test, body, otherwise } => {
                self.expr(test);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::If { test, then, otherwise } => match self.of_vendor(test) {
                Some(true) => self.block(then),
                Some(false) => self.block(otherwise),
                None => {
                    self.expr(test);
                    self.block(then);
                    self.block(otherwise);
                }
            },
            StmtKind::With { items, body } => {
                for (context, _) in items {
                    self.expr(context);
                }
                self.block(body);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                self.block(body);
                handlers.iter().for_each(|it| self.block(&it.body));
                self.block(otherwise);
                self.block(finally);
            }
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Opaque(_, body) => self.block(body),
            StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::Outer
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(Literal::Str(text)) => {
                if reads_like_sql(text) {
                    self.seen.sql.push(text.clone());
                } else if is_word(text) {
                    self.seen.words.push(text.clone());
                }
            }
            ExprKind::Literal(_) | ExprKind::Opaque(_) => {}
            // The editor or a connection by itself is handed on to someone who may use it.
            ExprKind::Name(name) => {
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
                if harmless && (self.is_connection(object) || is_name(object, "connection")) {
                    return;
                }
                if &**name == "cursor" {
                    self.seen.touches_schema = true;
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
                            self.expr(expr);
                        }
                    }
                }
                if reads_like_sql(&text) {
                    self.seen.sql.push(text.into());
                }
            }
            ExprKind::Subscript(object, index) => {
                self.expr(object);
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
            | ExprKind::Or(items) => items.iter().for_each(|it| self.expr(it)),
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    key.iter().for_each(|it| self.expr(it));
                    self.expr(value);
                }
            }
            ExprKind::Binary(left, _, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Compare(left, rest) => {
                self.expr(left);
                rest.iter().for_each(|(_, it)| self.expr(it));
            }
            ExprKind::Conditional { test, then, otherwise } => {
                self.expr(test);
                self.expr(then);
                self.expr(otherwise);
            }
            ExprKind::Lambda(it) => self.block(&it.inside().body),
            ExprKind::Comprehension(it) => {
                for part in &it.loops {
                    self.expr(&part.iterable);
                    part.conditions.iter().for_each(|it| self.expr(it));
                }
                self.expr(&it.element);
                it.value.iter().for_each(|it| self.expr(it));
            }
        }
    }

    fn call(&mut self, call: &CallExpr) {
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
            ExprKind::Name(name) => {
                let slot = self.editor_in(call);
                self.seen.calls.push((name.clone(), slot.clone()));
                if slot.is_some() {
                    let others = call.args.iter().chain(call.keywords.iter().map(|(_, it)| it));
                    return others
                        .filter(|it| !self.is_the_editor(it))
                        .collect::<Vec<_>>()
                        .into_iter()
                        .for_each(|it| self.expr(it));
                }
            }
            ExprKind::Attribute(object, name) if self.is_the_editor(object) => {
                self.seen.editor_calls.push(name.clone());
                self.expr(&call.function);
            }
            _ => self.expr(&call.function),
        }
        call.args.iter().for_each(|it| self.expr(it));
        call.keywords.iter().for_each(|(_, it)| self.expr(it));
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

/// `connection`, `schema_editor.connection`, `connections[alias]`.
fn names_a_connection(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => &**name == "connection",
        ExprKind::Subscript(object, _) => is_name(object, "connections"),
        _ => false,
    }
}

fn is_text(expr: &Expr, text: &str) -> Option<bool> {
    if let ExprKind::Literal(Literal::Str(it)) = &expr.kind { Some(**it == *text) } else { None }
}

fn has_text(expr: &Expr, text: &str) -> Option<bool> {
    let (ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items)) = &expr.kind else {
        return None;
    };
    let all: Option<Vec<bool>> = items.iter().map(|it| is_text(it, text)).collect();
    all.map(|all| all.contains(&true))
}

fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(&expr.kind, ExprKind::Name(it) if &**it == name)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn reads_like_sql(text: &str) -> bool {
    let mut words = text.split_whitespace().map(str::to_uppercase);
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match &*first {
        "CREATE" | "ALTER" | "DROP" | "TRUNCATE" | "RENAME" | "COMMENT" => {
            let objects = [
                "TABLE",
                "INDEX",
                "UNIQUE",
                "VIEW",
                "MATERIALIZED",
                "EXTENSION",
                "TRIGGER",
                "FUNCTION",
                "TYPE",
                "SEQUENCE",
                "SCHEMA",
                "OR",
                "TEMPORARY",
                "TEMP",
                "CONSTRAINT",
                "DOMAIN",
                "COLLATION",
                "POLICY",
                "FULLTEXT",
                "ON",
                "DATABASE",
                "PROCEDURE",
                "STATISTICS",
                "AGGREGATE",
                "RULE",
                "ROLE",
                "IF",
                "COLUMN",
            ];
            objects.contains(&second.as_str())
        }
        "INSERT" => second == "INTO" || second == "IGNORE",
        "DELETE" => second == "FROM",
        "UPDATE" | "SELECT" | "WITH" | "SET" | "LOCK" | "PRAGMA" | "VACUUM" | "REINDEX" | "CLUSTER" => {
            text.split_whitespace().count() > 1
        }
        "DO" => second.starts_with('$') || second == "LANGUAGE",
        _ => false,
    }
}
