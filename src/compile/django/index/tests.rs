//! Indexes and constraints, and what a backend leaves away.

use super::*;
use crate::compile::django::backend::Backend;
use crate::compile::django::expression::tests::facts;
use crate::compile::django::python;
use crate::dialect::Dialect;
use crate::schema::{Index, UniqueConstraint};

const POSTGRES: Backend = Backend { dialect: Dialect::Postgres, django: (5, 2) };
const SQLITE: Backend = Backend { dialect: Dialect::Sqlite, django: (5, 2) };
const MYSQL: Backend = Backend { dialect: Dialect::Mysql, django: (5, 2) };
const MARIADB: Backend = Backend { dialect: Dialect::Mariadb, django: (5, 2) };

/// `USING gin (a, b DESC) INCLUDE (c) WHERE …`, or why there is none.
fn shown(made: Made<Index>) -> String {
    let index = match made {
        Made::It(index) => index,
        Made::Nothing => return "nothing".to_owned(),
        Made::Unseen(why) => return format!("unseen: {why}"),
    };
    let parts: Vec<_> = index.parts.iter().map(|part| part.to_string()).collect();
    let mut text = index.method.map_or_else(String::new, |method| format!("USING {method} "));
    text.push_str(&format!("({})", parts.join(", ")));
    if !index.include.is_empty() {
        text.push_str(&format!(" INCLUDE ({})", index.include.join(", ")));
    }
    if let Some(condition) = index.condition {
        text.push_str(&format!(" WHERE {condition}"));
    }
    text
}

#[track_caller]
fn check_index(backend: Backend, source: &str, expected: &str) {
    let index = ModelIndex::read(&python::value(source));
    assert_eq!(shown(index.made(backend, &facts)), expected, "{source}");
}

#[test]
fn indexes() {
    check_index(POSTGRES, "Index(fields=['name', '-o'], name='x')", "(name, order DESC)");
    check_index(POSTGRES, "Index(fields=['fk'], name='x')", "(fk_id)");
    check_index(POSTGRES, "Index(fields=['fk_id'], name='x')", "(fk_id)");
    check_index(POSTGRES, "Index(Lower('name').desc(), 'a', name='x')", "((LOWER(\"name\")) DESC, a)");
    let partial = "Index(fields=['a'], name='x', condition=Q(flag=True), include=['b'])";
    check_index(POSTGRES, partial, "(a) INCLUDE (b) WHERE \"flag\"");
    check_index(SQLITE, partial, "(a) WHERE \"flag\"");
    check_index(MYSQL, partial, "(a)");
    check_index(MARIADB, "Index(Lower('name'), name='x')", "nothing");
    check_index(MYSQL, "Index(Lower('name'), name='x')", "((LOWER(`name`)))");
    check_index(
        POSTGRES,
        "Index(fields=['nowhere'], name='x')",
        "unseen: a column of the index x is not known",
    );
    let nowhere = "Index(F('nowhere'), name='x')";
    check_index(POSTGRES, nowhere, "unseen: a column of the index x is not known");
    check_index(
        POSTGRES,
        "own.Index(fields=['a'], name='x')",
        "unseen: an index of own.Index, a class that is not known",
    );
}

#[test]
fn kinds_of_indexes() {
    let gin = "postgres.indexes.GinIndex(fields=['name'], name='x', opclasses=['gin_trgm_ops'])";
    check_index(POSTGRES, gin, "USING gin (name gin_trgm_ops)");
    check_index(SQLITE, gin, "(name)");
    let class = "postgres.indexes.GistIndex(OpClass(Lower('name'), name='gist_trgm_ops'), name='x')";
    check_index(POSTGRES, class, "USING gist ((LOWER(\"name\")) gist_trgm_ops)");
    let usual = "postgres.indexes.GinIndex(fields=['name'], name='x', opclasses=['jsonb_ops'])";
    check_index(POSTGRES, usual, "USING gin (name)");
    check_index(POSTGRES, "postgres.indexes.BTreeIndex(fields=['a'], name='x', fillfactor=50)", "(a)");
    check_index(POSTGRES, "postgres.indexes.BrinIndex(fields=['a'], name='x')", "USING brin (a)");
    check_index(POSTGRES, "postgres.indexes.SpGistIndex(fields=['a'], name='x')", "USING spgist (a)");
    check_index(POSTGRES, "postgres.indexes.HashIndex(fields=['a'], name='x')", "USING hash (a)");
    let old = Backend { dialect: Dialect::Mariadb, django: (3, 2) };
    check_index(old, "Index(fields=['-a'], name='x')", "(a DESC)");
    check_index(MARIADB, "Index(fields=['-a'], name='x')", "(a DESC)");
}

fn unique(backend: Backend, source: &str) -> Made<UniqueConstraint> {
    match ModelConstraint::read(&python::value(source)) {
        ModelConstraint::Unique(unique) => unique.made(backend, &facts),
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn uniques_that_a_backend_cannot_have_are_nothing() {
    let sources = [
        ("UniqueConstraint(fields=['a', 'b'], name='x')", "PSMD"),
        ("UniqueConstraint(fields=['a'], name='x', condition=Q(flag=True))", "PS"),
        ("UniqueConstraint(fields=['a'], name='x', include=['b'])", "P"),
        ("UniqueConstraint(fields=['a'], name='x', nulls_distinct=False)", "P"),
        ("UniqueConstraint(Lower('name'), name='x')", "PSM"),
        ("UniqueConstraint(fields=['a'], name='x', deferrable=models.Deferrable.DEFERRED)", "P"),
    ];
    for (source, on) in sources {
        for (letter, backend) in [("P", POSTGRES), ("S", SQLITE), ("M", MYSQL), ("D", MARIADB)] {
            let made = unique(backend, source);
            assert_eq!(matches!(made, Made::It(_)), on.contains(letter), "{source}: {made:?}");
            assert_eq!(made == Made::Nothing, !on.contains(letter), "{source}: {made:?}");
        }
    }
    let Made::It(deferred) = unique(POSTGRES, sources[5].0) else { panic!() };
    assert_eq!(deferred.deferrable, Deferrable::InitiallyDeferred);
    let Made::It(nulls) = unique(POSTGRES, sources[3].0) else { panic!() };
    assert!(nulls.nulls_not_distinct);
}

#[test]
fn other_constraints() {
    for argument in ["check", "condition"] {
        let source = format!("CheckConstraint({argument}=Q(a__gte=F('b')), name='x')");
        let ModelConstraint::Check(check) = ModelConstraint::read(&python::value(&source)) else { panic!() };
        let Made::It(made) = check.made(POSTGRES, &facts) else { panic!() };
        assert_eq!(made.expression.text(), Some("\"a\" >= (\"b\")"));
        assert_eq!(made.columns.iter().map(|name| &**name).collect::<Vec<_>>(), ["a", "b"]);
        let old = Backend { dialect: Dialect::Mysql, django: (2, 2) };
        assert_eq!(check.made(old, &facts), Made::Nothing);
        let old = Backend { dialect: Dialect::Mariadb, django: (2, 2) };
        assert!(matches!(check.made(old, &facts), Made::It(_)), "MariaDB makes what Django 2.2 asks for");
    }
    let unread = "CheckConstraint(check=Q(name__length__gt=3), name='x')";
    let ModelConstraint::Check(check) = ModelConstraint::read(&python::value(unread)) else { panic!() };
    let Made::It(made) = check.made(POSTGRES, &facts) else { panic!() };
    assert_eq!((made.expression, made.columns), (Spelling::Unread, Vec::new()));

    let unseen = "postgres.constraints.ExclusionConstraint(name='x', expressions=pairs())";
    assert!(matches!(ModelConstraint::read(&python::value(unseen)), ModelConstraint::Unknown { .. }));
    let own = "own.Constraint(name='x')";
    assert!(matches!(ModelConstraint::read(&python::value(own)), ModelConstraint::Unknown { .. }));
}
