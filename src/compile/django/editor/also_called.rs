//! SQL that names what stands by the name that the parts of a squash gave it.

use super::Editor;
use crate::compile::django::aliases::Aliases;
use crate::compile::sql::{Effect, Statement, Step, There};
use crate::schema::{Change, Name, Table};

impl Editor<'_> {
    /// What the squash that was done has made, by the names that its parts give.
    pub fn also_called(&mut self, aliases: &Aliases) {
        self.aliases.extend(aliases.iter().map(|(alias, own)| (alias.clone(), own.clone())));
    }

    /// The statements, by the names that stand; what nothing bears is remembered.
    pub(super) fn by_names_that_stand(&mut self, mut statements: Vec<Statement>) -> Vec<Statement> {
        if !self.has_squashes {
            return statements;
        }
        for statement in &mut statements {
            let Effect::Steps(steps) = &mut statement.effect else { continue };
            for name in steps.iter_mut().flat_map(names) {
                if self.schema.tables.values().any(|it| bears(it, name)) {
                    continue;
                }
                match self.aliases.get(name) {
                    Some(own) => *name = own.clone(),
                    None => drop(self.unfound.insert(name.clone())),
                }
            }
        }
        statements
    }

    pub(super) fn follow_aliases(&mut self, change: &Change) {
        if let Change::RenameConstraint { from, to, .. } = change {
            self.aliases.values_mut().filter(|it| *it == from).for_each(|it| *it = to.clone());
        }
    }
}

/// The names by which a step drops or renames an index or a constraint.
fn names(mut step: &mut Step) -> Vec<&mut Name> {
    let mut names = Vec::new();
    while let Step::IfThere { what, step: then, .. } = step {
        if let There::Key(name, _) = what {
            names.push(name);
        }
        step = then;
    }
    if let Step::DropConstraint { name, .. }
    | Step::DropIndex { name, .. }
    | Step::RenameIndex { from: name, .. }
    | Step::RenameConstraint { from: name, .. } = step
    {
        names.push(name);
    }
    names
}

fn bears(table: &Table, name: &Name) -> bool {
    let is_it = |it: &Option<Name>| it.as_ref() == Some(name);
    table.indexes.iter().any(|it| is_it(&it.name))
        || table.uniques.iter().any(|it| is_it(&it.name))
        || table.foreign_keys.iter().any(|it| is_it(&it.name))
        || table.checks.iter().any(|it| is_it(&it.name))
}
