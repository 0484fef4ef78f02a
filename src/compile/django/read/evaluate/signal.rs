//! What an app's configuration has run before and after every `migrate`, beside the migrations, and which migrations it
//! turns off.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::live::*;
use crate::compile::django::project::Function;
use crate::compile::django::read::syntax::tree::*;

/// The setting that says where the migrations of an app are, and which app has none.
pub const MIGRATION_MODULES: &str = "MIGRATION_MODULES";

const SIGNALS: &[&str] = &["django.db.models.signals.pre_migrate", "django.db.models.signals.post_migrate"];

impl Interpreter<'_> {
    /// The functions that `ready` of a configuration connects by itself; not those of modules that it imports.
    pub fn migrate_handlers(&mut self, config: &Rc<Class>) -> Vec<Arc<Function>> {
        let Ok(Some(Live::Function(ready))) = self.class_attribute(config, "ready") else {
            return Vec::new();
        };
        let scope = scope_of(&ready, config);
        let mut handlers = Vec::new();
        self.connections(&ready.definition.inside().body, &scope, &mut handlers);
        handlers
    }

    /// Has `ready` of a configuration change MIGRATION_MODULES, as far as it does: Django asks for them only afterwards.
    pub fn move_migrations(&mut self, config: &Rc<Class>) {
        let Ok(Some(Live::Function(ready))) = self.class_attribute(config, "ready") else { return };
        let module = ready.scope.module.clone();
        if !module.source.as_ref().is_some_and(|it| it.text.contains(MIGRATION_MODULES)) {
            return;
        }
        let scope = scope_of(&ready, config);
        let before = self.setting(MIGRATION_MODULES, &scope, ready.definition.span);
        let before = before.ok().flatten().unwrap_or_else(|| Live::dict(Vec::new()));
        self.set_by_code.borrow_mut().set(MIGRATION_MODULES.into(), before);
        for stmt in &ready.definition.inside().body {
            if matches!(stmt.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. })
                || self.is_about_migration_modules(stmt, &scope)
            {
                self.statement_alone(stmt, &scope);
            }
        }
    }

    /// Whether a statement, or the function that it calls, speaks of MIGRATION_MODULES.
    fn is_about_migration_modules(&mut self, stmt: &Stmt, scope: &Rc<Scope>) -> bool {
        let speaks = |module: &Module, span: Span| {
            let text =
                module.source.as_ref().and_then(|it| it.text.get(span.start as usize..span.end as usize));
            text.is_some_and(|it| it.contains(MIGRATION_MODULES))
        };
        if speaks(&scope.module, stmt.span) {
            return true;
        }
        let StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. }) = &stmt.kind else { return false };
        let function = self.settle(&call.function, scope);
        match self.force(&function) {
            Ok(Live::Function(it)) => speaks(&it.scope.module, it.definition.span),
            Ok(Live::Bound(bound)) => match &bound.callee {
                Callee::Function(it) => speaks(&it.scope.module, it.definition.span),
                Callee::Method(_) | Callee::Base(..) => false,
            },
            _ => false,
        }
    }

    /// What `ready` of the apps made MIGRATION_MODULES say of one; `None` if nothing, or where none changed them.
    pub fn moved_migrations(&self, label: &str) -> Option<Live> {
        match self.set_by_code.borrow().get(MIGRATION_MODULES)? {
            Live::Dict(pairs) => {
                let pairs = pairs.borrow();
                let said = |(key, value): &(Live, Live)| match key {
                    Live::Str(key) => (**key == *label).then(|| value.clone()),
                    Live::Unknown(_) => Some(key.clone()),
                    _ => None,
                };
                pairs.iter().rev().find_map(said)
            }
            other => Some(other.clone()),
        }
    }

    fn connections(&mut self, body: &[Stmt], scope: &Rc<Scope>, handlers: &mut Vec<Arc<Function>>) {
        for stmt in body {
            match &stmt.kind {
                StmtKind::Import(_) | StmtKind::ImportFrom { .. } => self.statement_alone(stmt, scope),
                StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. }) => {
                    handlers.extend(self.handler(call, scope));
                }
                StmtKind::If { then, otherwise, .. } => {
                    self.connections(then, scope, handlers);
                    self.connections(otherwise, scope, handlers);
                }
                StmtKind::With(with) => self.connections(&with.body, scope, handlers),
                StmtKind::For { body, .. }
                | StmtKind::While { body, .. }
                | StmtKind::Try { body, .. }
                | StmtKind::Opaque(_, body) => self.connections(body, scope, handlers),
                StmtKind::Function(_)
                | StmtKind::Class(_)
                | StmtKind::Return(_)
                | StmtKind::Delete(_)
                | StmtKind::Assign { .. }
                | StmtKind::AugAssign { .. }
                | StmtKind::Raise(_)
                | StmtKind::Assert(_)
                | StmtKind::Expr(_)
                | StmtKind::Outer
                | StmtKind::Pass
                | StmtKind::Break
                | StmtKind::Continue => {}
            }
        }
    }

    /// `post_migrate.connect(handler, …)`
    fn handler(&mut self, call: &CallExpr, scope: &Rc<Scope>) -> Option<Arc<Function>> {
        let ExprKind::Attribute(signal, name) = &call.function.kind else { return None };
        if &**name != "connect" {
            return None;
        }
        let signal = self.settle(signal, scope);
        let Ok(Live::Name(signal)) = self.force(&signal) else { return None };
        if !SIGNALS.contains(&&*signal) {
            return None;
        }
        let named = || call.keywords.iter().find(|(name, _)| name.as_deref() == Some("receiver"));
        let handler = call.args.first().or_else(|| named().map(|(_, it)| it))?;
        let handler = self.settle(handler, scope);
        match self.force(&handler) {
            Ok(Live::Function(handler)) => Some(self.handler_facts(&handler)),
            Ok(Live::Bound(bound)) => match &bound.callee {
                Callee::Function(handler) => Some(self.handler_facts(handler)),
                Callee::Method(_) | Callee::Base(..) => None,
            },
            _ => None,
        }
    }
}

/// Inside of `ready`, whose first parameter stands for the configuration.
fn scope_of(ready: &Closure, config: &Rc<Class>) -> Rc<Scope> {
    let names = SharedNames::default();
    if let Some(own) = ready.definition.inside().parameters.positional.first() {
        names.borrow_mut().set(own.name.clone(), Live::Class(config.clone()));
    }
    Rc::new(Scope {
        kind: ScopeKind::Function,
        names,
        parent: Some(ready.scope.clone()),
        module: ready.scope.module.clone(),
        method: None,
        outer_names: Vec::new(),
        yielded: Default::default(),
    })
}
