//! What every run leaves behind: one outcome record, and its metrics.

use acceptance::Stage;
use sandbox::lambda::{Invocation, InvocationResult};
use serde_json::Value;

/// The log lines of an invocation, each of which is JSON.
fn lines(invocation: &Invocation) -> Vec<Value> {
    let lines = invocation.logs.lines().filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

/// The outcome record of an invocation, of which there is one, and the line with the metrics that it is on.
fn record_and_metrics(invocation: &Invocation) -> (Value, Value) {
    let mut lines: Vec<Value> = lines(invocation).into_iter().filter(|line| line.get("_aws").is_some()).collect();
    assert_eq!(lines.len(), 1, "{}", invocation.logs);
    let line = lines.remove(0);
    (line["outcome"].clone(), line)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_leaves_one_record_and_the_calls_it_counts_are_the_calls_it_made() {
    let stage = Stage::by_default().await;
    assert!(stage.rotate().await.succeeded);
    let invocations = stage.sandbox.runner.invocations();
    assert_eq!(invocations.len(), 4);
    for invocation in &invocations {
        let (record, metrics) = record_and_metrics(invocation);
        assert_eq!(invocation.result, InvocationResult::Returned(record.clone()));
        assert_eq!(
            (record["target"].as_str(), record["step"].as_str()),
            (Some("orders"), Some(invocation.label.as_str()))
        );
        assert_eq!((&metrics["ApiCalls"], &metrics["Logins"]), (&record["api_calls"], &record["measures"]["logins"]));
        let made =
            stage.sandbox.journal.entries().into_iter().filter(|entry| {
                entry.invocation.as_ref().is_some_and(|place| place.request_id == invocation.request_id)
            });
        let (logins, calls): (Vec<_>, Vec<_>) = made.partition(|entry| entry.service == "redis");
        assert_eq!(record["api_calls"], calls.len(), "{}", invocation.label);
        assert_eq!(record["measures"]["logins"], logins.len(), "{}", invocation.label);
    }
    let did = invocations.iter().map(|invocation| record_and_metrics(invocation).0["done"][0]["what"].clone());
    let did: Vec<_> = did.map(|what| what.as_str().unwrap_or("nothing").to_owned()).collect();
    assert_eq!(did, ["create-pending", "add-pending", "nothing", "promote"]);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_step_leaves_one_record_with_the_class_and_the_way_out() {
    let stage = Stage::by_default().await;
    stage.put("drifted-token-0123456789abcdef", &["AWSCURRENT"]).await;
    let version = stage.put("put-by-hand-0123456789abcdef", &["AWSPENDING"]).await;
    let invocation = stage.call("setSecret", &version).await;
    let (record, metrics) = record_and_metrics(&invocation);
    let InvocationResult::Failed { error_type, message } = &invocation.result else { panic!("{invocation:?}") };
    assert_eq!(error_type, "NeedsHuman");
    assert_eq!(record["status"], "needs-human");
    assert_eq!(record["failure"].as_str(), Some(message.as_str()));
    assert!(message.contains("put it into AWSCURRENT"), "{message}");
    assert_eq!((&metrics["NeedsHuman"], &metrics["Done"]), (&1.into(), &0.into()));
    stage.strike().await;
}
