//! What is not followed but decides something: Django's settings and connection, the environment, paths.

mod attribute;
mod binding;
mod composed;
mod encrypted;
mod environment;
mod hash;
mod iterable;
mod lacking;
pub mod member;
mod method;
mod path;
mod pattern;
mod version;

pub use attribute::longest_name;
pub use composed::is_composing;
pub use encrypted::ENCRYPT;
pub use pattern::is_match;
pub use version::order_of_versions;

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use lacking::never_raises;

use super::Interpreter;
use super::import::{Imported, absolute_of};
use super::live::*;
use crate::compile::django::notice::Concern;
use crate::compile::django::read::syntax::tree::{Operator, Span};

/// A call of a function or class that is not followed, or is built in.
#[derive(Clone, Copy)]
pub struct Call<'c> {
    pub path: &'c str,
    pub args: &'c [Live],
    pub keywords: &'c Keywords,
    /// The first argument, looked up.
    pub first: &'c Option<Live>,
    pub scope: &'c Rc<Scope>,
    pub span: Span,
}

/// What a room of functions says: `None` when a function is not one of its own, `Some(None)` when what it gives is not known.
pub type Answer = Result<Option<Option<Live>>, Stop>;

impl Call<'_> {
    pub fn keyword(&self, name: &str) -> Option<Live> {
        self.keywords.iter().find(|(it, _)| &**it == name).map(|(_, value)| value.clone())
    }

    /// An argument of decouple's by its name or, unlike those of django-environ, by its place.
    pub fn placed(&self, name: &str, at: usize) -> Option<Live> {
        let in_place = || self.args.get(at).filter(|_| self.path.starts_with("decouple.")).cloned();
        self.keyword(name).or_else(in_place)
    }
}

impl Interpreter<'_> {
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
            is_joined: false,
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
                Some(file) if name == "open" => {
                    if self.text_of(&file).is_none() {
                        self.may_fail(&file, scope, span);
                    }
                    file
                }
                Some(value) => value,
                None => {
                    let values: Vec<&Live> =
                        args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                    let unknown =
                        self.because(&values, scope, span, &format!("calls {name} with what is not known"));
                    self.may_raise(&unknown);
                    unknown
                }
            });
        }
        // Before settings are known: by them the apps are found.
        if self.world.settings.is_none()
            && let Some(folder) = match (&**path, args.as_slice()) {
                ("sys.path.insert", [_, folder]) | ("sys.path.append" | "site.addsitedir", [folder]) => {
                    Some(folder)
                }
                _ => None,
            }
            && let Some(folder) = match self.force(folder)? {
                Live::Str(folder) => Some(PathBuf::from(&*folder)),
                Live::Path(folder) => Some(PathBuf::clone(&folder)),
                _ => None,
            }
        {
            self.world.sources.add_root(&folder, &**path == "sys.path.insert");
            return Ok(Live::None);
        }
        // Of apps the registry at that time says what today's does.
        let of_state = ["from_state.apps.", "to_state.apps."].iter().find_map(|it| path.strip_prefix(it));
        if let Some(name) = of_state {
            let path = format!("django.apps.apps.{name}").into();
            return self.outside_call(&path, args, keywords, scope, span);
        }
        if let ("django.db.connection.ops.quote_name", [Live::Str(name)]) = (&**path, args.as_slice()) {
            return Ok(Live::str(self.world.dialect.quote(name)));
        }
        if &**path == "django.db.connection.ops.max_name_length" {
            return Ok(longest_name(self.world.dialect));
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
        if &**path == ENCRYPT
            && let Some(field) = self.encrypted(&args, scope, span)?
        {
            return Ok(field);
        }
        // A pair (`SwappableTuple` of django/db/migrations/migration.py), of which code may take a part.
        if &**path == "django.db.migrations.swappable_dependency"
            && let [model] = args.as_slice()
            && let Some((app, _)) = self.force(model)?.as_str().and_then(|it| it.split_once('.'))
        {
            return Ok(Live::tuple(vec![Live::str(app), Live::str("__first__")]));
        }
        // Most are classes of Django's.
        if path.starts_with("django.db.m") {
            if self.catching_operations > 0
                && let Some((name, _)) = keywords.iter().find(|(name, _)| self.takes_no(path, name))
            {
                return Err(self.raise("TypeError", format!("{path} takes no {name}")));
            }
            if self.catching_operations > 0 && self.refuses(path, &args, &keywords) {
                return Err(self.raise("TypeError", format!("{path} needs on_delete")));
            }
            return Ok(self.outside_instance(path, args, keywords, scope, span));
        }
        if let Some(found) = self.resource_call(path, &args, &keywords, scope, span)? {
            return Ok(found);
        }
        if let Some(found) = self.data_call(path, &args, scope, span)? {
            if found.is_unknown() {
                self.may_fail(&found, scope, span);
            }
            return Ok(found);
        }
        let first = match args.first() {
            Some(first) => Some(self.force(first)?),
            None => None,
        };
        let call = Call { path, args: &args, keywords: &keywords, first: &first, scope, span };
        let mut answer = self.environment_call(&call)?;
        if answer.is_none() {
            answer = self.path_call(&call)?;
        }
        if answer.is_none() {
            answer = self.iterable_call(&call)?;
        }
        if answer.is_none() {
            answer = self.record_call(&call)?;
        }
        if answer.is_none() {
            answer = self.pattern_call(&call)?;
        }
        if answer.is_none() {
            answer = self.composing_call(&call)?;
        }
        if answer.is_none()
            && let Some(found) = self.library_call(path, &args, &keywords, scope, span)?
        {
            return Ok(found);
        }
        let known = match answer {
            Some(known) => known,
            None => self.usual_call(&call)?,
        };
        let made = match known {
            Some(value) => value,
            None => {
                let values: Vec<&Live> = args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                self.because(&values, scope, span, &format!("calls `{path}`"))
            }
        };
        let is_open = match &made {
            Live::Unknown(_) => true,
            Live::Instance(it) => it.is_of_function(),
            _ => false,
        };
        if is_open && !never_raises(path) {
            self.may_fail(&made, scope, span);
        }
        Ok(made)
    }

    /// Any other function: what it gives, where that is known.
    fn usual_call(&mut self, call: &Call<'_>) -> Result<Option<Live>, Stop> {
        let Call { path, args, keywords, first, scope, span } = *call;
        let first = first.clone();
        Ok(match path {
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
                let made = self.call_builtin("dict", &from, keywords, scope, span)?;
                if let (Some(Live::Dict(pairs)), Some(factory)) = (&made, &first)
                    && path == "collections.defaultdict"
                {
                    self.factories.insert(Rc::as_ptr(pairs), (Rc::downgrade(pairs), factory.clone()));
                }
                made
            }
            "collections.OrderedDict.fromkeys" => {
                self.call_builtin("dict.fromkeys", args, keywords, scope, span)?
            }
            "django.utils.text.slugify" if keywords.is_empty() => first
                .as_ref()
                .and_then(Live::as_str)
                .and_then(|it| hash::slug(it, self.world.django))
                .map(Live::str),
            "copy.copy" | "copy.deepcopy" => match &first {
                Some(it) => Some(self.copied(it, path == "copy.deepcopy")?),
                None => None,
            },
            "operator.add" | "operator.concat" | "operator.iadd" | "operator.iconcat" => match args {
                [left, right] => Some(self.binary(left, Operator::Add, right, scope, span)?),
                _ => None,
            },
            // `ConnectionRouter._router_func` (django/db/utils.py): without a router the first database.
            "django.db.router.db_for_read" | "django.db.router.db_for_write"
                if keywords.is_empty() && self.has_no_routers() =>
            {
                Some(Live::str("default"))
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
                Some(Live::Function(_)) if path != "functools.wraps" => first,
                _ => Some(self.outside_instance(path, args.to_vec(), keywords.clone(), scope, span)),
            },
            "ast.literal_eval" => first.as_ref().and_then(Live::as_str).and_then(|text| {
                let file = Arc::new(PathBuf::from("literal_eval"));
                let source =
                    crate::compile::django::read::syntax::parse(file, text.trim().to_owned()).ok()?;
                let value = self.literal(Arc::new(source))?;
                Some(super::setting::thaw(&value, scope, span))
            }),
            "importlib.import_module" => {
                let package = args.get(1).cloned().or_else(|| call.keyword("package"));
                let package = package.as_ref().and_then(Live::as_str).map(|it| &**it);
                match first.as_ref().and_then(Live::as_str).and_then(|name| absolute_of(name, package)) {
                    Some(name) => {
                        self.fail_in_try(&name, None, scope, span)?;
                        match self.import(&name)? {
                            Imported::Followed(module) => Some(Live::Module(module)),
                            Imported::Outside(path) => Some(Live::Name(path)),
                            Imported::Missing => None,
                        }
                    }
                    None => {
                        self.lose("it imports what is not known");
                        None
                    }
                }
            }
            "django.utils.module_loading.import_string" => {
                let first = first.as_ref().and_then(Live::as_str);
                if first.is_none() {
                    self.lose("it imports what is not known");
                }
                if let Some((module, name)) = first.and_then(|it| it.rsplit_once('.')) {
                    self.fail_in_try(module, Some(name), scope, span)?;
                }
                match first.and_then(|it| it.rsplit_once('.')) {
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
            "inspect.currentframe" | "sys._getframe" if args.is_empty() => {
                Some(self.outside_instance("inspect.currentframe", Vec::new(), Vec::new(), scope, span))
            }
            "inspect.getfile" | "inspect.getsourcefile" | "inspect.getabsfile" => match &first {
                Some(Live::Instance(frame)) if matches!(&frame.class, Live::Name(it) if &**it == "inspect.currentframe") => {
                    frame.module.source.as_ref().map(|it| Live::str(it.file.to_string_lossy()))
                }
                _ => None,
            },
            "inspect.isclass" => first.as_ref().and_then(|it| is_class(it).map(Live::Bool)),
            "django.apps.apps.get_app_config" => match first.as_ref().and_then(Live::as_str) {
                Some(label) => {
                    self.fail_without_app("LookupError", label)?;
                    let app = self.world.apps.iter().find(|(_, it)| it == label).cloned();
                    app.map(|app| self.app_config(&app, scope, span))
                }
                None => None,
            },
            // While settings are read, no app is there.
            "django.apps.apps.get_app_configs" if !self.world.apps.is_empty() => {
                let apps = self.world.apps.clone();
                Some(Live::list(apps.iter().map(|it| self.app_config(it, scope, span)).collect()))
            }
            "django.get_version" | "django.utils.version.get_main_version" if first.is_none() => {
                Some(self.django_as_text())
            }
            "importlib.metadata.version" | "importlib_metadata.version" if matches!(&first, Some(Live::Str(name)) if name.eq_ignore_ascii_case("django")) => {
                Some(self.django_as_text())
            }
            // As `sys.version_info` and `sys.platform` are answered.
            "platform.python_version_tuple" => Some(Live::tuple(["3", "12", "0"].map(Live::str).to_vec())),
            "platform.python_version" => Some(Live::str("3.12.0")),
            "platform.python_implementation" => Some(Live::str("CPython")),
            "platform.system" => Some(Live::str("Linux")),
            "django.utils.version.get_version_tuple" => first.as_ref().and_then(version::tuple_of_version),
            "django.apps.apps.get_model" => {
                let second = args.get(1).and_then(Live::as_str);
                let label = first.as_ref().and_then(Live::as_str);
                let named = match (label, second) {
                    (Some(label), Some(model)) => Some((label.to_string(), model.to_string())),
                    (Some(both), None) => both.split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())),
                    (None, _) => None,
                };
                match named {
                    Some((label, model)) => {
                        self.fail_without_app("LookupError", &label)?;
                        self.fail_without_class(&label, &model)?;
                        Some(self.model(&label, &model, scope, span))
                    }
                    None => None,
                }
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
                for arg in args {
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
                Some(self.outside_instance(OPTIONAL, args.to_vec(), Vec::new(), scope, span))
            }
            "logging.getLogger" => {
                Some(self.outside_instance(path, args.to_vec(), keywords.clone(), scope, span))
            }
            _ => {
                let given: Vec<&Live> = args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                self.call_back(path, &given, scope, span)?;
                Some(self.outside_instance(path, args.to_vec(), keywords.clone(), scope, span))
            }
        })
    }
}

/// A file that django-split-settings includes where it is there.
const OPTIONAL: &str = "split_settings.tools.optional";

/// `None` for a name of a library that is not followed: it may be a function.
fn is_class(value: &Live) -> Option<bool> {
    match value {
        Live::Class(_) => Some(true),
        Live::Name(_) | Live::Import(_) | Live::Unknown(_) | Live::Descriptor(..) | Live::Partial(_) => None,
        Live::None
        | Live::Bool(_)
        | Live::Int(_)
        | Live::Float(_)
        | Live::Str(_)
        | Live::Bytes(_)
        | Live::Path(_)
        | Live::List(_)
        | Live::Tuple(_)
        | Live::Set(_)
        | Live::Dict(_)
        | Live::Module(_)
        | Live::Function(_)
        | Live::Instance(_)
        | Live::Bound(_)
        | Live::Stream(_)
        | Live::Super(_) => Some(false),
    }
}

fn dedent(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let common = text.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = text.split('\n').map(|line| line.get(common..).unwrap_or("")).collect();
    lines.join("\n")
}
