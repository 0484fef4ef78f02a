//! What migrations make beside the tables of PostgreSQL: functions and procedures, with what may happen where one of them is
//! called, and materialized views, whose indexes are none of a table.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::Cursor;
use super::step::Step;
use super::{Effect, Statement, held, query, split, why};
use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind};
use crate::migration::{MayTouch, Opaque};
use crate::schema::{Schema, TableName};

/// What was made so far, by its name.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    /// One that was made anew may still be the older one where it is called: the order of two apps' migrations may be open.
    routines: BTreeMap<TableName, Vec<Vec<Step>>>,
    views: BTreeSet<TableName>,
}

impl Objects {
    /// Statements with what is called in them in its place, and without indexes of views; what they make is remembered.
    pub fn follow(&mut self, statements: &[Statement], schema: &Schema) -> Vec<Statement> {
        let mut followed = Vec::with_capacity(statements.len());
        for statement in statements {
            let mut statement = statement.clone();
            if let Effect::Steps(steps) = &mut statement.effect {
                steps.iter().for_each(|step| self.remember(step));
                let is_of_view = |step: &Step| {
                    matches!(step, Step::AddKey { table, .. }
                        if self.views.contains(table) && !schema.tables.contains_key(table))
                };
                steps.retain(|step| !is_of_view(step));
                *steps = self.with_bodies(std::mem::take(steps), &mut BTreeSet::new());
                if steps.iter().all(makes) {
                    statement.effect = Effect::Nothing;
                }
            }
            followed.push(statement);
        }
        followed
    }

    fn remember(&mut self, step: &Step) {
        if let Step::MakeRoutine { name, steps } = step {
            let made = self.routines.entry(name.clone()).or_default();
            if !made.contains(steps) {
                made.push(steps.clone());
            }
        } else if let Step::MakeView { name } = step {
            self.views.insert(name.clone());
        } else if let Step::CreateTable { table, .. } = step {
            self.views.remove(&table.name);
        }
    }

    /// `within` are the routines whose bodies stand around: one that calls itself does no more than it does.
    fn with_bodies(&self, steps: Vec<Step>, within: &mut BTreeSet<TableName>) -> Vec<Step> {
        let mut made = Vec::with_capacity(steps.len());
        for step in steps {
            match step {
                Step::Calls { routines, reason } => {
                    let Some(bodies) = self.bodies(&routines) else {
                        made.push(Step::Calls { routines, reason });
                        continue;
                    };
                    let mut inner = Vec::new();
                    for (name, body) in bodies {
                        if within.insert(name.clone()) {
                            inner.extend(self.with_bodies(body.clone(), within));
                            within.remove(&name);
                        }
                    }
                    if !inner.iter().all(makes) {
                        let reason = match inner.iter().find_map(unseen) {
                            Some(unseen) => unseen,
                            None => format!("{}() may do what it holds, or not", shown(&routines)),
                        };
                        made.push(Step::Perhaps { reason, steps: inner });
                    }
                }
                Step::Perhaps { reason, steps } => {
                    let called = steps.iter().any(calls);
                    let steps = self.with_bodies(steps, within);
                    let reason = if called { why(&steps) } else { reason };
                    if !called || !steps.iter().all(makes) {
                        made.push(Step::Perhaps { reason, steps });
                    }
                }
                other => made.push(other),
            }
        }
        made
    }

    /// `None` if one of them was not seen.
    fn bodies(&self, routines: &[TableName]) -> Option<Vec<(TableName, &Vec<Step>)>> {
        let mut bodies = Vec::new();
        for name in routines {
            bodies.extend(self.routines.get(name)?.iter().map(|body| (name.clone(), body)));
        }
        Some(bodies)
    }
}

fn calls(step: &Step) -> bool {
    if let Step::Perhaps { steps, .. } = step {
        return steps.iter().any(calls);
    }
    matches!(step, Step::Calls { .. })
}

/// Whether it only makes such an object: nothing that is compared.
pub fn makes(step: &Step) -> bool {
    matches!(step, Step::MakeRoutine { .. } | Step::MakeView { .. })
}

fn unseen(step: &Step) -> Option<String> {
    if let Step::Perhaps { steps, .. } = step {
        return steps.iter().find_map(unseen);
    }
    if let Step::Calls { reason, .. } = step {
        return Some(reason.clone());
    }
    let Step::Opaque(opaque) = step else { return None };
    (opaque.may_touch == MayTouch::Anything).then(|| opaque.reason.clone())
}

fn shown(routines: &[TableName]) -> String {
    routines.first().map(|it| it.name.to_string()).unwrap_or_default()
}

/// A query, or `CALL`, of functions that are not known to be the server's own.
pub(super) fn called(cursor: &Cursor<'_, '_>) -> Option<Step> {
    let mut routines = Vec::new();
    for at in query::strangers(cursor.rest()) {
        // `schema.name(`, whose first part is two words before.
        let mut call = cursor.clone();
        let from = if at >= 2 && cursor.rest()[at - 1].is_symbol(".") { at - 2 } else { at };
        call.take_exactly(from).ok()?;
        routines.push(call.table().ok()?);
    }
    let first = shown(&routines);
    (!routines.is_empty())
        .then(|| Step::Calls { routines, reason: format!("what {first}() does is not known") })
}

/// `FUNCTION name (…) … LANGUAGE plpgsql AS $$…$$`, behind CREATE: `None` where it is another object, or is not read.
pub(super) fn made(cursor: &Cursor<'_, '_>) -> Option<Step> {
    if cursor.dialect != Dialect::Postgres {
        return None;
    }
    let mut cursor = cursor.clone();
    if !cursor.take_any(&["function", "procedure"]) {
        return None;
    }
    let name = cursor.table().ok()?;
    cursor.skip_group().ok()?;
    let tokens = cursor.rest();
    let behind = |word: &str| {
        let at = tokens.iter().position(|it| it.is_word(word))?;
        tokens.get(at + 1)
    };
    let language = behind("language")?.identifier().to_ascii_lowercase();
    if !matches!(&*language, "plpgsql" | "sql") {
        return None;
    }
    // One that a trigger calls is called by nobody else; and one with a path of its own finds other tables.
    let is_plain = !behind("returns").is_some_and(|it| it.is_word("trigger") || it.is_word("event_trigger"))
        && !tokens.iter().any(|it| it.is_word("search_path"));
    let body = behind("as").filter(|it| it.kind == TokenKind::Text && is_plain)?;
    let body = held::content(body.text);
    let mut steps = held::in_body(cursor.dialect, &body, cursor.schema.as_ref());
    steps.extend(called_beside(&cursor, &body));
    Some(Step::MakeRoutine { name, steps })
}

/// Functions that expressions of a body call, beside those of its statements: `x := f()`, `RETURN f()`.
fn called_beside(cursor: &Cursor<'_, '_>, body: &str) -> Vec<Step> {
    const DDL: [&str; 4] = ["alter", "create", "drop", "rename"];
    let mut steps = Vec::new();
    for piece in split::split(cursor.dialect, body) {
        let is = |it: &Token<'_>, words: &[&str]| words.iter().any(|word| it.is_word(word));
        let tokens = piece.tokens.as_slice();
        let end = tokens.iter().position(|it| is(it, &DDL)).unwrap_or(tokens.len());
        // `INSERT INTO t (a, b)` names columns.
        let mut start = 0;
        if let Some(into) = tokens.iter().position(|it| it.is_word("into"))
            && tokens.iter().take(into).any(|it| it.is_word("insert"))
        {
            start = (into + 2..tokens.len())
                .find(|at| !tokens[*at].is_symbol(".") && tokens[*at - 1].kind != TokenKind::Symbol)
                .unwrap_or(into);
        }
        let Some(looked_at) = tokens.get(start.min(end)..end) else { continue };
        let mut inner = Cursor::new(cursor.dialect, looked_at, piece.source);
        inner.schema.clone_from(&cursor.schema);
        match called(&inner) {
            Some(step) => steps.push(step),
            None if query::stranger(looked_at).is_some() => {
                steps.push(Step::Opaque(Opaque::new("it calls what is not known", MayTouch::Anything)))
            }
            None => {}
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::super::{apply, read};
    use super::*;
    use crate::migration::{MayUndo, Operation};

    const MADE: &str = "CREATE TABLE a (x int, y int);
        CREATE FUNCTION rows() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO a (x, y) VALUES (1, 2); END $$;
        CREATE OR REPLACE FUNCTION drops(given text) RETURNS void AS $body$
            DECLARE n int; BEGIN IF n > 1 THEN ALTER TABLE a DROP COLUMN y; END IF; END $body$ LANGUAGE plpgsql;
        CREATE FUNCTION outer_one() RETURNS int LANGUAGE sql AS 'SELECT drops(''x''); SELECT rows(); SELECT 1';
        CREATE FUNCTION itself() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM itself(); END $$;
        CREATE FUNCTION named(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE ' || t; END $$;
        CREATE FUNCTION beside() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN stranger(); END $$;
        CREATE FUNCTION in_c() RETURNS int LANGUAGE c AS 'x.so';
        CREATE FUNCTION elsewhere() RETURNS void LANGUAGE sql SET search_path = other AS $$ DROP TABLE a $$;";

    /// What the last text of these may touch, and what is left of column `y` and of table `a` there.
    #[track_caller]
    fn check(sql: &str, may_touch: Option<&MayTouch>) -> MayUndo {
        let mut objects = Objects::default();
        let mut schema = Schema::default();
        let made = objects.follow(&read(Dialect::Postgres, MADE), &schema);
        apply(Dialect::Postgres, &made, &mut schema);
        let statements = objects.follow(&read(Dialect::Postgres, sql), &schema);
        let operations = apply(Dialect::Postgres, &statements, &mut schema);
        let opaque: Vec<&Opaque> = operations
            .iter()
            .map(|it| match it {
                Operation::Opaque(it) => it,
                Operation::Change(it) => panic!("{it:?}"),
            })
            .collect();
        assert_eq!(opaque.first().map(|it| &it.may_touch), may_touch, "{opaque:?}");
        opaque.first().map(|it| it.may_undo.clone()).unwrap_or_default()
    }

    #[test]
    fn a_function_that_was_made_does_what_it_holds() {
        let a = MayTouch::Tables([TableName { schema: None, name: "a".into() }].into());
        check("SELECT rows();", None);
        check("SELECT itself();", None);
        assert!(check("SELECT drops('x');", Some(&a)).columns.contains("y"));
        assert!(check("CALL public.drops('x');", Some(&a)).columns.contains("y"));
        assert!(check("SELECT outer_one(), now();", Some(&a)).columns.contains("y"));
        assert!(check("DO $$ BEGIN PERFORM outer_one(); END $$;", Some(&a)).columns.contains("y"));
    }

    #[test]
    fn an_index_of_a_materialized_view_is_none_of_a_table() {
        let view = "CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT x FROM a;";
        check(&format!("{view} CREATE UNIQUE INDEX i ON v (x); CREATE INDEX ON public.v (x);"), None);
        let other = MayTouch::Tables([TableName { schema: None, name: "w".into() }].into());
        check(&format!("{view} CREATE INDEX ON w (x);"), Some(&other));
    }

    #[test]
    fn a_function_that_is_not_seen_through_may_do_anything() {
        for call in
            ["named('a')", "beside()", "in_c()", "elsewhere()", "other()", "other.drops()", "rows(), other()"]
        {
            check(&format!("SELECT {call};"), Some(&MayTouch::Anything));
        }
        check("DO $$ BEGIN PERFORM other(); END $$;", Some(&MayTouch::Anything));
    }
}
