//! Which names a module of the sources binds, by its syntax alone.

use super::super::Interpreter;
use crate::compile::django::read::syntax::tree::{ExprKind, Stmt, StmtKind};

impl Interpreter<'_> {
    /// Whether a module of Django's has a name; `None` when that cannot be told.
    pub fn has_outside(&self, path: &str) -> Option<bool> {
        let (module, name) = path.rsplit_once('.')?;
        if !path.starts_with("django.") {
            return None;
        }
        Some(self.names_of(module)?.iter().any(|it| it == name))
    }

    /// The names that a module of the sources binds at its top, without running it.
    pub fn names_of(&self, module: &str) -> Option<Vec<String>> {
        self.names_within(module, 6)
    }

    fn names_within(&self, module: &str, depth: u32) -> Option<Vec<String>> {
        let depth = depth.checked_sub(1)?;
        let place = self.world.sources.find(module)?;
        let file = place.file()?;
        let source = self.world.sources.load(&file).ok()?;
        let package = if place.folder().is_some() { module } else { module.rsplit_once('.')?.0 };
        let mut names = Vec::new();
        self.collect(&source.body, package, depth, &mut names)?;
        if let Some(folder) = place.folder() {
            // Submodules are attributes too, once imported.
            for entry in self.world.sources.names(folder).ok()? {
                let name = entry.to_string_lossy().into_owned();
                let name = name.strip_suffix(".py").unwrap_or(&name).to_owned();
                if !name.starts_with('_') {
                    names.push(name);
                }
            }
        }
        Some(names)
    }

    fn collect(&self, body: &[Stmt], package: &str, depth: u32, names: &mut Vec<String>) -> Option<()> {
        for stmt in body {
            match &stmt.kind {
                StmtKind::Function(it) => names.push(it.name.to_string()),
                StmtKind::Class(it) => names.push(it.name.to_string()),
                StmtKind::Assign { targets, .. } => {
                    for target in targets {
                        if let ExprKind::Name(name) = &target.kind {
                            names.push(name.to_string());
                        }
                    }
                }
                StmtKind::Import(aliases) => {
                    names.extend(
                        aliases.iter().map(|it| it.bound_as.as_ref().unwrap_or(&it.name).to_string()),
                    );
                }
                StmtKind::ImportFrom { module, level, names: aliases } => {
                    for alias in aliases {
                        if &*alias.name != "*" {
                            names.push(alias.bound_as.as_ref().unwrap_or(&alias.name).to_string());
                            continue;
                        }
                        let mut parts: Vec<&str> =
                            if *level == 0 { Vec::new() } else { package.split('.').collect() };
                        parts.truncate(parts.len().saturating_sub(level.saturating_sub(1) as usize));
                        parts.extend(module.as_deref());
                        names.extend(self.names_within(&parts.join("."), depth)?);
                    }
                }
                StmtKind::If { then, otherwise, .. } => {
                    self.collect(then, package, depth, names)?;
                    self.collect(otherwise, package, depth, names)?;
                }
                StmtKind::Try { body, handlers, otherwise, .. } => {
                    self.collect(body, package, depth, names)?;
                    for handler in handlers {
                        self.collect(&handler.body, package, depth, names)?;
                    }
                    self.collect(otherwise, package, depth, names)?;
                }
                _ => {}
            }
        }
        Some(())
    }
}
