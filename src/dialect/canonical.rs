//! Whole tables and changes in canonical form: names by the server's naming, spellings by the dialect.

use std::sync::Arc;

use super::{Dialect, Naming};
use crate::schema::{
    Change, Check, Column, ConstraintRef, Exclusion, ForeignKey, Index, IndexKey, IndexPart, Name,
    NullsOrder, PartOptions, PrimaryKey, Spelling, Table, TableName, UniqueConstraint,
};

impl Naming {
    pub fn table(&self, name: &TableName) -> TableName {
        let schema = name.schema.as_ref().map(|schema| self.name(schema, self.fold_tables));
        TableName { schema, name: self.name(&name.name, self.fold_tables) }
    }

    /// [`Naming::table`], without its schema where that is the audited one.
    pub fn table_in(&self, audited: &str, name: &TableName) -> TableName {
        let mut name = self.table(name);
        name.schema = name.schema.filter(|schema| !self.is_same_schema(schema, audited));
        name
    }

    pub fn is_same_schema(&self, a: &str, b: &str) -> bool {
        a == b || (self.fold_tables && a.to_lowercase() == b.to_lowercase())
    }

    pub fn other(&self, name: &Name) -> Name {
        self.name(name, self.fold_others)
    }

    fn name(&self, name: &Name, fold: bool) -> Name {
        let mut cut = &**name;
        if let Some(limit) = self.max_bytes
            && name.len() > limit
        {
            cut = &name[..name.floor_char_boundary(limit)];
        }
        if fold && cut.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
            // Beyond ASCII, SQLite compares exactly and MySQL folds by its collation; lower-casing both
            // sides can only make two names equal that a server would keep apart, never the reverse.
            return cut.to_lowercase().into();
        }
        if cut.len() == name.len() { name.clone() } else { cut.into() }
    }
}

impl Dialect {
    /// The table in canonical form. Idempotent: law 3.
    pub fn canonical_table(self, table: &mut Table, naming: &Naming) {
        table.name = naming.table(&table.name);
        table.columns.iter_mut().for_each(|it| self.canonical_column(it, naming));
        table.primary_key.iter_mut().for_each(|it| canonical_primary_key(it, naming));
        table.uniques.iter_mut().for_each(|it| self.canonical_unique(it, naming));
        table.foreign_keys.iter_mut().for_each(|it| self.canonical_foreign_key(it, naming));
        table.checks.iter_mut().for_each(|it| self.canonical_check(it, naming));
        table.indexes.iter_mut().for_each(|it| self.canonical_index(it, naming));
        table.exclusions.iter_mut().for_each(|it| self.canonical_exclusion(it, naming));
        self.canonical_key_columns(table);
    }

    /// What a column is by being the key: a primary key's columns are never null, which SQLite alone forgets to say, and an
    /// `INTEGER PRIMARY KEY` of SQLite numbers its rows, whether or not `AUTOINCREMENT` is written
    /// (<https://www.sqlite.org/autoinc.html>).
    pub fn canonical_key_columns(self, table: &mut Table) {
        let Some(key) = &table.primary_key else { return };
        for column in table.columns.iter_mut().filter(|column| key.columns.contains(&column.name)) {
            column.nullable = false;
        }
        if self != Self::Sqlite {
            return;
        }
        let [only] = key.columns.as_slice() else { return };
        if let Some(column) = table.columns.iter_mut().find(|column| column.name == *only) {
            column.auto_increment = column.data_type.text() == Some("integer");
        }
    }

    /// The change in canonical form.
    pub fn canonical_change(self, change: &mut Change, naming: &Naming) {
        match change {
            Change::CreateTable(table) => self.canonical_table(Arc::make_mut(table), naming),
            Change::DropTable { table } | Change::DropPrimaryKey { table } => *table = naming.table(table),
            Change::RenameTable { from, to } => {
                *from = naming.table(from);
                *to = naming.table(to);
            }
            Change::AddColumn { table, column } | Change::AlterColumn { table, column } => {
                *table = naming.table(table);
                self.canonical_column(column, naming);
            }
            Change::DropColumn { table, column } => {
                *table = naming.table(table);
                *column = naming.other(column);
            }
            Change::RenameColumn { table, from, to } | Change::RenameConstraint { table, from, to } => {
                *table = naming.table(table);
                *from = naming.other(from);
                *to = naming.other(to);
            }
            Change::AddPrimaryKey { table, primary_key } => {
                *table = naming.table(table);
                canonical_primary_key(primary_key, naming);
            }
            Change::AddUnique { table, unique } => {
                *table = naming.table(table);
                self.canonical_unique(unique, naming);
            }
            Change::AddForeignKey { table, foreign_key } => {
                *table = naming.table(table);
                self.canonical_foreign_key(foreign_key, naming);
            }
            Change::AddCheck { table, check } => {
                *table = naming.table(table);
                self.canonical_check(check, naming);
            }
            Change::AddIndex { table, index } => {
                *table = naming.table(table);
                self.canonical_index(index, naming);
            }
            Change::AddExclusion { table, exclusion } => {
                *table = naming.table(table);
                self.canonical_exclusion(exclusion, naming);
            }
            Change::DropUnique { table, unique: reference }
            | Change::DropForeignKey { table, foreign_key: reference }
            | Change::DropCheck { table, check: reference }
            | Change::DropIndex { table, index: reference }
            | Change::DropExclusion { table, exclusion: reference } => {
                *table = naming.table(table);
                match reference {
                    ConstraintRef::Name(name) => *name = naming.other(name),
                    ConstraintRef::Columns(columns) => rename_all(columns, naming),
                }
            }
        }
    }

    pub fn canonical_column(self, column: &mut Column, naming: &Naming) {
        column.name = naming.other(&column.name);
        match self {
            Self::Postgres => super::postgres::expand_pseudo_type(column),
            Self::Mysql | Self::Mariadb => super::mysql::expand_pseudo_type(column),
            Self::Sqlite => {}
        }
        if let Some(text) = column.data_type.text() {
            column.data_type = self.canonical_type(text);
        }
        if let Some(text) = column.default.as_ref().and_then(Spelling::text) {
            column.default = self.canonical_default(text, &column.data_type);
        }
        if let Some(generated) = &mut column.generated {
            self.canonical_spelling(&mut generated.expression);
        }
        column.collation = column.collation.take().and_then(|it| self.canonical_collation(it));
    }

    /// PostgreSQL compares the names of collations exactly, the others without regard to case. `BINARY` is
    /// what a column of SQLite has when nothing is said.
    fn canonical_collation(self, name: Name) -> Option<Name> {
        let lower = || name.to_lowercase();
        match self {
            Self::Postgres => Some(name),
            Self::Mysql | Self::Mariadb => Some(super::mysql::canonical_collation(&name)),
            Self::Sqlite => Some(lower()).filter(|name| name != "binary").map(Name::from),
        }
    }

    fn canonical_unique(self, unique: &mut UniqueConstraint, naming: &Naming) {
        unique.name.iter_mut().for_each(|name| *name = naming.other(name));
        unique.parts.iter_mut().for_each(|part| self.canonical_part(part, naming));
        rename_all(&mut unique.include, naming);
        unique.condition.iter_mut().for_each(|it| self.canonical_spelling(it));
    }

    fn canonical_index(self, index: &mut Index, naming: &Naming) {
        index.name.iter_mut().for_each(|name| *name = naming.other(name));
        index.parts.iter_mut().for_each(|part| self.canonical_part(part, naming));
        rename_all(&mut index.include, naming);
        index.condition.iter_mut().for_each(|it| self.canonical_spelling(it));
        canonical_method(&mut index.method);
    }

    fn canonical_exclusion(self, exclusion: &mut Exclusion, naming: &Naming) {
        exclusion.name.iter_mut().for_each(|name| *name = naming.other(name));
        exclusion.parts.iter_mut().for_each(|part| self.canonical_part(part, naming));
        rename_all(&mut exclusion.include, naming);
        exclusion.condition.iter_mut().for_each(|it| self.canonical_spelling(it));
        canonical_method(&mut exclusion.method);
    }

    fn canonical_part(self, part: &mut IndexPart, naming: &Naming) {
        match &mut part.key {
            IndexKey::Column(name) => *name = naming.other(name),
            IndexKey::Expression(expression) => {
                self.canonical_spelling(expression);
                // `("n")` is the column itself.
                if let Some(name) = expression.text().and_then(|it| self.column_alone(it)) {
                    part.key = IndexKey::Column(naming.other(&name));
                }
            }
        }
        let Some(mut options) = part.options.take() else { return };
        // PostgreSQL puts nulls last in ascending order, MySQL and SQLite first.
        let usual = match (self, options.descending) {
            (Self::Postgres, false) | (Self::Mysql | Self::Mariadb | Self::Sqlite, true) => NullsOrder::Last,
            (Self::Postgres, true) | (Self::Mysql | Self::Mariadb | Self::Sqlite, false) => NullsOrder::First,
        };
        options.nulls = options.nulls.filter(|order| *order != usual);
        options.descending &= naming.keeps_descending;
        if matches!(self, Self::Mysql | Self::Mariadb) {
            options.prefix_length = options.prefix_length.filter(|it| !super::mysql::is_longest_key(*it));
        }
        if self != Self::Postgres {
            options.collation = options.collation.map(|name| name.to_lowercase().into());
        }
        if options != Box::new(PartOptions::default()) {
            part.options = Some(options);
        }
    }

    fn canonical_foreign_key(self, key: &mut ForeignKey, naming: &Naming) {
        key.name.iter_mut().for_each(|name| *name = naming.other(name));
        rename_all(&mut key.columns, naming);
        key.references = naming.table(&key.references);
        rename_all(&mut key.referenced_columns, naming);
        if matches!(self, Self::Mysql | Self::Mariadb) {
            super::mysql::canonical_actions(key);
        }
    }

    fn canonical_check(self, check: &mut Check, naming: &Naming) {
        check.name.iter_mut().for_each(|name| *name = naming.other(name));
        rename_all(&mut check.columns, naming);
        self.canonical_spelling(&mut check.expression);
    }

    /// The column that an expression is, in quotes or brackets and nothing else. A bare word may be one of SQL's own.
    fn column_alone(self, expression: &str) -> Option<Name> {
        const WORDS: [&str; 6] =
            ["current_date", "current_time", "current_timestamp", "false", "null", "true"];
        let mut text = expression.trim();
        while let Some(inner) = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            text = inner.trim();
        }
        let quoted =
            |quote: char| text.strip_prefix(quote)?.strip_suffix(quote).filter(|it| !it.contains(quote));
        let quote = if matches!(self, Self::Mysql | Self::Mariadb) { '`' } else { '"' };
        if let Some(name) = quoted(quote) {
            return (!name.is_empty()).then(|| name.into());
        }
        let is_word = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
            && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
        (is_word && !WORDS.iter().any(|it| text.eq_ignore_ascii_case(it))).then(|| text.into())
    }

    fn canonical_spelling(self, spelling: &mut Spelling) {
        if let Some(text) = spelling.text() {
            *spelling = self.canonical_expression(text);
        }
    }
}

fn canonical_method(method: &mut Option<Name>) {
    method.iter_mut().for_each(|method| *method = method.to_lowercase().into());
    if method.as_deref() == Some("btree") {
        *method = None;
    }
}

fn canonical_primary_key(key: &mut PrimaryKey, naming: &Naming) {
    key.name.iter_mut().for_each(|name| *name = naming.other(name));
    rename_all(&mut key.columns, naming);
}

fn rename_all(names: &mut [Name], naming: &Naming) {
    for name in names {
        *name = naming.other(name);
    }
}
