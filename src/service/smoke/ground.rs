//! What the last audit knows that explains why a check fails.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::audit::Rule;
use crate::service::store::Judged;
use crate::service::tables::TableFact;
use crate::smoke::Blocker;

/// Missing tables whose names are looked for in an answer, at most.
const MOST_SUSPECTS: usize = 200;

/// The ground a run stands on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The last verdict; `None` when there has been none.
    pub judged: Option<Arc<Judged>>,
    /// Why the last audit could not read the database: then its SQL is not tried either.
    pub unreadable: Option<String>,
}

impl Ground {
    /// What is missing of the tables that are named: whole tables, and columns of those that are there.
    ///
    /// A name that nothing is known of counts as missing when a person wrote it (`are_certain`), but not when it was
    /// read out of SQL or out of an answer, where it may be none of a table.
    pub fn blockers(&self, names: &[String], are_certain: bool) -> Vec<Blocker> {
        let Some(judged) = &self.judged else { return Vec::new() };
        let mut blockers = BTreeSet::new();
        for name in names {
            let shown = |fact: &TableFact<'_>| match fact.schema == judged.tables.audited_schema() {
                true => fact.table.to_owned(),
                false => format!("{}.{}", fact.schema, fact.table),
            };
            match judged.tables.find(name) {
                Some(fact) if fact.exists == Some(false) => {
                    blockers.insert(Blocker {
                        table: shown(&fact),
                        column: None,
                        migration: fact.made_by.cloned(),
                    });
                }
                Some(fact) => {
                    let of_it = |it: &&crate::audit::Finding| {
                        it.rule == Rule::MissingColumn
                            && it.subject.table.as_deref() == Some(fact.table)
                            && it.subject.schema.as_deref().is_none_or(|schema| schema == fact.schema)
                    };
                    blockers.extend(judged.report.findings.iter().filter(of_it).map(|it| Blocker {
                        table: shown(&fact),
                        column: it.subject.column.clone(),
                        migration: it.migration.clone(),
                    }));
                }
                None if are_certain && judged.tables.sees_everything() => {
                    blockers.insert(Blocker { table: name.clone(), column: None, migration: None });
                }
                None => {}
            }
        }
        blockers.into_iter().collect()
    }

    /// The names of tables that are missing.
    pub fn suspects(&self) -> Vec<String> {
        let judged = self.judged.iter();
        judged.flat_map(|it| it.tables.missing()).take(MOST_SUSPECTS).map(str::to_owned).collect()
    }
}
