//! The service: audits every database at its interval, and tells what it knows over HTTP.
//!
//! ```text
//! reload ──Config──> scheduler ──> worker (one per database) ──> auditor ──> catalog
//!                                     │ └─────> smoke (after each audit) ──> the application, trials in `catalog`
//!                                     └──State──> store <── http (probes, /v1, /metrics)
//! ```
//!
//! Architecture invariant: nothing here decides about schemas, and HTTP never reaches a database.

mod auditor;
mod chance;
pub mod http;
pub mod logging;
mod mended;
mod metrics;
mod reload;
mod scheduler;
pub mod smoke;
pub mod store;
pub mod tables;
mod worker;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::Config;
use store::Store;

/// After the drain, how long open requests and workers may take; with what follows it stays below 5 s.
const GOODBYE: Duration = Duration::from_secs(4);
/// How long the workers may take to end their sessions; they begin at once, during the drain.
const WORKERS_GOODBYE: Duration = Duration::from_secs(2);

/// What the outside may ask of a running service.
#[derive(Clone, Debug, Default)]
pub struct Controls {
    /// Drain, then end.
    pub shutdown: CancellationToken,
    /// Read the configuration again.
    pub reload: Arc<Notify>,
}

/// A running service.
///
/// ```text
/// let service = Service::start(listener, config)?;
/// service.first_audits().await;      // where something is to be told first
/// service.run().await?;              // until service.controls().shutdown.cancel()
/// ```
pub struct Service {
    store: Arc<Store>,
    controls: Controls,
    config: Arc<Config>,
    stop_audits: CancellationToken,
    handle: axum_server::Handle<SocketAddr>,
    server: JoinHandle<std::io::Result<()>>,
    scheduler: JoinHandle<()>,
    watcher: JoinHandle<()>,
}

impl Service {
    /// Starts audits and HTTP. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// When the listener cannot be served.
    pub fn start(listener: TcpListener, config: Config) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let config = Arc::new(config);
        let controls = Controls::default();
        let store = Arc::new(Store::new());
        let stop_audits = CancellationToken::new();
        let (changes, changed) = mpsc::channel(1);
        let scheduler = scheduler::Scheduler::new(Arc::clone(&store), &config);
        let handle = axum_server::Handle::new();
        let server = http::server(listener, Arc::clone(&store), handle.clone())?;
        info!(%address, databases = config.databases.len(), "serving");
        Ok(Self {
            scheduler: tokio::spawn(scheduler.run(changed, stop_audits.clone())),
            watcher: tokio::spawn(reload::watch(
                Arc::clone(&store),
                Arc::clone(&config),
                changes,
                Arc::clone(&controls.reload),
                stop_audits.clone(),
            )),
            server: tokio::spawn(server),
            store,
            controls,
            config,
            stop_audits,
            handle,
        })
    }

    pub fn controls(&self) -> Controls {
        self.controls.clone()
    }

    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Waits until every database was audited or tried once, confirmation included.
    pub async fn first_audits(&self) {
        while !self.store.is_started() {
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the smoke checks behind the first audits have run once, confirmation included.
    pub async fn first_smoke_checks(&self) {
        for database in self.store.roster().databases.values() {
            database.first_audit().await;
            database.smoke_is_done().await;
        }
    }

    /// Serves until the controls say to shut down, and returns when everything has ended, at the latest
    /// drain + 5 s after it.
    ///
    /// # Errors
    /// When HTTP cannot go on.
    pub async fn run(mut self) -> std::io::Result<()> {
        tokio::select! {
            ended = &mut self.server => {
                self.stop_audits.cancel();
                return ended.unwrap_or_else(|crash| Err(std::io::Error::other(crash)));
            }
            () = self.controls.shutdown.cancelled() => {}
        }
        let drain = self.config.drain;
        self.store.start_draining();
        self.stop_audits.cancel();
        info!(?drain, "shutting down: /readyz fails from now on");
        let goodbye = async {
            sleep(drain).await;
            self.handle.graceful_shutdown(Some(GOODBYE));
        };
        let workers = timeout(WORKERS_GOODBYE, &mut self.scheduler);
        let ((), ended, workers) = tokio::join!(goodbye, &mut self.server, workers);
        if workers.is_err() {
            warn!("some databases did not answer the goodbye: their connections are dropped");
            self.scheduler.abort();
        }
        self.watcher.abort();
        info!("stopped");
        ended.unwrap_or_else(|crash| Err(std::io::Error::other(crash)))
    }
}

/// Text that came from a database, on one line: control characters stand escaped.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}
