//! Migration files, broken by chance: whatever becomes of them, an answer. `PROPTEST_CASES` says how many are tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use regex::Regex;
use rustix::time::{ClockId, clock_gettime};

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
    assert!(files.len() > 150, "{}", files.len());
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
    /// A word in the place of another, so that what comes of it can mostly be parsed.
    Word(usize, usize, usize),
    /// A line twice, or somewhere else.
    Line(usize, usize),
}

fn a_damage() -> impl Strategy<Value = Damage> {
    let at = || any::<usize>();
    let length = 1..120_usize;
    prop_oneof![
        1 => (at(), length.clone()).prop_map(|(at, length)| Damage::Cut(at, length)),
        1 => (at(), length.clone()).prop_map(|(at, length)| Damage::Double(at, length)),
        1 => (at(), length, at()).prop_map(|(at, length, to)| Damage::Move(at, length, to)),
        1 => (at(), 0..PIECES.len()).prop_map(|(at, piece)| Damage::Put(at, piece)),
        8 => (at(), at(), at()).prop_map(|(at, of, other)| Damage::Word(at, of, other)),
        2 => (at(), at()).prop_map(|(at, to)| Damage::Line(at, to)),
    ]
}

/// Where the names, the numbers and the texts without a break stand.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"\w+|'[^'\n]*'|"[^"\n]*""#).unwrap());
    WORD.find_iter(text).map(|it| it.range()).collect()
}

fn damaged(text: &str, damages: &[Damage], texts: &[String]) -> String {
    damages.iter().fold(text.to_owned(), |text, damage| damaged_once(&text, damage, texts))
}

fn damaged_once(text: &str, damage: &Damage, texts: &[String]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let place = |at: usize| at % (letters.len() + 1);
    match *damage {
        Damage::Cut(at, length) => {
            let at = place(at);
            letters.drain(at..(at + length).min(letters.len()));
        }
        Damage::Double(at, length) => {
            let at = place(at);
            let piece = letters[at..(at + length).min(letters.len())].to_vec();
            letters.splice(at..at, piece);
        }
        Damage::Move(at, length, to) => {
            let at = place(at);
            let piece: Vec<char> = letters.drain(at..(at + length).min(letters.len())).collect();
            let to = to % (letters.len() + 1);
            letters.splice(to..to, piece);
        }
        Damage::Put(at, piece) => {
            let at = place(at);
            letters.splice(at..at, PIECES[piece].chars());
        }
        Damage::Word(at, of, other) => {
            let source = &texts[of % texts.len()];
            let (here, there) = (words(text), words(source));
            if here.is_empty() || there.is_empty() {
                return text.to_owned();
            }
            let mut text = text.to_owned();
            text.replace_range(here[at % here.len()].clone(), &source[there[other % there.len()].clone()]);
            return text;
        }
        Damage::Line(at, to) => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            if !lines.is_empty() {
                let line = lines[at % lines.len()];
                lines.insert(to % (lines.len() + 1), line);
            }
            return lines.concat();
        }
    }
    letters.into_iter().collect()
}

/// Of this process: on a busy machine the clock says little.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs().try_into().unwrap_or_default())
}

#[test]
fn broken_migrations_are_read_and_compiled_to_something() {
    let texts = texts();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (0..texts.len(), proptest::collection::vec(a_damage(), 1..12));
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&strategy, |(at, damages)| {
        let text = damaged(&texts[at], &damages, &texts);
        let tree = Tree::new().file("shop/migrations/0001_x.py", &text).app("shop");
        let start = cpu();
        let project = tree.read();
        compile(&project);
        let took = cpu() - start;
        prop_assert!(took < Duration::from_secs(20), "{took:?} for\n{text}");
        Ok(())
    });
    result.unwrap();
}
