//! Management commands that followed code calls.

use std::rc::Rc;

use super::super::call::MORE_KEYWORDS;
use super::super::facts::COMMANDS_FOR_ROWS;
use super::super::import::Imported;
use super::super::live::*;
use super::super::{Interpreter, format};
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    /// `call_command(name, …)` of django/core/management/__init__.py: what the command's `handle` does.
    pub(super) fn call_command(
        &mut self,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let name = args.first().and_then(format::text);
        if name.as_deref().is_some_and(|it| COMMANDS_FOR_ROWS.contains(&it)) {
            return Ok(());
        }
        let found = match args.first() {
            Some(Live::Instance(command)) if let Live::Class(class) = &command.class => {
                match self.class_attribute(&class.clone(), "handle")? {
                    Some(Live::Function(handle)) => Some((Live::Instance(command.clone()), handle)),
                    _ => None,
                }
            }
            _ => match name.and_then(|it| self.command_of(&it)) {
                Some((class, handle)) => {
                    Some((self.instantiate(&class, Vec::new(), Vec::new(), scope, span)?, handle))
                }
                None => None,
            },
        };
        let Some((command, handle)) = found else {
            self.lose("it calls a command");
            return Ok(());
        };
        // What its parser makes of the arguments, and what it has for those that are not given.
        let mut options = keywords.clone();
        let others = self.unknown(scope, span, "is an option of a command");
        options.push((MORE_KEYWORDS.into(), others));
        let bound = Bound { receiver: command, callee: Callee::Function(handle) };
        self.call(&Live::Bound(Rc::new(bound)), Vec::new(), options, scope, span)?;
        Ok(())
    }

    /// The class of a command and its `handle`, where an installed app of the sources has it: the last one's, as
    /// `get_commands` has it.
    pub(in super::super) fn command_of(&mut self, name: &str) -> Option<(Rc<Class>, Rc<Closure>)> {
        let apps: Vec<_> = self.world.apps.iter().rev().map(|(module, _)| module.clone()).collect();
        for app in apps {
            let module = format!("{app}.management.commands.{name}");
            if self.world.sources.find(&module).is_none() {
                continue;
            }
            if let Ok(Imported::Followed(module)) = self.import(&module)
                && let Ok(Some(command)) = self.module_attribute(&module, "Command")
                && let Ok(Live::Class(command)) = self.force(&command)
                && let Ok(Some(Live::Function(handle))) = self.class_attribute(&command, "handle")
            {
                return Some((command, handle));
            }
        }
        None
    }
}
