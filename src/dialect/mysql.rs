//! MySQL's and MariaDB's spelling.

use crate::schema::{Column, Spelling};

pub fn canonical_type(text: &str) -> Spelling {
    Spelling::uncertain(text)
}

pub fn canonical_default(text: &str, _data_type: &Spelling) -> Option<Spelling> {
    Some(Spelling::uncertain(text))
}

pub fn canonical_expression(text: &str) -> Spelling {
    Spelling::uncertain(text)
}

/// `serial` and its sisters are not types but an integer that numbers itself.
pub fn expand_pseudo_type(_column: &mut Column) {}

/// InnoDB treats RESTRICT and NO ACTION alike.
pub fn canonical_actions(_key: &mut crate::schema::ForeignKey) {}

pub fn is_server_made_index(_table: &crate::schema::Table, _index: &crate::schema::Index) -> bool {
    false
}

pub fn is_server_made_check(_table: &crate::schema::Table, _check: &crate::schema::Check) -> bool {
    false
}
