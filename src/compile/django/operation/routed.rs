//! Whether a router keeps an operation out of the database at hand.

use super::super::arguments::Arguments;
use super::Executor;
use super::identify::Class;
use crate::compile::django::project::{HANDED, Value};

impl Executor<'_> {
    /// What `allow_migrate_model` and `allow_migrate` say, which Django's operations ask; `None` when it is not known.
    pub(super) fn allowed(&self, class: Class, arguments: Arguments<'_>) -> Option<bool> {
        let routes = &self.context.project.routes;
        if !routes.by_app.contains_key(&self.app) {
            return Some(true);
        }
        let model = match class {
            Class::Nothing => return Some(true),
            // What is in it is asked about by itself, but for what code hands on.
            Class::SeparateDatabaseAndState if arguments.named(HANDED).is_none() => return Some(true),
            Class::SeparateDatabaseAndState => return routes.allow(&self.app, None).filter(|it| *it),
            Class::RunSql | Class::RunPython => {
                let no_hints = match arguments.named("hints") {
                    None | Some(Value::None) => true,
                    Some(Value::Dict(hints)) => hints.is_empty(),
                    Some(_) => false,
                };
                return routes.allow(&self.app, None).filter(|_| no_hints);
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
