//! The texts of expressions: asked for late, briefly, only where needed, and kept by the hash of their tree.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid;

use super::error::{failure, sqlstate};
use super::rows::{Raw, letter};
use crate::catalog::{Budgets, CatalogError};
use crate::migration::Interest;

/// What a text belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Check(Oid),
    Predicate(Oid),
    /// Of an index, the key of this number (from 1).
    Key(Oid, i32),
    /// The same key, if the index names a collation for it.
    Collation(Oid, i32),
    /// Of a relation, the generated column of this number.
    Generated(Oid, i16),
}

#[derive(Debug, Default)]
pub struct Texts {
    known: HashMap<Place, Known>,
    /// By relation, a hash of the names that its trees refer to by number.
    columns: HashMap<u32, u64>,
}

#[derive(Debug)]
struct Known {
    relation: u32,
    hash: i64,
    text: Arc<str>,
}

/// What is to be asked for.
#[derive(Default)]
struct Wanted {
    checks: Vec<Oid>,
    indexes: Vec<Oid>,
    generated: Vec<(Oid, i16)>,
}

/// Nobody's migration should wait for us, nor we for it.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

impl Texts {
    /// The text, if it is known for this very tree.
    pub fn get(&self, place: Place, hash: Option<i64>) -> Option<Arc<str>> {
        let known = self.known.get(&place)?;
        (Some(known.hash) == hash).then(|| Arc::clone(&known.text))
    }

    /// Whether the index names a collation for its key at `position` (from 0), an expression.
    pub fn is_collated(&self, index: Oid, position: usize, hash: Option<i64>) -> bool {
        let number = i32::try_from(position + 1).unwrap_or_default();
        self.get(Place::Collation(index, number), hash).is_some()
    }

    /// Forgets the texts of relations whose columns were renamed, which leaves their trees as they were.
    fn forget_renamed(&mut self, raw: &Raw, relations: &BTreeMap<u32, &str>) {
        let mut hashers: HashMap<u32, DefaultHasher> = HashMap::with_capacity(relations.len());
        for (oid, name) in relations {
            name.hash(hashers.entry(*oid).or_default());
        }
        for column in &raw.columns {
            if let Some(hasher) = hashers.get_mut(&column.relation.0) {
                (column.number, &column.name).hash(hasher);
            }
        }
        let columns: HashMap<u32, u64> = hashers.into_iter().map(|(oid, it)| (oid, it.finish())).collect();
        let before = std::mem::replace(&mut self.columns, columns);
        let same =
            |relation: &u32| self.columns.get(relation).is_some_and(|it| before.get(relation) == Some(it));
        self.known.retain(|_, known| same(&known.relation));
    }

    /// Asks for the texts of the tables of interest that are not known yet, but not for those of tables that
    /// somebody holds or waits to hold exclusively. Returns what could not be had, one sentence each.
    pub async fn complete(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
        interest: &Interest,
        budgets: &Budgets,
    ) -> Result<Vec<String>, CatalogError> {
        let names: HashSet<&str> = interest.expressions.iter().map(|table| &*table.name).collect();
        let relations: BTreeMap<u32, &str> = (raw.relations.iter())
            .filter(|it| names.contains(it.name.as_str()))
            .map(|it| (it.oid.0, it.name.as_str()))
            .collect();
        self.forget_renamed(raw, &relations);
        let hashes = self.hashes(raw, &relations);
        let mut unread: BTreeSet<u32> = BTreeSet::new();
        if hashes.iter().all(|(place, (_, hash))| self.get(*place, Some(*hash)).is_some()) {
            return Ok(Vec::new());
        }
        let locked: Vec<(Oid,)> = sqlx::query_as(include_str!("locked.sql"))
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| failure(&error))?;
        let locked: BTreeSet<u32> = locked.into_iter().map(|(oid,)| oid.0).collect();
        let mut wanted = Wanted::default();
        for (place, (relation, hash)) in &hashes {
            if self.get(*place, Some(*hash)).is_some() {
                continue;
            }
            if locked.contains(relation) {
                unread.insert(*relation);
                continue;
            }
            match place {
                Place::Check(oid) => wanted.checks.push(*oid),
                Place::Predicate(oid) | Place::Key(oid, _) | Place::Collation(oid, _) => {
                    wanted.indexes.push(*oid);
                }
                Place::Generated(relation, number) => wanted.generated.push((*relation, *number)),
            }
        }
        let found = ask(connection, wanted, budgets).await?;
        for (kind, oid, number, text) in found.unwrap_or_default() {
            let place = match kind.as_str() {
                "check" => Place::Check(oid),
                "predicate" => Place::Predicate(oid),
                "key" => Place::Key(oid, number),
                "collation" => Place::Collation(oid, number),
                _ => Place::Generated(oid, i16::try_from(number).unwrap_or_default()),
            };
            // All keys of one index share the hash of its expressions.
            let known = match place {
                Place::Key(oid, _) | Place::Collation(oid, _) => hashes.get(&Place::Key(oid, 0)),
                Place::Check(_) | Place::Predicate(_) | Place::Generated(..) => hashes.get(&place),
            };
            if let (Some(&(relation, hash)), Some(text)) = (known, text) {
                self.known.insert(place, Known { relation, hash, text: text.as_str().into() });
                if let Place::Key(oid, _) = place {
                    self.known.insert(Place::Key(oid, 0), Known { relation, hash, text: "".into() });
                }
            }
        }
        unread.extend(
            (hashes.iter())
                .filter(|(place, (_, hash))| self.get(**place, Some(*hash)).is_none())
                .map(|(_, it)| it.0),
        );
        let name = |relation: &u32| relations.get(relation).copied().unwrap_or_default();
        Ok(unread
            .iter()
            .map(|it| {
                format!(
                    "expressions of table {} were not read: it is locked or being changed just now",
                    name(it)
                )
            })
            .collect())
    }

    /// Every text that the tables of interest have, with its relation and the hash of its tree. The keys of an
    /// index stand under number 0.
    fn hashes(&self, raw: &Raw, relations: &BTreeMap<u32, &str>) -> HashMap<Place, (u32, i64)> {
        let mut hashes = HashMap::new();
        let mut add = |place: Place, relation: Oid, hash: Option<i64>| {
            if let Some(hash) = hash.filter(|_| relations.contains_key(&relation.0)) {
                hashes.insert(place, (relation.0, hash));
            }
        };
        for it in raw.constraints.iter().filter(|it| letter(it.kind) == 'c') {
            add(Place::Check(it.oid), it.relation, it.hash);
        }
        for it in raw.indexes.iter().filter(|it| it.is_valid && !it.is_exclusion) {
            add(Place::Predicate(it.oid), it.relation, it.predicate_hash);
            add(Place::Key(it.oid, 0), it.relation, it.expressions_hash);
        }
        for it in raw.defaults.iter().filter(|it| it.text.is_none()) {
            add(Place::Generated(it.relation, it.number), it.relation, it.hash);
        }
        hashes
    }
}

type Found = Vec<(String, Oid, i32, Option<String>)>;

/// A lock that was not to be had in time, and what deparsing says of a relation that was dropped meanwhile.
const NOT_TO_BE_HAD: [&str; 4] = ["55P03", "XX000", "42P01", "42704"];

/// `None` when they were not to be had in time.
async fn ask(
    connection: &mut PgConnection,
    mut wanted: Wanted,
    budgets: &Budgets,
) -> Result<Option<Found>, CatalogError> {
    if wanted.checks.is_empty() && wanted.indexes.is_empty() && wanted.generated.is_empty() {
        return Ok(Some(Vec::new()));
    }
    wanted.indexes.sort_by_key(|oid| oid.0);
    wanted.indexes.dedup();
    let run = async |connection: &mut PgConnection, sql: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(connection)
            .await
            .map_err(|error| failure(&error))
            .map(drop)
    };
    let patience = budgets.lock.min(LONGEST_WAIT).as_millis().max(1);
    run(&mut *connection, format!("SAVEPOINT texts; SET LOCAL lock_timeout = {patience}")).await?;
    let (relations, numbers): (Vec<Oid>, Vec<i16>) = wanted.generated.into_iter().unzip();
    let found = sqlx::query_as(include_str!("texts.sql"))
        .bind(wanted.checks)
        .bind(wanted.indexes)
        .bind(relations)
        .bind(numbers)
        .fetch_all(&mut *connection)
        .await;
    match found {
        Ok(found) => {
            run(connection, "ROLLBACK TO SAVEPOINT texts".to_owned()).await?;
            Ok(Some(found))
        }
        Err(error) if sqlstate(&error).is_some_and(|it| NOT_TO_BE_HAD.contains(&it.as_str())) => {
            run(connection, "ROLLBACK TO SAVEPOINT texts".to_owned()).await?;
            Ok(None)
        }
        Err(error) => Err(failure(&error)),
    }
}
