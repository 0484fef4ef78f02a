//! Additions written so that each statement does nothing where its object is there already.

use super::{Dialect, NotRenderable, Rendered};
use crate::schema::{Change, Column, Name, TableName};

pub(super) const IF_NOT_EXISTS: &str = "IF NOT EXISTS ";
/// The beginning of what MySQL and MariaDB run only where something holds: an expression that yields the statement.
pub(super) const GUARDED: &str = "SET @guarded = ";

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
                Self::Mysql | Self::Mariadb if would_invent(column) => self.unless_rows(table, column),
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
            Change::AddExclusion { table, exclusion } => {
                self.unless_named(table, &self.name_of_exclusion(table, exclusion), change)
            }
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
            | Change::DropExclusion { table, .. }
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

    fn unless_constraint(self, table: &TableName, is_it: &str, change: &Change) -> Rendered {
        Ok(self.render(change)?.into_iter().map(|it| self.do_unless(table, is_it, &it)).collect())
    }

    /// PostgreSQL has no IF NOT EXISTS for constraints
    /// (<https://www.postgresql.org/docs/current/sql-altertable.html>).
    pub(super) fn do_unless(self, table: &TableName, is_it: &str, statement: &str) -> String {
        self.do_if(&format!("NOT {}", self.constraint_exists(table, is_it)), statement)
    }

    pub(super) fn constraint_exists(self, table: &TableName, is_it: &str) -> String {
        let relation = self.quote_literal(&self.table(table));
        format!(
            "EXISTS (SELECT FROM pg_catalog.pg_constraint\n                  \
             WHERE conrelid = {relation}::pg_catalog.regclass AND {is_it})"
        )
    }

    /// PostgreSQL's way to run a statement only where something holds.
    pub(super) fn do_if(self, condition: &str, statement: &str) -> String {
        let body = format!("BEGIN\n  IF {condition} THEN\n    {statement};\n  END IF;\nEND");
        let tag = dollar_tag(&body);
        format!("DO {tag} {body} {tag}")
    }

    /// MySQL has IF NOT EXISTS for tables alone; a prepared statement stands for the missing IF.
    fn unless(self, table: &TableName, known: Known<'_>, change: &Change) -> Rendered {
        let (view, column, name) = match known {
            Known::Column(name) => ("COLUMNS", "COLUMN_NAME", name),
            Known::Index(name) => ("STATISTICS", "INDEX_NAME", name),
            Known::Constraint(name) => ("TABLE_CONSTRAINTS", "CONSTRAINT_NAME", name),
        };
        let is_it = format!(
            "TABLE_SCHEMA = {} AND TABLE_NAME = {} AND {column} = {}",
            self.schema_of(table),
            self.quote_literal(&table.name),
            self.quote_literal(name)
        );
        let guard = |statement: String| {
            let statement = self.quote_literal(&statement);
            self.prepared(&format!(
                "IF(EXISTS (SELECT 1 FROM information_schema.{view} WHERE {is_it}), 'DO 0', {statement})"
            ))
        };
        Ok(self.render(change)?.into_iter().flat_map(guard).collect())
    }

    /// A column for which rows that are there have no value: MySQL and MariaDB would invent one (0, an empty text),
    /// so that it is added to an empty table only.
    fn unless_rows(self, table: &TableName, column: &Column) -> Rendered {
        let is_there = format!(
            "EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {} AND COLUMN_NAME = {})",
            self.schema_of(table),
            self.quote_literal(&table.name),
            self.quote_literal(&column.name)
        );
        let add = self.quote_literal(&self.add_column(table, column, "")?);
        let refuse = self.quote_literal(&refusal(self, &format!("{} has rows", table.name)));
        Ok(self.prepared(&format!(
            "IF({is_there}, 'DO 0', IF(EXISTS (SELECT 1 FROM {}), {refuse}, {add}))",
            self.table(table)
        )))
    }

    /// A column that numbers its rows, with the primary key over it alone: MySQL and MariaDB add the two only together.
    /// Rows that are there are numbered.
    pub fn render_numbered(self, table: &TableName, column: &Column) -> Rendered {
        let is_there = format!(
            "EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {} AND COLUMN_NAME = {})",
            self.schema_of(table),
            self.quote_literal(&table.name),
            self.quote_literal(&column.name)
        );
        let definition = self.column(column, false)?;
        let add = format!("ALTER TABLE {} ADD COLUMN {definition} PRIMARY KEY", self.table(table));
        Ok(self.prepared(&format!("IF({is_there}, 'DO 0', {})", self.quote_literal(&add))))
    }

    /// Runs the statement that the expression yields.
    pub(super) fn prepared(self, expression: &str) -> Vec<String> {
        vec![
            format!("{GUARDED}{expression}"),
            "PREPARE guarded FROM @guarded".to_owned(),
            "EXECUTE guarded".to_owned(),
            "DEALLOCATE PREPARE guarded".to_owned(),
        ]
    }

    /// The name of the table's database as an expression.
    pub(super) fn schema_of(self, table: &TableName) -> String {
        table.schema.as_ref().map_or("DATABASE()".to_owned(), |it| self.quote_literal(it))
    }
}

/// Whether a server that is lenient would make up a value for the rows that are there.
fn would_invent(column: &Column) -> bool {
    !column.nullable && column.default.is_none() && column.generated.is_none() && !column.auto_increment
}

/// A statement that MySQL and MariaDB refuse with `message` in the error: outside of routines they know no other
/// way to stop.
pub(super) fn refusal(dialect: Dialect, message: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '_' | '-');
    let message: String = message.chars().map(|it| if is_plain(it) { it } else { '_' }).take(48).collect();
    format!("DO (SELECT 1 FROM {})", dialect.quote(&format!("schema-health: {}", message.trim_end())))
}

/// `$guard$`, or with a number such that nothing in `body` ends it.
pub(super) fn dollar_tag(body: &str) -> String {
    let mut tag = "$guard$".to_owned();
    let mut number = 0_u32;
    while body.contains(&tag) {
        number += 1;
        tag = format!("$guard{number}$");
    }
    tag
}
