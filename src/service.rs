//! The service: audits every database at its interval, and tells what it knows over HTTP.
//!
//! ```text
//! reload ──Config──> scheduler ──> worker (one per database) ──> auditor ──> catalog
//!                                     └──State──> store <── http (probes, /v1, /metrics)
//! ```
//!
//! Architecture invariant: nothing here decides about schemas, and HTTP never reaches a database.

mod auditor;
pub mod http;
pub mod logging;
mod metrics;
mod reload;
mod scheduler;
pub mod store;
pub mod tables;
mod worker;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::sleep;
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

/// Serves on `listener` until `controls.shutdown`, and returns when everything has ended, at the latest
/// drain + 5 s after it.
///
/// # Errors
/// When the listener cannot be served.
pub async fn run(listener: TcpListener, config: Config, controls: Controls) -> std::io::Result<()> {
    let config = Arc::new(config);
    let drain = config.drain;
    let store = Arc::new(Store::new());
    let stop_audits = CancellationToken::new();
    let (changes, changed) = mpsc::channel(1);
    let scheduler = scheduler::Scheduler::new(Arc::clone(&store), &config);
    let mut scheduler = tokio::spawn(scheduler.run(changed, stop_audits.clone()));
    let watcher = tokio::spawn(reload::watch(
        Arc::clone(&store),
        Arc::clone(&config),
        changes,
        Arc::clone(&controls.reload),
        stop_audits.clone(),
    ));

    let handle = axum_server::Handle::new();
    let address = listener.local_addr()?;
    let server = http::serve(listener, Arc::clone(&store), handle.clone());
    tokio::pin!(server);
    info!(%address, databases = config.databases.len(), "serving");
    tokio::select! {
        ended = &mut server => {
            stop_audits.cancel();
            return ended;
        }
        () = controls.shutdown.cancelled() => {}
    }

    store.start_draining();
    stop_audits.cancel();
    info!(?drain, "shutting down: /readyz fails from now on");
    let goodbye = async {
        sleep(drain).await;
        handle.graceful_shutdown(Some(GOODBYE));
    };
    let ((), ended, workers) =
        tokio::join!(goodbye, server, tokio::time::timeout(WORKERS_GOODBYE, &mut scheduler));
    if workers.is_err() {
        warn!("some databases did not answer the goodbye: their connections are dropped");
        scheduler.abort();
    }
    watcher.abort();
    info!("stopped");
    ended
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
