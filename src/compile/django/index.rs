//! `Meta.indexes` and `Meta.constraints`: what they say, and what a backend makes of them.

mod key;
mod made;
mod read;

use std::sync::Arc;

use super::field::Scalar;
use super::project::Value;
use crate::schema::{Deferrable, Name, Spelling};

/// What a backend makes of something that a model's `Meta` says.
#[derive(Clone, Debug, PartialEq)]
pub enum Made<T> {
    It(T),
    /// Nothing, without a word: the backend cannot have it.
    Nothing,
    /// Something that could not be seen through: why, in one sentence. The table is a blind spot.
    Unseen(String),
}

impl<T> Made<T> {
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Made<U> {
        match self {
            Self::It(it) => Made::It(make(it)),
            Self::Nothing => Made::Nothing,
            Self::Unseen(reason) => Made::Unseen(reason),
        }
    }
}

/// What an index or an expression needs to know of a field.
#[derive(Clone, Debug)]
pub struct ColumnFact {
    pub column: Name,
    /// The type in the dialect's words.
    pub data_type: Spelling,
    /// Of a relation: that of the key it ends in. `None` when it is not known.
    pub scalar: Option<Scalar>,
    pub relation: bool,
    /// `Query.is_nullable`: what the field says, whatever the column is.
    pub nullable: bool,
}

/// An element of `Meta.indexes`.
#[derive(Clone, Debug)]
pub struct ModelIndex {
    /// Always there in migrations, except those written by hand.
    pub name: Option<Arc<str>>,
    pub method: Method,
    pub keys: Vec<Key>,
    pub include: Vec<Arc<str>>,
    pub condition: Option<Value>,
    /// What was not seen through, in one sentence: then nothing else here is to be relied on but the name.
    pub notice: Option<String>,
}

/// One key of an index or a unique constraint.
#[derive(Clone, Debug)]
pub struct Key {
    pub of: KeyOf,
    pub descending: bool,
    pub operator_class: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
pub enum KeyOf {
    Field(Arc<str>),
    Expression(Value),
}

/// The kinds of indexes of `django.db.models` and `django.contrib.postgres.indexes`, and those of pgvector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    BTree,
    Bloom,
    Brin,
    Gin,
    Gist,
    Hash,
    Hnsw,
    IvfFlat,
    SpGist,
}

/// An element of `Meta.constraints`.
#[derive(Clone, Debug)]
pub enum ModelConstraint {
    Unique(ModelUnique),
    Check(ModelCheck),
    Exclusion(ModelExclusion),
    /// Of a class that is not known, or not seen through: why, in one sentence.
    Unknown {
        name: Option<Arc<str>>,
        notice: String,
    },
}

#[derive(Clone, Debug)]
pub struct ModelUnique {
    pub name: Arc<str>,
    pub keys: Vec<Key>,
    pub include: Vec<Arc<str>>,
    pub condition: Option<Value>,
    pub deferrable: Deferrable,
    pub nulls_distinct: Option<bool>,
}

/// PostgreSQL's.
#[derive(Clone, Debug)]
pub struct ModelExclusion {
    pub name: Arc<str>,
    pub method: Method,
    pub keys: Vec<Key>,
    /// One for each key.
    pub operators: Vec<Arc<str>>,
    pub include: Vec<Arc<str>>,
    pub condition: Option<Value>,
    pub deferrable: Deferrable,
}

#[derive(Clone, Debug)]
pub struct ModelCheck {
    pub name: Arc<str>,
    pub condition: Value,
}

impl ModelConstraint {
    pub fn name(&self) -> Option<&Arc<str>> {
        match self {
            Self::Unique(unique) => Some(&unique.name),
            Self::Check(check) => Some(&check.name),
            Self::Exclusion(exclusion) => Some(&exclusion.name),
            Self::Unknown { name, .. } => name.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests;
