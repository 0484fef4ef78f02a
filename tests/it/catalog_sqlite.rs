//! What is read from real SQLite files.

use std::time::{Duration, Instant};

use schema_health::audit::{LedgerObservation, Observation};
use schema_health::catalog::{FailureReason, Session};
use schema_health::dialect::Dialect;
use schema_health::migration::Interest;
use schema_health::schema::{Action, Deferrable, IndexKey, Spelling, TableKind};

use crate::observing::{failure, observe_url, table, target};
use crate::servers::sqlite::{SqliteDatabase, sqlite_database};

const LEDGER: &str = "CREATE TABLE django_migrations (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, \
                      app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied datetime NOT NULL)";

async fn observe(database: &SqliteDatabase) -> Observation {
    observe_url(&database.url()).await.unwrap()
}

#[tokio::test]
async fn tables_as_django_makes_them() {
    let database = sqlite_database().await;
    database
        .execute(
            r#"CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
            CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "codename" varchar(100) NOT NULL);
            CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
              "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED,
              "permission_id" integer NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED,
              "age" integer unsigned NOT NULL CHECK ("age" >= 0), "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)));
            CREATE UNIQUE INDEX "both_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
            CREATE INDEX "one_idx" ON "auth_group_permissions" ("group_id");"#,
        )
        .await;
    let observation = observe(&database).await;
    assert_eq!(observation.dialect, Dialect::Sqlite);
    assert!(observation.server_version.starts_with("3."));
    assert_eq!(observation.catalog.actual.tables.len(), 3);
    let group = table(&observation, "auth_group");
    assert!(group.columns[0].auto_increment);
    assert_eq!(group.columns[1].data_type, Spelling::certain("varchar(150)"));
    assert_eq!(group.uniques.len(), 1);
    assert_eq!(group.uniques[0].name, None);
    let through = table(&observation, "auth_group_permissions");
    assert_eq!(&*through.primary_key.as_ref().unwrap().columns[0], "id");
    assert_eq!(through.foreign_keys.len(), 2);
    let key = &through.foreign_keys[0];
    assert_eq!(
        (&*key.columns[0], &*key.references.name, &*key.referenced_columns[0]),
        ("group_id", "auth_group", "id")
    );
    assert_eq!(key.deferrable, Deferrable::InitiallyDeferred);
    assert!(through.columns[2].nullable && !through.columns[1].nullable);
    assert_eq!(through.uniques[0].name.as_deref(), Some("both_uniq"));
    assert_eq!(through.uniques[0].parts.len(), 2);
    assert_eq!(through.indexes[0].name.as_deref(), Some("one_idx"));
    let checks: Vec<_> =
        through.checks.iter().map(|it| (it.expression.text().unwrap(), &*it.columns[0])).collect();
    assert_eq!(checks, [("age >= 0", "age"), ("json_valid(data) or data is null", "data")]);
}

#[tokio::test]
async fn what_the_pragmas_do_not_tell() {
    let database = sqlite_database().await;
    database
        .execute(
            "CREATE TABLE Parent (A INTEGER, B INTEGER, PRIMARY KEY (B, A)) WITHOUT ROWID;
            CREATE TABLE child (id INTEGER PRIMARY KEY, pa INTEGER, pb INTEGER DEFAULT (-1), Name TEXT COLLATE NOCASE DEFAULT 'x',
              twice INTEGER AS (id * 2) VIRTUAL, kept INTEGER GENERATED ALWAYS AS (id * 3) STORED,
              stamp DATETIME DEFAULT CURRENT_TIMESTAMP, empty TEXT DEFAULT NULL,
              CONSTRAINT fk FOREIGN KEY (pb, pa) REFERENCES parent ON DELETE SET NULL ON UPDATE CASCADE,
              CONSTRAINT named UNIQUE (pa, Name), UNIQUE (kept), CONSTRAINT pos CHECK (pa > 0));
            CREATE INDEX i1 ON child (lower(Name) DESC, pa) WHERE pa IS NOT NULL;
            CREATE INDEX i2 ON child (Name COLLATE BINARY);
            CREATE INDEX i3 ON child (Name);
            CREATE VIEW seen AS SELECT id FROM child;
            CREATE VIRTUAL TABLE words USING fts5(body);
            ALTER TABLE child ADD COLUMN late INTEGER REFERENCES parent (a) ON DELETE RESTRICT;
            ALTER TABLE child RENAME TO kid; CREATE VIEW broken AS SELECT gone FROM nowhere;",
        )
        .await;
    let observation = observe(&database).await;
    let names: Vec<_> = observation.catalog.actual.tables.keys().map(|name| &*name.name).collect();
    assert_eq!(names, ["broken", "kid", "parent", "seen", "words"]);
    assert_eq!(table(&observation, "seen").kind, TableKind::View);
    assert_eq!(&*table(&observation, "words").columns[0].name, "body");
    assert_eq!(observation.catalog.unread, Vec::<String>::new());

    let parent = table(&observation, "parent");
    assert_eq!(parent.primary_key.as_ref().unwrap().columns.join(","), "b,a");
    assert!(parent.columns.iter().all(|column| !column.nullable && !column.auto_increment));

    let kid = table(&observation, "kid");
    assert!(kid.columns[0].auto_increment);
    let column = |name: &str| kid.column(name).unwrap();
    assert_eq!(column("pb").default, Some(Spelling::certain("-1")));
    assert_eq!(column("name").default, Some(Spelling::certain("'x'")));
    assert_eq!(column("name").collation.as_deref(), Some("nocase"));
    assert_eq!(column("stamp").default, Some(Spelling::certain("current_timestamp")));
    assert_eq!(column("empty").default, None);
    let generated = |name: &str| column(name).generated.as_ref().unwrap();
    assert_eq!((generated("twice").expression.text(), generated("twice").stored), (Some("id * 2"), false));
    assert_eq!((generated("kept").expression.text(), generated("kept").stored), (Some("id * 3"), true));
    assert_eq!(column("kept").data_type, Spelling::certain("integer"));

    let keys: Vec<_> = (kid.foreign_keys.iter())
        .map(|key| (key.name.as_deref(), key.referenced_columns.join(","), key.on_delete, key.on_update))
        .collect();
    assert_eq!(
        keys,
        [
            (None, "a".to_owned(), Action::Restrict, Action::NoAction),
            (Some("fk"), "b,a".to_owned(), Action::SetNull, Action::Cascade)
        ]
    );
    let uniques: Vec<_> = kid.uniques.iter().map(|it| (it.name.as_deref(), it.parts.len())).collect();
    assert_eq!(uniques, [(Some("named"), 2), (None, 1)]);
    assert_eq!(kid.checks[0].name.as_deref(), Some("pos"));

    let index = |name: &str| kid.indexes.iter().find(|index| index.name.as_deref() == Some(name)).unwrap();
    let first = index("i1");
    assert_eq!(first.condition.as_ref().unwrap().text(), Some("pa is not null"));
    assert_eq!(first.parts[0].key, IndexKey::Expression(Spelling::uncertain("lower(name)")));
    assert!(first.parts[0].options.as_ref().unwrap().descending);
    assert_eq!(first.parts[1].options, None);
    assert_eq!(index("i2").parts[0].options.as_ref().unwrap().collation.as_deref(), Some("binary"));
    assert_eq!(index("i3").parts[0].options, None);
}

#[tokio::test]
async fn the_ledger_in_each_of_its_states() {
    let database = sqlite_database().await;
    let ledger = async || observe(&database).await.ledger;
    assert_eq!(ledger().await, LedgerObservation::Absent { table: "django_migrations".into() });
    database.execute(LEDGER).await;
    assert_eq!(ledger().await, LedgerObservation::Rows(Vec::new()));
    database
        .execute(
            "INSERT INTO django_migrations VALUES (2, 'auth', '0001_initial', '2026-01-14 20:10:00.5'), \
             (1, 'contenttypes', '0001_initial', 'never'), (3, 'auth', '0001_initial', 1768421400)",
        )
        .await;
    let LedgerObservation::Rows(rows) = ledger().await else { panic!("no rows") };
    let told: Vec<_> = (rows.iter())
        .map(|row| (row.migration.to_string(), row.applied_at.map(|it| it.to_string()), row.succeeded))
        .collect();
    assert_eq!(told[0], ("contenttypes.0001_initial".into(), None, true));
    assert_eq!(told[1], ("auth.0001_initial".into(), Some("2026-01-14T20:10:00.5Z".into()), true));
    assert_eq!(told.len(), 3);
    database.execute("ALTER TABLE django_migrations RENAME COLUMN app TO label").await;
    match ledger().await {
        LedgerObservation::Malformed { table, reason } => {
            assert_eq!(table, "django_migrations");
            assert!(reason.contains("app"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_file_that_is_no_database() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| format!("sqlite://{}", directory.path().join(name).display());

    let missing = failure(&path("nothing.db")).await;
    assert_eq!(missing.reason, FailureReason::NoDatabase);
    assert!(missing.message.contains("nothing.db"));
    assert!(!missing.message.contains(directory.path().to_str().unwrap()));
    let writable = failure(&format!("{}?mode=rwc", path("nothing.db"))).await;
    assert_eq!(writable.reason, FailureReason::NoDatabase);
    assert!(!directory.path().join("nothing.db").exists(), "a missing file is never created");

    std::fs::write(directory.path().join("text.db"), "this is a text of more than a few bytes ".repeat(100))
        .unwrap();
    let text = failure(&path("text.db")).await;
    assert_eq!(text.reason, FailureReason::NoDatabase);
    assert!(text.message.contains("not a SQLite database"), "{text}");
    let is_directory = failure(&path("")).await;
    assert_eq!(is_directory.reason, FailureReason::NoDatabase);
    assert!(is_directory.message.contains("directory"), "{is_directory}");
    assert_eq!(failure("sqlite::memory:").await.reason, FailureReason::InvalidUrl);
}

#[tokio::test]
async fn a_locked_file_is_told_within_the_lock_budget() {
    let database = sqlite_database().await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let mut writer = database.connect().await;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut writer).await.unwrap();
    let began = Instant::now();
    let error = session.observe(&Interest::default()).await.unwrap_err();
    assert_eq!(error.reason, FailureReason::Locked);
    assert!(began.elapsed() < Duration::from_secs(2));
    sqlx::query("ROLLBACK").execute(&mut writer).await.unwrap();
    assert!(observe_url(&database.url()).await.is_ok());
}

#[tokio::test]
async fn a_statement_ends_at_its_budget() {
    let database = sqlite_database().await;
    // A view as the ledger that counts for ever.
    database
        .execute(
            "CREATE VIEW django_migrations AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) \
             SELECT max(id) AS id, 'a' AS app, 'b' AS name, 0 AS applied FROM n",
        )
        .await;
    let mut target = target(&database.url());
    target.budgets.statement = Duration::from_millis(200);
    let mut session = Session::open(&target).await.unwrap();
    let began = Instant::now();
    assert_eq!(session.observe(&Interest::default()).await.unwrap_err().reason, FailureReason::Timeout);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn probe_and_fingerprint_move_with_what_they_watch() {
    let database = sqlite_database().await;
    database.execute(LEDGER).await;
    database.execute("CREATE TABLE t (a integer)").await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let probe = session.probe().await.unwrap().unwrap();
    let fingerprint = session.fingerprint().await.unwrap().unwrap();
    assert_eq!(session.probe().await.unwrap().unwrap(), probe);
    assert_eq!(session.fingerprint().await.unwrap().unwrap(), fingerprint);

    database.execute("INSERT INTO t VALUES (1)").await;
    assert_ne!(session.probe().await.unwrap().unwrap(), probe, "any commit moves the probe");
    assert_eq!(
        session.fingerprint().await.unwrap().unwrap(),
        fingerprint,
        "rows do not move the fingerprint"
    );

    database.execute("INSERT INTO django_migrations VALUES (1, 'a', 'b', '2026-01-01')").await;
    let with_row = session.fingerprint().await.unwrap().unwrap();
    assert_ne!(with_row, fingerprint);
    database.execute("CREATE INDEX i ON t (a)").await;
    assert_ne!(session.fingerprint().await.unwrap().unwrap(), with_row);
}

#[tokio::test]
async fn a_restored_file_is_followed() {
    let (database, backup) = (sqlite_database().await, sqlite_database().await);
    backup.execute("CREATE TABLE restored (a integer)").await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let probe = session.probe().await.unwrap();
    assert!(session.observe(&Interest::default()).await.unwrap().catalog.actual.tables.is_empty());
    std::fs::rename(backup.path(), database.path()).unwrap();
    assert_ne!(session.probe().await.unwrap(), probe);
    assert_eq!(session.observe(&Interest::default()).await.unwrap().catalog.actual.tables.len(), 1);
    std::fs::remove_file(database.path()).unwrap();
    assert_eq!(session.probe().await.unwrap_err().reason, FailureReason::NoDatabase);
}

#[tokio::test]
async fn hostile_names_are_names() {
    let database = sqlite_database().await;
    let names = [
        "a\"b",
        "it's",
        "line\nbreak",
        "<script>alert(1)</script>",
        "back`tick",
        "[x]",
        "größe",
        "; DROP TABLE t --",
    ];
    for (number, name) in names.iter().enumerate() {
        let quoted = Dialect::Sqlite.quote(name);
        database
            .execute(&format!(
                "CREATE TABLE {quoted} ({quoted} integer PRIMARY KEY, \"other{number}\" integer \
                 CONSTRAINT {quoted} CHECK ({quoted} > 0) UNIQUE REFERENCES {quoted} ({quoted})); \
                 CREATE INDEX \"i{number} {}\" ON {quoted} ({quoted} DESC)",
                name.replace('"', "\"\"")
            ))
            .await;
    }
    let mut long = "n".repeat(3000);
    long.push_str(" (");
    database.execute(&format!("CREATE TABLE \"{long}\" (\"{long}\" text)")).await;
    let observation = observe(&database).await;
    assert_eq!(observation.catalog.unread, Vec::<String>::new());
    for name in names {
        let name = name.to_lowercase();
        let table = table(&observation, &name);
        assert_eq!(&*table.columns[0].name, name);
        assert_eq!(table.checks[0].name.as_deref(), Some(name.as_str()));
        assert_eq!(&*table.checks[0].columns[0], name);
        assert_eq!(&*table.foreign_keys[0].references.name, name);
        assert_eq!(table.indexes.len(), 1);
        assert_eq!(table.uniques.len(), 1);
    }
    assert_eq!(&*table(&observation, &long).columns[0].name, long);
}

#[tokio::test]
async fn nothing_is_ever_written() {
    let database = sqlite_database().await;
    database.execute("PRAGMA journal_mode = DELETE; CREATE TABLE t (a integer)").await;
    let before = std::fs::read(database.path()).unwrap();
    observe_url(&format!("{}?mode=rwc", database.url())).await.unwrap();
    assert_eq!(std::fs::read(database.path()).unwrap(), before);
    let files: Vec<_> = std::fs::read_dir(database.path().parent().unwrap()).unwrap().collect();
    assert_eq!(files.len(), 1);
}

#[tokio::test]
async fn a_database_in_wal_mode_is_read_beside_its_writer() {
    let database = sqlite_database().await;
    database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a integer)").await;
    let mut writer = database.connect().await;
    sqlx::raw_sql("BEGIN IMMEDIATE; CREATE TABLE half (a integer)").execute(&mut writer).await.unwrap();
    let observation = observe(&database).await;
    assert_eq!(observation.catalog.actual.tables.len(), 1);
}
