//! Methods of strings, lists, dicts, sets and paths.

mod dict;
mod list;
mod path;
mod set;
mod text;

use std::rc::Rc;
use std::sync::Arc;

use super::live::*;
use super::operator::equal;
use super::{Interpreter, clue, format};
use crate::compile::django::read::syntax::tree::Span;

pub use dict::keys;
pub use list::{Place, gap, place};
pub use text::title;

impl Interpreter<'_> {
    pub fn call_method(
        &mut self,
        receiver: &Live,
        name: &Arc<str>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let open = keywords.iter().any(|(name, _)| name.starts_with('*'));
        let args: Vec<Live> = args.iter().map(|arg| self.force(arg)).collect::<Result<_, _>>()?;
        self.gone_through_by(name, receiver)?;
        let result = match receiver {
            // By an unknown number of arguments.
            Live::List(_) | Live::Set(_) | Live::Dict(_) if open => {
                let why = self.because(&[], scope, span, "changes something by arguments that are not known");
                self.unsure(receiver, &why);
                Some(why)
            }
            _ if open => None,
            Live::Function(closure) if &**name == "cache_clear" => {
                self.forget_results(closure);
                Some(Live::None)
            }
            Live::Str(text) => self.method_of_text(text, name, &args, &keywords, scope, span)?,
            Live::List(items) => self.method_of_list(items, name, &args, &keywords, scope, span)?,
            Live::Tuple(items) => match (&**name, args.as_slice()) {
                ("index", [item]) => self.position(items, item, scope, span)?,
                ("count", [item]) => count(items, item),
                _ => None,
            },
            Live::Dict(pairs) => {
                let mut args = args.clone();
                if let Some(key) = args.first_mut() {
                    *key = self.key(key.clone(), scope, span);
                }
                self.method_of_dict(pairs, name, &args, &keywords, scope, span)?
            }
            Live::Set(items) => self.method_of_set(items, name, &args, scope, span)?,
            Live::Path(_) if &**name == "open" => {
                let args = [receiver.clone()].into_iter().chain(args.iter().cloned()).collect();
                Some(self.outside_instance("builtins.open", args, keywords.clone(), scope, span))
            }
            Live::Path(path) => {
                let found = self.method_of_path(path, name, &args)?;
                if found.is_none() && matches!(&**name, "read_text" | "read_bytes" | "iterdir" | "stat") {
                    let why = self.world.sources.data(path).err();
                    let unknown = match why.filter(|_| name.starts_with("read")) {
                        Some(why) => self.unread_file(path, &why, scope, span),
                        None => {
                            self.unknown(scope, span, format!("calls {name} of a file that is in no source"))
                        }
                    };
                    self.may_fail(&unknown, scope, span);
                    Some(unknown)
                } else {
                    found
                }
            }
            Live::Unknown(unknown) => clue::method_of_clue(unknown, name, &args),
            Live::Bytes(bytes) => match &**name {
                "decode" => std::str::from_utf8(bytes).ok().map(Live::str),
                _ => None,
            },
            Live::Instance(instance) => {
                if let Live::Name(path) = &instance.class {
                    let own = instance.args.iter().chain(instance.keywords.iter().map(|(_, value)| value));
                    let given = args.iter().chain(keywords.iter().map(|(_, value)| value));
                    let all: Vec<&Live> = own.chain(given).collect();
                    self.call_back(path, &all, scope, span)?;
                }
                self.method_of_outside(instance, receiver, name, &args, &keywords, scope, span)?
            }
            _ => None,
        };
        Ok(match result {
            // Others give what is there.
            Some(value) if makes_anew(receiver, name) => self.made(value)?,
            Some(value) => value,
            None => {
                let reason = format!("calls `{name}` of {}", format::kind(receiver));
                let values: Vec<&Live> = args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                let unknown = self.because(&values, scope, span, &reason);
                if !matches!(receiver, Live::Instance(_)) {
                    self.may_raise(&unknown);
                }
                unknown
            }
        })
    }

    /// `None` where it is not known which of them is the first.
    fn position(
        &mut self,
        items: &[Live],
        item: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let mut equals = items.iter().map(|it| equal(it, item)).enumerate();
        match equals.find(|(_, it)| *it != Some(false)) {
            Some((at, Some(_))) => Ok(Some(Live::Int(at as i128))),
            Some((_, None)) => Ok(None),
            None => self.fails("ValueError", "there is no such element", scope, span).map(Some),
        }
    }
}

fn makes_anew(receiver: &Live, name: &str) -> bool {
    match receiver {
        Live::Str(_) | Live::Bytes(_) => true,
        Live::List(_) | Live::Tuple(_) => name == "copy",
        Live::Dict(_) => matches!(name, "copy" | "items" | "keys" | "values"),
        Live::Set(_) => name != "pop",
        _ => false,
    }
}

fn count(items: &[Live], item: &Live) -> Option<Live> {
    let equals: Option<Vec<bool>> = items.iter().map(|it| equal(it, item)).collect();
    Some(Live::Int(equals?.into_iter().filter(|it| *it).count() as i128))
}
