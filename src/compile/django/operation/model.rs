//! Operations on whole models.

use std::sync::Arc;

use super::super::arguments;
use super::super::field::ModelKey;
use super::super::index::{ModelConstraint, ModelIndex};
use super::super::project::{Location, Object, Value};
use super::super::state::{Model, ModelField, Options};
use super::extra::{self, Extra};
use super::{Call, Executor, Sides, Unseen};

impl Executor<'_> {
    pub(super) fn create_model(&mut self, extra: Option<&Extra>, call: Call<'_>) -> Result<(), Unseen> {
        let name = call.text(0, "name")?;
        let mut model = Model::new(&self.app, name);
        let mut unseen = Vec::new();
        let fields = call.value(1, "fields")?;
        self.read_fields(&mut model, fields, &mut unseen);
        // `None` is what nothing stands for.
        let given = |at, name| call.arguments.get(at, name).filter(|it| !matches!(it, Value::None));
        if let Some(options) = given(2, "options") {
            let fill = |text| self.with_tables(text);
            read_options(&fill, &mut model.options, options, &mut unseen);
        }
        if matches!(extra, Some(Extra::View)) {
            model.options.unmanaged = true;
        }
        if let Some(setting) = &model.options.swappable
            && self.context.project.settings.is_unknown(setting)
        {
            unseen.push(format!(
                "whether it is swapped, for the setting {setting} is not known: say --set {setting}=app.Model"
            ));
        }
        if let Some(bases) = given(3, "bases") {
            model.bases = self.bases(bases, &mut unseen);
        }
        model.options.unseen.clone_from(&unseen);
        self.tell_fields(&model.fields, call.at);
        let key = model.key.clone();
        // To render it, Django needs it in the state even when a subclass does not put it there.
        self.to.put(model, self.context);
        let Some(model) = self.to.get(&key).cloned() else { return Ok(()) };
        if call.sides.database && model.has_table(self.context) {
            self.editor.create_model_with(&self.to, &model, |table| {
                if let Some(Extra::Partitioned(by)) = extra {
                    extra::partition(table, by);
                }
            });
        }
        if !call.sides.state {
            self.to.remove(&key);
        }
        if unseen.is_empty() {
            return Ok(());
        }
        let reason = unseen.join("; ");
        if model.has_table(self.context) {
            let is_anywhere = unseen.iter().any(|it| names_or_keeps(it));
            return Err(Unseen { is_anywhere, ..self.unseen_of(&model, reason) });
        }
        self.tell(call.at, reason);
        Ok(())
    }

    pub(super) fn delete_model(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let name = call.text(0, "name")?;
        let (key, model) = self.model_of(&name)?;
        if call.sides.state {
            self.to.remove(&key);
        }
        if call.sides.database && model.has_table(self.context) {
            let from = &self.from;
            self.editor
                .there_and_back(|it| it.delete_model(from, &model), |it| it.create_model(from, &model));
        }
        Ok(())
    }

    pub(super) fn rename_model(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let old = call.text(0, "old_name")?;
        let (_, before) = self.model_of(&old)?;
        let new = call
            .text(1, "new_name")
            .map_err(|it| Unseen { is_anywhere: true, ..self.unseen_of(&before, it.reason) })?;
        self.to.rename_model(&self.app, &old, &new, self.context);
        let after = self.to.get(&ModelKey::new(self.app.clone(), &new)).cloned();
        if call.sides.database
            && let Some(after) = after
            && after.has_table(self.context)
        {
            let (from, to) = (&self.from, &self.to);
            self.editor.there_and_back(
                |it| it.rename_model(from, to, &before, &after),
                |it| it.rename_model(to, from, &after, &before),
            );
        }
        if !call.sides.state {
            self.to.rename_model(&self.app, &new, &old, self.context);
        }
        Ok(())
    }

    pub(super) fn alter_model_table(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let name = call.text(0, "name")?;
        let (key, before) = self.model_of(&name)?;
        let table = match call.value(1, "table")? {
            Value::Str(table) if let Some(table) = self.with_tables(table.to_string()) => Some(table.into()),
            Value::None => None,
            _ => {
                let unseen = self.unseen_of(&before, "the new table was not seen through");
                return Err(Unseen { is_anywhere: true, ..unseen });
            }
        };
        if call.sides.state {
            self.to.change(&key, self.context, |model| model.options.db_table = table);
        }
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            let (from, to) = (&self.from, &self.to);
            self.editor.there_and_back(
                |it| it.alter_db_table(from, to, &before, &after),
                |it| it.alter_db_table(to, from, &after, &before),
            );
        }
        Ok(())
    }

    /// Each with its name; what was not seen through is told in `unseen`.
    fn read_fields(&mut self, model: &mut Model, fields: &Value, unseen: &mut Vec<String>) {
        let Some(items) = arguments::items(fields) else {
            return unseen.push(format!("{}'s fields were not seen through", model.name));
        };
        for item in items {
            match arguments::items(item) {
                Some([Value::Str(name), value]) => {
                    model.fields.push(ModelField::read(name, value, &model.key, self.context.project));
                }
                _ => unseen.push(match item {
                    Value::Unknown(unknown) => format!("`{}`: {}", unknown.text, unknown.reason),
                    _ => format!("one of {}'s fields was not seen through", model.name),
                }),
            }
        }
    }

    pub(super) fn tell_fields(&mut self, fields: &[ModelField], at: &Location) {
        for field in fields {
            if let Some(notice) = &field.field.notice {
                let at = match &field.value {
                    Value::Object(object) => &object.at,
                    Value::Unknown(unknown) => &unknown.at,
                    _ => at,
                };
                let message = format!("field {}: {notice}", field.field.name);
                self.tell(&at.clone(), message);
            }
        }
    }

    /// The bases that are models with a table: `app.Model`, or the class of one. What abstract ones have stands among the fields.
    pub(super) fn bases(&self, bases: &Value, unseen: &mut Vec<String>) -> Vec<ModelKey> {
        let Some(bases) = arguments::items(bases) else {
            unseen.push("its bases were not seen through".to_owned());
            return Vec::new();
        };
        let mut models = Vec::new();
        for base in bases {
            match base {
                Value::Str(name) => models.push(ModelKey::new(self.app.clone(), "").resolve(name)),
                Value::Name(path) => models.extend(self.model_of_class(path)),
                Value::Unknown(unknown) => unseen.push(format!("`{}`: {}", unknown.text, unknown.reason)),
                _ => {}
            }
        }
        models
    }

    /// The model of an installed app that a class path names.
    fn model_of_class(&self, path: &str) -> Option<ModelKey> {
        let (module, name) = path.rsplit_once('.')?;
        let is_within = |app: &&super::super::project::App| {
            module.strip_prefix(&*app.module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let app = self.context.project.apps.iter().filter(is_within).max_by_key(|app| app.module.len())?;
        let key = ModelKey::new(app.label.clone(), name);
        self.to.get(&key).map(|_| key)
    }

    /// `AlterModelOptions`: of what it changes, only `managed` has to do with tables.
    pub(super) fn alter_model_options(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let name = call.text(0, "name")?;
        let (key, _) = self.model_of(&name)?;
        let options = call.value(1, "options")?;
        let Value::Dict(entries) = options else {
            self.tell(call.at, format!("the options of {key} were not seen through"));
            return Ok(());
        };
        let managed = entries.iter().find(|(name, _)| is(name, "managed")).map(|(_, value)| value);
        if let Some(Value::Unknown(unknown)) = managed {
            let reason = format!("{key}: `managed`: {}", unknown.reason);
            self.may_be_anywhere(key, reason.clone());
            self.tell(call.at, reason);
            return Ok(());
        }
        let unmanaged = managed.is_some_and(arguments::is_false);
        if call.sides.state {
            self.to.change(&key, self.context, |model| model.options.unmanaged = unmanaged);
        }
        Ok(())
    }

    /// What `ProjectState.alter_model_options` does.
    pub(super) fn set_options(&mut self, name: &str, options: &Value, object: &Object, sides: Sides) {
        let key = ModelKey::new(self.app.clone(), name);
        let Some(model) = self.to.get(&key) else {
            return self.tell(&object.at, format!("the model {key} is not known here"));
        };
        let (mut now, mut unseen) = (model.options.clone(), Vec::new());
        read_options(&|text| self.with_tables(text), &mut now, options, &mut unseen);
        if !unseen.is_empty() {
            let reason = format!("{key}: {}", unseen.join("; "));
            self.may_be_anywhere(key.clone(), reason.clone());
            self.tell(&object.at, reason);
        }
        if sides.state {
            self.to.change(&key, self.context, |model| model.options = now);
        }
    }

    pub(super) fn alter_order_with_respect_to(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let name = call.text(0, "name")?;
        let (key, before) = self.model_of(&name)?;
        let field = match call.value(1, "order_with_respect_to")? {
            Value::Str(field) => Some(field.clone()),
            Value::None => None,
            _ => return Err(self.unseen_of(&before, "`order_with_respect_to` was not seen through")),
        };
        self.to.change(&key, self.context, |model| model.options.order_with_respect_to = field);
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            let (from, to) = (&self.from, &self.to);
            let had = before.options.order_with_respect_to.is_some();
            match (before.field("_order"), after.field("_order")) {
                (Some(order), None) if had => {
                    self.editor.there_and_back(
                        |it| it.remove_field(from, to, &before, order),
                        |it| it.add_field(from, &after, &before, order),
                    );
                }
                (None, Some(order)) => self.editor.there_and_back(
                    |it| it.add_field(to, &before, &after, order),
                    |it| it.remove_field(to, from, &after, order),
                ),
                (Some(_), _) | (None, None) => {}
            }
        }
        if !call.sides.state {
            let was = before.options.order_with_respect_to.clone();
            self.to.change(&key, self.context, |model| model.options.order_with_respect_to = was);
        }
        Ok(())
    }
}

fn is(value: &Value, text: &str) -> bool {
    matches!(value, Value::Str(it) if **it == *text)
}

/// `Meta`, as far as it decides about tables.
fn read_options(
    fill: &dyn Fn(String) -> Option<String>,
    options: &mut Options,
    value: &Value,
    unseen: &mut Vec<String>,
) {
    let Value::Dict(entries) = value else {
        if !arguments::is_false(value) {
            unseen.push("its options were not seen through".to_owned());
        }
        return;
    };
    for (name, value) in entries {
        let Value::Str(name) = name else {
            unseen.push("one of its options was not seen through".to_owned());
            continue;
        };
        if let Value::Unknown(unknown) = value
            && decides(name)
        {
            unseen.push(format!("`{name}`: {}", unknown.reason));
            continue;
        }
        // A value that only a model has, or what somebody else's code gives.
        if matches!(value, Value::Name(_) | Value::Object(_) | Value::Function(_)) && is_plain(name) {
            unseen.push(format!("`{name}` was not seen through"));
            continue;
        }
        let together = |unseen: &mut Vec<String>| {
            arguments::together(value).unwrap_or_else(|| {
                unseen.push(format!("`{name}` was not seen through"));
                Vec::new()
            })
        };
        match &**name {
            "db_table" => match arguments::text(value).map(|it| fill(it.to_string())) {
                Some(Some(table)) => {
                    options.db_table = Some(table.into()).filter(|it: &Arc<str>| !it.is_empty())
                }
                Some(None) => unseen.push("`db_table`: it hangs on the models".to_owned()),
                None => options.db_table = None,
            },
            "managed" => options.unmanaged = arguments::is_false(value),
            "proxy" => options.proxy = !arguments::is_false(value),
            // No table of its own; Django's autodetector never writes it.
            "abstract" => options.unmanaged |= !arguments::is_false(value),
            "swappable" => options.swappable = arguments::text(value),
            "order_with_respect_to" => options.order_with_respect_to = arguments::text(value),
            "unique_together" => options.unique_together = together(unseen),
            "index_together" => options.index_together = together(unseen),
            "indexes" => options.indexes = all(value, name, unseen).iter().map(ModelIndex::read).collect(),
            "constraints" => {
                options.constraints = all(value, name, unseen).iter().map(ModelConstraint::read).collect();
            }
            "required_db_vendor" => options.required_db_vendor = arguments::text(value),
            "required_db_features" if !arguments::is_false(value) => {
                unseen.push("whether the database has what `required_db_features` asks for".to_owned());
            }
            _ => {}
        }
    }
}

/// Whether what was not seen through decides where a model has its table, or whether it has one.
fn names_or_keeps(unseen: &str) -> bool {
    const OPTIONS: [&str; 5] = ["abstract", "db_table", "managed", "proxy", "required_db_vendor"];
    OPTIONS.iter().any(|it| unseen.starts_with(&format!("`{it}`")))
        || unseen.starts_with("its options")
        || unseen.starts_with("one of its options")
        || unseen.starts_with("whether ")
}

/// Options that are a text or a flag.
fn is_plain(option: &str) -> bool {
    matches!(option, "abstract" | "db_table" | "managed" | "order_with_respect_to" | "proxy" | "swappable")
}

/// Options that have nothing to do with tables may be anything.
fn decides(option: &str) -> bool {
    matches!(
        option,
        "db_table"
            | "managed"
            | "proxy"
            | "abstract"
            | "swappable"
            | "order_with_respect_to"
            | "unique_together"
            | "index_together"
            | "indexes"
            | "constraints"
            | "required_db_vendor"
            | "required_db_features"
    )
}

fn all<'v>(value: &'v Value, name: &str, unseen: &mut Vec<String>) -> &'v [Value] {
    arguments::items(value).unwrap_or_else(|| {
        unseen.push(format!("`{name}` was not seen through"));
        &[]
    })
}
