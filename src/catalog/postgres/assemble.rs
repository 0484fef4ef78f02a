//! Puts the raw rows together into the actual schema.

use std::collections::HashMap;
use std::mem::take;
use std::sync::Arc;

use sqlx::postgres::types::Oid;

use super::names::Names;
use super::rows::{self, Raw, letter, vector};
use super::texts::{Place, Texts};
use crate::dialect::Dialect;
use crate::schema::{
    Action, Check, Column, Deferrable, ForeignKey, Generated, Index, IndexKey, IndexPart, Name, NullsOrder,
    PartOptions, PrimaryKey, Provenance, Schema, Spelling, Table, TableKind, TableName, UniqueConstraint,
};

/// The schema in canonical form, and what is there but has no place in it, one sentence each.
pub fn schema(
    raw: Raw,
    namespaces: &[rows::Namespace],
    names: &Names,
    texts: &Texts,
    audited: &str,
) -> (Schema, Vec<String>) {
    let mut assembly = Assembly::new(raw, namespaces, names, texts, audited);
    assembly.columns();
    assembly.constraints();
    assembly.indexes();
    assembly.finish()
}

struct Assembly<'a> {
    /// What has its place in a table is taken out: rows and tables are not kept side by side.
    raw: Raw,
    names: &'a Names,
    texts: &'a Texts,
    tables: HashMap<u32, Table>,
    /// How a unique constraint that an index backs is deferred.
    backed: HashMap<u32, Deferrable>,
    remarks: Vec<String>,
}

impl<'a> Assembly<'a> {
    fn new(
        mut raw: Raw,
        namespaces: &[rows::Namespace],
        names: &'a Names,
        texts: &'a Texts,
        audited: &str,
    ) -> Self {
        let mut pool = take(&mut raw.pool);
        let schemas: HashMap<u32, Option<Name>> = (namespaces.iter())
            .map(|it| (it.oid.0, (it.name != audited).then(|| pool.text(&it.name))))
            .collect();
        let tables = (take(&mut raw.relations).into_iter())
            .map(|it| {
                let schema = schemas.get(&it.namespace.0).cloned().flatten();
                let mut table = Table::new(TableName { schema, name: pool.text(&it.name) });
                table.kind = match letter(it.kind) {
                    'p' => TableKind::Partitioned,
                    'v' => TableKind::View,
                    'm' => TableKind::MaterializedView,
                    'f' => TableKind::Foreign,
                    _ => TableKind::Table,
                };
                (it.oid.0, table)
            })
            .collect();
        Self { raw, names, texts, tables, backed: HashMap::new(), remarks: Vec::new() }
    }

    fn columns(&mut self) {
        let mut spelled: HashMap<(Oid, i32), Spelling> = HashMap::new();
        let defaults: HashMap<(u32, i16), rows::Default_> =
            take(&mut self.raw.defaults).into_iter().map(|it| ((it.relation.0, it.number), it)).collect();
        for of_table in self.raw.columns.chunk_by(|a, b| a.relation == b.relation) {
            if let Some(table) = of_table.first().and_then(|it| self.tables.get_mut(&it.relation.0)) {
                table.columns.reserve_exact(of_table.len());
            }
        }
        for row in &self.raw.columns {
            // One canonical spelling for each type, shared by all its columns.
            let data_type = spelled.entry((row.type_oid, row.type_modifier)).or_insert_with(|| {
                let text = self.names.type_of(row.type_oid, row.type_modifier);
                text.map_or(Spelling::Unread, |text| Dialect::Postgres.canonical_type(text))
            });
            let default = defaults.get(&(row.relation.0, row.number));
            let is_generated = letter(row.generated) != ' ';
            let mut column = Column {
                nullable: !row.not_null,
                auto_increment: letter(row.identity) != ' ',
                collation: self.names.collation(row.type_oid, row.collation),
                ..Column::new(row.name.clone(), data_type.clone())
            };
            if is_generated {
                let place = Place::Generated(row.relation, row.number);
                let text = default
                    .and_then(|it| self.texts.get(place, it.hash).or(it.text.as_deref().map(Arc::from)));
                let expression =
                    text.map_or(Spelling::Unread, |it| Dialect::Postgres.canonical_expression(&it));
                column.generated =
                    Some(Box::new(Generated { expression, stored: letter(row.generated) == 's' }));
            } else if let Some(default) = default {
                column.default = Some(default.text.as_deref().map_or(Spelling::Unread, Spelling::uncertain));
                Dialect::Postgres.canonical_column(&mut column, &Dialect::Postgres.naming());
            }
            if let Some(table) = self.tables.get_mut(&row.relation.0) {
                table.columns.push(column);
            }
        }
    }

    fn constraints(&mut self) {
        for row in take(&mut self.raw.constraints) {
            let relation = row.relation.0;
            let name = Some(row.name.clone());
            let columns = self.columns_of(relation, row.columns.as_deref());
            let deferrable = match (row.is_deferrable, row.is_deferred) {
                (false, _) => Deferrable::No,
                (true, false) => Deferrable::InitiallyImmediate,
                (true, true) => Deferrable::InitiallyDeferred,
            };
            match letter(row.kind) {
                'p' => self.with(relation, |table| {
                    table.primary_key = Some(PrimaryKey { name, columns, provenance: Provenance::default() });
                }),
                'u' => {
                    self.backed.insert(row.index.0, deferrable);
                }
                'f' => {
                    let Some(references) = self.tables.get(&row.referenced.0).map(|it| it.name.clone())
                    else {
                        // Its target stands in a schema that nobody asked for.
                        self.remarks.push(format!(
                            "foreign key {} refers to a table outside of the audited schemas: not compared",
                            row.name
                        ));
                        continue;
                    };
                    let key = ForeignKey {
                        name,
                        columns,
                        references,
                        referenced_columns: self
                            .columns_of(row.referenced.0, row.referenced_columns.as_deref()),
                        on_delete: action(row.on_delete),
                        on_update: action(row.on_update),
                        deferrable,
                        provenance: Provenance::default(),
                    };
                    self.with(relation, |table| add(&mut table.foreign_keys, key));
                }
                'c' => {
                    let text = self.texts.get(Place::Check(row.oid), row.hash);
                    let expression =
                        text.map_or(Spelling::Unread, |it| Dialect::Postgres.canonical_expression(&it));
                    let check = Check { name, columns, expression, provenance: Provenance::default() };
                    self.with(relation, |table| add(&mut table.checks, check));
                }
                // Exclusion constraints have no place in a schema yet: neither expected nor unexpected.
                _ => {}
            }
        }
    }

    fn indexes(&mut self) {
        for row in take(&mut self.raw.indexes) {
            if row.is_primary || row.is_exclusion {
                continue;
            }
            if !row.is_valid {
                let table =
                    self.tables.get(&row.relation.0).map(|it| it.name.to_string()).unwrap_or_default();
                self.remarks.push(format!(
                    "index {} of table {table} is INVALID, which counts as not there: drop it and create it again",
                    row.name
                ));
                continue;
            }
            let (parts, include) = self.parts(&row);
            let name = Some(row.name);
            let condition = row.predicate_hash.map(|hash| {
                let text = self.texts.get(Place::Predicate(row.oid), Some(hash));
                text.map_or(Spelling::Unread, |it| Dialect::Postgres.canonical_expression(&it))
            });
            let method = self.names.method(row.method).filter(|it| &**it != "btree");
            let deferrable = self.backed.get(&row.oid.0).copied().unwrap_or_default();
            let provenance = Provenance::default();
            let nulls_not_distinct = row.nulls_not_distinct;
            let is_unique = row.is_unique;
            self.with(row.relation.0, |table| {
                if is_unique {
                    let unique = UniqueConstraint {
                        name,
                        parts,
                        include,
                        condition,
                        nulls_not_distinct,
                        deferrable,
                        provenance,
                    };
                    add(&mut table.uniques, unique);
                } else {
                    add(&mut table.indexes, Index { name, parts, include, condition, method, provenance });
                }
            });
        }
    }

    /// The keys of an index, and the columns that it merely includes.
    fn parts(&mut self, row: &rows::Index) -> (Vec<IndexPart>, Vec<Name>) {
        let columns: Vec<i16> = vector(&row.columns);
        let operator_classes: Vec<u32> = vector(&row.operator_classes);
        let collations: Vec<u32> = vector(&row.collations);
        let options: Vec<i16> = vector(&row.options);
        let key_count = usize::try_from(row.key_count).unwrap_or_default();
        let named = |number: i16| self.column(row.relation.0, number).map(|it| it.name.clone());
        let mut parts = Vec::with_capacity(key_count);
        for (at, number) in columns.iter().take(key_count).enumerate() {
            let key = match named(*number) {
                Some(column) => IndexKey::Column(column),
                None => {
                    let place = Place::Key(row.oid, i32::try_from(at + 1).unwrap_or_default());
                    let text = self.texts.get(place, row.expressions_hash);
                    IndexKey::Expression(
                        text.map_or(Spelling::Unread, |it| Dialect::Postgres.canonical_expression(&it)),
                    )
                }
            };
            // indoption: bit 0 is DESC, bit 1 is NULLS FIRST (src/include/catalog/pg_index.h).
            let bits = options.get(at).copied().unwrap_or_default();
            let (descending, nulls_first) = (bits & 1 != 0, bits & 2 != 0);
            let nulls = match (descending, nulls_first) {
                (false, true) => Some(NullsOrder::First),
                (true, false) => Some(NullsOrder::Last),
                (false, false) | (true, true) => None,
            };
            // An expression sorts by the collation that it has by itself, unless the index says another.
            let says_another = |oid: &u32| match self.column(row.relation.0, *number).map(|it| it.collation.0)
            {
                Some(column) => column != *oid,
                None => self.texts.is_collated(row.oid, at, row.expressions_hash),
            };
            let collation = collations.get(at).copied().filter(|oid| *oid != 0).filter(says_another);
            let options = PartOptions {
                descending,
                nulls,
                operator_class: operator_classes.get(at).and_then(|oid| self.names.operator_class(Oid(*oid))),
                collation: collation.and_then(|oid| self.names.collation_name(Oid(oid))),
                prefix_length: None,
            };
            parts.push(IndexPart { key, options: None }.with_options(options));
        }
        let include = columns.iter().skip(key_count).filter_map(|number| named(*number)).collect();
        (parts, include)
    }

    fn column(&self, relation: u32, number: i16) -> Option<&rows::Column> {
        // Rows come sorted by relation and number.
        let columns = &self.raw.columns;
        let at = columns.binary_search_by_key(&(relation, number), |it| (it.relation.0, it.number)).ok()?;
        columns.get(at)
    }

    fn columns_of(&self, relation: u32, numbers: Option<&[i16]>) -> Vec<Name> {
        let numbers = numbers.unwrap_or_default();
        let mut names = Vec::with_capacity(numbers.len());
        names.extend(numbers.iter().filter_map(|it| self.column(relation, *it)).map(|it| it.name.clone()));
        names
    }

    fn with(&mut self, relation: u32, change: impl FnOnce(&mut Table)) {
        if let Some(table) = self.tables.get_mut(&relation) {
            change(table);
        }
    }

    /// Rows of constraints and indexes come as they lie; told is always in one order.
    fn finish(mut self) -> (Schema, Vec<String>) {
        let mut schema = Schema::default();
        for (_, mut table) in self.tables {
            table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
            table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
            table.checks.sort_by(|a, b| a.name.cmp(&b.name));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            schema.insert(table);
        }
        self.remarks.sort();
        (schema, self.remarks)
    }
}

/// `pg_constraint.confupdtype` (<https://www.postgresql.org/docs/current/catalog-pg-constraint.html>).
fn action(code: i8) -> Action {
    match letter(code) {
        'r' => Action::Restrict,
        'c' => Action::Cascade,
        'n' => Action::SetNull,
        'd' => Action::SetDefault,
        _ => Action::NoAction,
    }
}

/// Tables are many and their lists are short: there is no room to spare.
fn add<T>(list: &mut Vec<T>, item: T) {
    list.reserve_exact(1);
    list.push(item);
}
