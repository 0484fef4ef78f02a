//! What goes when something is dropped.

use std::collections::BTreeSet;

use super::super::lexer::Lexer;
use super::super::step::{ConstraintKind, Step};
use super::{Completion, Operations, all};
use crate::dialect::Dialect;
use crate::dialect::token::TokenKind;
use crate::migration::{MayTouch, Opaque, Operation};
use crate::schema::{Change, Column, ConstraintRef, IndexKey, IndexPart, Name, Spelling, Table};

impl Completion<'_> {
    /// The changes that drop what bears this name on the table; `None` if nothing does.
    pub(super) fn drop_named(
        &self,
        table: &Table,
        name: &Name,
        kind: ConstraintKind,
        cascade: bool,
    ) -> Option<Vec<Change>> {
        let is = |known: &Option<Name>| known.as_ref().is_some_and(|known| self.same(known, name));
        let reference = |known: &Option<Name>| known.clone().map(ConstraintRef::Name);
        let of_table = || table.name.clone();
        let (indexes, uniques, foreign_keys, checks, any) = match kind {
            ConstraintKind::Any => (false, true, true, true, true),
            ConstraintKind::Index => (true, true, false, false, true),
            ConstraintKind::ForeignKey => (false, false, true, false, false),
            ConstraintKind::Check => (false, false, false, true, false),
        };
        if let Some(key) = table.primary_key.as_ref().filter(|_| any) {
            let usual = match self.dialect {
                Dialect::Postgres => crate::dialect::postgres::primary_key_name(&table.name.name),
                Dialect::Mysql | Dialect::Mariadb => "primary".to_owned(),
                Dialect::Sqlite => String::new(),
            };
            if is(&key.name) || (key.name.is_none() && self.same(name, &usual.into())) {
                let mut changes =
                    if cascade { self.drop_references(table, Some(&key.columns)) } else { Vec::new() };
                changes.push(Change::DropPrimaryKey { table: of_table() });
                return Some(changes);
            }
        }
        if let Some(unique) = table.uniques.iter().filter(|_| uniques).find(|it| is(&it.name)) {
            let columns: Vec<Name> = unique.parts.iter().filter_map(|it| it.as_column().cloned()).collect();
            let mut changes = if cascade { self.drop_references(table, Some(&columns)) } else { Vec::new() };
            changes.push(Change::DropUnique { table: of_table(), unique: reference(&unique.name)? });
            return Some(changes);
        }
        if let Some(key) = table.foreign_keys.iter().filter(|_| foreign_keys).find(|it| is(&it.name)) {
            return Some(vec![Change::DropForeignKey {
                table: of_table(),
                foreign_key: reference(&key.name)?,
            }]);
        }
        if let Some(check) = table.checks.iter().filter(|_| checks).find(|it| is(&it.name)) {
            return Some(vec![Change::DropCheck { table: of_table(), check: reference(&check.name)? }]);
        }
        let mut exclusions = table.exclusions.iter().filter(|_| kind == ConstraintKind::Any);
        if let Some(exclusion) = exclusions.find(|it| is(&it.name)) {
            let exclusion = reference(&exclusion.name)?;
            return Some(vec![Change::DropExclusion { table: of_table(), exclusion }]);
        }
        if let Some(index) = table.indexes.iter().filter(|_| indexes).find(|it| is(&it.name)) {
            return Some(vec![Change::DropIndex { table: of_table(), index: reference(&index.name)? }]);
        }
        None
    }

    /// An index of any table in the schema; when none bears the name, one without a name may be it.
    pub(super) fn drop_index(&self, schema: Option<&Name>, name: &Name, cascade: bool) -> Operations {
        for table in self.tables_in(schema) {
            if let Some(changes) = self.drop_named(table, name, ConstraintKind::Index, cascade) {
                return all(changes);
            }
        }
        let has_nameless = |table: &&Table| {
            table.indexes.iter().any(|it| it.name.is_none())
                || table.uniques.iter().any(|it| it.name.is_none()) && self.dialect != Dialect::Sqlite
        };
        let tables: BTreeSet<_> =
            self.tables_in(schema).filter(has_nameless).map(|it| it.name.clone()).collect();
        let may_touch = if tables.is_empty() { MayTouch::Nothing } else { MayTouch::Tables(tables) };
        vec![Operation::Opaque(Opaque::new(format!("index {name}, which it drops, is not known"), may_touch))]
    }

    /// The foreign keys of other tables that point to `table`, or to these columns of it.
    pub(super) fn drop_references(&self, table: &Table, columns: Option<&[Name]>) -> Vec<Change> {
        let mut changes = Vec::new();
        for other in self.schema.tables.values().filter(|other| other.name != table.name) {
            for key in &other.foreign_keys {
                let same_columns = columns.is_none_or(|columns| {
                    key.referenced_columns.iter().all(|it| columns.iter().any(|column| self.same(it, column)))
                });
                if self.table(&key.references).is_some_and(|it| it.name == table.name) && same_columns {
                    let foreign_key = match &key.name {
                        Some(name) => ConstraintRef::Name(name.clone()),
                        None => ConstraintRef::Columns(key.columns.clone()),
                    };
                    changes.push(Change::DropForeignKey { table: other.name.clone(), foreign_key });
                }
            }
        }
        changes
    }

    /// What names the column goes with it, also where it does so in an expression. MySQL takes the column out
    /// of its indexes instead (<https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>).
    pub(super) fn drop_column(&self, table: &Table, column: &Name, cascade: bool) -> Vec<Change> {
        let mut changes = Vec::new();
        if cascade {
            for key in self.drop_references(table, None) {
                changes.extend(Some(key).filter(|key| self.points_at(key, column)));
            }
        }
        changes.extend(self.drop_expressions(table, |it| self.mentions(it, column)));
        if cascade {
            self.drop_generated(table, column, &mut changes);
        }
        changes.push(Change::DropColumn { table: table.name.clone(), column: column.clone() });
        match self.dialect {
            Dialect::Mysql | Dialect::Mariadb => changes.extend(self.shortened(table, column)),
            Dialect::Postgres | Dialect::Sqlite => {}
        }
        changes
    }

    /// Generated columns that surely name the column, with what names them
    /// (<https://www.postgresql.org/docs/current/ddl-generated-columns.html>; other servers refuse to drop what they need).
    pub(super) fn drop_generated(&self, table: &Table, column: &Name, changes: &mut Vec<Change>) {
        if self.dialect != Dialect::Postgres {
            return;
        }
        let names_it = |it: &&crate::schema::Column| {
            let generated = it.generated.as_ref().filter(|it| it.expression.text().is_some());
            it.name != *column && generated.is_some_and(|it| self.mentions(&it.expression, column))
        };
        // No generated column names another.
        for generated in table.columns.iter().filter(names_it) {
            let with_it = self.drop_column(table, &generated.name, false);
            changes.extend(with_it.into_iter().filter(|it| !changes.contains(it)).collect::<Vec<_>>());
        }
    }

    /// Indexes and constraints of which an expression or a condition is such.
    pub(super) fn drop_expressions(
        &self,
        table: &Table,
        names_it: impl Fn(&Spelling) -> bool,
    ) -> Vec<Change> {
        let of_table = || table.name.clone();
        let by_expression = |parts: &[IndexPart], condition: &Option<Spelling>| {
            let in_part = |part: &IndexPart| match &part.key {
                IndexKey::Column(_) => false,
                IndexKey::Expression(expression) => names_it(expression),
            };
            parts.iter().any(in_part) || condition.as_ref().is_some_and(&names_it)
        };
        let mut changes = Vec::new();
        for index in table.indexes.iter().filter(|it| by_expression(&it.parts, &it.condition)) {
            let index = reference(index.name.as_ref(), &index.parts);
            changes.push(Change::DropIndex { table: of_table(), index });
        }
        for unique in table.uniques.iter().filter(|it| by_expression(&it.parts, &it.condition)) {
            let unique = reference(unique.name.as_ref(), &unique.parts);
            changes.push(Change::DropUnique { table: of_table(), unique });
        }
        for exclusion in table.exclusions.iter().filter(|it| by_expression(&it.parts, &it.condition)) {
            let exclusion = reference(exclusion.name.as_ref(), &exclusion.parts);
            changes.push(Change::DropExclusion { table: of_table(), exclusion });
        }
        for check in table.checks.iter().filter(|it| it.columns.is_empty() && names_it(&it.expression)) {
            let check = match &check.name {
                Some(name) => ConstraintRef::Name(name.clone()),
                None => ConstraintRef::Columns(Vec::new()),
            };
            changes.push(Change::DropCheck { table: of_table(), check });
        }
        changes
    }

    /// The indexes of `table` that had `column` among others, without it.
    fn shortened(&self, table: &Table, column: &Name) -> Vec<Change> {
        let without = |parts: &[IndexPart]| -> Option<Vec<IndexPart>> {
            let rest: Vec<_> =
                parts.iter().filter(|part| part.as_column() != Some(column)).cloned().collect();
            (rest.len() < parts.len() && !rest.is_empty()).then_some(rest)
        };
        let mut changes = Vec::new();
        for index in &table.indexes {
            if let Some(parts) = without(&index.parts) {
                let index = crate::schema::Index { parts, ..index.clone() };
                changes.push(Change::AddIndex { table: table.name.clone(), index });
            }
        }
        // MariaDB refuses to shorten what forbids rows.
        for unique in table.uniques.iter().filter(|_| self.dialect == Dialect::Mysql) {
            if let Some(parts) = without(&unique.parts) {
                let unique = crate::schema::UniqueConstraint { parts, ..unique.clone() };
                changes.push(Change::AddUnique { table: table.name.clone(), unique });
            }
        }
        changes
    }

    /// What calls a function goes with it, but for triggers and views: no table that calls none of them is touched.
    pub(super) fn drop_routines(&self, names: &[Name]) -> Operations {
        let tables: BTreeSet<_> = self.naming(names).map(|table| table.name.clone()).collect();
        if tables.is_empty() {
            return Vec::new();
        }
        let reason = "what calls a function goes with it".to_owned();
        let unread = Step::Unread { reason: reason.clone(), tables, names: Vec::new(), drops: false };
        vec![Operation::Opaque(self.perhaps(&reason, &[unread]))]
    }

    /// The columns of a type go with it.
    pub(super) fn drop_types(&self, names: &[Name]) -> Operations {
        let mut changes = Vec::new();
        for table in self.schema.tables.values() {
            for column in table.columns.iter().filter(|it| self.is_of_type(it, names) == Some(true)) {
                changes.extend(self.drop_column(table, &column.name, true));
            }
        }
        let mut operations = all(changes);
        let unread = self.using_types(names);
        if !unread.is_empty() {
            operations.push(Operation::Opaque(self.perhaps("what uses a type goes with it", &unread)));
        }
        operations
    }

    /// What may go with types, by table, but for the columns that surely do.
    pub(super) fn using_types(&self, names: &[Name]) -> Vec<Step> {
        let mut steps = Vec::new();
        let naming: BTreeSet<_> = self.naming(names).map(|table| &table.name).collect();
        for table in self.schema.tables.values() {
            let unknown = table.columns.iter().filter(|it| self.is_of_type(it, names).is_none());
            let columns: Vec<Name> = unknown.map(|it| it.name.clone()).collect();
            if !columns.is_empty() || naming.contains(&table.name) {
                let tables = [table.name.clone()].into();
                let reason = "what uses a type goes with it".to_owned();
                steps.push(Step::Unread { reason, tables, names: columns, drops: false });
            }
        }
        steps
    }

    /// Whether the column, or what its array holds, is of one of these types; `None` where its own is not known.
    fn is_of_type(&self, column: &Column, names: &[Name]) -> Option<bool> {
        let written = column.data_type.text()?;
        let bare = written.trim_end_matches("[]");
        let bare = bare.rsplit_once('.').map_or(bare, |(_, name)| name).trim_matches('"');
        Some(names.iter().any(|it| self.same(it, &bare.into())))
    }

    /// Tables that name one of these in an expression.
    fn naming(&self, names: &[Name]) -> impl Iterator<Item = &Table> {
        let says = |spelling: &Spelling| names.iter().any(|name| self.mentions(spelling, name));
        let in_parts = move |parts: &[IndexPart], condition: &Option<Spelling>| {
            let in_part = |part: &IndexPart| match &part.key {
                IndexKey::Column(_) => false,
                IndexKey::Expression(expression) => says(expression),
            };
            parts.iter().any(in_part) || condition.as_ref().is_some_and(says)
        };
        self.schema.tables.values().map(AsRef::as_ref).filter(move |table: &&Table| {
            table.columns.iter().any(|it| {
                it.default.as_ref().is_some_and(says)
                    || it.generated.as_ref().is_some_and(|it| says(&it.expression))
            }) || table.checks.iter().any(|it| says(&it.expression))
                || table.indexes.iter().any(|it| in_parts(&it.parts, &it.condition))
                || table.uniques.iter().any(|it| in_parts(&it.parts, &it.condition))
                || table.exclusions.iter().any(|it| in_parts(&it.parts, &it.condition))
        })
    }

    /// Whether a foreign key that is to be dropped points to this column.
    fn points_at(&self, change: &Change, column: &Name) -> bool {
        let Change::DropForeignKey { table, foreign_key } = change else { return false };
        let Some(table) = self.schema.tables.get(table) else { return false };
        table.foreign_keys.iter().any(|key| {
            let is_it = match foreign_key {
                ConstraintRef::Name(name) => key.name.as_ref() == Some(name),
                ConstraintRef::Columns(columns) => key.columns == *columns,
            };
            is_it && key.referenced_columns.contains(column)
        })
    }

    /// Whether an expression may name the column: one that cannot be read may.
    pub(super) fn mentions(&self, expression: &Spelling, column: &Name) -> bool {
        let Some(text) = expression.text() else { return true };
        let mut lexer = Lexer::new(self.dialect, text);
        loop {
            lexer.skip_blanks();
            let Some(token) = lexer.token() else { return lexer.broken };
            let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
            let name: Name = match (self.dialect, token.kind) {
                (Dialect::Postgres, TokenKind::Word) => token.text.to_ascii_lowercase().into(),
                _ => token.identifier().into(),
            };
            if is_name && self.same(&name, column) {
                return true;
            }
        }
    }
}

fn reference(name: Option<&Name>, parts: &[IndexPart]) -> ConstraintRef {
    match name {
        Some(name) => ConstraintRef::Name(name.clone()),
        None => ConstraintRef::Columns(
            parts
                .iter()
                .map(|part| match &part.key {
                    IndexKey::Column(name) => name.clone(),
                    IndexKey::Expression(expression) => expression.text().unwrap_or_default().into(),
                })
                .collect(),
        ),
    }
}
