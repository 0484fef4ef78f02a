//! The objects stand elsewhere, or never stood: schemas, search paths, databases, routers, roles.

use schema_health::audit::Cause;
use schema_health::dialect::Dialect;

use super::stage::{Stage, first, says};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;
use crate::service::harness::{Site, TestService};

/// The first run made the ledger in `public`; the next found it there, and made its tables in `data`.
#[tokio::test]
async fn ledger_and_data_apart() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url()).in_schema("public");
    stage.manage(&["migrate", "contenttypes"]);
    database.execute("CREATE SCHEMA data").await;
    stage.manage_with(&[("SEARCH_PATH", "data,public")], &["migrate"]);
    let report = stage.report().await;
    let apart = first(&report, "ledger and data apart", Cause::LedgerAndDataApart);
    says(apart, "stand in schema data, which has no ledger");
}

/// A new tenant's schema: its migrations find the ledger of `public`, and nothing to do.
#[tokio::test]
async fn search_path_falls_through() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url()).in_schema("tenant");
    stage.manage(&["migrate"]);
    database
        .execute(&format!(
            "CREATE SCHEMA tenant; ALTER DATABASE {} SET search_path = tenant, public",
            database.name()
        ))
        .await;
    let done = stage.try_manage(&[], &["migrate"]);
    assert!(String::from_utf8_lossy(&done.stdout).contains("No migrations to apply"), "{done:?}");
    let report = stage.report().await;
    let through = first(&report, "search path falls through", Cause::SearchPathFallsThrough);
    says(through, "the first is that of schema public");
    says(through, "that the manifest describes stand in schema public");
    says(through, "the search path of this role is tenant, public");
    says(through, &format!("ALTER DATABASE {} SET search_path=tenant, public", database.name()));
}

/// The tenant's ledger records an app whose tables are made in the shared schema, as django-tenants does it.
#[tokio::test]
async fn app_moved_between_schemas() {
    let database = postgres_database().await;
    database.execute("CREATE SCHEMA tenant").await;
    let stage = Stage::new(Dialect::Postgres, database.url()).in_schema("tenant");
    stage.manage_with(&[("ROUTER", "routers.WithoutShop")], &["migrate"]);
    stage.manage_with(&[("ROUTER", "routers.WithoutBlog"), ("SEARCH_PATH", "tenant")], &["migrate"]);
    let report = stage.report().await;
    let moved = first(&report, "app moved between schemas", Cause::AppMovedBetweenSchemas);
    says(moved, "3 of the 3 missing tables stand in schema public, which has a ledger of its own");
    assert!(moved.summary.contains("blog"), "{moved:#?}");
}

/// `migrate --database=other` by mistake: the application's own database has not even a ledger.
#[tokio::test]
async fn wrong_database() {
    let (here, other) = (sqlite_database().await, sqlite_database().await);
    let stage = Stage::new(Dialect::Sqlite, here.url());
    let url = other.url().replace("sqlite://", "sqlite:");
    stage.manage_with(&[("OTHER_DATABASE_URL", &url)], &["migrate", "--database=other"]);
    let told = told_by_the_service(&stage, &[("here", &here.url()), ("other", &other.url())]).await;
    assert_eq!(told[0]["cause"], "wrong_database", "{told:#}");
    let says = told[0]["evidence_for"].to_string();
    assert!(says.contains("that the manifest describes stand in database other"), "{told:#}");
    println!("wrong database: {}", matrix(&told));
}

/// A database that is another copy of the same application says nothing.
#[tokio::test]
async fn faked_beside_a_whole_sibling() {
    let (here, other) = (sqlite_database().await, sqlite_database().await);
    let stage = Stage::new(Dialect::Sqlite, here.url());
    let url = other.url().replace("sqlite://", "sqlite:");
    stage.manage_with(&[("OTHER_DATABASE_URL", &url)], &["migrate", "--database=other"]);
    stage.manage(&["migrate", "shop", "0002"]);
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "--fake"]);
    let told = told_by_the_service(&stage, &[("here", &here.url()), ("other", &other.url())]).await;
    assert_eq!(told[0]["cause"], "faked", "{told:#}");
    assert_eq!(told[0]["evidence_against"], serde_json::json!([]), "{told:#}");
    println!("faked beside a whole sibling: {}", matrix(&told));
}

/// The diagnosis of the first of these databases, once the others have been audited too.
async fn told_by_the_service(stage: &Stage, databases: &[(&str, &str)]) -> serde_json::Value {
    let lines: String = databases
        .iter()
        .map(|(name, url)| format!("  {name}: {{url: \"{url}\", manifest: manifest.json}}\n"))
        .collect();
    let site = Site::with_manifest("", &format!("interval: 1s\nconfirm_after: 0s\ndatabases:\n{lines}"));
    std::fs::write(site.folder.path().join("manifest.json"), stage.manifest().to_json()).unwrap();
    let service = TestService::start_audited(&site).await;
    service.audit(databases[0].0).await;
    service.audit(databases[0].0).await["diagnosis"].clone()
}

fn matrix(told: &serde_json::Value) -> String {
    let row = |it: &serde_json::Value| format!("{} {}", it["cause"].as_str().unwrap(), it["rank"]);
    told.as_array().unwrap().iter().map(row).collect::<Vec<_>>().join(", ")
}

/// Somebody ran the statements by hand in the wrong database, and recorded them in the right one.
#[tokio::test]
async fn statements_run_in_the_wrong_database() {
    let (here, other) = (postgres_database().await, postgres_database().await);
    let stage = Stage::new(Dialect::Postgres, here.url());
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "blog"]);
    stage.manage(&["migrate", "shop", "0002"]);
    let url = other.url();
    stage.manage_with(&[("DATABASE_URL", &url)], &["migrate", "auth"]);
    stage.manage_with(&[("DATABASE_URL", &url)], &["migrate", "shop", "0002"]);
    for number in ["0003", "0004"] {
        let statements = stage.try_manage(&[], &["sqlmigrate", "shop", number]).stdout;
        other.execute(&String::from_utf8(statements).unwrap()).await;
    }
    stage.manage(&["migrate", "--fake", "shop"]);
    let told = told_by_the_service(&stage, &[("here", &here.url()), ("other", &url)]).await;
    println!("statements run in the wrong database: {}", matrix(&told));
    assert_eq!(told[0]["cause"], "wrong_database", "{told:#}");
    let says = told[0]["evidence_for"].to_string();
    assert!(says.contains("3 of the 3 missing tables stand in database other"), "{told:#}");
    assert!(says.contains("the ledger of other does not promise 3 of them"), "{told:#}");
}

/// What the role may not look at is told, and costs nothing else.
#[tokio::test]
async fn evidence_that_is_denied_is_told() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate"]);
    let role = database.role().await;
    database
        .execute(&format!(
            "GRANT SELECT ON django_migrations TO {role}; DROP TABLE shop_customer CASCADE; \
             REVOKE SELECT ON pg_catalog.pg_db_role_setting FROM PUBLIC"
        ))
        .await;
    let report = stage.report_at(&database.url_of(&role)).await;
    first(&report, "dropped, seen by a role that may not see all", Cause::DroppedByHand);
    let remark = "looking for what tells why: settings of search_path could not be looked at";
    assert!(report.remarks.iter().any(|it| it.starts_with(remark)), "{:?}", report.remarks);
}

/// Audited at `url`.
async fn router_skipped(stage: Stage, url: &str) {
    stage.manage_with(&[("ROUTER", "routers.WithoutBlog")], &["migrate"]);
    let report = stage.report_at(url).await;
    let router = first(&report, &format!("router skipped on {}", stage.dialect), Cause::RouterSkipped);
    says(router, "all 3 tables of blog are missing");
    says(router, "between rows of migrations that were run");
}

#[tokio::test]
async fn router_skipped_on_postgres() {
    let database = postgres_database().await;
    router_skipped(Stage::new(Dialect::Postgres, database.url()), &database.url()).await;
}

#[tokio::test]
async fn router_skipped_on_mysql() {
    let mut database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    // By nobody who sees the databases of other tests: they may have just the tables that are missing here.
    let url = database.user_url(&["ALL ON {db}.*"]).await;
    router_skipped(stage, &url).await;
}

#[tokio::test]
async fn router_skipped_on_sqlite() {
    let database = sqlite_database().await;
    router_skipped(Stage::new(Dialect::Sqlite, database.url()), &database.url()).await;
}

#[tokio::test]
async fn role_cannot_see() {
    let mut database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate"]);
    let url = database.user_url(&["SELECT ON {db}.django_migrations", "SELECT ON {db}.shop_customer"]).await;
    let report = stage.report_at(&url).await;
    let role = first(&report, "role cannot see", Cause::RoleCannotSee);
    assert!(role.check.as_ref().is_some_and(|it| it.contains("GRANT REFERENCES")), "{role:#?}");
}
