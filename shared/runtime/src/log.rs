//! The log: JSON lines on standard output, each with a message that reads on its own and fields to query.

use std::fmt::{Debug, Result, Write as _};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::filter_fn,
    fmt::{self, FmtContext, FormatEvent, FormatFields, MakeWriter, format::Writer},
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use crate::record;

/// Starts the log of a function, whose crate is `function`. `RUST_LOG` sets the level; without it, Lambda's own setting
/// (`AWS_LAMBDA_LOG_LEVEL`) does.
///
/// The SDK and the Redis client log at `warn`, whatever the level: their debug lines quote requests. The Lambda runtime
/// does not log: it would log each failure a second time.
pub fn init(function: &str) {
    let level = ["RUST_LOG", "AWS_LAMBDA_LOG_LEVEL"].into_iter().find_map(|name| std::env::var(name).ok());
    let level = level.unwrap_or_else(|| "info".to_owned()).to_lowercase();
    let ours = level.parse::<tracing::Level>().unwrap_or(tracing::Level::INFO);
    let filter = OURS.iter().chain([&function]).fold(EnvFilter::new("warn,lambda_runtime=off"), |filter, name| {
        let directive = format!("{name}={ours}").parse().expect("a crate's name and a level are a directive");
        filter.add_directive(directive)
    });
    subscriber(filter, std::io::stdout).init();
}

/// Writes messages that pass the filter as JSON, and outcome records as they are.
fn subscriber<W>(filter: EnvFilter, writer: W) -> impl Subscriber
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    let messages = fmt::layer().json().flatten_event(true).with_current_span(false).with_writer(writer.clone());
    let records = fmt::layer().event_format(MessageAlone).with_writer(writer);
    tracing_subscriber::registry()
        .with(messages.with_filter(filter).with_filter(filter_fn(|event| event.target() != record::TARGET)))
        // At every level: CloudWatch reads the metrics from it.
        .with(records.with_filter(filter_fn(|event| event.target() == record::TARGET)))
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

/// The crates of this project that log at the level that is set, beside the function's own.
const OURS: [&str; 4] = ["runtime", "cloud", "backends", "policy"];

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
        time::{Duration, UNIX_EPOCH},
    };

    use policy::outcome::{Details, Outcome};

    use super::*;

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_outcome_record_is_written_as_it_is_whatever_the_level() {
        let written = Written::default();
        let to = written.clone();
        let outcome = Outcome::new(Details::Connection {});
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        tracing::subscriber::with_default(subscriber(EnvFilter::new("off"), move || to.clone()), || {
            tracing::error!("a message");
            record::write(&outcome, now);
        });
        let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written, format!("{}\n", record::line(&outcome, now)));
    }

    #[test]
    fn a_record_is_not_written_a_second_time_as_a_message() {
        let written = Written::default();
        let to = written.clone();
        tracing::subscriber::with_default(subscriber(EnvFilter::new("trace"), move || to.clone()), || {
            record::write(&Outcome::new(Details::Connection {}), UNIX_EPOCH);
            tracing::info!("a message");
        });
        let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{written}");
        assert_eq!((&lines[0]["Function"], &lines[1]["message"]), (&"sync-connection".into(), &"a message".into()));
    }
}
