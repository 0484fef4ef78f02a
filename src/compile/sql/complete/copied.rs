//! Tables that get their columns from others, completed by what these have.

use super::super::step::{Copied, Item, Like, Query};
use super::{Completion, Operations, opaque};
use crate::dialect::Dialect;
use crate::migration::{MayTouch, MayUndo, Opaque, Operation};
use crate::schema::{
    Check, Column, Exclusion, Index, IndexPart, Name, PrimaryKey, Spelling, Table, TableName,
    UniqueConstraint,
};

/// What is not certain of a copy.
#[derive(Default)]
struct Doubts {
    /// Of these nothing but the name.
    definitions: Vec<Name>,
    /// Of these not even that they stay.
    columns: Vec<Name>,
    reason: Option<&'static str>,
}

impl Completion<'_> {
    pub(super) fn copy_table(&self, copied: &Copied) -> Operations {
        let mut table = copied.table.clone();
        let mut doubts = Doubts::default();
        let mut others = copied.like.iter().map(|it| &it.of).chain(&copied.inherits);
        if let Some(other) = others.find(|it| self.table(it).is_none()) {
            return vec![opaque(format!("table {other} is not known"), [table.name.clone()])];
        }
        for like in copied.like.iter().rev() {
            self.copy_like(&mut table, like, &mut doubts);
        }
        for parent in &copied.inherits {
            self.inherit(&mut table, parent, &mut doubts);
        }
        if let Some(query) = &copied.query {
            self.select(&mut table, query, &mut doubts);
        }
        let name = table.name.clone();
        let mut operations = self.create_table(&table, copied.unless_there);
        if let Some(reason) = doubts.reason
            && matches!(operations.as_slice(), [Operation::Change(_)])
        {
            let may_undo = MayUndo {
                definitions: doubts.definitions.into_iter().collect(),
                columns: doubts.columns.into_iter().collect(),
                own: true,
                ..MayUndo::default()
            };
            let may_touch = MayTouch::Tables([name].into());
            operations.push(Operation::Opaque(Opaque { reason: reason.to_owned(), may_touch, may_undo }));
        }
        operations
    }

    fn copy_like(&self, table: &mut Table, like: &Like, doubts: &mut Doubts) {
        let Some(source) = self.table(&like.of) else { return };
        let with = like.with;
        let copies = source.columns.iter().map(|column| {
            let numbers_itself = column.auto_increment;
            if numbers_itself && with.defaults != with.identity {
                // By an identity or by a default, which was it?
                doubts.definitions.push(column.name.clone());
                doubts.reason = Some("how a column numbers itself is not known");
            }
            let copy = Column::defined(column.name.clone(), (**column).clone());
            copy.with(|it| {
                it.default = it.default.take().filter(|_| with.defaults);
                it.generated = it.generated.take().filter(|_| with.generated);
                it.auto_increment = numbers_itself && with.defaults && with.identity;
            })
        });
        let copies: Vec<Column> = copies.collect();
        let at = like.at.min(table.columns.len());
        table.columns.splice(at..at, copies);
        // PostgreSQL names what it copies but for checks anew, MySQL checks alone.
        let keeps = self.dialect != Dialect::Postgres;
        if with.constraints {
            let checks = source.checks.iter().cloned();
            table.checks.extend(checks.map(|it| Check { name: it.name.filter(|_| !keeps), ..it }));
        }
        if with.indexes {
            let key = source.primary_key.clone();
            let key = key.map(|it| PrimaryKey { name: it.name.filter(|_| keeps), ..it });
            table.primary_key = table.primary_key.take().or(key);
            let uniques = source.uniques.iter().cloned();
            table
                .uniques
                .extend(uniques.map(|it| UniqueConstraint { name: it.name.filter(|_| keeps), ..it }));
            let indexes = source.indexes.iter().cloned();
            table.indexes.extend(indexes.map(|it| Index { name: it.name.filter(|_| keeps), ..it }));
            let exclusions = source.exclusions.iter().cloned();
            table.exclusions.extend(exclusions.map(|it| Exclusion { name: it.name.filter(|_| keeps), ..it }));
        }
        if self.dialect != Dialect::Postgres {
            // MySQL leaves a foreign key behind, and copies the index that it has made for it.
            for key in &source.foreign_keys {
                let begins_so = |parts: &[IndexPart]| {
                    let columns = parts.iter().filter_map(IndexPart::as_column);
                    parts.len() >= key.columns.len() && columns.zip(&key.columns).all(|(a, b)| a == b)
                };
                let is_there = table.indexes.iter().any(|it| begins_so(&it.parts))
                    || table.uniques.iter().any(|it| begins_so(&it.parts))
                    || table.primary_key.iter().any(|it| it.columns.starts_with(&key.columns));
                if !is_there {
                    let index = Index::on_columns(key.columns.iter().cloned());
                    table.indexes.push(Index { name: key.name.clone(), ..index });
                }
            }
        }
        table.for_each_provenance(|it| *it = Default::default());
    }

    /// What is done to the parent's columns later is done to these too, which is not followed.
    fn inherit(&self, table: &mut Table, parent: &TableName, doubts: &mut Doubts) {
        let Some(parent) = self.table(parent) else { return };
        doubts.reason = Some("its columns are inherited, and change with those of its parent");
        for column in &parent.columns {
            doubts.definitions.push(column.name.clone());
            doubts.columns.push(column.name.clone());
            if self.column(table, &column.name).is_none() {
                table.columns.push(Column::defined(column.name.clone(), (**column).clone()));
            }
        }
    }

    fn select(&self, table: &mut Table, query: &Query, doubts: &mut Doubts) {
        let source = query.from.as_ref().and_then(|it| self.table(it));
        let Some(mut columns) = self.selected(query, source) else {
            doubts.reason = Some("its columns come from a query");
            // What is named may be renamed, and be none of the first.
            return;
        };
        for (column, name) in columns.iter_mut().zip(&query.names) {
            column.name = name.clone();
        }
        match self.dialect {
            Dialect::Postgres => {}
            // Other rules each.
            Dialect::Mysql | Dialect::Mariadb | Dialect::Sqlite => {
                doubts.reason = Some("the types of its columns come from a query");
                doubts.definitions.extend(columns.iter().map(|it| it.name.clone()));
            }
        }
        table.columns = columns;
    }

    /// PostgreSQL takes types and collations along, and nothing else.
    fn selected(&self, query: &Query, source: Option<&Table>) -> Option<Vec<Column>> {
        let copy = |column: &Column, name: &Name| {
            Column::defined(name.clone(), (**column).clone()).with(|it| {
                (it.nullable, it.default, it.generated, it.auto_increment) = (true, None, None, false);
            })
        };
        let mut columns = Vec::new();
        for item in query.items.as_ref()? {
            match item {
                Item::All => columns.extend(source?.columns.iter().map(|it| copy(it, &it.name))),
                Item::Column { of: Some(of), name } if source.is_some() => {
                    // What is no column of it is a word that stands for something else.
                    let known = source.and_then(|table| self.column(table, of));
                    columns.push(known.map_or_else(|| nullable(name), |it| copy(it, name)));
                }
                Item::Column { name, .. } => columns.push(nullable(name)),
            }
        }
        Some(columns)
    }
}

fn nullable(name: &Name) -> Column {
    Column::new(name.clone(), Spelling::Unread).with(|it| it.nullable = true)
}
