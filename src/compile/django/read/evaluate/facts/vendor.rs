//! Tests of the connection's vendor, which the dialect answers.

use crate::compile::django::read::syntax::tree::*;
use crate::dialect::Dialect;

/// `DatabaseWrapper.vendor` of each backend.
fn vendor(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "postgresql",
        Dialect::Mysql | Dialect::Mariadb => "mysql",
        Dialect::Sqlite => "sqlite",
    }
}

/// `if connection.vendor != "postgresql": return`, where that is so.
pub fn leaves(stmt: &Stmt, dialect: Dialect) -> bool {
    let StmtKind::If { test, then, otherwise } = &stmt.kind else { return false };
    let taken = match of_vendor(test, dialect) {
        Some(true) => then,
        Some(false) => otherwise,
        None => return false,
    };
    matches!(taken.last(), Some(Stmt { kind: StmtKind::Return(_) | StmtKind::Raise(_), .. }))
}

/// What a test of the connection's vendor gives; `None` when it is another test.
pub fn of_vendor(test: &Expr, dialect: Dialect) -> Option<bool> {
    match &test.kind {
        ExprKind::Attribute(object, name) if &**name == "mysql_is_mariadb" && names_a_connection(object) => {
            Some(dialect == Dialect::Mariadb)
        }
        ExprKind::Compare(left, rest) => {
            let ExprKind::Attribute(object, name) = &left.kind else { return None };
            let [(comparison, right)] = rest.as_slice() else { return None };
            if &**name != "vendor" || !names_a_connection(object) {
                return None;
            }
            match comparison {
                Comparison::Equal => Some(is_text(right, vendor(dialect))?),
                Comparison::NotEqual => Some(!is_text(right, vendor(dialect))?),
                Comparison::In => Some(has_text(right, vendor(dialect))?),
                Comparison::NotIn => Some(!has_text(right, vendor(dialect))?),
                Comparison::Less
                | Comparison::LessOrEqual
                | Comparison::Greater
                | Comparison::GreaterOrEqual
                | Comparison::Is
                | Comparison::IsNot => None,
            }
        }
        ExprKind::Not(inner) => of_vendor(inner, dialect).map(|it| !it),
        ExprKind::And(items) => {
            let all: Vec<Option<bool>> = items.iter().map(|it| of_vendor(it, dialect)).collect();
            if all.contains(&Some(false)) {
                Some(false)
            } else {
                all.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        ExprKind::Or(items) => {
            let all: Vec<Option<bool>> = items.iter().map(|it| of_vendor(it, dialect)).collect();
            if all.contains(&Some(true)) {
                Some(true)
            } else {
                all.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
            }
        }
        _ => None,
    }
}

/// `connection`, `schema_editor.connection`, `connections[alias]`.
pub fn names_a_connection(expr: &Expr) -> bool {
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
