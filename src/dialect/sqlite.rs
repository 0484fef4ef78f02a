//! SQLite's spelling.

use crate::schema::Spelling;

pub fn canonical_type(text: &str) -> Spelling {
    Spelling::uncertain(text)
}

pub fn canonical_default(text: &str, _data_type: &Spelling) -> Option<Spelling> {
    Some(Spelling::uncertain(text))
}

pub fn canonical_expression(text: &str) -> Spelling {
    Spelling::uncertain(text)
}
