//! Changes written as DDL.

use super::Dialect;
use crate::schema::{
    Change, Check, Column, ConstraintRef, Deferrable, ForeignKey, Index, IndexKey, IndexPart, Name,
    NullsOrder, PrimaryKey, Spelling, Table, TableName, UniqueConstraint,
};

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
            Change::CreateTable(table) => self.create_table(table),
            Change::DropTable { table } => Ok(vec![format!("DROP TABLE {}", self.table(table))]),
            Change::RenameTable { from, to } => {
                let to = if self == Self::Postgres { self.quote(&to.name) } else { self.table(to) };
                Ok(vec![format!("ALTER TABLE {} RENAME TO {to}", self.table(from))])
            }
            Change::AddColumn { table, column } => Ok(vec![format!(
                "ALTER TABLE {} ADD COLUMN {}",
                self.table(table),
                self.column(column, false)?
            )]),
            Change::DropColumn { table, column } => {
                self.alter(table, &format!("DROP COLUMN {}", self.quote(column)))
            }
            Change::RenameColumn { table, from, to } => {
                self.alter(table, &format!("RENAME COLUMN {} TO {}", self.quote(from), self.quote(to)))
            }
            Change::AlterColumn { table, column } => self.alter_column(table, column),
            Change::AddPrimaryKey { table, primary_key } => {
                self.needs_rebuild("a primary key", table)?;
                self.alter(table, &format!("ADD {}", self.primary_key(primary_key)))
            }
            Change::DropPrimaryKey { table } => match self {
                Self::Postgres => self.alter(
                    table,
                    &format!("DROP CONSTRAINT {}", self.quote(&format!("{}_pkey", table.name))),
                ),
                Self::Mysql | Self::Mariadb => self.alter(table, "DROP PRIMARY KEY"),
                Self::Sqlite => Err(not_without_rebuild("a primary key", table)),
            },
            Change::AddUnique { table, unique } => Ok(vec![self.add_unique(table, unique)?]),
            Change::DropUnique { table, unique } => self.drop_named(table, "unique", unique),
            Change::AddForeignKey { table, foreign_key } => {
                self.needs_rebuild("a foreign key", table)?;
                self.alter(table, &format!("ADD {}", self.foreign_key(foreign_key)))
            }
            Change::DropForeignKey { table, foreign_key } => {
                self.drop_named(table, "foreign key", foreign_key)
            }
            Change::AddCheck { table, check } => {
                self.needs_rebuild("a check", table)?;
                self.alter(table, &format!("ADD {}", self.check(table, check)?))
            }
            Change::DropCheck { table, check } => self.drop_named(table, "check", check),
            Change::AddIndex { table, index } => Ok(vec![self.create_index(table, index)?]),
            Change::DropIndex { table, index } => self.drop_named(table, "index", index),
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

    fn create_table(self, table: &Table) -> Rendered {
        // SQLite's only way to number rows is inside the column's own definition.
        let inline_key = self == Self::Sqlite && table.columns.iter().any(|column| column.auto_increment);
        let mut lines = Vec::new();
        for column in &table.columns {
            lines.push(self.column(column, inline_key && column.auto_increment)?);
        }
        let inline = |unique: &UniqueConstraint| self.is_constraint(unique);
        if !inline_key {
            lines.extend(table.primary_key.iter().map(|key| self.primary_key(key)));
        }
        for unique in table.uniques.iter().filter(|unique| inline(unique)) {
            lines.push(self.unique_constraint(&table.name, unique));
        }
        for check in &table.checks {
            lines.push(self.check(&table.name, check)?);
        }
        if self == Self::Sqlite {
            lines.extend(table.foreign_keys.iter().map(|key| self.foreign_key(key)));
        }
        let mut statements =
            vec![format!("CREATE TABLE {} (\n  {}\n)", self.table(&table.name), lines.join(",\n  "))];
        for unique in table.uniques.iter().filter(|unique| !inline(unique)) {
            statements.push(self.add_unique(&table.name, unique)?);
        }
        for index in &table.indexes {
            statements.push(self.create_index(&table.name, index)?);
        }
        if self != Self::Sqlite {
            for key in &table.foreign_keys {
                statements.extend(self.alter(&table.name, &format!("ADD {}", self.foreign_key(key)))?);
            }
        }
        Ok(statements)
    }

    fn column(self, column: &Column, inline_key: bool) -> Result<String, NotRenderable> {
        let text = |spelling: &Spelling, what: &str| {
            spelling
                .text()
                .map(str::to_owned)
                .ok_or_else(|| NotRenderable(format!("the {what} of column {} is not known", column.name)))
        };
        let mut sql = format!("{} {}", self.quote(&column.name), text(&column.data_type, "type")?);
        if let Some(collation) = &column.collation {
            let collation =
                if self == Self::Postgres { self.quote(collation) } else { collation.to_string() };
            sql.push_str(&format!(" COLLATE {collation}"));
        }
        if let Some(generated) = &column.generated {
            let expression = text(&generated.expression, "generating expression")?;
            let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
            sql.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {kind}"));
        }
        if !column.nullable && !inline_key && (column.generated.is_none() || self != Self::Mariadb) {
            sql.push_str(" NOT NULL");
        } else if matches!(self, Self::Mysql | Self::Mariadb) && column.nullable && column.generated.is_none()
        {
            sql.push_str(" NULL");
        }
        if let Some(default) = &column.default {
            sql.push_str(&format!(" DEFAULT {}", text(default, "default")?));
        }
        if column.auto_increment {
            sql.push_str(match self {
                Self::Postgres => " GENERATED BY DEFAULT AS IDENTITY",
                Self::Mysql | Self::Mariadb => " AUTO_INCREMENT",
                Self::Sqlite => " NOT NULL PRIMARY KEY AUTOINCREMENT",
            });
        }
        Ok(sql)
    }

    fn alter_column(self, table: &TableName, column: &Column) -> Rendered {
        match self {
            Self::Mysql | Self::Mariadb => {
                self.alter(table, &format!("MODIFY COLUMN {}", self.column(column, false)?))
            }
            Self::Sqlite => Err(not_without_rebuild("a change of a column", table)),
            Self::Postgres => {
                let name = self.quote(&column.name);
                let mut parts = Vec::new();
                if let Some(data_type) = column.data_type.text() {
                    parts.push(format!("ALTER COLUMN {name} TYPE {data_type} USING {name}::{data_type}"));
                }
                let null = if column.nullable { "DROP" } else { "SET" };
                parts.push(format!("ALTER COLUMN {name} {null} NOT NULL"));
                match column.default.as_ref().map(|default| default.text()) {
                    Some(Some(default)) => parts.push(format!("ALTER COLUMN {name} SET DEFAULT {default}")),
                    Some(None) => {}
                    None => parts.push(format!("ALTER COLUMN {name} DROP DEFAULT")),
                }
                self.alter(table, &parts.join(", "))
            }
        }
    }

    fn primary_key(self, key: &PrimaryKey) -> String {
        let name = match (&key.name, self) {
            (Some(name), Self::Postgres) => format!("CONSTRAINT {} ", self.quote(name)),
            _ => String::new(),
        };
        format!("{name}PRIMARY KEY ({})", self.names(&key.columns))
    }

    /// Whether a unique can be written as a constraint; else it is a unique index.
    fn is_constraint(self, unique: &UniqueConstraint) -> bool {
        unique.condition.is_none()
            && unique.parts.iter().all(|part| part.options.is_none() && part.as_column().is_some())
    }

    fn unique_constraint(self, table: &TableName, unique: &UniqueConstraint) -> String {
        let columns: Vec<_> = unique.parts.iter().filter_map(|part| part.as_column().cloned()).collect();
        let name = match &unique.name {
            Some(name) => self.quote(name),
            None => self.quote(&self.own_name(table, &unique.parts, "uniq")),
        };
        let nulls = if unique.nulls_not_distinct { "NULLS NOT DISTINCT " } else { "" };
        let include = self.include(&unique.include);
        format!(
            "CONSTRAINT {name} UNIQUE {nulls}({}){include}{}",
            self.names(&columns),
            deferrable(unique.deferrable)
        )
    }

    fn add_unique(self, table: &TableName, unique: &UniqueConstraint) -> Result<String, NotRenderable> {
        if self.is_constraint(unique) && self != Self::Sqlite {
            return Ok(format!(
                "ALTER TABLE {} ADD {}",
                self.table(table),
                self.unique_constraint(table, unique)
            ));
        }
        let name = unique
            .name
            .as_ref()
            .map_or_else(|| self.own_name(table, &unique.parts, "uniq"), ToString::to_string);
        let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
        Ok(format!(
            "CREATE UNIQUE INDEX {} ON {} ({}){}{nulls}{}",
            self.quote(&name),
            self.table(table),
            self.parts(&unique.parts)?,
            self.include(&unique.include),
            self.condition(unique.condition.as_ref())?
        ))
    }

    fn create_index(self, table: &TableName, index: &Index) -> Result<String, NotRenderable> {
        let name = index
            .name
            .as_ref()
            .map_or_else(|| self.own_name(table, &index.parts, "idx"), ToString::to_string);
        let (kind, using) = match (&index.method, self) {
            (None, _) => (String::new(), String::new()),
            (Some(method), Self::Postgres) => (String::new(), format!("USING {} ", self.quote(method))),
            (Some(method), _) => (format!("{} ", method.to_uppercase()), String::new()),
        };
        Ok(format!(
            "CREATE {kind}INDEX {} ON {} {using}({}){}{}",
            self.quote(&name),
            self.table(table),
            self.parts(&index.parts)?,
            self.include(&index.include),
            self.condition(index.condition.as_ref())?
        ))
    }

    fn foreign_key(self, key: &ForeignKey) -> String {
        let mut sql = match &key.name {
            Some(name) => format!("CONSTRAINT {} ", self.quote(name)),
            None => String::new(),
        };
        sql.push_str(&format!(
            "FOREIGN KEY ({}) REFERENCES {}",
            self.names(&key.columns),
            self.table(&key.references)
        ));
        if !key.referenced_columns.is_empty() {
            sql.push_str(&format!(" ({})", self.names(&key.referenced_columns)));
        }
        for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
            if action != crate::schema::Action::NoAction {
                sql.push_str(&format!(" ON {event} {action}"));
            }
        }
        sql.push_str(deferrable(key.deferrable));
        sql
    }

    fn check(self, table: &TableName, check: &Check) -> Result<String, NotRenderable> {
        let expression = check
            .expression
            .text()
            .ok_or_else(|| NotRenderable(format!("the expression of a check on {table} is not known")))?;
        let name =
            check.name.as_ref().map(|name| format!("CONSTRAINT {} ", self.quote(name))).unwrap_or_default();
        Ok(format!("{name}CHECK ({expression})"))
    }

    fn parts(self, parts: &[IndexPart]) -> Result<String, NotRenderable> {
        let rendered: Result<Vec<_>, _> = parts.iter().map(|part| self.part(part)).collect();
        Ok(rendered?.join(", "))
    }

    fn part(self, part: &IndexPart) -> Result<String, NotRenderable> {
        let mut sql = match &part.key {
            IndexKey::Column(name) => self.quote(name),
            IndexKey::Expression(expression) => match expression.text() {
                Some(text) => format!("({text})"),
                None => return Err(NotRenderable("the expression of an index is not known".to_owned())),
            },
        };
        let Some(options) = &part.options else { return Ok(sql) };
        if let Some(length) = options.prefix_length {
            sql.push_str(&format!("({length})"));
        }
        if let Some(collation) = &options.collation {
            let collation =
                if self == Self::Postgres { self.quote(collation) } else { collation.to_string() };
            sql.push_str(&format!(" COLLATE {collation}"));
        }
        if let Some(operator_class) = &options.operator_class {
            sql.push_str(&format!(" {operator_class}"));
        }
        if options.descending {
            sql.push_str(" DESC");
        }
        match options.nulls {
            Some(NullsOrder::First) => sql.push_str(" NULLS FIRST"),
            Some(NullsOrder::Last) => sql.push_str(" NULLS LAST"),
            None => {}
        }
        Ok(sql)
    }

    fn include(self, columns: &[Name]) -> String {
        if columns.is_empty() { String::new() } else { format!(" INCLUDE ({})", self.names(columns)) }
    }

    fn condition(self, condition: Option<&Spelling>) -> Result<String, NotRenderable> {
        match condition.map(Spelling::text) {
            None => Ok(String::new()),
            Some(Some(text)) => Ok(format!(" WHERE {text}")),
            Some(None) => Err(NotRenderable("the predicate of a partial index is not known".to_owned())),
        }
    }

    fn names(self, names: &[Name]) -> String {
        names.iter().map(|name| self.quote(name)).collect::<Vec<_>>().join(", ")
    }

    /// A name for what has none, within every dialect's limit and the same each time.
    fn own_name(self, table: &TableName, parts: &[IndexPart], suffix: &str) -> String {
        use sha2::{Digest, Sha256};
        let columns: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let digest = Sha256::digest(format!("{table}({})", columns.join(",")).as_bytes());
        let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let table = &table.name[..table.name.floor_char_boundary(40)];
        format!("{table}_{digest}_{suffix}")
    }

    fn drop_named(self, table: &TableName, what: &'static str, reference: &ConstraintRef) -> Rendered {
        let ConstraintRef::Name(name) = reference else {
            return Err(NotRenderable(format!(
                "a {what} of {table} without a name cannot be dropped by SQL"
            )));
        };
        let name = self.quote(name);
        match (self, what) {
            (Self::Postgres, "index") => Ok(vec![format!("DROP INDEX {name}")]),
            (Self::Postgres, _) => self.alter(table, &format!("DROP CONSTRAINT {name}")),
            (Self::Mysql | Self::Mariadb, "index" | "unique") => {
                self.alter(table, &format!("DROP INDEX {name}"))
            }
            (Self::Mysql | Self::Mariadb, "foreign key") => {
                self.alter(table, &format!("DROP FOREIGN KEY {name}"))
            }
            (Self::Mysql | Self::Mariadb, _) => self.alter(table, &format!("DROP CONSTRAINT {name}")),
            (Self::Sqlite, "index" | "unique") => Ok(vec![format!("DROP INDEX {name}")]),
            (Self::Sqlite, _) => Err(not_without_rebuild(what, table)),
        }
    }

    fn needs_rebuild(self, what: &str, table: &TableName) -> Result<(), NotRenderable> {
        match self {
            Self::Sqlite => Err(not_without_rebuild(what, table)),
            Self::Postgres | Self::Mysql | Self::Mariadb => Ok(()),
        }
    }
}

/// <https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes>
fn not_without_rebuild(what: &str, table: &TableName) -> NotRenderable {
    NotRenderable(format!("SQLite makes {what} on {table} only by rebuilding the table"))
}

fn deferrable(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}
