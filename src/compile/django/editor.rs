//! `BaseDatabaseSchemaEditor` of django/db/backends/base/schema.py and its three backends: what an
//! operation really does to a database, as changes.
//!
//! Django asks the live database which constraints and indexes stand on a column before it drops them. So
//! the editor keeps the schema that stands after all that it has done, and asks that. One editor lives
//! through a whole plan of migrations.

mod also_called;
mod alter;
mod back;
mod brought;
mod conditions;
mod define;
mod filled;
mod find;
mod gives_way;
mod inline_checks;
mod left_over;
mod many_to_many;
mod meta;
mod nowhere;
mod order;
mod referring;
mod remake;
mod sequences;
mod together;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::back::Back;
use self::conditions::Conditions;
use self::inline_checks::InlineChecks;
use self::left_over::left_by_mysql;
use self::sequences::Sequences;
use super::aliases::Aliases;
use super::field::{Field, Kind, ManyToMany, ModelKey};
use super::names;
use super::state::{Context, Model, State};
use crate::compile::sql;
use crate::dialect::Dialect;
use crate::migration::{MayTouch, MayUndo, Opaque, Operation};
use crate::schema::{Change, ConstraintRef, Name, Schema, Table, TableName};

pub use find::{has_constraint, has_index};
pub use meta::{OldIndex, is_an_index};
pub use order::Order;
pub use together::Together;

/// Makes the changes of one plan of migrations, in its order.
#[derive(Clone, Debug)]
pub struct Editor<'a> {
    context: Context<'a>,
    /// What stands after all that was done, as far as it was seen.
    schema: Schema,
    done: Vec<Operation>,
    /// `deferred_sql`: what waits for the end of the migration.
    deferred: Vec<Change>,
    /// What was not seen through since it was last asked for.
    unseen: Vec<String>,
    /// What was not seen through of each table: each is told once, however often it is made anew.
    told: BTreeSet<(TableName, String, Vec<Name>)>,
    order: Order,
    back: Back,
    conditions: Conditions,
    /// Collations that were made: those by which texts that differ may be equal are not deterministic, and have no
    /// pattern operators.
    deterministic: BTreeMap<Name, bool>,
    /// Functions and views that SQL has made.
    objects: sql::Objects,
    /// The indexes that InnoDB made for a foreign key that has gone.
    left: BTreeSet<(TableName, Name)>,
    sequences: Sequences,
    inline_checks: InlineChecks,
    /// What parts of squashes call otherwise.
    aliases: Aliases,
    has_squashes: bool,
    /// Names in SQL that nothing bore, of projects that have squashes.
    pub unfound: BTreeSet<Name>,
    /// Fields that may have brought others along, which the migration at hand may still name.
    brought: Vec<(ModelKey, Arc<str>)>,
    /// Changes that did not fit what stands.
    misfits: usize,
}

/// What a migration has made.
#[derive(Clone, Debug)]
pub struct Finished {
    pub operations: Vec<Operation>,
    /// What is different from before, once it was applied and taken back.
    pub taken_back: Vec<Change>,
    /// What was not seen through, in one sentence each.
    pub notices: Vec<String>,
}

impl<'a> Editor<'a> {
    pub fn new(context: Context<'a>, order: Order) -> Self {
        Self {
            context,
            schema: Schema::default(),
            objects: sql::Objects::default(),
            done: Vec::new(),
            deferred: Vec::new(),
            unseen: Vec::new(),
            told: BTreeSet::new(),
            order,
            back: Back::default(),
            conditions: Conditions::new(),
            deterministic: BTreeMap::new(),
            left: BTreeSet::new(),
            sequences: Sequences::new(),
            inline_checks: InlineChecks::new(),
            aliases: Aliases::new(),
            has_squashes: context.project.migrations.iter().any(|it| !it.replaces.is_empty()),
            unfound: BTreeSet::new(),
            brought: Vec::new(),
            misfits: 0,
        }
    }

    /// `CREATE COLLATION`: whether it is deterministic.
    pub fn create_collation(&mut self, name: &str, is_deterministic: bool) {
        self.deterministic.insert(name.into(), is_deterministic);
    }

    /// The migration at hand, by its position in the project.
    pub fn begin_migration(&mut self, position: usize) {
        self.order.begin(position);
    }

    /// What a model was before and after each migration of which it is open whether it is done before `at`.
    pub fn open_changes(&self, key: &ModelKey, at: usize) -> impl Iterator<Item = &order::Versions> {
        self.order.open_changes(key, at)
    }

    /// Ends a migration: what it has made, and it alone.
    pub fn finish_migration(&mut self) -> Finished {
        self.run_deferred();
        Finished {
            operations: std::mem::take(&mut self.done),
            taken_back: self.take_left(),
            notices: self.take_unseen(),
        }
    }

    /// Why some of what was done since the last call is opaque, in one sentence each.
    pub fn take_unseen(&mut self) -> Vec<String> {
        std::mem::take(&mut self.unseen)
    }

    /// What statements of SQL do.
    pub fn sql(&mut self, statements: &[sql::Statement]) {
        let before = self.noted();
        let statements = self.objects.follow(statements, &self.schema);
        let statements = self.by_names_that_stand(statements);
        let keys = self.keys_that_sql_drops(&statements);
        let lent = self.lend_conditions();
        let mut operations = sql::apply(self.context.backend.dialect, &statements, &mut self.schema);
        self.return_conditions(&lent, &mut operations);
        if let Some(before) = before {
            self.note_since(&before);
        }
        for operation in operations {
            if let Operation::Opaque(Opaque { reason, may_touch, .. }) = &operation
                && *may_touch != MayTouch::Nothing
            {
                self.unseen.push(reason.clone());
            }
            let done = if let Operation::Change(change) = &operation { Some(change.clone()) } else { None };
            self.done.push(operation);
            if let Some(change) = &done {
                self.give_way(change);
                self.follow_sequences(change);
                self.follow_inline_checks(change);
                self.follow_aliases(change);
            }
        }
        self.leave_indexes(keys);
    }

    /// How much was done and deferred by now, for [`Editor::since`].
    pub fn mark(&self) -> (usize, usize) {
        (self.done.len(), self.deferred.len())
    }

    /// The changes that came since.
    pub fn since(&self, (done, deferred): (usize, usize)) -> impl Iterator<Item = &Change> {
        let changes = self.done.iter().skip(done).filter_map(|it| match it {
            Operation::Change(change) => Some(change),
            Operation::Opaque(_) => None,
        });
        changes.chain(self.deferred.iter().skip(deferred))
    }

    /// How many changes did not fit what stood.
    pub fn misfits(&self) -> usize {
        self.misfits
    }

    /// What the migration at hand has done so far.
    pub fn done(&self) -> &[Operation] {
        &self.done
    }

    /// What stands after all that was done.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// One change, now. One that does not fit what stands makes its table a blind spot.
    pub fn change(&mut self, change: Change) {
        self.note(&change);
        match self.schema.apply(&change) {
            Ok(()) => {
                if let Change::RenameColumn { table, from, to } = &change {
                    self.follow_conditions(table, from, to);
                }
                if self.back.is_trial {
                } else if let Change::RenameColumn { table, from, to } = &change {
                    self.follow_told(table, from, to);
                } else if let Change::RenameTable { from, to } = &change {
                    self.order.rename_table(from, to);
                }
                self.done.push(Operation::Change(change.clone()));
                self.give_way(&change);
                self.follow_sequences(&change);
                self.follow_inline_checks(&change);
                self.follow_aliases(&change);
            }
            Err(error) => {
                self.misfits += 1;
                let mut tables = BTreeSet::from([change.table().clone()]);
                if let Change::RenameTable { to, .. } = &change {
                    tables.insert(to.clone());
                }
                self.opaque(Opaque::new(error.to_string(), MayTouch::Tables(tables)));
            }
        }
    }

    /// Something that was not seen through.
    pub fn opaque(&mut self, opaque: Opaque) {
        if opaque.may_touch != MayTouch::Nothing {
            self.unseen.push(opaque.reason.clone());
        }
        self.done.push(Operation::Opaque(opaque));
    }

    fn unseen_in(&mut self, table: &TableName, reason: impl AsRef<str>) {
        self.undefined_in(table, reason, MayUndo::default());
    }

    /// What was not seen through may have added something to the table, and leaves what it has.
    fn added_in(&mut self, table: &TableName, reason: impl AsRef<str>) {
        self.undefined_in(table, reason, MayUndo { only: true, ..MayUndo::default() });
    }

    /// What a column of the table is like was not seen through.
    fn defined_in(&mut self, table: &TableName, column: &Name, reason: impl AsRef<str>) {
        let definitions = [column.clone()].into();
        self.undefined_in(table, reason, MayUndo { definitions, only: true, ..MayUndo::default() });
    }

    fn tell_doubts(&mut self, table: &TableName, doubts: &define::Doubts) {
        for reason in &doubts.whole {
            self.undefined_in(table, reason, doubts.undefined.clone());
        }
        for reason in &doubts.partly {
            self.undefined_in(table, reason, MayUndo { only: true, ..doubts.undefined.clone() });
        }
    }

    /// What of the table is only a guess.
    fn undefined_in(&mut self, table: &TableName, reason: impl AsRef<str>, may_undo: MayUndo) {
        if self.back.is_trial {
            return;
        }
        let reason = reason.as_ref();
        let guessed: Vec<Name> = may_undo.definitions.iter().chain(&may_undo.columns).cloned().collect();
        if self.told.insert((table.clone(), reason.to_owned(), guessed)) {
            let may_touch = MayTouch::Tables(BTreeSet::from([table.clone()]));
            self.opaque(Opaque { reason: reason.to_owned(), may_touch, may_undo });
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.context.backend.dialect == Dialect::Sqlite
    }

    fn is_postgres(&self) -> bool {
        self.context.backend.dialect == Dialect::Postgres
    }

    fn is_mysql(&self) -> bool {
        matches!(self.context.backend.dialect, Dialect::Mysql | Dialect::Mariadb)
    }

    fn is_mariadb(&self) -> bool {
        self.context.backend.dialect == Dialect::Mariadb
    }

    /// Whether Django asks the database in vain for what stands on the table: by a name with a schema in it (`crm"."order`),
    /// which is no name of a table (`get_constraints` of django/db/backends/postgresql/introspection.py). Then it drops nothing
    /// that it would have to look up.
    fn is_out_of_sight(&self, table: &TableName) -> bool {
        self.is_postgres() && table.schema.is_some()
    }

    fn table_of(&self, model: &Model) -> TableName {
        table_name(&model.table(self.context))
    }

    fn run_deferred(&mut self) {
        for mut change in std::mem::take(&mut self.deferred) {
            if self.is_sqlite() {
                find::columns_to_literals(&mut change, &self.schema);
            }
            self.change(change);
        }
    }

    /// `Statement.references_table` and `references_column`: what is deferred for something that has gone
    /// goes with it.
    fn forget_deferred(&mut self, table: &TableName, column: Option<&str>) {
        self.deferred.retain(|change| !find::speaks_of(change, table, column));
    }

    /// Whether a unique of this name was waiting, which is made no more.
    fn forget_deferred_unique(&mut self, table: &TableName, name: &Name) -> bool {
        let before = self.deferred.len();
        self.deferred.retain(|it| {
            !matches!(it, Change::AddUnique { table: of, unique } if of == table && unique.name.as_ref() == Some(name))
        });
        self.deferred.len() != before
    }

    /// `create_model`.
    pub fn create_model(&mut self, state: &State, model: &Model) {
        self.create_model_with(state, model, |_| {});
    }

    /// The same, with a last word on its table.
    pub fn create_model_with(&mut self, state: &State, model: &Model, end: impl FnOnce(&mut Table)) {
        self.note_conditions(model);
        let mut planned = self.plan(state, model);
        end(&mut planned.table);
        let name = planned.table.name.clone();
        self.note_checks(model, &planned.table.checks);
        self.change(Change::CreateTable(Arc::new(planned.table)));
        self.deferred.extend(planned.deferred);
        self.tell_doubts(&name, &planned.doubts);
        for (field, through) in state.throughs(model, self.context) {
            self.create_model(state, &through);
            self.guess_through(&field, &through);
        }
        for field in &model.fields {
            self.note_through(model, &field.field);
        }
    }

    /// Of a many-to-many of which it is not known where it leads no more is known of its table than the name.
    fn note_through(&mut self, model: &Model, field: &Field) {
        let Kind::ManyToMany(ManyToMany { to: None, through: None, db_table, .. }) = &field.kind else {
            return;
        };
        let usual =
            || self.context.backend.many_to_many_table(&model.table(self.context), &field.name).into();
        let name: Arc<str> = db_table.clone().unwrap_or_else(usual);
        self.unseen_in(&table_name(&name), define::why_blind(field));
    }

    /// `delete_model`, with the automatic many-to-many tables.
    pub fn delete_model(&mut self, state: &State, model: &Model) {
        for (_, through) in state.throughs(model, self.context) {
            self.delete_model(state, &through);
        }
        let table = self.table_of(model);
        self.drop_table(&table);
        self.forget_deferred(&table, None);
    }

    /// PostgreSQL's statement ends in `CASCADE`: the foreign keys of other tables go too.
    fn drop_table(&mut self, table: &TableName) {
        if self.is_postgres() {
            self.drop_incoming(table, None);
        }
        self.change(Change::DropTable { table: table.clone() });
    }

    /// `BaseDatabaseSchemaEditor.alter_db_table`.
    pub fn rename_table(&mut self, old: &str, new: &str) {
        if old == new || (self.is_sqlite() && old.eq_ignore_ascii_case(new)) {
            return;
        }
        let (from, to) = (table_name(old), table_name(new));
        self.change(Change::RenameTable { from: from.clone(), to: to.clone() });
        for change in &mut self.deferred {
            find::rename(change, self.context.backend, |it| find::rename_table(it, &from, &to));
        }
    }

    /// `add_field`; `state` and `model` have it already.
    pub fn add_field(&mut self, state: &State, _before: &Model, model: &Model, field: &Field) {
        if field.blind {
            self.tell_blind(model, field);
        }
        self.note_brought(model, field);
        if let Kind::ManyToMany(many) = &field.kind {
            if let Some(through) = state.through(model, field, self.context) {
                self.create_model(state, &through);
                self.guess_through(field, &through);
            } else if self.is_sqlite() && many.through.is_some() {
                // SQLite's editor makes the table anew for a field that has a table of its own elsewhere.
                self.remake(state, model, &[]);
            }
            self.note_through(model, field);
        } else if field.column().is_none() {
        } else if self.is_sqlite() && self.add_column_remakes(model, field) {
            self.remake(state, model, &[]);
        } else {
            self.add_column(state, model, field);
        }
    }

    fn add_column(&mut self, state: &State, model: &Model, field: &Field) {
        let name = self.table_of(model);
        let Some(defined) = self.define(state, model, &name, field) else { return };
        let table = || name.clone();
        let mut column = defined.column.clone();
        if column.default.is_none() {
            column.default = left_by_mysql(self.context, field, &defined.column);
        }
        self.change(Change::AddColumn { table: table(), column });
        if let Some(check) = defined.check.clone() {
            self.change(Change::AddCheck { table: table(), check });
        }
        if field.primary_key {
            let primary_key = define::primary_key([defined.column.name.clone()]);
            self.change(Change::AddPrimaryKey { table: table(), primary_key });
        } else if field.unique {
            let unique = self.inline_unique(&name, &defined.column.name);
            self.change(Change::AddUnique { table: table(), unique });
        }
        match self.foreign_key(state, &name, field) {
            define::Reference::To(foreign_key) => {
                self.change(Change::AddForeignKey { table: table(), foreign_key: *foreign_key });
            }
            define::Reference::None => {}
            define::Reference::Unseen(reason) => {
                self.defined_in(&name, &defined.column.name, reason);
            }
        }
        let indexes = self.field_indexes(&name, field, &defined);
        if let Some(reason) = self.open_like(field, &defined) {
            self.added_in(&name, reason);
        }
        self.deferred.extend(indexes.into_iter().map(|index| Change::AddIndex { table: table(), index }));
    }

    /// `remove_field`; `before` is the state that still has it.
    pub fn remove_field(&mut self, before: &State, after: &State, old: &Model, field: &Field) {
        if let Kind::ManyToMany(_) = field.kind {
            if let Some(through) = before.through(old, field, self.context) {
                self.delete_model(before, &through);
            }
            return;
        }
        let Some(column) = field.column() else { return };
        if self.is_sqlite() && self.drop_column_remakes(field) {
            if let Some(model) = after.get(&old.key) {
                self.remake_without(after, model, field);
            }
            return;
        }
        let table = self.table_of(old);
        self.drop_column(&table, &column);
        self.forget_deferred(&table, Some(&column));
    }

    fn drop_column(&mut self, table: &TableName, column: &Name) {
        if self.is_postgres() {
            self.drop_incoming(table, Some(column));
            // Of what SQL made (<https://www.postgresql.org/docs/current/sql-altertable.html>, DROP COLUMN).
            for change in sql::named_in_expressions(&self.schema, table, column) {
                self.change(change);
            }
        }
        // MySQL takes the column out of an index of several
        // (<https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>, DROP COLUMN).
        let shrunk =
            if self.is_mysql() { find::without_column(&self.schema, table, column) } else { Vec::new() };
        self.change(Change::DropColumn { table: table.clone(), column: column.clone() });
        for change in shrunk {
            self.change(change);
        }
    }

    /// A many-to-many table may bear another name, or be none.
    fn guess_through(&mut self, field: &Field, through: &Model) {
        if field.blind {
            self.guess_table(through, define::why_blind(field));
        }
    }

    fn guess_table(&mut self, through: &Model, reason: String) {
        let table = self.table_of(through);
        let made = self.schema.tables.get(&table);
        let columns = made.iter().flat_map(|it| &it.columns).map(|it| it.name.clone()).collect();
        let tables = BTreeSet::from([table.clone()]);
        let may_undo = MayUndo { tables, columns, constraints: true, own: true, ..MayUndo::default() };
        self.undefined_in(&table, reason, may_undo);
    }

    fn tell_blind(&mut self, model: &Model, field: &Field) {
        let reason = define::why_blind(field);
        let table = self.table_of(model);
        let mut may_undo = MayUndo { only: define::leaves_the_rest(model, field), ..MayUndo::default() };
        define::guessed(field, &mut may_undo);
        self.undefined_in(&table, reason, may_undo);
    }

    fn drop_unique(&mut self, table: &TableName, unique: ConstraintRef) {
        self.change(Change::DropUnique { table: table.clone(), unique });
    }

    fn drop_index(&mut self, table: &TableName, index: ConstraintRef) {
        if let ConstraintRef::Name(name) = &index {
            self.deferred.retain(|change| {
                !matches!(change, Change::AddIndex { table: of, index } if of == table && index.name.as_ref() == Some(name))
            });
        }
        self.change(Change::DropIndex { table: table.clone(), index });
    }
}

/// The table of a `db_table`, which may name a schema.
pub fn table_name(text: &str) -> TableName {
    match names::split_identifier(text) {
        ("", name) => TableName::unqualified(name),
        (schema, name) => TableName::qualified(schema, name),
    }
}
