//! For tests: an expression of Python as the value that reading a migration makes of it.

use std::path::PathBuf;
use std::sync::Arc;

use ruff_python_ast::{DictItem, Expr, Number, Operator, UnaryOp};

use super::project::{Location, Object, Project, Settings, Value};
use crate::dialect::Dialect;

/// `F("a") + 1`, `models.CharField(max_length=3)`; every name is one of Django's, of `decimal` or `datetime`,
/// or, with dots in it, what it says.
pub fn value(source: &str) -> Value {
    let parsed =
        ruff_python_parser::parse_expression(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    of(&parsed.into_syntax().body)
}

pub fn project() -> Project {
    Project {
        dialect: Dialect::Postgres,
        django: (5, 2),
        apps: Vec::new(),
        settings: Settings::default(),
        automatic_key: None,
        migrations: Vec::new(),
        routes: Default::default(),
        notices: Vec::new(),
        files: Default::default(),
    }
}

pub fn object(class: &str, args: Vec<Value>, kwargs: Vec<(Arc<str>, Value)>) -> Object {
    Object {
        class: class.into(),
        lineage: vec![class.into()],
        args,
        kwargs,
        base: None,
        notice: None,
        stopped: None,
        attributes: Vec::new(),
        methods: Vec::new(),
        at: Location { file: Arc::new(PathBuf::from("0001_initial.py")), line: 1 },
    }
}

fn call(class: &str, args: Vec<Value>, kwargs: Vec<(Arc<str>, Value)>) -> Value {
    Value::Object(Arc::new(object(class, args, kwargs)))
}

fn path(expression: &Expr) -> String {
    match expression {
        Expr::Name(name) => name.id.to_string(),
        Expr::Attribute(attribute) => format!("{}.{}", path(&attribute.value), attribute.attr),
        other => panic!("{other:?}"),
    }
}

fn class(path: &str) -> String {
    match path.split_once('.') {
        None => format!("django.db.models.{path}"),
        Some(("models", name)) => format!("django.db.models.{name}"),
        Some(("postgres", name)) => format!("django.contrib.postgres.{name}"),
        Some(_) => path.to_owned(),
    }
}

fn of(expression: &Expr) -> Value {
    match expression {
        Expr::StringLiteral(text) => Value::Str(text.value.to_str().into()),
        Expr::BooleanLiteral(flag) => Value::Bool(flag.value),
        Expr::NoneLiteral(_) => Value::None,
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => Value::Int(int.as_i64().unwrap().into()),
            Number::Float(float) => Value::Float(*float),
            Number::Complex { .. } => panic!("complex"),
        },
        Expr::List(list) => Value::List(list.elts.iter().map(of).collect()),
        Expr::Dict(dict) => {
            let pair = |it: &DictItem| (of(it.key.as_ref().unwrap()), of(&it.value));
            Value::Dict(dict.items.iter().map(pair).collect())
        }
        Expr::Tuple(tuple) => Value::Tuple(tuple.elts.iter().map(of).collect()),
        Expr::Name(_) | Expr::Attribute(_) => Value::Name(class(&path(expression)).into()),
        Expr::UnaryOp(unary) => match (unary.op, of(&unary.operand)) {
            (UnaryOp::USub, Value::Int(number)) => Value::Int(-number),
            (UnaryOp::Invert, operand) => {
                call("django.db.models.Q", vec![operand], vec![("_negated".into(), Value::Bool(true))])
            }
            other => panic!("{other:?}"),
        },
        Expr::BinOp(binary) => {
            let (left, right) = (of(&binary.left), of(&binary.right));
            let combined = |operator: &str| {
                let operands = vec![left.clone(), Value::Str(operator.into()), right.clone()];
                call("django.db.models.expressions.CombinedExpression", operands, Vec::new())
            };
            let joined = |connector: &str| {
                let connector = vec![("_connector".into(), Value::Str(connector.into()))];
                call("django.db.models.Q", vec![left.clone(), right.clone()], connector)
            };
            match binary.op {
                Operator::Add => combined("+"),
                Operator::Sub => combined("-"),
                Operator::Mult => combined("*"),
                Operator::BitAnd => joined("AND"),
                Operator::BitOr => joined("OR"),
                other => panic!("{other:?}"),
            }
        }
        Expr::Call(it) => {
            if let Expr::Attribute(method) = &*it.func
                && matches!(&*method.value, Expr::Call(_))
            {
                let descending = Value::Bool(&*method.attr == "desc");
                return call(
                    "django.db.models.OrderBy",
                    vec![of(&method.value)],
                    vec![("descending".into(), descending)],
                );
            }
            let args = it.arguments.args.iter().map(of).collect();
            let kwargs = (it.arguments.keywords.iter())
                .map(|keyword| (Arc::from(keyword.arg.as_ref().unwrap().as_str()), of(&keyword.value)))
                .collect();
            call(&class(&path(&it.func)), args, kwargs)
        }
        other => panic!("{other:?}"),
    }
}
