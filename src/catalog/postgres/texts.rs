//! The texts of expressions: asked for late, briefly, only where needed, and kept by the hash of their tree.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::RandomState;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid;

use super::error::{has_changed_meanwhile, sqlstate};
use super::rows::{Raw, TreeHash, vector};
use crate::catalog::Budgets;
use crate::migration::Interest;
use crate::schema::Pool;

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

impl Place {
    /// Itself, or the key whose collation it is.
    fn with_text(self) -> Self {
        match self {
            Self::Collation(index, number) => Self::Key(index, number),
            Self::Check(_) | Self::Predicate(_) | Self::Key(..) | Self::Generated(..) => self,
        }
    }
}

#[derive(Debug, Default)]
pub struct Texts {
    known: HashMap<Place, Known, RandomState>,
    /// By which versions are hashed, the same at each read.
    hashing: RandomState,
    /// How many texts were asked for over this connection.
    asked: usize,
}

#[derive(Debug)]
struct Known {
    version: u64,
    text: Arc<str>,
}

/// A text that is to be known, with its relation.
#[derive(Clone, Copy, Debug)]
struct Sought {
    relation: u32,
    /// A hash of the stored tree and of the names of the table and its columns, which the tree knows by number.
    version: u64,
}

/// Nobody's migration should wait for us, nor we for it.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// Of every table whose texts it was asked for, a server's process keeps some 5 KB as long as it lives.
const MANY: usize = 500;

/// After so many tries somebody keeps locking tables between two of our statements.
const TRIES: usize = 3;

impl Texts {
    pub fn get(&self, place: Place) -> Option<&Arc<str>> {
        self.known.get(&place).map(|it| &it.text)
    }

    /// Whether the index names a collation for its key of this number, an expression.
    pub fn is_collated(&self, index: Oid, number: i32) -> bool {
        self.known.contains_key(&Place::Collation(index, number))
    }

    /// Asks for the texts of the tables of interest that are not known yet, but not for those of tables that
    /// somebody holds or waits to hold exclusively. Returns what could not be had, one sentence each.
    pub async fn complete(
        &mut self,
        connection: &mut PgConnection,
        raw: &Raw,
        interest: &Interest,
        budgets: &Budgets,
    ) -> Result<Vec<String>, sqlx::Error> {
        let names: HashSet<&str> = interest.expressions.iter().map(|table| &*table.name).collect();
        let relations: BTreeMap<u32, &str> = (raw.relations.iter())
            .filter(|it| names.contains(&*it.name))
            .map(|it| (it.oid.0, &*it.name))
            .collect();
        let mut sought = self.sought(raw, &relations);
        self.known.retain(|place, known| {
            sought.get(&place.with_text()).is_some_and(|it| it.version == known.version)
        });
        let mut patience = budgets.lock.min(LONGEST_WAIT);
        for _ in 0..TRIES {
            sought.retain(|place, _| !self.known.contains_key(place));
            if sought.is_empty() {
                break;
            }
            let locked = locked_relations(connection).await?;
            let open: HashMap<Place, Sought, RandomState> = (sought.iter())
                .filter(|(_, it)| !locked.contains(&it.relation))
                .map(|(k, v)| (*k, *v))
                .collect();
            if open.is_empty() {
                break;
            }
            self.asked += open.len();
            match ask(connection, &open, patience).await? {
                Answer::Found(found) => {
                    self.keep(&open, found);
                    break;
                }
                // Somebody came between the two statements: look again, and wait less.
                Answer::Locked => patience /= 4,
                Answer::Changed => {}
            }
        }
        sought.retain(|place, _| !self.known.contains_key(place));
        let unread: BTreeSet<&str> =
            sought.values().filter_map(|it| relations.get(&it.relation).copied()).collect();
        let sentence = |table: &&str| {
            format!("expressions of table {table} were not read: it was locked or being changed just then")
        };
        Ok(unread.iter().map(sentence).collect())
    }

    fn keep(
        &mut self,
        open: &HashMap<Place, Sought, RandomState>,
        found: Vec<(String, Oid, i32, Option<String>)>,
    ) {
        let mut shared = Pool::default();
        for (kind, oid, number, text) in found {
            let place = match kind.as_str() {
                "check" => Place::Check(oid),
                "predicate" => Place::Predicate(oid),
                "key" => Place::Key(oid, number),
                "collation" => Place::Collation(oid, number),
                _ => Place::Generated(oid, i16::try_from(number).unwrap_or_default()),
            };
            if let (Some(sought), Some(text)) = (open.get(&place.with_text()), text) {
                self.known.insert(place, Known { version: sought.version, text: shared.text(&text) });
            }
        }
    }

    /// Every text that the tables of interest have.
    fn sought(&self, raw: &Raw, relations: &BTreeMap<u32, &str>) -> HashMap<Place, Sought, RandomState> {
        let mut all = HashMap::default();
        let words: Vec<u64> = raw.words.texts().iter().map(|it| self.hashing.hash_one(it)).collect();
        // Those of the table at which the last row stood: rows come sorted.
        let mut last: Option<(u32, u64)> = None;
        let mut add = |place: Place, relation: Oid, hash: Option<TreeHash>| {
            let Some((hash, name)) = hash.zip(relations.get(&relation.0)) else { return };
            let names = match last {
                Some((of, names)) if of == relation.0 => names,
                Some(_) | None => {
                    let mut names = self.hashing.build_hasher();
                    name.hash(&mut names);
                    for column in raw.columns_of(relation) {
                        (column.number, words.get(raw.form(column).name.place())).hash(&mut names);
                    }
                    names.finish()
                }
            };
            last = Some((relation.0, names));
            all.insert(place, Sought { relation: relation.0, version: self.hashing.hash_one((names, hash)) });
        };
        for it in raw.constraints.iter().filter(|it| raw.constraint_form(it).kind == b'c') {
            add(Place::Check(it.oid), it.relation, it.hash);
        }
        for it in &raw.indexes {
            let form = raw.index_form(it);
            if !form.is_valid {
                continue;
            }
            add(Place::Predicate(it.oid), it.relation, it.predicate_hash);
            let Some(_) = it.expressions_hash else { continue };
            let keys = vector::<i16>(raw.words.text_at(form.columns));
            for (number, _) in (1..).zip(keys.take(form.key_count.into())).filter(|(_, column)| *column == 0)
            {
                add(Place::Key(it.oid, number), it.relation, it.expressions_hash);
            }
        }
        for it in raw.defaults.iter().filter(|it| it.text.is_none()) {
            add(Place::Generated(it.relation, it.number), it.relation, it.hash);
        }
        all
    }

    /// Whether so many texts were asked for that the server keeps a good part of its memory for what it opened.
    pub fn have_swollen_the_server(&self) -> bool {
        self.asked >= MANY
    }

    /// Keeps what is known, over another connection.
    pub fn reconnected(&mut self) {
        self.asked = 0;
    }
}

async fn locked_relations(connection: &mut PgConnection) -> Result<HashSet<u32>, sqlx::Error> {
    let locked: Vec<(Oid,)> = sqlx::query_as(include_str!("locked.sql")).fetch_all(connection).await?;
    Ok(locked.into_iter().map(|(oid,)| oid.0).collect())
}

enum Answer {
    Found(Vec<(String, Oid, i32, Option<String>)>),
    /// A lock was not to be had in time.
    Locked,
    /// Something asked for is in our snapshot but no longer there.
    Changed,
}

async fn ask(
    connection: &mut PgConnection,
    open: &HashMap<Place, Sought, RandomState>,
    patience: Duration,
) -> Result<Answer, sqlx::Error> {
    let (mut checks, mut indexes, mut relations, mut numbers) = (vec![], BTreeSet::new(), vec![], vec![]);
    for place in open.keys() {
        match place {
            Place::Check(oid) => checks.push(*oid),
            Place::Predicate(oid) | Place::Key(oid, _) | Place::Collation(oid, _) => {
                indexes.insert(oid.0);
            }
            Place::Generated(relation, number) => {
                relations.push(*relation);
                numbers.push(*number);
            }
        }
    }
    let begin = format!("SAVEPOINT texts; SET LOCAL lock_timeout = {}", patience.as_millis().max(1));
    sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *connection).await?;
    let found = sqlx::query_as(include_str!("texts.sql"))
        .bind(checks)
        .bind(indexes.into_iter().map(Oid).collect::<Vec<_>>())
        .bind(relations)
        .bind(numbers)
        .fetch_all(&mut *connection)
        .await;
    let answer = match found {
        Ok(found) => Answer::Found(found),
        Err(error) => match sqlstate(&error).as_str() {
            "55P03" => Answer::Locked,
            code if has_changed_meanwhile(code) => Answer::Changed,
            _ => return Err(error),
        },
    };
    // Gives up the locks too.
    sqlx::raw_sql("ROLLBACK TO SAVEPOINT texts").execute(connection).await?;
    Ok(answer)
}
