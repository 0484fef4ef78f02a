//! The demo is what README shows of it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// What the demo prints up to the last of its smoke checks, with the port that README has.
fn told() -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_schema-health"))
        .args(["demo", "--listen", "127.0.0.1:0"])
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut text = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        text.push_str(&line.unwrap());
        text.push('\n');
        if text.ends_with("end with Ctrl-C.\n") {
            break;
        }
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .unwrap();
    child.wait().unwrap();
    let folder = text.rsplit("lie in ").next().unwrap().split(';').next().unwrap();
    assert!(
        folder.contains("schema-health-demo-") && !Path::new(folder).exists(),
        "{folder} was left behind"
    );
    let port = text.split("http://127.0.0.1:").nth(1).unwrap().split('/').next().unwrap().to_owned();
    text.replace(&format!("127.0.0.1:{port}/"), "127.0.0.1:8080/")
}

#[test]
fn it_tells_what_readme_says_it_tells() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let shown = readme.split("### The demo").nth(1).unwrap().split("```").nth(1).unwrap();
    let told = told();
    let mut rest = told.as_str();
    for part in shown.trim().split('…').flat_map(str::lines).map(str::trim_end).filter(|it| !it.is_empty())
    {
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("not told (any more, or in this order): {part}\n{told}"));
        rest = &rest[at + part.len()..];
    }
    assert!(shown.lines().count() > 14 && shown.contains("smoke checks: 2 passed"), "{shown}");
}
