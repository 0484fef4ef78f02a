//! What is refused in the configuration, where it stands, without repeating a secret.

use schema_health::config::Config;
use tempfile::TempDir;

const MANIFEST: &str = "
format: 1
dialect: mariadb
ledger: django
migrations:
  - {app: a, name: '1', operations: [{create_table: {name: t, columns: {id: int primary key}}}]}
";

/// The mistakes of a `smoke` section, without the file's name.
fn mistakes(smoke: &str) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("m.yaml"), MANIFEST).unwrap();
    std::fs::write(folder.path().join("empty"), "").unwrap();
    let file = folder.path().join("f.yaml");
    let smoke: String = smoke.lines().map(|line| format!("    {line}\n")).collect();
    let text =
        format!("databases:\n  a:\n    url: mysql://u:canary@h/d\n    manifest: m.yaml\n    smoke:\n{smoke}");
    std::fs::write(&file, text).unwrap();
    match Config::load(&file) {
        Ok(config) => {
            assert!(!format!("{config:?}{config:#?}").contains("canary"));
            Vec::new()
        }
        Err(error) => {
            assert!(!format!("{error}{error:?}").contains("canary"), "{error}");
            let prefix = format!("{}/f.yaml:", folder.path().display());
            let folder = folder.path().display().to_string();
            error.mistakes.iter().map(|it| it.replace(&prefix, "").replace(&folder, "")).collect()
        }
    }
}

#[test]
fn a_whole_section_is_read() {
    let told = mistakes(
        "  base_url: https://app.internal:8443/base
  hosts: [login.internal, '10.0.0.1:80']
  headers: {X-Token: canary, Host: other.internal}
  budget: 20s
  timeout: 3s
  interval: 5m
  url: mariadb://reader:canary@h/d
  allow_write_checks: true
  write_url: mysql://writer:canary@h/d
  checks:
    - {name: b, http: GET /x?token=canary, after: [w], status: [200, 301-302], body: {matches: 'a+'}}
    - {name: w, write: [INSERT INTO t VALUES (1), DELETE FROM t], needs: [t]}
    - {name: h, http: 'HEAD http://login.internal/', status: 204, follow_redirects: true, largest_body: 10}
    - {name: s, sql: SELECT 1, expect: {value: true}, timeout: 1s}",
    );
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let told = mistakes(
        "  base_url: http://user:canary@app/
  hosts: ['http://x', '*']
  headers: {'a b': x, Connection: close, X: {file: nowhere}, Y: {secret: canary}}
  ca_file: empty
  timeout: 0s
  url: postgres://u:canary@h/d
  colour: red
  checks:
    - {http: /x}
    - {name: post, http: POST http://x/}
    - {name: other, http: 'http://169.254.169.254/latest?canary'}
    - {name: file, http: 'file:///etc/passwd'}
    - {name: status, http: 'http://x/', status: 20}
    - {name: body, http: 'http://x/', body: {contains: a, matches: b}}
    - {name: regex, http: 'http://x/', body: {matches: '(canary'}}
    - {name: both, http: 'http://x/', sql: SELECT 1}
    - {name: none}
    - {name: ddl, sql: DROP TABLE t}
    - {name: two, sql: SELECT 1; SELECT 2}
    - {name: outfile, sql: \"SELECT 1 INTO OUTFILE '/tmp/x'\"}
    - {name: comment, sql: 'SELECT 1 /*! ; DROP TABLE t */'}
    - {name: expect, sql: SELECT 1, expect: joy}
    - {name: write, write: INSERT INTO t VALUES (1)}
    - {name: write, sql: SELECT 1, after: [nobody]}
    - {name: \"two\\nlines\", sql: SELECT 1}
    - {name: unknown, sql: SELECT 1, status: 200}",
    );
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_circle_and_what_is_empty_are_told() {
    let circle =
        mistakes("  checks: [{name: a, sql: SELECT 1, after: [b]}, {name: b, sql: SELECT 1, after: [a]}]");
    assert_eq!(circle, ["6:16: after: smoke check \"a\" waits for itself, or for one that waits for it"]);
    assert!(mistakes("  budget: 1s")[0].contains("smoke has no checks"), "{:?}", mistakes("  budget: 1s"));
    let alone = mistakes("  allow_write_checks: true\n  checks: [{name: a, write: DELETE FROM t}]");
    assert!(alone[0].contains("a role of their own"), "{alone:?}");
    let ddl = mistakes(
        "  allow_write_checks: true\n  write_url: mysql://w@h/d\n  checks: [{name: a, write: TRUNCATE t}]",
    );
    assert!(ddl[0].contains("begins with TRUNCATE, which a rollback may not take back"), "{ddl:?}");
}
