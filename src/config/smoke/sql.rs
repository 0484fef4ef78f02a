//! Smoke checks in SQL.

use super::super::reader::{Entries, Reader};
use super::super::yaml::{Key, Node, Value};
use super::{Section, is_scalar, only_entry};
use crate::smoke::{self, SqlCheck, SqlExpectation, WriteCheck};

pub(super) fn read_query(
    reader: &mut Reader<'_>,
    node: Node,
    entries: &mut Entries,
    section: &Section<'_>,
) -> Option<(SqlCheck, Vec<String>)> {
    let expect = match entries.take("expect") {
        Some(node) => read_expectation(reader, node)?,
        None => SqlExpectation::NoError,
    };
    let text = reader.text(node, "sql")?;
    match smoke::read_query(section.dialect, &text.value, expect) {
        Ok(check) => Some(check),
        Err(message) => {
            reader.mistake(text.position, format!("sql {message}"));
            None
        }
    }
}

fn read_expectation(reader: &mut Reader<'_>, node: Node) -> Option<SqlExpectation> {
    if matches!(node.value, Value::Map(_)) {
        let (_, node) = only_entry(reader, node, "expect", &["value"])?;
        return match node.value {
            Value::Bool(truth) => Some(SqlExpectation::Value(truth.to_string())),
            Value::Null => Some(SqlExpectation::Value(String::new())),
            Value::Number(_) | Value::Text(_) | Value::Map(_) | Value::List(_) => {
                reader.text(node, "expect.value").map(|it| SqlExpectation::Value(it.value))
            }
        };
    }
    let text = reader.text(node, "expect")?;
    match text.value.as_str() {
        "no_error" => Some(SqlExpectation::NoError),
        "rows" => Some(SqlExpectation::Rows),
        "no_rows" => Some(SqlExpectation::NoRows),
        _ => {
            reader.mistake(
                text.position,
                "expect must be no_error, rows, no_rows, or a map such as {value: 3}",
            );
            None
        }
    }
}

pub(super) fn read_writes(
    reader: &mut Reader<'_>,
    key: &Key,
    node: Node,
    section: &Section<'_>,
) -> Option<(WriteCheck, Vec<String>)> {
    let position = node.position;
    let texts: Vec<String> = if is_scalar(&node.value) {
        reader.text(node, "write").map(|it| it.value).into_iter().collect()
    } else {
        reader
            .list(node, "write")
            .into_iter()
            .filter_map(|it| reader.text(it, "write"))
            .map(|it| it.value)
            .collect()
    };
    if !section.writes_are_allowed {
        let message = "write checks are not allowed: say allow_write_checks: true and give them a role by \
                       write_url_file, or leave this check out";
        reader.mistake(key.position, message);
        return None;
    }
    match smoke::read_writes(section.dialect, &texts) {
        Ok(check) => Some(check),
        Err(message) => {
            reader.mistake(position, format!("write {message}"));
            None
        }
    }
}
