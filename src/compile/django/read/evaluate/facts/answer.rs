//! Tests of a method that ask only for what its module says: a constant, a setting, the vendor that it keeps.

use std::rc::Rc;
use std::sync::Arc;

use super::walk::Walk;
use super::{Interpreter, Seen};
use crate::compile::django::read::evaluate::live::Closure;
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    /// What `test` comes to wherever `closure` is called; `None` where that hangs on what it is given, or is not known.
    pub(super) fn answer_of_module(&mut self, closure: &Rc<Closure>, test: &Expr) -> Option<bool> {
        let mut names = Vec::new();
        if !names_of(test, &mut names) || names.is_empty() {
            return None;
        }
        let inside = closure.definition.inside();
        let mut seen = Seen::default();
        let mut walk = Walk::new(None, self.world.dialect, &mut seen);
        walk.block(&inside.body);
        let Walk { imports, bound, .. } = walk;
        let parameters = &inside.parameters;
        let arguments = parameters.positional.iter().chain(&parameters.keyword_only).map(|it| &it.name);
        let mut own = arguments.chain(&parameters.rest).chain(&parameters.keyword_rest).chain(&bound);
        if own.any(|it| names.contains(&it)) {
            return None;
        }
        let scope = self.scope_of(closure, &imports, bound);
        self.catching += 1;
        let value = self.eval(test, &scope);
        let answer = value.and_then(|it| self.truth(&it, &scope, test.span));
        self.catching -= 1;
        answer.ok()?.ok()
    }
}

/// Collects the names that an expression asks for; whether it does nothing but ask.
fn names_of<'e>(expr: &'e Expr, names: &mut Vec<&'e Arc<str>>) -> bool {
    match &expr.kind {
        ExprKind::Name(name) => {
            names.push(name);
            true
        }
        ExprKind::Literal(_) => true,
        ExprKind::Attribute(object, _) => names_of(object, names),
        ExprKind::Subscript(object, key) => names_of(object, names) && names_of(key, names),
        ExprKind::Compare(left, rest) => {
            names_of(left, names) && rest.iter().all(|(_, it)| names_of(it, names))
        }
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => {
            items.iter().all(|it| names_of(it, names))
        }
        // `getattr(settings, "NAME", False)`.
        ExprKind::Call(call) => {
            matches!(&call.function.kind, ExprKind::Name(name) if &**name == "getattr")
                && call.keywords.is_empty()
                && call.args.iter().all(|it| names_of(it, names))
        }
        _ => false,
    }
}
