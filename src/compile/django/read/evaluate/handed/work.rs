//! What a followed method has handed on so far, and what it has asked the database.

use std::rc::Rc;
use std::sync::Arc;

use super::super::live::*;
use super::{bare, is_of_operation};
use crate::compile::django::clue::{Condition, Kind, Listed};
use crate::compile::django::project::{
    ADD_COLUMN, ADD_CONSTRAINT, ALTER_COLUMN, APP_LABEL, ASSUMES, Assumed, CREATE_TABLE, FOR_APP, MayDo,
    ON_CONDITION, PERHAPS, QUESTION, RENAME_TABLE, SET_BASES, SET_FIELD, SET_OPTIONS, TRIED, Unknown,
};
use crate::compile::django::read::syntax::tree::Span;

/// The operations to which a method handed its work, as long as nothing else was seen.
pub struct Handed {
    pub(super) method: &'static str,
    pub(super) holder: Rc<Instance>,
    pub(super) operations: Vec<Live>,
    /// What its other method handed on before, for the models.
    pub(super) models: Vec<Live>,
    /// The statement that runs.
    pub(super) at: Option<Place>,
    /// Where something of its own came, or something on a condition, and why it is not followed.
    pub(super) lost: Option<(Option<Place>, String)>,
    /// Branches and `try` blocks that stood around its call.
    pub(super) around: (usize, u32),
    /// What the database was asked: the number of the first question, and how many operations came before each.
    first: usize,
    questions: Vec<(usize, Question)>,
    /// Names that were put into such a list, or taken out of it, by the code itself.
    pub noted: Vec<(Listed, Arc<str>)>,
    /// Why the other branches are being taken.
    pub(super) open: Vec<Arc<Unknown>>,
    /// What the branches that are being taken hang on.
    pub guards: Vec<Condition>,
    /// The `try` blocks that are being run whose handlers let whatever the database refuses be.
    tries: Vec<Option<usize>>,
    tried: usize,
    /// A handler may have left the method.
    left: bool,
    /// Texts with marks, each with what it was taken for.
    pub(super) assumed: Vec<(Arc<str>, Arc<str>)>,
    /// A state was cloned: which one is asked is not known.
    pub(super) cloned: bool,
    /// Methods of the editor that were not followed, each with its model's label and name.
    pub(super) lost_calls: Vec<(Arc<str>, ModelName)>,
    /// It did something to what is not known.
    pub(super) other_sql: bool,
    /// It put a table's name into a statement that the database told.
    pub(super) other_tables: bool,
    pub(super) other_models: bool,
    /// Which of its migration's followed pieces of code it is.
    pub(super) number: usize,
    /// Of the statements that were written: the editor's method that comes to the same, and what it takes.
    pub(super) statements: Vec<(&'static str, Vec<Live>)>,
}

type Place = (Rc<Module>, Span);

/// Label and name.
type ModelName = (Arc<str>, Arc<str>);

#[derive(PartialEq)]
struct Question {
    kind: Kind,
    table: Arc<str>,
    name: Arc<str>,
    folded: bool,
}

impl Handed {
    /// `around`: the branches and `try` blocks around the call; `first`: the number that its first question will have;
    /// `number`: its own.
    pub(super) fn new(
        method: &'static str,
        holder: &Rc<Instance>,
        models: Vec<Live>,
        around: (usize, u32),
        first: usize,
        number: usize,
    ) -> Self {
        Self {
            method,
            holder: holder.clone(),
            operations: Vec::new(),
            models,
            at: None,
            lost: None,
            around,
            first,
            questions: Vec::new(),
            noted: Vec::new(),
            open: Vec::new(),
            guards: Vec::new(),
            tries: Vec::new(),
            tried: 0,
            left: false,
            assumed: Vec::new(),
            cloned: false,
            lost_calls: Vec::new(),
            other_sql: false,
            other_tables: false,
            other_models: false,
            number,
            statements: Vec::new(),
        }
    }

    /// A `try` whose handlers let it be, or raise again what they catch.
    pub fn begin_try(&mut self, raises: bool) {
        self.tried += 1;
        self.tries.push((!raises).then_some(self.tried));
    }

    /// `leaves`: a handler of it ends the method, so that nothing certain comes behind.
    pub fn end_try(&mut self, before: usize, leaves: bool) {
        self.tries.pop();
        if leaves && self.count() > before {
            self.left = true;
        }
    }

    /// Whether all `try` blocks around are of this kind, and there are some.
    pub fn tries(&self, catching: u32) -> bool {
        !self.tries.is_empty() && catching as usize == self.around.1 as usize + self.tries.len()
    }

    pub(super) fn lose(&mut self, why: &str) {
        if self.lost.is_none() {
            self.lost = Some((self.at.clone(), why.to_owned()));
        }
    }

    /// How many operations were handed on.
    pub fn count(&self) -> usize {
        self.operations.len()
    }

    /// Whether so many branches and `try` blocks are those that it knows of.
    pub(super) fn is_around(&self, (branches, tries): (usize, u32)) -> bool {
        // Each branch that hangs on an answer has a journal of its own, and so has each `try`.
        let known = self.tries.len();
        branches == self.around.0 + self.guards.len() + known
            && u32::try_from(known).is_ok_and(|known| tries == self.around.1 + known)
    }

    /// An operation that is handed on within `now` so many branches and `try` blocks.
    pub(super) fn add(&mut self, operation: Live, now: (usize, u32), is_certain: bool) {
        if !is_certain || !self.is_around(now) || self.left {
            let why = self.open.last().map(|it| format!(": `{}` {}", it.text, it.reason)).unwrap_or_default();
            let why = format!("whether this is done is not known{why}");
            // As an index is mended that broke off: no more than that index hangs on it.
            if is_about_an_index(&operation) {
                let args = vec![Live::str(why), operation];
                return self.operations.push(Live::Instance(bare(&self.holder, PERHAPS, args, Vec::new())));
            }
            self.lose(&why);
        }
        let operation = match self.tries.iter().rev().flatten().next() {
            Some(number) => {
                let args = vec![Live::Int(*number as i128), operation];
                Live::Instance(bare(&self.holder, TRIED, args, Vec::new()))
            }
            None => operation,
        };
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
        let (table, name) = (listed.table.clone(), name.clone());
        let question = Question { kind: listed.kind, table, name, folded: listed.folded };
        let same = self.questions.iter().position(|(after, it)| *after == listed.after && *it == question);
        Some(
            self.first
                + same.unwrap_or_else(|| {
                    self.questions.push((listed.after, question));
                    self.questions.len() - 1
                }),
        )
    }

    /// The question whether the column that a question asks for may be null.
    pub fn ask_nullable(&mut self, number: usize) -> Option<usize> {
        let (_, question) = self.questions.get(number.checked_sub(self.first)?)?;
        if question.kind != Kind::Column {
            return None;
        }
        let (table, name) = (question.table.clone(), question.name.clone());
        let listed = self.listed(Kind::Nullable, table, None);
        self.ask(&listed, &name)
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
        Listed { kind, table, of: self.first, after: self.operations.len(), name_at, folded: false }
    }

    /// What was handed on, certain or not, as far as it is known.
    pub(super) fn may_do(&self) -> MayDo {
        let mut done = MayDo {
            other_sql: self.other_sql,
            other_tables: self.other_tables,
            other_models: self.other_models,
            ..MayDo::default()
        };
        for (method, model) in &self.lost_calls {
            done.calls.push(method.clone());
            done.models.push(model.clone());
        }
        // Models that an answer names, as `shop.Item` of `field.related_model`.
        let answers = self.assumed.iter().flat_map(|(_, it)| it.split([',', '^']));
        done.models
            .extend(answers.filter_map(|it| it.split_once('.')).map(|(label, it)| (label.into(), it.into())));
        self.operations.iter().for_each(|it| may_do(it, APP_LABEL, &mut done));
        done
    }

    /// What the models were asked.
    pub(super) fn assumptions(&self) -> Vec<Assumed> {
        let each = self.assumed.iter().cloned();
        each.map(|(marked, taken)| Assumed { marked, taken, code: self.number }).collect()
    }

    /// The operations, and the questions where they were asked.
    pub(super) fn in_order(self) -> (Vec<Live>, usize) {
        let asked = self.questions.len();
        let mut questions: Vec<(usize, usize, Question)> =
            self.questions.into_iter().enumerate().map(|(number, (after, it))| (after, number, it)).collect();
        questions.sort_by_key(|(after, number, _)| (*after, *number));
        let mut questions = questions.into_iter().peekable();
        let assumes = |(marked, text)| {
            let args = vec![Live::Str(marked), Live::Str(text), Live::Int(self.number as i128)];
            bare(&self.holder, ASSUMES, args, Vec::new())
        };
        let mut all: Vec<Live> = self.assumed.into_iter().map(assumes).map(Live::Instance).collect();
        for (at, operation) in self.operations.into_iter().map(Some).chain([None]).enumerate() {
            while let Some((_, number, it)) = questions.next_if(|(after, ..)| *after <= at) {
                let kind = match it.kind {
                    Kind::Table => "table",
                    Kind::Column => "column",
                    Kind::Constraint => "constraint",
                    Kind::Nullable => "nullable",
                };
                let number = Live::Int((self.first + number) as i128);
                let folded = Live::Bool(it.folded);
                let args = vec![number, Live::str(kind), Live::Str(it.table), Live::Str(it.name), folded];
                all.push(Live::Instance(bare(&self.holder, QUESTION, args, Vec::new())));
            }
            all.extend(operation);
        }
        (all, asked)
    }
}

/// The methods of the schema editor that operations call, as far as it makes a difference which
/// (`django/db/migrations/operations/`).
fn editor_call(class: &str) -> &'static str {
    match class {
        "AddField" | ADD_COLUMN => "add_field",
        "RenameField" => "alter_field",
        // It stays, and is said by the code itself.
        "AlterField" | ALTER_COLUMN => "",
        "AlterIndexTogether" => "alter_index_together",
        "AlterModelTable" | "RenameModel" | RENAME_TABLE => "alter_db_table",
        "AlterUniqueTogether" => "alter_unique_together",
        "DeleteModel" => "delete_model",
        "RemoveConstraint" => "remove_constraint",
        "RemoveField" => "remove_field",
        "RemoveIndex" => "remove_index",
        "AddConstraint" | "AddIndex" | ADD_CONSTRAINT => "add_index",
        "CreateModel" | CREATE_TABLE => "create_model",
        _ => "database_forwards",
    }
}

fn may_do(operation: &Live, label: &str, done: &mut MayDo) {
    let Live::Instance(operation) = operation else { return };
    let Live::Name(class) = &operation.class else {
        done.other_models = true;
        return;
    };
    let args = operation.args.iter().chain(operation.keywords.iter().map(|(_, it)| it));
    let texts = args.filter_map(Live::as_str).cloned();
    match (&**class, operation.args.as_slice()) {
        (TRIED | ON_CONDITION | PERHAPS, [_, inner]) => may_do(inner, label, done),
        (FOR_APP, [Live::Str(label), inner]) => may_do(inner, label, done),
        (SET_BASES | SET_FIELD | SET_OPTIONS, _) => {}
        (RENAME_TABLE, _) => {
            done.words.extend(texts);
            done.calls.push(editor_call(class).into());
        }
        (class, args) => {
            let class = class.rsplit('.').next().unwrap_or(class);
            match args {
                [statements, ..] if class == "RunSQL" => {
                    every_text(statements, &mut done.sql);
                    return;
                }
                _ if class == "RunPython" => done.other_sql = true,
                _ => {}
            }
            done.calls.push(editor_call(class).into());
            let mut texts: Vec<Arc<str>> = texts.collect();
            done.models.extend(texts.iter().map(|it| (label.into(), it.clone())));
            done.words.append(&mut texts);
        }
    }
}

/// A `RunSQL` of nothing but statements that make or drop an index by its name.
fn is_about_an_index(operation: &Live) -> bool {
    let Live::Instance(operation) = operation else { return false };
    let is_sql =
        matches!(&operation.class, Live::Name(class) if is_of_operation(class) && class.ends_with(".RunSQL"));
    let Some(Live::List(statements)) = operation.args.first().filter(|_| is_sql) else { return false };
    statements.borrow().iter().all(|it| match it {
        Live::Str(text) => names_an_index(text),
        Live::Tuple(pair) => matches!(pair.first(), Some(Live::Str(text)) if names_an_index(text)),
        _ => false,
    })
}

fn names_an_index(text: &str) -> bool {
    let text = text.trim_end_matches(|it: char| it == ';' || it.is_whitespace());
    let words: Vec<String> = text.split_whitespace().take(3).map(str::to_ascii_uppercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    !text.contains(';')
        && matches!(words.as_slice(), ["DROP" | "CREATE", "INDEX", _] | ["CREATE", "UNIQUE", "INDEX"])
}

fn every_text(value: &Live, texts: &mut Vec<Arc<str>>) {
    match value {
        Live::Str(text) => texts.push(text.clone()),
        Live::List(items) => items.borrow().iter().for_each(|it| every_text(it, texts)),
        Live::Tuple(items) => items.iter().for_each(|it| every_text(it, texts)),
        _ => {}
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
