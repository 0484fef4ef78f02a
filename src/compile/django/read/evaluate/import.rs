//! Imports, followed through the sources when a name is needed.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::live::*;
use super::names::{canonical, is_abstract_collection, is_followed, is_in_library};
use super::{Interpreter, shorten};
use crate::compile::django::notice::Concern;
use crate::compile::django::project::{Location, Unknown};
use crate::compile::django::read::source::Place;
use crate::compile::django::read::syntax::tree::{Alias, Span};

/// What importing a module leads to.
pub enum Imported {
    Followed(Rc<Module>),
    /// Not followed, by its canonical name.
    Outside(Arc<str>),
    /// Certainly not there.
    Missing,
}

impl Interpreter<'_> {
    /// Makes of something imported what it is.
    pub fn force(&mut self, value: &Live) -> Evaluated {
        let Live::Import(import) = value else {
            return Ok(value.clone());
        };
        if let Some(resolved) = import.resolved.get() {
            return Ok(resolved.clone());
        }
        let resolved = self.deeper(|it| match it.resolve(import)? {
            Some(value) => it.force(&value),
            None => {
                let reason = format!("imports {}, which is not in the sources", describe(import));
                Ok(it.unknown_in(&import.importer, import.span, reason))
            }
        })?;
        let _ = import.resolved.set(resolved.clone());
        Ok(resolved)
    }

    /// `None` where Python would raise `ImportError`.
    fn resolve(&mut self, import: &Import) -> Result<Option<Live>, Stop> {
        match (self.import(&import.module)?, &import.name) {
            (Imported::Missing, name) => {
                // Most often a library that is not among the sources: its classes keep their names.
                let path = name.iter().fold(import.module.to_string(), |path, name| format!("{path}.{name}"));
                Ok(Some(Live::Name(canonical(&path))))
            }
            (Imported::Outside(path), None) => Ok(Some(Live::Name(path))),
            (Imported::Outside(path), Some(name)) => {
                let full = [&*path, ".", name].concat();
                if is_followed(&full)
                    && let Imported::Followed(module) = self.import(&full)?
                {
                    return Ok(Some(Live::Module(module)));
                }
                Ok(Some(self.outside_attribute(&path, name)?))
            }
            (Imported::Followed(module), None) => Ok(Some(Live::Module(module))),
            (Imported::Followed(module), Some(name)) => self.module_attribute(&module, name),
        }
    }

    /// A module by its absolute name.
    pub fn import(&mut self, name: &str) -> Result<Imported, Stop> {
        if let Some(module) = self.modules.get(name) {
            return Ok(Imported::Followed(module.clone()));
        }
        if !is_followed(name) {
            return Ok(Imported::Outside(canonical(name)));
        }
        let Some(place) = self.world.sources.find(name) else {
            return Ok(Imported::Missing);
        };
        let package = match &place {
            Place::File(_) => name.rsplit_once('.').map(|(parent, _)| parent).unwrap_or_default(),
            Place::Package(_) | Place::Namespace(_) => name,
        };
        let mut incomplete = None;
        let source = match place.file() {
            None => None,
            Some(file) => match self.world.sources.load(&file) {
                Ok(source) => Some(source),
                Err(error) => {
                    let at = Location { file: Arc::new(file), line: error.line };
                    let reason = format!("imports {name}: {}", error.message);
                    incomplete = Some(Arc::new(Unknown { at, reason, text: String::new(), clue: None }));
                    None
                }
            },
        };
        let module = Rc::new(Module {
            name: name.into(),
            package: package.into(),
            source,
            names: SharedNames::default(),
            state: Cell::new(Progress::Waiting),
            incomplete: RefCell::new(incomplete),
            eager: false,
            hears: Default::default(),
        });
        self.modules.insert(name.to_owned(), module.clone());
        self.deeper(|it| {
            it.run_module(&module);
            Ok(())
        })?;
        Ok(Imported::Followed(module))
    }

    /// `None` when the module certainly has no such name.
    pub fn module_attribute(&mut self, module: &Rc<Module>, name: &str) -> Result<Option<Live>, Stop> {
        let bound = module.names.borrow().get(name).cloned();
        match bound {
            // `from . import name` in the package itself: the submodule.
            Some(Live::Import(it)) if it.module == module.name && it.name.as_deref() == Some(name) => {}
            // Whatever the package did before, the statement has put the submodule there.
            Some(Live::Unknown(_)) if self.is_imported_by_path(module, name) => {}
            Some(value) => return Ok(Some(value)),
            None => {}
        }
        let submodule = [&*module.name, ".", name].concat();
        if self.world.sources.find(&submodule).is_some() {
            return Ok(match self.import(&submodule)? {
                Imported::Followed(module) => Some(Live::Module(module)),
                Imported::Outside(path) => Some(Live::Name(path)),
                Imported::Missing => None,
            });
        }
        if module.state.get() == Progress::Running {
            let reason = format!("needs {submodule}, which is imported in a circle");
            return Ok(Some(self.unknown_in(module, Span::default(), reason)));
        }
        if let Some(unknown) = &*module.incomplete.borrow() {
            return Ok(Some(Live::Unknown(unknown.clone())));
        }
        let hook = module.names.borrow().get("__getattr__").cloned();
        match hook {
            Some(hook) => {
                let scope = self.module_scope(module);
                Ok(Some(self.call(&hook, vec![Live::str(name)], Vec::new(), &scope, Span::default())?))
            }
            None => Ok(None),
        }
    }

    fn is_imported_by_path(&self, package: &Module, name: &str) -> bool {
        self.imported_by_path.contains([&*package.name, ".", name].concat().as_str())
    }

    /// `import a.b`, `import a.b as c`
    pub fn import_statement(&mut self, names: &[Alias], span: Span, scope: &Rc<Scope>) -> Result<(), Stop> {
        for alias in names {
            let full = alias.name.clone();
            self.fail_in_try(&full, None, scope, span)?;
            let dots = full.match_indices('.').map(|(at, _)| at).skip(1).chain([full.len()]);
            self.imported_by_path.extend(dots.filter(|_| full.contains('.')).map(|it| full[..it].into()));
            let (bound, module) = match &alias.bound_as {
                Some(bound) => (bound.clone(), full),
                None => {
                    let root: Arc<str> = full.split('.').next().unwrap_or_default().into();
                    (root.clone(), root)
                }
            };
            let value = self.lazy(module, None, scope, span);
            self.bind(scope, bound, value);
        }
        Ok(())
    }

    /// `from a.b import c`, `from . import d`, `from .e import *`
    pub fn import_from(
        &mut self,
        module: Option<&str>,
        level: u32,
        names: &[Alias],
        span: Span,
        scope: &Rc<Scope>,
    ) -> Result<(), Stop> {
        let Some(module) = absolute(&scope.module.package, module, level) else {
            for alias in names {
                let value = self.unknown(scope, span, "imports from above the top of the sources");
                self.bind(scope, alias.bound_as.as_ref().unwrap_or(&alias.name).clone(), value);
            }
            return Ok(());
        };
        for alias in names {
            if &*alias.name == "*" {
                if self.trying > 0 && self.world.sources.find(&module).is_none() {
                    self.assume_absent(&module, scope, span);
                    return Err(self.raise("ImportError", format!("no module named {module}")));
                }
                self.import_star(&module, span, scope)?;
                continue;
            }
            self.fail_in_try(&module, Some(&alias.name), scope, span)?;
            let value = self.lazy(module.clone(), Some(alias.name.clone()), scope, span);
            self.bind(scope, alias.bound_as.as_ref().unwrap_or(&alias.name).clone(), value);
        }
        Ok(())
    }

    fn lazy(&self, module: Arc<str>, name: Option<Arc<str>>, scope: &Scope, span: Span) -> Live {
        let importer = scope.module.clone();
        Live::Import(Rc::new(Import { module, name, span, importer, resolved: OnceCell::new() }))
    }

    /// Within a `try` that catches it, a failing import must fail at once.
    pub(super) fn fail_in_try(
        &mut self,
        module: &str,
        name: Option<&str>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        if self.trying == 0 {
            return Ok(());
        }
        let root = module.split('.').next().unwrap_or_default();
        let place = self.world.sources.find(module);
        if place.is_none() {
            let have_root = self.world.sources.find(root).is_some();
            if root == "collections" && module == root && name.is_some_and(is_abstract_collection) {
                return Err(
                    self.raise("ImportError", format!("{module} has no {}", name.unwrap_or_default()))
                );
            }
            // setuptools brings what left the library with Python 3.12.
            let is_brought =
                root == "distutils" && self.world.sources.find("setuptools._distutils").is_some();
            if is_in_library(root) || is_brought || (root == "django" && !have_root) {
                return Ok(());
            }
            if !have_root {
                self.assume_absent(root, scope, span);
            }
            return Err(self.raise("ImportError", format!("no module named {module}")));
        }
        let Some(name) = name else {
            return Ok(());
        };
        if !is_followed(module) {
            return match self.names_of(module) {
                Some(names) if !names.iter().any(|it| it == name) => {
                    Err(self.raise("ImportError", format!("{module} has no {name}")))
                }
                _ => Ok(()),
            };
        }
        if let Imported::Followed(module) = self.import(module)?
            && self.module_attribute(&module, name)?.is_none()
        {
            return Err(self.raise("ImportError", format!("{} has no {name}", module.name)));
        }
        Ok(())
    }

    fn assume_absent(&mut self, module: &str, scope: &Rc<Scope>, span: Span) {
        let source = scope.module.source.as_ref();
        let text = source.and_then(|it| it.text.get(span.start as usize..span.end as usize));
        let text = text.map(shorten).unwrap_or_default();
        let message = format!("assumed that `{text}` fails, for no source has {module}");
        self.tell(Concern::Assumed, &scope.module.clone(), span, message);
    }

    fn import_star(&mut self, name: &str, span: Span, scope: &Rc<Scope>) -> Result<(), Stop> {
        match self.import(name)? {
            Imported::Followed(module) => {
                let all = module.names.borrow().get("__all__").cloned();
                let all: Option<Vec<Arc<str>>> = match all {
                    Some(Live::List(items)) => items.borrow().iter().map(|it| it.as_str().cloned()).collect(),
                    Some(Live::Tuple(items)) => items.iter().map(|it| it.as_str().cloned()).collect(),
                    _ => None,
                };
                let names: Vec<Arc<str>> = match all {
                    Some(all) => all,
                    None => {
                        let names = module.names.borrow();
                        names.iter().map(|(name, _)| name.clone()).filter(|it| !it.starts_with('_')).collect()
                    }
                };
                for name in names {
                    if let Some(value) = self.module_attribute(&module, &name)? {
                        self.bind(scope, name, value);
                    }
                }
                let incomplete = module.incomplete.borrow().clone();
                if let Some(unknown) = incomplete {
                    scope.module.incomplete.borrow_mut().get_or_insert(unknown);
                }
            }
            Imported::Outside(path) => match self.names_of(name) {
                Some(names) => {
                    for name in names {
                        let value = self.outside_attribute(&path, &name)?;
                        self.bind(scope, name.as_str().into(), value);
                    }
                }
                None => self.star_is_unknown(name, span, scope),
            },
            Imported::Missing => self.star_is_unknown(name, span, scope),
        }
        Ok(())
    }

    fn star_is_unknown(&mut self, name: &str, span: Span, scope: &Rc<Scope>) {
        let reason = format!("imports everything from {name}, which is not in the sources");
        if let Live::Unknown(unknown) = self.unknown(scope, span, reason) {
            scope.module.incomplete.borrow_mut().get_or_insert(unknown);
        }
    }
}

fn describe(import: &Import) -> String {
    match &import.name {
        Some(name) => format!("{name} from {}", import.module),
        None => import.module.to_string(),
    }
}

/// The absolute name of what `import_module(name, package)` is asked for.
pub(super) fn absolute_of(name: &str, package: Option<&str>) -> Option<Arc<str>> {
    let module = name.trim_start_matches('.');
    let level = u32::try_from(name.len() - module.len()).ok()?;
    let package = if level == 0 { "" } else { package? };
    absolute(package, Some(module).filter(|it| !it.is_empty()), level)
}

/// The absolute name of what `from ..module import` names, within a package.
fn absolute(package: &str, module: Option<&str>, level: u32) -> Option<Arc<str>> {
    if level == 0 {
        return module.map(Into::into);
    }
    let mut parts: Vec<&str> = package.split('.').filter(|part| !part.is_empty()).collect();
    let up = level as usize - 1;
    if up > parts.len() || parts.is_empty() {
        return None;
    }
    parts.truncate(parts.len() - up);
    parts.extend(module);
    (!parts.is_empty()).then(|| parts.join(".").into())
}
