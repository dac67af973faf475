//! The program `sandbox`: a local AWS, and the demo on it.

mod compiled;
mod demo_command;
mod invocation_line;
mod serve;
mod signals;

use std::process::ExitCode;

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
    /// Rotate, publish and retire credentials under load, on real Redis.
    Demo(demo_command::Arguments),
    /// Serve AWS on a loopback port until Ctrl-C, SIGTERM or SIGHUP.
    Serve(serve::Arguments),
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command {
        Command::Demo(arguments) => demo_command::run(arguments).await,
        Command::Serve(arguments) => serve::run(arguments).await.map(|()| ExitCode::SUCCESS),
    }
}
