//! A thousand audits, some with smoke checks, and a thousand reloads leave nothing behind: no connection, no file, no
//! task, no memory.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sqlx::{Connection, MySqlConnection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::harness::*;
use super::watch::{mysql_shop, postgres_shop};
use crate::servers::{mysql, postgres};

const ROUNDS: usize = 1000;
/// What is allocated once is allocated by then.
const WARM_UP: usize = 200;

/// Not so often that a run must wait for the second between two of them.
fn has_smoke_checks(round: usize) -> bool {
    round % 20 == 19
}

/// What this process, in which the service runs, holds.
#[derive(Debug)]
struct Held {
    files: usize,
    tasks: usize,
    kilobytes: usize,
}

impl Held {
    fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Self {
            files: open_files(Path::new("")),
            tasks: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
            kilobytes: resident.trim().trim_end_matches(" kB").parse().unwrap(),
        }
    }

    /// What is held when no more is held than `before`, or after a while: a busy machine needs a moment to end
    /// a task, and a client's spare connection is closed after some seconds.
    async fn settled(before: &Self) -> Self {
        let began = Instant::now();
        loop {
            let now = Self::now();
            let is_settled = now.files <= before.files && now.tasks <= before.tasks;
            if is_settled || began.elapsed() > Duration::from_secs(12) {
                return now;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

fn open_files(beginning: &Path) -> usize {
    let files = std::fs::read_dir("/proc/self/fd").unwrap();
    let targets = files.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
    targets.filter(|target| target.starts_with(beginning)).count()
}

/// Counts all the time how many connections of the service one server has.
struct Lookout {
    ended: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    looks: u64,
    most: i64,
    /// The longest time for which there was more than one: a server needs a moment for our goodbye.
    longest_overlap: Duration,
}

impl Lookout {
    fn of<C: Connection>(url: String, count: impl AsyncFn(&mut C) -> i64 + Send + 'static) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&ended);
        let look = async move || {
            let mut connection = C::connect(&url).await.unwrap();
            let mut seen = Seen::default();
            let mut alone = Instant::now();
            while !is_over.load(Ordering::Relaxed) {
                let now = count(&mut connection).await;
                if now <= 1 {
                    alone = Instant::now();
                }
                seen.looks += 1;
                seen.most = seen.most.max(now);
                seen.longest_overlap = seen.longest_overlap.max(alone.elapsed());
                sleep(Duration::from_millis(2)).await;
            }
            connection.close().await.unwrap();
            seen
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(look())
        });
        Self { ended, thread }
    }

    fn end(self) -> Seen {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

async fn until_gates_are(service: &TestService, gate: bool) {
    let began = Instant::now();
    loop {
        let list = service.json("/v1/databases").await;
        if list["databases"].as_array().unwrap().iter().all(|it| it["gate"] == gate) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "the reload takes no effect: {list}");
        sleep(Duration::from_millis(1)).await;
    }
}

/// An application that says hello to each request; its address.
async fn application() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await;
        }
    });
    address
}

#[tokio::test]
async fn a_thousand_audits_and_a_thousand_reloads_leave_nothing_behind() {
    let (of_postgres, of_mysql, of_sqlite) =
        (postgres_shop().await, mysql_shop().await, healthy_shop().await);
    let comes_and_goes = healthy_shop().await;
    let application = application().await;
    let site = Site::new("");
    for dialect in ["postgres", "mysql", "mariadb", "sqlite"] {
        let file = site.folder.path().join(format!("{dialect}.yaml"));
        std::fs::write(file, MANIFEST.replace("sqlite", dialect)).unwrap();
    }
    // Every reload turns the gates; some change how a session reads, so that it is opened anew; some bring or
    // take a database, or smoke checks.
    let configure = |round: usize| {
        let gate = round.is_multiple_of(2);
        let lock = 1 + round / 7 % 2;
        let mut configuration = format!(
            "interval: 1h\nconfirm_after: 0s\nkeep_connections: true\nbudgets: {{lock: {lock}s}}\ndatabases:\n"
        );
        let mut add = |name: &str, url: &str, dialect: &str| {
            let checks = format!(
                ", smoke: {{base_url: 'http://{application}', allow_write_checks: true, write_url: \"{url}\", checks: [\
                 {{name: customers, sql: SELECT count(*) FROM shop_customer}}, \
                 {{name: creation, write: \"INSERT INTO shop_customer VALUES (7, 'x')\"}}, \
                 {{name: page, http: /, body: {{contains: hello}}}}]}}"
            );
            let checks = if has_smoke_checks(round) { &*checks } else { "" };
            configuration +=
                &format!("  {name}: {{url: \"{url}\", manifest: {dialect}.yaml, gate: {gate}{checks}}}\n");
        };
        add("pg", &of_postgres.url(), "postgres");
        add("my", &of_mysql.url(), of_mysql.kind());
        add("lite", &of_sqlite.url(), "sqlite");
        if round % 11 < 5 {
            add("guest", &comes_and_goes.url(), "sqlite");
        }
        site.configure(&configuration);
        gate
    };
    configure(0);
    let service = TestService::start_audited(&site).await;
    let name = of_postgres.name().to_owned();
    let on_postgres = Lookout::of(postgres::server_url(), async move |connection: &mut PgConnection| {
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'schema-health'";
        sqlx::query_scalar(sql).bind(&name).fetch_one(connection).await.unwrap()
    });
    let name = of_mysql.name.clone();
    let on_mysql = Lookout::of(mysql::server_url(), async move |connection: &mut MySqlConnection| {
        let sql = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = ?";
        sqlx::query_scalar(sql).bind(&name).fetch_one(connection).await.unwrap()
    });
    let began = Instant::now();
    let mut warm = None;
    let mut on_sqlite = 0;
    for round in 1..=ROUNDS {
        let gate = configure(round);
        service.controls.reload.notify_one();
        until_gates_are(&service, gate).await;
        let audits = ["pg", "my", "lite"].map(|name| service.audit(name));
        for report in futures_util::future::join_all(audits).await {
            assert_eq!(
                (&report["health"], &report["failure"]),
                (&"healthy".into(), &serde_json::Value::Null)
            );
            let checks = report["smoke_checks"].as_array().unwrap();
            let expected = if has_smoke_checks(round) { 3 } else { 0 };
            assert!(
                checks.iter().all(|it| it["outcome"] == "passed") && checks.len() == expected,
                "{report}"
            );
        }
        on_sqlite = on_sqlite.max(open_files(&of_sqlite.path()));
        // In a round without the guest.
        if round >= WARM_UP && round % 11 == 10 && warm.is_none() {
            sleep(Duration::from_millis(500)).await;
            warm = Some(Held::now());
        }
    }
    configure(10);
    service.controls.reload.notify_one();
    until_gates_are(&service, true).await;
    let warm = warm.unwrap();
    let after = Held::settled(&warm).await;
    let (on_postgres, on_mysql) = (on_postgres.end(), on_mysql.end());
    println!("{ROUNDS} rounds in {:?}: {warm:?}, then {after:?}", began.elapsed());
    println!("connections: {on_postgres:?}, {on_mysql:?}; SQLite {on_sqlite}");
    assert!(service.metric("schema_health_audits_total{database=\"pg\"}").await.unwrap() >= ROUNDS as f64);
    assert_eq!(on_sqlite, 1);
    for seen in [on_postgres, on_mysql] {
        // Smoke checks have one beside the audit's, as long as they run.
        assert!(seen.most <= 3 && seen.longest_overlap < Duration::from_secs(1), "{seen:?}");
    }
    // `cargo test` runs other tests in the same process.
    if std::env::var_os("NEXTEST").is_some() {
        assert!(after.files <= warm.files && after.tasks <= warm.tasks, "{warm:?}, then {after:?}");
        assert!(after.kilobytes < warm.kilobytes + (4 << 10), "{warm:?}, then {after:?}");
    }

    site.configure(&quick(&comes_and_goes));
    service.controls.reload.notify_one();
    let began = Instant::now();
    while open_files(of_sqlite.path().parent().unwrap()) > 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "the connection of a former database stays open");
        sleep(Duration::from_millis(50)).await;
    }
}
