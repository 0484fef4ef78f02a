//! Whether a router keeps an operation out of the database at hand.

use std::collections::BTreeSet;

use super::super::arguments::{self, Arguments};
use super::Executor;
use super::identify::Class;
use crate::compile::django::project::{HANDED, OF_CODE, Value};
use crate::migration::{MayTouch, MayUndo, Opaque};
use crate::schema::{Change, TableName};

/// Why an operation that was seen through may not have been done.
pub const KEPT_OUT: &str = "a router of DATABASE_ROUTERS, which may keep it out of this database";

impl Executor<'_> {
    /// What was done since `before` may have been kept out of this database. A model is here or elsewhere as a whole, so
    /// that of a table that is here all is expected.
    pub(super) fn may_be_elsewhere(&mut self, class: Class, before: (usize, usize)) {
        if matches!(class, Class::RunSql | Class::RunPython | Class::SeparateDatabaseAndState) {
            return self.may_not_be_done(KEPT_OUT, before);
        }
        let named = self.editor.since(before).filter_map(|it| match it {
            Change::CreateTable(made) => Some(made.name.clone()),
            Change::RenameTable { to, .. } => Some(to.clone()),
            _ => None,
        });
        let tables: BTreeSet<TableName> = named.collect();
        if !tables.is_empty() {
            let may_undo =
                MayUndo { tables: tables.clone(), own: true, elsewhere: true, ..MayUndo::default() };
            self.editor.opaque(Opaque {
                reason: KEPT_OUT.to_owned(),
                may_touch: MayTouch::Tables(tables),
                may_undo,
            });
        }
    }

    /// What `allow_migrate_model` and `allow_migrate` say, which Django's operations ask; `None` when it is not known.
    pub(super) fn allowed(&self, class: Class, arguments: Arguments<'_>) -> Option<bool> {
        let routes = &self.context.project.routes;
        let of_code = arguments.named(HANDED).and_then(arguments::text).is_some_and(|it| &*it == OF_CODE);
        if matches!(class, Class::RunSql | Class::RunPython) || of_code {
            let hints = if of_code { arguments.named("hints") } else { arguments.get(3, "hints") };
            match hints {
                None | Some(Value::None) => {}
                Some(Value::Dict(hints)) if hints.is_empty() => {}
                Some(Value::Dict(hints)) => return routes.allow_with(&self.app, hints),
                Some(_) => return routes.by_hints.is_none().then_some(true),
            }
        }
        if !routes.by_app.contains_key(&self.app) {
            return Some(true);
        }
        let model = match class {
            Class::Nothing => return Some(true),
            // What is in it is asked about by itself, but for what code hands on.
            Class::SeparateDatabaseAndState if arguments.named(HANDED).is_none() => return Some(true),
            Class::SeparateDatabaseAndState if !of_code => {
                return routes.allow(&self.app, None).filter(|it| *it);
            }
            Class::SeparateDatabaseAndState | Class::RunSql | Class::RunPython => {
                return routes.allow(&self.app, None);
            }
            Class::RenameModel => arguments.text(1, "new_name"),
            Class::CreateModel
            | Class::DeleteModel
            | Class::AlterModelTable
            | Class::AlterModelOptions
            | Class::AlterOrderWithRespectTo
            | Class::AlterUniqueTogether
            | Class::AlterIndexTogether => arguments.text(0, "name"),
            Class::AddField
            | Class::RemoveField
            | Class::AlterField
            | Class::RenameField
            | Class::AddIndex
            | Class::RemoveIndex
            | Class::RenameIndex
            | Class::AddConstraint
            | Class::RemoveConstraint
            | Class::AlterConstraint => arguments.text(0, "model_name"),
        };
        model.and_then(|it| routes.allow(&self.app, Some(&it)))
    }
}
