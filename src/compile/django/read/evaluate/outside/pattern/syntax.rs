//! Which of Python's patterns mean the same to the `regex` crate: those in ASCII without anything of which the two have
//! different notions. All others are not known.

use regex::{Captures, Regex, RegexBuilder};

use super::super::super::live::Live;

/// More is not compiled.
const MOST_BYTES: usize = 1_000;
const SIZE_LIMIT: usize = 1 << 18;

/// The pattern as the crate takes it.
pub fn common(pattern: &str, flags: &Live) -> Option<String> {
    let (mut ignores_case, mut by_lines, mut dot_is_all) = (false, false, false);
    match flags {
        Live::Int(0) => {}
        Live::Name(flag) => match &**flag {
            "re.I" | "re.IGNORECASE" => ignores_case = true,
            "re.M" | "re.MULTILINE" => by_lines = true,
            "re.S" | "re.DOTALL" => dot_is_all = true,
            "re.A" | "re.ASCII" | "re.U" | "re.UNICODE" => {}
            _ => return None,
        },
        _ => return None,
    }
    if pattern.len() > MOST_BYTES || !is_common(pattern.as_bytes()) {
        return None;
    }
    // A text of a pattern is asked for later: flags have to stand in it.
    let flags: String = [(ignores_case, 'i'), (by_lines, 'm'), (dot_is_all, 's')]
        .into_iter()
        .filter_map(|(is_set, flag)| is_set.then_some(flag))
        .collect();
    Some(if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}:{pattern})") })
}

/// Of texts that are ASCII nothing is asked that takes the tables of Unicode, which cost most of the building; what may match
/// a part of a letter cannot be built without.
pub fn build(pattern: &str) -> Option<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(SIZE_LIMIT);
    builder.unicode(false).build().or_else(|_| builder.unicode(true).build()).ok()
}

/// Whether a text is looked through alike: ASCII, and where `$` stands no line feed at its end.
pub fn is_plain_text(text: &str, pattern: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii() && !(0x1c..=0x1f).contains(&it);
    text.bytes().all(is_plain) && !(text.ends_with('\n') && pattern.contains('$'))
}

/// Whether all of a pattern is of the kind that both read alike.
fn is_common(pattern: &[u8]) -> bool {
    let mut at = 0;
    let mut groups: Vec<usize> = Vec::new();
    // Whether what stands before may be repeated no more.
    let mut was_repeated = false;
    while let Some(&byte) = pattern.get(at) {
        let next = pattern.get(at + 1).copied();
        let is_repeat = matches!(byte, b'*' | b'+' | b'?' | b'{');
        match byte {
            b'\\' => {
                let is_known = next.is_some_and(|it| {
                    matches!(
                        it,
                        b'd' | b'D' | b'w' | b'W' | b's' | b'S' | b'b' | b'B' | b'A' | b'n' | b't' | b'r'
                    ) || (it.is_ascii_punctuation() && it != b'<' && it != b'>')
                });
                if !is_known || (next == Some(b'b') && pattern.get(at + 2) == Some(&b'{')) {
                    return false;
                }
                at += 1;
            }
            b'[' => match class_end(pattern, at) {
                Some(end) => at = end,
                None => return false,
            },
            b'(' => {
                let opened = &pattern[at + 1..];
                let length = if !opened.starts_with(b"?") || opened.starts_with(b"?:") {
                    0
                } else if opened.starts_with(b"?P<") {
                    // What stands between names no quantifier.
                    match opened.iter().position(|it| *it == b'>') {
                        Some(end) => end,
                        None => return false,
                    }
                } else {
                    return false;
                };
                groups.push(at);
                at += length;
                if opened.starts_with(b"?:") {
                    at += 2;
                }
            }
            b')' => {
                let Some(start) = groups.pop() else { return false };
                let inside = &pattern[start + 1..at];
                let inside = inside.strip_prefix(b"?:").unwrap_or(inside);
                let inside = match inside.starts_with(b"?P<") {
                    true => &inside[3..],
                    false => inside,
                };
                let is_repeated = matches!(next, Some(b'*' | b'+' | b'{'));
                // What may be empty, repeated, ends differently; and what it held is kept differently.
                if is_repeated
                    && inside.iter().any(|it| matches!(it, b'*' | b'?' | b'|' | b'{' | b'(' | b'^' | b'$'))
                {
                    return false;
                }
            }
            b'{' => {
                let Some(length) = pattern[at..].iter().position(|it| *it == b'}') else { return false };
                let inside = &pattern[at + 1..at + length];
                if !inside.first().is_some_and(u8::is_ascii_digit)
                    || !inside.iter().all(|it| it.is_ascii_digit() || *it == b',')
                {
                    return false;
                }
                at += length;
            }
            _ if !byte.is_ascii() => return false,
            _ => {}
        }
        // `a?` may be lazy; other quantifiers one behind the other are possessive, or a mistake.
        if is_repeat && was_repeated && byte != b'?' {
            return false;
        }
        was_repeated = is_repeat;
        at += 1;
    }
    groups.is_empty()
}

/// Where a class of letters ends; `None` for one that the two read differently.
fn class_end(pattern: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    if pattern.get(at) == Some(&b'^') {
        at += 1;
    }
    if pattern.get(at) == Some(&b']') {
        return None;
    }
    loop {
        let byte = *pattern.get(at)?;
        let next = *pattern.get(at + 1)?;
        match byte {
            b']' => return Some(at),
            b'[' => return None,
            b'&' | b'-' | b'~' if next == byte => return None,
            b'\\' => {
                let is_kind = matches!(next, b'd' | b'D' | b'w' | b'W' | b's' | b'S' | b'n' | b't' | b'r');
                let is_mark = next.is_ascii_punctuation() && next != b'<' && next != b'>';
                if !is_kind && !is_mark {
                    return None;
                }
                at += 1;
            }
            _ if !byte.is_ascii() => return None,
            _ => {}
        }
        // The last bracket may be the last of all.
        if pattern.get(at + 1) == Some(&b']') {
            return Some(at + 1);
        }
        at += 1;
    }
}

/// What a template puts in the place of a match: `\1`, `\g<1>`, `\g<name>`.
pub fn expanded(template: &str, found: &Captures<'_>) -> Option<String> {
    let mut made = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('\\') {
        made.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut letters = rest.chars();
        let first = letters.next()?;
        rest = letters.as_str();
        match first {
            '\\' => made.push('\\'),
            'n' => made.push('\n'),
            't' => made.push('\t'),
            'r' => made.push('\r'),
            // More digits are another group, or an octal number.
            '1'..='9' if !rest.starts_with(|it: char| it.is_ascii_digit()) => {
                let at = usize::try_from(first.to_digit(10)?).ok()?;
                made.push_str(group(found, at)?);
            }
            'g' => {
                let (name, after) = rest.strip_prefix('<')?.split_once('>')?;
                rest = after;
                let text = match name.parse() {
                    Ok(at) => group(found, at)?,
                    Err(_) => found.name(name).map_or("", |it| it.as_str()),
                };
                made.push_str(text);
            }
            _ => return None,
        }
    }
    made.push_str(rest);
    Some(made)
}

/// A group that did not take part is empty; one that is not there is a mistake.
fn group<'t>(found: &Captures<'t>, at: usize) -> Option<&'t str> {
    (at < found.len()).then(|| found.get(at).map_or("", |it| it.as_str()))
}

/// `re.escape`
pub fn escaped(text: &str) -> String {
    let mut made = String::new();
    for letter in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(letter) {
            made.push('\\');
        }
        made.push(letter);
    }
    made
}
