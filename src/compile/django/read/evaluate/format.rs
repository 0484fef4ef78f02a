//! Text made of values: `%`, `str.format`, f-strings, `str()` and `repr()`.

mod spec;

use std::rc::Rc;

use super::Interpreter;
use super::live::*;
use super::operator::find;
use super::special::is_of_a_class;
use crate::compile::django::project::{APP_LABEL, LABEL_IN_TEXT};
use crate::compile::django::read::syntax::tree::Span;

pub use spec::spec;

/// What a value is, for a reason: "`django.conf.settings`", "a list".
pub fn kind(value: &Live) -> String {
    match value {
        Live::None => "None".to_owned(),
        Live::Bool(_) => "a boolean".to_owned(),
        Live::Int(_) | Live::Float(_) => "a number".to_owned(),
        Live::Str(_) => "a string".to_owned(),
        Live::Bytes(_) => "bytes".to_owned(),
        Live::List(_) => "a list".to_owned(),
        Live::Tuple(_) => "a tuple".to_owned(),
        Live::Set(_) => "a set".to_owned(),
        Live::Dict(_) => "a dict".to_owned(),
        Live::Path(_) => "a path".to_owned(),
        Live::Name(path) => format!("`{path}`"),
        Live::Import(import) => format!("`{}`", import.module),
        Live::Module(module) => format!("module `{}`", module.name),
        Live::Function(closure) => format!("`{}`", closure.path),
        Live::Class(class) => format!("`{}`", class.path),
        Live::Instance(instance) => format!("an instance of {}", kind(&instance.class)),
        Live::Bound(bound) => match &bound.callee {
            Callee::Function(closure) => format!("`{}`", closure.path),
            Callee::Method(name) => format!("`{name}` of {}", kind(&bound.receiver)),
            Callee::Base(class, name) => format!("`{class}.{name}`"),
        },
        Live::Super(_) => "super()".to_owned(),
        Live::Descriptor(..) => "a descriptor".to_owned(),
        Live::Partial(partial) => kind(&partial.function),
        Live::Stream(_) => "an iterator".to_owned(),
        Live::Unknown(unknown) => format!("`{}`", unknown.text),
    }
}

/// `str(value)`; `None` when it is not known.
pub fn text(value: &Live) -> Option<String> {
    match value {
        Live::Str(text) => Some(text.to_string()),
        // What a method of an operation is given.
        Live::Name(name) if **name == *APP_LABEL => Some(LABEL_IN_TEXT.to_owned()),
        Live::Path(path) => Some(path.to_string_lossy().into_owned()),
        value => repr(value, 20),
    }
}

pub fn repr(value: &Live, depth: u32) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let each = |items: &[Live]| -> Option<String> {
        let texts: Option<Vec<String>> = items.iter().map(|item| repr(item, depth)).collect();
        Some(texts?.join(", "))
    };
    match value {
        Live::None => Some("None".to_owned()),
        Live::Bool(it) => Some(if *it { "True" } else { "False" }.to_owned()),
        Live::Int(it) => Some(it.to_string()),
        Live::Float(it) => Some(float(*it)),
        Live::Str(it) => {
            let quote = if it.contains('\'') && !it.contains('"') { '"' } else { '\'' };
            let mut text = String::from(quote);
            for character in it.chars() {
                match character {
                    '\n' => text.push_str("\\n"),
                    '\t' => text.push_str("\\t"),
                    '\r' => text.push_str("\\r"),
                    '\\' => text.push_str("\\\\"),
                    it if it == quote => text.extend(['\\', it]),
                    it => text.push(it),
                }
            }
            text.push(quote);
            Some(text)
        }
        Live::List(items) => Some(format!("[{}]", each(&items.borrow())?)),
        Live::Tuple(items) if items.len() == 1 => Some(format!("({},)", each(items)?)),
        Live::Tuple(items) => Some(format!("({})", each(items)?)),
        Live::Dict(pairs) => {
            let pairs = pairs.borrow();
            let texts: Option<Vec<String>> = pairs
                .iter()
                .map(|(key, value)| Some(format!("{}: {}", repr(key, depth)?, repr(value, depth)?)))
                .collect();
            Some(format!("{{{}}}", texts?.join(", ")))
        }
        Live::Bytes(_)
        | Live::Set(_)
        | Live::Path(_)
        | Live::Name(_)
        | Live::Import(_)
        | Live::Module(_)
        | Live::Function(_)
        | Live::Class(_)
        | Live::Instance(_)
        | Live::Bound(_)
        | Live::Super(_)
        | Live::Descriptor(..)
        | Live::Partial(_)
        | Live::Stream(_)
        | Live::Unknown(_) => None,
    }
}

/// `repr` of a float: the fewest digits that are read as the same.
pub fn float(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{value:?}"),
    }
}

/// `template % value`; `None` when it is not known.
pub fn percent(
    interpreter: &mut Interpreter,
    template: &str,
    value: &Live,
    scope: &Rc<Scope>,
    span: Span,
) -> Result<Option<String>, Stop> {
    let positional: Vec<Live> = match value {
        Live::Tuple(items) => items.to_vec(),
        other if interpreter.is_tuple(other)? => match interpreter.iterate(other, scope, span)? {
            Ok(items) => items,
            Err(_) => return Ok(None),
        },
        other => vec![other.clone()],
    };
    let mut positional = positional.iter();
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        interpreter.step()?;
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let item = match rest.strip_prefix('(') {
            Some(named) => {
                let (Some((name, after)), Live::Dict(pairs)) = (named.split_once(')'), value) else {
                    return Ok(None);
                };
                rest = after;
                find(&pairs.borrow(), &Live::str(name)).cloned()
            }
            None if rest.starts_with('%') => None,
            None => positional.next().cloned(),
        };
        let end = rest.find(|it: char| it.is_ascii_alphabetic() || it == '%').unwrap_or(rest.len());
        let (flags, conversion) = rest.split_at(end);
        let Some(conversion) = conversion.chars().next() else {
            return Ok(None);
        };
        rest = &rest[end + 1..];
        if conversion == '%' {
            out.push('%');
            continue;
        }
        let Some(item) = item else {
            return Ok(None);
        };
        let item = interpreter.force(&item)?;
        let is_own = is_of_a_class(&item);
        let mut item = interpreter.shown(&item, conversion == 'r', scope, span)?;
        if !flags.is_empty() {
            item = interpreter.assume(&item);
        }
        let piece = match conversion {
            's' => padded(&item, flags),
            'd' | 'i' | 'u' => whole(&item).and_then(|it| numbered(&it, flags, 'd')),
            'x' | 'X' | 'o' if matches!(item, Live::Int(_)) => numbered(&item, flags, conversion),
            'f' | 'F' if matches!(item, Live::Int(_) | Live::Float(_)) => numbered(&item, flags, conversion),
            'r' if is_own => padded(&item, flags),
            'r' => repr(&item, 20).and_then(|it| padded(&Live::str(it), flags)),
            _ => None,
        };
        match piece {
            Some(piece) => out.push_str(&piece),
            None => return Ok(None),
        }
        interpreter.long(out.len())?;
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// `%5s`: to the right, unless a `-` says otherwise.
fn padded(item: &Live, flags: &str) -> Option<String> {
    if matches!(item, Live::Instance(_)) {
        return None;
    }
    let text = text(item)?;
    let width = flags.trim_start_matches(['-', '+', ' ', '#', '0']);
    let side = if flags.starts_with('-') { "<" } else { ">" };
    if width.is_empty() { Some(text) } else { spec(&Live::str(text), &format!("{side}{width}")) }
}

/// `%05d`, `%-8.2f`: the same flags in the notation of formats.
fn numbered(item: &Live, flags: &str, kind: char) -> Option<String> {
    let width = flags.trim_start_matches(['-', '+', ' ', '#', '0']);
    let has = |flag: char| flags[..flags.len() - width.len()].contains(flag);
    let sign = if has('+') {
        "+"
    } else if has(' ') {
        " "
    } else {
        ""
    };
    let alternate = if has('#') { "#" } else { "" };
    let (side, zero) = match (has('-'), has('0')) {
        (true, _) => ("<", ""),
        (false, true) => ("", "0"),
        (false, false) => (">", ""),
    };
    // `%.3d` fills with zeros, which formats do not.
    (kind == 'f' || kind == 'F' || !width.contains('.'))
        .then(|| spec(item, &format!("{side}{sign}{alternate}{zero}{width}{kind}")))?
}

/// What `%d` makes of a number.
fn whole(item: &Live) -> Option<Live> {
    match item {
        Live::Int(it) => Some(Live::Int(*it)),
        Live::Bool(it) => Some(Live::Int(i128::from(*it))),
        Live::Float(it) if it.abs() < 1e30 => Some(Live::Int(it.trunc() as i128)),
        _ => None,
    }
}

/// `template.format(…)`; `None` when it is not known.
pub fn braces(
    interpreter: &mut Interpreter,
    template: &str,
    args: &[Live],
    keywords: &Keywords,
    scope: &Rc<Scope>,
    span: Span,
) -> Result<Option<String>, Stop> {
    let mut out = String::new();
    let mut next = 0;
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        interpreter.step()?;
        out.push_str(&rest[..at]);
        let brace = &rest[at..at + 1];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        let Some((field, after)) = split_field(rest) else { return Ok(None) };
        rest = after;
        let (name, format) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = match name.split_once('!') {
            Some((name, conversion)) => (name, conversion.chars().next()),
            None => (name, None),
        };
        let Some(item) = field_value(interpreter, name, args, keywords, &mut next, scope, span)? else {
            return Ok(None);
        };
        // The format may itself hold fields: `{:>{width}}`.
        let format = if format.contains('{') {
            let mut made = String::new();
            let mut left = format;
            while let Some((before, inner)) = left.split_once('{') {
                let Some((name, behind)) = inner.split_once('}') else { return Ok(None) };
                let value = field_value(interpreter, name, args, keywords, &mut next, scope, span)?;
                let Some(value) = value.as_ref().and_then(text) else { return Ok(None) };
                made.push_str(before);
                made.push_str(&value);
                left = behind;
            }
            made + left
        } else {
            format.to_owned()
        };
        match interpreter.formatted(&item, conversion, &format, scope, span)? {
            Some(piece) => out.push_str(&piece),
            None => return Ok(None),
        }
        interpreter.long(out.len())?;
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// What stands between two braces, and what behind them.
fn split_field(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `name`, `0.name`, `name[key]`
fn field_value(
    interpreter: &mut Interpreter,
    field: &str,
    args: &[Live],
    keywords: &Keywords,
    next: &mut usize,
    scope: &Rc<Scope>,
    span: Span,
) -> Result<Option<Live>, Stop> {
    let end = field.find(['.', '[']).unwrap_or(field.len());
    let (name, mut path) = field.split_at(end);
    let item = if name.is_empty() {
        *next += 1;
        args.get(*next - 1)
    } else if let Ok(position) = name.parse::<usize>() {
        args.get(position)
    } else {
        keywords.iter().find(|(it, _)| **it == *name).map(|(_, value)| value)
    };
    let Some(item) = item else { return Ok(None) };
    let mut value = interpreter.force(item)?;
    while !path.is_empty() {
        if let Some(key) = path.strip_prefix('[') {
            let Some((key, behind)) = key.split_once(']') else { return Ok(None) };
            let key = key.parse::<u32>().map_or_else(|_| Live::str(key), |it| Live::Int(it.into()));
            value = interpreter.subscript(&value, &key, scope, span)?;
            path = behind;
        } else {
            let name = path.strip_prefix('.').unwrap_or(path);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            value = interpreter.attribute(&value, &name[..end], scope, span)?;
            path = &name[end..];
        }
        value = interpreter.force(&value)?;
    }
    Ok(Some(value))
}
