//! What a followed method has handed on so far, and what it has asked the database.

use std::rc::Rc;
use std::sync::Arc;

use super::super::live::*;
use super::bare;
use crate::compile::django::clue::{Condition, Kind, Listed};
use crate::compile::django::project::{ON_CONDITION, QUESTION};

/// The operations to which a method handed its work, as long as nothing else was seen.
pub struct Handed {
    pub(super) method: &'static str,
    pub(super) holder: Rc<Instance>,
    pub(super) operations: Vec<Live>,
    /// What its other method handed on before, for the models.
    pub(super) models: Vec<Live>,
    /// Something of its own, or on a condition.
    pub(super) lost: bool,
    /// Branches and `try` blocks that stood around its call.
    pub(super) around: (usize, u32),
    /// What the database was asked: the number of the first question, and how many operations came before each.
    first: usize,
    questions: Vec<(usize, Question)>,
    /// Names that were put into such a list, or taken out of it, by the code itself.
    pub noted: Vec<(Listed, Arc<str>)>,
    /// What the branches that are being taken hang on.
    pub guards: Vec<Condition>,
}

#[derive(PartialEq)]
struct Question {
    kind: Kind,
    table: Arc<str>,
    name: Arc<str>,
}

impl Handed {
    /// `around`: the branches and `try` blocks around the call; `first`: the number that its first question will have.
    pub(super) fn new(
        method: &'static str,
        holder: &Rc<Instance>,
        models: Vec<Live>,
        around: (usize, u32),
        first: usize,
    ) -> Self {
        Self {
            method,
            holder: holder.clone(),
            operations: Vec::new(),
            models,
            lost: false,
            around,
            first,
            questions: Vec::new(),
            noted: Vec::new(),
            guards: Vec::new(),
        }
    }

    /// An operation that is handed on within `now` so many branches and `try` blocks.
    pub(super) fn add(&mut self, operation: Live, now: (usize, u32), is_certain: bool) {
        // Each branch that hangs on an answer has a journal of its own.
        let around = (self.around.0 + self.guards.len(), self.around.1);
        self.lost |= !is_certain || now != around;
        self.operations.push(if self.guards.is_empty() {
            operation
        } else {
            let args = vec![written(&Condition::all(self.guards.clone())), operation];
            Live::Instance(bare(&self.holder, ON_CONDITION, args, Vec::new()))
        });
    }

    /// The number of the question whether this name is among those of a list.
    pub fn ask(&mut self, listed: &Listed, name: &Arc<str>) -> Option<usize> {
        if listed.of != self.first || self.noted.iter().any(|(list, it)| list == listed && it == name) {
            return None;
        }
        let question = Question { kind: listed.kind, table: listed.table.clone(), name: name.clone() };
        let same = self.questions.iter().position(|(after, it)| *after == listed.after && *it == question);
        Some(
            self.first
                + same.unwrap_or_else(|| {
                    self.questions.push((listed.after, question));
                    self.questions.len() - 1
                }),
        )
    }

    /// Whether all that it hangs on was asked here, and not when something else was followed.
    pub fn knows(&self, condition: &Condition) -> bool {
        match condition {
            Condition::There(number) => (self.first..self.first + self.questions.len()).contains(number),
            Condition::Not(inner) => self.knows(inner),
            Condition::All(all) | Condition::Any(all) => all.iter().all(|it| self.knows(it)),
        }
    }

    /// What there is of a kind, as the database says now.
    pub(super) fn listed(&self, kind: Kind, table: Arc<str>, name_at: Option<usize>) -> Listed {
        Listed { kind, table, of: self.first, after: self.operations.len(), name_at }
    }

    /// The operations, and the questions where they were asked.
    pub(super) fn in_order(self) -> (Vec<Live>, usize) {
        let asked = self.questions.len();
        let mut questions: Vec<(usize, usize, Question)> =
            self.questions.into_iter().enumerate().map(|(number, (after, it))| (after, number, it)).collect();
        questions.sort_by_key(|(after, number, _)| (*after, *number));
        let mut questions = questions.into_iter().peekable();
        let mut all = Vec::new();
        for (at, operation) in self.operations.into_iter().map(Some).chain([None]).enumerate() {
            while let Some((_, number, it)) = questions.next_if(|(after, ..)| *after <= at) {
                let kind = match it.kind {
                    Kind::Table => "table",
                    Kind::Column => "column",
                    Kind::Constraint => "constraint",
                };
                let number = Live::Int((self.first + number) as i128);
                let args = vec![number, Live::str(kind), Live::Str(it.table), Live::Str(it.name)];
                all.push(Live::Instance(bare(&self.holder, QUESTION, args, Vec::new())));
            }
            all.extend(operation);
        }
        (all, asked)
    }
}

/// A condition as a value.
fn written(condition: &Condition) -> Live {
    let each = |word: &str, all: &[Condition]| {
        Live::tuple(std::iter::once(Live::str(word)).chain(all.iter().map(written)).collect())
    };
    match condition {
        Condition::There(number) => Live::Int(*number as i128),
        Condition::Not(inner) => each("not", std::slice::from_ref(inner)),
        Condition::All(all) => each("all", all),
        Condition::Any(any) => each("any", any),
    }
}
