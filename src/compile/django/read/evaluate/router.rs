//! What a database router says of an app, or of one of its models.

use super::call::MORE_KEYWORDS;
use super::live::*;
use super::{Imported, Interpreter};
use crate::compile::django::project::{Hints, Value};
use crate::compile::django::read::syntax::tree::Span;

/// What a router is asked about.
#[derive(Clone, Copy, Debug)]
pub enum Routed<'a> {
    /// Any model of an app.
    App,
    /// A model, by its name in lower case.
    Model(&'a str),
    /// Code or SQL of an app's migrations, without hints.
    Code,
    /// The same with hints.
    Hints(&'a Hints),
}

/// What `allow_migrate` says in the database at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// The next router is asked.
    Nothing,
    /// It was not seen through, or it hangs on more than what was asked about.
    Unknown,
}

impl Interpreter<'_> {
    /// Whether each model is read and written where Django has it without a router.
    pub fn has_no_routers(&self) -> bool {
        let said = self.world.settings.map(|it| it.values.get("DATABASE_ROUTERS"));
        match said {
            None => false,
            Some(None) => true,
            Some(Some(Value::List(routers) | Value::Tuple(routers))) => routers.is_empty(),
            Some(Some(_)) => false,
        }
    }

    /// `path` is what DATABASE_ROUTERS names: `shop.routers.Router`.
    pub fn router(&mut self, path: &str, app: &str, asked: Routed<'_>) -> Answer {
        self.ask_router(path, app, asked).unwrap_or(Answer::Unknown)
    }

    fn ask_router(&mut self, path: &str, app: &str, asked: Routed<'_>) -> Result<Answer, Stop> {
        let Some((module, name)) = path.rsplit_once('.') else { return Ok(Answer::Unknown) };
        let Imported::Followed(module) = self.import(module)? else { return Ok(Answer::Unknown) };
        let scope = self.module_scope(&module);
        let span = Span::default();
        let Some(found) = self.module_attribute(&module, name)? else { return Ok(Answer::Unknown) };
        let router = match self.force(&found)? {
            Live::Class(class) => self.instantiate(&class, Vec::new(), Vec::new(), &scope, span)?,
            other => other,
        };
        let is_whole = matches!(&router, Live::Instance(it) if it.notice.borrow().is_none());
        if !is_whole {
            return Ok(Answer::Unknown);
        }
        let Some(method) = self.optional_attribute(&router, "allow_migrate", &scope, span)? else {
            return Ok(Answer::Nothing);
        };
        let model = self.unknown(&scope, span, "is one model or another");
        // What `allow_migrate_model` and `RunPython` of Django hand on.
        let keywords = match asked {
            Routed::App => vec![("model_name".into(), model.clone()), ("model".into(), model)],
            Routed::Model(name) => vec![("model_name".into(), Live::str(name)), ("model".into(), model)],
            Routed::Code => Vec::new(),
            Routed::Hints(hints) => hints
                .iter()
                .map(|(name, value)| match (name, value) {
                    (Value::Str(name), Value::Str(text)) => (name.clone(), Live::Str(text.clone())),
                    (Value::Str(name), Value::Bool(it)) => (name.clone(), Live::Bool(*it)),
                    (Value::Str(name), Value::Int(it)) => (name.clone(), Live::Int(*it)),
                    (Value::Str(name), Value::None) => (name.clone(), Live::None),
                    (Value::Str(name), _) => (name.clone(), self.unknown(&scope, span, "is a hint")),
                    _ => (MORE_KEYWORDS.into(), self.unknown(&scope, span, "is a hint")),
                })
                .collect(),
        };
        let args = vec![Live::str(self.world.database), Live::str(app)];
        let answer = self.call(&method, args, keywords, &scope, span)?;
        Ok(match self.force(&answer)? {
            Live::Bool(true) => Answer::Yes,
            Live::Bool(false) => Answer::No,
            Live::None => Answer::Nothing,
            _ => Answer::Unknown,
        })
    }
}
