//! The retirement of a target's previous credential, and of whatever its consumers still hold.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_lambda::types::Environment;
use policy::{Target, target::Consumer};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{RETIRE, report::JobReport};
use crate::{
    Sandbox,
    lambda::{Invocation, InvocationResult},
};

/// How long both credentials are valid in the demo, in seconds, in place of a day.
pub(crate) const OVERLAP_S: u64 = 2;

/// Between two runs of the function, where its schedule would have hours.
const EVERY: Duration = Duration::from_millis(700);

/// Makes the consumers that the settings name.
pub(crate) async fn create_consumers(sandbox: &Sandbox, target: &Target) -> anyhow::Result<()> {
    for consumer in &target.consumers {
        match consumer {
            Consumer::EcsService { cluster, service } => sandbox.create_consumer_service(cluster, service, 1).await?,
            Consumer::LambdaFunction { function_name } => sandbox.lambda.create(function_name, BTreeMap::new()),
        }
    }
    Ok(())
}

/// Deploys the consumers anew.
pub(crate) async fn roll_consumers(sandbox: &Sandbox, target: &Target) -> anyhow::Result<()> {
    for consumer in &target.consumers {
        match consumer {
            Consumer::EcsService { cluster, service } => {
                let client = aws_sdk_ecs::Client::new(&sandbox.sdk_config());
                client.update_service().cluster(cluster).service(service).force_new_deployment(true).send().await?;
            }
            Consumer::LambdaFunction { function_name } => {
                let client = aws_sdk_lambda::Client::new(&sandbox.sdk_config());
                let environment = Environment::builder().variables("REDIS_ROLLED", "yes").build();
                let update = client.update_function_configuration().function_name(function_name);
                update.environment(environment).send().await?;
            }
        }
    }
    Ok(())
}

/// Runs the function as its schedule does, until it waits for nothing any more.
pub(crate) async fn retire(sandbox: &Sandbox, target: &str, patience: Duration) -> JobReport {
    let began = Instant::now();
    let mut api_calls = 0;
    loop {
        let ended = sandbox.runner.invoke(RETIRE, &json!({ "target": target }), super::progress::RETIREMENT).await;
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (outcome, reason, calls) = judge(&ended);
        api_calls += calls;
        if !matches!(outcome, "waiting" | "retryable") || began.elapsed() > patience {
            let function = RETIRE.to_owned();
            return JobReport { function, outcome: outcome.to_owned(), reason, api_calls, duration_ms };
        }
        sleep(EVERY).await;
    }
}

/// What came of a run, why, and how many calls it took.
fn judge(ended: &Invocation) -> (&'static str, Option<String>, usize) {
    let record = match &ended.result {
        InvocationResult::Returned(record) => record,
        InvocationResult::Failed { error_type, message } => {
            return ("failed", Some(format!("{error_type}: {message}")), 0);
        }
    };
    let first = |list: &str| record.get(list)?.get(0)?.get("reason")?.as_str().map(str::to_owned);
    let calls = record.get("api_calls").and_then(Value::as_u64).and_then(|calls| usize::try_from(calls).ok());
    let (outcome, reason) = match record.get("outcome").and_then(Value::as_str) {
        Some("done") => ("done", None),
        Some("waiting") => ("waiting", first("waiting")),
        Some("kept") => ("not-applicable", first("kept")),
        _ => ("failed", record.get("failure").and_then(Value::as_str).map(str::to_owned)),
    };
    (outcome, reason, calls.unwrap_or_default())
}
