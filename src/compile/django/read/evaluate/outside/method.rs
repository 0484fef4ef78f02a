//! Methods of what an outside class made: files, expressions of Django's, environments, loggers.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::branch::Cell;
use super::super::data::is_config_parser;
use super::super::live::*;
use super::super::module_names::MODULE_NAMES;
use super::super::{Interpreter, format, given};
use super::environment::is_env;
use super::hash;
use crate::compile::django::read::syntax::tree::Span;

/// Under which name a hash of `hashlib` has what it was given by `update`.
const HASHED: &str = "*hashed";

impl Interpreter<'_> {
    /// What a file holds that was opened; why not, where it is known which. `None` where that is not known.
    fn text_of_opened(
        &mut self,
        opened: &Instance,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Result<String, Live>> {
        let path = opened.args.first().and_then(format::text).map(PathBuf::from)?;
        let text = self.world.sources.data(&path);
        Some(text.map_err(|why| self.unread_file(&path, &why, scope, span)))
    }

    /// In place of what a file holds.
    pub fn unread_file(&mut self, path: &Path, why: &str, scope: &Rc<Scope>, span: Span) -> Live {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.unknown(scope, span, format!("reads {name}: {why}"))
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
        if let Some(found) = self.method_of_pattern(instance, name, args, keywords, scope, span)? {
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
                let Some(text) = self.text_of_opened(instance, scope, span) else { return Ok(None) };
                let text = match text {
                    Ok(text) => text,
                    Err(unknown) => return Ok(Some(unknown)),
                };
                let mode = instance.keywords.iter().find(|(name, _)| &**name == "mode").map(|(_, it)| it);
                let mode = instance.args.get(1).or(mode).and_then(format::text);
                let is_binary = mode.is_some_and(|it| it.contains('b'));
                Some(if is_binary { Live::Bytes(text.into_bytes().into()) } else { Live::str(text) })
            }
            ("builtins.open", "readlines") => {
                let lines = |text: String| Live::list(text.split_inclusive('\n').map(Live::str).collect());
                self.text_of_opened(instance, scope, span).map(|it| it.map_or_else(|unknown| unknown, lines))
            }
            ("builtins.open", "close") => Some(Live::None),
            (class, "update" | "hexdigest") if let Some(algorithm) = class.strip_prefix("hashlib.") => {
                let kept = instance.attributes.borrow().get(HASHED).cloned();
                let hashed = kept.or_else(|| instance.args.first().cloned());
                let hashed = hashed.unwrap_or_else(|| Live::Bytes(Vec::new().into()));
                match (name, &hashed, args) {
                    ("hexdigest", Live::Bytes(data), []) => hash::hexdigest(algorithm, data).map(Live::str),
                    ("update", hashed, [more]) => {
                        let all = match (hashed, more) {
                            (Live::Bytes(a), Live::Bytes(b)) => Live::Bytes([&**a, &**b].concat().into()),
                            _ => self.unknown(scope, span, "hashes what is not known"),
                        };
                        self.touch(Cell::Names(instance.attributes.clone()));
                        instance.attributes.borrow_mut().set(HASHED.into(), all);
                        Some(Live::None)
                    }
                    _ => None,
                }
            }
            (_, "db_type") if let Some(text) = self.type_of(instance) => Some(Live::str(text)),
            (class, "has_default") if args.is_empty() && given::is_field(class) => {
                let set = instance.attributes.borrow().get("default").cloned();
                let default =
                    set.or_else(|| given::kept(class, &instance.args, &instance.keywords, "default"));
                let is_open = instance.keywords.iter().any(|(name, _)| name.starts_with('*'));
                // `Field.__init__` has it as the tenth of those in place.
                let is_known = !is_open && instance.args.len() < 10;
                is_known.then(|| Live::Bool(default.is_some_and(|it| !is_not_provided(&it))))
            }
            (class, "get_internal_type") if args.is_empty() => given::internal_type(class).map(Live::str),
            (class, "deconstruct") if args.is_empty() && given::is_field(class) => {
                self.deconstructed(instance, class)
            }
            (_, "clone") if args.is_empty() && keywords.is_empty() => self.cloned(instance)?,
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

/// What stands for no default.
fn is_not_provided(value: &Live) -> bool {
    match value {
        Live::Name(path) => path.ends_with("NOT_PROVIDED"),
        Live::Unknown(unknown) => unknown.text.ends_with("NOT_PROVIDED"),
        _ => false,
    }
}
