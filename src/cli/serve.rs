//! `schema-health serve`: the service, until a signal ends it.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tracing::warn;

use super::Exit;
use crate::config::Config;
use crate::service::{self, Controls, logging};

/// What still runs on other threads after the service has ended is left behind after this time.
const RUNTIME_GOODBYE: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Address and port, instead of those of the configuration.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

impl ServeArguments {
    pub fn run(self, file: &Path) -> anyhow::Result<Exit> {
        let mut config = match Config::load(file) {
            Ok(config) => config,
            Err(error) => {
                eprintln!("{error}");
                return Ok(Exit::Usage);
            }
        };
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        logging::init(&config.log);
        serve(config)
    }
}

/// Serves `config` on its address until SIGTERM or SIGINT; the second of them ends at once.
pub fn serve(config: Config) -> anyhow::Result<Exit> {
    let listener = TcpListener::bind(config.listen).with_context(|| {
        format!("cannot listen on {}: choose another address with --listen or in the configuration", config.listen)
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let controls = Controls::default();
        obey_signals(controls.clone())?;
        service::run(listener, config, controls).await
    });
    // A blocking read of a file or a name server must not hold up the end.
    runtime.shutdown_timeout(RUNTIME_GOODBYE);
    served.context("the server ended")?;
    Ok(Exit::Ok)
}

fn obey_signals(controls: Controls) -> std::io::Result<()> {
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
