//! The sandbox against AWS's own service models, as botocore has them, and against the ordinary `aws` command.
//!
//! The checks are Python, in `tests/acceptance/boto3`; this makes their environment once, and runs them.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use sandbox::{Options, Sandbox, lambda::Function};
use tokio::{process::Command, time::timeout};

/// The checks, and what they need.
const CHECKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/boto3");
/// Where the environment and the function are made: in the target directory.
const HOME: &str = env!("CARGO_TARGET_TMPDIR");
const CHECK_LIMIT: Duration = Duration::from_secs(150);
const INSTALL_LIMIT: Duration = Duration::from_secs(300);
const ROTATION_LAMBDA_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:rotation-function";

/// Runs a command to its end, and returns what it wrote; fails with that where the command fails.
async fn run(command: &mut Command, limit: Duration) -> anyhow::Result<String> {
    let child = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let output = timeout(limit, child).await.with_context(|| format!("{command:?} took more than {limit:?}"))??;
    let written = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    ensure!(output.status.success(), "{:?}: {}\n{written}", command.as_std().get_program(), output.status);
    Ok(written)
}

/// The folder of programs of a Python environment with boto3 and the `aws` command, made where it is not there yet.
async fn python() -> anyhow::Result<PathBuf> {
    let (venv, wanted) = (Path::new(HOME).join("boto3"), fs::read_to_string(format!("{CHECKS}/requirements.txt"))?);
    let installed = venv.join("installed.txt");
    // The tests are processes of their own; one of them makes it.
    let lock = File::create(Path::new(HOME).join("boto3.lock"))?;
    let _held = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??;
    if fs::read_to_string(&installed).ok().as_deref() != Some(wanted.as_str()) {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv), INSTALL_LIMIT)
            .await
            .context("python3 cannot make an environment; on Debian and Ubuntu that needs python3-venv")?;
        let mut pip = Command::new(venv.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
        run(pip.arg(format!("{CHECKS}/requirements.txt")), INSTALL_LIMIT).await?;
        fs::write(&installed, wanted)?;
    }
    Ok(venv.join("bin"))
}

/// A client that knows this sandbox and nothing else: no variable and no file of the user's.
fn client(program: &Path, sandbox: &Sandbox) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").envs(sandbox.environment());
    command.envs(["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"].map(|name| (name, "/dev/null")));
    command
}

/// The rotation function of the checks, as a bootstrap that the sandbox can run.
fn rotation_function(python: &Path) -> anyhow::Result<Function> {
    let binary = Path::new(HOME).join("rotation-function/bootstrap");
    fs::create_dir_all(binary.parent().context("it has a folder")?)?;
    let python = python.join("python");
    fs::write(&binary, format!("#!/bin/sh\nexec '{}' -B '{CHECKS}/rotation_function.py'\n", python.display()))?;
    fs::set_permissions(&binary, PermissionsExt::from_mode(0o755))?;
    let name = "rotation-function".to_owned();
    Ok(Function { name, binary, timeout: Duration::from_secs(20), environment: BTreeMap::new() })
}

#[tokio::test]
async fn every_operation_and_every_response_is_as_the_models_of_botocore_say() -> anyhow::Result<()> {
    let python = python().await?;
    let sandbox = Sandbox::start(Options::default()).await?;
    sandbox.runner.add(rotation_function(&python)?);
    sandbox.lambda.create("consumer", BTreeMap::from([("STAGE".to_owned(), "first".to_owned())]));
    let mut check = client(&python.join("python"), &sandbox);
    check.args(["-B", "check.py"]).current_dir(CHECKS).env("ROTATION_LAMBDA_ARN", ROTATION_LAMBDA_ARN);
    check.env("CONSUMER_FUNCTION", "consumer");
    let checked = run(&mut check, CHECK_LIMIT).await;
    sandbox.stop().await?;
    let checked = checked?;
    assert!(checked.ends_with("all checks passed\n"), "{checked}");
    Ok(())
}

#[tokio::test]
async fn the_aws_command_works_on_the_sandbox() -> anyhow::Result<()> {
    let python = python().await?;
    let sandbox = Sandbox::start(Options::default()).await?;
    let aws = async |arguments: &str| {
        let mut command = client(&python.join("python"), &sandbox);
        command.arg("-B").arg(python.join("aws")).args(arguments.split(' ')).args(["--output", "text"]);
        run(&mut command, Duration::from_secs(60)).await
    };
    let identity = aws("sts get-caller-identity --query Account").await?;
    aws("secretsmanager create-secret --name app/redis --secret-string one").await?;
    let secret = aws("secretsmanager get-secret-value --secret-id app/redis --query SecretString").await?;
    aws("ssm put-parameter --name /app/redis/url --type String --value rediss://example").await?;
    let parameter = aws("ssm get-parameter --name /app/redis/url --query Parameter.Value").await?;
    aws("elasticache describe-replication-groups").await?;
    let unknown = aws("elasticache describe-snapshots").await.unwrap_err().to_string();
    sandbox.stop().await?;
    assert_eq!((identity.trim(), secret.trim(), parameter.trim()), ("123456789012", "one", "rediss://example"));
    assert!(unknown.contains("UnknownOperationException") && unknown.contains("DescribeSnapshots"), "{unknown}");
    Ok(())
}
