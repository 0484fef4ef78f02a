//! Names of modules, files, and code that is a text.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::import::Imported;
use super::super::live::*;
use super::super::outside::{Answer, Call};

impl Interpreter<'_> {
    /// A function that asks for names, loads a module or opens a file.
    pub(super) fn builtin_of_modules(&mut self, call: &Call<'_>) -> Answer {
        let Call { path: name, args, keywords, scope, span, .. } = *call;
        let first = call.first.as_ref();
        Ok(Some(match name {
            "open" => match first {
                Some(Live::Str(_) | Live::Path(_)) => {
                    Some(self.outside_instance("builtins.open", args.to_vec(), keywords.clone(), scope, span))
                }
                _ => None,
            },
            "print" => Some(Live::None),
            // Of a module they are its names, and what is put there is bound.
            "globals" | "locals" | "vars" if args.is_empty() && scope.kind == ScopeKind::Module => {
                Some(self.module_names(scope, span))
            }
            "globals" => Some(self.module_names(scope, span)),
            "vars" if let Some(Live::Module(module)) = first => Some(self.names_in(&module.clone())?),
            "locals" | "vars" if args.is_empty() && scope.kind == ScopeKind::Function => {
                let names = scope.names.borrow();
                Some(Live::dict(
                    names.iter().map(|(name, value)| (Live::Str(name.clone()), value.clone())).collect(),
                ))
            }
            "locals" => {
                if let Live::Unknown(why) = self.unknown(scope, span, "may bind any name by globals()") {
                    scope.module.incomplete.borrow_mut().get_or_insert(why);
                }
                let names = scope.module.names.borrow();
                Some(Live::dict(
                    names.iter().map(|(name, value)| (Live::Str(name.clone()), value.clone())).collect(),
                ))
            }
            "exec" if scope.kind == ScopeKind::Module => match first.cloned() {
                Some(text) => self.execute(&text, scope)?,
                None => None,
            },
            "__import__" => match first.and_then(|it| it.as_str()).cloned() {
                Some(name) => {
                    self.fail_in_try(&name, None, scope, span)?;
                    let is_whole = call.keyword("fromlist").is_some() || args.len() > 3;
                    let root = name.split('.').next().unwrap_or_default();
                    match self.import(if is_whole { &name } else { root })? {
                        Imported::Followed(module) => Some(Live::Module(module)),
                        Imported::Outside(path) => Some(Live::Name(path)),
                        Imported::Missing => None,
                    }
                }
                None => None,
            },
            "compile" => first.filter(|it| it.as_str().is_some()).cloned(),
            "dir" => match first {
                Some(Live::Module(module)) => {
                    let names =
                        module.names.borrow().iter().map(|(name, _)| Live::Str(name.clone())).collect();
                    Some(Live::list(names))
                }
                _ => None,
            },
            _ => return Ok(None),
        }))
    }

    /// `vars(module)`, and its `__dict__`: what may stand there beside is one more pair.
    pub fn names_in(&mut self, module: &Rc<Module>) -> Evaluated {
        let names: Vec<Arc<str>> = module.names.borrow().names().cloned().collect();
        let mut pairs = Vec::with_capacity(names.len());
        for name in names {
            if let Some(value) = self.module_attribute(module, &name)? {
                pairs.push((Live::Str(name), value));
            }
        }
        let incomplete = module.incomplete.borrow().clone().map(Live::Unknown);
        pairs.extend(incomplete.map(|it| (it.clone(), it)));
        Ok(Live::dict(pairs))
    }
}
