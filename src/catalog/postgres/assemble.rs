//! Puts the raw rows together into the actual schema.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::mem::take;

use sqlx::postgres::types::Oid;

use super::names::Names;
use super::rows::{self, DefaultValue, Namespace, Raw, ReferencedColumn, vector};
use super::texts::{Place, Texts};
use crate::audit::Stored;
use crate::dialect::Dialect;
use crate::schema::{
    Action, Check, Column, Deferrable, Exclusion, ForeignKey, Generated, Index, IndexKey, IndexPart, Name,
    NullsOrder, PartOptions, PrimaryKey, Provenance, Schema, Spelling, Table, TableKind, TableName,
    UniqueConstraint,
};

/// The schema in canonical form, and what is there but has no place in it, one sentence each.
pub fn schema(
    raw: Raw,
    namespaces: &[Namespace],
    names: &Names,
    texts: &Texts,
    audited: &str,
) -> (Schema, Vec<String>, Stored) {
    let mut assembly = Assembly::new(raw, namespaces, names, texts, audited);
    assembly.columns();
    assembly.constraints();
    assembly.indexes();
    assembly.finish()
}

struct Assembly<'a> {
    /// Rows that have found their place in a table are taken out: the two are not kept side by side.
    raw: Raw,
    names: &'a Names,
    texts: &'a Texts,
    audited: &'a str,
    tables: HashMap<u32, Table>,
    /// The columns of tables in other schemas, by relation and number.
    referenced: HashMap<(u32, i16), ReferencedColumn>,
    /// How the unique constraint that an index backs is deferred.
    deferred: HashMap<u32, Deferrable>,
    /// The operators of the exclusion constraint that an index backs, and how it is deferred.
    exclusions: HashMap<u32, (Vec<Name>, Deferrable)>,
    /// Indexes of constraints that have no place in a schema.
    left_out: HashSet<u32>,
    remarks: Vec<String>,
    stored: Stored,
}

impl<'a> Assembly<'a> {
    fn new(
        mut raw: Raw,
        namespaces: &[Namespace],
        names: &'a Names,
        texts: &'a Texts,
        audited: &'a str,
    ) -> Self {
        let schemas: HashMap<u32, Option<Name>> = (namespaces.iter())
            .map(|it| (it.oid.0, (it.name != audited).then(|| Name::from(it.name.as_str()))))
            .collect();
        let table = |it: rows::Relation| {
            let schema = schemas.get(&it.namespace.0).cloned().flatten();
            let mut table = Table::new(TableName { schema, name: it.name });
            table.kind = match it.kind {
                'p' => TableKind::Partitioned,
                'v' => TableKind::View,
                'm' => TableKind::MaterializedView,
                'f' => TableKind::Foreign,
                _ => TableKind::Table,
            };
            (it.oid.0, table)
        };
        let referenced = take(&mut raw.referenced).into_iter();
        Self {
            names,
            texts,
            audited,
            tables: take(&mut raw.relations).into_iter().map(table).collect(),
            referenced: referenced.map(|it| ((it.relation.0, it.number), it)).collect(),
            raw,
            deferred: HashMap::new(),
            exclusions: HashMap::new(),
            left_out: HashSet::new(),
            remarks: Vec::new(),
            stored: Stored::default(),
        }
    }

    fn columns(&mut self) {
        let naming = Dialect::Postgres.naming();
        // One canonical spelling for each type, shared by all its columns.
        let mut spelled: HashMap<(u32, i32), Spelling> = HashMap::new();
        let defaults: HashMap<(u32, i16), DefaultValue> =
            take(&mut self.raw.defaults).into_iter().map(|it| ((it.relation.0, it.number), it)).collect();
        for of_table in self.raw.columns.chunk_by(|a, b| a.relation == b.relation) {
            if let Some(table) = of_table.first().and_then(|it| self.tables.get_mut(&it.relation.0)) {
                table.columns.reserve_exact(of_table.len());
            }
        }
        for row in &self.raw.columns {
            let data_type = spelled.entry((row.type_oid.0, row.type_modifier)).or_insert_with(|| {
                let text = self.names.type_of(row.type_oid, row.type_modifier);
                text.map_or(Spelling::Unread, |text| Dialect::Postgres.canonical_type(text))
            });
            let mut column = Column {
                nullable: !row.not_null,
                auto_increment: row.identity != ' ',
                collation: self.names.collation_beside(row.type_oid, row.collation),
                ..Column::new(row.name.clone(), data_type.clone())
            };
            let default = defaults.get(&(row.relation.0, row.number));
            if row.generated != ' ' {
                let computed_from_columns = self.expression(Place::Generated(row.relation, row.number));
                let expression = match default.and_then(|it| it.text.as_deref()) {
                    Some(text) => Dialect::Postgres.canonical_expression(text),
                    None => computed_from_columns,
                };
                column.generated = Some(Box::new(Generated { expression, stored: row.generated == 's' }));
            } else if let Some(default) = default {
                let text = default.text.as_deref().map(|text| without_schema(text, self.audited));
                column.default = Some(text.map_or(Spelling::Unread, |text| Spelling::uncertain(&*text)));
                Dialect::Postgres.canonical_column(&mut column, &naming);
            }
            if let Some(table) = self.tables.get_mut(&row.relation.0) {
                table.columns.push(column);
            }
        }
    }

    fn expression(&self, place: Place) -> Spelling {
        let text = self.texts.get(place);
        text.map_or(Spelling::Unread, |text| Dialect::Postgres.canonical_expression(text))
    }

    fn constraints(&mut self) {
        for row in take(&mut self.raw.constraints) {
            if !row.is_enforced || row.is_temporal {
                self.leave_out(&row);
                continue;
            }
            let columns = self.columns_of(row.relation, &row.columns);
            let name = Some(row.name.clone());
            let provenance = Provenance::default();
            let added = match row.kind {
                'p' => Added::PrimaryKey(PrimaryKey { name, columns, provenance }),
                'f' => match self.foreign_key(&row, columns) {
                    Some(key) => Added::ForeignKey(key),
                    None => continue,
                },
                'c' => {
                    let expression = self.expression(Place::Check(row.oid));
                    Added::Check(Check { name, columns, expression, provenance })
                }
                'u' => {
                    self.deferred.insert(row.index.0, deferrable(&row));
                    continue;
                }
                'x' => {
                    self.exclusions.insert(row.index.0, (row.operators.to_vec(), deferrable(&row)));
                    continue;
                }
                _ => continue,
            };
            let Some(table) = self.tables.get_mut(&row.relation.0) else { continue };
            match added {
                Added::PrimaryKey(key) => table.primary_key = Some(key),
                Added::ForeignKey(key) => add(&mut table.foreign_keys, key),
                Added::Check(check) => add(&mut table.checks, check),
            }
        }
    }

    /// What PostgreSQL 18 has and promises less, or other things, than its namesakes.
    fn leave_out(&mut self, row: &rows::Constraint) {
        let what = if row.is_enforced { "speaks of periods" } else { "is NOT ENFORCED" };
        self.remarks.push(format!(
            "constraint {} of table {} {what}, which counts as not there",
            row.name,
            self.table_name(row.relation)
        ));
        // A foreign key's index is the one that it refers to.
        if matches!(row.kind, 'p' | 'u') {
            self.left_out.insert(row.index.0);
        }
    }

    fn foreign_key(&self, row: &rows::Constraint, columns: Vec<Name>) -> Option<ForeignKey> {
        let references = match self.tables.get(&row.referenced.0) {
            Some(table) => table.name.clone(),
            None => {
                let first = row.referenced_columns.first()?;
                let column = self.referenced.get(&(row.referenced.0, *first))?;
                let schema = (*column.schema != *self.audited).then(|| column.schema.clone());
                TableName { schema, name: column.table.clone() }
            }
        };
        Some(ForeignKey {
            name: Some(row.name.clone()),
            columns,
            references,
            referenced_columns: self.columns_of(row.referenced, &row.referenced_columns),
            on_delete: action(row.on_delete),
            on_update: action(row.on_update),
            deferrable: deferrable(row),
            provenance: Provenance::default(),
        })
    }

    fn indexes(&mut self) {
        for row in take(&mut self.raw.indexes) {
            if row.is_primary || self.left_out.contains(&row.oid.0) {
                continue;
            }
            if !row.is_valid {
                if let Some(table) = self.tables.get(&row.relation.0) {
                    self.stored.invalid_indexes.insert((table.name.clone(), row.name.clone()));
                }
                self.remarks.push(format!(
                    "index {} of table {} is INVALID, which counts as not there: drop it and create it again",
                    row.name,
                    self.table_name(row.relation)
                ));
                continue;
            }
            let parts = self.parts(&row);
            let include: Vec<i16> = vector(&row.columns).into_iter().skip(row.key_count).collect();
            let include = self.columns_of(row.relation, &include);
            let name = Some(row.name.clone());
            let condition = row.predicate_hash.map(|_| self.expression(Place::Predicate(row.oid)));
            let method = self.names.method(row.method).filter(|it| &**it != "btree");
            let deferrable = self.deferred.get(&row.oid.0).copied().unwrap_or_default();
            let provenance = Provenance::default();
            let nulls_not_distinct = row.nulls_not_distinct;
            let exclusion = self.exclusions.remove(&row.oid.0);
            if row.is_exclusion && exclusion.is_none() {
                continue;
            }
            let Some(table) = self.tables.get_mut(&row.relation.0) else { continue };
            if let Some((operators, deferrable)) = exclusion {
                let exclusion =
                    Exclusion { name, parts, operators, include, condition, method, deferrable, provenance };
                add(&mut table.exclusions, exclusion);
            } else if row.is_unique {
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
        }
    }

    fn parts(&self, row: &rows::Index) -> Vec<IndexPart> {
        let operator_classes: Vec<u32> = vector(&row.operator_classes);
        let collations: Vec<u32> = vector(&row.collations);
        let options: Vec<i16> = vector(&row.options);
        let columns: Vec<i16> = vector(&row.columns);
        let keys = columns.iter().take(row.key_count).enumerate();
        keys.map(|(at, number)| {
            let column = self.raw.column(row.relation, *number);
            let key = match column {
                Some(column) => IndexKey::Column(column.name.clone()),
                None => IndexKey::Expression(self.expression(Place::Key(row.oid, key_number(at)))),
            };
            // A key sorts by the collation that its column or expression has by itself, unless it says another.
            let says_another = |oid: &&u32| match column {
                Some(column) => column.collation.0 != **oid,
                None => self.texts.is_collated(row.oid, key_number(at)),
            };
            let collation = collations.get(at).filter(|oid| **oid != 0).filter(says_another);
            let operator_class = operator_classes.get(at);
            let type_oid = column.map(|it| it.type_oid);
            let options = PartOptions {
                collation: collation.and_then(|oid| self.names.collation(*oid)),
                operator_class: operator_class
                    .and_then(|oid| self.names.operator_class(*oid, row.method, type_oid)),
                ..direction(options.get(at).copied().unwrap_or_default())
            };
            IndexPart { key, options: None }.with_options(options)
        })
        .collect()
    }

    fn columns_of(&self, relation: Oid, numbers: &[i16]) -> Vec<Name> {
        let name = |number: &i16| match self.raw.column(relation, *number) {
            Some(column) => Some(column.name.clone()),
            None => self.referenced.get(&(relation.0, *number)).map(|it| it.name.clone()),
        };
        let mut names = Vec::with_capacity(numbers.len());
        names.extend(numbers.iter().filter_map(name));
        names
    }

    fn table_name(&self, relation: Oid) -> String {
        self.tables.get(&relation.0).map(|it| it.name.to_string()).unwrap_or_default()
    }

    /// Rows of constraints and indexes come as they lie; told is always in one order.
    fn finish(mut self) -> (Schema, Vec<String>, Stored) {
        let mut schema = Schema::default();
        for mut table in self.tables.into_values() {
            table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
            table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
            table.checks.sort_by(|a, b| a.name.cmp(&b.name));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            table.exclusions.sort_by(|a, b| a.name.cmp(&b.name));
            schema.insert(table);
        }
        self.remarks.sort();
        (schema, self.remarks, self.stored)
    }
}

/// A role that may not enter the audited schema is told its types with it, even the type that a literal is cast to.
fn without_schema<'t>(default: &'t str, audited: &str) -> Cow<'t, str> {
    if !default.contains("'::") {
        return Cow::Borrowed(default);
    }
    let quoted = Dialect::Postgres.quote(audited);
    Cow::Owned(default.replace(&format!("'::{audited}."), "'::").replace(&format!("'::{quoted}."), "'::"))
}

/// Keys are numbered from 1.
fn key_number(position: usize) -> i32 {
    i32::try_from(position + 1).unwrap_or_default()
}

enum Added {
    PrimaryKey(PrimaryKey),
    ForeignKey(ForeignKey),
    Check(Check),
}

/// Tables are many and their lists are short: there is no room to spare.
fn add<T>(list: &mut Vec<T>, item: T) {
    list.reserve_exact(1);
    list.push(item);
}

/// `indoption`: bit 0 is DESC, bit 1 is NULLS FIRST (src/include/catalog/pg_index.h).
fn direction(bits: i16) -> PartOptions {
    let (descending, nulls_first) = (bits & 1 != 0, bits & 2 != 0);
    let nulls = match (descending, nulls_first) {
        (false, true) => Some(NullsOrder::First),
        (true, false) => Some(NullsOrder::Last),
        (false, false) | (true, true) => None,
    };
    PartOptions { descending, nulls, ..PartOptions::default() }
}

fn deferrable(row: &rows::Constraint) -> Deferrable {
    match (row.is_deferrable, row.is_deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::InitiallyImmediate,
        (true, true) => Deferrable::InitiallyDeferred,
    }
}

/// `pg_constraint.confupdtype` (<https://www.postgresql.org/docs/current/catalog-pg-constraint.html>).
fn action(code: char) -> Action {
    match code {
        'r' => Action::Restrict,
        'c' => Action::Cascade,
        'n' => Action::SetNull,
        'd' => Action::SetDefault,
        _ => Action::NoAction,
    }
}
