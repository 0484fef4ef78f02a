//! Prometheus' text format (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>),
//! written without a tree in between: with a thousand databases that tree was most of a scrape, in time and memory.

use std::fmt::Write;

/// The value of a `database` label, escaped once for all of its series.
pub struct DatabaseLabel(String);

impl DatabaseLabel {
    pub fn new(name: &str) -> Self {
        Self(escaped(name))
    }
}

/// The value of a label as it stands between its quotes.
pub fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[derive(Clone, Copy)]
pub enum Kind {
    Gauge,
    Counter,
}

/// The samples of one family, under the name they share.
pub struct Samples<'a> {
    text: &'a mut String,
    name: &'static str,
}

/// Writes a family: its head and what `write` adds, or nothing at all when it adds nothing.
pub fn family(
    text: &mut String,
    (name, help, kind): (&'static str, &str, Kind),
    write: impl FnOnce(&mut Samples<'_>),
) {
    let start = text.len();
    let kind = match kind {
        Kind::Gauge => "gauge",
        Kind::Counter => "counter",
    };
    put(text, format_args!("# HELP schema_health_{name} {help}\n# TYPE schema_health_{name} {kind}\n"));
    let head = text.len();
    write(&mut Samples { text, name });
    if text.len() == head {
        text.truncate(start);
    }
}

impl Samples<'_> {
    /// A series of the process.
    pub fn process(&mut self, value: f64) {
        put(self.text, format_args!("schema_health_{} {value}\n", self.name));
    }

    /// A series of the process with a label, whose value needs no escaping.
    pub fn labelled(&mut self, label: &str, of: &str, value: f64) {
        put(self.text, format_args!("schema_health_{}{{{label}=\"{of}\"}} {value}\n", self.name));
    }

    /// A series of a database.
    pub fn database(&mut self, database: &DatabaseLabel, value: f64) {
        let name = self.name;
        put(self.text, format_args!("schema_health_{name}{{database=\"{}\"}} {value}\n", database.0));
    }

    /// A series of a database with more labels, whose values need no escaping.
    pub fn database_with(&mut self, database: &DatabaseLabel, labels: &[(&str, &str)], value: f64) {
        put(self.text, format_args!("schema_health_{}{{database=\"{}\"", self.name, database.0));
        for (label, of) in labels {
            put(self.text, format_args!(",{label}=\"{of}\""));
        }
        put(self.text, format_args!("}} {value}\n"));
    }
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_written_as_prometheus_reads_it() {
        let mut text = String::new();
        family(&mut text, ("missing_tables", "Tables.", Kind::Gauge), |samples| {
            samples.database(&DatabaseLabel::new("a\"b\\c\nd"), 7.0);
            samples.database_with(&DatabaseLabel::new("x"), &[("rule", "missing_table")], 0.5);
        });
        family(&mut text, ("nothing", "No series, no head.", Kind::Counter), |_| {});
        assert_eq!(
            text,
            "# HELP schema_health_missing_tables Tables.\n# TYPE schema_health_missing_tables gauge\n\
             schema_health_missing_tables{database=\"a\\\"b\\\\c\\nd\"} 7\n\
             schema_health_missing_tables{database=\"x\",rule=\"missing_table\"} 0.5\n"
        );
    }
}
