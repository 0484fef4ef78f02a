//! What an app's configuration has run before and after every `migrate`, beside the migrations.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::live::*;
use crate::compile::django::project::Function;
use crate::compile::django::read::syntax::tree::*;

const SIGNALS: &[&str] = &["django.db.models.signals.pre_migrate", "django.db.models.signals.post_migrate"];

impl Interpreter<'_> {
    /// The functions that `ready` of a configuration connects by itself; not those of modules that it imports.
    pub fn migrate_handlers(&mut self, config: &Rc<Class>) -> Vec<Arc<Function>> {
        let Ok(Some(Live::Function(ready))) = self.class_attribute(config, "ready") else {
            return Vec::new();
        };
        let definition = ready.definition.clone();
        let names = SharedNames::default();
        let own = definition.inside().parameters.positional.first();
        if let Some(own) = own {
            names.borrow_mut().set(own.name.clone(), Live::Class(config.clone()));
        }
        let scope = Rc::new(Scope {
            kind: ScopeKind::Function,
            names,
            parent: Some(ready.scope.clone()),
            module: ready.scope.module.clone(),
            method: None,
            outer_names: Vec::new(),
            yielded: Default::default(),
        });
        let mut handlers = Vec::new();
        self.connections(&definition.inside().body, &scope, &mut handlers);
        handlers
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
