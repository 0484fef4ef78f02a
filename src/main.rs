//! schema-health: parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    schema_health::cli::run()
}
