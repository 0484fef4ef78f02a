//! The house's own rules, kept by the code that stands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The modules in the order in which `lib.rs` lists them.
fn rooms() -> Vec<String> {
    let map = fs::read_to_string(source().join("lib.rs")).unwrap();
    map.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

fn files_of(room: &str) -> Vec<PathBuf> {
    let mut files = vec![source().join(format!("{room}.rs"))];
    let mut folders = vec![source().join(room)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let rooms = rooms();
    assert!(rooms.len() >= 8, "{rooms:?}");
    for (position, room) in rooms.iter().enumerate() {
        for file in files_of(room) {
            let text = fs::read_to_string(&file).unwrap();
            for below in &rooms[position + 1..] {
                let uses =
                    text.contains(&format!("crate::{below}::")) || text.contains(&format!("crate::{below};"));
                assert!(!uses, "{} uses `{below}`, which stands below `{room}` in lib.rs", file.display());
            }
        }
    }
}

#[test]
fn what_decides_waits_for_nothing() {
    for room in [
        "schema",
        "dialect",
        "migration",
        "compile",
        "audit",
        "snapshot",
        "smoke",
        "repair",
        "view",
        "document",
    ] {
        for file in files_of(room) {
            let text = fs::read_to_string(&file).unwrap();
            for word in ["async fn", ".await", "tokio::", "sqlx::", "SystemTime::now", "Timestamp::now"] {
                assert!(!text.contains(word), "{} is pure, but says `{word}`", file.display());
            }
        }
    }
}

/// What writes stands in a room of its own, which the service cannot reach.
#[test]
fn the_service_has_no_way_to_write() {
    let rooms = rooms();
    let place = |room: &str| rooms.iter().position(|it| it == room).unwrap();
    assert!(place("service") < place("mend"), "the service must not stand below the room that writes");
    for room in rooms.iter().filter(|it| !["catalog", "mend", "cli"].contains(&it.as_str())) {
        for file in files_of(room) {
            let text = fs::read_to_string(&file).unwrap();
            for word in [
                "crate::mend",
                "catalog::inside",
                "inside::observe",
                "inside::postgres_options",
                "RepairUrl::read",
            ] {
                assert!(!text.contains(word), "{} may not write, but says `{word}`", file.display());
            }
        }
    }
    for file in files_of("cli") {
        let text = fs::read_to_string(&file).unwrap();
        let may = file.ends_with("cli/repair.rs");
        // The report tries a plan out, where nothing of it stays.
        let may_prove = file.ends_with("cli/report.rs") && !text.contains("apply");
        assert!(may || may_prove || !text.contains("crate::mend"), "{} writes to databases", file.display());
    }
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    for room in rooms() {
        for file in files_of(&room) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with("//! "), "{} does not say what it is for", file.display());
            assert!(!file.ends_with("mod.rs"), "{}: the house uses foo.rs + foo/", file.display());
        }
    }
}

/// Without one of them the image cannot be built; cargo tells them all beside the binary.
/// A string that was broken over lines without a backslash, and then joined by `cargo fmt`.
#[test]
fn no_message_has_a_run_of_blanks_within_a_sentence() {
    let files: Vec<PathBuf> = rooms().iter().flat_map(|room| files_of(room)).collect();
    let is_test =
        |file: &Path| file.components().any(|it| it.as_os_str().to_string_lossy().starts_with("tests"));
    for file in files.iter().filter(|it| !is_test(it.strip_prefix(source()).unwrap())) {
        let text = fs::read_to_string(file).unwrap();
        for line in text.lines().map(str::trim).filter(|it| !it.starts_with("//") && it.contains('"')) {
            let words = line.split("   ").collect::<Vec<_>>();
            let is_broken = words.windows(2).any(|it| {
                let (before, after) = (it[0], it[1].trim_start());
                before.ends_with(|last: char| last.is_ascii_alphabetic() || ",;".contains(last))
                    && !before.ends_with("\\n")
                    && after.starts_with(|first: char| first.is_ascii_lowercase())
            });
            assert!(!is_broken, "{}: {line}", file.display());
        }
    }
}

#[test]
fn the_image_is_built_from_all_that_the_binary_needs() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = fs::read_to_string(format!("{}.d", env!("CARGO_BIN_EXE_schema-health"))).unwrap();
    let ignored = fs::read_to_string(project.join(".dockerignore")).unwrap();
    let taken: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    // As make reads it: a space within a path stands behind a backslash.
    let paths: Vec<PathBuf> = (told.replace("\\ ", "\0").split_ascii_whitespace())
        .map(|path| PathBuf::from(path.replace('\0', " ")))
        .collect();
    let needed: Vec<&Path> = paths.iter().filter_map(|path| path.strip_prefix(project).ok()).collect();
    assert!(needed.contains(&Path::new("src/main.rs")), "{told}");
    let is_product = |path: &&Path| path.starts_with("target");
    let left_out: Vec<&Path> = needed
        .into_iter()
        .filter(|path| !is_product(path) && !taken.iter().any(|it| path.starts_with(it)))
        .collect();
    assert_eq!(left_out, Vec::<&Path>::new());

    let context = tempfile::tempdir().unwrap();
    for entry in taken.iter().filter(|it| project.join(it).exists()) {
        std::os::unix::fs::symlink(project.join(entry), context.path().join(entry)).unwrap();
    }
    let cargo = Command::new(env!("CARGO"))
        .args(["fetch", "--offline", "--locked"])
        .current_dir(context.path())
        .output()
        .unwrap();
    // Crates of other platforms may not be at hand, so the command may fail after that.
    let said = String::from_utf8_lossy(&cargo.stderr);
    assert!(!said.contains("failed to parse manifest"), "{said}");
}
