//! Operations that hold others, and what the methods and the code of a project's own came to when they were followed.

use std::sync::Arc;

use super::super::arguments;
use super::super::field::ModelKey;
use super::super::index::ModelConstraint;
use super::super::project::{
    ADD_COLUMN, ADD_CONSTRAINT, ALTER_COLUMN, ASSUMES, Assumed, CREATE_TABLE, FOR_APP, HANDED, OF_CODE,
    ON_CONDITION, Object, PERHAPS, QUESTION, RENAME_TABLE, SET_BASES, SET_FIELD, SET_OPTIONS, Stopped, TRIED,
    Value, When,
};
use super::super::said::Inquiry;
use super::super::state::{Model, ModelField, State};
use super::{Call, Executor, Sides, Unseen, identify};
use crate::migration::{MayTouch, Opaque};

impl Executor<'_> {
    /// Whether it is an operation that only following made, and is done now.
    pub(super) fn of_followed(&mut self, object: &Arc<Object>, sides: Sides) -> bool {
        match (&*object.class, object.args.as_slice()) {
            (FOR_APP, [Value::Str(label), operation]) => {
                let app = std::mem::replace(&mut self.app, label.clone());
                self.operation(operation, sides);
                self.app = app;
            }
            (CREATE_TABLE, [Value::Str(name)]) => self.create_table(name, object, sides),
            (RENAME_TABLE, [Value::Str(old), Value::Str(new)]) => self.rename_table([old, new], sides),
            (SET_BASES, [Value::Str(model), bases]) => self.set_bases(model, bases, object, sides),
            (ASSUMES, _) => {}
            (SET_OPTIONS, [Value::Str(model), options]) => self.set_options(model, options, object, sides),
            (SET_FIELD, [Value::Str(model), Value::Str(field), _]) => {
                let key = ModelKey::new(self.app.clone(), model);
                let has_it = self.to.get(&key).is_some_and(|it| it.field(field).is_some());
                let class = if has_it { "AlterField" } else { "AddField" };
                let class = format!("django.db.migrations.{class}").into();
                let usual = Arc::new(Object { class, ..(**object).clone() });
                self.operation(&Value::Object(usual), sides);
            }
            (ADD_COLUMN, [Value::Str(model), Value::Str(field)]) => {
                self.add_column([model, field], object, sides);
            }
            (ADD_CONSTRAINT, [Value::Str(model), constraint, Value::Str(sign)]) => {
                self.add_constraint_of([model, sign], constraint, object, sides);
            }
            (ALTER_COLUMN, [Value::Str(model), Value::Str(field), old, new]) => {
                self.alter_column([model, field], [old, new], object, sides);
            }
            (QUESTION, question) => self.answer(question),
            (ON_CONDITION, [condition, operation]) => {
                if sides.database {
                    self.on_condition(condition, operation, &object.at, sides);
                }
            }
            (PERHAPS, [Value::Str(why), operation]) => self.perhaps(why, operation, &object.at, sides),
            (TRIED, [Value::Int(number), operation]) => self.tried(*number, operation, &object.at, sides),
            _ => return false,
        }
        true
    }

    /// `SeparateDatabaseAndState`: the database's operations see states of their own, which end with them.
    pub(super) fn separate(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let operations = |position, name| match call.arguments.get(position, name) {
            None | Some(Value::None) => Ok(Vec::new()),
            Some(value) => arguments::items(value)
                .map(<[Value]>::to_vec)
                .ok_or_else(|| Unseen::anything(format!("`{name}` was not seen through"))),
        };
        let database = operations(0, "database_operations");
        let state = operations(1, "state_operations");
        if let Some(of) = call.arguments.named(HANDED)
            && let (Ok(database), Ok(state)) = (&database, &state)
        {
            let of_code = matches!(of, Value::Str(it) if &**it == OF_CODE);
            let keeps = std::mem::replace(&mut self.keeps_models, of_code && self.editor.is_sqlite());
            self.handed(database, state, call.sides);
            self.keeps_models = keeps;
            return Ok(());
        }
        if call.sides.database
            && let Ok(database) = &database
        {
            let (from, to) = (self.from.clone(), self.to.clone());
            for operation in database {
                self.operations += 1;
                self.operation(operation, call.sides);
            }
            (self.from, self.to) = (from, to);
        }
        if call.sides.state
            && let Ok(state) = &state
        {
            for operation in state {
                self.operations += 1;
                if call.sides.database {
                    self.lets_go(operation, database.as_ref().is_ok_and(|it| !it.is_empty()));
                }
                self.operation(operation, Sides { state: true, database: false });
            }
        }
        database.and(state).map(|_| ())
    }

    /// What followed methods came to: what is done to the database may ask for the models after it.
    fn handed(&mut self, database: &[Value], state: &[Value], sides: Sides) {
        let before = (self.from.clone(), self.to.clone());
        if !self.is_as_assumed(state, sides) {
            return;
        }
        if sides.state {
            self.do_to_models(state, false);
        }
        if sides.database {
            let from = std::mem::replace(&mut self.from, before.0);
            let to = std::mem::replace(&mut self.to, before.1);
            let outer = self.after.replace(to.clone());
            let begun = self.begun.replace(self.from.clone());
            let database = if self.is_as_assumed(database, sides) { database } else { &[] };
            // What takes them back is code of its own.
            let returns = self.editor.returns_otherwise(true);
            let asked = std::mem::take(&mut self.asked);
            for operation in database {
                let models = self.keeps_models.then(|| (self.from.clone(), self.to.clone()));
                self.operation(operation, sides);
                if let Some(models) = models {
                    (self.from, self.to) = models;
                }
            }
            self.end_of_conditions(sides);
            self.asked = asked;
            self.editor.returns_otherwise(returns);
            self.after = outer;
            self.begun = begun;
            (self.from, self.to) = (from, to);
        }
    }

    /// What a followed `state_forwards` came to. `beside`: what is done to the database is not known.
    fn do_to_models(&mut self, operations: &[Value], beside: bool) {
        let asked = std::mem::take(&mut self.asked);
        let outer = self.begun.replace(self.from.clone());
        for operation in operations {
            if beside {
                self.lets_go(operation, true);
            }
            self.operation(operation, Sides { state: true, database: false });
        }
        self.begun = outer;
        self.asked = asked;
    }

    /// An operation of which only what it does to the models was followed.
    pub(super) fn with_known_models(&mut self, object: &Arc<Object>, models: &[Value], sides: Sides) {
        let before = (self.from.clone(), self.to.clone());
        if sides.database {
            let mut usual = Object::clone(object);
            usual.methods.retain(|(name, _)| &**name != "state_forwards");
            self.object(&Arc::new(usual), sides);
            (self.from, self.to) = before;
        }
        if self.is_as_assumed(models, sides) {
            self.do_to_models(models, sides.database);
        }
    }

    /// Whether the answers that were taken for the usual ones are these; told where not.
    fn is_as_assumed(&mut self, operations: &[Value], sides: Sides) -> bool {
        let mut wrong = None;
        for operation in operations {
            let Value::Object(object) = operation else { continue };
            let (ASSUMES, [Value::Str(marked), Value::Str(taken), Value::Int(code)]) =
                (&*object.class, object.args.as_slice())
            else {
                continue;
            };
            let code = usize::try_from(*code).unwrap_or_default();
            let said = self.with_tables(marked.to_string());
            if said.as_deref() != Some(taken) {
                self.say(marked, code, said);
                wrong = Some(object);
            } else if self.is_trial {
                let inquiry = Inquiry { file: self.file.clone(), code, marked: marked.clone() };
                self.inquiries.push((inquiry, self.at));
            }
        }
        let Some(object) = wrong.filter(|_| !self.is_trial) else { return true };
        let reason = "it hangs on what the models say then".to_owned();
        // What it would have done to the models is not known either.
        self.may_be_any_model(reason.clone());
        self.not_seen(&object.at, Opaque::new(reason, MayTouch::Anything), sides);
        false
    }

    /// Of code that was not followed to its end, which may have come there by a wrong answer only.
    pub(super) fn answer_stopped(&mut self, object: &Object, stopped: &Stopped) {
        let is_code = identify::class(object) == Some(identify::Class::RunPython);
        // To code the models are what they were; what an operation of a project's own makes of them is not known.
        let outer = self.after.take();
        self.after = is_code.then(|| self.from.clone());
        for Assumed { marked, taken, code } in &stopped.assumed {
            let said = self.with_tables(marked.to_string());
            if said.as_deref() != Some(taken) {
                self.say(marked, *code, said);
            }
        }
        self.after = outer;
    }

    fn say(&mut self, marked: &Arc<str>, code: usize, said: Option<String>) {
        // Behind a wrong answer the models may only seem not to say it.
        if said.is_none() && !self.said.is_empty() {
            return;
        }
        let inquiry = Inquiry { file: self.file.clone(), code, marked: marked.clone() };
        self.said.push((inquiry, said.map(Arc::from)));
    }

    /// What `SchemaEditor.create_model` does for a model that the state has.
    fn create_table(&mut self, name: &str, object: &Object, sides: Sides) {
        let key = ModelKey::new(self.app.clone(), name);
        let after = self.after.clone().filter(|it| it.get(&key).is_some());
        let state = after.unwrap_or_else(|| self.to.clone());
        match state.get(&key) {
            Some(model) => {
                if sides.database && model.has_table(self.context) {
                    self.editor.create_model_with(&state, model, |_| {});
                }
            }
            None => {
                let Err(unseen) = self.model_of(name) else { return };
                let may_touch = unseen.table.map_or(MayTouch::Anything, |it| MayTouch::Tables([it].into()));
                self.not_seen(&object.at, Opaque::new(unseen.reason, may_touch), sides);
            }
        }
    }

    fn set_bases(&mut self, model: &str, bases: &Value, object: &Object, sides: Sides) {
        let mut unseen = Vec::new();
        let bases = self.bases(bases, &mut unseen);
        for reason in unseen {
            self.tell(&object.at, format!("{model}: {reason}"));
        }
        if sides.state {
            let key = ModelKey::new(self.app.clone(), model);
            self.to.change(&key, self.context, |model| model.bases = bases);
        }
    }

    /// What `SchemaEditor.add_field` does for a field that the state has.
    fn add_column(&mut self, [model, name]: [&str; 2], object: &Object, sides: Sides) {
        let key = ModelKey::new(self.app.clone(), model);
        let has_it = |it: &State| it.get(&key).is_some_and(|it| it.field(name).is_some());
        let after = self.after.clone().filter(has_it);
        let state = after.unwrap_or_else(|| self.to.clone());
        let Some(model) = state.get(&key) else {
            let Err(unseen) = self.model_of(model) else { return };
            return self.not_seen(&object.at, Opaque::new(unseen.reason, MayTouch::Anything), sides);
        };
        match model.field(name) {
            Some(field) => {
                if sides.database && model.has_table(self.context) {
                    self.editor.add_field(&state, model, model, field);
                }
            }
            None => {
                let unseen = self.unseen_of(model, format!("{key} has no field {name}"));
                let may_touch = unseen.table.map_or(MayTouch::Anything, |it| MayTouch::Tables([it].into()));
                self.not_seen(&object.at, Opaque::new(unseen.reason, may_touch), sides);
            }
        }
    }

    /// What `SchemaEditor.add_constraint` does for a model of one of the states.
    fn add_constraint_of(&mut self, [model, sign]: [&str; 2], given: &Value, object: &Object, sides: Sides) {
        let key = ModelKey::new(self.app.clone(), model);
        let state = match When::of(sign).0 {
            When::After => self.after.as_ref().unwrap_or(&self.to),
            When::Before | When::Either => self.begun.as_ref().unwrap_or(&self.from),
        };
        let constraint = ModelConstraint::read(given);
        let has_it = |it: &Model| it.options.constraints.iter().any(|it| it.name() == constraint.name());
        let lacks_it = state.get(&key).is_some_and(|it| !has_it(it));
        let keeps = self.keeps_models || (lacks_it && self.editor.is_sqlite());
        let outer = std::mem::replace(&mut self.keeps_models, keeps);
        let args = vec![Value::Str(model.into()), given.clone()];
        let usual = Object::bare("django.db.migrations.AddConstraint", args, object.at.clone());
        self.operation(&Value::Object(Arc::new(usual)), sides);
        self.keeps_models = outer;
    }

    /// What `SchemaEditor.alter_field` does: only what differs between the two is altered, whatever the models say.
    fn alter_column(&mut self, [model, name]: [&str; 2], given: [&Value; 2], object: &Object, sides: Sides) {
        let (key, before) = match self.model_of(model) {
            Ok(found) => found,
            Err(unseen) => {
                return self.not_seen(&object.at, Opaque::new(unseen.reason, MayTouch::Anything), sides);
            }
        };
        let mut states = [self.from.clone(), self.after.clone().unwrap_or_else(|| self.to.clone())];
        let mut fields = Vec::new();
        for (state, given) in states.iter_mut().zip(given) {
            let field = match given {
                Value::None => state.get(&key).and_then(|it| it.written(name)).cloned(),
                given => Some(ModelField::read(name, given, &key, self.context.project)),
            };
            let Some(field) = field else { continue };
            let put = field.clone();
            state.change(&key, self.context, |model| model.put_field(put));
            fields.push(field);
        }
        let [from, to] = &states;
        match (fields.as_slice(), from.get(&key), to.get(&key)) {
            ([old, new], Some(model_before), Some(model)) => {
                if sides.database && model.has_table(self.context) {
                    self.editor.alter_field(from, to, model_before, model, old, new);
                }
            }
            _ => {
                let unseen = self.unseen_of(&before, format!("{key} has no field {name}"));
                let may_touch = unseen.table.map_or(MayTouch::Anything, |it| MayTouch::Tables([it].into()));
                self.not_seen(&object.at, Opaque::new(unseen.reason, may_touch), sides);
            }
        }
    }

    /// What `SchemaEditor.alter_db_table` does.
    fn rename_table(&mut self, names: [&str; 2], sides: Sides) {
        let [old, new] = names.map(|it| self.with_tables(it.to_owned()));
        if sides.database
            && let (Some(old), Some(new)) = (old, new)
        {
            self.editor.rename_table(&old, &new);
        }
    }
}
