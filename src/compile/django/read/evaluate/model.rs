//! Model classes, of which a migration asks for no more than their names.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::class::is_object;
use super::live::*;
use crate::compile::django::project::{APP_LABEL, LABEL_IN_TEXT};
use crate::compile::django::read::syntax::tree::Span;

/// No backend cuts a name of so many characters.
const SHORT: usize = 30;

impl Interpreter<'_> {
    /// A model class, of which no more is known than its name.
    pub fn model(&mut self, label: &str, model: &str, scope: &Rc<Scope>, span: Span) -> Live {
        let args = vec![Live::str(label), Live::str(model)];
        let made = self.outside_instance("django.apps.apps.get_model", args, Vec::new(), scope, span);
        let meta =
            self.outside_instance("django.db.models.options.Options", Vec::new(), Vec::new(), scope, span);
        // `get_model` takes any case for the class's own.
        let is_folded = model.chars().all(|it| !it.is_uppercase());
        let class_name = if is_folded {
            self.unknown(scope, span, "is the name of a model's class, in its own case")
        } else {
            Live::str(model)
        };
        if let (Live::Instance(made), Live::Instance(options)) = (&made, &meta) {
            let mut names = options.attributes.borrow_mut();
            let (own, label) = if label == APP_LABEL {
                (Live::name(label), LABEL_IN_TEXT)
            } else {
                (Live::str(label), label)
            };
            names.set("app_label".into(), own);
            names.set("object_name".into(), class_name.clone());
            names.set("abstract".into(), Live::Bool(false));
            names.set("model_name".into(), Live::str(model.to_lowercase()));
            if !class_name.is_unknown() {
                names.set("label".into(), Live::str(format!("{label}.{model}")));
            }
            names.set("label_lower".into(), Live::str(format!("{label}.{}", model.to_lowercase())));
            drop(names);
            made.attributes.borrow_mut().set("_meta".into(), meta.clone());
            made.attributes.borrow_mut().set("__name__".into(), class_name);
        }
        made
    }

    /// The configuration of an installed app, given by its module and label.
    pub fn app_config(
        &mut self,
        (module, label): &(Arc<str>, Arc<str>),
        scope: &Rc<Scope>,
        span: Span,
    ) -> Live {
        let made = self.outside_instance("django.apps.AppConfig", Vec::new(), Vec::new(), scope, span);
        if let Live::Instance(made) = &made {
            let path = self.folder_of(module).map(|it| Live::str(it.to_string_lossy()));
            let mut names = made.attributes.borrow_mut();
            names.set("label".into(), Live::Str(label.clone()));
            names.set("name".into(), Live::Str(module.clone()));
            if let Some(path) = path {
                names.set("path".into(), path);
            }
        }
        made
    }

    pub fn is_model(&mut self, class: &Rc<Class>) -> Result<bool, Stop> {
        Ok(self
            .lineage(class)?
            .iter()
            .any(|it| matches!(it, Live::Name(name) if &**name == "django.db.models.Model")))
    }

    /// `Model._meta` of a model class of the sources, as far as its names go.
    pub fn options(&mut self, class: &Rc<Class>, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let given = match self.class_attribute(class, "Meta")? {
            Some(Live::Class(meta)) => self.class_attribute(&meta, "app_label")?,
            _ => None,
        };
        // The app whose package the module lies in, the innermost one.
        let module = class.scope.module.name.clone();
        let within =
            |app: &str| module.strip_prefix(app).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let apps = self.world.apps.iter().filter(|(app, _)| within(app));
        let label = match given {
            Some(Live::Str(label)) => Some(label),
            _ => apps.max_by_key(|(app, _)| app.len()).map(|(_, label)| label.clone()),
        };
        let Some(label) = label else {
            return Ok(self.unknown(scope, span, format!("asks for the app of `{}`", class.path)));
        };
        let model = self.model(&label, &class.name, scope, span);
        let options = self.attribute(&model, "_meta", scope, span)?;
        // Code that is followed is told by the models at that time.
        if self.handed.is_none()
            && let Live::Instance(it) = &options
            && let Some(table) = self.table_of_class(class, &label)?
        {
            it.attributes.borrow_mut().set("db_table".into(), Live::str(table));
        }
        Ok(options)
    }

    /// `Options.contribute_to_class` of django/db/models/options.py: the table of a model as its class has it today. `None`
    /// where that is not known.
    fn table_of_class(&mut self, class: &Rc<Class>, label: &str) -> Result<Option<String>, Stop> {
        self.class_body(class)?;
        let own = class.names.borrow().get("Meta").cloned();
        // A metaclass may say another, and so may a base that is not known.
        let lineage = self.lineage(class)?;
        let may_say_more = |it: &Live| match it {
            Live::Class(class) => class.definition.as_ref().is_none_or(|it| it.inside().metaclass.is_some()),
            Live::Name(path) => !path.starts_with("django.") && !is_object(it),
            _ => true,
        };
        if lineage.iter().any(may_say_more) {
            return Ok(None);
        }
        let usual = || {
            let name = format!("{label}_{}", class.name.to_lowercase());
            // A longer one is cut.
            Some(name).filter(|it| it.len() <= SHORT)
        };
        // That of a base counts only where the base is abstract, and a proxy has its model's.
        let says = |it: &Live| matches!(it, Live::Class(it) if it.names.borrow().get("Meta").is_some());
        let meta = match own {
            Some(Live::Class(meta)) => meta,
            None if !lineage.iter().any(says) => return Ok(usual()),
            _ => return Ok(None),
        };
        let is_proxy = self.class_attribute(&meta, "proxy")?;
        if !matches!(is_proxy, None | Some(Live::Bool(false))) {
            return Ok(None);
        }
        Ok(match self.class_attribute(&meta, "db_table")? {
            None => usual(),
            Some(Live::Str(table)) if table.is_empty() => usual(),
            Some(Live::Str(table)) => Some(table.to_string()),
            Some(_) => None,
        })
    }
}
