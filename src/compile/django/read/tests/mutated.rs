//! Migration files, broken by chance: whatever becomes of them, an answer. `PROPTEST_CASES` says how many are tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::Tree;
use crate::compile::django::compile;

/// Every Python file below the folder, in order.
fn python_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            python_below(&entry, found);
        } else if entry.extension().is_some_and(|it| it == "py") {
            found.push(entry);
        }
    }
}

fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    python_below(&root.join("tests/conformance/synthetic"), &mut files);
    python_below(&root.join("tests/cases"), &mut files);
    files.retain(|it| it.components().any(|part| part.as_os_str() == "migrations"));
    assert!(files.len() > 40, "{}", files.len());
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// What is put in the place of something else.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"\"\"",
    ",",
    ":",
    "=",
    ".",
    "*",
    "**",
    "\\",
    "\n",
    "\n    ",
    "\t",
    "#",
    "@",
    " if x else ",
    " for x in x",
    " lambda: ",
    "yield ",
    "await ",
    "not ",
    "None",
    "-1",
    "10**10**10",
    "'a'*10**9",
    "f'{x!r:>{y}}'",
    "b'\\xff'",
    "\0",
    "\u{feff}",
    "é",
    "while True: pass\n",
    "from . import x\n",
    "class Migration: pass\n",
    "operations = operations + operations\n",
    "Migration.operations",
    "migrations.RunSQL(",
    "super().__init__(",
];

#[derive(Clone, Debug)]
enum Damage {
    Cut(usize, usize),
    Double(usize, usize),
    Move(usize, usize, usize),
    Put(usize, usize),
}

fn a_damage() -> impl Strategy<Value = Damage> {
    let at = || any::<usize>();
    let length = 1..120_usize;
    prop_oneof![
        (at(), length.clone()).prop_map(|(at, length)| Damage::Cut(at, length)),
        (at(), length.clone()).prop_map(|(at, length)| Damage::Double(at, length)),
        (at(), length, at()).prop_map(|(at, length, to)| Damage::Move(at, length, to)),
        (at(), 0..PIECES.len()).prop_map(|(at, piece)| Damage::Put(at, piece)),
    ]
}

fn damaged(text: &str, damages: &[Damage]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for damage in damages {
        let place = |at: usize| at % (text.len() + 1);
        match *damage {
            Damage::Cut(at, length) => {
                let at = place(at);
                text.drain(at..(at + length).min(text.len()));
            }
            Damage::Double(at, length) => {
                let at = place(at);
                let piece = text[at..(at + length).min(text.len())].to_vec();
                text.splice(at..at, piece);
            }
            Damage::Move(at, length, to) => {
                let at = place(at);
                let piece: Vec<char> = text.drain(at..(at + length).min(text.len())).collect();
                let to = to % (text.len() + 1);
                text.splice(to..to, piece);
            }
            Damage::Put(at, piece) => {
                let at = place(at);
                text.splice(at..at, PIECES[piece].chars());
            }
        }
    }
    text.into_iter().collect()
}

#[test]
fn broken_migrations_are_read_and_compiled_to_something() {
    let texts = texts();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (0..texts.len(), proptest::collection::vec(a_damage(), 1..6));
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&strategy, |(at, damages)| {
        let text = damaged(&texts[at], &damages);
        let tree = Tree::new().file("shop/migrations/0001_x.py", &text).app("shop");
        let start = Instant::now();
        let project = tree.read();
        compile(&project);
        prop_assert!(start.elapsed() < Duration::from_secs(20), "{:?} for\n{text}", start.elapsed());
        Ok(())
    });
    result.unwrap();
}
