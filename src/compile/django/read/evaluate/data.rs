//! Settings that stand in files of data: JSON, YAML, TOML, and INI as `configparser` reads it.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::live::*;
use super::operator::put;
use super::{Interpreter, format};
use crate::compile::django::notice::Concern;
use crate::compile::django::read::syntax;
use crate::compile::django::read::syntax::tree::Span;

/// What a `ConfigParser` has read, as one of its attributes: sections, each a dict.
const SECTIONS: &str = "*sections";
/// Values of this section hold for all.
const DEFAULT: &str = "DEFAULT";

#[derive(Clone, Copy)]
enum Notation {
    Json,
    Yaml,
    Toml,
}

impl Interpreter<'_> {
    /// `json.load(file)`, `yaml.safe_load(text)` and their like; `None` when it is none of them, or not known.
    pub fn data_call(
        &mut self,
        path: &str,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let Some((library, function)) = path.split_once('.') else { return Ok(None) };
        let notation = match (library, function) {
            ("json" | "simplejson" | "ujson" | "orjson", "load" | "loads") => Notation::Json,
            ("yaml", "load" | "safe_load" | "full_load") => Notation::Yaml,
            ("tomllib" | "tomli" | "toml", "load" | "loads") => Notation::Toml,
            _ => return Ok(None),
        };
        let first = match args.first() {
            Some(first) => self.force(first)?,
            None => return Ok(None),
        };
        let text = match &first {
            // `toml.load` takes the file's name.
            Live::Str(name) if library == "toml" && function == "load" => {
                self.world.sources.read_data(&PathBuf::from(&**name))
            }
            other => self.text_of(other),
        };
        let Some(text) = text else {
            return Ok(Some(self.because(&[&first], scope, span, "reads data that is in no source")));
        };
        self.steps(text.len() / 16)?;
        let read = match notation {
            Notation::Json => serde_json::from_str(&text).ok().map(|it| live(&it)),
            Notation::Yaml => serde_saphyr::from_str(&text).ok().map(|it| live(&it)),
            Notation::Toml => self.toml(&text, scope, span),
        };
        Ok(Some(
            read.unwrap_or_else(|| {
                self.unknown(scope, span, "reads data whose notation was not seen through")
            }),
        ))
    }

    /// The text of a string, of bytes, or of a file that was opened.
    pub fn text_of(&self, value: &Live) -> Option<String> {
        match value {
            Live::Str(text) => Some(text.to_string()),
            Live::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok(),
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if &**it == "builtins.open") =>
            {
                let path = instance.args.first().and_then(format::text).map(PathBuf::from)?;
                self.world.sources.read_data(&path)
            }
            _ => None,
        }
    }

    /// Tables, and values that Python writes alike (<https://toml.io/en/v1.0.0>). One of another shape is not known.
    fn toml(&mut self, text: &str, scope: &Rc<Scope>, span: Span) -> Option<Live> {
        let root = Live::dict(Vec::new());
        let mut table = root.clone();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[') {
                // A list of tables is not read.
                let name = name.split(']').next().filter(|it| !it.starts_with('['))?;
                table = inner(&root, &path_of(name))?;
                continue;
            }
            let (name, value) = line.split_once('=')?;
            let mut value = value.trim().to_owned();
            while !is_closed(&value) {
                value.push('\n');
                value.push_str(lines.next()?);
            }
            let mut path = path_of(name);
            let last = path.pop()?;
            let at = inner(&table, &path)?;
            let value = match self.toml_value(&value) {
                Some(value) => value,
                None => self.unknown(scope, span, format!("is {last} of a TOML file, which is not read")),
            };
            if let Live::Dict(pairs) = at {
                put(&mut pairs.borrow_mut(), Live::str(last), value);
            }
        }
        Some(root)
    }

    fn toml_value(&mut self, text: &str) -> Option<Live> {
        let source = match text.split('#').next().unwrap_or_default().trim() {
            "true" => return Some(Live::Bool(true)),
            "false" => return Some(Live::Bool(false)),
            // A text in single quotes has no escapes.
            it if it.starts_with('\'') => format!("r{text}"),
            it if it.starts_with(['"', '[']) => text.to_owned(),
            it if it.starts_with(|it: char| it.is_ascii_digit() || it == '-') => it.to_owned(),
            _ => return None,
        };
        let source = syntax::parse(Arc::new(PathBuf::from("a value of a TOML file")), source).ok()?;
        let value = self.literal(Arc::new(source))?;
        let module = Rc::new(Module::nowhere());
        let scope = self.module_scope(&module);
        Some(super::setting::thaw(&value, &scope, Span::default()))
    }

    /// Methods of a `ConfigParser`; `None` when the answer is not known.
    pub fn config_parser(
        &mut self,
        instance: &Instance,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
    ) -> Option<Live> {
        let keyword =
            |name: &str| keywords.iter().find(|(it, _)| &**it == name).map(|(_, value)| value.clone());
        let read = instance.attributes.borrow().get(SECTIONS).cloned();
        let read = read.unwrap_or_else(|| Live::dict(Vec::new()));
        let Live::Dict(sections) = &read else { return None };
        let section = |name: &Live| super::operator::find(&sections.borrow(), name).cloned();
        let option = |of: &Live, name: &str| {
            let name = Live::str(name.to_lowercase());
            [Some(of.clone()), Some(Live::str(DEFAULT))].into_iter().flatten().find_map(|of| {
                match section(&of)? {
                    Live::Dict(pairs) => super::operator::find(&pairs.borrow(), &name).cloned(),
                    _ => None,
                }
            })
        };
        match (name, args) {
            ("read" | "read_file" | "readfp" | "read_string", [from, ..]) => {
                let files = match from {
                    Live::List(files) => files.borrow().clone(),
                    Live::Tuple(files) => files.to_vec(),
                    one => vec![one.clone()],
                };
                for file in files {
                    let text = match (name, &file) {
                        ("read", Live::Str(_) | Live::Path(_)) => format::text(&file)
                            .and_then(|it| self.world.sources.read_data(&PathBuf::from(it))),
                        ("read", _) => None,
                        (_, file) => self.text_of(file),
                    };
                    // `ConfigParser.read` passes over what is not there.
                    if text.is_none() && name == "read" {
                        let file = format::text(&file);
                        let file = file.as_deref().unwrap_or("a file whose name is not known");
                        let message = format!("assumed that {file}, which is in no source, sets nothing");
                        self.tell(Concern::Assumed, &instance.module, instance.span, message);
                        continue;
                    }
                    let Some(text) = text else {
                        let unknown = self.unknown_in(
                            &instance.module,
                            instance.span,
                            "reads a file that is in no source",
                        );
                        instance.attributes.borrow_mut().set(SECTIONS.into(), unknown);
                        return Some(Live::list(Vec::new()));
                    };
                    ini(&text, &read);
                }
                instance.attributes.borrow_mut().set(SECTIONS.into(), read.clone());
                Some(Live::list(Vec::new()))
            }
            ("sections", []) => {
                let mut names: Vec<Live> = sections.borrow().iter().map(|(name, _)| name.clone()).collect();
                names.retain(|it| it.as_str().is_none_or(|it| &**it != DEFAULT));
                Some(Live::list(names))
            }
            ("has_section", [name]) => Some(Live::Bool(section(name).is_some())),
            ("has_option", [of, Live::Str(name)]) => Some(Live::Bool(option(of, name).is_some())),
            ("items", [name]) => match section(name)? {
                Live::Dict(pairs) => {
                    let pair = |(key, value): &(Live, Live)| Live::tuple(vec![key.clone(), value.clone()]);
                    Some(Live::list(pairs.borrow().iter().map(pair).collect()))
                }
                _ => None,
            },
            ("get" | "getboolean" | "getint", [of, Live::Str(wanted), ..]) => {
                let Some(found) = option(of, wanted) else { return keyword("fallback") };
                let text = found.as_str()?.to_lowercase();
                match name {
                    "get" => (!text.contains('%')).then_some(found),
                    "getint" => text.trim().parse().ok().map(Live::Int),
                    _ if ["1", "yes", "true", "on"].contains(&&*text) => Some(Live::Bool(true)),
                    _ if ["0", "no", "false", "off"].contains(&&*text) => Some(Live::Bool(false)),
                    _ => None,
                }
            }
            ("__getitem__", [name]) => section(name),
            _ => None,
        }
    }
}

pub fn is_config_parser(class: &str) -> bool {
    ["ConfigParser", "RawConfigParser", "SafeConfigParser"]
        .iter()
        .any(|it| class.strip_prefix("configparser.") == Some(it))
}

fn live(value: &serde_json::Value) -> Live {
    match value {
        serde_json::Value::Null => Live::None,
        serde_json::Value::Bool(it) => Live::Bool(*it),
        serde_json::Value::Number(it) => match it.as_i64() {
            Some(int) => Live::Int(int.into()),
            None => Live::Float(it.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(it) => Live::str(it.as_str()),
        serde_json::Value::Array(items) => Live::list(items.iter().map(live).collect()),
        serde_json::Value::Object(pairs) => {
            Live::dict(pairs.iter().map(|(key, value)| (Live::str(key.as_str()), live(value))).collect())
        }
    }
}

/// Puts what the text of an INI file says into sections.
fn ini(text: &str, sections: &Live) {
    let mut here = None;
    let mut last: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            here = inner(sections, &[name.to_owned()]);
            last = None;
            continue;
        }
        let Some(Live::Dict(pairs)) = &here else { continue };
        let is_continued = line.starts_with([' ', '\t']);
        match (is_continued, &last, trimmed.split_once(['=', ':'])) {
            (true, Some(name), _) => {
                let key = Live::str(name.as_str());
                let before =
                    super::operator::find(&pairs.borrow(), &key).and_then(format::text).unwrap_or_default();
                put(&mut pairs.borrow_mut(), key, Live::str(format!("{before}\n{trimmed}")));
            }
            (_, _, Some((name, value))) => {
                let name = name.trim().to_lowercase();
                put(&mut pairs.borrow_mut(), Live::str(name.as_str()), Live::str(value.trim()));
                last = Some(name);
            }
            (_, _, None) => {}
        }
    }
}

/// The dict that lies in others under a path, made where it is not there.
fn inner(root: &Live, path: &[String]) -> Option<Live> {
    let mut at = root.clone();
    for name in path {
        let Live::Dict(pairs) = &at else { return None };
        let key = Live::str(name.as_str());
        let found = super::operator::find(&pairs.borrow(), &key).cloned();
        let next = found.unwrap_or_else(|| {
            let made = Live::dict(Vec::new());
            put(&mut pairs.borrow_mut(), key, made.clone());
            made
        });
        at = next;
    }
    Some(at)
}

fn path_of(name: &str) -> Vec<String> {
    name.split('.').map(|it| it.trim().trim_matches(['"', '\'']).to_owned()).collect()
}

/// Whether all brackets of a TOML value are closed, and a text of several lines is at its end.
fn is_closed(value: &str) -> bool {
    if let Some(quote) = ["\"\"\"", "'''"].iter().find(|it| value.starts_with(**it)) {
        return value.matches(quote).count() >= 2;
    }
    let mut quote = None;
    let mut depth = 0_i32;
    for line in value.lines() {
        for letter in line.chars() {
            match (letter, quote) {
                ('"' | '\'', None) => quote = Some(letter),
                (it, Some(open)) if it == open => quote = None,
                ('[' | '{', None) => depth += 1,
                (']' | '}', None) => depth -= 1,
                ('#', None) => break,
                _ => {}
            }
        }
    }
    depth <= 0
}
