//! The sandbox is checked with botocore's models of the AWS services, and with the `aws` command.
//!
//! The checks are in Python, in `tests/acceptance/boto3`. Their environment is created once.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use sandbox::{Options, Sandbox, delivery::Progress, lambda::Function};
use serde_json::json;
use tokio::process::Command;

use crate::{
    events::{LISTENER, add_listener},
    tools::{self, HOME, run},
};

/// The folder with the checks and their requirements.
const CHECKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/boto3");
const CHECK_LIMIT: Duration = Duration::from_secs(150);
const ROTATION_LAMBDA_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:rotation-function";

/// Returns the `bin` folder of a Python environment with boto3 and the `aws` command, and creates it if necessary.
async fn python() -> anyhow::Result<PathBuf> {
    tools::python("boto3", Path::new(CHECKS)).await
}

/// A client for this sandbox only, without the variables and files of the user.
fn client(program: &Path, sandbox: &Sandbox) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").envs(sandbox.environment());
    command.envs(["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"].map(|name| (name, "/dev/null")));
    command
}

/// The rotation function of the checks, as a bootstrap for the sandbox.
fn rotation_function(python: &Path) -> anyhow::Result<Function> {
    let binary = Path::new(HOME).join("rotation-function/bootstrap");
    fs::create_dir_all(binary.parent().context("the path has no folder")?)?;
    let python = python.join("python");
    fs::write(&binary, format!("#!/bin/sh\nexec '{}' -B '{CHECKS}/rotation_function.py'\n", python.display()))?;
    fs::set_permissions(&binary, PermissionsExt::from_mode(0o755))?;
    let name = "rotation-function".to_owned();
    Ok(Function { name, binary, timeout: Duration::from_secs(20), environment: BTreeMap::new() })
}

#[tokio::test]
async fn every_operation_and_response_matches_the_models_of_botocore() -> anyhow::Result<()> {
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
    aws("resourcegroupstaggingapi get-resources").await?;
    let unknown = aws("elasticache describe-reserved-cache-nodes").await.unwrap_err().to_string();
    sandbox.stop().await?;
    assert_eq!((identity.trim(), secret.trim(), parameter.trim()), ("123456789012", "one", "rediss://example"));
    assert!(
        unknown.contains("UnknownOperationException") && unknown.contains("DescribeReservedCacheNodes"),
        "{unknown}"
    );
    Ok(())
}

#[tokio::test]
async fn rules_subscriptions_and_schedules_created_with_the_aws_command_invoke_functions() -> anyhow::Result<()> {
    let python = python().await?;
    let sandbox = Sandbox::start(Options::default()).await?;
    add_listener(&sandbox);
    let aws = async |arguments: &[&str]| {
        let mut command = client(&python.join("python"), &sandbox);
        command.arg("-B").arg(python.join("aws")).args(arguments).args(["--output", "text"]);
        run(&mut command, Duration::from_secs(60)).await
    };
    let listener = "arn:aws:lambda:us-east-1:123456789012:function:listener";
    let invoked = ["lambda", "invoke", "--function-name", LISTENER, "--payload", r#"{"asked":1}"#, "/dev/stdout"];
    let answered = aws(&invoked).await?;
    let pattern = r#"{"source":["aws.ssm"],"detail":{"name":["/app/redis/url"]}}"#;
    aws(&["events", "put-rule", "--name", "changed", "--event-pattern", pattern]).await?;
    aws(&["events", "put-targets", "--rule", "changed", "--targets", &format!("Id=1,Arn={listener}")]).await?;
    for name in ["/app/redis/url", "/app/other"] {
        aws(&["ssm", "put-parameter", "--name", name, "--type", "String", "--value", "one"]).await?;
    }
    let topic = aws(&["sns", "create-topic", "--name", "alarms"]).await?;
    let topic = topic.trim();
    let subscribe =
        ["sns", "subscribe", "--topic-arn", topic, "--protocol", "lambda", "--notification-endpoint", listener];
    aws(&subscribe).await?;
    aws(&["sns", "publish", "--topic-arn", topic, "--message", "hello"]).await?;
    let target = json!({ "Arn": listener, "RoleArn": "arn:aws:iam::123456789012:role/scheduler", "Input": r#"{"target":"koneksi"}"# });
    let schedule =
        ["scheduler", "create-schedule", "--name", "once", "--schedule-expression", "at(2026-01-01T00:00:00)"];
    let window = ["--flexible-time-window", "Mode=OFF", "--target"];
    aws(&[&schedule[..], &window[..], &[target.to_string().as_str()]].concat()).await?;
    sandbox.events.settled(Duration::from_secs(40)).await?;
    let deliveries = sandbox.events.deliveries();
    let failing = aws(&["kafka", "list-clusters"]).await.unwrap_err().to_string();
    sandbox.stop().await?;
    assert!(answered.contains("asked"), "{answered}");
    let told: Vec<_> = deliveries.iter().map(|one| (one.kind.as_str(), one.progress)).collect();
    let kinds = ["Parameter Store Change", "sns", "schedule"];
    assert_eq!(told, kinds.map(|kind| (kind, Progress::Delivered)), "{deliveries:?}");
    assert_eq!(deliveries[0].payload["detail"]["name"], "/app/redis/url");
    assert_eq!(deliveries[1].payload["Records"][0]["Sns"]["Message"], "hello");
    assert_eq!(deliveries[2].payload, json!({ "target": "koneksi" }));
    assert!(failing.contains("the sandbox has no service kafka"), "{failing}");
    Ok(())
}
