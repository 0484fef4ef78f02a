//! `schema-health serve`: the service, until a signal ends it.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tracing::warn;

use super::Exit;
use crate::config::Config;
use crate::service::{Controls, Service, logging};

/// What still runs on other threads after the service has ended is left behind after this time.
const RUNTIME_GOODBYE: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port, instead of those of the configuration.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
}

pub fn run(file: &Path, arguments: ServeArgs) -> anyhow::Result<Exit> {
    let mut config = Config::load(file)?;
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    logging::init(&config.log);
    open_as_many_files_as_allowed();
    let listener = bind(config.listen)?;
    let runtime = super::runtime()?;
    let served = runtime.block_on(async {
        let service = Service::start(listener, config)?;
        obey_signals(service.controls())?;
        service.run().await
    });
    // A blocking read of a file or a name server must not hold up the end.
    runtime.shutdown_timeout(RUNTIME_GOODBYE);
    served.context("the server ended")?;
    Ok(Exit::Healthy)
}

/// Each database and each client takes a file; systems give few at first, and many to who asks.
fn open_as_many_files_as_allowed() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(refused) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        warn!("the limit of open files stays at {:?}: {refused}", limit.current);
    }
}

/// The listening socket of `address`, or what to do about it.
pub fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}: choose another address with --listen or in the configuration")
    })
}

/// SIGTERM and SIGINT drain and end, the second of them at once; SIGHUP reloads.
pub fn obey_signals(controls: Controls) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hang_up.recv() => {
                    controls.reload.notify_one();
                    continue;
                }
            }
            if controls.shutdown.is_cancelled() {
                warn!("a second signal: ending at once");
                std::process::exit(130);
            }
            controls.shutdown.cancel();
        }
    });
    Ok(())
}
