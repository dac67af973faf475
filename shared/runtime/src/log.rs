//! The log: JSON lines on standard output, each with a message that reads on its own and fields to query.

use std::fmt::{Debug, Result, Write as _};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::filter_fn,
    fmt::{self, FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use crate::record;

/// Starts the log. `RUST_LOG` sets the level; without it, Lambda's own setting (`AWS_LAMBDA_LOG_LEVEL`) does.
///
/// The SDK and the Redis client log at `warn`, whatever the level: their debug lines quote requests. The Lambda runtime does
/// not log: it would log each failure a second time.
pub fn init() {
    let level = ["RUST_LOG", "AWS_LAMBDA_LOG_LEVEL"].into_iter().find_map(|name| std::env::var(name).ok());
    let level = level.unwrap_or_else(|| "info".to_owned()).to_lowercase();
    let ours = level.parse::<tracing::Level>().unwrap_or(tracing::Level::INFO);
    let filter = OURS.iter().fold(EnvFilter::new("warn,lambda_runtime=off"), |filter, name| {
        let directive = format!("{name}={ours}").parse().expect("a crate's name and a level are a directive");
        filter.add_directive(directive)
    });
    let messages = fmt::layer().json().flatten_event(true).with_current_span(false).with_writer(std::io::stdout);
    let records = fmt::layer().event_format(MessageAlone).with_writer(std::io::stdout);
    tracing_subscriber::registry()
        .with(messages.with_filter(filter).with_filter(filter_fn(|event| event.target() != record::TARGET)))
        // Whatever the level: metrics are read from it.
        .with(records.with_filter(filter_fn(|event| event.target() == record::TARGET)))
        .init();
}

/// Writes the message of an event, which is a JSON line already, and nothing else.
struct MessageAlone;

impl<S, N> FormatEvent<S, N> for MessageAlone
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> Result {
        let mut message = Message(String::new());
        event.record(&mut message);
        writeln!(writer, "{}", message.0)
    }
}

/// The message of an event.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // Writing to a string does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}

/// The crates of this project, which log at the level that is set.
const OURS: [&str; 7] =
    ["runtime", "cloud", "backends", "policy", "rotate_auth", "retire_credential", "sync_connection"];
