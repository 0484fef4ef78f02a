//! Names behind the oids that raw rows hold: few, and asked for once while the vocabulary is the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid;

use super::rows::{Raw, vector};
use super::words::Word;
use crate::schema::Name;

#[derive(Debug, Default)]
pub struct Names {
    /// By type and modifier, as `format_type` writes them.
    types: HashMap<(u32, i32), Arc<str>>,
    /// By type: the collation that its columns have when none is named.
    type_collations: HashMap<u32, u32>,
    operator_classes: HashMap<u32, OperatorClass>,
    /// By access method and type.
    default_classes: HashMap<(u32, u32), u32>,
    collations: HashMap<u32, Name>,
    methods: HashMap<u32, Name>,
}

#[derive(Debug)]
struct OperatorClass {
    name: Name,
    is_default: bool,
    /// The default, or another name for it.
    is_usual: bool,
}

impl Names {
    pub fn type_of(&self, oid: Oid, modifier: i32) -> Option<&Arc<str>> {
        self.types.get(&(oid.0, modifier))
    }

    /// The collation's name, if it is not the one that the type brings along.
    pub fn collation_beside(&self, type_oid: Oid, collation: Oid) -> Option<Name> {
        let usual = self.type_collations.get(&type_oid.0).copied();
        if collation.0 == 0 || Some(collation.0) == usual { None } else { self.collation(collation.0) }
    }

    pub fn collation(&self, oid: u32) -> Option<Name> {
        self.collations.get(&oid).cloned()
    }

    /// The operator class's name, if a key of type `of` (`None` for an expression) would not have it anyway.
    pub fn operator_class(&self, oid: u32, method: Oid, of: Option<Oid>) -> Option<Name> {
        let class = self.operator_classes.get(&oid)?;
        // citext can be indexed with text_ops, which is a default, but not citext's.
        let own = of.and_then(|of| self.default_classes.get(&(method.0, of.0)));
        let is_of_other_type = class.is_default && own.is_some_and(|own| *own != oid);
        (!class.is_usual || is_of_other_type).then(|| class.name.clone())
    }

    pub fn method(&self, oid: Oid) -> Option<Name> {
        self.methods.get(&oid.0).cloned()
    }

    /// Asks for what `raw` speaks of and is not known yet; mostly nothing.
    pub async fn complete(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
        audited: &str,
    ) -> Result<(), sqlx::Error> {
        self.complete_types(connection, raw, audited).await?;
        self.complete_operator_classes(connection, raw).await?;
        self.complete_collations(connection, raw).await?;
        self.complete_methods(connection, raw).await
    }

    async fn complete_types(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
        audited: &str,
    ) -> Result<(), sqlx::Error> {
        let met = raw.words.columns.all().iter().map(|it| (it.type_oid.0, it.type_modifier));
        let unknown: BTreeSet<(u32, i32)> = met.filter(|it| !self.types.contains_key(it)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let (oids, modifiers): (Vec<Oid>, Vec<i32>) =
            unknown.into_iter().map(|(oid, modifier)| (Oid(oid), modifier)).unzip();
        let rows: Vec<(Oid, i32, Option<String>, Oid)> = sqlx::query_as(include_str!("types.sql"))
            .bind(oids)
            .bind(modifiers)
            .bind(audited)
            .fetch_all(connection)
            .await?;
        for (oid, modifier, name, collation) in rows {
            // `???` stands for a type that is gone while its row is still seen in our snapshot.
            if let Some(name) = name.filter(|name| !name.contains("???")) {
                self.types.insert((oid.0, modifier), name.into());
            }
            self.type_collations.insert(oid.0, collation.0);
        }
        Ok(())
    }

    async fn complete_operator_classes(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
    ) -> Result<(), sqlx::Error> {
        let vectors: BTreeSet<Word> = raw.words.indexes.all().iter().map(|it| it.operator_classes).collect();
        let mut met = vectors.into_iter().flat_map(|it| vector(raw.words.text_at(it)));
        if met.all(|oid: u32| self.operator_classes.contains_key(&oid)) {
            return Ok(());
        }
        let rows: Vec<(Oid, String, Oid, Oid, bool, bool)> =
            sqlx::query_as(include_str!("operator_classes.sql")).fetch_all(connection).await?;
        self.operator_classes.clear();
        self.default_classes.clear();
        for (oid, name, method, input_type, is_default, is_usual) in rows {
            if is_default {
                self.default_classes.insert((method.0, input_type.0), oid.0);
            }
            self.operator_classes.insert(oid.0, OperatorClass { name: name.into(), is_default, is_usual });
        }
        Ok(())
    }

    async fn complete_collations(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
    ) -> Result<(), sqlx::Error> {
        let of_columns = raw.words.columns.all().iter().map(|it| it.collation.0);
        let vectors: BTreeSet<Word> = raw.words.indexes.all().iter().map(|it| it.collations).collect();
        let of_indexes = vectors.into_iter().flat_map(|it| vector(raw.words.text_at(it)));
        let unknown: BTreeSet<u32> = of_columns
            .chain(of_indexes)
            .filter(|oid| *oid != 0 && !self.collations.contains_key(oid))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let rows: Vec<(Oid, String)> =
            sqlx::query_as("SELECT oid, collname FROM pg_catalog.pg_collation WHERE oid = ANY ($1)")
                .bind(unknown.into_iter().map(Oid).collect::<Vec<_>>())
                .fetch_all(connection)
                .await?;
        self.collations.extend(rows.into_iter().map(|(oid, name)| (oid.0, name.into())));
        Ok(())
    }

    async fn complete_methods(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
    ) -> Result<(), sqlx::Error> {
        if raw.words.indexes.all().iter().all(|it| self.methods.contains_key(&it.method.0)) {
            return Ok(());
        }
        let rows: Vec<(Oid, String)> =
            sqlx::query_as("SELECT oid, amname FROM pg_catalog.pg_am").fetch_all(connection).await?;
        self.methods.extend(rows.into_iter().map(|(oid, name)| (oid.0, name.into())));
        Ok(())
    }
}
