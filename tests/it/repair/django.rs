//! `repair --format django`, applied by real `manage.py migrate`: what is missing is made, what is there is left alone,
//! and the models stay as they are.

use std::path::{Path, PathBuf};
use std::process::Command;

use schema_health::dialect::Dialect;
use schema_health::migration::Manifest;
use schema_health::schema::Schema;
use sqlx::Connection;
use tempfile::TempDir;

use super::shop::{command, told};
use crate::compile::{compiled, findings, project, python, report};
use crate::observing::observe_url;
use crate::servers::mysql::{MysqlDatabase, mysql_database};
use crate::servers::postgres::{PostgresDatabase, postgres_database};
use crate::servers::sqlite::{SqliteDatabase, sqlite_database};

enum Server {
    Postgres(PostgresDatabase),
    Mysql(MysqlDatabase),
    Sqlite(SqliteDatabase),
}

impl Server {
    async fn new(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Postgres => Self::Postgres(postgres_database().await),
            Dialect::Mysql | Dialect::Mariadb => Self::Mysql(mysql_database().await),
            Dialect::Sqlite => Self::Sqlite(sqlite_database().await),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Postgres(database) => database.url(),
            Self::Mysql(database) => database.url(),
            Self::Sqlite(database) => database.url(),
        }
    }

    /// Names that no tool gives, for an index, a unique and a foreign key of tables that the repair would make.
    async fn rename(&self) {
        match self {
            Self::Postgres(database) => {
                let keys = "SELECT quote_ident(conname) FROM pg_constraint WHERE contype = 'f' AND conrelid = \
                            'user_profile_highlight'::regclass";
                let mut connection = database.connect().await;
                let key: String = sqlx::query_scalar(keys).fetch_one(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                database
                    .execute(&format!(
                        "ALTER INDEX highlight_order_idx RENAME TO of_another_name; \
                         ALTER TABLE user_profile_highlight RENAME CONSTRAINT {key} TO key_of_another_name; \
                         ALTER TABLE user_profile_hardwareloadout RENAME CONSTRAINT one_hardware_of_a_category TO unique_of_another"
                    ))
                    .await;
            }
            Self::Mysql(database) => {
                database
                    .execute(
                        "ALTER TABLE user_profile_highlight RENAME INDEX highlight_order_idx TO of_another_name; \
                         ALTER TABLE user_profile_hardwareloadout RENAME INDEX one_hardware_of_a_category TO unique_of_another",
                    )
                    .await;
            }
            // It renames no index.
            Self::Sqlite(_) => {}
        }
    }

    /// All that is there, by name.
    async fn catalog(&self) -> Schema {
        observe_url(&self.url()).await.unwrap().catalog.actual
    }

    fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(_) => Dialect::Postgres,
            Self::Mysql(database) => database.dialect,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }
}

/// The project of the incident, in a folder where migrations may come to it.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new(dialect: Dialect) -> Self {
        let folder = TempDir::new().unwrap();
        copy(&project("deltacrown"), folder.path());
        if matches!(dialect, Dialect::Mysql | Dialect::Mariadb) {
            // The repair by hand, in SQL of PostgreSQL.
            let by_hand = "apps/user_profile/migrations/0056_repair_publicidcounter_table.py";
            std::fs::remove_file(folder.path().join(by_hand)).unwrap();
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What `manage.py` printed.
    fn manage(&self, url: &str, arguments: &[&str]) -> String {
        let done = Command::new(python())
            .arg("manage.py")
            .args(arguments)
            .current_dir(self.path())
            .env("DATABASE_URL", url.replace("sqlite://", "sqlite:"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{arguments:?}: {out}{err}");
        format!("{out}{err}")
    }

    fn manifest(&self, dialect: Dialect) -> Manifest {
        let (manifest, compiled) =
            compiled(self.path(), &self.path().join("deltacrown/settings.py"), dialect);
        assert_eq!(compiled.notices, []);
        manifest
    }

    /// The manifest as a file beside the project.
    fn manifest_file(&self, dialect: Dialect) -> PathBuf {
        let file = self.path().join("manifest.json");
        std::fs::write(&file, self.manifest(dialect).to_json()).unwrap();
        file
    }

    /// The incident: the ledger says all, the database has what came before.
    fn damage(&self, url: &str) {
        for arguments in [
            &["migrate", "user_profile", "0027"][..],
            &["migrate", "--fake", "user_profile"],
            &["migrate", "--fake", "accounts"],
        ] {
            self.manage(url, arguments);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::write(target, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

async fn migrations_mend(dialect: Dialect, variant: &str) {
    let (server, project) = (Server::new(dialect).await, Project::new(dialect));
    let (url, dialect) = (server.url(), server.dialect());
    project.damage(&url);
    let manifest = project.manifest_file(dialect);
    let before = report(&project.manifest(dialect), &url).await;
    assert!(before.findings.len() >= 9, "{:#?}", findings(&before));

    let next = if matches!(dialect, Dialect::Mysql | Dialect::Mariadb) { 56 } else { 57 };
    let apps = project.path().join("apps");
    let mut repair = command();
    repair.args(["repair", "--url", &url, "--variant", variant, "--format", "django", "--manifest"]);
    repair.arg(&manifest).arg("-o").arg(&apps);
    let written = told(repair).await;
    assert_eq!(written.code, 1, "{}", written.err);
    assert_eq!(written.err, "", "nothing is left out");
    for file in [
        "accounts/migrations/0003_schema_health_repair.py",
        &format!("user_profile/migrations/{next:04}_schema_health_repair.py"),
    ] {
        assert!(apps.join(file).exists(), "{file}: {}", written.out);
    }

    // Importable, and no news for the models.
    project.manage(&url, &["makemigrations", "--check", "--dry-run"]);
    let done = project.manage(&url, &["migrate"]);
    assert!(done.contains(&format!("user_profile.{next:04}_schema_health_repair... OK")), "{done}");
    // By the manifest of the project as it is now, the new files with it.
    let now = project.manifest(dialect);
    let after = report(&now, &url).await;
    assert_eq!(findings(&after), [""; 0], "{dialect} {variant}");
    let is_known = |it: &String| it.ends_with("was not compared to the end");
    assert!(after.blind_spots.iter().all(is_known), "{:#?}", after.blind_spots);
    // Those of the project, and none of ours.
    assert_eq!(after.coverage.opaque_operations, before.coverage.opaque_operations);

    // A second run finds nothing to do; backwards nothing is lost; forwards again nothing is made twice.
    let again = project.manage(&url, &["migrate"]);
    assert!(again.contains("No migrations to apply"), "{again}");
    project.manage(&url, &["migrate", "user_profile", &format!("{:04}", next - 1)]);
    assert_eq!(findings(&report(&now, &url).await), [""; 0]);
    project.manage(&url, &["migrate"]);
    assert_eq!(findings(&report(&now, &url).await), [""; 0]);

    // On a database that lacks nothing they do nothing, by whatever names that has it.
    let fresh = Server::new(dialect).await;
    project.manage(&fresh.url(), &["migrate", "accounts", "0002"]);
    project.manage(&fresh.url(), &["migrate", "user_profile", &format!("{:04}", next - 1)]);
    fresh.rename().await;
    let (before, then) = (fresh.catalog().await, project.manage(&fresh.url(), &["migrate"]));
    assert!(then.contains(&format!("user_profile.{next:04}_schema_health_repair... OK")), "{then}");
    assert_eq!(fresh.catalog().await, before, "{dialect} {variant}");
    assert_eq!(findings(&report(&now, &fresh.url()).await), [""; 0]);

    // Nothing is written over.
    let mut repair = command();
    let broken = Server::new(dialect).await;
    let original = Project::new(dialect);
    original.damage(&broken.url());
    repair.args(["repair", "--url", &broken.url(), "--format", "django", "--manifest"]);
    repair.arg(&manifest).arg("-o").arg(&apps);
    let refused = told(repair).await;
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("nothing is written over"), "{}", refused.err);
}

/// Nobody runs a migration that lies in a folder of the project by the name of an app from elsewhere.
#[tokio::test]
async fn an_app_from_elsewhere_is_mended_by_one_of_the_projects_own() {
    let (database, project) = (sqlite_database().await, Project::new(Dialect::Sqlite));
    let url = database.url();
    project.damage(&url);
    database.execute("DROP TABLE auth_group_permissions").await;
    let manifest = project.manifest_file(Dialect::Sqlite);
    let apps = project.path().join("apps");
    let repair = async |more: &[&str]| {
        let mut repair = command();
        repair.args(["repair", "--url", &url, "--format", "django", "--manifest"]);
        repair.arg(&manifest).arg("-o").arg(&apps).args(more);
        told(repair).await
    };

    let refused = repair(&[]).await;
    assert_eq!((refused.code, &*refused.out), (3, ""), "{}", refused.err);
    assert!(refused.err.contains("no folder of auth") && refused.err.contains("--into"), "{}", refused.err);
    assert!(
        !apps.join("auth").exists()
            && !apps.join("accounts/migrations/0003_schema_health_repair.py").exists()
    );

    let written = repair(&["--into", "user_profile"]).await;
    assert_eq!(written.code, 1, "{}", written.err);
    project.manage(&url, &["makemigrations", "--check", "--dry-run"]);
    project.manage(&url, &["migrate"]);
    assert_eq!(findings(&report(&project.manifest(Dialect::Sqlite), &url).await), [""; 0]);
}

#[tokio::test]
async fn migrations_mend_postgres() {
    migrations_mend(Dialect::Postgres, "plain").await;
}

#[tokio::test]
async fn migrations_mend_postgres_without_downtime() {
    migrations_mend(Dialect::Postgres, "zero-downtime").await;
}

#[tokio::test]
async fn migrations_mend_mysql() {
    migrations_mend(Dialect::Mariadb, "plain").await;
}

#[tokio::test]
async fn migrations_mend_sqlite() {
    migrations_mend(Dialect::Sqlite, "plain").await;
}

/// Where the tail of the history never ran, taking it out of the ledger is offered, and is right.
#[tokio::test]
async fn unfaking_is_offered_where_it_is_right() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let (server, project) = (Server::new(dialect).await, Project::new(dialect));
        let url = server.url();
        project.damage(&url);
        let manifest = project.manifest_file(dialect);
        let plan = plan(&url, &manifest).await;
        let first = &plan["strategies"][0];
        assert_eq!((&first["kind"], &first["works"]), (&"unfake".into(), &true.into()), "{dialect}: {first}");
        for command in first["commands"].as_array().unwrap() {
            let words: Vec<&str> = command.as_str().unwrap().split(' ').skip(2).collect();
            project.manage(&url, &words);
        }
        let after = report(&project.manifest(dialect), &url).await;
        assert_eq!(findings(&after), [""; 0], "{dialect}: {first}");
        project.manage(&url, &["migrate", "--check"]);
    }
}

/// A hole in the middle is no tail: one table of a migration whose later ones did run.
#[tokio::test]
async fn unfaking_is_not_offered_for_a_hole() {
    let (server, project) = (Server::new(Dialect::Postgres).await, Project::new(Dialect::Postgres));
    let url = server.url();
    project.manage(&url, &["migrate"]);
    let Server::Postgres(database) = &server else { panic!("not PostgreSQL") };
    database.execute("DROP TABLE user_profile_profileshowcase CASCADE").await;
    let plan = plan(&url, &project.manifest_file(Dialect::Postgres)).await;
    let kinds: Vec<&str> =
        plan["strategies"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["mend", "rerun", "reset"]);
    assert_eq!(plan["strategies"][0]["recommended"], true);
}

async fn plan(url: &str, manifest: &Path) -> serde_json::Value {
    let mut repair = command();
    repair.args(["repair", "--url", url, "--format", "json", "--manifest"]).arg(manifest);
    let told = told(repair).await;
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {} {}", told.out, told.err))
}
