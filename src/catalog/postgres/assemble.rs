//! Puts the raw rows together into the actual schema, table by table.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use sqlx::postgres::types::Oid;

use super::names::Names;
use super::rows::{self, ConstraintForm, DefaultValue, Namespace, Raw, ReferencedColumn, Relation, vector};
use super::texts::{Place, Texts};
use super::words::{List, NameAt, Word};
use crate::audit::Stored;
use crate::dialect::{Dialect, Naming};
use crate::schema::{
    Action, Check, Column, ColumnDefinition, Deferrable, Exclusion, ForeignKey, Generated, Index, IndexKey,
    IndexPart, MadeAs, Name, NullsOrder, PartOptions, Pool, PrimaryKey, Provenance, Schema, Spelling, Table,
    TableKind, TableName, UniqueConstraint,
};

/// The schema in canonical form, and what is there but has no place in it, one sentence each. What proves to be as
/// `expected` shares its table.
pub fn schema(
    raw: &Raw,
    namespaces: &[Namespace],
    names: &Names,
    texts: &Texts,
    audited: &str,
    expected: Option<&Schema>,
) -> (Schema, Vec<String>, Stored) {
    let mut assembly = Assembly::new(raw, namespaces, names, texts, audited);
    let (mut schema, mut pool) = (Schema::default(), Pool::default());
    let mut rest = OfTable::all(raw);
    for relation in &raw.relations {
        let mut table = assembly.table(relation, &rest.next(relation.oid));
        let table = expected.and_then(|expected| expected.table_like(&table)).unwrap_or_else(|| {
            pool.table(&mut table);
            table.into()
        });
        schema.tables.insert(table.name.clone(), table);
    }
    assembly.remarks.sort();
    (schema, assembly.remarks, assembly.stored)
}

struct Assembly<'a> {
    raw: &'a Raw,
    names: &'a Names,
    texts: &'a Texts,
    audited: &'a str,
    naming: Naming,
    table_names: HashMap<u32, TableName, RandomState>,
    /// The columns of tables in other schemas, by relation and number.
    referenced: HashMap<(u32, i16), &'a ReferencedColumn, RandomState>,
    /// One canonical spelling for each type and modifier, shared by all its columns.
    spelled: HashMap<(u32, i32), Spelling, RandomState>,
    remarks: Vec<String>,
    stored: Stored,
}

/// The rows of one table, or those of all tables that are still to come.
struct OfTable<'a> {
    columns: &'a [rows::Column],
    defaults: &'a [DefaultValue],
    constraints: &'a [rows::Constraint],
    indexes: &'a [rows::Index],
}

impl<'a> OfTable<'a> {
    fn all(raw: &'a Raw) -> Self {
        Self {
            columns: &raw.columns,
            defaults: &raw.defaults,
            constraints: &raw.constraints,
            indexes: &raw.indexes,
        }
    }

    /// Takes the rows of the next table; tables come in the order of their oids.
    fn next(&mut self, relation: Oid) -> Self {
        Self {
            columns: next(&mut self.columns, relation, |it| it.relation),
            defaults: next(&mut self.defaults, relation, |it| it.relation),
            constraints: next(&mut self.constraints, relation, |it| it.relation),
            indexes: next(&mut self.indexes, relation, |it| it.relation),
        }
    }

    fn column(&self, number: i16) -> Option<&'a rows::Column> {
        self.columns.binary_search_by_key(&number, |it| it.number).ok().and_then(|at| self.columns.get(at))
    }

    fn default(&self, number: i16) -> Option<&'a DefaultValue> {
        self.defaults.iter().find(|it| it.number == number)
    }
}

fn next<'a, R>(rows: &mut &'a [R], relation: Oid, of: impl Fn(&R) -> Oid) -> &'a [R] {
    // Rows of a relation that came to be between two statements belong to nobody.
    let begin = rows.iter().take_while(|it| of(it).0 < relation.0).count();
    let (_, from) = rows.split_at(begin);
    let (own, rest) = from.split_at(from.iter().take_while(|it| of(it) == relation).count());
    *rows = rest;
    own
}

impl<'a> Assembly<'a> {
    fn new(
        raw: &'a Raw,
        namespaces: &[Namespace],
        names: &'a Names,
        texts: &'a Texts,
        audited: &'a str,
    ) -> Self {
        let schemas: HashMap<u32, Option<Name>> = (namespaces.iter())
            .map(|it| (it.oid.0, (it.name != audited).then(|| Name::from(it.name.as_str()))))
            .collect();
        let table_name = |it: &Relation| {
            let schema = schemas.get(&it.namespace.0).cloned().flatten();
            (it.oid.0, TableName { schema, name: it.name.clone() })
        };
        Self {
            names,
            texts,
            audited,
            naming: Dialect::Postgres.naming(),
            table_names: raw.relations.iter().map(table_name).collect(),
            referenced: raw.referenced.iter().map(|it| ((it.relation.0, it.number), it)).collect(),
            spelled: HashMap::default(),
            remarks: Vec::new(),
            stored: Stored::default(),
            raw,
        }
    }

    fn table(&mut self, relation: &Relation, rows: &OfTable<'_>) -> Table {
        let mut table = Table::new(self.table_name(relation.oid));
        table.kind = match relation.kind {
            b'p' => TableKind::Partitioned,
            b'v' => TableKind::View,
            b'm' => TableKind::MaterializedView,
            b'f' => TableKind::Foreign,
            _ => TableKind::Table,
        };
        table.columns.reserve_exact(rows.columns.len());
        for row in rows.columns {
            let column = self.column(row, rows.default(row.number));
            table.columns.push(column);
        }
        let beside = self.constraints(rows, &mut table);
        self.indexes(rows, &beside, &mut table);
        // Rows of constraints and indexes come as they lie; told is always in one order.
        table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
        table.checks.sort_by(|a, b| a.name.cmp(&b.name));
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        table.exclusions.sort_by(|a, b| a.name.cmp(&b.name));
        table
    }

    fn column(&mut self, row: &rows::Column, default: Option<&DefaultValue>) -> Column {
        let form = self.raw.form(row);
        let name = self.word(form.name).clone();
        let data_type = self.spelled.entry((form.type_oid.0, form.type_modifier)).or_insert_with(|| {
            let text = self.names.type_of(form.type_oid, form.type_modifier);
            text.map_or(Spelling::Unread, |text| Dialect::Postgres.canonical_type(text))
        });
        let definition = ColumnDefinition {
            data_type: data_type.clone(),
            nullable: !form.not_null,
            default: None,
            auto_increment: form.identity != b' ',
            generated: None,
            collation: self.names.collation_beside(form.type_oid, form.collation),
        };
        let mut column = Column::defined(name, definition);
        let text = default.and_then(|it| it.text).map(|text| &**self.word(text));
        if form.generated != b' ' {
            let expression = match text {
                Some(text) => Dialect::Postgres.canonical_expression(text),
                None => self.expression(Place::Generated(row.relation, row.number)),
            };
            column.generated = Some(Generated { expression, stored: form.generated == b's' });
        } else if default.is_some() {
            let text = text.map(|text| without_schema(text, self.audited));
            column.default = Some(text.map_or(Spelling::Unread, |text| Spelling::uncertain(&*text)));
            Dialect::Postgres.canonical_column(&mut column, &self.naming);
        }
        column
    }

    fn expression(&self, place: Place) -> Spelling {
        let text = self.texts.get(place);
        text.map_or(Spelling::Unread, |text| Dialect::Postgres.canonical_expression(text))
    }

    fn constraints(&mut self, rows: &OfTable<'_>, table: &mut Table) -> Beside<'a> {
        let mut beside = Beside::default();
        for row in rows.constraints {
            let form = self.raw.constraint_form(row);
            if !form.is_enforced || form.is_temporal {
                self.leave_out(row, &mut beside);
                continue;
            }
            let columns = self.columns_of(row.relation, self.list(form.columns));
            let name = self.name(row.name);
            if let Some(name) = name.clone().filter(|_| !form.is_validated) {
                self.not_valid(&table.name, name);
            }
            let provenance = Provenance::default();
            match form.kind {
                b'p' => table.primary_key = Some(PrimaryKey { name, columns, provenance }),
                b'f' => {
                    if let Some(key) = self.foreign_key(row, columns) {
                        add(&mut table.foreign_keys, key);
                    }
                }
                b'c' => {
                    let expression = self.expression(Place::Check(row.oid));
                    add(&mut table.checks, Check { name, columns, expression, provenance });
                }
                b'u' => beside.deferred.push((row.index, deferrable(form))),
                b'x' => beside.exclusions.push((row.index, form)),
                _ => {}
            }
        }
        beside
    }

    /// It holds for new rows alone; no finding, for a migration may have made it so on purpose.
    fn not_valid(&mut self, table: &TableName, name: Name) {
        self.remarks.push(format!(
            "constraint {name} of table {table} is NOT VALID: rows from before it were never looked at, and may not keep it"
        ));
        self.stored.not_valid.push((table.clone(), name));
    }

    /// What PostgreSQL 18 has and promises less, or other things, than its namesakes.
    fn leave_out(&mut self, row: &rows::Constraint, beside: &mut Beside<'_>) {
        let form = self.raw.constraint_form(row);
        let what = if form.is_enforced { "speaks of periods" } else { "is NOT ENFORCED" };
        let (name, table) = (self.raw.words.name_at(row.name), self.table_name(row.relation));
        self.remarks.push(format!("constraint {name} of table {table} {what}, which counts as not there"));
        // A foreign key's index is the one that it refers to.
        if matches!(form.kind, b'p' | b'u') {
            beside.left_out.push(row.index);
        }
    }

    fn foreign_key(&self, row: &rows::Constraint, columns: Vec<Name>) -> Option<ForeignKey> {
        let form = self.raw.constraint_form(row);
        let referenced_columns = self.list(form.referenced_columns);
        let references = match self.table_names.get(&row.referenced.0) {
            Some(name) => name.clone(),
            None => {
                let first = referenced_columns.first()?;
                let column = self.referenced.get(&(row.referenced.0, *first))?;
                let schema = self.word(column.schema);
                let schema = (**schema != *self.audited).then(|| schema.clone());
                TableName { schema, name: self.word(column.table).clone() }
            }
        };
        Some(ForeignKey {
            name: self.name(row.name),
            columns,
            references,
            referenced_columns: self.columns_of(row.referenced, referenced_columns),
            on_delete: action(form.on_delete),
            on_update: action(form.on_update),
            deferrable: deferrable(form),
            provenance: Provenance::default(),
        })
    }

    fn indexes(&mut self, rows: &OfTable<'_>, beside: &Beside<'_>, table: &mut Table) {
        for row in rows.indexes {
            let form = self.raw.index_form(row);
            if form.is_primary || beside.left_out.contains(&row.oid) {
                continue;
            }
            if !form.is_valid {
                self.stored
                    .invalid_indexes
                    .extend(self.name(row.name).map(|name| (table.name.clone(), name)));
                self.remarks.push(format!(
                    "index {} of table {} is INVALID, which counts as not there: drop it and create it again",
                    self.raw.words.name_at(row.name),
                    table.name
                ));
                continue;
            }
            let exclusion = beside.exclusion(row.oid);
            if form.is_exclusion && exclusion.is_none() {
                continue;
            }
            let parts = self.parts(row, rows);
            let include: Vec<i16> =
                vector(self.word(form.columns)).skip(usize::from(form.key_count)).collect();
            let include = self.columns_of(row.relation, &include);
            let name = self.name(row.name);
            let condition = row.predicate_hash.map(|_| self.expression(Place::Predicate(row.oid)));
            let method = self.names.method(form.method).filter(|it| &**it != "btree");
            let provenance = Provenance::default();
            if let Some(constraint) = exclusion {
                let operators = constraint.operators.iter().map(|it| self.word(*it).clone()).collect();
                let deferrable = deferrable(constraint);
                let exclusion =
                    Exclusion { name, parts, operators, include, condition, method, deferrable, provenance };
                add(&mut table.exclusions, exclusion);
            } else if form.is_unique {
                let unique = UniqueConstraint {
                    name,
                    parts,
                    include,
                    condition,
                    nulls_not_distinct: form.nulls_not_distinct,
                    deferrable: beside.deferrable(row.oid),
                    made_as: MadeAs::default(),
                    provenance,
                };
                add(&mut table.uniques, unique);
            } else {
                add(&mut table.indexes, Index { name, parts, include, condition, method, provenance });
            }
        }
    }

    fn parts(&self, row: &rows::Index, rows: &OfTable<'_>) -> Vec<IndexPart> {
        let form = self.raw.index_form(row);
        let mut operator_classes = vector::<u32>(self.word(form.operator_classes));
        let mut collations = vector::<u32>(self.word(form.collations));
        let mut options = vector::<i16>(self.word(form.options));
        let mut parts = Vec::with_capacity(form.key_count.into());
        for (at, number) in (1..).zip(vector(self.word(form.columns)).take(form.key_count.into())) {
            let column = rows.column(number).map(|it| self.raw.form(it));
            let key = match column {
                Some(column) => IndexKey::Column(self.word(column.name).clone()),
                None => IndexKey::Expression(self.expression(Place::Key(row.oid, at))),
            };
            // A key sorts by the collation that its column or expression has by itself, unless it says another.
            let says_another = |oid: &u32| match column {
                Some(column) => column.collation.0 != *oid,
                None => self.texts.is_collated(row.oid, at),
            };
            let collation = collations.next().filter(|oid| *oid != 0).filter(says_another);
            let type_oid = column.map(|it| it.type_oid);
            let options = PartOptions {
                collation: collation.and_then(|oid| self.names.collation(oid)),
                operator_class: (operator_classes.next())
                    .and_then(|oid| self.names.operator_class(oid, form.method, type_oid)),
                ..direction(options.next().unwrap_or_default())
            };
            parts.push(IndexPart { key, options: None }.with_options(options));
        }
        parts
    }

    fn columns_of(&self, relation: Oid, numbers: &[i16]) -> Vec<Name> {
        let name = |number: &i16| match self.raw.column(relation, *number) {
            Some(column) => Some(self.word(self.raw.form(column).name).clone()),
            None => self.referenced.get(&(relation.0, *number)).map(|it| self.word(it.name).clone()),
        };
        let mut names = Vec::with_capacity(numbers.len());
        names.extend(numbers.iter().filter_map(name));
        names
    }

    fn table_name(&self, relation: Oid) -> TableName {
        let name = self.table_names.get(&relation.0);
        name.cloned().unwrap_or_else(|| TableName::unqualified(""))
    }

    fn word(&self, word: Word) -> &'a Name {
        self.raw.words.text_at(word)
    }

    fn list(&self, list: List) -> &'a [i16] {
        self.raw.words.list_at(list)
    }

    fn name(&self, name: NameAt) -> Option<Name> {
        Some(self.raw.words.name_at(name).into())
    }
}

/// What a table's constraints say of the indexes that back them.
#[derive(Default)]
struct Beside<'a> {
    /// How the unique constraint is deferred.
    deferred: Vec<(Oid, Deferrable)>,
    exclusions: Vec<(Oid, &'a ConstraintForm)>,
    /// Those of constraints that have no place in a schema.
    left_out: Vec<Oid>,
}

impl<'a> Beside<'a> {
    fn exclusion(&self, index: Oid) -> Option<&'a ConstraintForm> {
        self.exclusions.iter().find(|(oid, _)| *oid == index).map(|(_, form)| *form)
    }

    fn deferrable(&self, index: Oid) -> Deferrable {
        self.deferred.iter().find(|(oid, _)| *oid == index).map(|(_, it)| *it).unwrap_or_default()
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

fn deferrable(form: &ConstraintForm) -> Deferrable {
    match (form.is_deferrable, form.is_deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::InitiallyImmediate,
        (true, true) => Deferrable::InitiallyDeferred,
    }
}

/// `pg_constraint.confupdtype` (<https://www.postgresql.org/docs/current/catalog-pg-constraint.html>).
fn action(code: u8) -> Action {
    match code {
        b'r' => Action::Restrict,
        b'c' => Action::Cascade,
        b'n' => Action::SetNull,
        b'd' => Action::SetDefault,
        _ => Action::NoAction,
    }
}
