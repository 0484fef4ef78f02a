//! Additions written so that each statement does nothing where its object is there already.

use super::{Dialect, NotRenderable, Rendered};
use crate::schema::{Change, Name, TableName};

const IF_NOT_EXISTS: &str = "IF NOT EXISTS ";

/// By what MySQL's dictionary knows that something is there.
enum Known<'a> {
    Column(&'a Name),
    Index(&'a Name),
    Constraint(&'a Name),
}

impl Dialect {
    /// The statements that carry out an addition, each without its semicolon, to run in this order over one
    /// connection. Each does nothing where an object of this name is there, whatever it is like.
    ///
    /// Unqualified tables are those of the connection's current schema. SQLite's `ADD COLUMN` has no such
    /// guard: [`Dialect::has_guard`] tells. What is no addition is not renderable here.
    pub fn render_guarded(self, change: &Change) -> Rendered {
        match change {
            Change::CreateTable(table) => {
                let (table, rest) = self.split_table(table);
                let mut statements = vec![self.create_table(&table, IF_NOT_EXISTS)?];
                for change in rest {
                    statements.extend(self.render_guarded(&change)?);
                }
                Ok(statements)
            }
            Change::AddColumn { table, column } => match self {
                Self::Postgres | Self::Mariadb => Ok(vec![self.add_column(table, column, IF_NOT_EXISTS)?]),
                Self::Mysql => self.unless(table, Known::Column(&column.name), change),
                Self::Sqlite => self.render(change),
            },
            Change::AddPrimaryKey { table, primary_key } => match self {
                Self::Postgres => self.unless_constraint(table, "contype = 'p'", change),
                Self::Mariadb => {
                    self.alter(table, &format!("ADD {}", self.primary_key(primary_key, IF_NOT_EXISTS)))
                }
                Self::Mysql => self.unless(table, Known::Constraint(&"PRIMARY".into()), change),
                Self::Sqlite => self.render(change),
            },
            Change::AddUnique { table, unique } => {
                let name = self.name_of_unique(table, unique);
                match self {
                    Self::Postgres if self.is_constraint(unique) => self.unless_named(table, &name, change),
                    Self::Postgres | Self::Mariadb | Self::Sqlite => {
                        Ok(vec![self.add_unique(table, unique, IF_NOT_EXISTS)?])
                    }
                    Self::Mysql => self.unless(table, Known::Index(&name), change),
                }
            }
            Change::AddForeignKey { table, foreign_key } => {
                let name = self.name_of_foreign_key(table, foreign_key);
                match self {
                    Self::Postgres => self.unless_named(table, &name, change),
                    Self::Mariadb => {
                        let key = self.foreign_key(table, foreign_key, IF_NOT_EXISTS)?;
                        self.alter(table, &format!("ADD {key}"))
                    }
                    Self::Mysql => self.unless(table, Known::Constraint(&name), change),
                    Self::Sqlite => self.render(change),
                }
            }
            Change::AddCheck { table, check } => {
                let name = self.name_of_check(table, check);
                match self {
                    Self::Postgres => self.unless_named(table, &name, change),
                    Self::Mariadb => {
                        self.alter(table, &format!("ADD {}", self.check(table, check, IF_NOT_EXISTS)?))
                    }
                    Self::Mysql => self.unless(table, Known::Constraint(&name), change),
                    Self::Sqlite => self.render(change),
                }
            }
            Change::AddIndex { table, index } => match self {
                Self::Postgres | Self::Mariadb | Self::Sqlite => {
                    Ok(vec![self.create_index(table, index, IF_NOT_EXISTS)?])
                }
                Self::Mysql => self.unless(table, Known::Index(&self.name_of_index(table, index)), change),
            },
            Change::DropTable { table }
            | Change::RenameTable { from: table, .. }
            | Change::DropColumn { table, .. }
            | Change::RenameColumn { table, .. }
            | Change::AlterColumn { table, .. }
            | Change::DropPrimaryKey { table }
            | Change::DropUnique { table, .. }
            | Change::DropForeignKey { table, .. }
            | Change::DropCheck { table, .. }
            | Change::DropIndex { table, .. }
            | Change::RenameConstraint { table, .. } => {
                Err(NotRenderable(format!("a change of {table} that is no addition may lose something")))
            }
        }
    }

    /// Whether the statements of [`Dialect::render_guarded`] may run twice.
    pub fn has_guard(self, change: &Change) -> bool {
        !(self == Self::Sqlite && matches!(change, Change::AddColumn { .. }))
    }

    fn unless_named(self, table: &TableName, name: &Name, change: &Change) -> Rendered {
        self.unless_constraint(table, &format!("conname = {}", self.quote_literal(name)), change)
    }

    /// PostgreSQL has no IF NOT EXISTS for constraints
    /// (<https://www.postgresql.org/docs/current/sql-altertable.html>).
    fn unless_constraint(self, table: &TableName, is_it: &str, change: &Change) -> Rendered {
        let relation = self.quote_literal(&self.table(table));
        let guard = |statement: String| {
            let body = format!(
                "BEGIN\n  IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint\n                  \
                 WHERE conrelid = {relation}::pg_catalog.regclass AND {is_it}) THEN\n    \
                 {statement};\n  END IF;\nEND"
            );
            let tag = dollar_tag(&body);
            format!("DO {tag} {body} {tag}")
        };
        Ok(self.render(change)?.into_iter().map(guard).collect())
    }

    /// MySQL has IF NOT EXISTS for tables alone; a prepared statement stands for the missing IF.
    fn unless(self, table: &TableName, known: Known<'_>, change: &Change) -> Rendered {
        let (view, column, name) = match known {
            Known::Column(name) => ("COLUMNS", "COLUMN_NAME", name),
            Known::Index(name) => ("STATISTICS", "INDEX_NAME", name),
            Known::Constraint(name) => ("TABLE_CONSTRAINTS", "CONSTRAINT_NAME", name),
        };
        let schema = table.schema.as_ref().map_or("DATABASE()".to_owned(), |it| self.quote_literal(it));
        let is_it = format!(
            "TABLE_SCHEMA = {schema} AND TABLE_NAME = {} AND {column} = {}",
            self.quote_literal(&table.name),
            self.quote_literal(name)
        );
        let guard = |statement: String| {
            let statement = self.quote_literal(&statement);
            [
                format!(
                    "SET @guarded = IF(EXISTS (SELECT 1 FROM information_schema.{view} WHERE {is_it}), 'DO 0', {statement})"
                ),
                "PREPARE guarded FROM @guarded".to_owned(),
                "EXECUTE guarded".to_owned(),
                "DEALLOCATE PREPARE guarded".to_owned(),
            ]
        };
        Ok(self.render(change)?.into_iter().flat_map(guard).collect())
    }
}

/// `$guard$`, or with a number such that nothing in `body` ends it.
fn dollar_tag(body: &str) -> String {
    let mut tag = "$guard$".to_owned();
    let mut number = 0_u32;
    while body.contains(&tag) {
        number += 1;
        tag = format!("$guard{number}$");
    }
    tag
}
