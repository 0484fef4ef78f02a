//! Reads the configuration again on SIGHUP and when the content of one of its files changes.
//!
//! Files are polled: notifications miss the symbolic-link swap by which Kubernetes updates a ConfigMap.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio::sync::{Notify, mpsc};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::store::Store;
use crate::config::{Config, ConfigError};

const POLL_EVERY: Duration = Duration::from_secs(2);
/// Smaller files are compared by content; larger ones (manifests), folders, and Python's sources, of which there may
/// be thousands, by what the file system says of them.
const COMPARED_BY_CONTENT: u64 = 64 << 10;

type Stamps = BTreeMap<PathBuf, Stamp>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stamp {
    Content([u8; 32]),
    Metadata { modified: Option<SystemTime>, length: u64 },
    Unreadable,
}

/// Sends every new valid configuration to `changes`; an invalid one is told, and the last good one stays.
pub async fn watch(
    store: Arc<Store>,
    mut current: Arc<Config>,
    changes: mpsc::Sender<Arc<Config>>,
    on_demand: Arc<Notify>,
    stop: CancellationToken,
) {
    let mut sources = current.sources.clone();
    let Some(mut seen) = stamps_of(sources.clone()).await else { return };
    loop {
        let asked = tokio::select! {
            () = stop.cancelled() => return,
            () = on_demand.notified() => true,
            () = sleep(POLL_EVERY) => false,
        };
        let Some(now) = stamps_of(sources.clone()).await else { return };
        if now == seen && !asked {
            continue;
        }
        seen = now;
        match load(current.file.clone(), Arc::clone(&current)).await {
            Ok(config) => {
                current = Arc::new(config);
                sources = current.sources.clone();
                store.reloaded(true);
                if changes.send(Arc::clone(&current)).await.is_err() {
                    return;
                }
            }
            Err(refused) => {
                store.reloaded(false);
                for mistake in &refused.mistakes {
                    error!("configuration refused, the last good one stays in force: {mistake}");
                }
                sources = current.sources.union(&refused.sources).cloned().collect();
            }
        }
        // What was stamped before the reading keeps that stamp: a change in between is seen next time.
        let Some(new) =
            stamps_of(sources.iter().filter(|it| !seen.contains_key(*it)).cloned().collect()).await
        else {
            return;
        };
        seen.retain(|path, _| sources.contains(path));
        seen.extend(new);
    }
}

async fn load(file: PathBuf, previous: Arc<Config>) -> Result<Config, ConfigError> {
    info!(file = %file.display(), "reading the configuration again");
    let read = tokio::task::spawn_blocking(move || {
        let mut config = Config::load(&file)?;
        config.share_manifests_with(&previous);
        Ok(config)
    });
    read.await.unwrap_or_else(|_| {
        let mistakes = vec!["reading the configuration crashed: please report this with the log".to_owned()];
        Err(ConfigError { mistakes, sources: BTreeSet::new() })
    })
}

/// `None` when the runtime is ending.
async fn stamps_of(paths: BTreeSet<PathBuf>) -> Option<Stamps> {
    let stamps = move || paths.into_iter().map(|path| (path.clone(), stamp_of(&path))).collect();
    tokio::task::spawn_blocking(stamps).await.ok()
}

fn stamp_of(path: &Path) -> Stamp {
    let Ok(metadata) = std::fs::metadata(path) else { return Stamp::Unreadable };
    let is_python = path.extension().is_some_and(|it| it == "py");
    if metadata.len() > COMPARED_BY_CONTENT || !metadata.is_file() || is_python {
        return Stamp::Metadata { modified: metadata.modified().ok(), length: metadata.len() };
    }
    match std::fs::read(path) {
        Ok(content) => Stamp::Content(Sha256::digest(content).into()),
        Err(_) => Stamp::Unreadable,
    }
}
