//! Reads a tree of YAML key by key, and collects every mistake instead of stopping at the first.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;

use super::yaml::{Key, Node, Position, Value};

/// All mistakes of one file, and what it needs to read values.
pub struct Reader<'a> {
    /// As the user named it; stands in front of every mistake.
    pub file: &'a Path,
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    mistakes: Vec<(Position, String)>,
}

/// A value read from the file, and where it stands.
#[derive(Clone, Debug)]
pub struct At<T> {
    pub position: Position,
    pub value: T,
}

impl<'a> Reader<'a> {
    pub fn new(file: &'a Path, environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { file, environment, mistakes: Vec::new() }
    }

    pub fn mistake(&mut self, position: Position, message: impl Into<String>) {
        self.mistakes.push((position, message.into()));
    }

    /// `schema-health.yaml:14:7`
    pub fn place(&self, position: Position) -> String {
        format!("{}:{}:{}", self.file.display(), position.line, position.column)
    }

    /// Every mistake as `file:line:column: message`, in the order of the file.
    pub fn into_mistakes(mut self) -> Vec<String> {
        let mut mistakes = std::mem::take(&mut self.mistakes);
        mistakes.sort();
        mistakes.dedup();
        mistakes
            .into_iter()
            .map(|(position, message)| format!("{}: {message}", self.place(position)))
            .collect()
    }

    /// The entries of a map; `what` is how a mistake calls it. Duplicates are told and left out.
    pub fn map(&mut self, node: Node, what: &str) -> Option<Entries> {
        let entries = match node.value {
            Value::Map(entries) => entries,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
                let kind = node.value.kind();
                self.mistake(node.position, format!("{what} must be a map of keys and values, not {kind}"));
                return None;
            }
        };
        let mut unique: Vec<(Key, Node)> = Vec::with_capacity(entries.len());
        for (key, node) in entries {
            match unique.iter().find(|(other, _)| other.name == key.name) {
                Some((first, _)) => {
                    let message = format!(
                        "duplicate key {:?}: it already stands in line {}; remove one of the two",
                        key.name, first.position.line
                    );
                    self.mistake(key.position, message);
                }
                None => unique.push((key, node)),
            }
        }
        Some(Entries { position: node.position, entries: unique, known: Vec::new() })
    }

    pub fn list(&mut self, node: Node, what: &str) -> Vec<Node> {
        match node.value {
            Value::List(items) => items,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => {
                let kind = node.value.kind();
                self.mistake(node.position, format!("{what} must be a list, not {kind}"));
                Vec::new()
            }
        }
    }

    /// Text with `${NAME}` replaced by the environment's value; `$${` stands for `${`.
    pub fn text(&mut self, node: Node, what: &str) -> Option<At<String>> {
        let position = node.position;
        let raw = match node.value {
            Value::Text(text) | Value::Number(text) => text,
            Value::Null | Value::Bool(_) | Value::Map(_) | Value::List(_) => {
                let kind = node.value.kind();
                self.mistake(position, format!("{what} must be text, not {kind}"));
                return None;
            }
        };
        let value = match interpolate(&raw, self.environment) {
            Ok(text) => text,
            Err(message) => {
                self.mistake(position, message);
                return None;
            }
        };
        if value.is_empty() {
            self.mistake(position, format!("{what} is empty"));
            return None;
        }
        Some(At { position, value })
    }

    pub fn boolean(&mut self, node: Node, what: &str) -> Option<bool> {
        match node.value {
            Value::Bool(value) => Some(value),
            Value::Null | Value::Number(_) | Value::Text(_) | Value::Map(_) | Value::List(_) => {
                let kind = node.value.kind();
                self.mistake(node.position, format!("{what} must be true or false, not {kind}"));
                None
            }
        }
    }

    /// A duration as `500ms`, `60s`, `5m` or `1h30m`, at least `least`.
    pub fn duration(&mut self, node: Node, what: &str, least: Duration) -> Option<Duration> {
        let text = self.text(node, what)?;
        let duration = parse_duration(&text.value);
        match duration {
            Ok(duration) if duration >= least => return Some(duration),
            Ok(_) => self.mistake(text.position, format!("{what} must be at least {least:?}")),
            Err(message) => self.mistake(text.position, format!("{what} {message}")),
        }
        None
    }

    pub fn whole_number(&mut self, node: Node, what: &str) -> Option<usize> {
        let text = self.text(node, what)?;
        let number = text.value.parse().ok().filter(|number| *number > 0);
        if number.is_none() {
            self.mistake(text.position, format!("{what} must be a whole number above 0"));
        }
        number
    }

    /// A path; a relative one starts at the folder of the configuration file.
    pub fn path(&mut self, node: Node, what: &str) -> Option<At<PathBuf>> {
        let text = self.text(node, what)?;
        Some(At { position: text.position, value: self.folder().join(text.value) })
    }

    pub fn folder(&self) -> &'a Path {
        match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        }
    }
}

/// The entries of one map, taken out one by one by name.
pub struct Entries {
    pub position: Position,
    entries: Vec<(Key, Node)>,
    known: Vec<&'static str>,
}

impl Entries {
    /// The value of `key`, if it is there. A key without a value counts as absent.
    pub fn take(&mut self, key: &'static str) -> Option<Node> {
        self.take_with_key(key).map(|(_, node)| node)
    }

    pub fn take_with_key(&mut self, key: &'static str) -> Option<(Key, Node)> {
        self.known.push(key);
        let at = self.entries.iter().position(|(entry, _)| entry.name == key)?;
        let (key, node) = self.entries.remove(at);
        match node.value {
            Value::Null => None,
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) | Value::List(_) => {
                Some((key, node))
            }
        }
    }

    /// Everything not yet taken, for maps whose keys are names.
    pub fn into_rest(self) -> Vec<(Key, Node)> {
        self.entries
    }

    /// Tells every key that nobody has asked for.
    pub fn finish(self, reader: &mut Reader<'_>) {
        let mut known = self.known;
        known.sort_unstable();
        for (key, _) in self.entries {
            let message = format!("unknown key {:?}: the keys here are {}", key.name, known.join(", "));
            reader.mistake(key.position, message);
        }
    }
}

fn interpolate(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if let Some(before) = rest[..at].strip_suffix('$') {
            result.push_str(before);
            result.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        result.push_str(&rest[..at]);
        let Some(length) = rest[at..].find('}') else {
            return Err("a ${ is not closed by }; write $${ for the characters themselves".to_owned());
        };
        let name = &rest[at + 2..at + length];
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            return Err("between ${ and } must stand the name of an environment variable".to_owned());
        }
        let value = environment(name).ok_or_else(|| {
            format!("the environment variable {name} is not set: set it, or write the value here")
        })?;
        result.push_str(&value);
        rest = &rest[at + length + 1..];
    }
    result.push_str(rest);
    Ok(result)
}

/// `500ms`, `60s`, `5m`, `1h30m`: never without a unit, never negative.
///
/// # Errors
/// The end of a sentence about the value; it does not repeat it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let duration = text.parse::<SignedDuration>().ok().and_then(|it| Duration::try_from(it).ok());
    duration.ok_or_else(|| "must be a duration with its unit, such as 60s, 5m or 1h30m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(parse_duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5400)));
        for wrong in ["60", "-5s", "", "soon", "1y2"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_environment_stands_between_braces() {
        let environment = |name: &str| (name == "A").then(|| "x".to_owned());
        assert_eq!(interpolate("1${A}2${A}", &environment).unwrap(), "1x2x");
        assert_eq!(interpolate("$${A} $A", &environment).unwrap(), "${A} $A");
        assert!(interpolate("${B}", &environment).unwrap_err().contains('B'));
        assert!(interpolate("${A", &environment).is_err());
        assert!(interpolate("${}", &environment).is_err());
    }
}
