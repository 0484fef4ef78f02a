//! Changes written as DDL.

use super::Dialect;
use crate::schema::Change;

impl Dialect {
    /// The statements that carry out `change`, each without its semicolon.
    pub fn render(self, _change: &Change) -> Vec<String> {
        Vec::new()
    }
}
