//! The program `sandbox`: a local AWS to play with.

mod serve;

use clap::{Parser, Subcommand};

/// A local AWS for redis-lifecycle, with real Redis processes behind it.
#[derive(Debug, Parser)]
#[command(name = "sandbox", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve AWS on a loopback port until Ctrl-C or SIGTERM.
    Serve(serve::Arguments),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(arguments).await,
    }
}
