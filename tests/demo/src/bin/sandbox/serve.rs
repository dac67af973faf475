//! `sandbox serve`: a sandbox with the compiled functions, for a person, a script or the AWS CLI.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output of a program")]

use std::collections::BTreeMap;

use anyhow::Context as _;
use sandbox::{FUNCTION_TIMEOUT, Options, Sandbox};

use crate::{
    compiled::{self, FUNCTIONS},
    signals::Signals,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The TCP port on 127.0.0.1; 0 for a free one.
    #[arg(long, default_value_t = 4599)]
    port: u16,
}

/// Serves until told to end, then ends every process.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Listened for before anything is started, so that no signal leaves a process behind.
    let mut signals = Signals::listen()?;
    let options = Options { port: arguments.port, ..Options::default() };
    let sandbox = Sandbox::start(options)
        .await
        .with_context(|| format!("the sandbox cannot start on port {}", arguments.port))?;
    let functions = deploy(&sandbox)?;
    print!("{}", exports(&sandbox.environment()));
    eprint!("{}", usage(&sandbox.endpoint_url, &functions));
    signals.wait().await;
    eprintln!("Stopping.");
    sandbox.stop().await
}

/// Deploys the functions that are compiled, and gives their ARNs.
fn deploy(sandbox: &Sandbox) -> anyhow::Result<Vec<String>> {
    let paths = FUNCTIONS.map(compiled::path).into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    paths.into_iter().filter(|path| path.is_file()).map(|path| sandbox.deploy(path, FUNCTION_TIMEOUT)).collect()
}

/// One line of shell for each variable.
fn exports(environment: &BTreeMap<String, String>) -> String {
    let quoted = |value: &str| format!("'{}'", value.replace('\'', r"'\''"));
    environment.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value))).collect()
}

fn usage(endpoint_url: &str, functions: &[String]) -> String {
    let functions = match functions {
        [] => "No function is compiled; `cargo build --workspace` compiles them.\n".to_owned(),
        some => format!("Deployed, as a --rotation-lambda-arn:\n  {}\n", some.join("\n  ")),
    };
    format!(
        "The sandbox serves AWS at {endpoint_url}: Secrets Manager, Parameter Store, ElastiCache and STS.\n\
         {functions}\
         Run the lines above in another shell, then for example:\n\
         \x20 aws sts get-caller-identity\n\
         \x20 aws ssm put-parameter --name /app/redis/url --type String --value redis://localhost\n\
         \x20 aws elasticache describe-replication-groups\n\
         What the sandbox does not know it refuses, by name. Ctrl-C stops it and everything it started.\n"
    )
}
