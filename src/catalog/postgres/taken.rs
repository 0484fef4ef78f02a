//! Reads which names are not free for what a plan makes.

use std::collections::BTreeMap;

use sqlx::postgres::types::Oid;

use super::{Session, Snapshot};
use crate::audit::Holder;
use crate::schema::{Name, TableName};

impl Session {
    pub(super) async fn read_taken_names(
        &mut self,
        snapshot: &Snapshot,
    ) -> Result<BTreeMap<TableName, Holder>, sqlx::Error> {
        let oids: Vec<Oid> = snapshot.namespaces.iter().map(|it| it.oid).collect();
        let rows: Vec<(Oid, String, String)> = sqlx::query_as(include_str!("taken_names.sql"))
            .bind(oids)
            .fetch_all(&mut self.connection)
            .await?;
        let mut taken = BTreeMap::new();
        for (namespace, name, holder) in rows {
            let holder = match holder.as_str() {
                "S" => Holder::Sequence,
                "c" => Holder::CompositeType,
                "t" => Holder::Type,
                "p" => Holder::Partition,
                _ => Holder::OfExtension,
            };
            let schema = (snapshot.namespaces.iter())
                .find(|it| it.oid == namespace && it.name != snapshot.audited)
                .map(|it| Name::from(it.name.as_str()));
            let name = TableName { schema, name: name.into() };
            // A relation's name is the stronger claim: it hinders an index too.
            if holder != Holder::Type || !taken.contains_key(&name) {
                taken.insert(name, holder);
            }
        }
        Ok(taken)
    }
}
