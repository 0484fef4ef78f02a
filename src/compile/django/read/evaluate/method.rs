//! Methods of strings, lists, dicts, sets and paths.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::branch::Cell;
use super::live::*;
use super::operator::{equal, find, integer, put, put_unknown};
use super::{Interpreter, format};
use crate::compile::django::read::source::Kind;
use crate::compile::django::read::syntax::tree::Span;

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
        let result = match receiver {
            // Whatever is put into a list by an unknown number of arguments.
            _ if open => None,
            Live::Str(text) => self.method_of_text(text, name, &args, &keywords, scope, span)?,
            Live::List(items) => self.method_of_list(items, name, &args, &keywords, scope, span)?,
            Live::Tuple(items) => match (&**name, args.first()) {
                ("index", Some(item)) => position(items, item),
                ("count", Some(item)) => count(items, item),
                _ => None,
            },
            Live::Dict(pairs) => self.method_of_dict(pairs, name, &args, &keywords, scope, span)?,
            Live::Set(items) => self.method_of_set(items, name, &args, scope, span)?,
            Live::Path(_) if &**name == "open" => {
                let args = [receiver.clone()].into_iter().chain(args.iter().cloned()).collect();
                Some(self.outside_instance("builtins.open", args, keywords.clone(), scope, span))
            }
            Live::Path(path) => self.method_of_path(path, name, &args)?,
            Live::Bytes(bytes) => match &**name {
                "decode" => std::str::from_utf8(bytes).ok().map(Live::str),
                _ => None,
            },
            Live::Instance(instance) => {
                self.method_of_outside(instance, receiver, name, &args, &keywords, scope, span)?
            }
            _ => None,
        };
        Ok(match result {
            Some(value) => value,
            None => {
                let reason = format!("calls `{name}` of {}", format::kind(receiver));
                let values: Vec<&Live> = args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                self.because(&values, scope, span, &reason)
            }
        })
    }

    fn method_of_text(
        &mut self,
        text: &Arc<str>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        self.steps(text.len() / 64)?;
        let first = args.first().and_then(|it| it.as_str());
        let second = args.get(1).and_then(|it| it.as_str());
        let texts = |parts: Vec<&str>| Live::list(parts.into_iter().map(Live::str).collect());
        let limit = args.get(1).and_then(integer).and_then(|it| usize::try_from(it).ok());
        Ok(match name {
            "format" => format::braces(self, text, args, keywords)?.map(Live::str),
            "join" => {
                let Some(items) = args.first() else { return Ok(None) };
                let Ok(items) = self.iterate(items, scope, span)? else { return Ok(None) };
                let items: Vec<Live> = items.iter().map(|it| self.force(it)).collect::<Result<_, _>>()?;
                let parts: Option<Vec<&str>> = items.iter().map(|it| it.as_str().map(|it| &**it)).collect();
                match parts {
                    Some(parts) => {
                        self.long(parts.iter().map(|it| it.len() + text.len()).sum())?;
                        Some(Live::str(parts.join(text)))
                    }
                    None => None,
                }
            }
            "lower" | "casefold" => Some(Live::str(text.to_lowercase())),
            "upper" => Some(Live::str(text.to_uppercase())),
            "title" => Some(Live::str(title(text))),
            "capitalize" => {
                let mut letters = text.chars();
                let head: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
                Some(Live::str(head + &letters.as_str().to_lowercase()))
            }
            "strip" | "lstrip" | "rstrip" => {
                let set: Vec<char> = match first {
                    Some(set) => set.chars().collect(),
                    None if args.is_empty() => Vec::new(),
                    None => return Ok(None),
                };
                let drop = |it: char| if set.is_empty() { it.is_whitespace() } else { set.contains(&it) };
                Some(Live::str(match name {
                    "strip" => text.trim_matches(drop),
                    "lstrip" => text.trim_start_matches(drop),
                    _ => text.trim_end_matches(drop),
                }))
            }
            "split" => Some(match (first, limit) {
                (Some(by), Some(limit)) if !by.is_empty() => texts(text.splitn(limit + 1, &**by).collect()),
                (Some(by), None) if !by.is_empty() && args.len() == 1 => texts(text.split(&**by).collect()),
                (None, None) if args.is_empty() => texts(text.split_whitespace().collect()),
                _ => return Ok(None),
            }),
            "rsplit" => match (first, limit) {
                (Some(by), Some(limit)) if !by.is_empty() => {
                    let mut parts: Vec<&str> = text.rsplitn(limit + 1, &**by).collect();
                    parts.reverse();
                    Some(texts(parts))
                }
                (Some(by), None) if !by.is_empty() && args.len() == 1 => {
                    Some(texts(text.split(&**by).collect()))
                }
                _ => None,
            },
            "splitlines" => Some(texts(text.lines().collect())),
            "partition" => first.map(|by| {
                let (before, by, after) = match text.split_once(&**by) {
                    Some((before, after)) => (before, &**by, after),
                    None => (&**text, "", ""),
                };
                Live::tuple(vec![Live::str(before), Live::str(by), Live::str(after)])
            }),
            "rpartition" => first.map(|by| {
                let (before, by, after) = match text.rsplit_once(&**by) {
                    Some((before, after)) => (before, &**by, after),
                    None => ("", "", &**text),
                };
                Live::tuple(vec![Live::str(before), Live::str(by), Live::str(after)])
            }),
            "replace" => match (first, second) {
                (Some(from), Some(to)) if args.len() == 2 => {
                    let made = text.matches(&**from).count().saturating_mul(to.len()) + text.len();
                    self.long(made)?;
                    Some(Live::str(text.replace(&**from, to)))
                }
                _ => None,
            },
            "startswith" | "endswith" => {
                let holds =
                    |it: &str| if name == "startswith" { text.starts_with(it) } else { text.ends_with(it) };
                match args.first() {
                    Some(Live::Str(it)) => Some(Live::Bool(holds(it))),
                    Some(Live::Tuple(all)) => {
                        let all: Option<Vec<bool>> =
                            all.iter().map(|it| it.as_str().map(|it| holds(it))).collect();
                        all.map(|all| Live::Bool(all.contains(&true)))
                    }
                    _ => None,
                }
            }
            "removeprefix" => first.map(|it| Live::str(text.strip_prefix(&**it).unwrap_or(text))),
            "removesuffix" => first.map(|it| Live::str(text.strip_suffix(&**it).unwrap_or(text))),
            "isdigit" => Some(Live::Bool(!text.is_empty() && text.chars().all(|it| it.is_ascii_digit()))),
            "isupper" => {
                let some = text.chars().any(char::is_uppercase);
                Some(Live::Bool(some && !text.chars().any(char::is_lowercase)))
            }
            "count" => first.map(|it| Live::Int(text.matches(&**it).count() as i128)),
            "find" | "index" => match first {
                Some(it) => match text.find(&**it) {
                    Some(at) => Some(Live::Int(text[..at].chars().count() as i128)),
                    None if name == "find" => Some(Live::Int(-1)),
                    None => None,
                },
                None => None,
            },
            "zfill" => args.first().and_then(integer).filter(|it| *it < 1_000).map(|width| {
                let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.chars().count());
                Live::str(format!("{}{text}", "0".repeat(missing)))
            }),
            "encode" => Some(Live::Bytes(text.as_bytes().into())),
            _ => None,
        })
    }

    fn method_of_list(
        &mut self,
        items: &Rc<std::cell::RefCell<Vec<Live>>>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let changes =
            matches!(name, "append" | "extend" | "insert" | "remove" | "pop" | "clear" | "sort" | "reverse");
        if changes {
            self.touch(Cell::List(items.clone()));
        }
        match (name, args) {
            ("append", [item]) => items.borrow_mut().push(item.clone()),
            ("extend", [more]) => {
                let more = self.iterate(more, scope, span)?.unwrap_or_else(|unknown| vec![unknown]);
                items.borrow_mut().extend(more);
                let length = items.borrow().len();
                self.long(length)?;
            }
            ("insert", [at, item]) => {
                let mut items = items.borrow_mut();
                let length = items.len() as i128;
                let at = integer(at).map(|at| (if at < 0 { at + length } else { at }).clamp(0, length));
                match at.and_then(|at| usize::try_from(at).ok()) {
                    Some(at) => items.insert(at, item.clone()),
                    None => items.push(item.clone()),
                }
            }
            ("remove", [item]) => {
                let mut items = items.borrow_mut();
                match items.iter().position(|it| equal(it, item) == Some(true)) {
                    Some(at) => {
                        items.remove(at);
                    }
                    None if item.is_unknown() || items.iter().any(Live::is_unknown) => {}
                    None => return Err(self.raise("ValueError", "the list has no such element")),
                }
            }
            ("pop", _) => {
                let mut items = items.borrow_mut();
                let length = items.len() as i128;
                let at =
                    args.first().map_or(Some(-1), integer).map(|at| if at < 0 { at + length } else { at });
                let at = at.and_then(|at| usize::try_from(at).ok()).filter(|at| *at < items.len());
                return Ok(at.map(|at| items.remove(at)));
            }
            ("clear", _) => items.borrow_mut().clear(),
            ("reverse", _) => items.borrow_mut().reverse(),
            ("sort", _) => {
                let key = keywords.iter().find(|(it, _)| &**it == "key").map(|(_, value)| value.clone());
                let reverse = keywords
                    .iter()
                    .any(|(it, value)| &**it == "reverse" && matches!(value, Live::Bool(true)));
                let content = items.borrow().clone();
                if let Some(sorted) = self.sorted(content, key.as_ref(), reverse, scope, span)? {
                    *items.borrow_mut() = sorted;
                }
            }
            ("copy", _) => return Ok(Some(Live::list(items.borrow().clone()))),
            ("index", [item]) => return Ok(position(&items.borrow(), item)),
            ("count", [item]) => return Ok(count(&items.borrow(), item)),
            _ => return Ok(None),
        }
        Ok(Some(Live::None))
    }

    fn method_of_dict(
        &mut self,
        pairs: &Rc<std::cell::RefCell<Pairs>>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let open = pairs.borrow().iter().find(|(key, _)| key.is_unknown()).map(|(key, _)| key.clone());
        let missing = |default: Option<&Live>| open.clone().or_else(|| default.cloned());
        Ok(match (name, args) {
            ("__getitem__", [key]) => {
                let object = Live::Dict(pairs.clone());
                Some(self.subscript(&object, key, scope, span)?)
            }
            ("__contains__", [key]) => match find(&pairs.borrow(), key) {
                Some(_) => Some(Live::Bool(true)),
                None if open.is_none() && !key.is_unknown() => Some(Live::Bool(false)),
                None => None,
            },
            ("get", [key, ..]) => {
                if key.is_unknown() {
                    return Ok(Some(key.clone()));
                }
                let found = find(&pairs.borrow(), key).cloned();
                found.or_else(|| missing(Some(args.get(1).unwrap_or(&Live::None))))
            }
            ("setdefault", [key, ..]) => {
                let found = find(&pairs.borrow(), key).cloned();
                match found {
                    Some(found) => Some(found),
                    None => {
                        let value = missing(Some(args.get(1).unwrap_or(&Live::None))).unwrap_or(Live::None);
                        self.touch(Cell::Dict(pairs.clone()));
                        put(&mut pairs.borrow_mut(), key.clone(), value.clone());
                        Some(value)
                    }
                }
            }
            ("pop", [key, ..]) => {
                self.touch(Cell::Dict(pairs.clone()));
                let at = pairs.borrow().iter().position(|(it, _)| equal(it, key) == Some(true));
                match at {
                    Some(at) => Some(pairs.borrow_mut().remove(at).1),
                    None => match missing(args.get(1)) {
                        Some(value) => Some(value),
                        None if key.is_unknown() => None,
                        None => {
                            let key = format::repr(key, 5).unwrap_or_default();
                            return self.fails("KeyError", key, scope, span).map(Some);
                        }
                    },
                }
            }
            ("update", _) => {
                self.touch(Cell::Dict(pairs.clone()));
                match args.first() {
                    Some(Live::Dict(more)) => {
                        let more = more.borrow().clone();
                        self.steps(pairs.borrow().len().saturating_mul(more.len()) / 64)?;
                        for (key, value) in more {
                            put(&mut pairs.borrow_mut(), key, value);
                        }
                    }
                    Some(other) => {
                        let unknown =
                            self.because(&[other], scope, span, "updates a dict by what is not known");
                        put_unknown(&mut pairs.borrow_mut(), unknown);
                    }
                    None => {}
                }
                for (name, value) in keywords {
                    put(&mut pairs.borrow_mut(), Live::Str(name.clone()), value.clone());
                }
                Some(Live::None)
            }
            ("items", _) => {
                let pair = |(key, value): &(Live, Live)| match key {
                    Live::Unknown(_) => key.clone(),
                    _ => Live::tuple(vec![key.clone(), value.clone()]),
                };
                Some(Live::list(pairs.borrow().iter().map(pair).collect()))
            }
            ("keys", _) => Some(Live::list(pairs.borrow().iter().map(|(key, _)| key.clone()).collect())),
            ("values", _) => {
                Some(Live::list(pairs.borrow().iter().map(|(_, value)| value.clone()).collect()))
            }
            ("copy", _) => Some(Live::dict(pairs.borrow().clone())),
            ("clear", _) => {
                self.touch(Cell::Dict(pairs.clone()));
                pairs.borrow_mut().clear();
                Some(Live::None)
            }
            _ => None,
        })
    }

    fn method_of_set(
        &mut self,
        items: &Rc<std::cell::RefCell<Vec<Live>>>,
        name: &str,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        self.touch(Cell::List(items.clone()));
        Ok(match (name, args) {
            ("add", [item]) => {
                if !items.borrow().iter().any(|it| equal(it, item) == Some(true)) {
                    items.borrow_mut().push(item.clone());
                }
                Some(Live::None)
            }
            ("discard" | "remove", [item]) => {
                items.borrow_mut().retain(|it| equal(it, item) != Some(true));
                Some(Live::None)
            }
            ("update" | "union", [more]) => {
                let more = self.iterate(more, scope, span)?.unwrap_or_else(|unknown| vec![unknown]);
                let all = items.borrow().iter().cloned().chain(more).collect();
                let all = self.distinct(all)?;
                if name == "union" {
                    return Ok(Some(Live::set(all)));
                }
                *items.borrow_mut() = all;
                Some(Live::None)
            }
            ("copy", _) => Some(Live::set(items.borrow().clone())),
            _ => None,
        })
    }

    pub fn attribute_of_path(
        &mut self,
        path: &Rc<PathBuf>,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let text = |it: Option<&std::ffi::OsStr>| it.map(|it| Live::str(it.to_string_lossy()));
        let known = match name {
            "parent" => path.parent().map(|it| Live::Path(Rc::new(it.to_owned()))),
            "parents" => {
                let parents = path.ancestors().skip(1).map(|it| Live::Path(Rc::new(it.to_owned())));
                Some(Live::list(parents.collect()))
            }
            "name" => text(path.file_name()),
            "parts" => {
                let parts = path.iter().map(|it| Live::str(it.to_string_lossy()));
                Some(Live::tuple(parts.collect()))
            }
            // Of an entry of `os.scandir`.
            "path" => Some(Live::str(path.to_string_lossy())),
            "stem" => text(path.file_stem()),
            "suffix" => Some(Live::str(
                path.extension().map(|it| format!(".{}", it.to_string_lossy())).unwrap_or_default(),
            )),
            _ => {
                let callee = Callee::Method(name.into());
                Some(Live::Bound(Rc::new(Bound { receiver: Live::Path(path.clone()), callee })))
            }
        };
        Ok(known.unwrap_or_else(|| self.unknown(scope, span, "asks for a part that a path has not")))
    }

    fn method_of_path(
        &mut self,
        path: &Rc<PathBuf>,
        name: &str,
        args: &[Live],
    ) -> Result<Option<Live>, Stop> {
        Ok(match name {
            "resolve" | "absolute" | "expanduser" => Some(Live::Path(path.clone())),
            "joinpath" => {
                let mut joined = (**path).clone();
                for arg in args {
                    match arg {
                        Live::Str(part) => joined.push(&**part),
                        Live::Path(part) => joined.push(&**part),
                        _ => return Ok(None),
                    }
                }
                Some(Live::Path(Rc::new(joined)))
            }
            "with_name" => args
                .first()
                .and_then(|it| it.as_str())
                .map(|it| Live::Path(Rc::new(path.with_file_name(&**it)))),
            "with_suffix" => args
                .first()
                .and_then(|it| it.as_str())
                .map(|it| Live::Path(Rc::new(path.with_extension(it.trim_start_matches('.'))))),
            "as_posix" | "__str__" => Some(Live::str(path.to_string_lossy())),
            "exists" | "is_file" | "is_dir" => self.world.sources.kind(path).map(|kind| {
                Live::Bool(match name {
                    "is_file" => kind == Kind::File,
                    "is_dir" => kind == Kind::Folder,
                    _ => kind != Kind::Nothing,
                })
            }),
            "iterdir" => {
                self.world.sources.list(path).map(|names| {
                    Live::list(names.iter().map(|it| Live::Path(Rc::new(path.join(it)))).collect())
                })
            }
            "glob" | "rglob" => args.first().and_then(|it| it.as_str()).and_then(|pattern| {
                let pattern = if name == "rglob" { format!("**/{pattern}") } else { pattern.to_string() };
                let found = self.matching(path, &pattern, false)?;
                Some(Live::list(found.into_iter().map(|it| Live::Path(Rc::new(it))).collect()))
            }),
            "relative_to" => args
                .first()
                .and_then(format::text)
                .and_then(|from| path.strip_prefix(from).ok().map(|it| Live::Path(Rc::new(it.to_owned())))),
            "read_text" => self.world.sources.read_data(path).map(Live::str),
            "read_bytes" => self.world.sources.read_data(path).map(|it| Live::Bytes(it.into_bytes().into())),
            _ => None,
        })
    }
}

fn position(items: &[Live], item: &Live) -> Option<Live> {
    items
        .iter()
        .take_while(|it| !it.is_unknown())
        .position(|it| equal(it, item) == Some(true))
        .map(|at| Live::Int(at as i128))
}

fn count(items: &[Live], item: &Live) -> Option<Live> {
    let equals: Option<Vec<bool>> = items.iter().map(|it| equal(it, item)).collect();
    Some(Live::Int(equals?.into_iter().filter(|it| *it).count() as i128))
}

/// `str.title`
pub fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut starts = true;
    for letter in text.chars() {
        if starts {
            out.extend(letter.to_uppercase());
        } else {
            out.extend(letter.to_lowercase());
        }
        starts = !letter.is_alphabetic();
    }
    out
}
