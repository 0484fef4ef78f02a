//! What a backend makes of an index or a constraint, and what it silently leaves away:
//! `django/db/backends/base/schema.py` and the `features.py` of each backend.

use super::{Key, KeyOf, Made, Method, ModelCheck, ModelExclusion, ModelIndex, ModelUnique, key};
use crate::compile::django::backend::Backend;
use crate::compile::django::expression::{Facts, condition};
use crate::dialect::Dialect;
use crate::schema::{
    Check, Deferrable, Exclusion, Index, IndexPart, MadeAs, Name, Provenance, Spelling, UniqueConstraint,
};

impl Backend {
    /// `supports_expression_indexes`, since Django 3.2; MySQL's server has them since 8.0.13.
    fn indexes_expressions(self) -> bool {
        self.dialect != Dialect::Mariadb
    }

    /// `supports_partial_indexes`.
    fn has_partial_indexes(self) -> bool {
        matches!(self.dialect, Dialect::Postgres | Dialect::Sqlite)
    }

    /// `supports_covering_indexes`.
    fn has_covering_indexes(self) -> bool {
        self.dialect == Dialect::Postgres
    }

    /// `supports_table_check_constraints`; the servers have them since MySQL 8.0.16 and MariaDB 10.2.1. Django 2.2 asks for
    /// them all the same, which MySQL took and forgot at that time.
    fn has_checks(self) -> bool {
        match self.dialect {
            Dialect::Postgres | Dialect::Mariadb | Dialect::Sqlite => true,
            Dialect::Mysql => self.django >= (3, 0),
        }
    }
}

impl ModelIndex {
    /// `BaseDatabaseSchemaEditor.add_index`. The name is left to the caller when it has none.
    pub fn made(&self, backend: Backend, facts: &Facts<'_>) -> Made<Index> {
        if let Some(notice) = &self.notice {
            return Made::Unseen(notice.clone());
        }
        if has_expressions(&self.keys) && !backend.indexes_expressions() {
            return Made::Nothing;
        }
        let Some(parts) = parts(&self.keys, self.method, backend, facts) else {
            return Made::Unseen(format!(
                "a column of the index {} is not known",
                shown(self.name.as_deref())
            ));
        };
        let Some(include) = included(&self.include, backend, facts) else {
            return Made::Unseen(format!(
                "a column of the index {} is not known",
                shown(self.name.as_deref())
            ));
        };
        // Backends without partial indexes make the whole one.
        let condition = (self.condition.as_ref().filter(|_| backend.has_partial_indexes()))
            .map(|condition| key::condition(condition, backend, facts));
        Made::It(Index {
            name: self.name.clone(),
            parts,
            include,
            condition,
            // `USING` is PostgreSQL's alone.
            method: self.method.name().filter(|_| backend.dialect == Dialect::Postgres).map(Name::from),
            provenance: Provenance::default(),
        })
    }
}

impl Method {
    /// By the word that PostgreSQL has for it.
    pub fn named(name: &str) -> Option<Self> {
        const OTHERS: [Method; 8] = [
            Method::Bloom,
            Method::Brin,
            Method::Gin,
            Method::Gist,
            Method::Hash,
            Method::Hnsw,
            Method::IvfFlat,
            Method::SpGist,
        ];
        let other = || OTHERS.into_iter().find(|it| it.name() == Some(name));
        if name == "btree" { Some(Self::BTree) } else { other() }
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::BTree => None,
            Self::Bloom => Some("bloom"),
            Self::Brin => Some("brin"),
            Self::Gin => Some("gin"),
            Self::Gist => Some("gist"),
            Self::Hash => Some("hash"),
            Self::Hnsw => Some("hnsw"),
            Self::IvfFlat => Some("ivfflat"),
            Self::SpGist => Some("spgist"),
        }
    }
}

impl ModelUnique {
    /// `BaseDatabaseSchemaEditor._create_unique_sql` and `_unique_supported`.
    pub fn made(&self, backend: Backend, facts: &Facts<'_>) -> Made<UniqueConstraint> {
        let is_postgres = backend.dialect == Dialect::Postgres;
        let supported = (self.condition.is_none() || backend.has_partial_indexes())
            && (self.deferrable == Deferrable::No || is_postgres)
            && (self.include.is_empty() || backend.has_covering_indexes())
            && (!has_expressions(&self.keys) || backend.indexes_expressions())
            && (self.nulls_distinct.is_none() || is_postgres);
        if !supported {
            return Made::Nothing;
        }
        let (Some(parts), Some(include)) =
            (parts(&self.keys, Method::BTree, backend, facts), included(&self.include, backend, facts))
        else {
            return Made::Unseen(format!("a column of the constraint {} is not known", self.name));
        };
        let has_classes =
            parts.iter().filter_map(|it| it.options.as_ref()).any(|it| it.operator_class.is_some());
        let is_index =
            self.condition.is_some() || !include.is_empty() || has_expressions(&self.keys) || has_classes;
        Made::It(UniqueConstraint {
            name: Some(self.name.clone()),
            parts,
            include,
            condition: self.condition.as_ref().map(|condition| key::condition(condition, backend, facts)),
            nulls_not_distinct: self.nulls_distinct == Some(false),
            deferrable: self.deferrable,
            made_as: if is_index { MadeAs::Index } else { MadeAs::Constraint },
            provenance: Provenance::default(),
        })
    }
}

impl ModelExclusion {
    /// `ExclusionConstraint.constraint_sql` of `django/contrib/postgres/constraints.py`.
    pub fn made(&self, backend: Backend, facts: &Facts<'_>) -> Made<Exclusion> {
        if backend.dialect != Dialect::Postgres {
            return Made::Nothing;
        }
        let (Some(parts), Some(include)) =
            (parts(&self.keys, self.method, backend, facts), included(&self.include, backend, facts))
        else {
            return Made::Unseen(format!("a column of the constraint {} is not known", self.name));
        };
        Made::It(Exclusion {
            name: Some(self.name.clone()),
            parts,
            operators: self.operators.clone(),
            include,
            condition: self.condition.as_ref().map(|condition| key::condition(condition, backend, facts)),
            method: self.method.name().map(Name::from),
            deferrable: self.deferrable,
            provenance: Provenance::default(),
        })
    }
}

impl ModelCheck {
    /// `BaseDatabaseSchemaEditor._create_check_sql`.
    pub fn made(&self, backend: Backend, facts: &Facts<'_>) -> Made<Check> {
        if !backend.has_checks() {
            return Made::Nothing;
        }
        let written = condition(&self.condition, backend, facts);
        let (columns, expression) = match written {
            Some(written) => (written.columns, Spelling::uncertain(written.sql)),
            None => (Vec::new(), Spelling::Unread),
        };
        Made::It(Check {
            name: Some(self.name.clone()),
            columns,
            expression,
            provenance: Provenance::default(),
        })
    }
}

fn has_expressions(keys: &[Key]) -> bool {
    keys.iter().any(|key| matches!(key.of, KeyOf::Expression(_)))
}

fn parts(keys: &[Key], method: Method, backend: Backend, facts: &Facts<'_>) -> Option<Vec<IndexPart>> {
    keys.iter().map(|key| key::part(key, method, backend, facts)).collect()
}

fn included(fields: &[std::sync::Arc<str>], backend: Backend, facts: &Facts<'_>) -> Option<Vec<Name>> {
    if !backend.has_covering_indexes() {
        return Some(Vec::new());
    }
    fields.iter().map(|field| facts(field).map(|fact| fact.column)).collect()
}

fn shown(name: Option<&str>) -> &str {
    name.unwrap_or("without a name")
}
