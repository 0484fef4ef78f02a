//! Virtual environments with exactly what a `requirements.txt` says, each made once; the bench uses them too.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// Where the corpora are described.
pub fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// Where environments and figures are kept between runs.
pub fn kept() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        |target| Path::new(env!("CARGO_MANIFEST_DIR")).join(target),
    );
    target.join("conformance")
}

/// Runs a program, and fails with its messages when it fails; what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{told}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The virtual environment of a file of requirements, made at the first need.
pub fn environment(requirements: &Path, python: &Path) -> PathBuf {
    let content = format!("{}{}", fs::read_to_string(requirements).unwrap(), python.display());
    let hash = Sha256::digest(&content);
    let name: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    fs::create_dir_all(kept()).unwrap();
    let environment = kept().join(&name);
    // One environment at a time: pip fills the disk, the network and the processors by itself.
    let lock = File::create(kept().join("lock")).unwrap();
    lock.lock().unwrap();
    let complete = environment.join("complete");
    if !complete.exists() {
        let _ = fs::remove_dir_all(&environment);
        // uv takes a few seconds where pip takes a minute.
        let uv = || {
            let mut uv = Command::new(usual_python());
            uv.args(["-m", "uv", "--quiet", "--no-config"]).env("UV_PYTHON_DOWNLOADS", "never");
            uv
        };
        run(uv().args(["venv", "--python"]).arg(python).arg(&environment));
        run(uv().args(["pip", "install", "--python"]).arg(&environment).arg("-r").arg(requirements));
        File::create(complete).unwrap();
    }
    environment
}

/// Where an environment keeps what is installed in it.
pub fn site_packages(environment: &Path) -> PathBuf {
    let version = fs::read_dir(environment.join("lib")).unwrap().next().unwrap().unwrap();
    version.path().join("site-packages")
}

/// What the tests run with.
pub fn usual_python() -> PathBuf {
    std::env::var_os("SCHEMA_HEALTH_TEST_PYTHON").expect("run ./tests/run").into()
}
