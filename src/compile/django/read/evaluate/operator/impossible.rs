//! What Python certainly refuses: operations on built-in values of kinds that do not go together.

use super::super::live::*;
use super::number;
use crate::compile::django::read::syntax::tree::{Comparison, Operator};

/// Kinds of values of which it is certain what they are. A dict may stand for a `Counter`, and a list for what is gone
/// through once or for the keys of a dict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Number,
    Text,
    Bytes,
    List,
    Tuple,
    Set,
}

fn kind(value: &Live) -> Option<Kind> {
    match value {
        Live::None => Some(Kind::None),
        Live::Bool(_) | Live::Int(_) | Live::Float(_) => Some(Kind::Number),
        Live::Str(_) => Some(Kind::Text),
        Live::Bytes(_) => Some(Kind::Bytes),
        Live::List(_) => Some(Kind::List),
        Live::Tuple(_) => Some(Kind::Tuple),
        Live::Set(_) => Some(Kind::Set),
        Live::Dict(_)
        | Live::Path(_)
        | Live::Name(_)
        | Live::Import(_)
        | Live::Module(_)
        | Live::Function(_)
        | Live::Class(_)
        | Live::Instance(_)
        | Live::Bound(_)
        | Live::Super(_)
        | Live::Descriptor(..)
        | Live::Partial(_)
        | Live::Stream(_)
        | Live::Unknown(_) => None,
    }
}

pub(super) fn negative(value: &Live) -> bool {
    kind(value).is_some_and(|it| it != Kind::Number)
}

/// The exception that the operation certainly raises.
pub(super) fn operation(left: &Live, operator: Operator, right: &Live) -> Option<&'static str> {
    let (a, b) = (kind(left)?, kind(right)?);
    if a == Kind::Number && b == Kind::Number {
        let divides = matches!(operator, Operator::Div | Operator::FloorDiv | Operator::Mod);
        return (divides && number(right) == Some(0.0)).then_some("ZeroDivisionError");
    }
    let is_sequence = |it| matches!(it, Kind::Text | Kind::Bytes | Kind::List | Kind::Tuple);
    let is_possible = match operator {
        Operator::Add => a == b && is_sequence(a),
        Operator::Mul => (is_sequence(a) && b == Kind::Number) || (is_sequence(b) && a == Kind::Number),
        Operator::Mod => matches!(a, Kind::Text | Kind::Bytes),
        Operator::Or | Operator::And | Operator::Xor | Operator::Sub => {
            [a, b].iter().all(|it| matches!(it, Kind::Set | Kind::List))
        }
        Operator::Div
        | Operator::FloorDiv
        | Operator::Pow
        | Operator::LeftShift
        | Operator::RightShift
        | Operator::MatMul => false,
    };
    (!is_possible).then_some("TypeError")
}

pub(super) fn comparison(left: &Live, how: Comparison, right: &Live) -> bool {
    let (a, b) = (kind(left), kind(right));
    match how {
        Comparison::Equal | Comparison::NotEqual | Comparison::Is | Comparison::IsNot => false,
        Comparison::In | Comparison::NotIn => match b {
            Some(Kind::None | Kind::Number) => true,
            Some(Kind::Text) => a.is_some_and(|it| it != Kind::Text),
            Some(Kind::Bytes | Kind::List | Kind::Tuple | Kind::Set) | None => false,
        },
        Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
            let is_set = |it| matches!(it, Kind::Set | Kind::List);
            match (a, b) {
                (Some(Kind::None), Some(_)) | (Some(_), Some(Kind::None)) => true,
                (Some(a), Some(b)) => a != b && !(is_set(a) && is_set(b)),
                (None, _) | (_, None) => false,
            }
        }
    }
}
