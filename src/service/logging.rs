//! Logs: text for a person or JSON for a collector, on standard error, never a secret.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::config::{LogConfig, LogFormat};

/// What is logged when neither the configuration nor the environment says.
const DEFAULT_LEVEL: &str = "info";

/// Sets the process's logger up; `RUST_LOG` is stronger than the configuration. A second call does nothing.
pub fn init(config: &LogConfig) {
    let filter = EnvFilter::try_from_default_env()
        .or_else(|_| EnvFilter::try_new(config.level.as_deref().unwrap_or(DEFAULT_LEVEL)));
    // A panic's text may hold anything that the code had in hand: its place is enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|it| format!("{}:{}", it.file(), it.line())).unwrap_or_default();
        tracing::error!(place, "a bug: this should not happen, please report it");
    }));
    let writer = BoxMakeWriter::new(std::io::stderr);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| EnvFilter::new(DEFAULT_LEVEL)))
        .with_writer(writer)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    // A logger that is set up already (by a test) stays.
    let _ = match config.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
