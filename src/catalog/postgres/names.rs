//! Names behind the oids that raw rows hold: few, and asked for once in a session.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid;

use super::rows::{Raw, vector};
use crate::schema::Name;

/// Lower oids are PostgreSQL's own (`FirstNormalObjectId` in src/include/access/transam.h).
const FIRST_OF_USERS: u32 = 16_384;

#[derive(Debug, Default)]
pub struct Names {
    /// By type and modifier, as `format_type` writes them.
    types: HashMap<(Oid, i32), Arc<str>>,
    /// By type: the collation that its columns have when none is named.
    type_collations: HashMap<Oid, Oid>,
    /// `None` for the operator class that its input type has by default.
    operator_classes: HashMap<Oid, Option<Name>>,
    collations: HashMap<Oid, Name>,
    methods: HashMap<Oid, Name>,
}

impl Names {
    pub fn type_of(&self, oid: Oid, modifier: i32) -> Option<&Arc<str>> {
        self.types.get(&(oid, modifier))
    }

    /// The collation's name, if it is not the one that the type brings along.
    pub fn collation(&self, type_oid: Oid, collation: Oid) -> Option<Name> {
        let usual = self.type_collations.get(&type_oid).copied();
        (collation.0 != 0 && Some(collation) != usual)
            .then(|| self.collations.get(&collation).cloned())
            .flatten()
    }

    pub fn collation_name(&self, collation: Oid) -> Option<Name> {
        self.collations.get(&collation).cloned()
    }

    pub fn operator_class(&self, oid: Oid) -> Option<Name> {
        self.operator_classes.get(&oid).cloned().flatten()
    }

    pub fn method(&self, oid: Oid) -> Option<Name> {
        self.methods.get(&oid).cloned()
    }

    /// Asks for what `raw` speaks of and is not known yet; mostly nothing.
    pub async fn complete(&mut self, connection: &mut PgConnection, raw: &Raw) -> Result<(), sqlx::Error> {
        self.complete_types(connection, raw).await?;
        self.complete_operator_classes(connection, raw).await?;
        self.complete_collations(connection, raw).await?;
        let methods: BTreeSet<u32> = raw.indexes.iter().map(|it| it.method.0).collect();
        if methods.iter().any(|oid| !self.methods.contains_key(&Oid(*oid))) {
            let rows: Vec<(Oid, String)> = sqlx::query_as("SELECT oid, amname FROM pg_catalog.pg_am")
                .fetch_all(&mut *connection)
                .await?;
            self.methods = rows.into_iter().map(|(oid, name)| (oid, name.into())).collect();
        }
        Ok(())
    }

    async fn complete_types(&mut self, connection: &mut PgConnection, raw: &Raw) -> Result<(), sqlx::Error> {
        // Types of users may have been renamed since.
        self.types.retain(|(oid, _), _| oid.0 < FIRST_OF_USERS);
        let unknown: BTreeSet<(u32, i32)> = (raw.columns.iter())
            .filter(|it| !self.types.contains_key(&(it.type_oid, it.type_modifier)))
            .map(|it| (it.type_oid.0, it.type_modifier))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let (oids, modifiers): (Vec<Oid>, Vec<i32>) =
            unknown.into_iter().map(|(oid, modifier)| (Oid(oid), modifier)).unzip();
        let rows: Vec<(Oid, i32, Option<String>, Option<Oid>)> = sqlx::query_as(
            "SELECT w.oid, w.modifier, pg_catalog.format_type(w.oid, w.modifier), t.typcollation \
               FROM unnest($1::oid[], $2::integer[]) AS w (oid, modifier) \
               LEFT JOIN pg_catalog.pg_type t ON t.oid = w.oid",
        )
        .bind(oids)
        .bind(modifiers)
        .fetch_all(connection)
        .await?;
        for (oid, modifier, text, collation) in rows {
            self.types.insert((oid, modifier), text.unwrap_or_default().into());
            self.type_collations.extend(collation.map(|it| (oid, it)));
        }
        Ok(())
    }

    async fn complete_operator_classes(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
    ) -> Result<(), sqlx::Error> {
        let is_unknown = |oid: u32| !self.operator_classes.contains_key(&Oid(oid));
        let known =
            raw.indexes.iter().all(|it| !vector::<u32>(&it.operator_classes).into_iter().any(is_unknown));
        if known {
            return Ok(());
        }
        let rows: Vec<(Oid, String, bool)> =
            sqlx::query_as("SELECT oid, opcname, opcdefault FROM pg_catalog.pg_opclass")
                .fetch_all(connection)
                .await?;
        self.operator_classes =
            rows.into_iter().map(|(oid, name, usual)| (oid, (!usual).then(|| name.into()))).collect();
        Ok(())
    }

    async fn complete_collations(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
    ) -> Result<(), sqlx::Error> {
        let of_columns = raw.columns.iter().map(|it| it.collation.0);
        let of_indexes = raw.indexes.iter().flat_map(|it| vector::<u32>(&it.collations));
        let unknown: BTreeSet<u32> = of_columns
            .chain(of_indexes)
            .filter(|oid| *oid != 0 && !self.collations.contains_key(&Oid(*oid)))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let oids: Vec<Oid> = unknown.into_iter().map(Oid).collect();
        let rows: Vec<(Oid, String)> =
            sqlx::query_as("SELECT oid, collname FROM pg_catalog.pg_collation WHERE oid = ANY ($1)")
                .bind(oids)
                .fetch_all(connection)
                .await?;
        self.collations.extend(rows.into_iter().map(|(oid, name)| (oid, name.into())));
        Ok(())
    }
}
