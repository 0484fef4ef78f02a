//! The service in a process of its own, with a bare axum handler beside it to compare with.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::extract::Path as UrlPath;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use schema_health::config::Config;
use schema_health::service::Service;

use crate::measure;

/// The first argument of the bench binary when it is to be this process.
pub const CHILD: &str = "serve-for-the-bench";
/// More looks than pass between two full reads of a catalog that stands still.
const LOOKS: u32 = 12;

/// The peak memory of the service with one database, in bytes: while it starts (it parses the manifest and reads
/// everything for the first time), and afterwards.
pub async fn peaks(url: &str, manifest: &str) -> anyhow::Result<(u64, u64)> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("manifest.json"), manifest)?;
    let config = folder.path().join("schema-health.yaml");
    let text = format!(
        "interval: 1h\nkeep_connections: true\ndatabases:\n  shop: {{url: \"{url}\", manifest: manifest.json}}\n"
    );
    std::fs::write(&config, text)?;
    let running = Running::start(&config)?;
    let starting = running.peak()?;
    running.reset_peak()?;
    let audits = format!("http://{}/v1/databases/shop/audits", running.address);
    let client = reqwest::Client::new();
    for _ in 0..LOOKS {
        let answer = client.post(&audits).send().await?.text().await?;
        ensure!(answer.contains("\"health\":\"healthy\""), "not what was made: {answer:.500}");
    }
    Ok((starting, running.peak()?))
}

/// The process, killed when dropped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    pub bare: SocketAddr,
}

impl Running {
    /// Starts the service and waits until every database was audited once.
    pub fn start(config: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(CHILD)
            .arg(config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let mut addresses = Vec::new();
        for line in lines.take(3) {
            if let Ok(address) = line?.parse() {
                addresses.push(address);
            }
        }
        match addresses[..] {
            [address, bare] => Ok(Self { child, address, bare }),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                bail!(
                    "the service did not start: run this benchmark's binary with `{CHILD} CONFIG` to see why"
                )
            }
        }
    }

    /// The most memory that it had since the start or since [`Running::reset_peak`], in bytes.
    pub fn peak(&self) -> anyhow::Result<u64> {
        measure::memory(self.child.id(), "VmHWM")
    }

    /// Forgets the peak so far (proc(5), `clear_refs`).
    pub fn reset_peak(&self) -> anyhow::Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It is ours, and nothing of it is to be kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The child: serves, and prints the service's address, the bare handler's, and a word when all were audited.
pub fn serve(config: &Path) -> anyhow::Result<()> {
    let config = Config::load(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        println!("{}", listener.local_addr()?);
        let bare = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", bare.local_addr()?);
        let service = Service::start(listener, config)?;
        service.first_audits().await;
        println!("audited");
        tokio::spawn(axum::serve(bare, bare_router()).into_future());
        Ok(service.run().await?)
    })
}

/// `/N` answers N bytes.
fn bare_router() -> Router {
    let answer = async |UrlPath(length): UrlPath<usize>| {
        ([(CONTENT_TYPE, "text/plain; charset=utf-8")], "x".repeat(length))
    };
    Router::new().route("/{length}", get(answer))
}
