//! Looks for the traces of what is missing in a SQLite database.

use super::{Session, within};
use crate::audit::evidence::{Evidence, LeftOver, Missing, TableAge};
use crate::catalog::CatalogError;
use crate::schema::{Name, TableName};

impl Session {
    pub async fn gather(&mut self, missing: &Missing) -> Result<Evidence, CatalogError> {
        within(self.target.budgets.audit, "looking for evidence", self.gather_without_budget(missing)).await
    }

    async fn gather_without_budget(&mut self, missing: &Missing) -> Result<Evidence, CatalogError> {
        self.begin().await?;
        let roots: Vec<(String, i64)> = self
            .rows("SELECT CAST(name AS TEXT), CAST(rootpage AS INTEGER) FROM main.sqlite_schema WHERE type = 'table'")
            .await?;
        let free: Vec<(i64,)> = self.rows("PRAGMA main.freelist_count").await?;
        let counters: Vec<(String,)> = if roots.iter().any(|(name, _)| name == "sqlite_sequence") {
            self.rows("SELECT CAST(name AS TEXT) FROM main.sqlite_sequence").await?
        } else {
            Vec::new()
        };
        self.commit().await?;
        let missed = |name: &String| missing.tables.iter().find(|it| it.eq_ignore_ascii_case(name)).cloned();
        let left = |(name,): &(String,)| {
            let gone = !roots.iter().any(|(table, _)| table.eq_ignore_ascii_case(name));
            let table: Name = missed(name).filter(|_| gone)?;
            Some(LeftOver { table, what: format!("the counter of {name} in sqlite_sequence") })
        };
        let stands = |name: &String| missing.standing.iter().any(|it| it.eq_ignore_ascii_case(name));
        Ok(Evidence {
            left_overs: counters.iter().filter_map(left).collect(),
            ages: (roots.iter().filter(|(name, _)| stands(name)))
                .map(|(name, page)| TableAge {
                    table: TableName::unqualified(name.as_str()),
                    serial: u64::try_from(*page).ok(),
                    made_at: None,
                    touched_at: None,
                })
                .collect(),
            free_pages: free.first().and_then(|(pages,)| u64::try_from(*pages).ok()),
            ..Evidence::default()
        })
    }
}
