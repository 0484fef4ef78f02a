//! SQLite's `_remake_table` of django/db/backends/sqlite3/schema.py: a table is made anew from what the
//! state says, whatever stood there.

use std::sync::Arc;

use super::alter::{Alteration, type_differs};
use super::define::Defined;
use super::{Editor, Kind};
use crate::compile::django::arguments::{self, Arguments};
use crate::compile::django::field::{Field, deconstruct};
use crate::compile::django::project::{Object, Value};
use crate::compile::django::state::{Model, ModelField, State};
use crate::schema::{Change, ConstraintRef, IndexKey, IndexPart, Name, Schema, Table};

impl Editor<'_> {
    /// [`Self::remake`] without a field that was taken away: since Django 5.1 the key does not come back that a model
    /// without one has by itself, if it bears that name.
    pub(super) fn remake_without(&mut self, state: &State, model: &Model, gone: &Field) {
        let own = model.primary_key().filter(|it| it.name == gone.name && gone.primary_key);
        let column = own.and_then(|it| it.column()).filter(|_| self.context.project.django >= (5, 1));
        self.remake_to(state, model, &[], column.as_deref());
    }

    /// Makes the model's table what `state` says, and then whatever was deferred; `renames` are columns
    /// under their old and new names.
    pub(super) fn remake(&mut self, state: &State, model: &Model, renames: &[(Name, Name)]) {
        self.remake_to(state, model, renames, None);
    }

    fn remake_to(&mut self, state: &State, model: &Model, renames: &[(Name, Name)], without: Option<&str>) {
        let name = self.table_of(model);
        if !self.back.is_trial {
            self.order.note_remade(&name);
        }
        for (from, to) in renames {
            self.rename_column(&name, from, to);
        }
        self.forget_deferred_of(&name);
        self.note_conditions(model);
        // From Django 5.1 on, a model's Meta has no `index_together`: a table made anew is without it.
        let mut planned = if self.context.project.django >= (5, 1) && !model.options.index_together.is_empty()
        {
            let mut without = model.clone();
            without.options.index_together.clear();
            self.plan(state, &without)
        } else {
            self.plan(state, model)
        };
        if let Some(key) = without {
            planned.table.columns.retain(|it| *it.name != *key);
            planned.table.primary_key = None;
        }
        self.note_checks(model, &planned.table.checks);
        let mut wanted = Schema::default();
        wanted.insert(planned.table);
        for change in planned.deferred {
            if wanted.apply(&change).is_err() {
                self.unseen_in(&name, "a deferred change did not fit the table that was made anew");
            }
        }
        match (self.schema.tables.get(&name).cloned(), wanted.tables.remove(&name)) {
            (Some(stands), Some(wanted)) => {
                for change in steps(&stands, &wanted) {
                    self.change(change);
                }
            }
            (None, _) => self.unseen_in(&name, format!("table {name} is not there to be altered")),
            (Some(_), None) => {}
        }
        self.tell_doubts(&name, &planned.doubts);
        self.run_deferred();
    }

    /// What waits for the table's own sake is made anew with it; foreign keys are inline here.
    fn forget_deferred_of(&mut self, table: &crate::schema::TableName) {
        self.deferred.retain(|change| change.table() != table);
    }

    /// `add_field`: from Django 4.1 a nullable column without a default is added in place.
    pub(super) fn add_column_remakes(&self, model: &Model, field: &Field) -> bool {
        let has_default = model.written(&field.name).is_some_and(|it| has_effective_default(&it.value));
        // A value is added in place, an expression is not.
        let computed = field.db_default.as_ref().is_some_and(|it| matches!(it, Value::Object(_)));
        let plain = field.null && !field.unique && !field.primary_key && !has_default && !computed;
        self.context.project.django < (4, 1) || !plain
    }

    /// `remove_field`: from Django 4.1 a plain column is dropped in place, by SQLite 3.35.5 and later.
    pub(super) fn drop_column_remakes(&self, field: &Field) -> bool {
        let is_key = matches!(&field.kind, Kind::Relation(relation) if relation.db_constraint);
        self.context.project.django < (4, 1) || field.primary_key || field.unique || field.db_index || is_key
    }

    /// Whether taking an `AddField` back makes the whole table anew.
    pub fn returns_by_remaking(&self, field: &Field) -> bool {
        self.is_sqlite() && field.column().is_some() && self.drop_column_remakes(field)
    }

    /// `_alter_field`.
    pub(super) fn alter_by_remaking(&mut self, alteration: &Alteration<'_>, old: &Defined, new: &Defined) {
        let Alteration { after, model, old: was, new: is, .. } = *alteration;
        let table = self.table_of(model);
        let has_key =
            |field: &Field| matches!(&field.kind, Kind::Relation(relation) if relation.db_constraint);
        let (from, to) = (&old.column.name, &new.column.name);
        let same = *old.column == *new.column && was.unique == is.unique && was.primary_key == is.primary_key;
        if from != to && same && !has_key(was) && !has_key(is) {
            return self.rename_column(&table, from, to);
        }
        let renames: Vec<_> = (from != to).then(|| (from.clone(), to.clone())).into_iter().collect();
        self.remake(after, model, &renames);
        if is.unique && type_differs(&old.column, &new.column) {
            let mut remade = vec![table];
            for other in self.related_tables(after, model, is) {
                let name = self.table_of(&other);
                if !remade.contains(&name) {
                    self.remake(after, &other, &[]);
                    remade.push(name);
                }
            }
        }
    }

    /// The tables that are made anew after a key has changed its type: those that point at it directly and
    /// not in hiding, and automatic many-to-many tables.
    fn related_tables(&self, state: &State, model: &Model, field: &Field) -> Vec<Arc<Model>> {
        let mut tables = Vec::new();
        for related in state.related(&model.key) {
            match &related.field.field.kind {
                Kind::Relation(relation) => {
                    let to_this = state.target(relation).is_some_and(|(_, target)| target.name == field.name);
                    if to_this && related.field.hidden_name().is_none() && related.model.key != model.key {
                        tables.push(related.model.clone());
                    }
                }
                Kind::ManyToMany(_) if field.primary_key && related.model.key != model.key => {
                    let through = state.through(&related.model, &related.field.field, self.context);
                    tables.extend(through.map(Arc::new));
                }
                Kind::ManyToMany(_)
                | Kind::Absent
                | Kind::CompositePrimaryKey(_)
                | Kind::Scalar(_)
                | Kind::Generated(_)
                | Kind::Unknown => {}
            }
        }
        if field.primary_key {
            // Those that lead to the model itself too: Django compares its class with the one of the state before.
            tables.extend(state.throughs(model, self.context).into_iter().map(|(_, through)| through));
        }
        tables
    }

    /// `_field_should_be_altered`: whether more changes than what no database is told. Before Django 3.1
    /// nobody asked.
    pub(super) fn should_be_altered(
        &self,
        before: &State,
        after: &State,
        old: &ModelField,
        new: &ModelField,
    ) -> bool {
        if self.context.project.django < (3, 1) {
            return true;
        }
        let column = |field: &Field| field.column().unwrap_or_else(|| field.name.clone());
        if column(&old.field) != column(&new.field) {
            return true;
        }
        // `ForeignKey.non_db_attrs`: an `on_delete` of the database's own is its business.
        if let (Kind::Relation(was), Kind::Relation(is)) = (&old.field.kind, &new.field.kind)
            && was.on_delete != is.on_delete
        {
            return true;
        }
        // The model at the other end has another name, though its table may bear the same.
        if let (Kind::ManyToMany(was), Kind::ManyToMany(is)) = (&old.field.kind, &new.field.kind)
            && was.to != is.to
        {
            return true;
        }
        let (Value::Object(was), Value::Object(is)) = (&old.value, &new.value) else { return true };
        if was.class != is.class {
            return true;
        }
        // What a class of the sources takes for itself its `deconstruct` says too.
        let has_own = was.base.is_some() && is.base.is_some();
        let as_written =
            has_own.then(|| [was, is].map(|it| Arguments { args: &it.args, kwargs: &it.kwargs }));
        let classes = [was, is].map(|it| it.base.as_ref().map_or(&it.class, |it| &it.class));
        let with_set = [with_set(was), with_set(is)];
        let (mut was, mut is) = (Arguments::of(was), Arguments::of(is));
        (was.kwargs, is.kwargs) = (&with_set[0], &with_set[1]);
        let args_differ = |was: &Arguments<'_>, is: &Arguments<'_>| {
            !arguments::same(&Value::Tuple(was.args.to_vec()), &Value::Tuple(is.args.to_vec()))
        };
        let tables_alike = self.points_at_same_table(before, after, &old.field, &new.field);
        let matters = |name: &str, value: &Value| {
            let choices = name == "choices" && self.context.project.django >= (4, 1);
            let to = name == "to" && tables_alike && self.context.project.django >= (4, 2);
            !NOT_FOR_THE_DATABASE.contains(&name) && !choices && !to && !is_usual(name, value)
        };
        let differs = |a: &Arguments<'_>, b: &Arguments<'_>| {
            (a.kwargs.iter()).any(|(name, value)| {
                matters(name, value) && !b.named(name).is_some_and(|other| arguments::same(value, other))
            })
        };
        let any_differ = |was: &Arguments<'_>, is: &Arguments<'_>| {
            args_differ(was, is) || differs(was, is) || differs(is, was)
        };
        if !tables_alike || as_written.is_some_and(|[was, is]| any_differ(&was, &is)) {
            return true;
        }
        let said = deconstruct(classes[0], &was).zip(deconstruct(classes[1], &is));
        let Some(said) = said.filter(|_| classes[0] == classes[1]) else { return any_differ(&was, &is) };
        let points = self.points_alike(before, after, &old.field, &new.field);
        // `Options.setup_pk` keeps each primary key from being serialized.
        let is_key = old.field.primary_key && new.field.primary_key;
        let matters = |name: &str, value: &Value| {
            let is_settled = matches!(name, "to" | "to_field") && points.is_some();
            matters(name, value) && !is_settled && !(name == "serialize" && is_key)
        };
        let differs = |some: &[(&str, &Value)], others: &[(&str, &Value)]| {
            some.iter().filter(|(name, value)| matters(name, value)).any(|(name, value)| {
                !others.iter().any(|(other, it)| other == name && arguments::equal(it, value))
            })
        };
        points == Some(false) || differs(&said.0, &said.1) || differs(&said.1, &said.0)
    }

    /// Whether two foreign keys point at the same, as `ForeignKey.deconstruct` says it; `None` where it is not known, or
    /// for another field.
    fn points_alike(&self, before: &State, after: &State, old: &Field, new: &Field) -> Option<bool> {
        let (Kind::Relation(was), Kind::Relation(is)) = (&old.kind, &new.kind) else { return None };
        let same_model = was.to.as_ref()? == is.to.as_ref()? || self.context.project.django >= (4, 2);
        // That of the primary key goes without saying.
        let column = |state: &State, relation| {
            state.target(relation).map(|(_, field)| (!field.primary_key).then(|| field.name.clone()))
        };
        Some(same_model && column(before, was)? == column(after, is)?)
    }

    pub(super) fn points_at_same_table(
        &self,
        before: &State,
        after: &State,
        old: &Field,
        new: &Field,
    ) -> bool {
        let table = |state: &State, field: &Field| match &field.kind {
            Kind::Relation(relation) => state.target(relation).map(|(model, _)| model.table(self.context)),
            Kind::ManyToMany(many) => {
                many.to.as_ref().and_then(|key| state.concrete(key)).map(|model| model.table(self.context))
            }
            Kind::Absent
            | Kind::CompositePrimaryKey(_)
            | Kind::Scalar(_)
            | Kind::Generated(_)
            | Kind::Unknown => None,
        };
        table(before, old) == table(after, new)
    }
}

/// The keywords of a field, with what was set on one of Django's afterwards: its `deconstruct` says what it has.
fn with_set(object: &Object) -> Vec<(Arc<str>, Value)> {
    let set: Vec<(Arc<str>, Value)> = (object.attributes.iter())
        .filter(|_| object.class.starts_with("django."))
        .map(|(name, value)| {
            (if &**name == "_unique" { "unique".into() } else { name.clone() }, value.clone())
        })
        .collect();
    let is_other = |(name, _): &&(Arc<str>, Value)| set.iter().all(|(it, _)| it != name);
    let others: Vec<_> = Arguments::of(object).kwargs.iter().filter(is_other).cloned().collect();
    set.iter().cloned().chain(others).collect()
}

/// `non_db_attrs` of django/db/models/fields/__init__.py and related.py.
const NOT_FOR_THE_DATABASE: &[&str] = &[
    "blank",
    "db_column",
    "editable",
    "error_messages",
    "help_text",
    "limit_choices_to",
    "on_delete",
    "related_name",
    "related_query_name",
    "validators",
    "verbose_name",
];

/// What `deconstruct` leaves out.
fn is_usual(name: &str, value: &Value) -> bool {
    match name {
        "null" | "unique" | "primary_key" => matches!(value, Value::Bool(false)),
        _ => false,
    }
}

/// `_effective_default` is something, for a field that may be null.
fn has_effective_default(value: &Value) -> bool {
    let Value::Object(object) = value else { return false };
    let arguments = Arguments::of(object);
    let is_set = |name: &str| arguments.named(name).is_some_and(|it| !arguments::is_false(it));
    match arguments.named("default") {
        Some(Value::None) => false,
        Some(Value::Name(name)) => !name.ends_with("NOT_PROVIDED"),
        Some(_) => true,
        None => is_set("auto_now") || is_set("auto_now_add"),
    }
}

/// What makes `wanted` of `stands`, compared exactly, not by what is proven: names of constraints aside.
pub(super) fn steps(stands: &Table, wanted: &Table) -> Vec<Change> {
    let table = || wanted.name.clone();
    let mut drops = Vec::new();
    let mut makes = Vec::new();
    let columns = |parts: &[IndexPart]| -> Vec<Name> {
        (parts.iter())
            .map(|part| match &part.key {
                IndexKey::Column(name) => name.clone(),
                IndexKey::Expression(expression) => expression.text().unwrap_or_default().into(),
            })
            .collect()
    };
    let reference = |name: &Option<Name>, columns: Vec<Name>| match name {
        Some(name) => ConstraintRef::Name(name.clone()),
        None => ConstraintRef::Columns(columns),
    };
    macro_rules! compare {
        ($list:ident, $drop:expr, $make:expr) => {
            let (gone, new) = unmatched(&stands.$list, &wanted.$list, |it| {
                let mut it = it.clone();
                it.name = None;
                it
            });
            drops.extend(gone.into_iter().map($drop));
            makes.extend(new.into_iter().map($make));
        };
    }
    compare!(
        foreign_keys,
        |it| Change::DropForeignKey { table: table(), foreign_key: reference(&it.name, it.columns.clone()) },
        |it| Change::AddForeignKey { table: table(), foreign_key: it.clone() }
    );
    compare!(
        uniques,
        |it| Change::DropUnique { table: table(), unique: reference(&it.name, columns(&it.parts)) },
        |it| Change::AddUnique { table: table(), unique: it.clone() }
    );
    compare!(
        checks,
        |it| Change::DropCheck { table: table(), check: reference(&it.name, it.columns.clone()) },
        |it| Change::AddCheck { table: table(), check: it.clone() }
    );
    compare!(
        indexes,
        |it| Change::DropIndex { table: table(), index: reference(&it.name, columns(&it.parts)) },
        |it| Change::AddIndex { table: table(), index: it.clone() }
    );
    if stands.primary_key.as_ref().map(|it| &it.columns) != wanted.primary_key.as_ref().map(|it| &it.columns)
    {
        if stands.primary_key.is_some() {
            drops.push(Change::DropPrimaryKey { table: table() });
        }
        makes.extend(
            wanted
                .primary_key
                .clone()
                .map(|primary_key| Change::AddPrimaryKey { table: table(), primary_key }),
        );
    }
    for column in &stands.columns {
        if wanted.column(&column.name).is_none() {
            drops.push(Change::DropColumn { table: table(), column: column.name.clone() });
        }
    }
    for column in &wanted.columns {
        match stands.column(&column.name) {
            None => drops.push(Change::AddColumn { table: table(), column: column.clone() }),
            Some(was) if was != column => {
                drops.push(Change::AlterColumn { table: table(), column: column.clone() })
            }
            Some(_) => {}
        }
    }
    drops.extend(makes);
    drops
}

/// What is only in the first list and what is only in the second, each met once.
fn unmatched<'a, T: PartialEq>(
    old: &'a [T],
    new: &'a [T],
    plain: impl Fn(&T) -> T,
) -> (Vec<&'a T>, Vec<&'a T>) {
    let mut left: Vec<&T> = old.iter().collect();
    let mut fresh = Vec::new();
    for wanted in new {
        match left.iter().position(|it| plain(it) == plain(wanted)) {
            Some(position) => {
                left.remove(position);
            }
            None => fresh.push(wanted),
        }
    }
    (left, fresh)
}
