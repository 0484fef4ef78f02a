//! What is not there, and what a `try` is there for: apps that are not installed, parameters that this Django has not.

use std::path::Path;

use super::super::Interpreter;
use super::super::live::*;
use crate::compile::django::read::source::Kind;

impl Interpreter<'_> {
    /// Whether this Django's class has no such parameter yet, or no more (the release notes of each version).
    pub(super) fn takes_no(&self, class: &str, parameter: &str) -> bool {
        let django = self.world.django;
        let name = class.rsplit('.').next().unwrap_or_default();
        let is_field = super::super::given::is_field(class);
        match (name, parameter) {
            (_, "db_default") if is_field => django < (5, 0),
            (_, "db_comment") if is_field => django < (4, 2),
            (_, "db_collation") if is_field => django < (3, 2),
            ("JSONField", "encoder") => django < (3, 1),
            ("CheckConstraint", "condition") => django < (5, 1),
            ("CheckConstraint", "check") => django >= (6, 0),
            ("UniqueConstraint", "nulls_distinct") => django < (5, 0),
            ("UniqueConstraint", "include" | "opclasses") | ("Index", "include") => django < (3, 2),
            ("UniqueConstraint", "deferrable") => django < (3, 1),
            ("CheckConstraint" | "UniqueConstraint", "violation_error_message") => django < (4, 1),
            ("CheckConstraint" | "UniqueConstraint", "violation_error_code") => django < (5, 0),
            _ => false,
        }
    }

    /// Whether a field of Django's refuses what it is given: a foreign key has to say what happens when its row goes.
    pub(super) fn refuses(&self, class: &str, args: &[Live], keywords: &Keywords) -> bool {
        let name = class.strip_prefix("django.db.models.").unwrap_or_default();
        let is_open = keywords.iter().any(|(it, _)| it.starts_with('*'));
        matches!(name, "ForeignKey" | "OneToOneField")
            && !is_open
            && args.len() < 2
            && self.world.django >= (2, 0)
            && !keywords.iter().any(|(it, _)| &**it == "on_delete")
    }

    /// Within a `try`: there is no such app. (While settings are read, there is none at all.)
    pub fn fail_without_app(&mut self, class: &str, label: &str) -> Result<(), Stop> {
        let has_it = self.world.apps.is_empty() || self.world.apps.iter().any(|(_, it)| **it == *label);
        match self.catching > 0 && !has_it {
            true => Err(self.raise(class, format!("no app is labelled {label}"))),
            false => Ok(()),
        }
    }
}

impl Interpreter<'_> {
    /// Within a `try`: no file of the app has a class of this name any more, and the registry that is asked is the one of the
    /// code as it is now. Models that code makes (`HistoricalItem`, `Item_tags`, django-parler's `ItemTranslation`) have none.
    pub fn fail_without_class(&mut self, label: &str, model: &str) -> Result<(), Stop> {
        let lower = model.to_lowercase();
        let is_made =
            lower.contains('_') || lower.starts_with("historical") || lower.ends_with("translation");
        if self.catching == 0 || is_made {
            return Ok(());
        }
        let app = self.world.apps.iter().find(|(_, it)| **it == *label).map(|(module, _)| module.clone());
        let Some(folder) = app.and_then(|it| self.folder_of(&it)) else { return Ok(()) };
        match self.has_class(&folder, model, DEEP) {
            Some(false) => Err(self.raise("LookupError", format!("{label} has no class {model}"))),
            Some(true) | None => Ok(()),
        }
    }

    /// `None` where a folder or a file cannot be read.
    fn has_class(&self, folder: &Path, model: &str, depth: u32) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        for name in self.world.sources.list(folder)? {
            let path = folder.join(&name);
            let has_it = match self.world.sources.kind(&path)? {
                Kind::File if name.ends_with(".py") => {
                    let text = self.world.sources.read_data(&path)?;
                    defines(&text, model) || self.takes_in(&text, model)
                }
                Kind::Folder if !matches!(&*name, "migrations" | "tests" | "__pycache__") => {
                    self.has_class(&path, model, depth)?
                }
                _ => false,
            };
            if has_it {
                return Some(true);
            }
        }
        Some(false)
    }
}

impl Interpreter<'_> {
    /// Whether a file imports such a class from a module that says `app_label`: its app need not be the one that it lies in.
    fn takes_in(&self, text: &str, model: &str) -> bool {
        let modules = text.lines().filter_map(|line| {
            let (module, names) = line.trim_start().strip_prefix("from ")?.split_once(" import ")?;
            let mut names = names.split(|it: char| !it.is_alphanumeric() && !matches!(it, '_' | '*' | '('));
            let takes_it = names.any(|it| it.starts_with(['*', '(']) || it.eq_ignore_ascii_case(model));
            takes_it.then_some(module.trim())
        });
        let mut texts = modules.filter_map(|module| {
            let file = self.world.sources.find(module)?.file()?;
            self.world.sources.read_data(&file)
        });
        texts.any(|it| it.contains("app_label") && defines(&it, model))
    }
}

/// Folders within folders that an app's code lies in.
const DEEP: u32 = 8;

/// Whether a text may define such a class, in whatever case, for `get_model` takes any: by a statement, or by what is called
/// with its name (`type("Gone", …)`) or bound to it.
fn defines(text: &str, class: &str) -> bool {
    let is_named = |line: &str| {
        let name = line.split(|it: char| !it.is_alphanumeric() && it != '_').next();
        name.is_some_and(|it| it.eq_ignore_ascii_case(class))
    };
    text.lines().map(str::trim_start).any(|line| {
        let is_bound = || is_named(line) && line[class.len()..].trim_start().starts_with('=');
        let is_quoted =
            || line.split(['"', '\'']).skip(1).step_by(2).any(|it| it.eq_ignore_ascii_case(class));
        line.strip_prefix("class ").is_some_and(|it| is_named(it.trim_start())) || is_bound() || is_quoted()
    })
}

/// Functions of Django's and of Python's own that a `try` is not there for.
pub(super) fn never_raises(path: &str) -> bool {
    const ROOTS: [&str; 16] = [
        "django",
        "builtins",
        "collections",
        "contextlib",
        "copy",
        "functools",
        "gettext",
        "itertools",
        "logging",
        "operator",
        "os",
        "random",
        "string",
        "textwrap",
        "time",
        "warnings",
    ];
    ROOTS.contains(&path.split('.').next().unwrap_or_default())
}
