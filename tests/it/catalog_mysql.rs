//! What is read from a real MariaDB or MySQL server.

use std::time::{Duration, Instant};

use schema_health::audit::{LedgerObservation, Observation, Visibility};
use schema_health::catalog::{FailureReason, Session};
use schema_health::dialect::{Dialect, mysql};
use schema_health::migration::Interest;
use schema_health::schema::{Action, IndexPart, Spelling, TableKind, TableName};
use sqlx::{AssertSqlSafe, Connection};

use crate::observing::{failure, observe_target, observe_url, table, target};
use crate::servers::mysql::{MysqlDatabase, mysql_database};

const LEDGER: &str = "CREATE TABLE django_migrations (id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, \
                      app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied datetime(6) NOT NULL)";

async fn observe(database: &MysqlDatabase) -> Observation {
    observe_url(&database.url()).await.unwrap()
}

#[tokio::test]
async fn tables_as_django_makes_them() {
    let database = mysql_database().await;
    database
        .execute(
            "CREATE TABLE auth_group (id integer AUTO_INCREMENT NOT NULL PRIMARY KEY, name varchar(150) NOT NULL UNIQUE);
            CREATE TABLE auth_permission (id integer AUTO_INCREMENT NOT NULL PRIMARY KEY, codename varchar(100) NOT NULL);
            CREATE TABLE auth_group_permissions (id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
              group_id integer NOT NULL, permission_id integer NULL, age integer UNSIGNED NOT NULL CHECK (`age` >= 0),
              active bool NOT NULL, made datetime(6) NOT NULL, price numeric(10, 2) NULL, ratio double precision NULL,
              body longtext NOT NULL, data json NOT NULL);
            ALTER TABLE auth_group_permissions ADD CONSTRAINT both_uniq UNIQUE (group_id, permission_id);
            ALTER TABLE auth_group_permissions ADD CONSTRAINT fk_group FOREIGN KEY (group_id) REFERENCES auth_group (id);
            ALTER TABLE auth_group_permissions ADD CONSTRAINT fk_perm FOREIGN KEY (permission_id) REFERENCES auth_permission (id);
            CREATE INDEX one_idx ON auth_group_permissions (made)",
        )
        .await;
    let observation = observe(&database).await;
    assert_eq!(observation.dialect, database.dialect);
    assert_eq!(&*observation.schema, database.name);
    assert_eq!(observation.catalog.visibility, Visibility::Full);
    assert_eq!(observation.catalog.actual.tables.len(), 3);
    let group = table(&observation, "auth_group");
    assert!(group.columns[0].auto_increment && !group.columns[0].nullable);
    assert_eq!(group.columns[0].data_type, Spelling::certain("int"));
    assert_eq!(group.uniques[0].name.as_deref(), Some("name"));

    let through = table(&observation, "auth_group_permissions");
    let types: Vec<_> = through.columns.iter().map(|column| column.data_type.text().unwrap()).collect();
    assert_eq!(
        types,
        [
            "bigint",
            "int",
            "int",
            "int unsigned",
            "tinyint(1)",
            "datetime(6)",
            "decimal(10,2)",
            "double",
            "longtext",
            "json"
        ]
    );
    assert!(through.columns.iter().all(|column| column.default.is_none()), "{:?}", through.columns);
    assert_eq!(&*through.primary_key.as_ref().unwrap().columns[0], "id");
    assert!(through.column("permission_id").unwrap().nullable);
    let keys: Vec<_> = (through.foreign_keys.iter())
        .map(|key| {
            (
                key.name.as_deref().unwrap(),
                &*key.columns[0],
                key.references.to_string(),
                &*key.referenced_columns[0],
            )
        })
        .collect();
    assert_eq!(
        keys,
        [
            ("fk_group", "group_id", "auth_group".to_owned(), "id"),
            ("fk_perm", "permission_id", "auth_permission".to_owned(), "id")
        ]
    );
    assert_eq!(through.uniques[0].parts.len(), 2);
    let own: Vec<_> = (through.indexes.iter())
        .filter(|index| !mysql::is_server_made_index(through, index))
        .map(|index| index.name.as_deref().unwrap())
        .collect();
    assert_eq!(own, ["one_idx"], "the index of fk_perm is the server's");
    assert_eq!(through.indexes.len(), 2);
    let own: Vec<_> = (through.checks.iter())
        .filter(|check| !mysql::is_server_made_check(through, check))
        .map(|check| (check.expression.text().unwrap(), &*check.columns[0]))
        .collect();
    assert_eq!(own, [("age >= 0", "age")]);
}

#[tokio::test]
async fn what_is_seldom_used() {
    let database = mysql_database().await;
    database
        .execute(
            "CREATE TABLE Parent (a int, b int, PRIMARY KEY (b, a));
            CREATE TABLE kid (id int PRIMARY KEY, pa int, pb int DEFAULT -1, Name varchar(30) COLLATE utf8mb4_bin DEFAULT 'it''s \\\\ x',
              twice int AS (pa * 2) VIRTUAL, kept int GENERATED ALWAYS AS (id * 3) STORED, body text,
              stamp datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), blank varchar(3) DEFAULT NULL,
              kind enum('a', 'b''c') DEFAULT 'a', flag bool DEFAULT TRUE, price decimal(10,2) DEFAULT 1.5, sum int DEFAULT (1 + 2),
              spot point NOT NULL, word varchar(4) DEFAULT 'NULL',
              CONSTRAINT fk FOREIGN KEY (pb, pa) REFERENCES Parent (b, a) ON DELETE CASCADE ON UPDATE RESTRICT,
              CONSTRAINT pos CHECK (pa > 0 AND Name <> 'x'), KEY pre (Name(5), pa DESC), FULLTEXT KEY words (body), SPATIAL KEY spots (spot));
            CREATE VIEW seen AS SELECT id FROM kid;
            CREATE TABLE gone (a int); CREATE VIEW broken AS SELECT a FROM gone; DROP TABLE gone;
            CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3",
        )
        .await;
    let observation = observe(&database).await;
    let names: Vec<_> = observation.catalog.actual.tables.keys().map(|name| &*name.name).collect();
    let parent = if observation.naming.fold_tables { "parent" } else { "Parent" };
    assert_eq!(names.len(), 5, "{names:?}");
    assert_eq!(table(&observation, "seen").kind, TableKind::View);
    assert_eq!(table(&observation, "broken").kind, TableKind::View);
    assert_eq!(table(&observation, parent).primary_key.as_ref().unwrap().columns.join(","), "b,a");

    let kid = table(&observation, "kid");
    let column = |name: &str| kid.column(name).unwrap();
    let default = |name: &str| column(name).default.clone();
    assert_eq!(default("pb"), Some(Spelling::certain("-1")));
    assert_eq!(default("name"), Some(Spelling::certain("'it''s \\\\ x'")));
    assert_eq!(default("stamp"), Some(Spelling::certain("current_timestamp(6)")));
    assert_eq!(default("blank"), None);
    assert_eq!(default("word"), Some(Spelling::certain("'NULL'")));
    assert_eq!(default("kind"), Some(Spelling::certain("'a'")));
    assert_eq!(default("flag"), Some(Spelling::certain("1")));
    assert_eq!(default("price"), Some(Spelling::certain("1.5")));
    assert_eq!(default("sum"), Some(Spelling::uncertain("1 + 2")));
    assert_eq!(column("kind").data_type, Spelling::certain("enum('a','b''c')"));
    assert_eq!(column("name").collation.as_deref(), Some("utf8mb4_bin"));
    let generated = |name: &str| column(name).generated.as_ref().unwrap();
    assert_eq!((generated("twice").expression.text(), generated("twice").stored), (Some("pa * 2"), false));
    assert_eq!((generated("kept").expression.text(), generated("kept").stored), (Some("id * 3"), true));

    let key = &kid.foreign_keys[0];
    assert_eq!((key.columns.join(","), key.referenced_columns.join(",")), ("pb,pa".into(), "b,a".into()));
    assert_eq!((key.on_delete, key.on_update), (Action::Cascade, Action::NoAction));
    assert_eq!(kid.checks[0].name.as_deref(), Some("pos"));
    assert_eq!(kid.checks[0].columns.join(","), "pa,name");
    let index = |name: &str| kid.indexes.iter().find(|index| index.name.as_deref() == Some(name)).unwrap();
    assert_eq!(index("pre").parts[0].options.as_ref().unwrap().prefix_length, Some(5));
    assert!(index("pre").parts[1].options.as_ref().unwrap().descending);
    assert_eq!(index("words").method.as_deref(), Some("fulltext"));
    assert_eq!(index("spots").method.as_deref(), Some("spatial"));
    assert_eq!(index("spots").parts[0].options, None);
    assert_eq!(index("pre").method, None);
}

#[tokio::test]
async fn what_mariadb_alone_has() {
    let database = mysql_database().await;
    if database.dialect != Dialect::Mariadb {
        return;
    }
    database
        .execute(
            "CREATE SEQUENCE numbers; CREATE TABLE dated (a int) WITH SYSTEM VERSIONING;
            CREATE TABLE t (id uuid PRIMARY KEY, b int CHECK (b < 5), KEY unused (b) IGNORED)",
        )
        .await;
    let observation = observe(&database).await;
    let names: Vec<_> = observation.catalog.actual.tables.keys().map(|name| &*name.name).collect();
    assert_eq!(names, ["dated", "t"]);
    let t = table(&observation, "t");
    assert_eq!(t.columns[0].data_type, Spelling::certain("uuid"));
    assert_eq!(t.checks[0].name, None, "it bears its column's name only");
    assert_eq!(t.indexes.len(), 1);
}

#[tokio::test]
async fn what_mysql_alone_has() {
    let database = mysql_database().await;
    if database.dialect != Dialect::Mysql {
        return;
    }
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, name varchar(30) DEFAULT (concat('it''s', ' \\\\ x')), data json DEFAULT ('{}'),
              hidden int INVISIBLE DEFAULT 3, twice int AS (id * 2) VIRTUAL INVISIBLE, old varchar(5) CHARACTER SET utf8mb3,
              bytes binary(2) DEFAULT 'ab', wide int(11) unsigned zerofill, small tinyint(4),
              CONSTRAINT plain CHECK (name <> 'it''s \\\\ \\n' AND name NOT LIKE 'a\\_%'),
              CONSTRAINT idle CHECK (id > 0) NOT ENFORCED,
              KEY mixed ((lower(name)), id DESC), KEY unseen (small) INVISIBLE, UNIQUE KEY odd ((name <> 'it''s')),
              KEY several ((CAST(data->'$.a' AS unsigned ARRAY))))",
        )
        .await;
    let observation = observe(&database).await;
    let t = table(&observation, "t");
    let names: Vec<_> = t.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["id", "name", "data", "hidden", "twice", "old", "bytes", "wide", "small"]);
    let column = |name: &str| t.column(name).unwrap();
    let default = |name: &str| column(name).default.clone();
    assert_eq!(default("name"), Some(Spelling::uncertain("concat('it''s', ' \\\\ x')")));
    assert_eq!(default("data"), Some(Spelling::uncertain("'{}'")));
    assert_eq!(default("hidden"), Some(Spelling::certain("3")));
    assert_eq!(column("twice").generated.as_ref().unwrap().expression.text(), Some("id * 2"));
    assert_eq!(column("data").data_type, Spelling::uncertain("json"));
    assert_eq!(column("old").collation.as_deref(), Some("utf8mb3_general_ci"));
    assert_eq!(column("wide").data_type.text(), Some("int(11) unsigned zerofill"));
    assert_eq!(column("small").data_type.text(), Some("tinyint"));

    let checks: Vec<_> = t.checks.iter().map(|check| check.expression.text().unwrap()).collect();
    let plain = "(name <> 'it''s \\\\ \n') and (not ((name like 'a\\_%')))";
    assert_eq!(checks, [plain], "one that is not enforced checks nothing");
    assert_eq!(t.checks[0].columns.join(","), "name");
    assert_eq!(t.uniques[0].parts, [IndexPart::expression(Spelling::uncertain("name <> 'it''s'"))]);
    let index = |name: &str| t.indexes.iter().find(|index| index.name.as_deref() == Some(name)).unwrap();
    assert_eq!(index("mixed").parts[0], IndexPart::expression(Spelling::uncertain("lower(name)")));
    assert!(index("mixed").parts[1].options.as_ref().unwrap().descending);
    assert_eq!(index("unseen").parts, [IndexPart::column("small")]);
    assert_eq!(index("several").parts.len(), 1);
}

/// `caching_sha2_password` wants TLS or a key exchange that we have not, until the server knows the password.
#[tokio::test]
async fn a_password_that_needs_tls() {
    let mut database = mysql_database().await;
    if database.dialect != Dialect::Mysql {
        return;
    }
    let url = database.user_url(&["REFERENCES ON {db}.*"]).await;
    let plain = failure(&format!("{url}?ssl-mode=DISABLED")).await;
    assert_eq!(plain.reason, FailureReason::Authentication, "{plain}");
    assert!(plain.message.contains("ssl-mode=REQUIRED"), "{plain}");
    observe_url(&format!("{url}?ssl-mode=REQUIRED")).await.unwrap();
    // The server signed its certificate itself.
    let unknown = failure(&format!("{url}?ssl-mode=VERIFY_CA")).await;
    assert_eq!(unknown.reason, FailureReason::Unreachable, "{unknown}");
    assert!(unknown.message.contains("TLS"), "{unknown}");
}

#[tokio::test]
async fn a_role_sees_what_it_has_rights_on() {
    let mut database = mysql_database().await;
    database
        .execute(
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE k (id int PRIMARY KEY, p_id int, age int CHECK (age > 0), \
             CONSTRAINT c FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL)",
        )
        .await;
    database.execute(LEDGER).await;
    let all = observe(&database).await;

    // SELECT alone hides REFERENTIAL_CONSTRAINTS on MariaDB: the rules come from SHOW CREATE TABLE.
    let url = database.user_url(&["SELECT ON {db}.*"]).await;
    let with_select = observe_url(&url).await.unwrap();
    assert_eq!(with_select.catalog.visibility, Visibility::Full);
    assert_eq!(with_select.catalog.actual, all.catalog.actual);
    assert_eq!(table(&with_select, "k").foreign_keys[0].on_update, Action::SetNull);

    // PROCESS opens InnoDB's dictionary, which says the same.
    let url = database.user_url(&["SELECT ON {db}.*", "PROCESS ON *.*"]).await;
    assert_eq!(observe_url(&url).await.unwrap().catalog.actual, all.catalog.actual);
    let url = database.user_url(&["SELECT ON {db}.p", "PROCESS ON *.*"]).await;
    let of_one = observe_url(&url).await.unwrap().catalog;
    assert!(matches!(of_one.visibility, Visibility::Partial { .. }));
    assert_eq!(of_one.actual.tables.len(), 1);

    // REFERENCES alone shows everything and reads no row.
    let url = database.user_url(&["REFERENCES ON {db}.*"]).await;
    let with_references = observe_url(&url).await.unwrap();
    assert_eq!(with_references.catalog.visibility, Visibility::Full);
    assert_eq!(with_references.catalog.actual, all.catalog.actual);
    let LedgerObservation::NotReadable { table: name, grant } = with_references.ledger else {
        panic!("readable")
    };
    assert_eq!(name, "django_migrations");
    assert!(
        grant.starts_with(&format!("GRANT SELECT ON `{}`.`django_migrations` TO '", database.name)),
        "{grant}"
    );

    let url = database.user_url(&["SELECT ON {db}.k", "SELECT (id) ON {db}.p"]).await;
    let with_tables = observe_url(&url).await.unwrap();
    let Visibility::Partial { grant } = &with_tables.catalog.visibility else { panic!("full") };
    assert!(grant.starts_with("GRANT REFERENCES ON `sh\\_"), "{grant}");
    assert_eq!(with_tables.catalog.actual.tables.len(), 2);
    // The statement that is named does help.
    database.execute(grant).await;
    let granted = observe_url(&url).await.unwrap();
    assert_eq!(granted.catalog.visibility, Visibility::Full);
    assert_eq!(granted.catalog.actual, all.catalog.actual);

    let url = database.user_url(&["CREATE ON {db}.*"]).await;
    let with_create = observe_url(&url).await.unwrap();
    assert!(matches!(with_create.catalog.visibility, Visibility::Partial { .. }));
}

#[tokio::test]
async fn rights_by_a_role_count() {
    let mut database = mysql_database().await;
    database.execute("CREATE TABLE t (a int)").await;
    let role = format!("{}_r", database.name);
    database
        .execute(&format!("CREATE ROLE `{role}`; GRANT SELECT ON `{}`.* TO `{role}`", database.name))
        .await;
    let url = database.user_url(&[&format!("`{role}`")]).await;
    let user = url.split(['/', ':']).nth(3).unwrap().to_owned();
    let to = if database.dialect == Dialect::Mariadb { "FOR" } else { "TO" };
    database.execute(&format!("SET DEFAULT ROLE `{role}` {to} '{user}'@'%'")).await;
    let observation = observe_url(&url).await.unwrap();
    database.execute(&format!("DROP ROLE `{role}`")).await;
    assert_eq!(observation.catalog.visibility, Visibility::Full);
    assert_eq!(observation.catalog.actual.tables.len(), 1);
}

#[tokio::test]
async fn the_ledger_in_each_of_its_states() {
    let database = mysql_database().await;
    let ledger = async || observe(&database).await.ledger;
    assert_eq!(ledger().await, LedgerObservation::Absent { table: "django_migrations".into() });
    database.execute(LEDGER).await;
    assert_eq!(ledger().await, LedgerObservation::Rows(Vec::new()));
    database
        .execute(
            "INSERT INTO django_migrations VALUES (2, 'auth', '0001_initial', '2026-01-14 20:10:00.5'), \
             (1, 'contenttypes', '0001_initial', '2026-01-14 20:09:00'), (3, 'auth', '0001_initial', '2026-01-14 20:10:01')",
        )
        .await;
    let LedgerObservation::Rows(rows) = ledger().await else { panic!("no rows") };
    let told: Vec<_> = (rows.iter())
        .map(|row| (row.migration.to_string(), row.applied_at.map(|it| it.to_string()), row.succeeded))
        .collect();
    assert_eq!(told[0], ("contenttypes.0001_initial".into(), Some("2026-01-14T20:09:00Z".into()), true));
    assert_eq!(told[1], ("auth.0001_initial".into(), Some("2026-01-14T20:10:00.5Z".into()), true));
    assert_eq!(told.len(), 3);
    database.execute("ALTER TABLE django_migrations CHANGE app label varchar(255)").await;
    match ledger().await {
        LedgerObservation::Malformed { table, reason } => {
            assert_eq!(table, "django_migrations");
            assert!(reason.contains("app"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_ledger_and_tables_in_another_database() {
    let (database, other) = (mysql_database().await, mysql_database().await);
    other.execute(LEDGER).await;
    other.execute("CREATE TABLE o (id int PRIMARY KEY)").await;
    database
        .execute(&format!("CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES `{}`.o (id))", other.name))
        .await;
    let mut target = target(&database.url());
    target.ledger.schema = Some(other.name.clone());
    let mut session = Session::open(&target).await.unwrap();
    let interest = Interest { schemas: [other.name.clone()].into(), ..Interest::default() };
    let observation = session.observe(&interest).await.unwrap();
    assert_eq!(observation.ledger, LedgerObservation::Rows(Vec::new()));
    let qualified = TableName::qualified(other.name.as_str(), "o");
    assert!(observation.catalog.actual.tables.contains_key(&qualified));
    assert_eq!(table(&observation, "t").foreign_keys[0].references, qualified);

    // And the other way round: audited from a connection to another database.
    target.schema = Some(other.name.clone());
    let observation = observe_target(&target).await.unwrap();
    assert!(observation.catalog.actual.tables.contains_key(&TableName::unqualified("o")));
}

#[tokio::test]
async fn connections_that_fail() {
    let mut database = mysql_database().await;
    let url = database.user_url(&["SELECT ON {db}.*"]).await;
    let wrong = failure(&url.replace("secret-pw", "canary-pw")).await;
    assert_eq!(wrong.reason, FailureReason::Authentication);
    assert!(!wrong.message.contains("canary"), "{wrong}");

    let root = database.url();
    let nowhere = failure(&root.replace(&database.name, "no_such_database")).await;
    assert_eq!(nowhere.reason, FailureReason::NoDatabase, "{nowhere}");
    let hidden = failure(&format!("{}/mysql", url.rsplit_once('/').unwrap().0)).await;
    assert_eq!(hidden.reason, FailureReason::PermissionDenied, "{hidden}");
    let unnamed = failure(root.rsplit_once('/').unwrap().0).await;
    assert_eq!(unnamed.reason, FailureReason::NoDatabase, "{unnamed}");
    let mut other_schema = target(&root);
    other_schema.schema = Some("no_such_database".into());
    assert_eq!(observe_target(&other_schema).await.unwrap_err().reason, FailureReason::NoDatabase);

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = failure(&format!("mysql://u:canary-pw@{closed}/d")).await;
    assert_eq!(refused.reason, FailureReason::Unreachable, "{refused}");
    assert!(!refused.message.contains("canary"), "{refused}");
    for url in ["mysql://[", "mysql://u:canary-pw@h:notaport/d", "mysql://u:p@h/d?ssl-mode=canary-pw"] {
        let invalid = failure(url).await;
        assert_eq!(invalid.reason, FailureReason::InvalidUrl, "{url} {invalid}");
        assert!(!invalid.message.contains("canary"), "{invalid}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut target = target(&format!("mysql://u:p@{}/d", silent.local_addr().unwrap()));
    target.budgets.connect = Duration::from_millis(300);
    let began = Instant::now();
    let error = observe_target(&target).await.unwrap_err();
    assert_eq!(error.reason, FailureReason::Unreachable);
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_connection_that_is_killed() {
    let mut database = mysql_database().await;
    let url = database.user_url(&["SELECT ON {db}.*"]).await;
    let user = url.split(['/', ':']).nth(3).unwrap().to_owned();
    let mut session = Session::open(&target(&url)).await.unwrap();
    let connection =
        format!("SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE user = '{user}'");
    let mut root = database.connect().await;
    let (id,): (i64,) = sqlx::query_as(AssertSqlSafe(connection)).fetch_one(&mut root).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("KILL {id}"))).execute(&mut root).await.unwrap();
    let error = session.observe(&Interest::default()).await.unwrap_err();
    assert_eq!(error.reason, FailureReason::ConnectionLost, "{error}");
}

#[tokio::test]
async fn locks_on_tables_are_not_waited_for() {
    let database = mysql_database().await;
    database.execute(LEDGER).await;
    for number in 0..10 {
        database.execute(&format!("CREATE TABLE t{number} (id int PRIMARY KEY, a int, KEY (a))")).await;
    }
    let free = observe(&database).await;
    // LOCK TABLES … WRITE, as mysqldump and old migrations do it.
    let mut holder = database.connect().await;
    sqlx::raw_sql("LOCK TABLES t0 WRITE, t1 WRITE, t2 WRITE").execute(&mut holder).await.unwrap();
    // A transaction that has read t3, and an ALTER that waits for it: a queue before t3.
    let mut reader = database.connect().await;
    sqlx::raw_sql("BEGIN; SELECT * FROM t3").execute(&mut reader).await.unwrap();
    let mut altering = database.connect().await;
    let alter = tokio::spawn(async move {
        sqlx::raw_sql("ALTER TABLE t3 ADD COLUMN b int").execute(&mut altering).await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    let locked = observe(&database).await;
    assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
    assert_eq!(locked.catalog.actual, free.catalog.actual);
    sqlx::raw_sql("UNLOCK TABLES").execute(&mut holder).await.unwrap();
    sqlx::raw_sql("COMMIT").execute(&mut reader).await.unwrap();
    alter.await.unwrap();
    assert_eq!(table(&observe(&database).await, "t3").columns.len(), 3);
}

#[tokio::test]
async fn a_ledger_behind_a_lock() {
    let database = mysql_database().await;
    database.execute(LEDGER).await;
    let mut holder = database.connect().await;
    sqlx::raw_sql("LOCK TABLES django_migrations WRITE").execute(&mut holder).await.unwrap();
    let began = Instant::now();
    let error = failure(&database.url()).await;
    assert_eq!(error.reason, FailureReason::Locked, "{error}");
    assert!(began.elapsed() < Duration::from_secs(3));
    holder.close().await.unwrap();
}

#[tokio::test]
async fn a_statement_ends_at_its_budget() {
    let database = mysql_database().await;
    database
        .execute(
            "CREATE VIEW django_migrations AS SELECT 1 AS id, 'a' AS app, 'b' AS name, sleep(20) AS applied",
        )
        .await;
    let mut target = target(&database.url());
    target.budgets.statement = Duration::from_millis(300);
    let began = Instant::now();
    let error = observe_target(&target).await.unwrap_err();
    assert_eq!(error.reason, FailureReason::Timeout, "{error}");
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn the_session_cannot_write() {
    let database = mysql_database().await;
    database.execute("CREATE TABLE t (a int)").await;
    database
        .execute(
            "CREATE FUNCTION writes() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO t VALUES (1); RETURN 1; END",
        )
        .await;
    database
        .execute(
            "CREATE VIEW django_migrations AS SELECT 1 AS id, 'a' AS app, 'b' AS name, writes() AS applied",
        )
        .await;
    assert!(observe_url(&database.url()).await.is_err());
    let mut connection = database.connect().await;
    let rows: (i64,) = sqlx::query_as("SELECT count(*) FROM t").fetch_one(&mut connection).await.unwrap();
    assert_eq!(rows.0, 0);
}

#[tokio::test]
async fn hostile_names_are_names() {
    let database = mysql_database().await;
    let long = "n".repeat(64);
    let names = [
        "a`b",
        "it's",
        "line\nbreak",
        "<script>alert(1)</script>",
        "double\"quote",
        "größe",
        "; drop -- #",
        "@@x",
        long.as_str(),
    ];
    let mut connection = database.connect().await;
    for (number, name) in names.iter().enumerate() {
        let quoted = Dialect::Mysql.quote(name);
        let sql = format!(
            "CREATE TABLE {quoted} ({quoted} int PRIMARY KEY, other int, KEY {quoted} (other), \
             CONSTRAINT {quoted} FOREIGN KEY (other) REFERENCES {quoted} ({quoted}) ON DELETE CASCADE, \
             CONSTRAINT `check {number}` CHECK ({quoted} > 0))"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    let mut database = database;
    let select_only = database.user_url(&["SELECT ON {db}.*"]).await;
    for observation in [observe(&database).await, observe_url(&select_only).await.unwrap()] {
        assert_eq!(observation.catalog.visibility, Visibility::Full);
        for name in names {
            let table = table(&observation, name);
            assert_eq!(&*table.columns[0].name, name);
            assert_eq!(&*table.foreign_keys[0].references.name, name);
            assert_eq!(table.foreign_keys[0].on_delete, Action::Cascade);
            assert_eq!(table.indexes[0].name.as_deref(), Some(name));
            assert_eq!(table.checks[0].columns.join(","), name);
        }
    }
}
