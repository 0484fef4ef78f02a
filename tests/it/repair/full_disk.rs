//! No room left: on the disk of a server in mid-proof and in mid-apply, and for a file of SQLite.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

use super::damaged;
use super::shop::{Engine, Told, command, told};
use crate::servers::private::postgres_bin;

const MANIFEST: &str = "
format: 1
dialect: DIALECT
ledger: django
migrations:
  - app: shop
    name: 0001_initial
    operations:
      - create_table: {name: shop_customer, columns: {id: integer primary key, email: varchar(100) not null}}
      - create_table: {name: shop_item, columns: {id: integer primary key, note: varchar(30)}}
      - add_index: {table: shop_customer, name: shop_customer_email, columns: [email]}
";

/// All but the table shop_item and the index.
const BROKEN: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamp NOT NULL);
INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00');
CREATE TABLE shop_customer (id integer PRIMARY KEY, email varchar(100) NOT NULL);
INSERT INTO shop_customer VALUES (1, 'a@x'), (2, 'b@x');
";

/// A server whose data lie on a disk of its own in memory, which nobody else sees; both go with the test.
struct SmallDisk {
    folder: TempDir,
    child: Child,
    port: u16,
}

enum Server {
    Postgres,
    Mariadb,
    /// Where its packages lie unpacked.
    Mysql(PathBuf),
}

impl SmallDisk {
    /// `None` where this process may not mount anything: that takes a superuser.
    fn start(server: &Server) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("not tried: mounting a small disk takes a superuser");
            return None;
        }
        let folder = TempDir::with_prefix("schema-health-small.").unwrap();
        let disk = folder.path().join("disk");
        // What a server keeps beside its data must not wait for room.
        let beside = folder.path().join("beside");
        for it in [&disk, &beside] {
            std::fs::create_dir(it).unwrap();
            Command::new("chmod").arg("777").arg(it).status().unwrap();
        }
        Command::new("chmod").arg("755").arg(folder.path()).status().unwrap();
        let first = 20_000 + u16::try_from(std::process::id() % 11_000).unwrap();
        let port = (first..).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap();
        let (on, by, bin) = (disk.display(), beside.display(), postgres_bin().display().to_string());
        let as_user =
            |user: &str| format!("setpriv --pdeathsig KILL --reuid {user} --regid {user} --init-groups");
        let script = match server {
            Server::Postgres => format!(
                "mount -t tmpfs -o size=90m,mode=777 tmpfs {on} && cd {on}
                 {user} {bin}/initdb --pgdata={on}/data --username=postgres --auth=trust --no-sync --wal-segsize=1
                 exec {user} {bin}/postgres -F -D {on}/data -p {port} -c listen_addresses=127.0.0.1 \
                   -c unix_socket_directories={by} -c shared_buffers=16MB -c max_wal_size=8MB -c min_wal_size=2MB",
                user = as_user("postgres")
            ),
            Server::Mariadb => format!(
                "mount -t tmpfs -o size=220m,mode=777 tmpfs {on} && cd {by}
                 export TMPDIR={by} PATH=$PATH:/usr/sbin
                 echo 'CREATE USER root@127.0.0.1; GRANT ALL ON *.* TO root@127.0.0.1;' | sed 's/; /;\\n/' >{by}/users.sql
                 {user} mariadb-install-db --no-defaults --datadir={on}/data --auth-root-authentication-method=normal \
                   --skip-test-db --innodb-log-file-size=8M
                 exec {user} mariadbd --no-defaults --datadir={on}/data --port={port} --bind-address=127.0.0.1 --skip-log-bin \
                   --innodb-use-native-aio=0 --innodb-buffer-pool-size=16M --innodb-log-file-size=8M --tmpdir={by} \
                   --socket={by}/socket --pid-file={by}/pid --init-file={by}/users.sql",
                user = as_user("mysql")
            ),
            Server::Mysql(root) => format!(
                "mount -t tmpfs -o size=260m,mode=777 tmpfs {on} && cd {by}
                 export TMPDIR={by}
                 echo 'CREATE USER root@127.0.0.1; GRANT ALL ON *.* TO root@127.0.0.1;' | sed 's/; /;\\n/' >{by}/users.sql
                 libraries=$(dirname {root}/usr/lib/*/libc.so.6)
                 set -- $libraries/ld-linux-*.so.* --library-path $libraries {root}/usr/sbin/mysqld --no-defaults --user=root \
                   --lc-messages-dir={root}/usr/share/mysql --character-sets-dir={root}/usr/share/mysql/charsets \
                   --plugin-dir={root}/usr/lib/mysql/plugin --secure-file-priv=NULL --mysqlx=OFF --skip-log-bin \
                   --innodb-use-native-aio=0 --innodb-redo-log-capacity=8M --innodb-buffer-pool-size=16M --datadir={on}/data \
                   --tmpdir={by} --innodb-temp-tablespaces-dir={by} --innodb-temp-data-file-path={by}/temporary:12M
                 $@ --initialize-insecure
                 exec $@ --port={port} --bind-address=127.0.0.1 --socket={by}/socket --pid-file={by}/pid \
                   --init-file={by}/users.sql",
                root = root.display()
            ),
        };
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare", "--mount", "sh", "-e", "-c", &script])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Some(Self { folder, child, port })
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Nothing more finds room, until `make_room`.
    fn fill(&self) {
        let file = self.filler();
        let folder = Path::new(&file).parent().unwrap();
        let room = Command::new("stat").args(["--file-system", "--format=%a %S"]).arg(folder).output();
        let room = String::from_utf8(room.unwrap().stdout).unwrap();
        let bytes: u64 = room.trim().split(' ').map(|it| it.parse::<u64>().unwrap()).product();
        let kilobytes = bytes >> 10;
        assert!(kilobytes > 0 && kilobytes < 260 << 10, "the small disk has {kilobytes} kB left");
        let done = Command::new("fallocate").args(["-l", &format!("{kilobytes}K"), &file]).status().unwrap();
        assert!(done.success(), "{kilobytes} kB");
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    /// As it is seen from outside of the server's own view of the file system.
    fn filler(&self) -> String {
        format!("/proc/{}/root{}/filler", self.child.id(), self.folder.path().join("disk").display())
    }

    async fn repair(&self, url: &str, more: &[&str]) -> Told {
        let mut repair = command();
        let manifest = self.folder.path().join("manifest.yaml");
        repair.args(["repair", "shop", "--url", url, "--manifest"]).arg(manifest).args(more);
        told(repair).await
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a statement over a connection of its own, once the server is up.
macro_rules! execute {
    ($disk:expr, $connection:ty, $url:expr, $sql:expr) => {{
        let began = Instant::now();
        let mut connection = loop {
            match <$connection>::connect($url).await {
                Ok(connection) => break connection,
                Err(error) => {
                    assert!(began.elapsed() < Duration::from_secs(60), "{error}: {}", $disk.log());
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        };
        sqlx::raw_sql(AssertSqlSafe($sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }};
}

fn record(told: &Told) -> Value {
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {}{}", told.out, told.err))
}

/// What the plan is, by which it shows what is missing.
async fn missing(disk: &SmallDisk, url: &str) -> Vec<String> {
    let told = disk.repair(url, &["--format", "json"]).await;
    let plan: Value = serde_json::from_str(&told.out).unwrap_or_else(|_| panic!("{}{}", told.out, told.err));
    plan["statements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["purpose"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_full_disk_of_postgres_takes_all_back() {
    let Some(disk) = SmallDisk::start(&Server::Postgres) else { return };
    let manifest = MANIFEST.replace("DIALECT", "postgres");
    std::fs::write(disk.folder.path().join("manifest.yaml"), manifest).unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", disk.port);
    execute!(disk, sqlx::PgConnection, &url, BROKEN);
    let before = missing(&disk, &url).await;
    assert_eq!(before.len(), 2, "{before:?}");

    disk.fill();
    for arguments in
        [&["--prove"][..], &["--apply", "--yes"], &["--apply", "--yes", "--variant", "zero-downtime"]]
    {
        let told = disk.repair(&url, arguments).await;
        let all = format!("{}{}", told.out, told.err);
        assert!(
            told.code == 1 && all.contains("No space left on device"),
            "{arguments:?}: {} {all}",
            told.code
        );
        if arguments.len() > 1 {
            let record = record(&told);
            let done =
                record["statements"].as_array().unwrap().iter().filter(|it| it["outcome"] == "done").count();
            let outcome = if done == 0 { "unchanged" } else { "partly_applied" };
            assert_eq!(record["outcome"], outcome, "{record}");
            assert_eq!(missing(&disk, &url).await.len(), 2 - done, "{record}");
        }
    }
    disk.make_room();
    let told = disk.repair(&url, &["--apply", "--yes"]).await;
    assert_eq!(record(&told)["outcome"], "applied", "{}", told.err);
    assert_eq!(missing(&disk, &url).await, [""; 0]);
}

#[tokio::test]
async fn a_full_disk_of_mariadb_leaves_no_scratch_and_is_told() {
    a_full_disk_leaves_no_scratch_and_is_told(&Server::Mariadb, "mariadb").await;
}

/// With `tests/run --mysql`, which says where the server lies.
#[tokio::test]
async fn a_full_disk_of_mysql_leaves_no_scratch_and_is_told() {
    let Some(root) = std::env::var_os("SCHEMA_HEALTH_TEST_MYSQL_ROOT") else {
        eprintln!("not tried: no MySQL was unpacked");
        return;
    };
    a_full_disk_leaves_no_scratch_and_is_told(&Server::Mysql(root.into()), "mysql").await;
}

async fn a_full_disk_leaves_no_scratch_and_is_told(server: &Server, dialect: &str) {
    let Some(disk) = SmallDisk::start(server) else { return };
    // MariaDB's words, and MySQL's.
    let says_full = |text: &str| text.contains("No space left") || text.contains("disk is full");
    let manifest = MANIFEST.replace("DIALECT", dialect);
    std::fs::write(disk.folder.path().join("manifest.yaml"), manifest).unwrap();
    let server = format!("mysql://root@127.0.0.1:{}", disk.port);
    execute!(disk, sqlx::MySqlConnection, &format!("{server}/mysql"), "CREATE DATABASE shop");
    let url = format!("{server}/shop");
    execute!(disk, sqlx::MySqlConnection, &url, BROKEN);
    let before = missing(&disk, &url).await;
    assert_eq!(before.len(), 2, "{before:?}");

    disk.fill();
    let told = disk.repair(&url, &["--prove"]).await;
    assert!([1, 2].contains(&told.code) && says_full(&told.err), "{} {} {}", told.code, told.out, told.err);
    let told = disk.repair(&url, &["--apply", "--yes"]).await;
    let applied = record(&told);
    assert!(says_full(applied["message"].as_str().unwrap()), "{applied}");
    let done = applied["statements"].as_array().unwrap().iter().filter(|it| it["outcome"] == "done").count();
    assert_eq!(applied["outcome"], if done == 0 { "unchanged" } else { "partly_applied" }, "{applied}");

    disk.make_room();
    assert_eq!(missing(&disk, &url).await.len(), 2 - done, "{applied}");
    let mut connection = sqlx::MySqlConnection::connect(&url).await.unwrap();
    let sql = "SELECT count(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'schema\\_health\\_scratch%'";
    let (left,): (i64,) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(left, 0);
    let told = disk.repair(&url, &["--apply", "--yes"]).await;
    assert_eq!(record(&told)["outcome"], "applied", "{}", told.err);
    assert_eq!(missing(&disk, &url).await, [""; 0]);
}

/// A file that may not grow.
#[tokio::test]
async fn a_full_disk_under_sqlite_takes_all_back() {
    let shop = damaged(Engine::Sqlite).await;
    // No page that was given up is left to be used again.
    shop.execute("VACUUM").await;
    let before = shop.catalog().await;
    let size = std::fs::metadata(shop.sqlite().path()).unwrap().len();
    let mut limited = Command::new("sh");
    let script = format!(
        "trap '' XFSZ; ulimit -f {}; exec {} repair --apply --yes --url {} --manifest {}",
        size.div_ceil(512),
        command().get_program().to_string_lossy(),
        shop.url(),
        shop.folder.path().join("manifest.yaml").display()
    );
    limited.args(["-c", &script]).env_remove("SCHEMA_HEALTH_URL").env_remove("SCHEMA_HEALTH_CONFIG");
    let told = told(limited).await;
    let record = record(&told);
    assert_eq!((told.code, &record["outcome"]), (1, &"unchanged".into()), "{record}");
    assert!(record["message"].as_str().unwrap().contains("the database is as it was"), "{record}");
    assert_eq!(shop.catalog().await, before);
    assert_eq!(shop.repair(&["--apply", "--yes"]).await.code, 0);
    assert_eq!(shop.finding_ids().await, [""; 0]);
}
