//! What is known of an answer that only a database has: whether something is there. What hangs on it is done on a
//! condition, which the plan of migrations answers.

use std::sync::Arc;

/// What a list that followed code asks the database for tells of what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Table,
    Column,
    /// Constraints and indexes.
    Constraint,
    /// Columns that may be null, of which only one is asked by its name.
    Nullable,
}

/// What there is of a kind, as a method of an operation or a function asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub kind: Kind,
    /// Empty where it is of no table.
    pub table: Arc<str>,
    /// What was being followed when it was asked for: the number of its first question.
    pub of: usize,
    /// How many operations came before.
    pub after: usize,
    /// Which element of a row is the name.
    pub name_at: Option<usize>,
    /// Whether its names were made lower case.
    pub folded: bool,
}

/// What is known of an answer of the database's that is not known itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clue {
    /// Any row of a list.
    Row(Listed),
    /// The name in any row.
    NameIn(Listed),
    /// Whether any row has this name.
    Named(Listed, Arc<str>),
    /// A row if the condition holds, else nothing.
    Found(Condition),
    /// A row of one value.
    Answer(Arc<Self>),
    /// A number that is above zero if it holds.
    Count(Condition),
    Holds(Condition),
    /// The server's version, with the name that it gives itself there, if any.
    Version(Arc<str>),
}

/// What hangs on the answers to questions, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    There(usize),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Condition {
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub fn all(conditions: Vec<Self>) -> Self {
        Self::one_or(conditions, Self::All)
    }

    pub fn any(conditions: Vec<Self>) -> Self {
        Self::one_or(conditions, Self::Any)
    }

    fn one_or(mut conditions: Vec<Self>, all: fn(Vec<Self>) -> Self) -> Self {
        conditions.dedup();
        match conditions.pop() {
            Some(only) if conditions.is_empty() => only,
            Some(last) => {
                conditions.push(last);
                all(conditions)
            }
            None => all(conditions),
        }
    }

    /// `None` where an answer is not known that decides.
    pub fn holds(&self, answer: &impl Fn(usize) -> Option<bool>) -> Option<bool> {
        match self {
            Self::There(number) => answer(*number),
            Self::Not(inner) => inner.holds(answer).map(|it| !it),
            Self::All(all) => decided(all, false, answer),
            Self::Any(any) => decided(any, true, answer),
        }
    }
}

/// `by` decides whatever the others are.
fn decided(conditions: &[Condition], by: bool, answer: &impl Fn(usize) -> Option<bool>) -> Option<bool> {
    let mut known = Some(!by);
    for condition in conditions {
        match condition.holds(answer) {
            Some(it) if it == by => return Some(by),
            Some(_) => {}
            None => known = None,
        }
    }
    known
}
