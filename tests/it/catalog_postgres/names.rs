//! Names as hostile as PostgreSQL allows come through exactly, and the SQL that proves a finding runs.

use schema_health::dialect::Dialect;
use sqlx::{AssertSqlSafe, Row};

use super::*;
use crate::servers::postgres::postgres_database;

const HOSTILE: [&str; 12] = [
    "Quoted",
    "a\"b\"",
    "it's; DROP TABLE x; --",
    "new\nline\ttab",
    "<script>alert(1)</script>",
    "Ünïcödé 表 \u{1F980}",
    "with.dot",
    "select",
    "back\\slash",
    " ",
    "123456789012345678901234567890123456789012345678901234567890123",
    "ééééééééééééééééééééééééééééééé",
];

#[tokio::test]
async fn hostile_names_come_through_exactly() {
    let database = postgres_database().await;
    let quote = |name: &str| Dialect::Postgres.quote(name);
    let mut expected: Vec<&str> = HOSTILE.to_vec();
    expected.sort_unstable();
    for (number, name) in HOSTILE.into_iter().enumerate() {
        let q = quote(name);
        // Names of indexes share those of tables, so they stand in tables of plain names.
        database
            .execute(&format!(
                "CREATE TABLE {q} ({q} int); CREATE SCHEMA side{number}; SET search_path = side{number}; \
                 CREATE TABLE public.t{number} ({q} int, b int, CONSTRAINT {q} CHECK (b > 0)); \
                 CREATE TABLE k{number} ({q} int, CONSTRAINT {q} UNIQUE ({q}))"
            ))
            .await;
    }
    let observation = observe(&database).await;
    let names: Vec<&str> = (observation.catalog.actual.tables.keys())
        .map(|it| &*it.name)
        .filter(|name| !name.starts_with('t') || name.len() > 3)
        .collect();
    assert_eq!(names, expected);
    let mut connection = database.connect().await;
    for (number, name) in HOSTILE.into_iter().enumerate() {
        assert_eq!(column_names(table(&observation, name)), [name]);
        let with_check = table(&observation, &format!("t{number}"));
        assert_eq!(with_check.checks[0].name.as_deref(), Some(name));
        let schema = format!("side{number}");
        let side = Target { schema: Some(schema.clone()), ..target(&database.url()) };
        let observation = observe_with(&side, &Default::default()).await.unwrap();
        let keyed = table(&observation, &format!("k{number}"));
        assert_eq!(
            (keyed.uniques[0].name.as_deref(), keyed.uniques[0].parts[0].as_column().map(|it| &**it)),
            (Some(name), Some(name))
        );

        // What a person is told to run finds the object, and only one.
        let mut rows =
            async |sql: String| sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        let dialect = Dialect::Postgres;
        let found =
            rows(format!("SELECT ({})::text IS NOT NULL", dialect.verify_table("public", name))).await;
        assert!(found[0].get::<bool, _>(0), "{name}");
        let column = rows(dialect.verify_column("public", name, name)).await;
        assert_eq!((column.len(), column[0].get::<&str, _>(0)), (1, name));
        let constraints = rows(dialect.verify_constraints("public", &format!("t{number}"))).await;
        assert_eq!((constraints.len(), constraints[0].get::<&str, _>(0)), (1, name));
        let indexes = rows(dialect.verify_indexes(&schema, &format!("k{number}"))).await;
        assert_eq!(indexes.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn the_statements_that_prove_a_finding_run_in_a_schema_of_a_hostile_name() {
    let database = postgres_database().await;
    let mut connection = database.connect().await;
    for schema in HOSTILE {
        database.execute(&format!("CREATE SCHEMA {}", Dialect::Postgres.quote(schema))).await;
        for table in HOSTILE {
            let name = format!("{}.{}", Dialect::Postgres.quote(schema), Dialect::Postgres.quote(table));
            sqlx::query(AssertSqlSafe(format!("CREATE TABLE {name} (id int)")))
                .execute(&mut connection)
                .await
                .unwrap();
            let sql = format!("SELECT ({})::text IS NOT NULL", Dialect::Postgres.verify_table(schema, table));
            let found: bool =
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
            assert!(found, "{schema:?} {table:?}");
        }
        let target = Target { schema: Some(schema.to_owned()), ..target(&database.url()) };
        assert_eq!(
            observe_with(&target, &Default::default()).await.unwrap().catalog.actual.tables.len(),
            HOSTILE.len()
        );
    }
}
