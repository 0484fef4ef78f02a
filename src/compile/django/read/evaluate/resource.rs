//! What lies beside the code: files of packages, modules of folders, and what is installed, as far as the sources hold it.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::import::Imported;
use super::live::*;
use super::names::is_in_library;
use super::{Interpreter, format};
use crate::compile::django::notice::Concern;
use crate::compile::django::read::source::{Kind, Place};
use crate::compile::django::read::syntax::tree::Span;

/// More paths than these are not looked through for a pattern.
const MANY: usize = 20_000;

impl Interpreter<'_> {
    /// `None` when the function is none of these, or what it gives is not known.
    pub fn resource_call(
        &mut self,
        path: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let args = args.iter().map(|it| self.force(it)).collect::<Result<Vec<Live>, Stop>>()?;
        let first = args.first();
        let second = args.get(1).and_then(format::text);
        let keyword = |name: &str| keywords.iter().find(|(it, _)| &**it == name).map(|(_, value)| value);
        let module = path.rsplit_once('.').map_or(path, |(module, _)| module);
        Ok(match (module, path.rsplit('.').next().unwrap_or_default()) {
            ("io" | "codecs", "open") => match first {
                Some(Live::Str(_) | Live::Path(_)) => {
                    Some(self.outside_instance("builtins.open", args, keywords.clone(), scope, span))
                }
                _ => None,
            },
            ("importlib.resources" | "importlib_resources", "files") => {
                let anchor = first.or(keyword("anchor")).or(keyword("package"));
                match anchor {
                    None => self.folder_of(&scope.module.package).map(path_of),
                    Some(anchor) => self.folder_of_package(anchor)?.map(path_of),
                }
            }
            ("importlib.resources" | "importlib_resources", "as_file") => first.cloned(),
            ("importlib.resources" | "importlib_resources", name) => match (first, second) {
                (Some(package), Some(file)) => {
                    let found = self.folder_of_package(package)?.map(|it| it.join(file));
                    match name {
                        "read_text" => found.and_then(|it| self.world.sources.read_data(&it)).map(Live::str),
                        "read_binary" => found.and_then(|it| self.bytes(&it)),
                        "path" => found.map(path_of),
                        "open_text" | "open_binary" => found.map(|it| {
                            let mode = if name == "open_text" { "r" } else { "rb" };
                            let args = vec![path_of(it), Live::str(mode)];
                            self.outside_instance("builtins.open", args, Vec::new(), scope, span)
                        }),
                        _ => None,
                    }
                }
                _ => None,
            },
            ("pkgutil", "get_data") => match (first, second) {
                (Some(package), Some(file)) => {
                    self.folder_of_package(package)?.and_then(|it| self.bytes(&it.join(file)))
                }
                _ => None,
            },
            ("pkgutil", "iter_modules") => {
                let prefix = args.get(1).or(keyword("prefix")).and_then(format::text).unwrap_or_default();
                match first.or(keyword("path")) {
                    Some(folders) => match self.iterate(&folders.clone(), scope, span)? {
                        Ok(folders) => self.modules_in(&folders, &prefix, scope, span),
                        Err(_) => None,
                    },
                    None => None,
                }
            }
            ("glob", "glob" | "iglob") => match first.and_then(format::text) {
                Some(pattern) if keywords.iter().all(|(name, _)| &**name == "recursive") => {
                    let found = self.matching(Path::new("/"), pattern.strip_prefix('/').unwrap_or(""), true);
                    found.map(|it| Live::list(it.iter().map(|it| Live::str(it.to_string_lossy())).collect()))
                }
                _ => None,
            },
            ("os", "scandir") => first.and_then(format::text).map(PathBuf::from).and_then(|folder| {
                let names = self.world.sources.list(&folder)?;
                Some(Live::list(names.iter().map(|it| path_of(folder.join(it))).collect()))
            }),
            ("importlib.util" | "pkgutil" | "importlib", "find_spec" | "find_loader") => {
                match first.and_then(|it| it.as_str()) {
                    Some(name) => {
                        // It imports what the module is in.
                        if let Some((package, _)) = name.rsplit_once('.') {
                            self.fail_in_try(package, None, scope, span)?;
                        }
                        Some(self.found(name, scope, span))
                    }
                    None => None,
                }
            }
            ("importlib.metadata" | "importlib_metadata", "entry_points") => {
                let group = keyword("group").or(first).map(format::text);
                match group {
                    Some(Some(group)) => Some(self.entry_points(&group, keyword("name"), scope, span)),
                    Some(None) => None,
                    None => Some(self.outside_instance(ALL_ENTRIES, Vec::new(), Vec::new(), scope, span)),
                }
            }
            ("pkg_resources" | "pkg_resources.working_set", "iter_entry_points") => {
                let group = first.or(keyword("group")).and_then(format::text);
                let name = args.get(1).or(keyword("name"));
                group.map(|group| self.entry_points(&group, name, scope, span))
            }
            _ => None,
        })
    }

    fn bytes(&self, path: &Path) -> Option<Live> {
        self.world.sources.read_data(path).map(|it| Live::Bytes(it.into_bytes().into()))
    }

    fn folder_of_package(&mut self, package: &Live) -> Result<Option<PathBuf>, Stop> {
        Ok(match self.force(package)? {
            Live::Str(name) => self.folder_of(&name),
            Live::Module(module) => self.folder_of(&module.name),
            Live::Name(path) => self.folder_of(&path),
            _ => None,
        })
    }

    /// Where a package lies; of a module, the folder that it is in.
    pub fn folder_of(&self, module: &str) -> Option<PathBuf> {
        match self.world.sources.find(module)? {
            Place::File(file) => file.parent().map(Path::to_owned),
            Place::Package(folder) | Place::Namespace(folder) => Some(folder),
        }
    }

    fn modules_in(&mut self, folders: &[Live], prefix: &str, scope: &Rc<Scope>, span: Span) -> Option<Live> {
        let mut found = Vec::new();
        for folder in folders {
            let folder = format::text(folder).map(PathBuf::from)?;
            for name in self.world.sources.list(&folder)? {
                let is_package = self.world.sources.has(&folder.join(&name), "__init__.py") == Kind::File;
                let module = if is_package { Some(name.as_str()) } else { name.strip_suffix(".py") };
                let is_one = |it: &&str| *it != "__init__" && !it.contains(['.', '-']);
                if let Some(module) = module.filter(is_one) {
                    let name = Live::str(format!("{prefix}{module}"));
                    let finder = self.unknown(scope, span, "is a finder of modules");
                    let args = vec![finder, name.clone(), Live::Bool(is_package)];
                    let named = vec![("name".into(), name), ("ispkg".into(), Live::Bool(is_package))];
                    found.push(self.outside_instance(MODULE_INFO, args, named, scope, span));
                }
            }
        }
        Some(Live::list(found))
    }

    /// The paths below a folder that a pattern of Python's matches, in order. `None` where that cannot be told.
    pub fn matching(&self, folder: &Path, pattern: &str, hides: bool) -> Option<Vec<PathBuf>> {
        let mut found = vec![folder.to_owned()];
        for part in pattern.split('/').filter(|it| !it.is_empty()) {
            let mut next = Vec::new();
            if part == "**" {
                let mut waiting = std::mem::take(&mut found);
                while let Some(folder) = waiting.pop() {
                    let names = self.world.sources.list(&folder)?;
                    let folders = names.iter().map(|it| folder.join(it));
                    waiting.extend(folders.filter(|it| self.world.sources.kind(it) == Some(Kind::Folder)));
                    next.push(folder);
                    if next.len() + waiting.len() > MANY {
                        return None;
                    }
                }
            } else if part.contains(['*', '?', '[']) {
                let matcher = globset::Glob::new(part).ok()?.compile_matcher();
                for folder in &found {
                    if self.world.sources.kind(folder)? != Kind::Folder {
                        continue;
                    }
                    let is_shown = |it: &String| !hides || part.starts_with('.') || !it.starts_with('.');
                    let names = self.world.sources.list(folder)?;
                    let names = names.into_iter().filter(|it| matcher.is_match(it) && is_shown(it));
                    next.extend(names.map(|it| folder.join(it)));
                }
            } else {
                next.extend(found.iter().map(|it| it.join(part)));
            }
            if next.len() > MANY {
                return None;
            }
            found = next;
        }
        // A last part without a pattern need not be there.
        found.retain(|it| self.world.sources.kind(it) != Some(Kind::Nothing));
        if found.iter().any(|it| self.world.sources.kind(it).is_none()) {
            return None;
        }
        found.sort();
        Some(found)
    }

    /// `find_spec`: a module that no source has is taken as not installed.
    fn found(&mut self, name: &str, scope: &Rc<Scope>, span: Span) -> Live {
        let root = name.split('.').next().unwrap_or_default();
        if self.world.sources.find(name).is_some() || (is_in_library(root) && root == name) {
            let named = vec![("name".into(), Live::str(name))];
            return self.outside_instance("importlib.machinery.ModuleSpec", Vec::new(), named, scope, span);
        }
        let message = format!("assumed that {name} is not installed, for no source has it");
        self.tell(Concern::Assumed, &scope.module.clone(), span, message);
        Live::None
    }

    /// Of what is installed in the sources.
    fn entry_points(&mut self, group: &str, name: Option<&Live>, scope: &Rc<Scope>, span: Span) -> Live {
        let wanted = name.and_then(format::text);
        let found = self.world.sources.entry_points(group);
        let kept: Vec<_> =
            found.into_iter().filter(|(it, _)| wanted.as_ref().is_none_or(|name| name == it)).collect();
        let message = format!(
            "assumed that what the sources hold is all that is installed: {} in the group {group} of entry points",
            kept.len()
        );
        self.tell(Concern::Assumed, &scope.module.clone(), span, message);
        let mut all = Vec::new();
        for (name, value) in kept {
            let target = value.split('[').next().unwrap_or_default().trim().to_owned();
            let (module, attribute) = target.split_once(':').unwrap_or((&target, ""));
            let named = [
                ("name", name.as_str()),
                ("value", &value),
                ("group", group),
                ("module", module.trim()),
                ("module_name", module.trim()),
                ("attr", attribute.trim()),
            ];
            let named = named.map(|(name, value)| (name.into(), Live::str(value))).to_vec();
            all.push(self.outside_instance(ENTRY, Vec::new(), named, scope, span));
        }
        Live::list(all)
    }

    /// Methods of what the functions above give.
    pub fn resource_method(
        &mut self,
        instance: &Rc<Instance>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let Live::Name(class) = &instance.class else { return Ok(None) };
        let kept = |name: &str| {
            instance.keywords.iter().find(|(it, _)| &**it == name).and_then(|(_, it)| format::text(it))
        };
        let keyword = |name: &str| keywords.iter().find(|(it, _)| &**it == name).map(|(_, value)| value);
        Ok(match (&**class, name) {
            (ALL_ENTRIES, "select" | "get") => {
                let group = keyword("group").or(args.first()).and_then(format::text);
                group.map(|group| self.entry_points(&group, keyword("name"), scope, span))
            }
            (ENTRY, "load" | "resolve") => {
                let (Some(module), Some(attributes)) = (kept("module"), kept("attr")) else {
                    return Ok(None);
                };
                let mut value = match self.import(&module)? {
                    Imported::Followed(module) => Live::Module(module),
                    Imported::Outside(path) => Live::Name(path),
                    Imported::Missing => return Ok(None),
                };
                for attribute in attributes.split('.').filter(|it| !it.is_empty()) {
                    value = self.attribute(&value, attribute, scope, span)?;
                }
                Some(self.force(&value)?)
            }
            _ => None,
        })
    }

    /// `entry_points()["group"]`, `module_info[1]`
    pub fn resource_item(
        &mut self,
        instance: &Rc<Instance>,
        index: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let Live::Name(class) = &instance.class else { return None };
        match (&**class, index) {
            (ALL_ENTRIES, Live::Str(group)) => Some(self.entry_points(group, None, scope, span)),
            (MODULE_INFO, Live::Int(at)) => instance.args.get(usize::try_from(*at).ok()?).cloned(),
            _ => None,
        }
    }
}

const ALL_ENTRIES: &str = "importlib.metadata.EntryPoints";
const ENTRY: &str = "importlib.metadata.EntryPoint";
pub const MODULE_INFO: &str = "pkgutil.ModuleInfo";

fn path_of(path: PathBuf) -> Live {
    Live::Path(Rc::new(path))
}
