//! Applications that answer as no application should: nothing hangs, nothing grows, nothing is believed.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use schema_health::smoke::{SmokeOutcome, SmokeResult};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{result, run, shop};
use crate::servers::sqlite::sqlite_database;

/// A server that answers each path in its own way, and keeps what it was sent.
struct Stranger {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stranger {
    fn start(listener: TcpListener) -> Self {
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let stranger = Self { port, heard: Arc::clone(&heard) };
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, port, Arc::clone(&heard)));
            }
        });
        stranger
    }

    fn heard(&self, path: &str) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|it| it.starts_with(&format!("GET {path} "))).cloned().collect()
    }
}

/// What a broken connection answers is nobody's concern here.
async fn answer(mut stream: TcpStream, port: u16, heard: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    heard.lock().unwrap().push(head);
    let ok = "HTTP/1.1 200 OK\r\n";
    let redirect = |to: &str| format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
    let simple = match path.as_str() {
        "/fine" => format!("{ok}content-length: 5\r\n\r\nhello"),
        "/utf8" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhi \xff\xfe yo").await;
            return;
        }
        "/garbage" => "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned(),
        "/nothing" => return,
        "/status" => "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/cut" => format!("{ok}content-length: 500\r\n\r\nhello"),
        "/lengths" => format!("{ok}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!"),
        "/accuses" => "HTTP/1.1 500 Oops\r\n\r\nrelation &quot;shop_customer&quot; does not exist".to_owned(),
        "/accuses-another" => "HTTP/1.1 500 Oops\r\n\r\nshop_customers is fine".to_owned(),
        "/metadata" => redirect("http://169.254.169.254/latest/meta-data/"),
        "/metadata-number" => redirect("http://2852039166/latest/"),
        "/file" => redirect("file:///etc/passwd"),
        "/userinfo" => redirect(&format!("http://127.0.0.1@evil.example:{port}/fine")),
        "/scheme-relative" => redirect("//evil.example/fine"),
        "/loop" => redirect("/loop"),
        "/away" => redirect(&format!("http://localhost:{port}/fine")),
        "/there" => redirect("fine"),
        "/interim" => "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100_000),
        "/continue" => format!("HTTP/1.1 100 Continue\r\n\r\n{ok}content-length: 5\r\n\r\nhello"),
        _ => String::new(),
    };
    if !simple.is_empty() {
        let _ = stream.write_all(simple.as_bytes()).await;
        return;
    }
    match path.as_str() {
        "/endless" | "/endless-500" => {
            let head = if path == "/endless" { ok } else { "HTTP/1.1 500 Oops\r\n" };
            let _ = stream.write_all(format!("{head}\r\n").as_bytes()).await;
            while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
        }
        "/drip" => {
            let _ = stream.write_all(format!("{ok}\r\n").as_bytes()).await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        "/drip-head" => {
            let _ = stream.write_all(ok.as_bytes()).await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        "/huge-header" => {
            let _ = stream.write_all(ok.as_bytes()).await;
            while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
        }
        "/many-headers" => {
            let _ = stream.write_all(ok.as_bytes()).await;
            for number in 0..5000 {
                let _ = stream.write_all(format!("h{number}: x\r\n").as_bytes()).await;
            }
            let _ = stream.write_all(b"\r\n").await;
        }
        // Never.
        _ => tokio::time::sleep(Duration::from_secs(60)).await,
    }
}

const MANIFEST: &str = crate::service::harness::MANIFEST;

/// Asks for one path; `more` are keys of the check.
async fn ask(stranger: &Stranger, path: &str, more: &str) -> SmokeResult {
    let database = sqlite_database().await;
    database
        .execute(
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text NOT NULL, name text NOT NULL, applied text NOT NULL);
             INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00')",
        )
        .await;
    let smoke = format!(
        "base_url: http://127.0.0.1:{}\ntimeout: 700ms\nheaders: {{Authorization: canary}}\nchecks: [{{name: it, http: {path}{more}}}]",
        stranger.port
    );
    let began = Instant::now();
    let run = run(&shop(MANIFEST, &database.url(), &smoke)).await;
    assert!(began.elapsed() < Duration::from_secs(4), "{path}: {:?}", began.elapsed());
    let result = result(&run, "it").clone();
    assert!(!format!("{result:?}").contains("canary"), "{result:?}");
    result
}

fn resident_kilobytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_hurts() {
    let stranger = Stranger::start(TcpListener::bind("127.0.0.1:0").unwrap());
    let before = resident_kilobytes();
    let hello = ", body: {contains: hello}";
    for (path, more, outcome, message) in [
        ("/fine", "", SmokeOutcome::Passed, "answered 200"),
        ("/fine", hello, SmokeOutcome::Passed, "answered 200, and its body is as expected"),
        (
            "/fine",
            ", body: {matches: '^h.*o$'}",
            SmokeOutcome::Passed,
            "answered 200, and its body is as expected",
        ),
        (
            "/fine",
            ", body: {contains: bye}",
            SmokeOutcome::Failed,
            "answered 200, but its body does not contain what it should",
        ),
        ("/fine", ", status: [201, 300-399]", SmokeOutcome::Failed, "answered 200 instead of 201, 300-399"),
        (
            "/utf8",
            ", body: {contains: yo}",
            SmokeOutcome::Passed,
            "answered 200, and its body is as expected",
        ),
        ("/continue", hello, SmokeOutcome::Passed, "answered 200, and its body is as expected"),
        // The status is all that was asked for: the body is not waited for.
        ("/endless", "", SmokeOutcome::Passed, "answered 200"),
        ("/drip", "", SmokeOutcome::Passed, "answered 200"),
        (
            "/endless",
            hello,
            SmokeOutcome::Failed,
            "answered 200, but its body does not contain what it should, as far as its first 1048576 bytes go",
        ),
        (
            "/endless",
            ", body: {contains: 'y!'}, largest_body: 10",
            SmokeOutcome::Failed,
            "answered 200, but its body does not contain what it should, as far as its first 10 bytes go",
        ),
        ("/endless-500", "", SmokeOutcome::Failed, "answered 500 instead of 200-299"),
        ("/drip", hello, SmokeOutcome::Failed, "no whole answer within 700ms"),
        ("/drip-head", "", SmokeOutcome::Failed, "no whole answer within 700ms"),
        ("/never", "", SmokeOutcome::Failed, "no whole answer within 700ms"),
        ("/huge-header", "", SmokeOutcome::Failed, "its headers are too large"),
        ("/many-headers", "", SmokeOutcome::Failed, "its headers are too large"),
        ("/garbage", "", SmokeOutcome::Failed, "it answered what is no HTTP"),
        ("/nothing", "", SmokeOutcome::Failed, "it closed the connection without an answer"),
        ("/status", "", SmokeOutcome::Failed, "answered 999 instead of 200-299"),
        ("/cut", hello, SmokeOutcome::Failed, "its answer broke off"),
        ("/lengths", "", SmokeOutcome::Failed, "it answered what is no HTTP"),
    ] {
        let result = ask(&stranger, path, more).await;
        assert_eq!((result.outcome, result.message.as_str()), (outcome, message), "{path}{more}");
    }
    // However it is read, it ends.
    ask(&stranger, "/interim", "").await;
    let grown = resident_kilobytes().saturating_sub(before);
    assert!(grown < 64 << 10, "{grown} kB more");
}

/// What an answer says is missing is believed only of what is known to be missing.
#[tokio::test]
async fn an_answer_accuses_what_is_missing_and_nothing_else() {
    let stranger = Stranger::start(TcpListener::bind("127.0.0.1:0").unwrap());
    let accuses = ask(&stranger, "/accuses", "").await;
    assert_eq!(
        accuses.summary(),
        "blocked by shop_customer (missing; shop.0001_initial): answered 500 instead of 200-299"
    );
    assert_eq!(ask(&stranger, "/accuses-another", "").await.outcome, SmokeOutcome::Failed);
    let needs = ask(&stranger, "/never", ", needs: [shop_order]").await;
    assert_eq!(
        needs.summary(),
        "blocked by shop_order (missing; shop.0001_initial): no whole answer within 700ms"
    );
    let unknown = ask(&stranger, "/status", ", needs: [nowhere]").await;
    assert_eq!(
        unknown.summary(),
        "blocked by nowhere (missing; no applied migration makes it): answered 999 instead of 200-299"
    );
    assert_eq!(ask(&stranger, "/fine", ", needs: [nowhere]").await.outcome, SmokeOutcome::Passed);
}

#[tokio::test]
async fn a_redirect_leads_nowhere_that_the_configuration_does_not_name() {
    let stranger = Stranger::start(TcpListener::bind("127.0.0.1:0").unwrap());
    let unasked = ask(&stranger, "/there", "").await;
    assert_eq!(unasked.message, "answered 302 instead of 200-299", "not followed unless allowed");
    let follow = ", follow_redirects: true";
    for (path, message) in [
        ("/metadata", "it was redirected to a host that smoke.hosts does not name"),
        ("/metadata-number", "it was redirected to a host that smoke.hosts does not name"),
        ("/file", "it was redirected to a host that smoke.hosts does not name"),
        ("/userinfo", "it was redirected to a host that smoke.hosts does not name"),
        ("/scheme-relative", "it was redirected to a host that smoke.hosts does not name"),
        ("/away", "it was redirected to a host that smoke.hosts does not name"),
        ("/loop", "it was redirected more than 5 times"),
    ] {
        let result = ask(&stranger, path, follow).await;
        assert_eq!((result.outcome, result.message.as_str()), (SmokeOutcome::Failed, message), "{path}");
    }
    assert_eq!(stranger.heard("/loop").len(), 6, "and no more");
    assert_eq!(ask(&stranger, "/there", follow).await.message, "answered 200");
}

/// What was said for one host is not told to another.
#[tokio::test]
async fn headers_go_to_the_first_host_only() {
    let stranger = Stranger::start(TcpListener::bind("127.0.0.1:0").unwrap());
    let database = sqlite_database().await;
    let ledger = "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text NOT NULL, name text NOT NULL, applied text NOT NULL)";
    database.execute(ledger).await;
    let smoke = format!(
        "base_url: http://127.0.0.1:{0}\nhosts: ['localhost:{0}']\nheaders: {{Authorization: token, Cookie: a=b}}\nchecks:\n  \
         - {{name: away, http: /away, follow_redirects: true}}\n  - {{name: there, http: /there, follow_redirects: true}}",
        stranger.port
    );
    let run = run(&shop(MANIFEST, &database.url(), &smoke)).await;
    assert_eq!(result(&run, "away").message, "answered 200", "{run:?}");
    assert_eq!(result(&run, "there").message, "answered 200");
    assert!(stranger.heard("/away")[0].contains("authorization: token\r\n"));
    let fine = stranger.heard("/fine");
    assert!(fine[0].contains(&format!("host: localhost:{}\r\n", stranger.port)), "{fine:?}");
    assert!(!fine[0].contains("authorization") && !fine[0].contains("cookie"), "{fine:?}");
    assert!(fine[1].contains("authorization: token\r\ncookie: a=b\r\n"), "{fine:?}");
}

#[tokio::test]
async fn what_is_not_there_fails_at_once() {
    let database = sqlite_database().await;
    let ledger = "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text NOT NULL, name text NOT NULL, applied text NOT NULL)";
    database.execute(ledger).await;
    let smoke = "hosts: [127.0.0.1, no-such-host.invalid]\nchecks:\n  - {name: refused, http: 'http://127.0.0.1:1/'}\n  \
                 - {name: unresolved, http: 'http://no-such-host.invalid/'}\n  - {name: no tls, http: 'https://127.0.0.1:1/'}";
    let run = run(&shop(MANIFEST, &database.url(), smoke)).await;
    assert_eq!(result(&run, "refused").message, "no connection: connection refused");
    assert_eq!(result(&run, "unresolved").message, "the name of its host could not be resolved");
    assert_eq!(result(&run, "no tls").message, "no connection: connection refused");
}

/// The budget of a run is for all of its checks; who comes too late is not accused.
#[tokio::test]
async fn a_run_ends_with_its_budget() {
    let stranger = Stranger::start(TcpListener::bind("127.0.0.1:0").unwrap());
    let database = sqlite_database().await;
    let ledger = "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text NOT NULL, name text NOT NULL, applied text NOT NULL)";
    database.execute(ledger).await;
    let smoke = format!(
        "base_url: http://127.0.0.1:{}\nbudget: 1s\ntimeout: 600ms\nchecks:\n  - {{name: first, http: /never}}\n  \
         - {{name: second, http: /never}}\n  - {{name: third, http: /fine}}",
        stranger.port
    );
    let began = Instant::now();
    let run = run(&shop(MANIFEST, &database.url(), &smoke)).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(result(&run, "first").summary(), "failed: no whole answer within 600ms");
    assert_eq!(result(&run, "second").summary(), "not tested: the run's budget of 1s ended during it");
    assert_eq!(result(&run, "third").summary(), "not tested: the run's budget of 1s was used up before it");
}
