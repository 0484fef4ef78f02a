//! `re`, where a pattern means the same to Python and to the `regex` crate: <https://docs.python.org/3/library/re.html>,
//! <https://docs.rs/regex/1/regex/#syntax>. Both take the first alternative that matches, leftmost.

mod syntax;

use std::rc::Rc;

use regex::{Captures, Regex};

use super::super::Interpreter;
use super::super::live::*;
use super::super::operator::{find, integer};
use super::{Answer, Call};
use crate::compile::django::read::syntax::tree::Span;

/// What a match is an instance of; its groups, where they stand and their names are attributes that no one else sets.
pub const MATCH: &str = "re.Match";
const PATTERN: &str = "re.compile";
const GROUPS: &str = "*groups";
const SPANS: &str = "*spans";
const NAMES: &str = "*names";
/// No more built patterns are kept.
const MANY: usize = 1_000;
/// In a longer text nothing is looked for.
const MOST_BYTES: usize = 10_000;

impl Interpreter<'_> {
    /// A function of `re`, given its pattern first.
    pub(super) fn pattern_call(&mut self, call: &Call<'_>) -> Answer {
        let Some(function) = call.path.strip_prefix("re.") else { return Ok(None) };
        let args: Vec<Live> = call.args.iter().map(|it| self.force(it)).collect::<Result<_, _>>()?;
        let args: Vec<Live> = args.iter().map(|it| self.assume(it)).collect();
        if function == "escape" {
            return Ok(match args.as_slice() {
                [Live::Str(text)] => Some(Some(Live::str(syntax::escaped(text)))),
                _ => None,
            });
        }
        let Some((pattern, rest)) = args.split_first() else { return Ok(None) };
        // Where the flags stand among the others.
        let at = match function {
            "match" | "fullmatch" | "search" | "findall" | "finditer" => 1,
            "split" => 2,
            "sub" => 3,
            _ => return Ok(None),
        };
        let by_name = call.keywords.iter().find(|(name, _)| &**name == "flags").map(|(_, it)| it);
        let flags = match by_name.or(rest.get(at)) {
            Some(flags) => self.force(flags)?,
            None => Live::Int(0),
        };
        let others: Keywords = call.keywords.iter().filter(|(name, _)| &**name != "flags").cloned().collect();
        let rest = &rest[..rest.len().min(at)];
        let regex = match pattern {
            Live::Str(pattern) => syntax::common(pattern, &flags).and_then(|it| self.regex(&it)),
            Live::Instance(it) if by_name.is_none() => self.compiled(it)?,
            _ => None,
        };
        let Some(regex) = regex else { return Ok(None) };
        let done = self.look_for(&regex, function, rest, &others, call.scope, call.span)?;
        Ok(done.map(Some))
    }

    /// A method of a compiled pattern or of a match; `None` where it is neither, or not known.
    pub(super) fn method_of_pattern(
        &mut self,
        instance: &Rc<Instance>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        match &instance.class {
            Live::Name(class) if &**class == MATCH => Ok(of_match(instance, name, args, keywords)),
            Live::Name(class) if &**class == PATTERN => match self.compiled(instance)? {
                Some(regex) => {
                    let args: Vec<Live> = args.iter().map(|it| self.assume(it)).collect();
                    self.look_for(&regex, name, &args, keywords, scope, span)
                }
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn compiled(&mut self, instance: &Instance) -> Result<Option<Regex>, Stop> {
        if !matches!(&instance.class, Live::Name(class) if &**class == PATTERN) {
            return Ok(None);
        }
        let flags = instance
            .args
            .get(1)
            .or_else(|| instance.keywords.iter().find(|(name, _)| &**name == "flags").map(|(_, it)| it));
        let flags = match flags {
            Some(flags) => self.force(flags)?,
            None => Live::Int(0),
        };
        let pattern = match instance.args.first() {
            Some(pattern) => self.force(pattern)?,
            None => return Ok(None),
        };
        let pattern = pattern.as_str().and_then(|it| syntax::common(it, &flags));
        Ok(pattern.and_then(|it| self.regex(&it)))
    }

    /// To build one costs more than what it is asked for: each is built once.
    fn regex(&mut self, pattern: &str) -> Option<Regex> {
        if let Some(known) = self.patterns.get(pattern) {
            return known.clone();
        }
        if self.patterns.len() > MANY {
            self.patterns.clear();
        }
        let built = syntax::build(pattern);
        self.patterns.insert(pattern.to_owned(), built.clone());
        built
    }

    fn look_for(
        &mut self,
        regex: &Regex,
        function: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let (replacement, args) = match (function, args) {
            ("sub", [replacement, rest @ ..]) => (Some(replacement.clone()), rest),
            ("sub", []) => return Ok(None),
            (_, args) => (None, args),
        };
        let Some((Live::Str(text), rest)) = args.split_first() else { return Ok(None) };
        let limit = match (function, rest, keywords.as_slice()) {
            (_, [], []) => 0,
            ("sub" | "split", [limit], []) => match integer(limit).and_then(|it| usize::try_from(it).ok()) {
                Some(limit) => limit,
                None => return Ok(None),
            },
            ("sub" | "split", [], [(name, limit)]) if matches!(&**name, "count" | "maxsplit") => {
                match integer(limit).and_then(|it| usize::try_from(it).ok()) {
                    Some(limit) => limit,
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        if text.len() > MOST_BYTES || !syntax::is_plain_text(text, regex.as_str()) {
            return Ok(None);
        }
        self.steps(text.len() + regex.as_str().len())?;
        let one = |it: &mut Self, found: Option<Captures<'_>>| match found {
            Some(found) => it.match_of(regex, &found, scope, span),
            None => Live::None,
        };
        match function {
            "search" => return Ok(Some(one(self, regex.captures(text)))),
            "match" | "fullmatch" => {
                let end = if function == "match" { "" } else { r"\z" };
                let Some(anchored) = self.regex(&format!(r"\A(?:{}){end}", regex.as_str())) else {
                    return Ok(None);
                };
                return Ok(Some(one(self, anchored.captures(text))));
            }
            _ => {}
        }
        // Of matches that hold nothing, the two find others.
        let holds_nothing = |at: usize| regex.find_at(text, at).is_some_and(|it| it.is_empty());
        if (0..=text.len()).any(holds_nothing) {
            return Ok(None);
        }
        let found: Vec<Captures<'_>> =
            regex.captures_iter(text).take(if limit == 0 { usize::MAX } else { limit }).collect();
        self.steps(found.len() * 4)?;
        Ok(match function {
            "findall" => {
                let group = |it: &Captures<'_>, at: usize| Live::str(it.get(at).map_or("", |it| it.as_str()));
                let each = |it: &Captures<'_>| match it.len() {
                    1 => group(it, 0),
                    2 => group(it, 1),
                    count => Live::tuple((1..count).map(|at| group(it, at)).collect()),
                };
                Some(Live::list(found.iter().map(each).collect()))
            }
            "finditer" => {
                let all = found.iter().map(|it| self.match_of(regex, it, scope, span)).collect();
                Some(Stream::waiting(StreamSource::Builtin("iter".into(), vec![Live::list(all)], Vec::new())))
            }
            "split" => {
                let mut parts = Vec::new();
                let mut from = 0;
                for it in &found {
                    let whole = it.get_match();
                    parts.push(Live::str(&text[from..whole.start()]));
                    parts.extend(
                        it.iter().skip(1).map(|it| it.map_or(Live::None, |it| Live::str(it.as_str()))),
                    );
                    from = whole.end();
                }
                parts.push(Live::str(&text[from..]));
                Some(Live::list(parts))
            }
            "sub" => {
                let mut made = String::new();
                let mut from = 0;
                for it in &found {
                    let whole = it.get_match();
                    made.push_str(&text[from..whole.start()]);
                    let put_in = match replacement.as_ref() {
                        Some(Live::Str(template)) => syntax::expanded(template, it),
                        Some(function @ (Live::Function(_) | Live::Bound(_) | Live::Partial(_))) => {
                            let found = self.match_of(regex, it, scope, span);
                            let put_in = self.call(function, vec![found], Vec::new(), scope, span)?;
                            put_in.as_str().map(|it| it.to_string())
                        }
                        _ => None,
                    };
                    let Some(put_in) = put_in else { return Ok(None) };
                    made.push_str(&put_in);
                    self.long(made.len())?;
                    from = whole.end();
                }
                made.push_str(&text[from..]);
                Some(Live::str(made))
            }
            _ => None,
        })
    }

    fn match_of(&mut self, regex: &Regex, found: &Captures<'_>, scope: &Rc<Scope>, span: Span) -> Live {
        let groups = found.iter().map(|it| it.map_or(Live::None, |it| Live::str(it.as_str()))).collect();
        let place = |it: Option<regex::Match<'_>>| {
            let ends = it.map_or([-1, -1], |it| [it.start() as i128, it.end() as i128]);
            Live::tuple(ends.map(Live::Int).to_vec())
        };
        let spans = found.iter().map(place).collect();
        let names = regex.capture_names().enumerate();
        let names = names.filter_map(|(at, name)| Some((Live::str(name?), Live::Int(at as i128)))).collect();
        let made = self.outside_instance(MATCH, Vec::new(), Vec::new(), scope, span);
        if let Live::Instance(made) = &made {
            let mut attributes = made.attributes.borrow_mut();
            attributes.set(GROUPS.into(), Live::tuple(groups));
            attributes.set(SPANS.into(), Live::tuple(spans));
            attributes.set(NAMES.into(), Live::dict(names));
        }
        made
    }
}

/// A group by its number or its name.
fn group(instance: &Instance, of: &str, which: &Live) -> Option<Live> {
    let attributes = instance.attributes.borrow();
    let at = match (which, attributes.get(NAMES)) {
        (Live::Str(_), Some(Live::Dict(names))) => integer(find(&names.borrow(), which)?)?,
        (which, _) => integer(which)?,
    };
    let Some(Live::Tuple(all)) = attributes.get(of) else { return None };
    all.get(usize::try_from(at).ok()?).cloned()
}

fn of_match(instance: &Instance, name: &str, args: &[Live], keywords: &Keywords) -> Option<Live> {
    let default = match (args, keywords.as_slice()) {
        ([], []) => Live::None,
        ([default], []) => default.clone(),
        ([], [(name, default)]) if &**name == "default" => default.clone(),
        _ => Live::None,
    };
    let or_default = |it: Live| if matches!(it, Live::None) { default.clone() } else { it };
    let place = |at: usize| {
        let Live::Tuple(ends) = group(instance, SPANS, args.first().unwrap_or(&Live::Int(0)))? else {
            return None;
        };
        ends.get(at).cloned()
    };
    match (name, args) {
        _ if !keywords.is_empty() && !matches!(name, "groups" | "groupdict") => None,
        ("group", []) => group(instance, GROUPS, &Live::Int(0)),
        ("group" | "__getitem__", [which]) => group(instance, GROUPS, which),
        ("group", several) => {
            let all: Option<Vec<Live>> = several.iter().map(|it| group(instance, GROUPS, it)).collect();
            all.map(Live::tuple)
        }
        ("groups", [] | [_]) => match instance.attributes.borrow().get(GROUPS) {
            Some(Live::Tuple(all)) => {
                Some(Live::tuple(all.iter().skip(1).cloned().map(or_default).collect()))
            }
            _ => None,
        },
        ("groupdict", [] | [_]) => {
            let Some(Live::Dict(names)) = instance.attributes.borrow().get(NAMES).cloned() else {
                return None;
            };
            let pair =
                |(name, at): &(Live, Live)| Some((name.clone(), or_default(group(instance, GROUPS, at)?)));
            let pairs: Option<Pairs> = names.borrow().iter().map(pair).collect();
            pairs.map(Live::dict)
        }
        ("start", [] | [_]) => place(0),
        ("end", [] | [_]) => place(1),
        ("span", []) => group(instance, SPANS, &Live::Int(0)),
        ("span", [which]) => group(instance, SPANS, which),
        _ => None,
    }
}

/// Whether it is what a pattern found: that is true, and has elements.
pub fn is_match(instance: &Instance) -> bool {
    matches!(&instance.class, Live::Name(class) if &**class == MATCH)
}
