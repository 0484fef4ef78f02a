//! Changes written as DDL.

mod alike;
mod column;
mod gentle;
mod guarded;
mod only_where;
mod parts;
#[cfg(test)]
mod tests;

use super::{Dialect, postgres};
use crate::schema::{
    Change, Column, ConstraintRef, Index, IndexPart, Table, TableKind, TableName, UniqueConstraint,
    usual_type,
};

pub use column::ColumnAspect;
pub use gentle::GentleStep;

/// A change that this dialect's ALTER TABLE cannot carry out, or that lacks a text to be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRenderable(pub String);

type Rendered = Result<Vec<String>, NotRenderable>;

impl Dialect {
    /// The statements that carry out `change`, each without its semicolon, in the order in which they run.
    ///
    /// Foreign keys of a new table come as statements of their own (but for SQLite, which knows them only
    /// inside CREATE TABLE), so that tables may be made in any order if all foreign keys come last.
    pub fn render(self, change: &Change) -> Rendered {
        match change {
            Change::CreateTable(table) => {
                let (table, rest) = self.split_table(table);
                let mut statements = vec![self.create_table(&table, "")?];
                for change in rest {
                    statements.extend(self.render(&change)?);
                }
                Ok(statements)
            }
            Change::DropTable { table } => Ok(vec![format!("DROP TABLE {}", self.table(table))]),
            Change::RenameTable { from, to } => {
                let to = if self == Self::Postgres { self.quote(&to.name) } else { self.table(to) };
                self.alter(from, &format!("RENAME TO {to}"))
            }
            Change::AddColumn { table, column } => Ok(vec![self.add_column(table, column, "")?]),
            Change::DropColumn { table, column } => {
                self.alter(table, &format!("DROP COLUMN {}", self.quote(column)))
            }
            Change::RenameColumn { table, from, to } => {
                self.alter(table, &format!("RENAME COLUMN {} TO {}", self.quote(from), self.quote(to)))
            }
            Change::AlterColumn { table, column } => self.alter_column(table, column),
            Change::AddPrimaryKey { table, primary_key } => {
                self.without_rebuild("a primary key", table)?;
                self.alter(table, &format!("ADD {}", self.primary_key(primary_key, "")))
            }
            Change::DropPrimaryKey { table } => match self {
                Self::Postgres => self.alter(
                    table,
                    &format!("DROP CONSTRAINT {}", self.quote(&postgres::primary_key_name(&table.name))),
                ),
                Self::Mysql | Self::Mariadb => self.alter(table, "DROP PRIMARY KEY"),
                Self::Sqlite => Err(only_by_rebuild("a primary key", table)),
            },
            Change::AddUnique { table, unique } => Ok(vec![self.add_unique(table, unique, "")?]),
            Change::DropUnique { table, unique } => self.drop_named(table, "unique", unique),
            Change::AddForeignKey { table, foreign_key } => {
                self.without_rebuild("a foreign key", table)?;
                self.alter(table, &format!("ADD {}", self.foreign_key(table, foreign_key, "")?))
            }
            Change::DropForeignKey { table, foreign_key } => {
                self.drop_named(table, "foreign key", foreign_key)
            }
            Change::AddCheck { table, check } => {
                self.without_rebuild("a check", table)?;
                self.alter(table, &format!("ADD {}", self.check(table, check, "")?))
            }
            Change::DropCheck { table, check } => self.drop_named(table, "check", check),
            Change::AddIndex { table, index } => Ok(vec![self.create_index(table, index, "")?]),
            Change::DropIndex { table, index } => self.drop_named(table, "index", index),
            Change::AddExclusion { table, exclusion } => {
                self.alter(table, &format!("ADD {}", self.exclusion(table, exclusion)?))
            }
            Change::DropExclusion { table, exclusion } => {
                self.drop_named(table, "exclusion constraint", exclusion)
            }
            Change::RenameConstraint { table, .. } => Err(NotRenderable(format!(
                "renaming a constraint of {table} is not written as SQL: names of constraints are not compared"
            ))),
        }
    }

    /// A table's name as it stands in SQL.
    pub fn table(self, name: &TableName) -> String {
        match &name.schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(&name.name)),
            None => self.quote(&name.name),
        }
    }

    fn alter(self, table: &TableName, what: &str) -> Rendered {
        Ok(vec![format!("ALTER TABLE {} {what}", self.table(table))])
    }

    fn create_table(self, table: &Table, guard: &str) -> Result<String, NotRenderable> {
        match table.kind {
            TableKind::Table => {}
            TableKind::Partitioned | TableKind::View | TableKind::MaterializedView | TableKind::Foreign => {
                return Err(NotRenderable(format!(
                    "how the {} {} is made is not known",
                    table.kind, table.name
                )));
            }
        }
        let name = &table.name;
        let numbered = self.numbered_key(table);
        let mut lines = Vec::new();
        for column in &table.columns {
            lines.push(self.column(column, numbered == Some(&column.name))?);
        }
        if numbered.is_none() {
            lines.extend(table.primary_key.iter().map(|key| self.primary_key(key, "")));
        }
        for unique in &table.uniques {
            lines.push(self.unique_constraint(name, unique)?);
        }
        for check in &table.checks {
            lines.push(self.check(name, check, "")?);
        }
        for key in &table.foreign_keys {
            lines.push(self.foreign_key(name, key, "")?);
        }
        Ok(format!("CREATE TABLE {guard}{} (\n  {}\n)", self.table(name), lines.join(",\n  ")))
    }

    /// A new table as one CREATE TABLE makes it, and the rest of it as changes; foreign keys last.
    ///
    /// Of keys over the same columns in one statement PostgreSQL makes one, under the name that is given: `transformIndexConstraints` of
    /// src/backend/parser/parse_utilcmd.c.
    pub fn split_table(self, table: &Table) -> (Table, Vec<Change>) {
        let name = || table.name.clone();
        let mut bare = table.clone();
        let keys: Vec<Vec<IndexPart>> = bare
            .primary_key
            .iter()
            .map(|key| key.columns.iter().cloned().map(IndexPart::column).collect())
            .collect();
        let (mut inside, mut beside) = (Vec::new(), Vec::new());
        for unique in bare.uniques {
            let mut earlier = keys.iter().chain(inside.iter().map(|it: &UniqueConstraint| &it.parts));
            let is_merged = self == Self::Postgres && earlier.any(|it| *it == unique.parts);
            if self.is_constraint(&unique) && !is_merged { &mut inside } else { &mut beside }.push(unique);
        }
        bare.uniques = inside;
        let mut rest: Vec<Change> =
            beside.into_iter().map(|unique| Change::AddUnique { table: name(), unique }).collect();
        rest.extend(bare.indexes.drain(..).map(|index| Change::AddIndex { table: name(), index }));
        let exclusions = bare.exclusions.drain(..);
        rest.extend(exclusions.map(|exclusion| Change::AddExclusion { table: name(), exclusion }));
        if self != Self::Sqlite {
            let keys = bare.foreign_keys.drain(..);
            rest.extend(keys.map(|foreign_key| Change::AddForeignKey { table: name(), foreign_key }));
        }
        (bare, rest)
    }

    fn add_column(self, table: &TableName, column: &Column, guard: &str) -> Result<String, NotRenderable> {
        let is_stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
        match self {
            Self::Postgres => {}
            Self::Mysql | Self::Mariadb if column.auto_increment => {
                return Err(NotRenderable(format!(
                    "{table}.{} numbers itself, which needs its key in the same statement",
                    column.name
                )));
            }
            Self::Sqlite if column.auto_increment || is_stored => {
                return Err(only_by_rebuild(&format!("column {}", column.name), table));
            }
            Self::Mysql | Self::Mariadb | Self::Sqlite => {}
        }
        let (table, column) = (self.table(table), self.column(column, false)?);
        Ok(format!("ALTER TABLE {table} ADD COLUMN {guard}{column}"))
    }

    fn alter_column(self, table: &TableName, column: &Column) -> Rendered {
        match self {
            Self::Mysql | Self::Mariadb => {
                self.alter(table, &format!("MODIFY COLUMN {}", self.column(column, false)?))
            }
            Self::Sqlite => Err(only_by_rebuild("a change of a column", table)),
            Self::Postgres => {
                let name = self.quote(&column.name);
                let mut parts = Vec::new();
                if let Some(data_type) = column.data_type.text().map(usual_type) {
                    parts.push(format!("ALTER COLUMN {name} TYPE {data_type} USING {name}::{data_type}"));
                }
                let null = if column.nullable { "DROP" } else { "SET" };
                parts.push(format!("ALTER COLUMN {name} {null} NOT NULL"));
                match &column.default {
                    Some(default) => {
                        let default = self.default(column, default)?;
                        parts.push(format!("ALTER COLUMN {name} SET DEFAULT {default}"));
                    }
                    None => parts.push(format!("ALTER COLUMN {name} DROP DEFAULT")),
                }
                self.alter(table, &parts.join(", "))
            }
        }
    }

    fn add_unique(
        self,
        table: &TableName,
        unique: &UniqueConstraint,
        guard: &str,
    ) -> Result<String, NotRenderable> {
        if self == Self::Postgres && self.is_constraint(unique) {
            let constraint = self.unique_constraint(table, unique)?;
            return Ok(format!("ALTER TABLE {} ADD {constraint}", self.table(table)));
        }
        self.supports_unique(table, unique)?;
        self.create_unique_index(table, unique, guard)
    }

    /// Of a constraint that can be deferred, the index alone.
    fn create_unique_index(
        self,
        table: &TableName,
        unique: &UniqueConstraint,
        guard: &str,
    ) -> Result<String, NotRenderable> {
        let name = self.name_of_unique(table, unique);
        let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
        Ok(format!(
            "CREATE UNIQUE INDEX {guard}{} ON {} ({}){}{nulls}{}",
            self.quote(&name),
            self.table(table),
            self.parts(&unique.parts)?,
            self.include(&unique.include)?,
            self.condition(unique.condition.as_ref())?
        ))
    }

    fn create_index(self, table: &TableName, index: &Index, guard: &str) -> Result<String, NotRenderable> {
        let method = index.method.as_ref().map(|method| method.to_lowercase());
        let (kind, before, behind) = match (method.as_deref(), self) {
            (None, _) => ("", String::new(), ""),
            (Some(method), Self::Postgres) => ("", format!("USING {} ", self.quote(method)), ""),
            (Some("fulltext"), Self::Mysql | Self::Mariadb) => ("FULLTEXT ", String::new(), ""),
            (Some("spatial"), Self::Mysql | Self::Mariadb) => ("SPATIAL ", String::new(), ""),
            (Some("btree"), Self::Mysql | Self::Mariadb) => ("", String::new(), " USING BTREE"),
            (Some("hash"), Self::Mysql | Self::Mariadb) => ("", String::new(), " USING HASH"),
            (Some(method), Self::Mysql | Self::Mariadb | Self::Sqlite) => {
                return Err(NotRenderable(format!("{self} has no index method {method}")));
            }
        };
        Ok(format!(
            "CREATE {kind}INDEX {guard}{} ON {} {before}({}){behind}{}{}",
            self.quote(&self.name_of_index(table, index)),
            self.table(table),
            self.parts(&index.parts)?,
            self.include(&index.include)?,
            self.condition(index.condition.as_ref())?
        ))
    }

    /// A column as it stands in CREATE TABLE.
    pub fn column_definition(self, column: &Column) -> Result<String, NotRenderable> {
        self.column(column, false)
    }

    /// The constraint that the change adds, as it stands in CREATE TABLE.
    pub fn constraint_definition(self, change: &Change) -> Result<String, NotRenderable> {
        match change {
            Change::AddPrimaryKey { primary_key, .. } => Ok(self.primary_key(primary_key, "")),
            Change::AddForeignKey { table, foreign_key } => self.foreign_key(table, foreign_key, ""),
            Change::AddCheck { table, check } => self.check(table, check, ""),
            Change::AddUnique { table, unique } => self.unique_constraint(table, unique),
            Change::AddExclusion { table, exclusion } => self.exclusion(table, exclusion),
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
            | Change::AddIndex { .. }
            | Change::DropIndex { .. }
            | Change::DropExclusion { .. }
            | Change::RenameConstraint { .. } => {
                Err(NotRenderable("what is no constraint has no definition as one".to_owned()))
            }
        }
    }

    fn drop_named(self, table: &TableName, what: &'static str, reference: &ConstraintRef) -> Rendered {
        let ConstraintRef::Name(name) = reference else {
            return Err(NotRenderable(format!(
                "a {what} of {table} without a name cannot be dropped by SQL"
            )));
        };
        let in_schema = || TableName { schema: table.schema.clone(), name: name.clone() };
        let name = self.quote(name);
        match (self, what) {
            (Self::Postgres, "index") => Ok(vec![format!("DROP INDEX {}", self.table(&in_schema()))]),
            (Self::Postgres, _) => self.alter(table, &format!("DROP CONSTRAINT {name}")),
            (Self::Mysql | Self::Mariadb, "index" | "unique") => {
                self.alter(table, &format!("DROP INDEX {name}"))
            }
            (Self::Mysql | Self::Mariadb, "foreign key") => {
                self.alter(table, &format!("DROP FOREIGN KEY {name}"))
            }
            (Self::Mysql | Self::Mariadb, _) => self.alter(table, &format!("DROP CONSTRAINT {name}")),
            (Self::Sqlite, "index" | "unique") => Ok(vec![format!("DROP INDEX {name}")]),
            (Self::Sqlite, _) => Err(only_by_rebuild(what, table)),
        }
    }

    fn without_rebuild(self, what: &str, table: &TableName) -> Result<(), NotRenderable> {
        match self {
            Self::Sqlite => Err(only_by_rebuild(what, table)),
            Self::Postgres | Self::Mysql | Self::Mariadb => Ok(()),
        }
    }
}

/// <https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes>
fn only_by_rebuild(what: &str, table: &TableName) -> NotRenderable {
    NotRenderable(format!("SQLite makes {what} on {table} only by rebuilding the table"))
}
