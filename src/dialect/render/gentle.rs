//! Additions written for PostgreSQL so that none holds up readers or writers for long: many short steps.

use super::{Dialect, NotRenderable, postgres};
use crate::schema::{Change, Column, ForeignKey, Index, Name, TableName, UniqueConstraint};

/// One step of several, to run outside of a transaction, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GentleStep {
    pub sql: String,
    /// The same for inside a transaction, where `sql` cannot run there.
    pub twin: Option<String>,
    /// What stays behind INVALID when it fails half-way.
    pub may_leave: Option<Name>,
    /// A query that has a row where a step before it left something to go on with; the first step has none.
    pub only_if: Option<String>,
    /// A query that has a row as long as it is still to be done, where what is compared of a schema does not tell.
    pub open_while: Option<String>,
}

impl GentleStep {
    fn plain(sql: String) -> Self {
        Self { sql, twin: None, may_leave: None, only_if: None, open_while: None }
    }

    fn open_while(self, condition: &str) -> Self {
        Self { open_while: Some(format!("SELECT 1 WHERE {condition}")), ..self }
    }

    fn only_if(self, query: String) -> Self {
        Self { only_if: Some(query), ..self }
    }
}

const CONCURRENTLY: &str = "CONCURRENTLY IF NOT EXISTS ";

impl Dialect {
    /// The steps of an addition, or `None` where the guarded statement is as gentle as can be.
    ///
    /// <https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY>,
    /// <https://www.postgresql.org/docs/current/sql-altertable.html> (`NOT VALID`, `USING INDEX`)
    pub fn render_gently(self, change: &Change) -> Result<Option<Vec<GentleStep>>, NotRenderable> {
        if self != Self::Postgres {
            return Ok(None);
        }
        match change {
            Change::AddIndex { table, index } => self.index_gently(table, index).map(Some),
            Change::AddUnique { table, unique } => self.unique_gently(table, unique).map(Some),
            Change::AddPrimaryKey { table, primary_key } => {
                let name = (primary_key.name.clone())
                    .unwrap_or_else(|| postgres::primary_key_name(&table.name).into());
                let mut unique = UniqueConstraint::on_columns(primary_key.columns.iter().cloned());
                unique.name = Some(name.clone());
                let add = format!(
                    "ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY USING INDEX {}",
                    self.table(table),
                    self.quote(&name),
                    self.quote(&name)
                );
                let mut steps = vec![self.unique_index_gently(table, &unique)?];
                let add = GentleStep::plain(self.do_unless(table, "contype = 'p'", &add))
                    .open_while(&format!("NOT {}", self.constraint_exists(table, "contype = 'p'")));
                steps.push(add.only_if(self.index_stands(table, &name)));
                Ok(Some(steps))
            }
            Change::AddForeignKey { table, foreign_key } => self.key_gently(table, foreign_key).map(Some),
            Change::AddCheck { table, check } => {
                let name = self.name_of_check(table, check);
                let add = format!(
                    "ALTER TABLE {} ADD {} NOT VALID",
                    self.table(table),
                    self.check(table, check, "")?
                );
                Ok(Some(self.then_validated(table, &name, &add)))
            }
            Change::CreateTable(_)
            | Change::DropTable { .. }
            | Change::RenameTable { .. }
            | Change::AddColumn { .. }
            | Change::DropColumn { .. }
            | Change::RenameColumn { .. }
            | Change::AlterColumn { .. }
            | Change::DropPrimaryKey { .. }
            | Change::DropUnique { .. }
            | Change::DropForeignKey { .. }
            | Change::DropCheck { .. }
            | Change::DropIndex { .. }
            | Change::AddExclusion { .. }
            | Change::DropExclusion { .. }
            | Change::RenameConstraint { .. } => Ok(None),
        }
    }

    fn index_gently(self, table: &TableName, index: &Index) -> Result<Vec<GentleStep>, NotRenderable> {
        let name = self.name_of_index(table, index);
        Ok(vec![GentleStep {
            sql: self.create_index(table, index, CONCURRENTLY)?,
            twin: Some(self.create_index(table, index, super::guarded::IF_NOT_EXISTS)?),
            may_leave: Some(name),
            only_if: None,
            open_while: None,
        }])
    }

    fn unique_gently(
        self,
        table: &TableName,
        unique: &UniqueConstraint,
    ) -> Result<Vec<GentleStep>, NotRenderable> {
        self.supports_unique(table, unique)?;
        let mut steps = vec![self.unique_index_gently(table, unique)?];
        if self.is_constraint(unique) {
            let name = self.name_of_unique(table, unique);
            let add = format!(
                "ALTER TABLE {} ADD CONSTRAINT {} UNIQUE USING INDEX {}{}",
                self.table(table),
                self.quote(&name),
                self.quote(&name),
                super::parts::deferrable(unique.deferrable)
            );
            let is_it = format!("conname = {}", self.quote_literal(&name));
            let add = GentleStep::plain(self.do_unless(table, &is_it, &add))
                .open_while(&format!("NOT {}", self.constraint_exists(table, &is_it)));
            steps.push(add.only_if(self.index_stands(table, &name)));
        }
        Ok(steps)
    }

    fn unique_index_gently(
        self,
        table: &TableName,
        unique: &UniqueConstraint,
    ) -> Result<GentleStep, NotRenderable> {
        let sql = |guard| self.create_unique_index(table, unique, guard);
        Ok(GentleStep {
            sql: sql(CONCURRENTLY)?,
            twin: Some(sql(super::guarded::IF_NOT_EXISTS)?),
            may_leave: Some(self.name_of_unique(table, unique)),
            only_if: None,
            open_while: None,
        })
    }

    fn index_stands(self, table: &TableName, name: &Name) -> String {
        let index = TableName { schema: table.schema.clone(), name: name.clone() };
        let known = |name: &TableName| self.quote_literal(&self.table(name));
        format!(
            "SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({}) AND indrelid = \
             pg_catalog.to_regclass({})",
            known(&index),
            known(table)
        )
    }

    fn key_gently(self, table: &TableName, key: &ForeignKey) -> Result<Vec<GentleStep>, NotRenderable> {
        let name = self.name_of_foreign_key(table, key);
        let add =
            format!("ALTER TABLE {} ADD {} NOT VALID", self.table(table), self.foreign_key(table, key, "")?);
        Ok(self.then_validated(table, &name, &add))
    }

    /// `NOT VALID` holds up nobody, and VALIDATE only other changes of the table's structure.
    fn then_validated(self, table: &TableName, name: &Name, add: &str) -> Vec<GentleStep> {
        let is_it = format!("conname = {}", self.quote_literal(name));
        let is_open = format!(
            "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass({}) AND {is_it} AND \
             NOT convalidated",
            self.quote_literal(&self.table(table))
        );
        let validate = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", self.table(table), self.quote(name));
        vec![
            GentleStep::plain(self.do_unless(table, &is_it, add))
                .open_while(&format!("NOT {}", self.constraint_exists(table, &is_it))),
            GentleStep { open_while: Some(is_open.clone()), ..GentleStep::plain(validate).only_if(is_open) },
        ]
    }

    /// NOT NULL by a check that is validated first, so that SET NOT NULL need not look at a row (since PostgreSQL 12),
    /// and that goes again.
    pub fn not_null_gently(self, table: &TableName, column: &Column) -> Vec<GentleStep> {
        let (relation, quoted) = (self.table(table), self.quote(&column.name));
        let name = super::parts::own_name(table, column, "not_null");
        let check = self.quote(&name);
        let add =
            format!("ALTER TABLE {relation} ADD CONSTRAINT {check} CHECK ({quoted} IS NOT NULL) NOT VALID");
        let is_it = format!("conname = {}", self.quote_literal(&name));
        let still_nullable = format!(
            "EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = {}::pg_catalog.regclass AND attname = {} AND \
             NOT attnotnull)",
            self.quote_literal(&relation),
            self.quote_literal(&column.name)
        );
        let validate = format!("ALTER TABLE {relation} VALIDATE CONSTRAINT {check}");
        let stands = self.constraint_exists(table, &is_it);
        let is_unproven = self.constraint_exists(table, &format!("{is_it} AND NOT convalidated"));
        vec![
            GentleStep::plain(self.do_if(&format!("{still_nullable} AND NOT {stands}"), &add))
                .open_while(&format!("{still_nullable} AND NOT {stands}")),
            GentleStep::plain(self.do_if(&stands, &validate)).open_while(&is_unproven),
            GentleStep::plain(format!("ALTER TABLE {relation} ALTER COLUMN {quoted} SET NOT NULL"))
                .open_while(&still_nullable),
            GentleStep::plain(format!("ALTER TABLE {relation} DROP CONSTRAINT IF EXISTS {check}"))
                .open_while(&stands),
        ]
    }
}
