//! JSON lines on standard output, which Lambda keeps: a message that reads alone, and fields to query.

use tracing_subscriber::{EnvFilter, fmt};

/// Starts the log. `RUST_LOG` says how much; what Lambda's own setting says (`AWS_LAMBDA_LOG_LEVEL`) counts where that is
/// not set.
///
/// The SDK and the Redis client are held at `warn` whatever is asked for: their debug lines quote requests. The Lambda
/// runtime is silent: it would log each failure a second time.
pub fn init() {
    let level = ["RUST_LOG", "AWS_LAMBDA_LOG_LEVEL"].into_iter().find_map(|name| std::env::var(name).ok());
    let level = level.unwrap_or_else(|| "info".to_owned()).to_lowercase();
    let ours = level.parse::<tracing::Level>().unwrap_or(tracing::Level::INFO);
    let filter = OURS.iter().fold(EnvFilter::new("warn,lambda_runtime=off"), |filter, name| {
        let directive = format!("{name}={ours}").parse().expect("a crate's name and a level are a directive");
        filter.add_directive(directive)
    });
    fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(std::io::stdout)
        .init();
}

/// The crates whose lines are ours.
const OURS: [&str; 7] =
    ["runtime", "cloud", "backends", "policy", "rotate_auth", "retire_credential", "sync_connection"];
