//! What schema-health costs, as ratios to what the same work costs bare, measured side by side in one run.
//!
//! ```console
//! $ cargo bench --bench ratios                     # everything
//! $ cargo bench --bench ratios -- postgres 1000    # PostgreSQL with 1,000 tables
//! $ cargo bench --bench ratios -- pure http        # parts: postgres, mariadb, http, pure, compile
//! ```
//!
//! The servers are those of `SCHEMA_HEALTH_TEST_POSTGRES_URL` and `SCHEMA_HEALTH_TEST_MYSQL_URL`, as for the
//! tests; each part makes databases of its own there and drops them. Server CPU and memory are read from
//! `/proc`, so the servers must run on this machine. `http` needs `wrk`. `compile` needs no server, but
//! `SCHEMA_HEALTH_TEST_PYTHON`, by which it makes the environments of real Django projects.

#[path = "ratios/compile.rs"]
mod compile;
#[path = "ratios/http.rs"]
mod http;
#[path = "ratios/mariadb.rs"]
mod mariadb;
#[path = "ratios/measure.rs"]
mod measure;
#[path = "ratios/postgres.rs"]
mod postgres;
#[path = "ratios/pure.rs"]
mod pure;
#[path = "ratios/service.rs"]
mod service;
#[path = "ratios/shop.rs"]
mod shop;

use std::process::ExitCode;

use anyhow::{Context, bail};

use measure::Report;
use tikv_jemallocator::Jemalloc;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

const USAGE: &str = "usage: cargo bench --bench ratios -- [postgres|mariadb|http|pure|compile]… [SIZE]…";

/// What is to be measured; a size is a number of tables, for `http` a number of databases.
#[derive(Default)]
struct Wanted {
    parts: Vec<String>,
    sizes: Vec<usize>,
}

impl Wanted {
    fn of(arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut wanted = Self::default();
        for argument in arguments {
            match argument.as_str() {
                // Cargo's own.
                "--bench" => {}
                "postgres" | "mariadb" | "http" | "pure" | "compile" => wanted.parts.push(argument),
                size => wanted.sizes.push(size.replace([',', '_'], "").parse().context(USAGE)?),
            }
        }
        Ok(wanted)
    }

    fn has(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|it| it == part)
    }

    fn sizes(&self, usual: &[usize]) -> Vec<usize> {
        if self.sizes.is_empty() { usual.to_vec() } else { self.sizes.clone() }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|it| it == service::CHILD) {
        return service::serve(arguments.nth(1).context("the child needs a configuration")?.as_ref());
    }
    if arguments.peek().is_some_and(|it| it == compile::CHILD) {
        return compile::child(&arguments.skip(1).collect::<Vec<_>>());
    }
    let wanted = Wanted::of(arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut report = Report::default();
    if wanted.has("postgres") {
        let url = server("SCHEMA_HEALTH_TEST_POSTGRES_URL")?;
        for size in wanted.sizes(&[1_000, 10_000]) {
            runtime.block_on(postgres::measure(&url, size, &mut report))?;
        }
    }
    if wanted.has("mariadb") {
        let url = server("SCHEMA_HEALTH_TEST_MYSQL_URL")?;
        for size in wanted.sizes(&[1_000, 5_000]) {
            runtime.block_on(mariadb::measure(&url, size, &mut report))?;
        }
    }
    if wanted.has("http") {
        for size in wanted.sizes(&[1, 1_000]) {
            runtime.block_on(http::measure(size, &mut report))?;
        }
    }
    if wanted.has("pure") {
        for size in wanted.sizes(&[1_000, 10_000]) {
            pure::fold_and_diff(size, &mut report)?;
        }
        pure::parse(&mut report)?;
    }
    if wanted.has("compile") {
        compile::measure(&mut report)?;
    }
    Ok(())
}

fn server(variable: &str) -> anyhow::Result<String> {
    match std::env::var(variable) {
        Ok(url) if !url.is_empty() => Ok(url),
        Ok(_) | Err(_) => {
            bail!(
                "{variable} is not set: give it a superuser's URL, or run tests/bench, which starts servers"
            )
        }
    }
}
