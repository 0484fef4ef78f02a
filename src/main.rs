//! schema-health: parse, run, exit.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Built with the settings in `.cargo/config.toml`, by which it keeps half as much as glibc's.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    schema_health::cli::run()
}
