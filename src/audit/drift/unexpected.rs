//! What is there and not expected: told, never accused, but for what keeps rows out.

use super::*;

impl Judge<'_> {
    pub(super) fn unexpected_table(&mut self, table: &TableName) {
        let Some(actual) = self.actual(table) else { return };
        let is_ledger = self.observation.ledger_table == *table;
        let elsewhere = table.schema.is_some();
        if !actual.kind.holds_rows() || is_ledger || elsewhere {
            return;
        }
        let described = Some(actual.describe());
        let undone = self.undone(table, None).or_else(|| self.made_early(table));
        self.unexpected(Rule::UnexpectedTable, self.subject(table), table, described, undone);
    }

    pub(super) fn unexpected_foreign_key(&mut self, table: &TableName, reference: &ConstraintRef) {
        let Some(actual) = self.actual(table) else { return };
        let key = actual.foreign_keys.iter().find(|it| match reference {
            ConstraintRef::Name(name) => it.name.as_ref() == Some(name),
            ConstraintRef::Columns(columns) => it.columns == *columns,
        });
        // Its better half is told already, as a foreign key that differs.
        let expected = self.expected.expectation.schema.tables.get(table);
        let is_twin = key.is_some_and(|key| {
            expected.is_some_and(|table| table.foreign_keys.iter().any(|it| same_ends(it, key)))
        });
        if !is_twin {
            let undone = key.and_then(|key| {
                let over = self.undone_with(table, &key.columns);
                over.or_else(|| {
                    let target = self.undone(&key.references, None);
                    let target =
                        target.or_else(|| self.undone_with(&key.references, &key.referenced_columns))?;
                    Some(Undone { was_to: "drops or renames what it points at".to_owned(), ..target })
                })
            });
            let (subject, described) = (self.reference(table, reference), key.map(ToString::to_string));
            self.unexpected(Rule::UnexpectedConstraint, subject, table, described, undone);
        }
    }

    pub(super) fn unexpected_constraint(&mut self, table: &TableName, reference: &ConstraintRef) {
        let Some(actual) = self.actual(table) else { return };
        let points = |name: Option<&Name>, columns: Vec<Name>| match reference {
            ConstraintRef::Name(wanted) => name == Some(wanted),
            ConstraintRef::Columns(wanted) => *wanted == columns,
        };
        let index = actual.indexes.iter().find(|it| points(it.name.as_ref(), part_columns(&it.parts)));
        let check = actual.checks.iter().find(|it| points(it.name.as_ref(), it.columns.clone()));
        let unique = actual.uniques.iter().find(|it| points(it.name.as_ref(), part_columns(&it.parts)));
        let exclusion = actual.exclusions.iter().find(|it| points(it.name.as_ref(), part_columns(&it.parts)));
        if is_mysql(self.manifest.dialect) {
            // What InnoDB made for a foreign key stays when the table becomes one of an engine without them.
            let keyless = self.observation.catalog.stored.keyless.contains_key(table);
            let forgotten = self.expected.expectation.schema.tables.get(table).filter(|_| keyless);
            let server_made = index.is_some_and(|it| {
                let is_of = |table: &Table| crate::dialect::mysql::is_server_made_index(table, it);
                is_of(actual) || forgotten.is_some_and(|it| is_of(it))
            }) || check
                .is_some_and(|it| crate::dialect::mysql::is_server_made_check(actual, it));
            if server_made {
                return;
            }
        }
        let described = (index.map(ToString::to_string))
            .or(check.map(ToString::to_string))
            .or(unique.map(ToString::to_string))
            .or(exclusion.map(ToString::to_string));
        let columns = (index.map(|it| part_columns(&it.parts)))
            .or(check.map(|it| it.columns.clone()))
            .or(unique.map(|it| part_columns(&it.parts)))
            .or(exclusion.map(|it| part_columns(&it.parts)));
        let undone = columns.and_then(|it| self.undone_with(table, &it));
        let subject = self.reference(table, reference);
        self.unexpected(Rule::UnexpectedConstraint, subject, table, described, undone);
    }

    /// Something that no applied migration made and left, unless something unseen may have made it.
    pub(super) fn unexpected(
        &mut self,
        rule: Rule,
        subject: Subject,
        table: &TableName,
        actual: Option<String>,
        undone: Option<Undone>,
    ) {
        let explained = !self.expected.applied.unknown.is_empty()
            || self.expected.expectation.blind_spot_of(table).is_some()
            || self.expected.expectation.blind_spots.iter().any(|spot| spot.may_touch == MayTouch::Anything)
            || (rule == Rule::UnexpectedTable && self.may_bear_another_name());
        let is_early = undone.as_ref().is_some_and(|it| it.is_pending);
        if explained && !is_early {
            return;
        }
        let what = describe_subject(rule, &subject, actual.as_deref().unwrap_or_default());
        let message = match &undone {
            Some(Undone { by, was_to, is_pending }) => {
                let stands = if *is_pending { "pending" } else { "marked applied" };
                format!("{what} is there, though {}, which {was_to}, is {stands}", self.id_text(*by))
            }
            None => format!("{what} is there, but no applied migration made it"),
        };
        let verify_sql = self.verify(rule, table, &subject);
        self.drift.findings.push(Finding {
            actual,
            migration: undone.as_ref().and_then(|it| self.id(it.by)),
            stands_as_before: undone.is_some_and(|it| !it.is_pending),
            verify_sql: Some(verify_sql),
            ..Finding::new(rule, subject, message)
        });
    }

    /// Whether a table that is missed may stand there by a name that was not seen.
    fn may_bear_another_name(&self) -> bool {
        let expectation = &self.expected.expectation;
        let is_missed =
            |table: &TableName| expectation.schema.tables.contains_key(table) && self.actual(table).is_none();
        let spots = expectation.blind_spots.iter().filter(|spot| !spot.may_undo.elsewhere);
        spots.flat_map(|spot| &spot.may_undo.tables).any(is_missed)
    }
}
