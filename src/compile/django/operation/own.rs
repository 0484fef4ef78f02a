//! Operations of a subclass that does it in a way of its own, or not always.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::editor::table_name;
use super::super::opaque;
use super::super::project::{Beyond, Does, Location, Object, Reach, Twisted};
use super::identify::{self, Class, Side};
use super::{Call, Executor, Sides};
use crate::migration::{MayTouch, MayUndo, Opaque};
use crate::schema::{Change, IndexPart, Name, Table, TableName};

/// The label of another app, for which the operation does what it is asked for.
pub(super) fn label(object: &Object, taken: Sides) -> Result<Option<Arc<str>>, String> {
    let of = |is_taken: bool, method| is_taken.then(|| identify::label(object, method)).transpose();
    match (of(taken.state, "state_forwards")?, of(taken.database, "database_forwards")?) {
        (Some(state), Some(database)) if state != database => {
            Err(format!("{} changes the models of one app and the tables of another", object.class))
        }
        (Some(label), _) | (None, Some(label)) => Ok(label),
        (None, None) => Ok(None),
    }
}

impl Executor<'_> {
    /// What was done since `before` may not have been.
    pub(super) fn may_not_be_done(&mut self, reason: &str, before: (usize, usize)) {
        if let Some(doubted) = self.doubted(reason, before) {
            self.editor.opaque(doubted);
        }
    }

    pub(super) fn doubted(&self, reason: &str, before: (usize, usize)) -> Option<Opaque> {
        let (tables, may_undo) = doubt(self.editor.since(before));
        let may_touch = MayTouch::Tables(tables);
        (!may_undo.is_nothing()).then(|| Opaque { reason: reason.to_owned(), may_touch, may_undo })
    }

    /// The tables with foreign keys to those that were renamed since `before`.
    fn pointing_at_renamed(&self, before: (usize, usize)) -> Vec<TableName> {
        let renamed: BTreeSet<&TableName> = (self.editor.since(before))
            .filter_map(|it| match it {
                Change::RenameTable { to, .. } => Some(to),
                _ => None,
            })
            .collect();
        let points = |it: &&Table| it.foreign_keys.iter().any(|key| renamed.contains(&key.references));
        self.editor
            .schema()
            .tables
            .values()
            .map(|it| &**it)
            .filter(points)
            .map(|it| it.name.clone())
            .collect()
    }

    /// Operations of which nothing was seen: most likely the usual ones of the app, which drop and alter what it has.
    pub(super) fn may_be_any_operation(&mut self, reason: String) {
        let models = self.from.of_app(&self.app);
        let tables: BTreeSet<TableName> =
            models.flat_map(|it| opaque::tables_of(&it.key, &self.from, self.context)).collect();
        let known = tables.iter().filter_map(|it| self.editor.schema().tables.get(it));
        let columns: BTreeSet<Name> = known.flat_map(|it| &it.columns).map(|it| it.name.clone()).collect();
        if !tables.is_empty() {
            let may_touch = MayTouch::Tables(tables.clone());
            let definitions = columns.clone();
            let may_undo =
                MayUndo { columns, constraints: true, definitions, tables, own: true, ..MayUndo::default() };
            self.editor.opaque(Opaque { reason, may_touch, may_undo });
            // It is told already.
            self.editor.take_unseen();
        }
    }

    /// A migration whose operations, done since `before`, may not have been done, or not be all.
    pub(super) fn goes_beyond(
        &mut self,
        beyond: &Beyond,
        does: Does,
        file: &Arc<PathBuf>,
        before: (usize, usize),
    ) {
        let Beyond { why, apply } = beyond;
        let at = apply.as_ref().map_or_else(|| Location { file: file.clone(), line: 1 }, |it| it.at.clone());
        let both = Sides { state: true, database: true };
        if let Some(apply) = apply
            && apply.work.own == Reach::Never
            && apply.sql.is_empty()
        {
            if let Some(doubted) = self.doubted(why, before) {
                self.not_seen(&at, doubted, both);
            }
            return;
        }
        let opaque = match apply {
            Some(apply) => opaque::of_code(why.clone(), apply, &self.to, self.context, &self.editor),
            None => Opaque::new(why.clone(), MayTouch::Anything),
        };
        let doubted = self.doubted(why, before).filter(|_| does == Does::Other || apply.is_some());
        self.not_seen(&at, opaque, both);
        if let Some(doubted) = doubted {
            self.editor.opaque(doubted);
            // It is told already.
            self.editor.take_unseen();
        }
    }

    /// What is not certain of an operation that was carried out as Django's class does since `before`.
    pub(super) fn in_its_own_way(
        &mut self,
        object: &Object,
        class: Class,
        taken: Sides,
        [state, database]: [Side; 2],
        before: (usize, usize),
    ) {
        let (changed, doubt) = doubt(self.editor.since(before));
        // Most likely the same with a precaution.
        if taken.database && database.is_own() {
            let reason = format!("{} does its own to the database", object.class);
            let mut opaque = self.named_by(object, reason);
            let mut tables = opaque::tables_named_by(object, &self.app, &self.from, &self.to, self.context);
            tables.extend(changed.iter().cloned());
            tables.extend(self.pointing_at_renamed(before));
            if let MayTouch::Tables(others) = &opaque.may_touch {
                tables.extend(others.iter().cloned());
            }
            if !tables.is_empty() {
                opaque.may_touch = MayTouch::Tables(tables);
            }
            let may_be_another = database.is_doubtful() || !identify::does_alike(object, class);
            if may_be_another && !doubt.is_nothing() {
                // Another way may take another key along, as where the table is made anew.
                let constraints = doubt.constraints || !doubt.over.is_empty();
                let doubt = match identify::twisted(object) {
                    // It is made, but by other attributes.
                    Twisted::Definitions if identify::does_alike(object, class) => MayUndo {
                        constraints: true,
                        definitions: doubt.definitions.into_iter().chain(doubt.columns).collect(),
                        own: doubt.own,
                        ..MayUndo::default()
                    },
                    _ => MayUndo { constraints, ..doubt },
                };
                opaque.may_undo = both(opaque.may_undo, doubt);
            }
            let reason = opaque.reason.clone();
            self.not_followed(object, opaque, taken);
            if database == Side::OwnSql {
                self.not_seen(&object.at, Opaque::new(reason, MayTouch::Anything), taken);
            }
        } else if taken.database && database.is_doubtful() && !changed.is_empty() {
            let reason = format!("{} may not do it: it tries, or asks something first", object.class);
            let may_undo = doubt;
            self.not_seen(
                &object.at,
                Opaque { reason, may_touch: MayTouch::Tables(changed), may_undo },
                taken,
            );
        }
        if taken.state && state != Side::Usual {
            let reason = self.has_its_own_idea(object);
            let tables = opaque::tables_named_by(object, &self.app, &self.from, &self.to, self.context);
            if taken.database && !tables.is_empty() {
                // What it does to the database hangs on the models after it.
                self.not_seen(&object.at, Opaque::new(reason, MayTouch::Tables(tables)), taken);
            } else {
                self.tell(&object.at, reason);
            }
        }
    }
}

impl Executor<'_> {
    /// An operation of which no more was seen than the model that it changes: what it takes away may be anything there.
    pub(super) fn of_one_model(&self, class: Class, reason: String, call: Call<'_>) -> Opaque {
        if class == Class::DeleteModel {
            // Whichever of the app's.
            let models = self.from.of_app(&self.app);
            let tables: BTreeSet<TableName> =
                models.flat_map(|it| opaque::tables_of(&it.key, &self.from, self.context)).collect();
            let may_undo = MayUndo { tables: tables.clone(), ..MayUndo::default() };
            return Opaque { reason, may_touch: MayTouch::Tables(tables), may_undo };
        }
        let adds = matches!(class, Class::AddField | Class::AddIndex | Class::AddConstraint);
        let takes_fields = matches!(class, Class::RemoveField | Class::RenameField);
        let takes_keys = takes_keys(class);
        let name = call.arguments.text(0, "model_name").filter(|_| adds || takes_fields || takes_keys);
        let Some((key, _)) = name.and_then(|name| self.model_of(&name).ok()) else {
            return Opaque::new(reason, MayTouch::Anything);
        };
        let mut tables: BTreeSet<TableName> =
            opaque::tables_of(&key, &self.from, self.context).into_iter().collect();
        let own = self.from.concrete(&key).map(|it| table_name(&it.table(self.context)));
        let mut may_undo = MayUndo { constraints: takes_fields || takes_keys, ..MayUndo::default() };
        if takes_fields {
            let known = tables.iter().filter_map(|it| self.editor.schema().tables.get(it));
            may_undo.columns = known.flat_map(|it| &it.columns).map(|it| it.name.clone()).collect();
            // Its many-to-many tables.
            may_undo.tables = tables.iter().filter(|it| Some(*it) != own.as_ref()).cloned().collect();
        } else {
            tables.retain(|it| Some(it) == own.as_ref());
        }
        Opaque { reason, may_touch: MayTouch::Tables(tables), may_undo }
    }
}

/// Whether it is there to take a unique, a check or an index away, or gives another in its place.
pub(super) fn takes_keys(class: Class) -> bool {
    matches!(
        class,
        Class::RemoveIndex
            | Class::RenameIndex
            | Class::RemoveConstraint
            | Class::AlterUniqueTogether
            | Class::AlterIndexTogether
    )
}

/// What one or the other may undo.
pub(super) fn both(one: MayUndo, other: MayUndo) -> MayUndo {
    MayUndo {
        columns: one.columns.into_iter().chain(other.columns).collect(),
        constraints: one.constraints || other.constraints,
        over: one.over.into_iter().chain(other.over).collect(),
        definitions: one.definitions.into_iter().chain(other.definitions).collect(),
        tables: one.tables.into_iter().chain(other.tables).collect(),
        own: one.own || other.own,
        elsewhere: one.elsewhere || other.elsewhere,
        only: one.only && other.only,
    }
}

/// Whether something is there after a change that may be missed.
pub(super) fn makes(change: &Change) -> bool {
    doubt(std::iter::once(change)).1 != MayUndo { own: true, ..MayUndo::default() }
}

/// The tables that changes touch, and what is not there, or another, if they were made.
pub(super) fn taken<'c>(changes: impl Iterator<Item = &'c Change>) -> (BTreeSet<TableName>, MayUndo) {
    let mut tables = BTreeSet::new();
    let mut undone = MayUndo { own: true, ..MayUndo::default() };
    for change in changes {
        tables.insert(change.table().clone());
        match change {
            Change::DropTable { table, .. } | Change::RenameTable { from: table, .. } => {
                undone.tables.insert(table.clone());
            }
            Change::DropColumn { column, .. } | Change::RenameColumn { from: column, .. } => {
                undone.columns.insert(column.clone());
                undone.constraints = true;
            }
            Change::AlterColumn { column, .. } => {
                undone.definitions.insert(column.name.clone());
            }
            Change::DropPrimaryKey { .. }
            | Change::DropUnique { .. }
            | Change::DropForeignKey { .. }
            | Change::DropCheck { .. }
            | Change::DropIndex { .. }
            | Change::DropExclusion { .. }
            | Change::RenameConstraint { .. } => undone.constraints = true,
            Change::CreateTable(_)
            | Change::AddColumn { .. }
            | Change::AddPrimaryKey { .. }
            | Change::AddUnique { .. }
            | Change::AddForeignKey { .. }
            | Change::AddCheck { .. }
            | Change::AddIndex { .. }
            | Change::AddExclusion { .. } => {}
        }
    }
    (tables, undone)
}

/// The tables that changes touch, and what of them is not there if the changes were not made.
pub(super) fn doubt<'c>(changes: impl Iterator<Item = &'c Change>) -> (BTreeSet<TableName>, MayUndo) {
    let mut tables = BTreeSet::new();
    // Of what was taken away nothing is missing if it was not.
    let mut undone = MayUndo { own: true, ..MayUndo::default() };
    for change in changes {
        tables.insert(change.table().clone());
        match change {
            Change::CreateTable(made) => {
                undone.tables.insert(made.name.clone());
                // Nor what of it is another.
                undone.columns.extend(made.columns.iter().map(|it| it.name.clone()));
                undone.constraints = true;
            }
            Change::RenameTable { to, .. } => {
                tables.insert(to.clone());
                undone.tables.insert(to.clone());
            }
            Change::AddColumn { column, .. } => {
                undone.columns.insert(column.name.clone());
            }
            Change::AlterColumn { column, .. } => {
                undone.definitions.insert(column.name.clone());
            }
            Change::RenameColumn { to, .. } => {
                undone.columns.insert(to.clone());
            }
            Change::AddPrimaryKey { .. }
            | Change::AddUnique { .. }
            | Change::AddForeignKey { .. }
            | Change::AddCheck { .. }
            | Change::AddIndex { .. }
            | Change::AddExclusion { .. } => match columns_of(change) {
                Some(columns) => {
                    undone.over.insert(columns);
                }
                None => undone.constraints = true,
            },
            // Under its old name it is found as well, by what it is over.
            Change::RenameConstraint { .. } => {}
            Change::DropTable { .. }
            | Change::DropColumn { .. }
            | Change::DropPrimaryKey { .. }
            | Change::DropUnique { .. }
            | Change::DropForeignKey { .. }
            | Change::DropCheck { .. }
            | Change::DropIndex { .. }
            | Change::DropExclusion { .. } => {}
        }
    }
    (tables, undone)
}

/// What a key, constraint or index that a change adds is over, where those are columns.
fn columns_of(change: &Change) -> Option<Vec<Name>> {
    let of = |parts: &[IndexPart]| parts.iter().map(|it| it.as_column().cloned()).collect::<Option<Vec<_>>>();
    let columns = match change {
        Change::AddPrimaryKey { primary_key, .. } => Some(primary_key.columns.clone()),
        Change::AddUnique { unique, .. } => of(&unique.parts),
        Change::AddForeignKey { foreign_key, .. } => Some(foreign_key.columns.clone()),
        Change::AddCheck { check, .. } => Some(check.columns.clone()),
        Change::AddIndex { index, .. } => of(&index.parts),
        Change::AddExclusion { exclusion, .. } => of(&exclusion.parts),
        _ => None,
    };
    columns.filter(|it| !it.is_empty())
}
