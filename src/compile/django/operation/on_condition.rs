//! Operations that are done only if something is there, or is not, as followed code asked the database.
//!
//! The answers are those of a database that these migrations alone have made. A database with another past may have
//! given another, which changes nothing where an operation makes what was not there, or takes away what was.

use std::collections::{BTreeMap, BTreeSet};

use super::super::clue::{Condition, Kind};
use super::super::project::{AppliesIf, Beyond, Does, Location, SourceMigration, Value};
use super::own::{doubt, taken};
use super::tried::Tries;
use super::{Executor, Sides};
use crate::migration::{DJANGO, MayTouch, MayUndo, Opaque, Operation};
use crate::schema::{Name, Schema, Table, TableName};

/// What an operation has asked the database so far.
#[derive(Debug, Default)]
pub(super) struct Asked {
    questions: BTreeMap<usize, (Question, Answer)>,
    done: Vec<Done>,
    pub tries: Tries,
}

#[derive(Clone, Debug)]
struct Question {
    kind: Kind,
    /// `None` where its name is not known.
    table: Option<TableName>,
    name: Option<Name>,
    /// Whether it is compared with names in lower case.
    folded: bool,
}

/// What the schema says that was made so far.
#[derive(Clone, Copy, Debug)]
struct Answer {
    /// `None` where not even the table is known.
    is_there: Option<bool>,
    /// Something that was not seen through may have made it otherwise.
    is_blind: bool,
}

impl Answer {
    fn certain(self) -> Option<bool> {
        self.is_there.filter(|_| !self.is_blind)
    }
}

/// An operation that was done on a condition, and what is in doubt if it was not.
#[derive(Debug)]
struct Done {
    condition: Condition,
    at: Location,
    tables: BTreeSet<TableName>,
    may_undo: MayUndo,
}

/// Where something may be, or may be no more, that is not known.
#[derive(Debug, Default)]
pub(super) struct Blind {
    anything: bool,
    tables: BTreeSet<TableName>,
}

impl Blind {
    pub fn add(&mut self, operations: &[Operation]) {
        for operation in operations {
            match operation {
                Operation::Opaque(Opaque { may_touch, .. }) => match may_touch {
                    MayTouch::Anything => self.anything = true,
                    MayTouch::Tables(tables) => self.tables.extend(tables.iter().cloned()),
                    MayTouch::Nothing => {}
                },
                Operation::Change(_) => {}
            }
        }
    }

    pub fn tables(self) -> BTreeSet<TableName> {
        self.tables
    }

    pub fn is_nothing(&self) -> bool {
        !self.anything && self.tables.is_empty()
    }

    pub fn covers(&self, table: &TableName) -> bool {
        self.anything || self.tables.contains(table)
    }
}

impl Executor<'_> {
    pub(super) fn answer(&mut self, question: &[Value]) {
        let [Value::Int(number), Value::Str(kind), Value::Str(table), Value::Str(name), Value::Bool(folded)] =
            question
        else {
            return;
        };
        let kind = match &**kind {
            "table" => Kind::Table,
            "column" => Kind::Column,
            "nullable" => Kind::Nullable,
            _ => Kind::Constraint,
        };
        let (table, name) = (self.with_tables(table.to_string()), self.with_tables(name.to_string()));
        let table = table.map(|it| if kind == Kind::Table { name.clone() } else { Some(it) });
        let table = table.flatten().map(TableName::unqualified);
        let question = Question { kind, table, name: name.map(Name::from), folded: *folded };
        let answer = self.is_there(&question);
        if let Ok(number) = usize::try_from(*number) {
            self.asked.questions.insert(number, (question, answer));
        }
    }

    fn is_there(&self, question: &Question) -> Answer {
        let (Some(table), Some(name)) = (&question.table, &question.name) else {
            return Answer { is_there: None, is_blind: true };
        };
        let mut now = Blind::default();
        now.add(self.editor.done());
        let is_it = |there: &Name| {
            if question.folded { *there.to_lowercase() == **name } else { there == name }
        };
        if table.name.is_empty() {
            return self.is_anywhere(name, is_it, &now);
        }
        // `MigrationRecorder.ensure_schema` makes it before anything else.
        if question.kind == Kind::Table && &*table.name == DJANGO.table {
            return Answer { is_there: Some(true), is_blind: false };
        }
        let is_blind = self.blind.covers(table) || now.covers(table);
        let schema = self.editor.schema();
        let is_there = match question.kind {
            Kind::Table if question.folded => Some(schema.tables.keys().any(|it| is_it(&it.name))),
            Kind::Table => Some(schema.tables.contains_key(table)),
            Kind::Column => schema.tables.get(table).map(|it| it.columns.iter().any(|it| is_it(&it.name))),
            Kind::Constraint => has_constraint(schema, table, name, is_it),
            Kind::Nullable => {
                schema.tables.get(table).and_then(|it| it.column(name)).map(|column| column.nullable)
            }
        };
        Answer { is_there, is_blind }
    }

    /// Of a constraint or an index whose table was not said.
    fn is_anywhere(&self, name: &Name, is_it: impl Fn(&Name) -> bool, now: &Blind) -> Answer {
        let schema = self.editor.schema();
        let table = schema.tables.keys().find(|it| has_constraint(schema, it, name, &is_it) == Some(true));
        match table {
            Some(table) => {
                let is_blind = self.blind.covers(table) || now.covers(table);
                Answer { is_there: Some(true), is_blind }
            }
            None => Answer { is_there: Some(false), is_blind: !self.blind.is_nothing() || !now.is_nothing() },
        }
    }

    pub(super) fn on_condition(&mut self, condition: &Value, operation: &Value, at: &Location, sides: Sides) {
        let condition = read(condition);
        let asked = |number: usize| self.asked.questions.get(&number).map(|(_, answer)| *answer);
        let holds = condition.as_ref().and_then(|it| it.holds(&|number| asked(number)?.is_there));
        let certain = condition.as_ref().and_then(|it| it.holds(&|number| asked(number)?.certain()));
        let condition = condition.filter(|_| certain.is_some());
        if holds == Some(false) {
            if condition.is_none() {
                self.may_have_been(operation, at, sides);
            }
            return;
        }
        let before = self.editor.mark();
        self.operation(operation, sides);
        let (tables, may_undo) = doubt(self.editor.since(before));
        match condition {
            Some(condition) => {
                if !self.makes_no_difference(&condition) {
                    self.asked.done.push(Done { condition, at: at.clone(), tables, may_undo });
                }
            }
            None => self.may_not_have_been(at, tables, may_undo, sides),
        }
    }

    /// What of its operations the migration does, and why that is not all that it may do.
    pub(super) fn what_it_does<'m>(&mut self, migration: &'m SourceMigration) -> (Does, Option<&'m Beyond>) {
        let open = (migration.does, migration.beyond.as_ref());
        let Some(AppliesIf { questions, condition }) = &migration.applies_if else { return open };
        for question in questions {
            self.operation(question, Sides { state: true, database: true });
        }
        let asked = |number: usize| self.asked.questions.get(&number).and_then(|(_, it)| it.certain());
        match read(condition).and_then(|it| it.holds(&asked)) {
            _ if migration.does == Does::Nothing => open,
            Some(true) => (Does::All, None),
            Some(false) => (Does::Nothing, None),
            None => open,
        }
    }

    /// What an operation takes away or changes that most likely was not done.
    fn may_have_been(&mut self, operation: &Value, at: &Location, sides: Sides) {
        let before = self.remember();
        let mark = self.editor.mark();
        self.operation(operation, sides);
        let (tables, may_undo) = taken(self.editor.since(mark));
        self.forget(before);
        self.may_not_have_been(at, tables, may_undo, sides);
    }

    /// What was done because something was not there, and has not made it, may have been done or not.
    pub(super) fn end_of_conditions(&mut self, sides: Sides) {
        for done in std::mem::take(&mut self.asked.done) {
            if !self.makes_no_difference(&done.condition) {
                self.may_not_have_been(&done.at, done.tables, done.may_undo, sides);
            }
        }
    }

    /// Whether what was asked for, and was not there, is there now.
    fn makes_no_difference(&self, condition: &Condition) -> bool {
        let mut numbers = BTreeSet::new();
        name_questions(condition, &mut numbers);
        let mut asked = numbers.iter().filter_map(|it| self.asked.questions.get(it));
        asked.all(|(question, before)| {
            before.is_there == Some(true) || self.is_there(question).certain() == Some(true)
        })
    }

    pub(super) fn may_not_have_been(
        &mut self,
        at: &Location,
        tables: BTreeSet<TableName>,
        may_undo: MayUndo,
        sides: Sides,
    ) {
        if !tables.is_empty() {
            let reason = "whether it is done hangs on what was in the database".to_owned();
            self.not_seen(at, Opaque { reason, may_touch: MayTouch::Tables(tables), may_undo }, sides);
        }
    }
}

/// Whether a constraint or an index of this name, or of one that counts as it, stands on the table, as `get_constraints`
/// lists them.
pub(super) fn has_constraint(
    schema: &Schema,
    table: &TableName,
    name: &Name,
    counts: impl Fn(&Name) -> bool,
) -> Option<bool> {
    let table = schema.tables.get(table)?;
    let mut is_unnamed = false;
    let mut is_it = |it: Option<&Name>| {
        is_unnamed |= it.is_none();
        it.is_some_and(&counts)
    };
    let mut found = false;
    for it in names(table) {
        found |= is_it(it);
    }
    // A name that the server has chosen, maybe.
    let may_be_chosen = ["_check", "_fkey", "_key", "_pkey"].iter().any(|it| name.ends_with(it))
        || table.column(name).is_some();
    if found || !(is_unnamed && may_be_chosen) { Some(found) } else { None }
}

fn names(table: &Table) -> impl Iterator<Item = Option<&Name>> {
    let primary = table.primary_key.iter().map(|it| it.name.as_ref());
    let keys = primary.chain(table.uniques.iter().map(|it| it.name.as_ref()));
    let foreign = table.foreign_keys.iter().map(|it| it.name.as_ref());
    let checks = table.checks.iter().map(|it| it.name.as_ref());
    let indexes = table.indexes.iter().map(|it| it.name.as_ref());
    let exclusions = table.exclusions.iter().map(|it| it.name.as_ref());
    keys.chain(foreign).chain(checks).chain(indexes).chain(exclusions)
}

fn name_questions(condition: &Condition, numbers: &mut BTreeSet<usize>) {
    match condition {
        Condition::There(number) => {
            numbers.insert(*number);
        }
        Condition::Not(inner) => name_questions(inner, numbers),
        Condition::All(all) | Condition::Any(all) => all.iter().for_each(|it| name_questions(it, numbers)),
    }
}

fn read(value: &Value) -> Option<Condition> {
    match value {
        Value::Int(number) => Some(Condition::There(usize::try_from(*number).ok()?)),
        Value::Tuple(parts) => {
            let (word, parts) = parts.split_first()?;
            let parts: Vec<Condition> = parts.iter().map(read).collect::<Option<_>>()?;
            match (word, parts.as_slice()) {
                (Value::Str(word), [inner]) if &**word == "not" => Some(inner.clone().negated()),
                (Value::Str(word), _) if &**word == "all" => Some(Condition::all(parts)),
                (Value::Str(word), _) if &**word == "any" => Some(Condition::any(parts)),
                _ => None,
            }
        }
        _ => None,
    }
}
