//! A key of an index as its line, or at length where the line does not say all.

use super::json::{Map, json, list};
use super::text_of;
use crate::migration::manifest::short_form::parse_part;
use crate::schema::{IndexKey, IndexPart, NullsOrder, Spelling};

pub(super) fn parts(parts: &[IndexPart]) -> String {
    list(parts.iter().map(part))
}

pub(super) fn part(part: &IndexPart) -> String {
    let line = part_line(part);
    if parse_part(&line).is_ok_and(|read| read == as_read(part)) {
        return json(&line);
    }
    let map = match &part.key {
        IndexKey::Column(name) => Map::new().with("column", json(name)),
        IndexKey::Expression(expression) => Map::new().with("expression", json(text_of(expression))),
    };
    let Some(options) = &part.options else { return map.text() };
    map.flag("descending", options.descending)
        .some("nulls", options.nulls.as_ref().map(json))
        .some("operator_class", options.operator_class.as_ref().map(json))
        .some("collation", options.collation.as_ref().map(json))
        .some("prefix_length", options.prefix_length.as_ref().map(json))
        .text()
}

/// As the README writes a key: SQL's words in lower case.
fn part_line(part: &IndexPart) -> String {
    let mut line = match &part.key {
        IndexKey::Column(name) => name.to_string(),
        IndexKey::Expression(expression) => format!("({})", text_of(expression)),
    };
    let Some(options) = &part.options else { return line };
    if let Some(length) = options.prefix_length {
        line.push_str(&format!("({length})"));
    }
    if let Some(collation) = &options.collation {
        line.push_str(&format!(" collate {collation}"));
    }
    if let Some(operator_class) = &options.operator_class {
        line.push_str(&format!(" {operator_class}"));
    }
    if options.descending {
        line.push_str(" desc");
    }
    match options.nulls {
        Some(NullsOrder::First) => line.push_str(" nulls first"),
        Some(NullsOrder::Last) => line.push_str(" nulls last"),
        None => {}
    }
    line
}

/// The part as a parser makes it, before the dialect has recognised anything.
fn as_read(part: &IndexPart) -> IndexPart {
    let key = match &part.key {
        IndexKey::Column(name) => IndexKey::Column(name.clone()),
        IndexKey::Expression(it) => {
            IndexKey::Expression(it.text().map_or(Spelling::Unread, Spelling::uncertain))
        }
    };
    IndexPart { key, options: part.options.clone() }
}
