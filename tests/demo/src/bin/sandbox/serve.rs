//! `sandbox serve`: a sandbox with the compiled functions, for a person, a script or the AWS CLI.

use std::{
    collections::BTreeMap,
    io::{self, Write, stderr, stdout},
};

use anyhow::Context as _;
use console::Term;
use demo::example::{Command, Example};
use jiff::Timestamp;
use sandbox::{FUNCTION_TIMEOUT, Options, Sandbox, lambda::Invocation};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    compiled::{self, FUNCTIONS},
    invocation_line::{self, Look},
    signals::Signals,
};

/// The configuration file of the AWS CLI: payloads as raw text, and no pager.
const CLI_CONFIG: &str = "[default]\ncli_binary_format = raw-in-base64-out\ncli_pager =\n";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The TCP port on 127.0.0.1, or 0 for any free port.
    #[arg(long, default_value_t = 4599)]
    port: u16,
    /// Create a system of infra/examples, and print the commands to try on it.
    #[arg(long, value_name = "NAME", value_parser = demo::example::names())]
    example: Option<String>,
    /// Show all log lines of the functions, not only the outcome of each run.
    #[arg(long)]
    verbose: bool,
}

/// Serves until a signal arrives, then stops every process.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Listen before anything is started, so that no signal leaves a process behind.
    let mut signals = Signals::listen()?;
    let options = Options { port: arguments.port, ..Options::default() };
    let sandbox = Sandbox::start(options).await.context("cannot start the sandbox")?;
    let served = tokio::select! {
        served = serve(&sandbox, &arguments) => served,
        () = signals.wait() => Ok(()),
    };
    say("Stopping.\n");
    sandbox.stop().await?;
    served
}

/// Prints how to use the sandbox, then every invocation.
async fn serve(sandbox: &Sandbox, arguments: &Arguments) -> anyhow::Result<()> {
    let functions = deploy(sandbox)?;
    let invocations = sandbox.runner.follow();
    let example = match &arguments.example {
        Some(name) => Some(Example::provision(sandbox, name).await?),
        None => None,
    };
    let (config, home) = cli_config()?;
    let mut environment = sandbox.environment();
    environment.insert("AWS_CONFIG_FILE".to_owned(), config);
    stdout().write_all(exports(&environment).as_bytes())?;
    stdout().flush()?;
    say(&usage(&sandbox.endpoint_url, &functions, example.as_ref()));
    show(invocations, arguments.verbose).await;
    drop(home);
    Ok(())
}

/// Prints every invocation when it ends.
async fn show(mut invocations: UnboundedReceiver<Invocation>, verbose: bool) {
    let terminal = Term::stderr();
    let colours = console::colors_enabled_stderr();
    while let Some(ended) = invocations.recv().await {
        let width = terminal.is_term().then(|| usize::from(terminal.size().1));
        let time = Timestamp::now().strftime("%H:%M:%S").to_string();
        if verbose {
            say(&ended.logs);
        }
        say(&(invocation_line::line(&ended, &time, Look { colours, width }) + "\n"));
    }
}

/// Writes to standard error. If the terminal is gone, the error is ignored, so that the processes are still stopped.
fn say(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}

/// Deploys the compiled functions and returns their names.
fn deploy(sandbox: &Sandbox) -> anyhow::Result<Vec<&'static str>> {
    let mut deployed = Vec::new();
    for &name in FUNCTIONS {
        let path = compiled::path(name)?;
        if path.is_file() {
            sandbox.deploy(path, FUNCTION_TIMEOUT)?;
            deployed.push(name);
        }
    }
    Ok(deployed)
}

/// Writes a configuration file of the AWS CLI and returns its path and its folder.
fn cli_config() -> io::Result<(String, TempDir)> {
    let home = tempfile::Builder::new().prefix("redis-lifecycle-cli-").tempdir()?;
    let file = home.path().join("config");
    std::fs::write(&file, CLI_CONFIG)?;
    Ok((file.display().to_string(), home))
}

/// Returns one `export` line for each variable.
fn exports(environment: &BTreeMap<String, String>) -> String {
    let quoted = |value: &str| format!("'{}'", value.replace('\'', r"'\''"));
    environment.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value))).collect()
}

fn usage(endpoint_url: &str, functions: &[&str], example: Option<&Example>) -> String {
    let functions = match functions {
        [] => "No function is compiled; run `cargo build --workspace --bins`.".to_owned(),
        some => format!("Functions: {}.", some.join(", ")),
    };
    let (about, commands) = match example {
        Some(example) => (format!("The target {} is ready. ", example.target()), listed(&example.commands())),
        None => (String::new(), "  aws sts get-caller-identity\n  aws lambda list-functions\n".to_owned()),
    };
    format!(
        "The sandbox serves AWS at {endpoint_url}.\n{functions}\n{about}Run the lines above in another shell, then:\n\
         {commands}Every invocation is shown here. Ctrl-C stops the sandbox and all its processes.\n"
    )
}

/// Formats the commands, each below its description.
fn listed(commands: &[Command]) -> String {
    commands.iter().map(|Command { comment, line }| format!("  # {comment}\n  {line}\n")).collect()
}
