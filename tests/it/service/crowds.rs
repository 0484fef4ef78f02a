//! Many clients, and databases that say nothing: there is always an answer, and audits go on.

use std::io::Read;
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::harness::*;
use super::process::Process;

/// Still open, as far as the other side has said nothing.
fn is_open(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    matches!(stream.read(&mut [0; 64]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

#[tokio::test]
async fn idle_connections_keep_neither_probes_nor_audits_from_their_files() {
    let database = healthy_shop().await;
    let site = Site::new(&quick(&database).replace("databases:", "keep_connections: false\ndatabases:"));
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 1024; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_schema-health")]);
    let process = Process::start_as(command, &site);
    let audits = "schema_health_audits_total{database=\"shop\"}";
    let mut idle = Vec::new();
    let mut slowest = Duration::ZERO;
    for _ in 0..30 {
        idle.extend((0..100).map(|_| process.connect()));
        let began = Instant::now();
        assert_eq!(process.status("/livez"), Some(200), "with {} idle connections", idle.len());
        slowest = slowest.max(began.elapsed());
    }
    let before = process.api().metric(audits).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let api = process.api();
    assert!(api.metric(audits).await.unwrap() >= before + 3.0, "audits go on");
    let (_, metrics) = api.text("/metrics").await;
    assert!(!metrics.contains("audit_failures_total{"), "{metrics}");
    let files = std::fs::read_dir(format!("/proc/{}/fd", process.id())).unwrap().count();
    let open = idle.iter_mut().filter_map(|stream| is_open(stream).then_some(())).count();
    println!("{} idle connections: {open} open, {files} files, /livez within {slowest:?}", idle.len());
    assert!(open <= 512 && files < 600, "{open} connections, {files} files");
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    let told = process.log().matches("oldest").count();
    assert_eq!(told, 1, "told, and not for each of them: {}", process.log());
}

#[tokio::test]
async fn many_databases_have_more_files_than_the_system_gives_at_first() {
    let database = healthy_shop().await;
    let mut configuration = on_demand(&database);
    for number in 0..200 {
        configuration +=
            &format!("  shop{number}: {{url: \"{}\", manifest: manifest.yaml}}\n", database.url());
    }
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Sn 200; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_schema-health")]);
    let site = Site::new(&configuration);
    let process = Process::start_as(command, &site);
    process.api().until("/readyz", |status, _| status == 200).await;
    let (_, metrics) = process.api().text("/metrics").await;
    assert_eq!(metrics.matches("status=\"healthy\"} 1").count(), 201, "{}", process.log());
}

#[tokio::test]
async fn probes_and_metrics_answer_while_every_database_is_frozen() {
    let frozen = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = frozen.local_addr().unwrap().port();
    let held = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&held);
    std::thread::spawn(move || {
        frozen.incoming().for_each(|stream| kept.lock().unwrap().push(stream.unwrap()))
    });
    let mut configuration =
        "interval: 1s\nbudgets: {connect: 500ms}\ndrain: 0s\nlog: {level: error}\ndatabases:\n".to_owned();
    for number in 0..20 {
        let (scheme, manifest) =
            if number % 2 == 0 { ("postgres", "postgres") } else { ("mysql", "mariadb") };
        configuration += &format!(
            "  db{number}: {{url: \"{scheme}://u:p@127.0.0.1:{port}/d\", manifest: {manifest}.yaml, gate: true}}\n"
        );
    }
    let site = Site::new(&configuration);
    for dialect in ["postgres", "mariadb"] {
        let file = site.folder.path().join(format!("{dialect}.yaml"));
        std::fs::write(file, MANIFEST.replace("sqlite", dialect)).unwrap();
    }
    let process = Process::start(&site);
    let mut took = Vec::new();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        for (path, status) in [("/livez", 200), ("/readyz", 503), ("/readyz/db7", 503), ("/metrics", 200)] {
            let asked = Instant::now();
            assert_eq!(process.status(path), Some(status), "{path}");
            took.push(asked.elapsed());
        }
    }
    took.sort_unstable();
    let p99 = took[took.len() * 99 / 100];
    println!("{} answers, p99 {p99:?}, slowest {:?}", took.len(), took[took.len() - 1]);
    assert!(took.len() > 200 && p99 <= Duration::from_millis(50), "{} answers, p99 {p99:?}", took.len());

    let mut held = held.lock().unwrap();
    let open = held.iter_mut().filter_map(|stream| is_open(stream).then_some(())).count();
    println!("{} attempts, {open} open", held.len());
    // The client speaks first to PostgreSQL: what it said is still unread in a connection that it has closed.
    assert!(held.len() >= 40 && open <= 20, "{open} of {} connections are still open", held.len());
}

/// Documents are written a few at a time: a crowd that asks for them does not take the processor from the probes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_asks_for_reports_and_plans_waits_its_turn() {
    let tables: String = (0..400)
        .map(|number| format!("      - create_table: {{name: t{number}, columns: {{id: integer primary key, note: text}}}}\n"))
        .collect();
    let manifest = format!(
        "format: 1\ndialect: sqlite\nledger: django\nmigrations:\n  - app: shop\n    name: 0001_initial\n    operations:\n{tables}"
    );
    let database = healthy_shop().await;
    let process = Process::start(&Site::with_manifest(&manifest, &on_demand(&database)));
    process.api().until("/v1/databases/shop", |_, body| body.contains("missing_table")).await;
    // One of each, so that what is started once is there.
    let paths = ["/v1/databases/shop/report?format=html", "/v1/databases/shop/repair-plan?format=sql"];
    for path in paths {
        assert_eq!(process.api().status(path).await, 200);
    }
    let before = process.threads();
    let crowd: Vec<_> = (0..60)
        .map(|number| {
            let api = process.api();
            tokio::spawn(async move { api.status(paths[number % 2]).await })
        })
        .collect();
    let (mut most, mut probes) = (before, 0);
    while !crowd.iter().all(tokio::task::JoinHandle::is_finished) {
        most = most.max(process.threads());
        assert_eq!(process.status("/livez"), Some(200));
        probes += 1;
    }
    for answer in crowd {
        assert_eq!(answer.await.unwrap(), 200);
    }
    println!("{before} threads, at most {most}, {probes} probes meanwhile");
    assert!(probes > 0 && most <= before + 4, "{before} threads, then {most}");
}
