//! A canary password: it must never come out, whatever goes wrong.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use schema_health::config::{Config, LogConfig, LogFormat};
use schema_health::service::logging;

use super::harness::*;
use super::process::Process;
use super::watch::{mysql_shop, postgres_shop};
use crate::servers::{mysql, postgres};

const CANARY: &str = "c4n4ry-s3cr3t";

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

/// What a URL of a server is made of.
#[derive(Clone)]
struct Parts {
    scheme: &'static str,
    user: String,
    /// Holds the canary.
    password: String,
    host: String,
    database: String,
    /// With `&` before each.
    parameters: String,
}

/// A URL in the shapes in which people write it, each with the password somewhere.
fn shapes(parts: &Parts) -> Vec<String> {
    let Parts { scheme, user, password, host, database, parameters } = parts;
    let other = match *scheme {
        "postgres" => "postgresql",
        _ => "mariadb",
    };
    let more = parameters.trim_start_matches('&');
    let plain = format!("{scheme}://{user}:{password}@{host}/{database}");
    vec![
        format!("{plain}?{more}"),
        format!("{other}://{user}:{password}@{host}/{database}?{more}"),
        format!("{scheme}://{user}:%63{}@{host}/{database}?{more}", &password[1..]),
        format!("{scheme}://{user}:{password}%40%2F%3A%23@{host}/{database}?{more}"),
        format!("{scheme}://{user}:{password}@{password}@{host}/{database}?{more}"),
        format!("{scheme}://{user}:{password}:{password}@{host}/{database}?{more}"),
        format!("{scheme}://:{password}@{host}/{database}?{more}"),
        format!("{scheme}://{password}@{host}/{database}?{more}"),
        format!("{scheme}://{user}@{host}/{database}?password={password}wrong{parameters}"),
        format!("{scheme}://{user}:{password}@{host}/{database}?passwd={password}{parameters}"),
        format!("{scheme}://{user}:{password}@{host}/{database}?application_name={password}{parameters}"),
        format!(
            "{scheme}://{user}:{password}@{host}/{database}?sslrootcert=/nowhere/{password}&ssl-ca=/nowhere/{password}{parameters}"
        ),
        format!("{scheme}://{user}:{password}@{host}/{database}?{more}#{password}"),
        format!("{scheme}://{user}:{password}@{host}/{database}?{more}&{password}"),
        format!("{scheme}://{user}:{password}?@{host}/{database}?{more}"),
        format!("{scheme}://{user}:{password}#@{host}/{database}?{more}"),
    ]
}

/// What fails, for one server: `right` has the canary as its password, and would come in.
fn failures(right: &Parts, frozen: u16) -> Vec<(&'static str, Parts)> {
    let with = |change: &dyn Fn(&mut Parts)| {
        let mut parts = right.clone();
        change(&mut parts);
        parts
    };
    let refused = "127.0.0.1:1";
    vec![
        ("wrong password", with(&|it| it.password += "-wrong")),
        ("unreachable", with(&|it| it.host = refused.to_owned())),
        ("unresolved", with(&|it| it.host = "no-such-host.invalid".to_owned())),
        ("frozen", with(&|it| it.host = format!("127.0.0.1:{frozen}"))),
        ("no database", with(&|it| it.database = "not_there".to_owned())),
        ("no TLS", with(&|it| it.parameters = "&sslmode=require&ssl-mode=REQUIRED".to_owned())),
        ("bad value", with(&|it| it.parameters = format!("&sslmode={CANARY}&ssl-mode={CANARY}"))),
        ("bad port", with(&|it| it.host = format!("127.0.0.1:{CANARY}"))),
        (
            "unknown parameter",
            with(&|it| {
                it.host = refused.to_owned();
                it.parameters = format!("&pasword={CANARY}");
            }),
        ),
    ]
}

/// Of SQLite a file's name is no secret, and is told; what stands where other URLs have a password is.
fn sqlite_shapes(path: &str) -> Vec<String> {
    vec![
        format!("sqlite:{path}?password={CANARY}"),
        format!("sqlite://{path}?password={CANARY}"),
        format!("sqlite://{path}?key={CANARY}&mode=ro"),
        format!("sqlite://{path}?mode={CANARY}"),
        format!("sqlite://{path}?cache={CANARY}"),
        format!("sqlite://{path}?vfs={CANARY}"),
        format!("sqlite://{path}?immutable={CANARY}"),
        format!("sqlite://{path}?_pragma=key({CANARY})"),
        format!("sqlite://{path}?{CANARY}"),
        format!("sqlite://{path}?password=%63{}", &CANARY[1..]),
        format!("sqlite://{path}?a=b?password={CANARY}"),
        format!("sqlite://{path}?mode=ro&password={CANARY}#{CANARY}"),
        format!("sqlite:///nowhere/{CANARY}/lost.db"),
        format!("sqlite://user:{CANARY}@host/lost.db"),
    ]
}

/// Every URL with what fails and the manifest it needs.
async fn urls(frozen: u16) -> (Vec<(String, &'static str, String)>, impl Sized) {
    let (of_postgres, mut of_mysql) = (postgres_shop().await, mysql_shop().await);
    let role = of_postgres.role().await;
    of_postgres.execute(&format!("ALTER ROLE {role} PASSWORD '{CANARY}'")).await;
    let user = of_mysql.user_url(&["SELECT ON {db}.*"]).await;
    let user = user.split(['/', ':']).nth(3).unwrap().to_owned();
    of_mysql.execute(&format!("ALTER USER '{user}'@'%' IDENTIFIED BY '{CANARY}'")).await;
    let parts = |scheme, user, host, database| Parts {
        scheme,
        user,
        password: CANARY.to_owned(),
        host,
        database,
        parameters: String::new(),
    };
    let database = of_postgres.name().to_owned();
    let on_postgres = parts("postgres", role, postgres::server_address(), database);
    let on_mysql = parts("mysql", user, mysql::server_address(), of_mysql.name.clone());
    let mut urls = Vec::new();
    for (right, manifest) in [(on_postgres, "postgres"), (on_mysql, of_mysql.kind())] {
        for (what, parts) in failures(&right, frozen) {
            urls.extend(shapes(&parts).into_iter().map(|url| (format!("{manifest}, {what}"), manifest, url)));
        }
    }

    let of_sqlite = healthy_shop().await;
    let folder = of_sqlite.path().parent().unwrap().to_owned();
    std::fs::write(folder.join("text.db"), "no database, but long enough to be looked into ".repeat(9))
        .unwrap();
    std::fs::copy(of_sqlite.path(), folder.join("torn.db")).unwrap();
    std::fs::OpenOptions::new().write(true).open(folder.join("torn.db")).unwrap().set_len(5000).unwrap();
    let mut locked = of_sqlite.connect().await;
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut locked).await.unwrap();
    for (what, name) in [
        ("no file", "lost.db"),
        ("a directory", ""),
        ("no folder", "db.sqlite3/lost.db"),
        ("no database", "text.db"),
        ("damaged", "torn.db"),
        ("locked", "db.sqlite3"),
    ] {
        let path = folder.join(name).display().to_string();
        urls.extend(sqlite_shapes(&path).into_iter().map(|url| (format!("sqlite, {what}"), "sqlite", url)));
    }
    (urls, (of_postgres, of_mysql, of_sqlite, locked))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_never_comes_out_of_the_running_service() {
    let frozen = TcpListener::bind("127.0.0.1:0").unwrap();
    let (urls, _databases) = urls(frozen.local_addr().unwrap().port()).await;
    assert!(urls.len() >= 12 * 6 * 3, "{}", urls.len());
    let site = Site::new("");
    for dialect in ["postgres", "mysql", "mariadb", "sqlite"] {
        let file = site.folder.path().join(format!("{dialect}.yaml"));
        std::fs::write(file, MANIFEST.replace("sqlite", dialect)).unwrap();
    }
    let databases: String = (urls.iter().enumerate())
        .map(|(number, (_, manifest, url))| {
            format!("  db{number}: {{url: \"{url}\", manifest: {manifest}.yaml}}\n")
        })
        .collect();
    for format in ["json", "text"] {
        site.configure(&format!(
            "interval: 1h\nbudgets: {{connect: 1s, lock: 100ms, audit: 2s}}\nconcurrency: 100\ndrain: 0s\n\
             log: {{format: {format}}}\ndatabases:\n{databases}"
        ));
        let config = Config::load(&site.file()).unwrap();
        keeps_the_secret("{:?}", &format!("{config:?} {config:#?}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_schema-health"));
        command.env("RUST_LOG", "trace");
        let mut process = Process::start_as(command, &site);
        process.api().until("/readyz", |status, _| status == 200).await;
        for path in ["/metrics", "/v1/databases", "/openapi.json", "/readyz?verbose", "/livez?verbose", "/"] {
            keeps_the_secret(path, &process.get(path).unwrap());
        }
        for (number, (what, _, url)) in urls.iter().enumerate() {
            let report = process.get(&format!("/v1/databases/db{number}")).unwrap();
            assert!(report.contains("\"failure\":{"), "{what}: {url}: {report}");
            keeps_the_secret(what, &report);
            for rest in ["/findings", "/migrations", "/tables/shop_order"] {
                keeps_the_secret(what, &process.get(&format!("/v1/databases/db{number}{rest}")).unwrap());
            }
            keeps_the_secret(what, &process.get(&format!("/readyz/db{number}?verbose")).unwrap());
        }
        process.signal("-TERM");
        process.ended();
        let log = process.log();
        let failed = log.matches("audit failed").count();
        println!("{} URLs, {failed} failures told, {} MB of {format}", urls.len(), log.len() >> 20);
        assert!(failed >= urls.len(), "{failed} of {} failures are told", urls.len());
        assert!(log.contains("DEBUG"), "a talkative log");
        keeps_the_secret("the log", &log);
    }
}

/// Headers, queries and URLs of smoke checks hold secrets in every place where one may stand; the servers that are
/// asked send them back, or are not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_of_a_smoke_check_never_comes_out() {
    let echo = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = echo.local_addr().unwrap().port();
    let frozen = TcpListener::bind("127.0.0.1:0").unwrap();
    let frozen_port = frozen.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in echo.incoming() {
            let Ok(mut stream) = stream else { return };
            std::thread::spawn(move || {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read_exact(&mut byte).is_err() {
                        return;
                    }
                    head.extend(byte);
                }
                let text = String::from_utf8_lossy(&head);
                assert!(text.contains(CANARY), "the header was sent");
                let (status, more) = match text.split(' ').nth(1).unwrap_or_default() {
                    path if path.starts_with("/redirect") => {
                        ("302 Found", format!("location: http://{CANARY}@{CANARY}.invalid/?{CANARY}\r\n"))
                    }
                    path if path.starts_with("/ok") => ("200 OK", String::new()),
                    _ => ("500 Oops", format!("x-{CANARY}: {CANARY}\r\nset-cookie: {CANARY}\r\n")),
                };
                let answer = format!("HTTP/1.1 {status}\r\n{more}connection: close\r\n\r\n{text}");
                // Whoever has heard enough goes away.
                let _ = stream.write_all(answer.as_bytes());
            });
        }
    });
    let postgres = postgres_shop().await;
    let role = postgres.role().await;
    postgres
        .execute(&format!(
            "ALTER ROLE {role} PASSWORD '{CANARY}'; GRANT SELECT ON django_migrations TO {role}"
        ))
        .await;
    let url = postgres.url_of(&role).replace("role-secret", CANARY);
    let site = Site::new("");
    std::fs::write(site.folder.path().join("token"), CANARY).unwrap();
    std::fs::write(site.folder.path().join("postgres.yaml"), MANIFEST.replace("sqlite", "postgres")).unwrap();
    for format in ["json", "text"] {
        site.configure(&format!(
            "interval: 1h
confirm_after: 100ms
drain: 0s
log: {{format: {format}}}
databases:
  shop:
    url: \"{url}\"
    manifest: postgres.yaml
    smoke:
      base_url: http://127.0.0.1:{port}
      hosts: ['127.0.0.1']
      headers: {{Authorization: Bearer {CANARY}, Cookie: {{file: token}}}}
      timeout: 500ms
      url: \"{url}?application_name={CANARY}\"
      allow_write_checks: true
      write_url: \"{url}-wrong\"
      checks:
        - {{name: fails, http: /fails?token={CANARY}}}
        - {{name: ok, http: /ok?token={CANARY}, body: {{contains: '{CANARY}-not-there'}}}}
        - {{name: matches, http: /ok?token={CANARY}, body: {{matches: '{CANARY}'}}}}
        - {{name: redirect, http: /redirect?token={CANARY}, follow_redirects: true}}
        - {{name: refused, http: 'http://127.0.0.1:1/?token={CANARY}'}}
        - {{name: frozen, http: 'http://127.0.0.1:{frozen_port}/?token={CANARY}'}}
        - {{name: tls, http: 'https://127.0.0.1:{port}/?token={CANARY}'}}
        - {{name: denied, sql: \"SELECT * FROM shop_order WHERE note = '{CANARY}'\"}}
        - {{name: value, sql: \"SELECT '{CANARY}'\", expect: {{value: '{CANARY}-other'}}}}
        - {{name: broken, sql: \"SELECT CAST('{CANARY}' AS integer)\"}}
        - {{name: typing error, sql: \"SELECT FROM '{CANARY}' '{CANARY}'\"}}
        - {{name: write, write: \"INSERT INTO shop_customer VALUES (1, '{CANARY}')\"}}
"
        ));
        let config = Config::load(&site.file()).unwrap();
        keeps_the_secret("{:?}", &format!("{config:?} {config:#?}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_schema-health"));
        command.env("RUST_LOG", "trace");
        let mut process = Process::start_as(command, &site);
        process.api().until("/v1/databases/shop", |_, body| body.contains("\"refused\"")).await;
        let report = process.get("/v1/databases/shop").unwrap();
        for told in
            ["answered 500 instead", "smoke.hosts does not name", "no whole answer", "permission denied for"]
        {
            assert!(report.contains(told), "{told}: {report}");
        }
        for path in [
            "/metrics",
            "/v1/databases",
            "/v1/databases/shop",
            "/v1/databases/shop/findings",
            "/v1/databases/shop/smoke-checks",
            "/readyz/shop?verbose",
        ] {
            keeps_the_secret(path, &process.get(path).unwrap());
        }
        process.signal("-TERM");
        process.ended();
        let log = process.log();
        assert!(log.contains("smoke check failed") && log.contains("DEBUG"), "a talkative log");
        keeps_the_secret("the log", &log);
        for format in ["text", "json", "junit", "github", "sarif"] {
            let output = Command::new(env!("CARGO_BIN_EXE_schema-health"))
                .args(["check", "--smoke", "--format", format, "--config"])
                .arg(site.file())
                .output()
                .unwrap();
            let told = [output.stdout, output.stderr].concat();
            assert!(String::from_utf8_lossy(&told).contains("refused"), "{format}");
            keeps_the_secret(format, &String::from_utf8_lossy(&told));
        }
    }
}

#[track_caller]
fn keeps_the_secret(what: &str, text: &str) {
    if let Some(at) = text.find(CANARY) {
        let from = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        panic!("the password came out of {what}: {}", &text[from..at + CANARY.len()]);
    }
}

/// Runs in a process of its own, as its hook is the process's.
#[test]
#[ignore = "the_text_of_a_panic_and_of_sqlx_stays_inside runs it"]
fn a_panic_with_a_secret() {
    let format = match std::env::var("LOG_FORMAT").as_deref() {
        Ok("json") => LogFormat::Json,
        _ => LogFormat::Text,
    };
    logging::init(&LogConfig { format, level: Some("trace".to_owned()) });
    // sqlx warns of a parameter that it does not know, and repeats it.
    let unknown = format!("postgres://user@host/db?pasword={CANARY}");
    unknown.parse::<sqlx::postgres::PgConnectOptions>().unwrap();
    let url = format!("postgres://user:{CANARY}@host/db?sslmode={CANARY}");
    let thread = std::thread::spawn(move || url.parse::<sqlx::postgres::PgConnectOptions>().unwrap());
    thread.join().unwrap_err();
}

#[test]
fn the_text_of_a_panic_and_of_sqlx_stays_inside() {
    for format in ["json", "text"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "service::secrets::a_panic_with_a_secret", "--ignored", "--nocapture"])
            .env("LOG_FORMAT", format)
            .output()
            .unwrap();
        let told =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(told.contains("a bug: this should not happen") && told.contains("secrets.rs:"), "{told}");
        keeps_the_secret("a panic", &told);
    }
}
