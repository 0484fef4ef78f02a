//! More than one schema, and names that are not what they seem.

use schema_health::catalog::Target;
use schema_health::migration::Interest;
use schema_health::schema::TableName;

use super::{observe, observe_texts, observe_with, table, table_names, target};
use crate::servers::postgres::postgres_database;

fn lines<T: ToString>(objects: &[T]) -> Vec<String> {
    let mut lines: Vec<String> = objects.iter().map(ToString::to_string).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn a_foreign_key_leads_out_of_the_audited_schema() {
    let database = postgres_database().await;
    database
        .execute(
            "CREATE SCHEMA tenant; CREATE TABLE public.shared (id int PRIMARY KEY);
            CREATE SCHEMA third; CREATE TABLE third.t (x int PRIMARY KEY);
            CREATE TABLE tenant.own (id int PRIMARY KEY, shared int REFERENCES public.shared,
                                     third int REFERENCES third.t);",
        )
        .await;
    let tenant = Target { schema: Some("tenant".to_owned()), ..target(&database.url()) };
    let observation = observe_with(&tenant, &Interest::default()).await.unwrap();
    assert_eq!(table_names(&observation), ["own"]);
    assert_eq!(
        lines(&table(&observation, "own").foreign_keys),
        ["FOREIGN KEY (shared) REFERENCES public.shared (id)", "FOREIGN KEY (third) REFERENCES third.t (x)"]
    );
    assert_eq!(observation.catalog.unread, Vec::<String>::new());

    let beside = Interest { schemas: ["tenant".to_owned()].into(), ..Interest::default() };
    let observation = observe_with(&target(&database.url()), &beside).await.unwrap();
    assert_eq!(table_names(&observation), ["shared", "tenant.own"]);
    let own = &observation.catalog.actual.tables[&TableName::qualified("tenant", "own")];
    assert_eq!(
        lines(&own.foreign_keys),
        ["FOREIGN KEY (shared) REFERENCES shared (id)", "FOREIGN KEY (third) REFERENCES third.t (x)"]
    );
}

/// One manifest serves many tenants: none of them writes its own schema before its types.
#[tokio::test]
async fn types_of_the_audited_schema_are_written_without_it() {
    let database = postgres_database().await;
    database
        .execute(
            "CREATE EXTENSION citext; CREATE SCHEMA tenant; CREATE SCHEMA other;
            CREATE TYPE tenant.mood AS ENUM ('a'); CREATE TYPE other.mood AS ENUM ('a');
            CREATE TABLE tenant.t (own tenant.mood DEFAULT 'a', extension citext, theirs other.mood, many tenant.mood[]);",
        )
        .await;
    let tenant = Target { schema: Some("tenant".to_owned()), ..target(&database.url()) };
    let observation = observe_with(&tenant, &Interest::default()).await.unwrap();
    assert_eq!(
        lines(&table(&observation, "t").columns),
        ["extension citext NULL", "many mood[] NULL", "own mood NULL DEFAULT 'a'", "theirs other.mood NULL"]
    );
}

#[tokio::test]
async fn an_operator_class_is_told_only_where_it_says_something() {
    let database = postgres_database().await;
    database
        .execute(
            "CREATE EXTENSION citext; CREATE TABLE t (v varchar(20), k citext, i cidr, e text);
            CREATE INDEX ON t (v); CREATE INDEX ON t (v varchar_ops, i); CREATE INDEX ON t (v varchar_pattern_ops);
            CREATE INDEX ON t (k); CREATE INDEX ON t (k text_ops); CREATE INDEX ON t (k, lower(e) text_pattern_ops);",
        )
        .await;
    let observation = observe_texts(&database, &["t"]).await;
    let expression = schema_health::dialect::Dialect::Postgres.canonical_expression("lower(e)");
    let mut expected = vec![
        "INDEX (v)".to_owned(),
        "INDEX (v, i)".to_owned(),
        "INDEX (v varchar_pattern_ops)".to_owned(),
        "INDEX (k)".to_owned(),
        // A default, but of another type: it compares with regard to case.
        "INDEX (k text_ops)".to_owned(),
        format!("INDEX (k, ({expression}) text_pattern_ops)"),
    ];
    expected.sort();
    assert_eq!(lines(&table(&observation, "t").indexes), expected);
}

#[tokio::test]
async fn where_the_role_looks_is_asked_at_each_audit() {
    let database = postgres_database().await;
    database.execute("CREATE TABLE of_public (a int)").await;
    let mut session = schema_health::catalog::Session::open(&target(&database.url())).await.unwrap();
    assert_eq!(&*session.observe(&Interest::default()).await.unwrap().schema, "public");
    // "$user" comes first in the search path as soon as there is such a schema.
    let owner = observe(&database).await;
    assert_eq!(table_names(&owner), ["of_public"]);
    database.execute("DO $$ BEGIN EXECUTE format('CREATE SCHEMA %I', current_user); END $$").await;
    let later = session.observe(&Interest::default()).await.unwrap();
    assert_ne!(&*later.schema, "public");
    assert!(later.catalog.actual.tables.is_empty());
    session.close().await;
}

/// PostgreSQL 18 knows constraints that promise less than their namesakes; older servers have none to leave out.
#[tokio::test]
async fn a_constraint_that_is_not_enforced_is_not_there() {
    let database = postgres_database().await;
    let mut connection = database.connect().await;
    let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::integer")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let (not_enforced, expected) = if version >= 180_000 { ("NOT ENFORCED", 0) } else { ("", 1) };
    database
        .execute(&format!(
            "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE);
            CREATE TABLE t (a int, b text, CHECK (a > 0) {not_enforced},
                            FOREIGN KEY (a) REFERENCES p {not_enforced}, FOREIGN KEY (b) REFERENCES p (code));"
        ))
        .await;
    let observation = observe(&database).await;
    let t = table(&observation, "t");
    assert_eq!((t.checks.len(), t.foreign_keys.len()), (expected, 1 + expected));
    assert_eq!(observation.catalog.unread.len(), 2 * (1 - expected));
    assert_eq!(table(&observation, "p").uniques.len(), 1);
    if version >= 180_000 {
        database
            .execute(
                "CREATE EXTENSION btree_gist;
                CREATE TABLE v (a int, at daterange, c int GENERATED ALWAYS AS (a + 1) VIRTUAL NOT NULL,
                                PRIMARY KEY (a, at WITHOUT OVERLAPS));",
            )
            .await;
        let observation = observe_texts(&database, &["v"]).await;
        let v = table(&observation, "v");
        assert_eq!((v.primary_key.is_none(), v.uniques.len(), v.indexes.len()), (true, 0, 0));
        assert!(!v.columns[2].generated.as_ref().unwrap().stored);
    }
}
