//! Environment variables, and the libraries that read settings from them: none is set, so that defaults are taken, and told.

use std::path::PathBuf;
use std::rc::Rc;

use super::super::live::*;
use super::super::{Interpreter, format};
use super::{Answer, Call};
use crate::compile::django::notice::Concern;
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    /// A function that asks the environment.
    pub(super) fn environment_call(&mut self, call: &Call<'_>) -> Answer {
        let Call { path, args, keywords, first, scope, span } = *call;
        Ok(Some(match path {
            // Fills the environment, which is taken as empty.
            "dotenv.load_dotenv" => Some(Live::Bool(false)),
            "pydantic.Field" => args
                .first()
                .cloned()
                .or_else(|| call.keyword("default"))
                .filter(|it| !matches!(it, Live::Name(path) if &**path == "builtins.Ellipsis"))
                .or(match call.keyword("default_factory") {
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
                    args.to_vec(),
                    keywords.clone(),
                    scope,
                    span,
                ))
            }
            // `values.ListValue(["a"])` of django-configurations, which asks the environment first.
            path if path.starts_with("configurations.values.") => {
                let default = call.keyword("default").or_else(|| args.first().cloned()).unwrap_or(Live::None);
                let name =
                    call.keyword("environ_name").unwrap_or_else(|| Live::str("a value of the configuration"));
                let is_asked = !matches!(call.keyword("environ"), Some(Live::Bool(false)));
                if is_asked {
                    self.assume_unset(Some(&name), &default, scope, span);
                }
                Some(default)
            }
            "os.environ.__getitem__" => match first {
                Some(name) => Some(self.outside_subscript("os.environ", name, scope, span)?),
                None => None,
            },
            "os.environ.keys" | "os.environ.items" | "os.environ.values" => {
                self.assume_environment_empty(scope, span);
                Some(Live::list(Vec::new()))
            }
            "os.environ.get" | "os.getenv" => {
                // Where settings are, it is set; while they are read it is assumed not to matter.
                if self.world.settings.is_some()
                    && first
                        .as_ref()
                        .and_then(Live::as_str)
                        .is_some_and(|it| &**it == "DJANGO_SETTINGS_MODULE")
                {
                    return Ok(Some(None));
                }
                let default = args.get(1).cloned().or_else(|| call.keyword("default")).unwrap_or(Live::None);
                self.assume_unset(first.as_ref(), &default, scope, span);
                Some(default)
            }
            "decouple.config" | "environ.Env.get_value" => match call.placed("default", 1) {
                Some(default) => {
                    self.assume_unset(first.as_ref(), &default, scope, span);
                    let default = self.force(&default)?;
                    match call.placed("cast", 2) {
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
            _ => return Ok(None),
        }))
    }

    /// Where something goes through all of it.
    pub fn assume_environment_empty(&mut self, scope: &Rc<Scope>, span: Span) {
        let message = "assumed that the environment sets nothing of what is looked for in all of it";
        self.tell(Concern::Assumed, &scope.module.clone(), span, message);
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
        if let "decouple.AutoConfig" | "decouple.Config" = &**class {
            let first = args.first().map(|it| self.force(it)).transpose()?;
            let call = Call { path: "decouple.config", args, keywords, first: &first, scope, span };
            return Ok(self.environment_call(&call)?.flatten());
        }
        if !is_env(class) {
            return Ok(None);
        }
        let default_at = if class.starts_with("environ.") { 2 } else { 1 };
        Ok(self.ask_env(instance, default_at, args, keywords, scope, span))
    }

    /// Asks an `Env` of django-environ or environs for a variable, whose default is the argument at `default_at`.
    pub(super) fn ask_env(
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
    pub(super) fn get_of_dynaconf(
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
}

/// django-environ's, or environs'.
pub(super) fn is_env(class: &str) -> bool {
    class.starts_with("environ.") || class == "environs.Env"
}
