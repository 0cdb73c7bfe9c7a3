//! What is logged, and how: text or JSON, to standard error. What a request's line may hold is decided in `http::trace`.

use crate::{settings::LogFormat, words::settings::fault};
use tracing::Metadata;
use tracing_subscriber::{EnvFilter, filter::filter_fn, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

/// Where the driver tells of a database URL's parameters that it does not know, with their values: one may be a misspelt password.
const TELLS_SECRETS: &str = "sqlx_postgres::options::parse";

/// Starts logging for the whole process, panics included. A second call changes nothing, so that tests may call it freely.
pub fn start(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer()
        // On a full disk the complaint about a line that could not be written would meet the same disk, and end the process.
        .log_internal_errors(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_writer(std::io::stderr);
    // A filter of its own: no operator's choice can let these through.
    let chosen = registry().with(filter).with(filter_fn(|about: &Metadata<'_>| about.target() != TELLS_SECRETS));
    let started = match format {
        LogFormat::Text => chosen.with(lines).try_init(),
        LogFormat::Json => chosen.with(lines.json().flatten_event(true).with_span_list(false)).try_init(),
    };
    if started.is_ok() {
        // The default hook prints several lines that no collector of JSON lines can read.
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            let text = panic.payload_as_str().unwrap_or("no message");
            tracing::error!(place, "panic: {text}");
        }));
    }
}

/// Whether a filter can be used; the text itself when it can.
///
/// # Errors
/// When a part of it makes no sense.
pub fn check_filter(text: &str) -> Result<String, &'static str> {
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|_| fault::NO_FILTER)
}
