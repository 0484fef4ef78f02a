//! Logs: text for a person or JSON for a collector, on standard error, never a secret.

use tracing::Metadata;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, registry};

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
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(DEFAULT_LEVEL)).and(filter_fn(may_be_logged));
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(is_terminal);
    // A logger that is set up already (by a test) stays.
    let _ = match config.format {
        LogFormat::Text => registry().with(layer.with_filter(filter)).try_init(),
        LogFormat::Json => registry().with(layer.json().flatten_event(true).with_filter(filter)).try_init(),
    };
}

/// sqlx repeats parameters of a URL that it does not know, and their values may be passwords: no level
/// brings that into the log.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    !(metadata.target().starts_with("sqlx") && metadata.target().contains("options"))
}
