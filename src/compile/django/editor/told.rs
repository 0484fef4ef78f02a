//! What was told of a table is told once, whatever its fields and columns are called later.

use super::Editor;
use crate::schema::{Name, TableName};

impl Editor<'_> {
    /// What was told of a column is not told again under its new name, under which the blind spot stays.
    pub(super) fn follow_told(&mut self, table: &TableName, from: &Name, to: &Name) {
        let renamed = |it: &Name| if it == from { to.clone() } else { it.clone() };
        let of_it = self.told.iter().filter(|(of, _, guessed)| of == table && guessed.contains(from));
        let again: Vec<_> = of_it
            .map(|(of, reason, guessed)| (of.clone(), reason.clone(), guessed.iter().map(renamed).collect()))
            .collect();
        self.told.extend(again);
    }

    /// The same for a field, by whose name it was told.
    pub(super) fn follow_told_field(&mut self, table: &TableName, from: &str, to: &str) {
        if self.back.is_trial {
            return;
        }
        let [from, to] = [from, to].map(|it| format!("`{it}`"));
        let of_it =
            self.told.iter().filter(|(of, reason, _)| of == table && from != to && reason.contains(&from));
        let again: Vec<_> = of_it
            .map(|(of, reason, guessed)| (of.clone(), reason.replace(&from, &to), guessed.clone()))
            .collect();
        self.told.extend(again);
    }
}
