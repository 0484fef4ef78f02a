//! Whether models and fields are there of which followed code asks within a `try`.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::live::*;
use super::super::statement::{NO_FIELD, Raises};
use crate::compile::django::project::{IS_FIELD, IS_MODEL, When};
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    /// Raises an exception of this class where the models at that time have no such model. Outside of a `try` it is there:
    /// nobody would have got past the migration.
    pub(super) fn fail_without_model(
        &mut self,
        class: &str,
        when: When,
        [label, model]: [&str; 2],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        if self.catching == 0 || self.handed.is_none() {
            return Ok(());
        }
        let [before, after] = IS_MODEL;
        match self.is_there(format!("{before}{}.{model}{after}", when.signed(label))) {
            Some(true) => Ok(()),
            Some(false) => Err(self.raise(class, format!("there is no model {label}.{model}"))),
            None => {
                self.may_be_no_model(scope, span);
                Ok(())
            }
        }
    }

    /// As [`fail_without_model`](Self::fail_without_model), for a field; the model is a pair of label and name.
    pub(super) fn fail_without_field(
        &mut self,
        model: &Live,
        field: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let Live::Tuple(both) = model else { return Ok(()) };
        let [Live::Str(label), Live::Str(model)] = &**both else { return Ok(()) };
        if self.catching == 0 || self.handed.is_none() {
            return Ok(());
        }
        let [before, after] = IS_FIELD;
        match self.is_there(format!("{before}{label}.{model}.{field}{after}")) {
            Some(true) => Ok(()),
            Some(false) => Err(self.raise(NO_FIELD, format!("{model} has no field {field}"))),
            None => {
                // Whatever the handler does: in one database it may have come to it.
                let why = self.unknown(scope, span, "asks for a field, which may not be there");
                if let Live::Unknown(why) = why {
                    self.note_raise(why, Raises::Call);
                }
                Ok(())
            }
        }
    }

    /// Code of a migration that asks for a model within a `try`, of which it is not known whether it is there.
    pub(super) fn may_be_no_model(&mut self, scope: &Rc<Scope>, span: Span) {
        if self.catching > 0
            && let Live::Unknown(why) = self.unknown(scope, span, "asks for a model, which may not be there")
        {
            self.note_raise(why, Raises::Operation);
        }
    }

    /// As [`may_be_no_model`](Self::may_be_no_model), for a field.
    pub fn may_be_no_field(&mut self, scope: &Rc<Scope>, span: Span) {
        if self.catching > 0
            && let Live::Unknown(why) = self.unknown(scope, span, "asks for a field, which may not be there")
        {
            self.note_raise(why, Raises::NoField);
        }
    }

    fn is_there(&mut self, marked: String) -> Option<bool> {
        Some(&*self.assumed(&marked.into())? == "True")
    }
}
