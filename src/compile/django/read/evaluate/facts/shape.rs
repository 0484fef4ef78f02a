//! What a method that overrides another is all in all: nothing, the other one, or something of its own.

use crate::compile::django::project::Body;
use crate::compile::django::read::syntax::tree::*;
use std::sync::Arc;

pub fn shape(definition: &FunctionDef) -> Body {
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
