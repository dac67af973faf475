//! The log: JSON lines on standard output, each with a message that reads on its own and fields to query.

use tracing_subscriber::{EnvFilter, fmt};

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
    fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(std::io::stdout)
        .init();
}

/// The crates of this project, which log at the level that is set.
const OURS: [&str; 7] =
    ["runtime", "cloud", "backends", "policy", "rotate_auth", "retire_credential", "sync_connection"];
