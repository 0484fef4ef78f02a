//! A module's top-level statements by their first words and lengths, without parsing them: what lies in a class or
//! function that nobody asks for need not be looked at.
//!
//! Knows of Python no more than where a statement ends: strings, comments, brackets and continued lines. Where it is not
//! certain, it says nothing, and the whole text is parsed.

use std::ops::Range;

use super::guard::{MAX_BRACKETS, MAX_INDENTS, MAX_RUN};

/// What was seen of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Scan {
    pub parts: Vec<Part>,
    /// Certainly within the limits of [`super::guard`].
    pub is_tame: bool,
}

/// One class or function, or all that stands between two of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    pub kind: PartKind,
    /// From the first letter, decorators too, to the last that is no comment.
    pub range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartKind {
    Class {
        /// By its place.
        name: Range<usize>,
        /// Where the colon ends behind which its body begins.
        head: usize,
        /// Without decorators.
        is_plain: bool,
    },
    Function {
        name: Range<usize>,
        /// Where the colon ends behind which its body begins.
        head: usize,
        /// Without decorators and defaults: defining it computes nothing.
        is_plain: bool,
    },
    Other,
}

impl Part {
    /// Counts from further ahead.
    pub fn shift(&mut self, by: usize) {
        let shift = |range: &mut Range<usize>| *range = range.start + by..range.end + by;
        shift(&mut self.range);
        match &mut self.kind {
            PartKind::Class { name, head, .. } | PartKind::Function { name, head, .. } => {
                shift(name);
                *head += by;
            }
            PartKind::Other => {}
        }
    }
}

/// The statements of a module. `None` where it is not certain what belongs together.
pub fn scan(text: &str) -> Option<Scan> {
    scan_from(text, Some(0))
}

/// The statements of a block, which begin as deep as the first of them does.
pub fn scan_block(text: &str) -> Option<Scan> {
    scan_from(text, None)
}

fn scan_from(text: &str, mut depth: Option<usize>) -> Option<Scan> {
    let text = text.as_bytes();
    if memchr::memchr(b'\x0c', text).is_some() {
        return None;
    }
    let mut scanner = Scanner { text, at: 0, runs: Vec::new(), is_tame: true };
    let mut parts: Vec<Part> = Vec::new();
    let mut decorated: Option<usize> = None;
    while let Some(indent) = scanner.next_line() {
        let depth = *depth.get_or_insert(indent);
        if indent < depth {
            return None;
        }
        scanner.is_tame &= indent <= MAX_INDENTS;
        let start = scanner.at;
        let line = scanner.logical_line()?;
        let first = word(text, start);
        let goes_on = indent > depth || matches!(first, b"else" | b"elif" | b"except" | b"finally");
        if goes_on {
            // A decorator is followed by what it decorates.
            let last = parts.last_mut().filter(|_| decorated.is_none())?;
            last.range.end = line.end;
            continue;
        }
        if text[start] == b'@' {
            decorated.get_or_insert(start);
            continue;
        }
        let from = decorated.take();
        let kind = kind(text, start, &line, from.is_some());
        match parts.last_mut() {
            Some(last) if kind == PartKind::Other && last.kind == PartKind::Other => {
                last.range.end = line.end;
            }
            _ => parts.push(Part { kind, range: from.unwrap_or(start)..line.end }),
        }
    }
    decorated.is_none().then_some(Scan { parts, is_tame: scanner.is_tame })
}

fn kind(text: &[u8], start: usize, line: &Line, is_decorated: bool) -> PartKind {
    let mut first = word(text, start);
    let mut at = start + first.len();
    if first == b"async" {
        at += blanks(text, at);
        first = word(text, at);
        at += first.len();
    }
    at += blanks(text, at);
    let name = at..at + word(text, at).len();
    if !text[name.clone()].is_ascii() {
        // The parser knows how it is really spelled.
        return PartKind::Other;
    }
    match (first, line.colon) {
        (b"class", Some(colon)) if !name.is_empty() => {
            PartKind::Class { name, head: colon + 1, is_plain: !is_decorated }
        }
        (b"def", Some(colon)) if !name.is_empty() => {
            PartKind::Function { name, head: colon + 1, is_plain: !is_decorated && !line.has_equals }
        }
        _ => PartKind::Other,
    }
}

/// A statement's first line, with all that its brackets and backslashes make one of it.
struct Line {
    /// Behind its last letter that is no comment.
    end: usize,
    /// The first outside of brackets.
    colon: Option<usize>,
    /// Before that.
    has_equals: bool,
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    /// Words and letters of operators since the last comma, for each open bracket: no run is longer.
    runs: Vec<u32>,
    is_tame: bool,
}

impl Scanner<'_> {
    /// Goes to the first letter of the next line that holds anything; how far it is indented.
    fn next_line(&mut self) -> Option<usize> {
        loop {
            let indent = blanks(self.text, self.at);
            self.at += indent;
            match self.text.get(self.at)? {
                b'\n' | b'\r' => self.at += 1,
                b'#' => self.skip_comment(),
                _ => return Some(indent),
            }
        }
    }

    fn skip_comment(&mut self) {
        self.at = memchr::memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |it| self.at + it);
    }

    fn logical_line(&mut self) -> Option<Line> {
        let mut line = Line { end: self.at, colon: None, has_equals: false };
        self.runs.clear();
        self.runs.push(0);
        while let Some(&byte) = self.text.get(self.at) {
            let from = self.at;
            self.at += 1;
            match byte {
                b' ' | b'\t' => continue,
                b'\n' if self.runs.len() == 1 => return Some(line),
                b'\n' => continue,
                // Of a line's end, or else not Python's any more.
                b'\r' => {
                    if self.text.get(self.at) != Some(&b'\n') {
                        return None;
                    }
                    continue;
                }
                b'#' => {
                    self.skip_comment();
                    continue;
                }
                b'\\' => {
                    self.at += usize::from(self.text.get(self.at) == Some(&b'\r'));
                    if self.text.get(self.at) != Some(&b'\n') {
                        return None;
                    }
                    self.at += 1;
                    continue;
                }
                b'"' | b'\'' => self.string(from, b"")?,
                b'(' | b'[' | b'{' => {
                    self.count(1);
                    self.runs.push(0);
                    self.is_tame &= self.runs.len() <= MAX_BRACKETS;
                }
                b')' | b']' | b'}' => {
                    self.runs.pop();
                    // One that closes nothing.
                    self.runs.last()?;
                }
                b',' => {
                    if let Some(run) = self.runs.last_mut() {
                        *run = 0;
                    }
                }
                b':' if self.runs.len() == 1 => {
                    line.colon.get_or_insert(from);
                    self.count(1);
                }
                byte if is_word(byte) => {
                    let length = self.text[self.at..].iter().take_while(|it| is_word(**it)).count();
                    self.at += length;
                    self.count(1);
                    if let Some(b'"' | b'\'') = self.text.get(self.at) {
                        let prefix = from..self.at;
                        self.at += 1;
                        self.string(prefix.end, &self.text[prefix])?;
                    }
                }
                byte => {
                    line.has_equals |= byte == b'=' && line.colon.is_none();
                    self.count(1);
                }
            }
            line.end = self.at;
        }
        (self.runs.len() == 1).then_some(line)
    }

    fn count(&mut self, letters: u32) {
        if let Some(run) = self.runs.last_mut() {
            *run = run.saturating_add(letters);
            self.is_tame &= *run <= MAX_RUN;
        }
    }

    /// Goes behind a string whose first quote lies at `from`, right before here.
    fn string(&mut self, from: usize, prefix: &[u8]) -> Option<()> {
        let quote = self.text[from];
        let is_triple = self.text[self.at..].starts_with(&[quote, quote]);
        self.at += if is_triple { 2 } else { 0 };
        let is_formatted = prefix.iter().any(|it| matches!(it, b'f' | b'F' | b't' | b'T'));
        if is_formatted {
            return self.formatted(quote, is_triple);
        }
        loop {
            let rest = &self.text[self.at..];
            let next = if is_triple {
                memchr::memchr2(quote, b'\\', rest)?
            } else {
                rest.iter().position(|it| *it == quote || matches!(it, b'\\' | b'\n'))?
            };
            self.at += next + 1;
            match rest[next] {
                b'\\' => self.escape()?,
                b'\n' => return None,
                _ if !is_triple => return Some(()),
                _ if self.text[self.at..].starts_with(&[quote, quote]) => {
                    self.at += 2;
                    return Some(());
                }
                _ => {}
            }
        }
    }

    /// Goes behind what a backslash stands before.
    fn escape(&mut self) -> Option<()> {
        let is_two = self.text[self.at..].starts_with(b"\r\n");
        self.at += if is_two { 2 } else { 1 };
        (self.at <= self.text.len()).then_some(())
    }

    /// An f-string, where no quote and no bracket of its values could be taken for one of its own.
    fn formatted(&mut self, quote: u8, is_triple: bool) -> Option<()> {
        let (from, mut open, mut brackets) = (self.at, 0_u32, 0);
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            brackets += usize::from(matches!(byte, b'(' | b'[' | b'{'));
            match byte {
                b'\\' => self.escape()?,
                b'\n' if !is_triple => return None,
                b'{' if open == 0 && self.text.get(self.at) == Some(&b'{') => self.at += 1,
                b'{' => open += 1,
                b'}' => open = open.saturating_sub(1),
                it if it == quote && is_triple && !self.text[self.at..].starts_with(&[quote, quote]) => {}
                it if it == quote => {
                    self.at += if is_triple { 2 } else { 0 };
                    self.count(u32::try_from(self.at - from).unwrap_or(MAX_RUN));
                    self.is_tame &= self.runs.len() + brackets <= MAX_BRACKETS;
                    return (open == 0).then_some(());
                }
                b'"' | b'\'' | b'#' if open > 0 => self.inner_string(byte, quote)?,
                _ => {}
            }
        }
    }

    /// A string in a value of an f-string: `{name["key"]}`.
    fn inner_string(&mut self, inner: u8, outer: u8) -> Option<()> {
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            match byte {
                it if it == inner => return Some(()),
                b'\\' | b'\n' | b'{' | b'}' | b'#' => return None,
                it if it == outer => return None,
                _ => {}
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn word(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    &rest[..rest.iter().take_while(|it| is_word(**it)).count()]
}

fn blanks(text: &[u8], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take_while(|it| matches!(it, b' ' | b'\t')).count()
}
