//! A canary password: it must never come out, whatever goes wrong.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use schema_health::config::Config;

use super::harness::*;

const CANARY: &str = "c4n4ry-s3cr3t";

/// URLs that are accepted: the failure comes when they are used.
fn usable(port: u16) -> Vec<String> {
    let mut urls = Vec::new();
    for scheme in ["postgres", "postgresql", "mysql", "mariadb"] {
        urls.extend([
            format!("{scheme}://user:{CANARY}@127.0.0.1:{port}/db"),
            format!("{scheme}://user:{CANARY}@127.0.0.1:1/db"),
            format!("{scheme}://user:{CANARY}@no-such-host.invalid/db"),
            format!("{scheme}://user:{CANARY}%40x@127.0.0.1:1/db?sslmode={CANARY}&ssl-mode={CANARY}"),
            format!("{scheme}://user:{CANARY}@127.0.0.1:99999/db"),
            format!("{scheme}://:{CANARY}@/db"),
            format!("{scheme}://user:{CANARY}@[::1/db"),
            format!("{scheme}://127.0.0.1:1/db?password={CANARY}&unknown={CANARY}"),
        ]);
    }
    // A file's name is no secret, and is told; what stands where other URLs have a password is.
    urls.push(format!("sqlite:///nowhere/lost.db?mode={CANARY}&key={CANARY}"));
    urls.push(format!("sqlite://user:{CANARY}@host/lost.db"));
    urls
}

#[test]
fn refused_urls_are_not_repeated() {
    let site = Site::new("");
    for url in [
        format!("user:{CANARY}@host/db"),
        format!("http://user:{CANARY}@host/db"),
        format!("postgres:user:{CANARY}@host/db"),
        format!("POSTGRES://user:{CANARY}@host/db"),
        format!("//user:{CANARY}@host"),
        format!("${{{CANARY}"),
        format!("*{CANARY}"),
        format!("{{{CANARY}: 1}}"),
        format!("[{CANARY}, 2]"),
        format!("\"{CANARY}\\q\""),
        format!("|\n{CANARY}"),
    ] {
        site.configure(&format!("databases:\n  shop:\n    manifest: manifest.yaml\n    url: {url}\n"));
        let refused = Config::load(&site.file()).unwrap_err();
        for told in [refused.to_string(), format!("{refused:?}")] {
            assert!(!told.contains(CANARY), "{url}: {told}");
        }
    }
}

#[test]
fn debug_of_a_configuration_keeps_the_secret() {
    let site = Site::new("");
    std::fs::write(site.folder.path().join("url"), format!("sqlite:{CANARY}.db")).unwrap();
    site.configure("databases: {a: {url: \"sqlite:${SECRET}\", manifest: manifest.yaml}, b: {url_file: url, manifest: manifest.yaml}}");
    let environment = |name: &str| (name == "SECRET").then(|| CANARY.to_owned());
    let config = Config::load_with(&site.file(), &environment).unwrap();
    assert!(!format!("{config:?}").contains(CANARY));
    assert!(!format!("{config:#?}").contains(CANARY));
}

#[tokio::test]
async fn a_password_never_comes_out_of_the_running_service() {
    let frozen = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = frozen.local_addr().unwrap().port();
    let site = Site::new("");
    for dialect in ["postgres", "mysql", "mariadb"] {
        let file = site.folder.path().join(format!("{dialect}.yaml"));
        std::fs::write(file, MANIFEST.replace("sqlite", dialect)).unwrap();
    }
    let mut configuration = String::from(
        "interval: 500ms\nbudgets: {connect: 1s, audit: 2s}\nlog: {format: json}\ndrain: 0s\ndatabases:\n",
    );
    let urls = usable(port);
    for (number, url) in urls.iter().enumerate() {
        let manifest = match url.split(':').next().unwrap() {
            "postgres" | "postgresql" => "postgres.yaml",
            "mysql" | "mariadb" => "mysql.yaml",
            _ => "manifest.yaml",
        };
        configuration += &format!("  db{number}: {{url: \"{url}\", manifest: {manifest}}}\n");
    }
    site.configure(&configuration);

    let address =
        format!("127.0.0.1:{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let mut child = Command::new(env!("CARGO_BIN_EXE_schema-health"))
        .args(["serve", "--listen", &address, "--config"])
        .arg(site.file())
        .env("RUST_LOG", "trace")
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let get = |path: &str| -> Option<String> {
        let mut stream = TcpStream::connect(&address).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    };
    let began = Instant::now();
    while !get("/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200")) {
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", get("/readyz?verbose"));
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut told = vec![get("/metrics").unwrap(), get("/v1/databases").unwrap()];
    for (number, url) in urls.iter().enumerate() {
        told.push(get(&format!("/readyz/db{number}")).unwrap());
        let report = get(&format!("/v1/databases/db{number}")).unwrap();
        assert!(report.contains("\"failure\":{"), "{url}: {report}");
        told.push(report);
    }
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    child.wait().unwrap();
    let log = log.join().unwrap();
    assert!(log.contains("audit failed"), "there is a log to look into");
    assert!(log.contains("\"level\":\"TRACE\"") || log.contains("\"level\":\"DEBUG\""), "a talkative one");
    told.push(log);
    for text in told {
        if let Some(at) = text.find(CANARY) {
            let from = text[..at].rfind('\n').unwrap_or(0);
            panic!("the password came out: {}", &text[from..at + CANARY.len()]);
        }
    }
}
