//! What a followed operation changes of the models by the methods of `ProjectState`, as the operations that do the same
//! (`django/db/migrations/state.py`).

use std::rc::Rc;

use super::super::Interpreter;
use super::super::live::*;
use super::super::operator::find;
use super::{OPERATIONS, STATE, bare, for_app, is_name, sql};
use crate::compile::django::project::{SET_BASES, SET_FIELD, SET_OPTIONS, When};
use crate::compile::django::read::syntax::tree::{Expr, ExprKind, Span};

/// Why a change is not followed.
pub const OF_STATE: &str = "what it does to the state of the models is not followed";

/// What each takes; the last of two lists are those that the operation takes, in its order.
fn parameters(method: &str) -> Option<(&'static str, &'static [&'static str], &'static [&'static str])> {
    Some(match method {
        "add_field" | "alter_field" => (
            if method == "add_field" { "AddField" } else { "AlterField" },
            &["app_label", "model_name", "name", "field", "preserve_default"],
            &["model_name", "name", "field"],
        ),
        "remove_field" => ("RemoveField", &["app_label", "model_name", "name"], &["model_name", "name"]),
        "rename_field" => (
            "RenameField",
            &["app_label", "model_name", "old_name", "new_name"],
            &["model_name", "old_name", "new_name"],
        ),
        "rename_model" => ("RenameModel", &["app_label", "old_name", "new_name"], &["old_name", "new_name"]),
        "remove_model" => ("DeleteModel", &["app_label", "model_name"], &["model_name"]),
        "add_index" => ("AddIndex", &["app_label", "model_name", "index"], &["model_name", "index"]),
        "remove_index" => {
            ("RemoveIndex", &["app_label", "model_name", "index_name"], &["model_name", "index_name"])
        }
        "rename_index" => (
            "RenameIndex",
            &["app_label", "model_name", "old_index_name", "new_index_name"],
            &["model_name", "new_index_name", "old_index_name"],
        ),
        "add_constraint" => {
            ("AddConstraint", &["app_label", "model_name", "constraint"], &["model_name", "constraint"])
        }
        "remove_constraint" => (
            "RemoveConstraint",
            &["app_label", "model_name", "constraint_name"],
            &["model_name", "constraint_name"],
        ),
        _ => return None,
    })
}

/// A method of the state that is followed here, or changes nothing.
pub fn is_change(method: &str) -> bool {
    const OTHERS: [&str; 5] =
        ["add_model", "alter_model_managers", "alter_model_options", "reload_model", "reload_models"];
    OTHERS.contains(&method) || parameters(method).is_some()
}

/// `add_field` of `project_state.add_field`.
pub fn of_state(path: &str) -> Option<&str> {
    path.strip_prefix(STATE)?.strip_prefix('.')
}

impl Interpreter<'_> {
    pub(super) fn change_of_state(&mut self, method: &str, args: &[Live], keywords: &Keywords) {
        if method.starts_with("reload_") || method == "alter_model_managers" {
            return;
        }
        if method == "alter_model_options" {
            return self.alter_options_of_state(args, keywords);
        }
        let made = if method == "add_model" { of_model_state(args) } else { made(method, args, keywords) };
        match made {
            Some((class, label, args, keywords)) => {
                self.hand_on_of_state(&label, &format!("{OPERATIONS}{class}"), args, keywords);
            }
            None => self.lose(OF_STATE),
        }
    }
}

/// The class of a model as a state keeps it.
pub const MODEL_STATE: &str = "«modelState»";

/// The class of its `options` and `fields`: the model's key, and which of them.
pub const STATE_PART: &str = "«modelStatePart»";

impl Interpreter<'_> {
    /// `state.models[app_label, name]`
    pub fn model_of_state(
        &mut self,
        object: &Expr,
        index: &Expr,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let ExprKind::Attribute(state, name) = &object.kind else { return Ok(None) };
        if self.handed.is_none() || &**name != "models" {
            return Ok(None);
        }
        let state = self.eval(state, scope)?;
        if ![STATE, "from_state", "to_state"].iter().any(|it| is_name(Some(&state), it)) {
            return Ok(None);
        }
        let key = self.eval(index, scope)?;
        if let Live::Tuple(parts) = &key
            && let [label, Live::Str(model)] = &**parts
        {
            if let Live::Str(label) = label {
                self.fail_without_app("KeyError", label)?;
            }
            if let Live::Str(label) | Live::Name(label) = label {
                let when = if is_name(Some(&state), "to_state") { When::After } else { When::Before };
                if is_name(Some(&state), STATE) && self.count_handed() > 0 {
                    // The state that it has changed by then.
                    self.may_be_no_model(scope, span);
                } else {
                    self.fail_without_model("KeyError", when, [label, model], scope, span)?;
                }
            }
        }
        let mut args = vec![key];
        if let Live::Name(state) = &state
            && !is_name(Some(&Live::Name(state.clone())), STATE)
            && let Some(when) = self.state_of(state)
        {
            args.push(Live::str(when.signed("")));
        }
        Ok(Some(self.outside_instance(MODEL_STATE, args, Vec::new(), scope, span)))
    }

    /// `state.models[key].get_constraint_by_name(name)`: of what is taken away only the name counts.
    pub(super) fn method_of_model_state(
        &mut self,
        instance: &Rc<Instance>,
        method: &str,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let Live::Name(class) = &instance.class else { return None };
        if &**class == STATE_PART {
            let part = Live::Instance(instance.clone());
            match (method, args) {
                // Without the option, whoever asks for it goes on with the usual name, which then is the table's.
                ("get", [Live::Str(option)] | [Live::Str(option), _])
                    if &**option == "db_table"
                        && let Some(table) = table_of_part(instance) =>
                {
                    return Some(table);
                }
                ("pop", [name] | [name, _]) => {
                    self.change_of_state_part(&part, name, None);
                }
                ("update", [Live::Dict(pairs)]) => {
                    for (name, value) in pairs.borrow().clone() {
                        self.change_of_state_part(&part, &name, Some(&value));
                    }
                }
                // A list, before Django 3.1.
                ("append", [Live::Tuple(pair)]) | ("insert", [Live::Int(_), Live::Tuple(pair)])
                    if let [name, field] = &**pair =>
                {
                    self.change_of_state_part(&part, name, Some(field));
                }
                _ => self.lose(OF_STATE),
            }
            return Some(self.unknown(scope, span, "is part of a model's state"));
        }
        if &**class != MODEL_STATE {
            return None;
        }
        let class = match method {
            "get_constraint_by_name" => "django.db.models.BaseConstraint",
            "get_index_by_name" => "django.db.models.Index",
            _ => return None,
        };
        let [name @ Live::Str(_)] = args else { return None };
        Some(self.outside_instance(class, Vec::new(), vec![("name".into(), name.clone())], scope, span))
    }

    /// `state.alter_model_options(app_label, model_name, options, option_keys)`: with keys, what the operation does too.
    fn alter_options_of_state(&mut self, args: &[Live], keywords: &Keywords) {
        const TAKES: [&str; 4] = ["app_label", "model_name", "options", "option_keys"];
        let value = |at: usize| {
            let keyword = keywords.iter().find(|(it, _)| **it == *TAKES[at]).map(|(_, value)| value);
            args.get(at).or(keyword).cloned()
        };
        let (Some(label), Some(model), Some(options)) = (value(0), value(1), value(2)) else {
            return self.lose(OF_STATE);
        };
        // With keys, those of them that are not given go.
        let options = match (value(3), &options) {
            (None | Some(Live::None), _) => options,
            (Some(Live::Tuple(keys)), Live::Dict(pairs)) => {
                let mut pairs = pairs.borrow().clone();
                for key in keys.iter() {
                    if find(&pairs, key).is_none() {
                        pairs.push((key.clone(), Live::None));
                    }
                }
                Live::dict(pairs)
            }
            // Django's own list, in which nothing is that tables hang on.
            _ => {
                let class = "django.db.migrations.AlterModelOptions";
                return self.hand_on_of_state(&label, class, vec![model, options], Vec::new());
            }
        };
        self.hand_on_of_state(&label, SET_OPTIONS, vec![model, options], Vec::new());
    }

    /// An operation on the models of an app.
    fn hand_on_of_state(&mut self, label: &Live, class: &str, args: Vec<Live>, keywords: Keywords) {
        let holder = match &self.handed {
            Some(handed) if handed.method == "state_forwards" => handed.holder.clone(),
            _ => return self.lose(OF_STATE),
        };
        match for_app(Live::Instance(bare(&holder, class, args, keywords)), label, &holder) {
            Some(operation) => self.hand(operation),
            None => self.lose(OF_STATE),
        }
    }

    /// `options` or `fields` of `state.models[key]`, while that may be changed.
    pub fn part_of_model_state(
        &mut self,
        instance: &Instance,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let is_of_state = self.handed.as_ref().is_some_and(|it| it.method == "state_forwards");
        let is_asked = name == "options" && instance.args.len() > 1;
        if !is_of_state && !is_asked || !matches!(name, "options" | "fields") {
            return None;
        }
        let mut args = vec![instance.args.first()?.clone(), Live::str(name)];
        args.extend(instance.args.get(1).cloned());
        Some(self.outside_instance(STATE_PART, args, Vec::new(), scope, span))
    }

    /// The built-in class of a model's `options` or `fields`.
    pub fn part_of_state_is(&self, value: &Live) -> Option<&'static str> {
        let Live::Instance(part) = value else { return None };
        let is_part = matches!(&part.class, Live::Name(class) if &**class == STATE_PART);
        let is_fields = || part.args.get(1).and_then(Live::as_str).is_some_and(|it| &**it == "fields");
        is_part.then(|| if self.world.django < (3, 1) && is_fields() { "list" } else { "dict" })
    }

    /// `options[name] = value` or `fields[name] = value` of a model's state, or that it is deleted. Whether it is one.
    pub fn change_of_state_part(&mut self, object: &Live, name: &Live, value: Option<&Live>) -> bool {
        let Live::Instance(part) = object else { return false };
        if !matches!(&part.class, Live::Name(class) if &**class == STATE_PART) {
            return false;
        }
        let (label, model) = match part.args.first() {
            Some(Live::Tuple(key)) if key.len() == 2 => (key[0].clone(), key[1].clone()),
            _ => {
                self.lose(OF_STATE);
                return true;
            }
        };
        let is_named = matches!((&model, name), (Live::Str(_), Live::Str(_)));
        match (part.args.get(1).and_then(Live::as_str).map(|it| &**it), value) {
            _ if !is_named => self.lose(OF_STATE),
            (Some("options"), value) => {
                let set = vec![(name.clone(), value.cloned().unwrap_or(Live::None))];
                self.hand_on_of_state(&label, SET_OPTIONS, vec![model, Live::dict(set)], Vec::new());
            }
            (_, Some(field)) => {
                let args = vec![model, name.clone(), field.clone()];
                self.hand_on_of_state(&label, SET_FIELD, args, Vec::new());
            }
            (_, None) => {
                let class = format!("{OPERATIONS}RemoveField");
                self.hand_on_of_state(&label, &class, vec![model, name.clone()], Vec::new());
            }
        }
        true
    }

    /// `state.models[key].bases = …`
    pub fn change_of_model_state(&mut self, instance: &Instance, name: &str, value: &Live) {
        if !matches!(&instance.class, Live::Name(class) if &**class == MODEL_STATE) {
            return;
        }
        let (label, model) = match instance.args.first() {
            Some(Live::Tuple(key)) => match &**key {
                [label, Live::Str(model)] => (label.clone(), Live::Str(model.clone())),
                _ => return self.lose(OF_STATE),
            },
            _ => return self.lose(OF_STATE),
        };
        match name {
            // Nothing in the database hangs on it.
            "managers" => {}
            "bases" => self.hand_on_of_state(&label, SET_BASES, vec![model, value.clone()], Vec::new()),
            _ => self.lose(OF_STATE),
        }
    }
}

type Made = (&'static str, Live, Vec<Live>, Keywords);

fn made(method: &str, args: &[Live], keywords: &Keywords) -> Option<Made> {
    let (class, takes, gives) = parameters(method)?;
    let is_taken = |name: &str| takes.contains(&name);
    if args.len() > takes.len() || keywords.iter().any(|(name, _)| !is_taken(name)) {
        return None;
    }
    let value = |name: &str| {
        let keyword = keywords.iter().find(|(it, _)| **it == *name).map(|(_, value)| value);
        let position = takes.iter().position(|it| *it == name)?;
        args.get(position).or(keyword).cloned()
    };
    let given: Option<Vec<Live>> = gives.iter().map(|name| value(name)).collect();
    let given = given?;
    let is_name = |name: &&str| name.ends_with("name");
    let named = gives.iter().zip(&given).filter(|(name, _)| is_name(name));
    named.map(|(_, it)| it.as_str()).collect::<Option<Vec<_>>>()?;
    Some((class, value("app_label")?, given, Keywords::new()))
}

/// `ModelState(app_label, name, fields, …)`, which takes what `CreateModel` takes.
fn of_model_state(args: &[Live]) -> Option<Made> {
    let [Live::Instance(state)] = args else { return None };
    if !matches!(&state.class, Live::Name(class) if &**class == "django.db.migrations.state.ModelState") {
        return None;
    }
    let keyword = |name: &str| state.keywords.iter().find(|(it, _)| **it == *name).map(|(_, it)| it.clone());
    let label = state.args.first().cloned().or_else(|| keyword("app_label"))?;
    let rest: Keywords = state.keywords.iter().filter(|(it, _)| &**it != "app_label").cloned().collect();
    let positional = state.args.get(1..).unwrap_or_default().to_vec();
    let has_changed = state.attributes.borrow().iter().next().is_some();
    (!has_changed).then_some(("CreateModel", label, positional, rest))
}

/// The name of the model's table, of `options` of a state that is only asked.
fn table_of_part(part: &Instance) -> Option<Live> {
    let (Live::Tuple(key), Live::Str(sign)) = (part.args.first()?, part.args.get(2)?) else { return None };
    let [Live::Str(label) | Live::Name(label), Live::Str(model)] = &**key else { return None };
    Some(sql::table_of(&format!("{sign}{label}"), model))
}
