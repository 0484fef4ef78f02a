//! The end of the process, and clients that behave badly. The real binary, with real signals.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use super::harness::*;
use super::held::Held;
use super::process::Process;

/// A healthy database and a server that accepts and never answers.
async fn frozen_site(drain: &str) -> (Site, TcpListener) {
    let frozen = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = frozen.local_addr().unwrap().port();
    let database = healthy_shop().await;
    let site = Site::new("");
    std::fs::write(site.folder.path().join("pg.yaml"), MANIFEST.replace("sqlite", "postgres")).unwrap();
    site.configure(&format!(
        "drain: {drain}\ndatabases:\n  shop: {{url: \"{}\", manifest: manifest.yaml}}\n  frozen: {{url: \
         \"postgres://u:p@127.0.0.1:{port}/d\", manifest: pg.yaml, budgets: {{connect: 30s}}}}\n",
        database.url()
    ));
    (site, frozen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_ends_in_time_whatever_clients_and_databases_do() {
    // One database that never answers, and one that freezes in mid-audit once everything is ready.
    let (site, _frozen) = frozen_site("1s").await;
    let held = Held::postgres().await;
    let more = format!(
        "  held: {{url: \"{}\", manifest: pg.yaml, interval: 300ms, keep_connections: false}}\n",
        held.url
    );
    let configuration =
        std::fs::read_to_string(site.file()).unwrap().replace("connect: 30s", "connect: 300ms");
    site.configure(&(configuration + &more));
    let mut process = Process::start(&site);
    process.api().until("/readyz", |status, _| status == 200).await;
    held.proxy.hold("django_migrations").await;
    let mut half_sent = process.connect();
    half_sent.write_all(b"GET /livez HTTP/1.1\r\nhost:").unwrap();
    let idle = process.connect();
    let mut stuck = process.connect();
    for _ in 0..2000 {
        if stuck.write_all(b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n").is_err() {
            break;
        }
        stuck.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    }

    assert_eq!(process.status("/readyz"), Some(200));
    // Before the signal is sent, so that sending it counts too.
    let signalled = Instant::now();
    process.signal("-TERM");
    while process.status("/readyz") != Some(503) {
        assert!(signalled.elapsed() < Duration::from_millis(500), "/readyz does not fail");
    }
    let failed = signalled.elapsed();
    println!("/readyz fails {failed:?} after SIGTERM");
    assert!(failed <= Duration::from_millis(100), "{failed:?}");
    assert_eq!(process.status("/livez"), Some(200), "still answering in the drain");
    let (_, code) = process.ended();
    let took = signalled.elapsed();
    assert_eq!(code, Some(0));
    assert!(took >= Duration::from_millis(950) && took < Duration::from_secs(6), "{took:?}");
    drop((idle, stuck));
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let (site, _frozen) = frozen_site("60s").await;
    let mut process = Process::start(&site);
    process.signal("-INT");
    std::thread::sleep(Duration::from_millis(300));
    process.signal("-TERM");
    let (took, code) = process.ended();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(code, Some(130));
}

#[tokio::test]
async fn a_half_sent_header_is_cut_off() {
    let database = healthy_shop().await;
    let site = Site::new(&on_demand(&database));
    let process = Process::start(&site);
    let began = Instant::now();
    let mut streams = Vec::new();
    for start in ["", "G", "GET /livez HTTP/1.1\r\nhost:"] {
        let mut stream = process.connect();
        stream.write_all(start.as_bytes()).unwrap();
        streams.push(stream);
    }
    for mut stream in streams {
        let mut rest = Vec::new();
        // Closed with or without an answer; a reset is a close too.
        let _ = stream.read_to_end(&mut rest);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
    assert!(began.elapsed() > Duration::from_secs(2), "cut off too early");
    assert_eq!(process.status("/livez"), Some(200));
}

#[test]
fn wrong_usage_and_a_wrong_configuration_exit_with_3() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_schema-health")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(run(&["serve", "--nonsense"]).0, Some(3));
    let (code, told) = run(&["serve", "--config", "/nowhere/schema-health.yaml"]);
    assert_eq!(code, Some(3));
    assert!(told.contains("/nowhere/schema-health.yaml"), "{told}");
    assert_eq!(run(&["--version"]).0, Some(0));
}
