//! SQL that psycopg puts together (<https://www.psycopg.org/psycopg3/docs/api/sql.html>): its parts are the texts that they
//! come to.

use super::super::live::*;
use super::super::{Interpreter, format};
use super::{Answer, Call};
use crate::dialect::Dialect;

/// What of a path follows `psycopg.sql`, under whichever of its names.
fn of_sql(path: &str) -> Option<&str> {
    const MODULES: [&str; 3] =
        ["psycopg.sql.", "psycopg2.sql.", "django.db.backends.postgresql.psycopg_any.sql."];
    MODULES.iter().find_map(|it| path.strip_prefix(it))
}

pub fn is_composing(path: &str) -> bool {
    of_sql(path).is_some()
}

impl Interpreter<'_> {
    pub(super) fn composing_call(&mut self, call: &Call<'_>) -> Answer {
        let Some(name) = of_sql(call.path) else { return Ok(None) };
        let args = call.args.iter().map(|it| self.force(it)).collect::<Result<Vec<_>, _>>()?;
        let texts = |args: &[Live]| args.iter().map(|it| it.as_str().cloned()).collect::<Option<Vec<_>>>();
        Ok(Some(match (name, args.as_slice()) {
            ("SQL", [text @ Live::Str(_)]) => Some(text.clone()),
            ("Identifier", parts) => texts(parts).map(|parts| {
                let quoted: Vec<String> = parts.iter().map(|it| Dialect::Postgres.quote(it)).collect();
                Live::str(quoted.join("."))
            }),
            ("Literal", [value]) => match value {
                Live::None => Some(Live::str("NULL")),
                Live::Bool(it) => Some(Live::str(it.to_string())),
                Live::Str(text) => Some(Live::str(format!("'{}'", text.replace('\'', "''")))),
                Live::Int(_) | Live::Float(_) => format::text(value).map(Live::str),
                _ => None,
            },
            ("Placeholder", []) => Some(Live::str("%s")),
            ("Placeholder", [Live::Str(name)]) => Some(Live::str(format!("%({name})s"))),
            ("Composed", [parts]) => match self.iterate(parts, call.scope, call.span)? {
                Ok(parts) => texts(&parts).map(|parts| Live::str(parts.concat())),
                Err(_) => None,
            },
            _ => None,
        }))
    }
}
