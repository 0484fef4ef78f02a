//! The bodies of the fuzz targets, over the files of the tests and what is left of them when their end is cut off.

#[path = "../../fuzz/bodies.rs"]
mod bodies;

use std::fs;
use std::path::{Path, PathBuf};

/// How many places each file is cut at.
const CUTS: usize = 5;

/// The files below a folder whose name ends so.
fn below(folder: &str, ends: &[&str]) -> Vec<PathBuf> {
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Each file whole, and cut.
fn try_each(files: &[PathBuf], body: impl Fn(&[u8])) {
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        let bytes = fs::read(file).unwrap();
        for cut in 1..=CUTS {
            body(&bytes[..bytes.len() * cut / CUTS]);
        }
    }
}

#[test]
fn python_of_the_tests_goes_through_the_target() {
    let mut files = below("tests/conformance/synthetic", &[".py"]);
    files.extend(below("tests/conformance/corpora", &[".py"]));
    files.extend(below("tests/cases", &[".py"]));
    let is_migration =
        |it: &PathBuf| it.parent().is_some_and(|folder| folder.to_string_lossy().ends_with("migrations"));
    let (migrations, others): (Vec<_>, Vec<_>) = files.into_iter().partition(is_migration);
    let is_settings =
        |it: &PathBuf| it.file_name().is_some_and(|it| it.to_string_lossy().starts_with("settings"));
    let (settings, others): (Vec<_>, Vec<_>) = others.into_iter().partition(is_settings);
    // In the order of the target's files: what is no migration is an app's configuration, and then its helper.
    for (place, files) in (0_u8..).zip([&migrations, &settings, &others, &others]) {
        let dialect = std::cell::Cell::new(0_u8);
        try_each(files, |text| {
            dialect.set((dialect.get() + 1) % 4);
            bodies::python(&[&[place * 4 + dialect.get()], text].concat());
        });
    }
}

#[test]
fn sql_of_the_tests_goes_through_the_target() {
    let mut files = below("tests/cases/sql", &[".sql"]);
    files.extend(below("src", &[".sql"]));
    try_each(&files, bodies::sql);
}

#[test]
fn manifests_of_the_tests_go_through_the_target() {
    let mut files = below("migrations-manifest", &[".yaml", ".json"]);
    files.extend(below("tests/cases", &[".yaml"]));
    try_each(&files, bodies::manifest);
}
