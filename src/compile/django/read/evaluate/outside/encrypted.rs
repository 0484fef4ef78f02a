//! `encrypt` of django-cryptography, which makes of a field another whose column holds bytes: its `deconstruct` of a field and
//! its `type(…)` are not followed.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::call::MORE_KEYWORDS;
use super::super::live::*;
use crate::compile::django::read::syntax::tree::Span;

pub const ENCRYPT: &str = "django_cryptography.fields.encrypt";

/// What a column has whatever is in it.
const OF_ANY_COLUMN: [&str; 9] = [
    "null",
    "blank",
    "unique",
    "primary_key",
    "db_index",
    "db_column",
    "db_comment",
    "default",
    MORE_KEYWORDS,
];

impl Interpreter<'_> {
    /// What `encrypt(field)` comes to: `EncryptedMixin.get_internal_type` of django_cryptography/fields.py is `BinaryField`.
    /// `None` of a field that is not one of Django's, or that has options of itself.
    pub fn encrypted(&mut self, args: &[Live], scope: &Rc<Scope>, span: Span) -> Result<Option<Live>, Stop> {
        let Some(field) = args.first() else { return Ok(None) };
        let Live::Instance(field) = self.force(field)? else { return Ok(None) };
        let Live::Name(class) = &field.class else { return Ok(None) };
        let is_plain = class
            .strip_prefix("django.db.models.")
            .and_then(|it| it.strip_suffix("Field"))
            .is_some_and(|it| !it.ends_with("Slug") && !it.ends_with("Auto") && !it.contains("To"));
        if !is_plain {
            return Ok(None);
        }
        let keywords = field.keywords.iter().filter(|(name, _)| OF_ANY_COLUMN.contains(&&**name)).cloned();
        let keywords = keywords.collect();
        Ok(Some(self.outside_instance("django.db.models.BinaryField", Vec::new(), keywords, scope, span)))
    }
}
