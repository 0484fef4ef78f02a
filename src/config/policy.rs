//! Severities, ignore rules and acknowledgements as they stand in the configuration.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::reader::{Entries, Reader};
use super::yaml::{Node, Value};
use crate::audit::policy::{Acknowledgement, FindingPattern, IgnoreRule, NameGlob, Policy, RuleOrigin};
use crate::audit::{Rule, Severity};

/// A policy without its day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyConfig {
    pub severities: BTreeMap<Rule, Option<Severity>>,
    pub ignores: Vec<IgnoreRule>,
    pub acknowledgements: Vec<Acknowledgement>,
}

impl PolicyConfig {
    /// The policy as it stands on `today`.
    pub fn on(&self, today: Date) -> Policy {
        Policy {
            severities: self.severities.clone(),
            ignores: self.ignores.clone(),
            acknowledgements: self.acknowledgements.clone(),
            today,
        }
    }

    /// What stands for all databases, and on top of it what stands for one.
    pub(super) fn with(&self, own: Self) -> Self {
        let mut all = self.clone();
        all.severities.extend(own.severities);
        all.ignores.extend(own.ignores);
        all.acknowledgements.extend(own.acknowledgements);
        all
    }

    /// Takes `severity`, `ignore` and `acknowledge` out of a map.
    pub(super) fn read(reader: &mut Reader<'_>, entries: &mut Entries, global: bool) -> Self {
        let mut policy = Self::default();
        if let Some(node) = entries.take("severity") {
            policy.severities = read_severities(reader, node);
        }
        if let Some(node) = entries.take("ignore") {
            for node in reader.list(node, "ignore") {
                policy.ignores.extend(read_ignore(reader, node, global));
            }
        }
        if let Some(node) = entries.take("acknowledge") {
            for node in reader.list(node, "acknowledge") {
                policy.acknowledgements.extend(read_acknowledgement(reader, node, global));
            }
        }
        policy
    }
}

fn read_severities(reader: &mut Reader<'_>, node: Node) -> BTreeMap<Rule, Option<Severity>> {
    let mut severities = BTreeMap::new();
    let Some(entries) = reader.map(node, "severity") else { return severities };
    for (key, node) in entries.into_rest() {
        let rule = Rule::ALL.iter().copied().find(|rule| rule.name() == key.name);
        if rule.is_none() {
            reader.mistake(
                key.position,
                format!("unknown rule {:?}: the rules are {}", key.name, rule_names()),
            );
        }
        let position = node.position;
        // YAML 1.1 reads a plain `off` as false.
        let severity = match node.value {
            Value::Bool(false) => Some(None),
            Value::Text(text) => match text.as_str() {
                "error" => Some(Some(Severity::Error)),
                "warning" => Some(Some(Severity::Warning)),
                "info" => Some(Some(Severity::Info)),
                "off" => Some(None),
                _ => None,
            },
            Value::Null | Value::Bool(true) | Value::Number(_) | Value::Map(_) | Value::List(_) => None,
        };
        match (rule, severity) {
            (Some(rule), Some(severity)) => drop(severities.insert(rule, severity)),
            (None, Some(_)) => {}
            (_, None) => reader.mistake(position, "a severity must be error, warning, info or off"),
        }
    }
    severities
}

fn read_ignore(reader: &mut Reader<'_>, node: Node, global: bool) -> Option<IgnoreRule> {
    let origin = RuleOrigin { position: reader.place(node.position), global };
    let mut entries = reader.map(node, "an ignore rule")?;
    let matches = read_pattern(reader, &mut entries);
    entries.finish(reader);
    Some(IgnoreRule { matches: matches?, origin })
}

fn read_acknowledgement(reader: &mut Reader<'_>, node: Node, global: bool) -> Option<Acknowledgement> {
    let position = node.position;
    let origin = RuleOrigin { position: reader.place(position), global };
    let mut entries = reader.map(node, "an acknowledgement")?;
    let matches = read_pattern(reader, &mut entries);
    let reason = match entries.take("reason") {
        Some(node) => reader.text(node, "reason").map(|reason| reason.value),
        None => {
            reader.mistake(position, "reason is missing: say why this finding may stay for now");
            None
        }
    };
    let until = match entries.take("until") {
        Some(node) => read_date(reader, node),
        None => {
            reader.mistake(
                position,
                "until is missing: say the last day of this acknowledgement, as 2026-12-31",
            );
            None
        }
    };
    entries.finish(reader);
    Some(Acknowledgement { matches: matches?, reason: reason?, until: until?, origin })
}

fn read_date(reader: &mut Reader<'_>, node: Node) -> Option<Date> {
    let text = reader.text(node, "until")?;
    let date = text.value.parse().ok();
    if date.is_none() {
        reader.mistake(text.position, "until must be a day, such as 2026-12-31");
    }
    date
}

fn read_pattern(reader: &mut Reader<'_>, entries: &mut Entries) -> Option<FindingPattern> {
    let rules = entries.take("rule").map(|node| read_rules(reader, node));
    let mut glob = |reader: &mut Reader<'_>, key| entries.take(key).map(|node| read_glob(reader, node, key));
    let schema = glob(reader, "schema");
    let table = glob(reader, "table");
    let column = glob(reader, "column");
    let name = glob(reader, "name");
    // A key that is there but wrong has been told: the pattern must not become wider for it.
    let keep = |read: Option<Option<NameGlob>>| match read {
        None => Some(None),
        Some(None) => None,
        Some(Some(glob)) => Some(Some(glob)),
    };
    let rules = match rules {
        None => None,
        Some(None) => return None,
        Some(Some(rules)) => Some(rules),
    };
    let pattern = FindingPattern {
        rules,
        schema: keep(schema)?,
        table: keep(table)?,
        column: keep(column)?,
        name: keep(name)?,
    };
    if pattern.is_empty() {
        let message = "say at least one of rule, schema, table, column and name: this would match everything";
        reader.mistake(entries.position, message);
        return None;
    }
    Some(pattern)
}

fn read_rules(reader: &mut Reader<'_>, node: Node) -> Option<BTreeSet<Rule>> {
    let text = reader.text(node, "rule")?;
    let glob = match NameGlob::new(&text.value) {
        Ok(glob) => glob,
        Err(message) => {
            reader.mistake(text.position, format!("rule is no pattern: {message}"));
            return None;
        }
    };
    let rules: BTreeSet<_> = Rule::ALL.iter().copied().filter(|rule| glob.matches(rule.name())).collect();
    if rules.is_empty() {
        reader
            .mistake(text.position, format!("unknown rule {:?}: the rules are {}", text.value, rule_names()));
        return None;
    }
    Some(rules)
}

fn read_glob(reader: &mut Reader<'_>, node: Node, what: &str) -> Option<NameGlob> {
    let text = reader.text(node, what)?;
    match NameGlob::new(&text.value) {
        Ok(glob) => Some(glob),
        Err(message) => {
            reader.mistake(text.position, format!("{what} is no pattern: {message}"));
            None
        }
    }
}

fn rule_names() -> String {
    let mut names: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    names.sort_unstable();
    names.join(", ")
}
