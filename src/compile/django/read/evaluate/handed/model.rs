//! Models that followed code asks the registry for, and what it has the schema editor do with them.

use std::rc::Rc;

use super::super::live::*;
use super::super::{Interpreter, given};
use super::{CODE, bare, for_app, sql, usual};
use crate::compile::django::project::{
    ADD_COLUMN, ADD_CONSTRAINT, ALTER_COLUMN, APP_LABEL, CREATE_TABLE, FOR_APP, OF_EDITOR, RENAME_TABLE, When,
};
use crate::compile::django::read::syntax::tree::Span;

/// How methods of `BaseDatabaseSchemaEditor` begin whose first parameter is a model.
const TAKE_A_MODEL: [&str; 6] = ["add_", "alter_", "create_model", "delete_model", "remove_", "rename_"];

pub const MODEL: &str = "django.apps.apps.get_model";
pub const OPTIONS: &str = "django.db.models.options.Options";
/// The class of what stands for a field that a model has.
pub const FIELD: &str = "«field»";
pub(super) const NAME: &str = "«name»";
const APP: &str = "django.apps.AppConfig";
/// Under which an app's configuration keeps the function that gives its models.
pub(super) const OF_REGISTRY: &str = "«registry»";

impl Interpreter<'_> {
    /// `apps.get_model(…)`, of the models at that time or of those of today.
    pub(super) fn model_asked_for(
        &mut self,
        path: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let named = |at: usize, name: &str| {
            let keyword = keywords.iter().find(|(it, _)| **it == *name).map(|(_, value)| value);
            args.get(at).or(keyword).cloned()
        };
        let (label, model) = match (named(0, "app_label"), named(1, "model_name")) {
            (Some(Live::Name(label)), Some(Live::Str(model))) if &*label == APP_LABEL => (label, model),
            (Some(Live::Str(label)), Some(Live::Str(model))) => (label, model),
            (Some(Live::Str(both)), None) => match both.split_once('.') {
                Some((label, model)) => (label.into(), model.into()),
                None => return Ok(self.unknown(scope, span, "asks for a model")),
            },
            _ => return Ok(self.unknown(scope, span, "asks for a model")),
        };
        if *label != *APP_LABEL {
            self.fail_without_app("LookupError", &label)?;
        }
        let of_state = self.state_of(path);
        let when = of_state.unwrap_or(When::Either);
        let is_of_today = of_state.is_none();
        if is_of_today {
            self.may_be_no_model(scope, span);
        } else {
            self.fail_without_model("LookupError", when, [&label, &model], scope, span)?;
        }
        let made = self.model(&label, &model, scope, span);
        // Which table today's has, only its code says.
        if is_of_today {
            return Ok(made);
        }
        let signed: Text = when.signed(&label).into();
        let Live::Instance(instance) = &made else { return Ok(made) };
        let mut names = instance.attributes.borrow_mut();
        let Some(Live::Instance(options)) = names.get("_meta").cloned() else { return Ok(made.clone()) };
        let mut of_options = options.attributes.borrow_mut();
        of_options.set("db_table".into(), sql::table_of(&signed, &model));
        let class = sql::class_of(&signed, &model);
        names.set("__name__".into(), class.clone());
        if let (Live::Str(class), true) = (&class, *label != *APP_LABEL) {
            of_options.set("label".into(), Live::str(format!("{label}.{class}")));
        }
        of_options.set("object_name".into(), class);
        of_options.set(NAME.into(), Live::tuple(vec![Live::Str(signed), Live::Str(model)]));
        drop(names);
        Ok(made)
    }

    /// Of which state a function of a registry is; `None` where that is today's.
    pub(super) fn state_of(&self, path: &str) -> Option<When> {
        let is_cloned = self.handed.as_ref().is_some_and(|it| it.cloned);
        match path.split('.').next() {
            Some("django") => None,
            Some("from_state") if !is_cloned => Some(When::Before),
            Some("to_state") if !is_cloned => Some(When::After),
            _ => Some(When::Either),
        }
    }

    /// `apps.get_app_config(label)`, which may be asked for models in turn.
    pub(super) fn app_asked_for(
        &mut self,
        path: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let made = self.outside_call(&path.into(), args.to_vec(), keywords.clone(), scope, span)?;
        if let Live::Instance(app) = &made {
            let registry = path.rsplit_once('.').map(|(registry, _)| registry).unwrap_or_default();
            app.attributes.borrow_mut().set(OF_REGISTRY.into(), Live::str(format!("{registry}.get_model")));
        }
        Ok(made)
    }

    /// `apps.get_app_config(label).get_model(name)`
    pub(super) fn model_of_app(
        &mut self,
        app: &Instance,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let names = app.attributes.borrow();
        let (Some(Live::Str(path)), Some(label)) =
            (names.get(OF_REGISTRY).cloned(), names.get("label").cloned())
        else {
            return Ok(None);
        };
        drop(names);
        let args: Vec<Live> = std::iter::once(label).chain(args.iter().take(1).cloned()).collect();
        self.model_asked_for(&path, &args, &Vec::new(), scope, span).map(Some)
    }

    /// `Model._meta.get_field(name)`, and how a field gets its name.
    pub(super) fn method_of_model(
        &mut self,
        instance: &Rc<Instance>,
        name: &str,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let class = match &instance.class {
            Live::Name(class) => class.clone(),
            Live::Class(class) if name == "set_attributes_from_name" => {
                match self.field_behind(&class.clone(), name)? {
                    Some(class) => class,
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        Ok(match (&*class, name, args) {
            (OPTIONS, "get_field", [Live::Str(field)]) => {
                let model = instance.attributes.borrow().get(NAME).cloned();
                match model {
                    Some(model) => {
                        self.fail_without_field(&model, field, scope, span)?;
                        Some(self.field_of(&model, field, scope, span))
                    }
                    None => None,
                }
            }
            (class, "set_attributes_from_name", [name @ Live::Str(_)]) if given::is_field(class) => {
                self.touch(super::super::branch::Cell::Names(instance.attributes.clone()));
                instance.attributes.borrow_mut().set(NAME.into(), name.clone());
                Some(Live::None)
            }
            (APP, "get_models", []) => self.models_of_app(instance, scope, span),
            (APP, "get_model", _) => self.model_of_app(instance, args, scope, span)?,
            (OPTIONS, "get_fields", []) => self.fields_of_model(instance, name, scope, span),
            (FIELD, "get_internal_type", []) => self.said_by_field(instance, "internal_type").map(Live::Str),
            (FIELD, "get_attname" | "get_attname_column", []) => {
                let field = Live::Instance(instance.clone());
                let attname = self.attribute(&field, "attname", scope, span)?;
                Some(match name {
                    "get_attname" => attname,
                    _ => Live::tuple(vec![attname, self.attribute(&field, "column", scope, span)?]),
                })
            }
            (FIELD, "db_type" | "rel_db_type", _) => type_of(instance, name == "rel_db_type"),
            (_, "db_type", _) => self.type_of(instance).map(Live::str),
            _ => None,
        })
    }

    /// Django's field that a class of the sources derives from, if none of them has a method of its own.
    fn field_behind(&mut self, class: &Rc<Class>, method: &str) -> Result<Option<Text>, Stop> {
        if self.class_attribute(class, method)?.is_some() {
            return Ok(None);
        }
        Ok(self.lineage(class)?.iter().find_map(|it| match it {
            Live::Name(path) if given::is_field(path) => Some(path.clone()),
            _ => None,
        }))
    }

    /// A method of the schema editor: the operation that comes to the same.
    pub(super) fn hand_on_of_editor(&mut self, method: &str, args: &[Live]) {
        // It asks its model for nothing, as where that is a table between two.
        if let ("alter_db_table", [model, Live::Str(_), Live::Str(_)]) = (method, args)
            && named_model(model).is_none()
            && let Some(holder) = self.handed.as_ref().map(|it| it.holder.clone())
        {
            let renamed = bare(&holder, RENAME_TABLE, args[1..].to_vec(), Vec::new());
            return self.hand(Live::Instance(renamed));
        }
        let made = args.first().and_then(named_model).and_then(|(label, model)| {
            let holder = self.handed.as_ref()?.holder.clone();
            if *label == *APP_LABEL
                && let Some(usual) = usual(&holder)
                && is_asked_by(&usual, method, &model, &args[1..])
            {
                return Some(usual);
            }
            // What it did to the models before, it does to the database now.
            let same = |it: &&Live| {
                let (of, operation) = for_which_app(it);
                of.as_deref().unwrap_or(APP_LABEL) == &*label
                    && is_asked_by(operation, method, &model, &args[1..])
            };
            if let Some(known) = self.handed.as_ref()?.models.iter().find(same) {
                return Some(known.clone());
            }
            let (class, mut given) = of_editor(method, &model, &args[1..])?;
            // What a model of a state has not is no part of the table that SQLite makes anew from it.
            let class = if method == "add_constraint" && self.handed.as_ref()?.method != CODE {
                let (signed, _) = args.first().and_then(signed_model)?;
                given.push(Live::str(When::of(&signed).0.signed("")));
                ADD_CONSTRAINT
            } else {
                class
            };
            let label = if *label == *APP_LABEL { Live::Name(label) } else { Live::Str(label) };
            let marks = vec![(OF_EDITOR.into(), Live::Bool(true))];
            for_app(Live::Instance(bare(&holder, class, given, marks)), &label, &holder)
        });
        match made {
            Some(operation) => self.hand(operation),
            None => {
                let takes_one = TAKE_A_MODEL.iter().any(|it| method.starts_with(it));
                let model = args.first().and_then(asked_for);
                let has_a_table = args.first().is_some_and(has_a_table);
                if let Some(handed) = &mut self.handed {
                    handed.other_models |= takes_one && !has_a_table;
                    handed.lost_calls.extend(model.map(|model| (method.into(), model)));
                }
                self.lose(&format!("what schema_editor.{method} does is not followed"));
            }
        }
    }
}

pub type Text = std::sync::Arc<str>;

/// Whether it is the `_meta` of a model that the registry was asked for.
pub fn is_of_models(value: &Live) -> bool {
    matches!(value, Live::Instance(it) if it.attributes.borrow().get(NAME).is_some()
        && matches!(&it.class, Live::Name(class) if &**class == OPTIONS))
}

impl Interpreter<'_> {
    /// `app.Model` of a model that followed code asked the registry for, as what a relation points at.
    pub fn name_of_model(&self, instance: &Rc<Instance>) -> Option<Text> {
        let (label, model) = named_model(&Live::Instance(instance.clone()))?;
        (*label != *APP_LABEL).then(|| format!("{label}.{model}").into())
    }
}

/// Whether it is a model of which it is known, or will be, which table it has: one at that time, or that of a many-to-many
/// field.
fn has_a_table(value: &Live) -> bool {
    let Live::Instance(instance) = value else { return false };
    let options = instance.attributes.borrow().get("_meta").cloned();
    matches!(options, Some(Live::Instance(it)) if it.attributes.borrow().get("db_table").is_some())
}

/// The label and the name of a model that the registry was asked for, whatever was done to it since.
fn asked_for(value: &Live) -> Option<(Text, Text)> {
    let (signed, model, _) = signed(value)?;
    Some((When::of(&signed).1.into(), model))
}

fn named_model(value: &Live) -> Option<(Text, Text)> {
    let (signed, model) = signed_model(value)?;
    Some((When::of(&signed).1.into(), model))
}

/// Whether two models that registries gave are the same class; `None` where that is not known, or one of them is none.
pub fn is_same_model(a: &Live, b: &Live) -> Option<bool> {
    let ((a, one), (b, other)) = (signed_model(a)?, signed_model(b)?);
    let ((when, a), (then, b)) = (When::of(&a), When::of(&b));
    if !one.eq_ignore_ascii_case(&other) {
        return Some(false);
    }
    match (a == b, when == then) {
        (true, true) => (when != When::Either).then_some(true),
        // Each state has classes of its own.
        (true, false) => (when != When::Either && then != When::Either).then_some(false),
        (false, _) => (a != APP_LABEL && b != APP_LABEL).then_some(false),
    }
}

/// Of a model that still has its own table: the label as marks have it, and the name.
fn signed_model(value: &Live) -> Option<(Text, Text)> {
    let (signed, model, options) = signed(value)?;
    // To which the code gave another table: what is done with it is done there.
    let table = sql::table_of(&signed, &model);
    let is_its_own = options.attributes.borrow().get("db_table").and_then(Live::as_str) == table.as_str();
    is_its_own.then_some((signed, model))
}

/// The label as marks have it, the name, and `_meta`.
fn signed(value: &Live) -> Option<(Text, Text, Rc<Instance>)> {
    let Live::Instance(instance) = value else { return None };
    if !matches!(&instance.class, Live::Name(class) if &**class == MODEL) {
        return None;
    }
    let Some(Live::Instance(options)) = instance.attributes.borrow().get("_meta").cloned() else {
        return None;
    };
    let Some(Live::Tuple(both)) = options.attributes.borrow().get(NAME).cloned() else { return None };
    let [Live::Str(signed), Live::Str(model)] = &*both else { return None };
    Some((signed.clone(), model.clone(), options))
}

/// `db_type` of one of a model's fields, or `rel_db_type`.
fn type_of(field: &Instance, of_key: bool) -> Option<Live> {
    let [Live::Tuple(both), Live::Str(field)] = field.args.as_slice() else { return None };
    let [Live::Str(label), Live::Str(model)] = &**both else { return None };
    Some(sql::type_of(label, model, field, of_key))
}

/// The name of a field: one of the model's, or one that was given a name.
fn name_of(field: &Live, is_there: bool) -> Option<Live> {
    let Live::Instance(field) = field else { return None };
    match (&field.class, is_there) {
        (Live::Name(class), true) if &**class == FIELD => field.args.get(1).cloned(),
        (Live::Name(_) | Live::Class(_), false) => {
            let set = field.attributes.borrow();
            let is_another = ["attname", "column", "name"].iter().any(|it| set.get(it).is_some());
            set.get(NAME).filter(|_| !is_another).cloned()
        }
        _ => None,
    }
}

/// The name that an index or a constraint of `Meta` was given.
fn name_in_meta(it: &Live) -> Option<Live> {
    let Live::Instance(it) = it else { return None };
    let is_known = matches!(&it.class, Live::Name(class) if class.starts_with("django."));
    let name = it.keywords.iter().find(|(name, _)| &**name == "name").map(|(_, value)| value.clone());
    name.filter(|it| is_known && it.as_str().is_some())
}

/// The label of another app that an operation is for, and the operation itself.
fn for_which_app(operation: &Live) -> (Option<Text>, &Live) {
    if let Live::Instance(instance) = operation
        && matches!(&instance.class, Live::Name(class) if &**class == FOR_APP)
        && let [Live::Str(label), operation] = instance.args.as_slice()
    {
        return (Some(label.clone()), operation);
    }
    (None, operation)
}

/// Whether an operation asks the editor for just this.
fn is_asked_by(operation: &Live, method: &str, model: &Text, args: &[Live]) -> bool {
    let Live::Instance(operation) = operation else { return false };
    let Live::Name(class) = &operation.class else { return false };
    let says = |name: &str, said: Option<Live>| {
        let kept = given::kept(class, &operation.args, &operation.keywords, name);
        let kept = kept.as_ref().and_then(Live::as_str).map(|it| it.to_lowercase());
        kept.is_some() && kept == said.as_ref().and_then(Live::as_str).map(|it| it.to_lowercase())
    };
    let of_model = |name: &str| says(name, Some(Live::Str(model.clone())));
    let of_field = |field: &Live| of_model("model_name") && says("name", name_of(field, true));
    match (class.rsplit('.').next().unwrap_or_default(), method, args) {
        ("CreateModel", "create_model", []) => of_model("name"),
        ("AddField", "add_field", [field]) => of_field(field),
        ("AlterField", "alter_field", [old, new, ..]) => of_field(old) && of_field(new),
        ("RenameField", "alter_field", [old, new, ..]) => {
            of_model("model_name")
                && says("old_name", name_of(old, true))
                && says("new_name", name_of(new, true))
        }
        _ => false,
    }
}

/// `BaseDatabaseSchemaEditor` (`django/db/backends/base/schema.py`) and the operations that call it.
fn of_editor(method: &str, model: &Text, args: &[Live]) -> Option<(&'static str, Vec<Live>)> {
    let model = Live::Str(model.clone());
    Some(match (method, args) {
        ("create_model", []) => (CREATE_TABLE, vec![model]),
        ("alter_db_table", [Live::Str(_), Live::Str(_)]) => (RENAME_TABLE, args.to_vec()),
        ("delete_model", []) => ("django.db.migrations.DeleteModel", vec![model]),
        ("add_field", [field]) if let Some(name) = name_of(field, true) => (ADD_COLUMN, vec![model, name]),
        ("add_field", [field]) => {
            ("django.db.migrations.AddField", vec![model, name_of(field, false)?, field.clone()])
        }
        ("remove_field", [field]) => ("django.db.migrations.RemoveField", vec![model, name_of(field, true)?]),
        ("alter_field", [old, new, ..]) => {
            let given = |field: &Live| match name_of(field, true) {
                Some(name) => Some((name, Live::None)),
                None => Some((name_of(field, false)?, field.clone())),
            };
            let ((name, old), (named, new)) = (given(old)?, given(new)?);
            if name.as_str() != named.as_str() {
                return None;
            }
            (ALTER_COLUMN, vec![model, name, old, new])
        }
        ("add_index", [index]) => ("django.db.migrations.AddIndex", vec![model, index.clone()]),
        ("add_constraint", [it]) => ("django.db.migrations.AddConstraint", vec![model, it.clone()]),
        ("remove_index", [index]) => ("django.db.migrations.RemoveIndex", vec![model, name_in_meta(index)?]),
        ("remove_constraint", [it]) => {
            ("django.db.migrations.RemoveConstraint", vec![model, name_in_meta(it)?])
        }
        ("alter_unique_together", [old, new]) => {
            ("django.db.migrations.AlterUniqueTogether", vec![model, new.clone(), old.clone()])
        }
        ("alter_index_together", [old, new]) => {
            ("django.db.migrations.AlterIndexTogether", vec![model, new.clone(), old.clone()])
        }
        _ => return None,
    })
}
