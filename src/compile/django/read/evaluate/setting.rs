//! Settings, as migrations and apps ask for them: those that were read, those that an app's own code sets,
//! and Django's defaults.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::import::Imported;
use super::live::*;
use super::signal::MIGRATION_MODULES;
use super::{Interpreter, format};
use crate::compile::django::notice::Concern;
use crate::compile::django::project::{PATH, Unknown, Value};
use crate::compile::django::read::source::{Place, Setters, sets_settings};
use crate::compile::django::read::syntax::Source;
use crate::compile::django::read::syntax::tree::Span;
use crate::dialect::Dialect;

/// Stands among the settings for names that may be set where it was not seen.
pub const OTHER_SETTINGS: &str = "*";

/// The modules of an app that Django imports before its migrations, or that others of its modules do.
const PROVOKED: [&str; 6] = ["conf", "settings", "app_settings", "defaults", "apps", "models"];

/// What Django calls the backends of a dialect, in django.db.backends and in django.contrib.gis.db.backends.
pub fn backends(dialect: Dialect) -> (&'static [&'static str], &'static str) {
    match dialect {
        Dialect::Postgres => (&["postgresql", "postgresql_psycopg2"], "postgis"),
        Dialect::Mysql | Dialect::Mariadb => (&["mysql"], "mysql"),
        Dialect::Sqlite => (&["sqlite3"], "spatialite"),
    }
}

impl Interpreter<'_> {
    /// `None` when the setting is certainly set nowhere.
    pub fn setting(&mut self, name: &str, scope: &Rc<Scope>, span: Span) -> Result<Option<Live>, Stop> {
        let Some(settings) = self.world.settings else {
            return Ok(Some(self.unknown(
                scope,
                span,
                "asks for a setting while the settings are being read",
            )));
        };
        if name == MIGRATION_MODULES
            && let Some(changed) = self.set_by_code.borrow().get(name)
        {
            return Ok(Some(changed.clone()));
        }
        if let Some(value) = settings.values.get(name) {
            let value = thaw(value, scope, span);
            return Ok(Some(if name == "DATABASES" { self.with_engine(value, scope, span) } else { value }));
        }
        if let Some(value) = self.set_by_code.borrow().get(name) {
            return Ok(Some(value.clone()));
        }
        if let Imported::Followed(defaults) = self.import("django.conf.global_settings")?
            && let Some(value) = self.module_attribute(&defaults, name)?
        {
            return Ok(Some(value));
        }
        if let Some(value) = global_default(name, self.world.django) {
            return Ok(Some(value));
        }
        // The app that asks, then all others.
        let package = &scope.module.package;
        let mut apps: Vec<Arc<str>> = self.world.apps.iter().map(|(app, _)| app.clone()).collect();
        apps.sort_by_key(|app| !package.starts_with(&**app));
        for app in apps {
            self.provoke(&app);
            if let Some(value) = self.set_by_code.borrow().get(name) {
                return Ok(Some(value.clone()));
            }
        }
        let Some(Value::Unknown(unknown)) = settings.values.get(OTHER_SETTINGS) else { return Ok(None) };
        let reason = format!(
            "asks for the setting {name}, which may be set where it {} (--set {name}=… says it)",
            unknown.reason
        );
        Ok(Some(Live::Unknown(Arc::new(Unknown { reason, ..Unknown::clone(unknown) }))))
    }

    /// DATABASES with the dialect's engine where another of Django's stands, or one that is not known: a developer's settings
    /// may name SQLite, or the environment decides, and the database is what the manifest is for.
    fn with_engine(&mut self, databases: Live, scope: &Rc<Scope>, span: Span) -> Live {
        let alias = self.world.database;
        let (names, spatial) = backends(self.world.dialect);
        let database = entry(&databases, alias);
        let said = match database.as_ref().map(|it| entry(it, "ENGINE")) {
            Some(Some(Live::Str(engine))) => Some(engine),
            // It is said in no way that could be followed, or nowhere: by a variable that is not set here.
            Some(_) | None => None,
        };
        let right = match said.as_ref().and_then(|it| it.rsplit_once('.')) {
            Some(("django.db.backends", backend)) if names.contains(&backend) => return databases,
            Some(("django.contrib.gis.db.backends", backend)) if backend == spatial => return databases,
            Some(("django.contrib.gis.db.backends", _)) => {
                format!("django.contrib.gis.db.backends.{spatial}")
            }
            Some((path, _)) if path != "django.db.backends" => return databases,
            Some(_) | None => format!("django.db.backends.{}", names[0]),
        };
        if said.is_none() {
            let module = scope.module.clone();
            let message = format!("assumed that the engine of the database {alias} is {right}");
            self.tell(Concern::Assumed, &module, span, message);
        }
        let others = self.unknown(scope, span, "asks for what DATABASES says");
        let changed = with(database.as_ref().unwrap_or(&databases), &others, "ENGINE", Live::str(right));
        with(&databases, &others, alias, changed)
    }

    /// Imports what Django would have imported of an app before its migrations: modules that set settings.
    fn provoke(&mut self, app: &str) {
        if !self.provoked.insert(app.to_owned()) {
            return;
        }
        // Those of Django's own apps are Django's defaults.
        if app.starts_with("django.contrib.") {
            return;
        }
        let setters = self.world.sources.setters(app, &PROVOKED);
        if setters.is_empty() {
            return;
        }
        // A package may hand on what another of its modules has.
        let may_set = |it: &Self, module: &str| match it.world.sources.find(module) {
            Some(Place::File(file)) => setters.may_be(&file),
            Some(Place::Package(_) | Place::Namespace(_)) => true,
            None => false,
        };
        // What is spent here is not spent by the one who asks; what stops here stops nobody else.
        self.with_another_budget(|it| it.run_setters(app, &setters, may_set));
    }

    fn run_setters(&mut self, app: &str, setters: &Setters, may_set: impl Fn(&Self, &str) -> bool) {
        let modules = PROVOKED.iter().map(|name| format!("{app}.{name}"));
        let mut configs = Vec::new();
        for name in std::iter::once(app.to_owned()).chain(modules) {
            let Ok(Imported::Followed(module)) = self.import(&name) else {
                continue;
            };
            let values: Vec<Live> = module.names.borrow().iter().map(|(_, value)| value.clone()).collect();
            for value in values {
                let own = match &value {
                    Live::Import(import) => {
                        let is_within = |it: &str| it.strip_prefix(app).is_some_and(|it| it.starts_with('.'));
                        // `from . import defaults`
                        let named = import.name.as_ref().map(|it| format!("{}.{it}", import.module));
                        let named = named.filter(|it| is_within(it) && may_set(self, it));
                        if let Some(named) = named {
                            self.module_steps = 0;
                            let _ = self.import(&named);
                        }
                        is_within(&import.module) && may_set(self, &import.module)
                    }
                    value => matches!(value, Live::Class(_)),
                };
                self.module_steps = 0;
                // `swappable = swappable_setting(…)` stands in the class Meta of a model.
                if own && let Ok(Live::Class(class)) = self.force(&value) {
                    if speaks_of_settings(&class) {
                        let _ = self.class_body(&class);
                    }
                    let _ = self.configure(&class);
                    let is_known = configs.iter().any(|it| Rc::ptr_eq(it, &class));
                    if !is_known && self.is_config(&class) {
                        configs.push(class);
                    }
                }
            }
        }
        // It may import much, and has no more than its own budget.
        for class in configs {
            self.make_ready(&class, app, setters);
        }
    }

    /// What Django calls of an app before its migrations are read (`Apps.populate` of django/apps/registry.py), where that
    /// sets settings or imports a module that does.
    fn make_ready(&mut self, class: &Rc<Class>, app: &str, setters: &Setters) {
        let scope = class.scope.clone();
        let span = Span::default();
        let made = Live::Instance(self.bare_instance(class, Vec::new(), Vec::new(), &scope, span));
        for method in ["__init__", "import_models", "ready"] {
            let Ok(Some(Live::Function(closure))) = self.class_attribute(class, method) else { continue };
            let source = closure.scope.module.source.clone();
            let at = closure.definition.span;
            let text = source.as_ref().and_then(|it| it.text.get(at.start as usize..at.end as usize));
            let (Some(text), Some(source)) = (text, &source) else { continue };
            let others = || setters.modules().filter(|it| *it != "models");
            if sets_settings(text).is_none() && !others().any(|it| imports(&source.text, it)) {
                continue;
            }
            let args = match method {
                "__init__" => vec![Live::str(app), self.unknown(&scope, span, "is the module of an app")],
                _ => Vec::new(),
            };
            self.module_steps = 0;
            let _ = self.call_closure(&closure, Some(&made), args, Vec::new(), &scope, span);
            // `from . import signals`, for what running it does.
            for module in others().filter(|it| imports(text, it)) {
                let _ = self.import(&format!("{app}.{module}"));
            }
        }
    }

    /// What a class of django-appconf sets: its attributes, with the prefix of its Meta, else of its app.
    fn configure(&mut self, class: &Rc<Class>) -> Result<(), Stop> {
        let lineage = self.lineage(class)?;
        if !lineage.iter().any(|it| matches!(it, Live::Name(name) if name.starts_with("appconf."))) {
            return Ok(());
        }
        let given = match self.class_attribute(class, "Meta")? {
            Some(Live::Class(meta)) => self.class_attribute(&meta, "prefix")?,
            _ => None,
        };
        let prefix = match given {
            Some(Live::Str(prefix)) => prefix.to_string(),
            _ => class.scope.module.name.rsplit('.').nth(1).unwrap_or_default().to_owned(),
        };
        let entries: Vec<(Arc<str>, Live)> =
            class.names.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, value) in entries.into_iter().filter(|(name, _)| name.chars().all(|it| !it.is_lowercase()))
        {
            let full = if prefix.is_empty() {
                name.to_string()
            } else {
                format!("{}_{name}", prefix.to_uppercase())
            };
            self.set_by_code.borrow_mut().set(full.into(), value);
        }
        Ok(())
    }

    /// `include("base.py", "components/*.py")` of django-split-settings: as if the text stood here.
    /// What is not there is told as `missing` says.
    pub fn include(
        &mut self,
        pattern: &Live,
        missing: Concern,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let here = scope.module.source.as_ref().and_then(|it| it.file.parent().map(Path::to_owned));
        let (Some(pattern), Some(here)) = (format::text(pattern), here) else {
            self.tell(
                Concern::Setting,
                &scope.module.clone(),
                span,
                "includes settings by a name that is not known",
            );
            return Ok(());
        };
        let pattern = here.join(pattern);
        let folder = pattern.parent().unwrap_or(&here).to_owned();
        let name = pattern.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let matcher = globset::Glob::new(&name).ok().map(|it| it.compile_matcher());
        let names = self.world.sources.list(&folder).unwrap_or_default();
        let found: Vec<PathBuf> = names
            .iter()
            .filter(|it| matcher.as_ref().is_some_and(|matcher| matcher.is_match(it)))
            .map(|it| folder.join(it))
            .collect();
        if found.is_empty() {
            let pattern = pattern.display();
            let message = if missing == Concern::Assumed {
                format!("assumed that {pattern} is not there to be included")
            } else {
                format!("includes {pattern}, which is not there")
            };
            self.tell(missing, &scope.module.clone(), span, message);
        }
        for file in found {
            let source = match self.world.sources.load_whole(&file) {
                Ok(source) => source,
                Err(error) => {
                    let message = format!("includes {}: {}", file.display(), error.message);
                    self.tell(Concern::Setting, &scope.module.clone(), span, message);
                    continue;
                }
            };
            self.run_within(source, scope)?;
        }
        Ok(())
    }

    /// Runs a text in a module of another file: as if it stood there.
    pub fn run_within(&mut self, source: Arc<Source>, scope: &Rc<Scope>) -> Result<(), Stop> {
        let module = Rc::new(Module {
            name: scope.module.name.clone(),
            package: scope.module.package.clone(),
            source: Some(source.clone()),
            names: scope.module.names.clone(),
            state: std::cell::Cell::new(Progress::Running),
            incomplete: Default::default(),
            eager: true,
            hears: Default::default(),
        });
        let inner = self.module_scope(&module);
        self.deeper(|it| it.block(&source.body, &inner))?;
        if let Some(unknown) = module.incomplete.borrow().clone() {
            scope.module.incomplete.borrow_mut().get_or_insert(unknown);
        }
        Ok(())
    }
}

/// What a dictionary has under a name; of one that is not known nothing is.
fn entry(of: &Live, name: &str) -> Option<Live> {
    let Live::Dict(pairs) = of else { return None };
    let pairs = pairs.borrow();
    pairs.iter().rev().find(|(key, _)| key.as_str().is_some_and(|it| **it == *name)).map(|(_, it)| it.clone())
}

/// A dictionary that certainly has this under a name, and of what is none, beside others.
fn with(of: &Live, others: &Live, name: &str, value: Live) -> Live {
    let mut pairs = match of {
        Live::Dict(pairs) => pairs.borrow().clone(),
        _ => vec![(others.clone(), others.clone())],
    };
    pairs.retain(|(key, _)| key.as_str().is_none_or(|it| **it != *name));
    pairs.push((Live::str(name), value));
    Live::dict(pairs)
}

/// Whether a line of a function imports something by this name.
fn imports(text: &str, name: &str) -> bool {
    let is_of_word = |it: char| it.is_alphanumeric() || it == '_';
    text.lines()
        .filter(|it| it.contains("import"))
        .any(|it| it.split(|it| !is_of_word(it)).any(|it| it == name))
}

/// Whether running the body of a class may set a setting, by a function of whatever name.
fn speaks_of_settings(class: &Class) -> bool {
    let (Some(definition), Some(source)) = (&class.definition, &class.scope.module.source) else {
        return true;
    };
    let text = source.text.get(definition.span.start as usize..definition.span.end as usize);
    text.is_none_or(|text| ["etting", "onf"].iter().any(|it| text.contains(it)))
}

/// Defaults that migrations ask for (`django/conf/global_settings.py`), where Django is in no source.
fn global_default(name: &str, django: (u32, u32)) -> Option<Live> {
    match name {
        "AUTH_USER_MODEL" => Some(Live::str("auth.User")),
        "DEFAULT_AUTO_FIELD" if django >= (6, 0) => Some(Live::str("django.db.models.BigAutoField")),
        "DEFAULT_AUTO_FIELD" => Some(Live::str("django.db.models.AutoField")),
        "LANGUAGE_CODE" => Some(Live::str("en-us")),
        "USE_TZ" => Some(Live::Bool(django >= (5, 0))),
        "DATABASE_ROUTERS" | "INSTALLED_APPS" => Some(Live::list(Vec::new())),
        MIGRATION_MODULES => Some(Live::dict(Vec::new())),
        _ => None,
    }
}

/// A value that was read, as the interpreter has it.
pub fn thaw(value: &Value, scope: &Rc<Scope>, span: Span) -> Live {
    let each = |values: &[Value]| values.iter().map(|it| thaw(it, scope, span)).collect::<Vec<Live>>();
    match value {
        Value::None => Live::None,
        Value::Bool(it) => Live::Bool(*it),
        Value::Int(it) => Live::Int(*it),
        Value::Float(it) => Live::Float(*it),
        Value::Str(it) => Live::Str(it.clone()),
        Value::Bytes(it) => Live::Bytes(it.clone()),
        Value::List(items) => Live::list(each(items)),
        Value::Tuple(items) => Live::tuple(each(items)),
        Value::Set(items) => Live::set(each(items)),
        Value::Dict(pairs) => Live::dict(
            pairs.iter().map(|(key, value)| (thaw(key, scope, span), thaw(value, scope, span))).collect(),
        ),
        Value::Name(it) => Live::Name(it.clone()),
        Value::Function(it) => Live::Name(it.path.clone()),
        Value::Object(it) if let (PATH, [Value::Str(path)]) = (&*it.class, it.args.as_slice()) => {
            Live::Path(Rc::new(PathBuf::from(&**path)))
        }
        Value::Object(it) => Live::Instance(Rc::new(Instance {
            class: Live::Name(it.class.clone()),
            args: each(&it.args),
            keywords: it
                .kwargs
                .iter()
                .map(|(name, value)| (name.clone(), thaw(value, scope, span)))
                .collect(),
            attributes: SharedNames::default(),
            base_calls: Default::default(),
            notice: Default::default(),
            is_joined: false,
            module: scope.module.clone(),
            span,
        })),
        Value::Unknown(it) => Live::Unknown(it.clone()),
    }
}
