//! Text made of values: `%`, `str.format`, f-strings, `str()` and `repr()`.

use super::Interpreter;
use super::live::*;
use super::operator::find;

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
        Live::Float(it) => Some(format!("{it:?}")),
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

/// A value by a format specification: those of width, fill and number that occur in names.
pub fn spec(value: &Live, spec: &str) -> Option<String> {
    if spec.is_empty() {
        return text(value);
    }
    let plain = spec.trim_end_matches(['d', 's']);
    let (fill, width) = match plain.strip_prefix('0') {
        Some(width) => ('0', width),
        None => (' ', plain),
    };
    let width: usize = if width.is_empty() { 0 } else { width.parse().ok()? };
    if width > 1_000 {
        return None;
    }
    let text = text(value)?;
    let missing = width.saturating_sub(text.chars().count());
    let padding: String = std::iter::repeat_n(fill, missing).collect();
    match value {
        Live::Int(it) if *it < 0 => None,
        Live::Int(_) => Some(format!("{padding}{text}")),
        Live::Str(_) if fill == ' ' => Some(format!("{text}{padding}")),
        _ => None,
    }
}

/// `template % value`; `None` when it is not known.
pub fn percent(interpreter: &mut Interpreter, template: &str, value: &Live) -> Result<Option<String>, Stop> {
    let positional: Vec<Live> = match value {
        Live::Tuple(items) => items.to_vec(),
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
        let piece = match conversion {
            's' => padded(&item, flags),
            'd' | 'i' => whole(&item).and_then(|it| match flags.strip_prefix('-') {
                Some(width) => spec(&it, &format!("<{}", width.trim_start_matches('0'))),
                None => spec(&it, flags),
            }),
            'r' if flags.is_empty() => repr(&item, 20),
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
    let text = spec(item, "")?;
    let width = flags.trim_start_matches(['-', '+', ' ', '#', '0']);
    if width.is_empty() {
        return Some(text);
    }
    let side = if width.starts_with('.') {
        ""
    } else if flags.contains('-') {
        "<"
    } else {
        ">"
    };
    spec(&Live::str(text), &format!("{side}{width}"))
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
        let Some((field, after)) = rest.split_once('}') else {
            return Ok(None);
        };
        rest = after;
        let (name, format) = field.split_once(':').unwrap_or((field, ""));
        let (name, as_repr) = match name.strip_suffix("!r") {
            Some(name) => (name, true),
            None => (name.strip_suffix("!s").unwrap_or(name), false),
        };
        let item = if name.is_empty() {
            next += 1;
            args.get(next - 1)
        } else if let Ok(position) = name.parse::<usize>() {
            args.get(position)
        } else {
            keywords.iter().find(|(it, _)| **it == *name).map(|(_, value)| value)
        };
        let Some(item) = item else {
            return Ok(None);
        };
        let item = interpreter.force(item)?;
        let piece = if as_repr && format.is_empty() { repr(&item, 20) } else { spec(&item, format) };
        match piece {
            Some(piece) => out.push_str(&piece),
            None => return Ok(None),
        }
        interpreter.long(out.len())?;
    }
    out.push_str(rest);
    Ok(Some(out))
}
