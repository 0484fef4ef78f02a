//! What a migration's operation does to the models and, through the schema editor, to the database.
//!
//! `django/db/migrations/operations/` and `django/contrib/postgres/operations.py`. Each operation changes the
//! state first and then the database with the states before and after it, as `Migration.apply` does.

mod asked;
mod extra;
mod field;
mod handed;
pub mod identify;
mod let_go;
mod model;
mod named;
mod odd;
mod on_condition;
mod option;
mod own;
mod routed;
mod sql;
#[cfg(test)]
mod tests;
mod tried;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

pub use routed::KEPT_OUT;

use super::aliases::Aliases;
use super::arguments::{self, Arguments};
use super::editor::{Editor, Order, table_name};
use super::field::ModelKey;
use super::notice::{Concern, Notice};
use super::opaque;
use super::project::{Does, Function, Location, OF_EDITOR, Object, SourceMigration, Stopped, Value};
use super::said::{Answer, Inquiry};
use super::state::{Context, Model, State};
use crate::migration::{MayTouch, MayUndo, Opaque, Operation};
use crate::schema::{Change, Name, TableName};

use extra::Extra;
use identify::{Class, Side};

/// How many notices back the same reason is looked for.
const NEAR: usize = 32;

/// Applies migrations one after the other, as `migrate` would on an empty database.
pub struct Executor<'a> {
    context: Context<'a>,
    /// Before and after the operation at hand; alike between two operations.
    from: State,
    to: State,
    /// The models after an operation whose methods were followed, while its work in the database is done.
    after: Option<State>,
    /// SQLite makes a table anew from the models as they stand, which the code of a `RunPython` does not change.
    keeps_models: bool,
    /// What the operation that is followed has asked the database.
    asked: on_condition::Asked,
    /// What may have been made or taken away by what was not seen through.
    blind: on_condition::Blind,
    editor: Editor<'a>,
    pub notices: Vec<Notice>,
    told: BTreeSet<(Arc<PathBuf>, String)>,
    /// Operations met.
    pub operations: usize,
    /// The app of the migration at hand.
    app: Arc<str>,
    /// Operations on what the models have not.
    misfits: usize,
    /// What handlers of every `migrate` were last told to change, by their paths.
    handled: BTreeMap<Arc<str>, Opaque>,
    let_go: Vec<let_go::LetGo>,
    /// Models of which it is not known what they are since an operation.
    odd: Vec<odd::Odd>,
    /// Apps of which some operation was not seen through, so that they may have other models than are known.
    unseen: BTreeSet<Arc<str>>,
    /// The models before the operation whose methods were followed, while its work on them is done.
    begun: Option<State>,
    /// The file of the migration at hand, and its position.
    file: Arc<PathBuf>,
    at: usize,
    /// What followed code asked and should have been answered otherwise.
    pub said: Vec<(Inquiry, Answer)>,
    /// What followed code asked, each with the position of its migration.
    inquiries: Vec<(Inquiry, usize)>,
    /// All is read once more where something of that comes up: until then what was taken for granted is.
    pub is_trial: bool,
}

/// What a migration does to a database.
pub struct Effect {
    pub operations: Vec<Operation>,
    /// What taking it back leaves different.
    pub taken_back: Vec<Change>,
}

/// What of an operation is asked for: `SeparateDatabaseAndState` and subclasses take one side away.
#[derive(Clone, Copy, Debug)]
struct Sides {
    state: bool,
    database: bool,
}

/// An operation whose class is known, with its arguments.
#[derive(Clone, Copy)]
struct Call<'v> {
    arguments: Arguments<'v>,
    at: &'v Location,
    sides: Sides,
}

/// Why an operation could not be carried out, in one sentence.
struct Unseen {
    reason: String,
    /// `None` when nothing is known.
    table: Option<TableName>,
    /// What is known to be there may bear another name, or be gone.
    is_anywhere: bool,
}

impl<'a> Executor<'a> {
    pub fn new(context: Context<'a>, order: Order) -> Self {
        Self {
            context,
            from: State::default(),
            to: State::default(),
            after: None,
            keeps_models: false,
            asked: Default::default(),
            blind: Default::default(),
            editor: Editor::new(context, order),
            notices: Vec::new(),
            told: BTreeSet::new(),
            operations: 0,
            app: "".into(),
            misfits: 0,
            handled: BTreeMap::new(),
            let_go: Vec::new(),
            odd: Vec::new(),
            unseen: BTreeSet::new(),
            begun: None,
            file: Arc::default(),
            said: Vec::new(),
            inquiries: Vec::new(),
            is_trial: false,
            at: 0,
        }
    }

    /// What the migration at this position does to a database that all before it were applied to.
    /// `then` is what the app has every `migrate` run.
    pub fn migrate(
        &mut self,
        position: usize,
        migration: &SourceMigration,
        then: &[Arc<Function>],
    ) -> Effect {
        self.editor.begin_migration(position);
        self.file = migration.file.clone();
        self.at = position;
        let other = migration.runs_for.as_ref().or(migration.works_for.as_ref());
        self.app = other.unwrap_or(&migration.id.app).clone();
        let both = Sides { state: true, database: true };
        let (does, beyond) = self.what_it_does(migration);
        let taken = Sides { database: does != Does::Nothing, ..both };
        let before = self.editor.mark();
        for operation in &migration.operations {
            self.operations += 1;
            self.operation(operation, taken);
        }
        if let Some(beyond) = beyond {
            self.goes_beyond(beyond, does, &migration.file, before);
        }
        for handler in then {
            self.after_migrate(handler, before);
        }
        self.editor.tell_brought(&self.to);
        let mut finished = self.editor.finish_migration();
        self.may_be_gone(&mut finished.operations);
        self.blind.add(&finished.operations);
        for reason in finished.notices {
            self.tell(&Location { file: migration.file.clone(), line: 1 }, reason);
        }
        Effect { operations: finished.operations, taken_back: finished.taken_back }
    }

    /// A database may stand at any migration of the app, with the handler run: it is told again where the migration gives
    /// it something else to change.
    fn after_migrate(&mut self, handler: &Function, before: (usize, usize)) {
        let Some(opaque) = opaque::handler(handler, &self.to, self.context, &self.editor) else { return };
        let MayTouch::Tables(tables) = &opaque.may_touch else { return };
        let is_known = self.handled.get(&handler.path) == Some(&opaque);
        if is_known && !self.editor.since(before).any(|it| tables.contains(it.table())) {
            return;
        }
        self.handled.insert(handler.path.clone(), opaque.clone());
        self.not_seen(&handler.at, opaque, Sides { state: true, database: true });
    }

    /// What the squash that was just done has made, by the names that its parts give.
    pub fn also_called(&mut self, aliases: &Aliases) {
        self.editor.also_called(aliases);
    }

    /// Names in SQL that nothing bore.
    pub fn unfound(&mut self) -> BTreeSet<Name> {
        std::mem::take(&mut self.editor.unfound)
    }

    fn operation(&mut self, value: &Value, sides: Sides) {
        match value {
            Value::Object(object) => {
                let is_followed = self.after.is_some() || self.begun.is_some();
                let filled = is_followed.then(|| self.named(object)).flatten();
                let object = filled.as_ref().unwrap_or(object);
                let seen = self.with_what_it_may_do(object);
                let object = seen.as_ref().unwrap_or(object);
                let (before, odd) = (self.editor.mark(), self.odd.len());
                // A table is made anew there by what the model says, which a call of the schema editor does not change.
                let keeps =
                    self.editor.is_sqlite() && object.kwargs.iter().any(|(name, _)| &**name == OF_EDITOR);
                let models = keeps.then(|| (self.from.clone(), self.to.clone()));
                object.stopped.iter().for_each(|it| self.answer_stopped(object, it));
                match object.stopped.as_ref().and_then(|it| it.models.as_deref()).filter(|_| sides.state) {
                    Some(models) => self.with_known_models(object, models, sides),
                    None => self.object(object, sides),
                }
                self.tell_unseen(&object.at);
                self.may_be_odd(object, sides, odd, before);
                if let Some(models) = models {
                    (self.from, self.to) = models;
                }
            }
            Value::Unknown(unknown) => {
                let reason = match &*unknown.text {
                    "" => format!("it {}", unknown.reason),
                    text => format!("`{text}`: {}", unknown.reason),
                };
                self.not_seen(&unknown.at, Opaque::new(reason.clone(), MayTouch::Anything), sides);
                self.unseen.insert(self.app.clone());
                if sides.database {
                    self.may_be_any_operation(reason);
                } else {
                    self.may_be_any_model(reason);
                }
            }
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::List(_)
            | Value::Tuple(_)
            | Value::Set(_)
            | Value::Dict(_)
            | Value::Name(_)
            | Value::Function(_) => {
                if sides.database {
                    self.editor.opaque(Opaque::new("something that is no operation", MayTouch::Anything));
                }
            }
        }
        self.editor.follow_order(&self.from, &self.to);
        self.from.catch_up(&mut self.to);
    }

    fn object(&mut self, object: &Arc<Object>, sides: Sides) {
        if opaque::is_harmless(object) {
            return;
        }
        if self.of_followed(object, sides) {
            return;
        }
        let extra = extra::of(object);
        match &extra {
            Some(Extra::Partition) => return,
            Some(Extra::StateOnly(operation)) => {
                self.operations += 1;
                return self.operation(operation, Sides { database: false, ..sides });
            }
            Some(Extra::Partitioned(_) | Extra::View | Extra::AsUsual) | None => {}
        }
        let Some(class) = identify::class(object) else {
            return self.foreign(object, sides);
        };
        let known = identify::is_djangos(object) || object.base.is_some();
        if !known {
            let why = object.notice.as_deref().unwrap_or("its constructor was not followed");
            let reason = format!("{}: {why}", object.class);
            let opaque = self.named_by(object, reason);
            return self.not_seen(&object.at, opaque, sides);
        }
        let [state, database] = ["state_forwards", "database_forwards"]
            .map(|it| if extra.is_some() { Side::Usual } else { identify::side(object, it) });
        let taken = Sides {
            state: sides.state && state != Side::Nothing,
            database: sides.database && database != Side::Nothing,
        };
        let label = match own::label(object, taken) {
            Ok(label) => label,
            Err(reason) => return self.not_seen(&object.at, Opaque::new(reason, MayTouch::Anything), taken),
        };
        let app = label.unwrap_or_else(|| self.app.clone());
        let app = std::mem::replace(&mut self.app, app);
        let allowed = self.allowed(class, Arguments::of(object));
        let taken = Sides { database: taken.database && allowed != Some(false), ..taken };
        let before = self.editor.mark();
        let call = Call { arguments: Arguments::of(object), at: &object.at, sides: taken };
        let returns_otherwise = identify::side(object, "database_backwards") != Side::Usual;
        let outer = self.editor.returns_otherwise(returns_otherwise);
        self.editor.returns_otherwise(outer || returns_otherwise);
        let done = match (class, &extra) {
            (Class::CreateModel, Some(extra)) => self.create_model(Some(extra), call),
            _ => self.forwards(class, object, call),
        };
        self.editor.returns_otherwise(outer);
        if let Err(unseen) = done {
            self.misfits += usize::from(unseen.table.is_some());
            self.unseen.insert(self.app.clone());
            let reason = format!("{}: {}", arguments::last_part(&object.class), unseen.reason);
            let opaque = match unseen.table {
                Some(table) if unseen.is_anywhere => {
                    let made = own::doubt(self.editor.since(before)).1;
                    // With its many-to-many tables, which are called after it.
                    let mut tables: BTreeSet<TableName> = [table].into();
                    for key in self.models_named(object) {
                        tables.extend(self.may_be_anywhere(key, reason.clone()));
                    }
                    let gone = MayUndo { tables: tables.clone(), own: true, ..MayUndo::default() };
                    let may_undo = own::both(gone, made);
                    Opaque { reason, may_touch: MayTouch::Tables(tables), may_undo }
                }
                Some(table) => {
                    let may_undo = MayUndo { constraints: own::takes_keys(class), ..MayUndo::default() };
                    Opaque { reason, may_touch: MayTouch::Tables([table].into()), may_undo }
                }
                None => self.of_one_model(class, reason, call),
            };
            self.not_seen(&object.at, opaque, taken);
        }
        if call.arguments.is_open() && taken.database {
            let reason =
                format!("{}: its arguments were not seen through", arguments::last_part(&object.class));
            match self.doubted(&reason, before) {
                Some(doubted) => self.not_seen(&object.at, doubted, taken),
                // All that it does may stand there.
                None if class == Class::SeparateDatabaseAndState => {
                    self.not_seen(&object.at, Opaque::new(reason, MayTouch::Anything), taken);
                }
                None => {}
            }
        }
        if class == Class::RunPython {
            if taken.state && state.is_own() {
                let reason = self.has_its_own_idea(object);
                self.tell(&object.at, reason);
            }
        } else {
            let another = class == Class::RunSql && identify::does_another(object, "database_forwards");
            let database = if another && database.is_own() { Side::OwnSql } else { database };
            self.in_its_own_way(object, class, taken, [state, database], before);
        }
        if allowed.is_none() {
            self.tell_unseen(&object.at);
            self.may_be_elsewhere(class, before);
            // It is told once, of the settings.
            self.editor.take_unseen();
        }
        self.app = app;
    }

    fn forwards(&mut self, class: Class, object: &Object, call: Call<'_>) -> Result<(), Unseen> {
        match class {
            Class::CreateModel => self.create_model(None, call),
            Class::DeleteModel => self.delete_model(call),
            Class::RenameModel => self.rename_model(call),
            Class::AlterModelTable => self.alter_model_table(call),
            Class::AlterModelOptions => self.alter_model_options(call),
            Class::AlterOrderWithRespectTo => self.alter_order_with_respect_to(call),
            Class::AlterUniqueTogether => self.alter_unique_together(call),
            Class::AlterIndexTogether => self.alter_index_together(call),
            Class::AddField => self.add_field(call),
            Class::RemoveField => self.remove_field(call),
            Class::AlterField => self.alter_field(call),
            Class::RenameField => self.rename_field(call),
            Class::AddIndex => self.add_index(call),
            Class::RemoveIndex => self.remove_index(call),
            Class::RenameIndex => self.rename_index(call),
            Class::AddConstraint => self.add_constraint(call),
            Class::RemoveConstraint => self.remove_constraint(call),
            Class::AlterConstraint => self.alter_constraint(call),
            Class::RunSql => self.run_sql(call),
            Class::RunPython => self.run_python(object, call),
            Class::SeparateDatabaseAndState => self.separate(call),
            Class::Nothing => {
                self.note_collation(object, call);
                Ok(())
            }
        }
    }

    /// `CreateCollation`: `name, locale, *, provider="libc", deterministic=True`.
    fn note_collation(&mut self, object: &Object, call: Call<'_>) {
        if call.sides.database
            && identify::derives(object, "CreateCollation")
            && let Some(name) = call.arguments.text(0, "name")
        {
            let is_deterministic = !matches!(call.arguments.named("deterministic"), Some(Value::Bool(false)));
            self.editor.create_collation(&name, is_deterministic);
        }
    }

    fn run_python(&mut self, object: &Object, call: Call<'_>) -> Result<(), Unseen> {
        if !call.sides.database {
            return Ok(());
        }
        if matches!(call.arguments.get(1, "reverse_code"), None | Some(Value::None)) {
            self.editor.never_returns();
        }
        let Some(opaque) = opaque::python(object, call.arguments, &self.to, self.context, &self.editor)
        else {
            return Ok(());
        };
        if opaque.may_touch == MayTouch::Nothing {
            self.editor.opaque(opaque);
        } else {
            self.not_followed(object, opaque, call.sides);
        }
        Ok(())
    }

    /// An operation of a class that has no operation of Django's among its bases.
    fn foreign(&mut self, object: &Object, sides: Sides) {
        let nothing = identify::side(object, "database_forwards") == Side::Nothing;
        if identify::side(object, "state_forwards").is_own() && sides.state {
            let reason = self.has_its_own_idea(object);
            self.tell(&object.at, reason);
        }
        if nothing || !sides.database {
            return;
        }
        let opaque = self.named_by(object, format!("{} is an operation of its own", object.class));
        if opaque.may_touch == MayTouch::Nothing {
            return self.editor.opaque(Opaque::new(&*object.class, opaque.may_touch));
        }
        self.not_followed(object, opaque, sides);
    }

    fn named_by(&self, object: &Object, reason: String) -> Opaque {
        opaque::named_by(reason, object, &self.app, &self.from, &self.to, self.context, &self.editor)
    }

    /// [`Self::not_seen`] of an operation with code of its own, with the place where that stopped being followed.
    fn not_followed(&mut self, object: &Object, opaque: Opaque, sides: Sides) {
        self.not_seen_since(&object.at, opaque, object.stopped.as_deref(), sides);
    }

    /// An operation that was not seen through: told, and a blind spot where the database is concerned.
    fn not_seen(&mut self, at: &Location, opaque: Opaque, sides: Sides) {
        self.not_seen_since(at, opaque, None, sides);
    }

    fn not_seen_since(&mut self, at: &Location, mut opaque: Opaque, stopped: Option<&Stopped>, sides: Sides) {
        if !sides.database {
            return self.tell(at, opaque.reason);
        }
        // What it takes away may be what the same migration made before.
        if let MayTouch::Tables(tables) = &opaque.may_touch
            && !opaque.may_undo.is_nothing()
        {
            let made = self.editor.since((0, 0)).filter(|it| own::makes(it));
            opaque.may_undo.own |= made.map(Change::table).any(|it| tables.contains(it));
        }
        self.tell_unseen(at);
        let since = stopped.map(|it| opaque::since(it, at)).unwrap_or_default();
        self.tell(at, format!("{}: {}{since}", opaque.reason, opaque::describe(&opaque.may_touch)));
        self.editor.opaque(opaque);
        self.editor.take_unseen();
    }

    /// What the editor did not see through since it was last asked.
    fn tell_unseen(&mut self, at: &Location) {
        for reason in self.editor.take_unseen() {
            // A field tells it with its name.
            let with_a_name = format!(": {reason}");
            let is_told = |it: &Notice| it.at.file == at.file && it.message.ends_with(&with_a_name);
            if !self.notices.iter().rev().take(NEAR).any(is_told) {
                self.tell(at, reason);
            }
        }
    }

    /// Once for each file.
    fn tell(&mut self, at: &Location, message: String) {
        if self.told.insert((at.file.clone(), message.clone())) {
            self.notices.push(Notice { at: at.clone(), concern: Concern::Operation, message });
        }
    }

    /// The model that an operation names, in both states.
    fn model_of(&self, name: &str) -> Result<(ModelKey, Arc<Model>), Unseen> {
        let key = ModelKey::new(self.app.clone(), name);
        match self.from.get(&key) {
            Some(model) => {
                let model = model.clone();
                Ok((key, model))
            }
            None => {
                let table = self.context.backend.table_name(&key.app, &key.model);
                Err(Unseen {
                    reason: format!("the model {key} is not known here"),
                    table: Some(TableName::unqualified(table)),
                    is_anywhere: false,
                })
            }
        }
    }

    /// The model after the operation at hand has changed the state.
    fn model_after(&self, key: &ModelKey, before: &Arc<Model>) -> Arc<Model> {
        self.to.get(key).unwrap_or(before).clone()
    }

    fn unseen_of(&self, model: &Model, reason: impl Into<String>) -> Unseen {
        Unseen {
            reason: reason.into(),
            table: Some(table_name(&model.table(self.context))),
            is_anywhere: false,
        }
    }
}

impl<'v> Call<'v> {
    fn text(&self, position: usize, name: &str) -> Result<Arc<str>, Unseen> {
        self.arguments.text(position, name).ok_or_else(|| {
            let why = match self.arguments.get(position, name) {
                Some(Value::Unknown(unknown)) => format!(": `{}`: {}", unknown.text, unknown.reason),
                _ => String::new(),
            };
            Unseen::anything(format!("`{name}` was not seen through{why}"))
        })
    }

    fn value(&self, position: usize, name: &str) -> Result<&'v Value, Unseen> {
        self.arguments.get(position, name).ok_or_else(|| Unseen::anything(format!("`{name}` is not given")))
    }
}

impl Unseen {
    fn anything(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), table: None, is_anywhere: false }
    }
}
