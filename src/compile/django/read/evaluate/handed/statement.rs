//! Statements that an index or a constraint of Django's writes for the schema editor (`Index.create_sql` and its like in
//! django/db/models/indexes.py and constraints.py), which followed code executes itself.

use std::rc::Rc;
use std::sync::Arc;

use super::super::live::*;
use super::super::{Interpreter, given};
use super::{EDITOR, is_name};

/// Stand in a text before and after the number of a statement, for all of it.
const STATEMENT: [&str; 2] = ["\u{e000}statement ", "\u{e001}"];

impl Interpreter<'_> {
    /// `index.create_sql(model, schema_editor, …)`: what executing it comes to is what the editor's own method does.
    pub(super) fn statement_of(
        &mut self,
        instance: &Rc<Instance>,
        name: &str,
        args: &[Live],
    ) -> Option<Live> {
        let makes = match name {
            "create_sql" => true,
            "remove_sql" => false,
            _ => return None,
        };
        let class: Arc<str> = match &instance.class {
            Live::Name(class) => class.clone(),
            Live::Class(class) if self.class_attribute(&class.clone(), name).ok()?.is_none() => {
                self.lineage(&class.clone()).ok()?.iter().find_map(|it| match it {
                    Live::Name(path) if given::is_of_meta(path) => Some(path.clone()),
                    _ => None,
                })?
            }
            _ => return None,
        };
        if !given::is_of_meta(&class) || !is_name(args.get(1), EDITOR) {
            return None;
        }
        let method = match (makes, class.ends_with("Index")) {
            (true, true) => "add_index",
            (true, false) => "add_constraint",
            (false, true) => "remove_index",
            (false, false) => "remove_constraint",
        };
        let handed = self.handed.as_mut()?;
        let [before, after] = STATEMENT;
        let text = format!("{before}{}{after}", handed.statements.len());
        handed.statements.push((method, vec![args.first()?.clone(), Live::Instance(instance.clone())]));
        Some(Live::str(text))
    }

    /// Hands on a text that is such a statement: with `NOT VALID` behind it the rows that are there are not looked at,
    /// which says nothing of the schema. Whether it is one.
    pub(super) fn hand_on_made(&mut self, text: &Live) -> bool {
        let [before, after] = STATEMENT;
        let Some((number, rest)) =
            text.as_str().and_then(|it| it.trim().strip_prefix(before)?.split_once(after))
        else {
            return false;
        };
        let rest = rest.trim_matches([' ', '\n', ';']);
        let made =
            number.parse().ok().and_then(|at: usize| self.handed.as_ref()?.statements.get(at).cloned());
        match made.filter(|_| rest.is_empty() || rest.eq_ignore_ascii_case("NOT VALID")) {
            Some((method, args)) => self.hand_on_of_editor(method, &args),
            None => self.lose("what it makes of a statement of Django's is not followed"),
        }
        true
    }
}

/// Whether a text is such a statement, and replacing `old` by `new` in it only says how it is done.
pub fn is_made_otherwise(text: &str, old: &str, new: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_ascii_uppercase).collect::<Vec<_>>();
    let how = [&["CONCURRENTLY"][..], &["IF", "NOT", "EXISTS"], &["IF", "EXISTS"]];
    let (old, new) = (words(old), words(new));
    let more = new.strip_prefix(old.as_slice());
    text.starts_with(STATEMENT[0]) && more.is_some_and(|it| how.iter().any(|how| *how == it))
}
