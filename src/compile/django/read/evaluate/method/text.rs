//! Methods of texts.

use std::rc::Rc;
use std::sync::Arc;

use super::super::class::enumeration::unmixed;
use super::super::handed::is_made_otherwise;
use super::super::live::*;
use super::super::operator::integer;
use super::super::{Interpreter, format};
use crate::compile::django::project::is_marked;
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    pub(super) fn method_of_text(
        &mut self,
        text: &Arc<str>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        self.steps(text.len() / 64)?;
        if let ("replace", [Live::Str(old), Live::Str(new)]) = (name, args)
            && is_made_otherwise(text, old, new)
        {
            return Ok(Some(Live::Str(text.clone())));
        }
        let settled;
        let (text, args) = if matches!(name, "as_string" | "format" | "join") {
            (text, args)
        } else if is_marked(text) && name == "strip" && args.is_empty() {
            // No name has blanks around it.
            return Ok(Some(Live::Str(text.trim().into())));
        } else {
            let Live::Str(text) = self.assume(&Live::Str(text.clone())) else { return Ok(None) };
            settled = (text, args.iter().map(|it| self.assume(it)).collect::<Vec<_>>());
            (&settled.0, settled.1.as_slice())
        };
        if !takes(name, args.len(), keywords) {
            return Ok(None);
        }
        let by_name = |name: &str| keywords.iter().find(|(it, _)| **it == *name).map(|(_, value)| value);
        let sep_and_limit: Vec<Live>;
        let args = match (name, by_name("sep").or(args.first()), by_name("maxsplit").or(args.get(1))) {
            ("split" | "rsplit", Some(sep), limit) if !keywords.is_empty() => {
                sep_and_limit = std::iter::once(sep).chain(limit).cloned().collect();
                &sep_and_limit
            }
            _ => args,
        };
        let first = args.first().and_then(|it| it.as_str());
        let second = args.get(1).and_then(|it| it.as_str());
        let texts = |parts: Vec<&str>| Live::list(parts.into_iter().map(Live::str).collect());
        let limit = args.get(1).and_then(integer).and_then(|it| usize::try_from(it).ok());
        Ok(match name {
            "as_string" => Some(Live::Str(text.clone())),
            "format" => format::braces(self, text, args, keywords, scope, span)?.map(Live::str),
            "format_map" => match args {
                [Live::Dict(pairs)] => {
                    let named = |(key, it): &(Live, Live)| Some((key.as_str()?.clone(), it.clone()));
                    let named: Option<Keywords> = pairs.borrow().iter().map(named).collect();
                    match named {
                        Some(named) => format::braces(self, text, &[], &named, scope, span)?.map(Live::str),
                        None => None,
                    }
                }
                _ => None,
            },
            "join" => {
                let Some(items) = args.first() else { return Ok(None) };
                let Ok(items) = self.iterate(items, scope, span)? else { return Ok(None) };
                let items: Vec<Live> = items.iter().map(|it| self.force(it)).collect::<Result<_, _>>()?;
                let parts: Option<Vec<&str>> =
                    items.iter().map(|it| unmixed(it).unwrap_or(it).as_str().map(|it| &**it)).collect();
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
            "splitlines" if args.is_empty() => plain_lines(text).map(|it| texts(it.lines().collect())),
            "splitlines" if matches!(args, [Live::Bool(true)]) => {
                plain_lines(text).map(|it| texts(it.split_inclusive('\n').collect()))
            }
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
            "isalnum" | "isalpha" | "isidentifier" if text.is_ascii() => {
                let is = |it: char| match name {
                    "isalnum" => it.is_ascii_alphanumeric(),
                    "isalpha" => it.is_ascii_alphabetic(),
                    _ => it.is_ascii_alphanumeric() || it == '_',
                };
                let begins = name != "isidentifier" || !text.starts_with(|it: char| it.is_ascii_digit());
                Some(Live::Bool(!text.is_empty() && begins && text.chars().all(is)))
            }
            "isupper" => {
                let some = text.chars().any(char::is_uppercase);
                Some(Live::Bool(some && !text.chars().any(char::is_lowercase)))
            }
            // Where in the text it is looked for may be said too.
            "count" | "find" | "index" | "rfind" | "rindex" if args.len() != 1 => None,
            "count" if first.is_some_and(|it| it.is_empty()) => {
                Some(Live::Int(text.chars().count() as i128 + 1))
            }
            "count" => first.map(|it| Live::Int(text.matches(&**it).count() as i128)),
            "find" | "index" | "rfind" | "rindex" => match first {
                Some(it) => match if name.starts_with('r') { text.rfind(&**it) } else { text.find(&**it) } {
                    Some(at) => Some(Live::Int(text[..at].chars().count() as i128)),
                    None if name.ends_with("find") => Some(Live::Int(-1)),
                    None => None,
                },
                None => None,
            },
            "zfill" => args.first().and_then(integer).filter(|it| *it < 1_000).map(|width| {
                let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.chars().count());
                let (sign, digits) = text.split_at(text.starts_with(['+', '-']).into());
                Live::str(format!("{sign}{}{digits}", "0".repeat(missing)))
            }),
            "ljust" | "rjust" => args.first().and_then(integer).filter(|it| *it < 1_000).and_then(|width| {
                let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.chars().count());
                let fill = second.map_or(" ", |it| &**it).repeat(missing);
                let is_one = args.len() == 1 || second.is_some_and(|it| it.chars().count() == 1);
                let made = if name == "ljust" { format!("{text}{fill}") } else { format!("{fill}{text}") };
                is_one.then(|| Live::str(made))
            }),
            "swapcase" => {
                let swap = |it: char| -> String {
                    if it.is_uppercase() { it.to_lowercase().collect() } else { it.to_uppercase().collect() }
                };
                Some(Live::str(text.chars().map(swap).collect::<String>()))
            }
            "encode" => Some(Live::Bytes(text.as_bytes().into())),
            _ => None,
        })
    }
}

/// A text whose lines end in nothing else than line feeds: Python knows ten other ends.
fn plain_lines(text: &str) -> Option<&str> {
    let ends = ['\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    (!text.contains(ends)).then_some(text)
}

/// Whether a method is read with so many arguments, and with these by name.
fn takes(name: &str, args: usize, keywords: &Keywords) -> bool {
    let most = match name {
        "format" => return true,
        "split" | "rsplit" => {
            let known = keywords.iter().all(|(it, _)| matches!(&**it, "sep" | "maxsplit"));
            let has_sep = args > 0 || keywords.iter().any(|(it, _)| &**it == "sep");
            return known && args <= 2 && (has_sep || keywords.is_empty());
        }
        "encode" => return args <= 1,
        "replace" | "ljust" | "rjust" => 2,
        "lower" | "upper" | "casefold" | "title" | "capitalize" => 0,
        "isalnum" | "isalpha" | "isdigit" | "isidentifier" | "isupper" | "swapcase" => 0,
        _ => 1,
    };
    keywords.is_empty() && args <= most
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
