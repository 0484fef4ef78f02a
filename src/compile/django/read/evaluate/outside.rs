//! What is not followed but decides something: Django's settings and connection, the environment, paths.

use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::data::is_config_parser;
use super::handed::STATE;
use super::import::Imported;
use super::live::*;
use super::module_names::MODULE_NAMES;
use super::names::canonical;
use super::{Interpreter, format};
use crate::compile::django::notice::Concern;
use crate::compile::django::read::DEFAULT_ALIAS;
use crate::compile::django::read::source::Kind;
use crate::compile::django::read::syntax::tree::{Span, Stmt, StmtKind};
use crate::dialect::Dialect;

impl Interpreter<'_> {
    /// `path.name`
    pub fn outside_attribute(&mut self, path: &str, name: &str) -> Evaluated {
        let full = format!("{path}.{name}");
        if path == STATE {
            self.watch_outside(&full, &[]);
        }
        let connection = matches!(
            path,
            "django.db.connection" | "schema_editor.connection" | "django.db.transaction.connection"
        );
        let dialect = self.world.dialect;
        let version = i128::from(self.world.django.0);
        Ok(match (path, name) {
            (_, "vendor") if connection => Live::str(match dialect {
                Dialect::Postgres => "postgresql",
                Dialect::Mysql | Dialect::Mariadb => "mysql",
                Dialect::Sqlite => "sqlite",
            }),
            (_, "mysql_is_mariadb") if connection => Live::Bool(dialect == Dialect::Mariadb),
            (_, "alias") if connection => Live::str(self.world.database),
            (_, "settings_dict") if connection => {
                let engine = match dialect {
                    Dialect::Postgres => "django.db.backends.postgresql",
                    Dialect::Mysql | Dialect::Mariadb => "django.db.backends.mysql",
                    Dialect::Sqlite => "django.db.backends.sqlite3",
                };
                Live::dict(vec![(Live::str("ENGINE"), Live::str(engine))])
            }
            ("django", "VERSION") => {
                let minor = i128::from(self.world.django.1);
                Live::tuple(vec![
                    Live::Int(version),
                    Live::Int(minor),
                    Live::Int(0),
                    Live::str("final"),
                    Live::Int(0),
                ])
            }
            ("django.db", "DEFAULT_DB_ALIAS") | ("django.db.utils", "DEFAULT_DB_ALIAS") => {
                Live::str(DEFAULT_ALIAS)
            }
            ("django.db", "connection") => Live::name("django.db.connection"),
            ("os", "environ") => Live::name("os.environ"),
            ("string", "ascii_lowercase") => Live::str("abcdefghijklmnopqrstuvwxyz"),
            ("string", "ascii_uppercase") => Live::str("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            ("string", "digits") => Live::str("0123456789"),
            ("os", "sep") => Live::str("/"),
            ("os.path", "sep") => Live::str("/"),
            ("sys", "argv") => Live::list(vec![Live::str("manage.py"), Live::str("migrate")]),
            // The versions that Django 5 and 6 run on; older Djangos' code asks for 2 and 3.
            ("sys", "version_info") => Live::tuple(vec![Live::Int(3), Live::Int(12), Live::Int(0)]),
            ("sys", "platform") => Live::str("linux"),
            ("sqlite3", "sqlite_version_info") => {
                Live::tuple(vec![Live::Int(3), Live::Int(45), Live::Int(0)])
            }
            ("builtins.dict" | "builtins.str" | "builtins.list", "__name__") => {
                Live::str(path.strip_prefix("builtins.").unwrap_or(path))
            }
            ("typing", "TYPE_CHECKING") => Live::Bool(false),
            ("django.utils.version" | "django.utils.six" | "six", "PY2") => Live::Bool(false),
            ("six", "PY3") => Live::Bool(true),
            _ => Live::Name(canonical(&full)),
        })
    }

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
        use crate::compile::django::read::syntax::tree::ExprKind;
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

    pub fn outside_subscript(
        &mut self,
        path: &str,
        index: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        Ok(match path {
            "django.db.connections" => Live::name("django.db.connection"),
            "sys.modules" => match index.as_str() {
                Some(name) if *name == scope.module.name => Live::Module(scope.module.clone()),
                Some(name) => match self.import(name)? {
                    Imported::Followed(module) => Live::Module(module),
                    Imported::Outside(_) | Imported::Missing => {
                        self.unknown(scope, span, format!("asks for the loaded module {name}"))
                    }
                },
                None => self.unknown(scope, span, "asks for a loaded module"),
            },
            "os.environ" => {
                let name = format::text(index).unwrap_or_default();
                self.unknown(scope, span, format!("asks the environment for {name}"))
            }
            // Migrations write the member of an enumeration so.
            "django.db.models.Deferrable" => match format::text(index) {
                Some(member) => Live::name(format!("{path}.{member}")),
                None => self.unknown(scope, span, format!("takes an element of `{path}`")),
            },
            // `Generic[T]`, `list[str]`
            path if path.starts_with("typing.")
                || path.starts_with("builtins.")
                || path.starts_with("django.db.models.") =>
            {
                Live::name(path)
            }
            _ => self.unknown(scope, span, format!("takes an element of `{path}`")),
        })
    }

    pub fn outside_instance(
        &mut self,
        class: &str,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Scope,
        span: Span,
    ) -> Live {
        Live::Instance(Rc::new(Instance {
            class: Live::Name(class.into()),
            args,
            keywords,
            attributes: SharedNames::default(),
            base_calls: Default::default(),
            notice: Default::default(),
            module: scope.module.clone(),
            span,
        }))
    }

    /// A function or class that is not followed.
    pub fn outside_call(
        &mut self,
        path: &Arc<str>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        if let Some(name) = path.strip_prefix("builtins.") {
            // `str.strip`, as `map` is given it.
            if let Some((kind, method)) = name.split_once('.')
                && matches!(kind, "str" | "list" | "dict" | "set" | "tuple" | "bytes")
                && !matches!(method, "fromkeys" | "maketrans" | "__new__" | "__init__")
                && let Some((receiver, rest)) = args.split_first()
            {
                let receiver = self.force(receiver)?;
                if matches!(
                    receiver,
                    Live::Str(_)
                        | Live::List(_)
                        | Live::Dict(_)
                        | Live::Set(_)
                        | Live::Tuple(_)
                        | Live::Bytes(_)
                ) {
                    return self.call_method(&receiver, &method.into(), rest.to_vec(), keywords, scope, span);
                }
            }
            let made = self.call_builtin(name, &args, &keywords, scope, span)?;
            return Ok(match made {
                Some(value) => value,
                None => {
                    let values: Vec<&Live> =
                        args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                    self.because(&values, scope, span, &format!("calls {name} with what is not known"))
                }
            });
        }
        // `CharField.__init__(self, …)`, as it was written before `super()`.
        if let Some(Live::Instance(instance)) = args.first()
            && matches!(instance.class, Live::Class(_))
            && let Some((class, name)) = path.rsplit_once('.')
            && class.rsplit('.').next().is_some_and(|it| it.starts_with(char::is_uppercase))
        {
            let receiver = args[0].clone();
            return self.call_base(&receiver, &class.into(), name, args[1..].to_vec(), keywords, scope, span);
        }
        // Most are classes of Django's.
        if path.starts_with("django.db.m") {
            return Ok(self.outside_instance(path, args, keywords, scope, span));
        }
        if self.handed.is_some() {
            self.watch_outside(path, &args);
            if path.ends_with(".allow_migrate") || path.ends_with(".allow_migrate_model") {
                return Ok(Live::Bool(true));
            }
        }
        if let Some(found) = self.resource_call(path, &args, &keywords, scope, span)? {
            return Ok(found);
        }
        if let Some(found) = self.data_call(path, &args, scope, span)? {
            return Ok(found);
        }
        let first = match args.first() {
            Some(first) => Some(self.force(first)?),
            None => None,
        };
        let keyword =
            |name: &str| keywords.iter().find(|(it, _)| &**it == name).map(|(_, value)| value.clone());
        let known = match &**path {
            // Translations are made for people: the text stays what it is.
            "django.utils.translation.gettext"
            | "django.utils.translation.gettext_lazy"
            | "django.utils.translation.gettext_noop"
            | "django.utils.translation.ugettext"
            | "django.utils.translation.ugettext_lazy"
            | "django.utils.encoding.force_str"
            | "django.utils.encoding.force_text"
            | "django.utils.encoding.smart_str"
            | "django.utils.safestring.mark_safe"
            | "django.utils.functional.lazystr"
            | "copy.copy"
            | "copy.deepcopy"
            | "types.MappingProxyType"
            | "typing.cast_to" => match first {
                Some(Live::List(items)) => Some(Live::list(items.borrow().clone())),
                Some(Live::Dict(pairs)) => Some(Live::dict(pairs.borrow().clone())),
                first => first,
            },
            "typing.cast"
            | "django.utils.translation.pgettext_lazy"
            | "django.utils.translation.pgettext" => args.get(1).cloned(),
            "collections.OrderedDict" | "collections.defaultdict" => {
                let from = args
                    .iter()
                    .filter(|it| !matches!(it, Live::Name(_) | Live::Function(_)))
                    .cloned()
                    .collect::<Vec<_>>();
                self.call_builtin("dict", &from, &keywords, scope, span)?
            }
            "collections.OrderedDict.fromkeys" => {
                self.call_builtin("dict.fromkeys", &args, &keywords, scope, span)?
            }
            // Fills the environment, which is taken as empty.
            "dotenv.load_dotenv" => Some(Live::Bool(false)),
            "pydantic.Field" => args
                .first()
                .cloned()
                .or_else(|| keyword("default"))
                .filter(|it| !matches!(it, Live::Name(path) if &**path == "builtins.Ellipsis"))
                .or(match keyword("default_factory") {
                    Some(factory) => Some(self.call(&factory, Vec::new(), Vec::new(), scope, span)?),
                    None => None,
                }),
            "dynaconf.DjangoDynaconf" => {
                let module = scope.module.clone();
                self.tell(
                    Concern::Assumed,
                    &module,
                    span,
                    "assumed that dynaconf, which may override any setting by its files and the environment, overrides none",
                );
                Some(self.outside_instance(
                    "dynaconf.LazySettings",
                    args.clone(),
                    keywords.clone(),
                    scope,
                    span,
                ))
            }
            // `values.ListValue(["a"])` of django-configurations, which asks the environment first.
            path if path.starts_with("configurations.values.") => {
                let default = keyword("default").or_else(|| args.first().cloned()).unwrap_or(Live::None);
                let name =
                    keyword("environ_name").unwrap_or_else(|| Live::str("a value of the configuration"));
                let is_asked = !matches!(keyword("environ"), Some(Live::Bool(false)));
                if is_asked {
                    self.assume_unset(Some(&name), &default, scope, span);
                }
                Some(default)
            }
            "textwrap.dedent" => first.as_ref().and_then(Live::as_str).map(|text| Live::str(dedent(text))),
            "functools.partial" => args.split_first().map(|(function, rest)| {
                Live::Partial(Rc::new(Partial {
                    function: function.clone(),
                    args: rest.to_vec(),
                    keywords: keywords.clone(),
                }))
            }),
            "functools.lru_cache"
            | "functools.cache"
            | "functools.wraps"
            | "django.db.transaction.atomic" => match &first {
                Some(Live::Function(_)) if &**path != "functools.wraps" => first,
                _ => Some(self.outside_instance(path, args.clone(), keywords.clone(), scope, span)),
            },
            "itertools.chain" | "itertools.chain.from_iterable" => {
                let groups = match (&**path, &first) {
                    ("itertools.chain", _) => args.clone(),
                    (_, Some(first)) => {
                        self.iterate(first, scope, span)?.unwrap_or_else(|unknown| vec![unknown])
                    }
                    (_, None) => Vec::new(),
                };
                let mut all = Vec::new();
                for group in groups {
                    match self.iterate(&group, scope, span)? {
                        Ok(items) => all.extend(items),
                        Err(unknown) => all.push(unknown),
                    }
                }
                Some(Live::list(all))
            }
            "itertools.starmap" => match (args.first(), args.get(1)) {
                (Some(function), Some(groups)) => {
                    let function = self.force(function)?;
                    match self.iterate(groups, scope, span)? {
                        Ok(groups) => {
                            let mut all = Vec::with_capacity(groups.len());
                            for group in groups {
                                all.push(match self.iterate(&group, scope, span)? {
                                    Ok(args) => self.call(&function, args, Vec::new(), scope, span)?,
                                    Err(unknown) => unknown,
                                });
                            }
                            Some(Live::list(all))
                        }
                        Err(unknown) => Some(unknown),
                    }
                }
                _ => None,
            },
            "itertools.product" if keywords.is_empty() => {
                let mut rows = vec![Vec::new()];
                for group in &args {
                    let Ok(items) = self.iterate(group, scope, span)? else {
                        return Ok(self.because(&[group], scope, span, "pairs what is not known"));
                    };
                    self.steps(rows.len().saturating_mul(items.len()))?;
                    let longer = |row: &Vec<Live>| {
                        let row = row.clone();
                        let with = |item: &Live| row.iter().chain([item]).cloned().collect::<Vec<_>>();
                        items.iter().map(with).collect::<Vec<_>>()
                    };
                    rows = rows.iter().flat_map(longer).collect();
                }
                Some(Live::list(rows.into_iter().map(Live::tuple).collect()))
            }
            "functools.reduce" => match args.as_slice() {
                [function, items, start @ ..] => {
                    let function = self.force(function)?;
                    match self.iterate(items, scope, span)? {
                        Ok(items) => {
                            let mut items = start.iter().take(1).cloned().chain(items);
                            let mut total = items.next();
                            for item in items {
                                let so_far = total.take().unwrap_or(Live::None);
                                total = Some(self.call(
                                    &function,
                                    vec![so_far, item],
                                    Vec::new(),
                                    scope,
                                    span,
                                )?);
                            }
                            total
                        }
                        Err(unknown) => Some(unknown),
                    }
                }
                _ => None,
            },
            "ast.literal_eval" => first.as_ref().and_then(Live::as_str).and_then(|text| {
                let file = Arc::new(PathBuf::from("literal_eval"));
                let source =
                    crate::compile::django::read::syntax::parse(file, text.trim().to_owned()).ok()?;
                let value = self.literal(Arc::new(source))?;
                Some(super::setting::thaw(&value, scope, span))
            }),
            "os.environ.get" | "os.getenv" => {
                let default = args.get(1).cloned().or_else(|| keyword("default")).unwrap_or(Live::None);
                self.assume_unset(first.as_ref(), &default, scope, span);
                Some(default)
            }
            "decouple.config" | "environ.Env.get_value" => match keyword("default") {
                Some(default) => {
                    self.assume_unset(first.as_ref(), &default, scope, span);
                    let default = self.force(&default)?;
                    match keyword("cast") {
                        Some(Live::Name(cast))
                            if cast.starts_with("builtins.") && &*cast != "builtins.bool" =>
                        {
                            Some(self.call(&Live::Name(cast), vec![default], Vec::new(), scope, span)?)
                        }
                        Some(Live::Name(_)) | None => Some(default),
                        Some(cast @ (Live::Function(_) | Live::Import(_))) => {
                            Some(self.call(&cast, vec![default], Vec::new(), scope, span)?)
                        }
                        // `Csv()` and its like split a text.
                        Some(_) => default.as_str().map(|text| {
                            let parts = text.split(',').map(str::trim).filter(|it| !it.is_empty());
                            Live::list(parts.map(Live::str).collect())
                        }),
                    }
                }
                None => None,
            },
            "pathlib.Path" | "pathlib.PurePath" => {
                let mut joined = PathBuf::new();
                let mut known = true;
                for arg in &args {
                    match self.force(arg)? {
                        Live::Str(part) => joined.push(&*part),
                        Live::Path(part) => joined.push(&*part),
                        _ => known = false,
                    }
                }
                known.then(|| Live::Path(Rc::new(joined)))
            }
            "os.path.join" => {
                let parts: Option<Vec<String>> = args.iter().map(format::text).collect();
                parts.map(|parts| Live::str(parts.iter().collect::<PathBuf>().to_string_lossy()))
            }
            "os.path.dirname" | "os.path.basename" | "os.path.abspath" | "os.path.realpath"
            | "os.path.normpath" | "os.fspath" | "os.path.splitext" => {
                first.as_ref().and_then(format::text).map(|text| {
                    let path_of = Path::new(&text);
                    match &path[3..] {
                        "path.dirname" => {
                            Live::str(path_of.parent().unwrap_or(Path::new("")).to_string_lossy())
                        }
                        "path.basename" => {
                            Live::str(path_of.file_name().unwrap_or_default().to_string_lossy())
                        }
                        "path.splitext" => {
                            let stem = path_of.with_extension("").to_string_lossy().into_owned();
                            let rest = text.get(stem.len()..).unwrap_or_default().to_owned();
                            Live::tuple(vec![Live::str(stem), Live::str(rest)])
                        }
                        _ => Live::str(normal(path_of).to_string_lossy()),
                    }
                })
            }
            "importlib.import_module" => match (first.as_ref().and_then(Live::as_str), args.len()) {
                (Some(name), 1) => match self.import(name)? {
                    Imported::Followed(module) => Some(Live::Module(module)),
                    Imported::Outside(path) => Some(Live::Name(path)),
                    Imported::Missing => None,
                },
                _ => None,
            },
            "django.utils.module_loading.import_string" => {
                match first.as_ref().and_then(Live::as_str).and_then(|it| it.rsplit_once('.')) {
                    Some((module, name)) => match self.import(module)? {
                        Imported::Followed(module) => self.module_attribute(&module, name)?,
                        Imported::Outside(path) => Some(self.outside_attribute(&path, name)?),
                        Imported::Missing => None,
                    },
                    None => None,
                }
            }
            "django.apps.apps.is_installed" => first
                .as_ref()
                .and_then(Live::as_str)
                .map(|name| Live::Bool(self.world.apps.iter().any(|(module, _)| module == name))),
            "django.get_version" => {
                let (major, minor) = self.world.django;
                Some(Live::str(format!("{major}.{minor}")))
            }
            "django.apps.apps.get_model" => {
                let second = args.get(1).and_then(Live::as_str);
                let label = first.as_ref().and_then(Live::as_str);
                let named = match (label, second) {
                    (Some(label), Some(model)) => Some((label.to_string(), model.to_string())),
                    (Some(both), None) => both.split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())),
                    (None, _) => None,
                };
                named.map(|(label, model)| self.model(&label, &model, scope, span))
            }
            // Asked while migrations are being loaded: of a database that is being made there are none yet.
            "django.db.connection.introspection.table_names"
            | "django.db.connection.introspection.django_table_names" => {
                let module = scope.module.clone();
                self.tell(
                    Concern::Assumed,
                    &module,
                    span,
                    "assumed that the database had no tables when its first migration was loaded",
                );
                Some(Live::list(Vec::new()))
            }
            "split_settings.tools.include" | "split_settings.include" => {
                for arg in &args {
                    match self.force(arg)? {
                        Live::Instance(it) if matches!(&it.class, Live::Name(it) if &**it == OPTIONAL) => {
                            let file = it.args.first().cloned().unwrap_or(Live::None);
                            self.include(&file, Concern::Assumed, scope, span)?;
                        }
                        file => self.include(&file, Concern::Setting, scope, span)?,
                    }
                }
                Some(Live::None)
            }
            "split_settings.tools.optional" | "split_settings.optional" => {
                Some(self.outside_instance(OPTIONAL, args.clone(), Vec::new(), scope, span))
            }
            "collections.namedtuple" | "logging.getLogger" => {
                Some(self.outside_instance(path, args.clone(), keywords.clone(), scope, span))
            }
            "os.path.exists" | "os.path.isfile" | "os.path.isdir" => {
                let asked = first.as_ref().and_then(format::text).map(PathBuf::from);
                let kind = asked.and_then(|it| self.world.sources.kind(&it));
                kind.map(|kind| {
                    Live::Bool(match &**path {
                        "os.path.isfile" => kind == Kind::File,
                        "os.path.isdir" => kind == Kind::Folder,
                        _ => kind != Kind::Nothing,
                    })
                })
            }
            "os.listdir" => {
                let folder = first.as_ref().and_then(format::text).map(PathBuf::from);
                let names = folder.and_then(|it| self.world.sources.list(&it));
                names.map(|names| Live::list(names.into_iter().map(Live::str).collect()))
            }
            "fnmatch.filter" => {
                let pattern = args.get(1).and_then(Live::as_str);
                let matcher =
                    pattern.and_then(|it| globset::Glob::new(it).ok()).map(|it| it.compile_matcher());
                let names = match &first {
                    Some(names) => self.iterate(names, scope, span)?.ok(),
                    None => None,
                };
                matcher.zip(names).and_then(|(matcher, names)| {
                    let texts: Option<Vec<&Arc<str>>> = names.iter().map(Live::as_str).collect();
                    let kept = texts?.into_iter().filter(|it| matcher.is_match(&***it)).cloned();
                    Some(Live::list(kept.map(Live::Str).collect()))
                })
            }
            _ => Some(self.outside_instance(path, args.clone(), keywords.clone(), scope, span)),
        };
        Ok(match known {
            Some(value) => value,
            None => {
                let values: Vec<&Live> = args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                self.because(&values, scope, span, &format!("calls `{path}`"))
            }
        })
    }

    fn assume_unset(&mut self, name: Option<&Live>, default: &Live, scope: &Rc<Scope>, span: Span) {
        let name = name.and_then(format::text).unwrap_or_default();
        let default = format::repr(default, 4).unwrap_or_else(|| format::kind(default));
        let module = scope.module.clone();
        self.tell(
            Concern::Assumed,
            &module,
            span,
            format!("assumed that {name} is not set in the environment, so that it is {default}"),
        );
    }

    /// Calling what an outside class made: an `Env` of django-environ or environs.
    pub fn call_outside_instance(
        &mut self,
        instance: &Rc<Instance>,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let Live::Name(class) = &instance.class else {
            return Ok(None);
        };
        match (&**class, instance.args.as_slice(), args) {
            ("operator.itemgetter", [key], [object]) => {
                return self.subscript(object, key, scope, span).map(Some);
            }
            ("operator.attrgetter", [Live::Str(name)], [object]) if !name.contains('.') => {
                return self.attribute(object, name, scope, span).map(Some);
            }
            _ => {}
        }
        if !is_env(class) {
            return Ok(None);
        }
        let default_at = if class.starts_with("environ.") { 2 } else { 1 };
        Ok(self.ask_env(instance, default_at, args, keywords, scope, span))
    }

    /// Asks an `Env` of django-environ or environs for a variable, whose default is the argument at `default_at`.
    fn ask_env(
        &mut self,
        instance: &Instance,
        default_at: usize,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let given = keywords.iter().find(|(it, _)| &**it == "default").map(|(_, value)| value.clone());
        // `Env(DEBUG=(bool, False))`
        let scheme = args.first().and_then(Live::as_str).and_then(|name| {
            let (_, value) = instance.keywords.iter().find(|(it, _)| it == name)?;
            match value {
                Live::Tuple(pair) => pair.get(1).cloned(),
                _ => None,
            }
        });
        let default = given.or(args.get(default_at).cloned()).or(scheme)?;
        self.assume_unset(args.first(), &default, scope, span);
        Some(default)
    }

    /// `get(key, default, cast)` of dynaconf, which looks into the environment and into files that the machine has.
    /// Not known where one of the files may be among the sources, as every relative one may.
    fn get_of_dynaconf(
        &mut self,
        instance: &Instance,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let own_file = |file: &Live| {
            let path = format::text(file).map(PathBuf::from);
            path.is_some_and(|path| path.is_relative() || self.world.sources.read_data(&path).is_some())
        };
        let files = ["settings_file", "preload", "includes", "root_path"];
        let named = instance.keywords.iter().filter(|(name, _)| {
            let name = name.to_lowercase();
            files.iter().any(|it| name.starts_with(it))
        });
        for (_, value) in named {
            let own = match value {
                Live::List(all) => all.borrow().iter().any(own_file),
                Live::Tuple(all) => all.iter().any(own_file),
                one => own_file(one),
            };
            if own {
                return None;
            }
        }
        let named = |name: &str| keywords.iter().find(|(it, _)| &**it == name).map(|(_, value)| value);
        let default = args.get(1).or(named("default")).cloned().unwrap_or(Live::None);
        let cast = args.get(2).or(named("cast"));
        if cast.is_some() && !matches!(default, Live::None | Live::Bool(_)) {
            return None;
        }
        self.assume_unset(args.first(), &default, scope, span);
        Some(default)
    }

    /// A method of what an outside class made; `None` when the result is not known.
    #[expect(clippy::too_many_arguments, reason = "a call, its place, and what is called")]
    pub fn method_of_outside(
        &mut self,
        instance: &Rc<Instance>,
        receiver: &Live,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        if let Some(found) = self.resource_method(instance, name, args, keywords, scope, span)? {
            return Ok(Some(found));
        }
        let Live::Name(class) = &instance.class else {
            return Ok(None);
        };
        if is_config_parser(class) {
            return Ok(self.config_parser(instance, name, args, keywords));
        }
        if &**class == MODULE_NAMES {
            return self.method_of_names(instance, name, args, keywords, scope, span);
        }
        Ok(match (&**class, name) {
            ("builtins.open", "read") => {
                let path = instance.args.first().and_then(format::text).map(PathBuf::from);
                let text = path.and_then(|path| self.world.sources.read_data(&path));
                let mode = instance.keywords.iter().find(|(name, _)| &**name == "mode").map(|(_, it)| it);
                let mode = instance.args.get(1).or(mode).and_then(format::text);
                let is_binary = mode.is_some_and(|it| it.contains('b'));
                text.map(|it| if is_binary { Live::Bytes(it.into_bytes().into()) } else { Live::str(it) })
            }
            ("builtins.open", "readlines") => {
                let path = instance.args.first().and_then(format::text).map(PathBuf::from);
                path.and_then(|path| self.world.sources.read_data(&path))
                    .map(|text| Live::list(text.split_inclusive('\n').map(Live::str).collect()))
            }
            ("builtins.open", "close") => Some(Live::None),
            // `OrderBy`, as `BaseExpression.asc` and `.desc` make it.
            (class, "asc" | "desc") if class.starts_with("django.") => {
                let mut named: Keywords = Vec::new();
                if name == "desc" {
                    named.push(("descending".into(), Live::Bool(true)));
                }
                named.extend(keywords.iter().cloned());
                Some(self.outside_instance(
                    "django.db.models.OrderBy",
                    vec![receiver.clone()],
                    named,
                    scope,
                    span,
                ))
            }
            (class, "bitand" | "bitor" | "bitxor" | "bitleftshift" | "bitrightshift")
                if class.starts_with("django.db.models.") =>
            {
                let connector = match name {
                    "bitand" => "&",
                    "bitor" => "|",
                    "bitxor" => "#",
                    "bitleftshift" => "<<",
                    _ => ">>",
                };
                let class = "django.db.models.expressions.CombinedExpression";
                let args = [Some(receiver.clone()), Some(Live::str(connector)), args.first().cloned()];
                Some(self.outside_instance(
                    class,
                    args.into_iter().flatten().collect(),
                    Vec::new(),
                    scope,
                    span,
                ))
            }
            (class, "read_env") if is_env(class) => Some(Live::None),
            (class, method)
                if is_env(class) && !matches!(method, "prefixed" | "seal" | "dump" | "parser") =>
            {
                // These take the kind of their elements before the default.
                let by_element = matches!(method, "list" | "tuple" | "set" | "dict" | "get_value");
                let default_at = if by_element && class.starts_with("environ.") { 2 } else { 1 };
                self.ask_env(instance, default_at, args, keywords, scope, span)
            }
            // <https://www.dynaconf.com/>
            ("dynaconf.LazySettings" | "dynaconf.Dynaconf", "get") => {
                self.get_of_dynaconf(instance, args, keywords, scope, span)
            }
            // A manager's or a logger's: no one looks at what it gives.
            (class, _) if class.starts_with("logging.") => Some(Live::None),
            _ => None,
        })
    }
}

/// A file that django-split-settings includes where it is there.
const OPTIONAL: &str = "split_settings.tools.optional";

/// django-environ's, or environs'.
fn is_env(class: &str) -> bool {
    class.starts_with("environ.") || class == "environs.Env"
}

/// `os.path.normpath`
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

fn dedent(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let common = text.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = text.split('\n').map(|line| line.get(common..).unwrap_or("")).collect();
    lines.join("\n")
}
