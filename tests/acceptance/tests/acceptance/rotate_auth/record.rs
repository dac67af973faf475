//! The outcome record and the metrics of each step.

use acceptance::{Outcome, Stage};
use sandbox::lambda::InvocationResult;

#[tokio::test(flavor = "multi_thread")]
async fn every_step_writes_one_outcome_record_with_the_number_of_its_calls() {
    let stage = Stage::by_default().await;
    assert!(stage.rotate().await.succeeded);
    let invocations = stage.sandbox.runner.invocations();
    assert_eq!(invocations.len(), 4);
    for invocation in &invocations {
        let (record, metrics) = Outcome::logged(invocation);
        assert_eq!(Outcome::of(invocation.clone()), record);
        assert_eq!((record.target(), record.step()), (Some("orders"), Some(invocation.label.as_str())));
        let (calls, logins) = stage.calls_of(invocation);
        assert_eq!((record.api_calls(), record.logins()), (Some(calls), Some(logins)), "{}", invocation.label);
        assert_eq!((&metrics["ApiCalls"], &metrics["Logins"]), (&calls.into(), &logins.into()));
    }
    let did = invocations.iter().map(|invocation| Outcome::logged(invocation).0);
    let did: Vec<_> = did.map(|outcome| outcome.done().first().unwrap_or(&"nothing").to_string()).collect();
    assert_eq!(did, ["create-pending", "add-pending", "nothing", "promote"]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_step_writes_one_outcome_record_with_its_class_and_what_to_do() {
    let stage = Stage::by_default().await;
    stage.put("drifted-token-0123456789abcdef", &["AWSCURRENT"]).await;
    let version = stage.put("put-by-hand-0123456789abcdef", &["AWSPENDING"]).await;
    let invocation = stage.call("setSecret", &version).await;
    let (record, metrics) = Outcome::logged(&invocation);
    let InvocationResult::Failed { error_type, message } = &invocation.result else { panic!("{invocation:?}") };
    assert_eq!(error_type, "NeedsHuman");
    assert_eq!(record.status(), "needs-human");
    assert_eq!(record.failure(), Some(message.as_str()));
    assert!(message.contains("put it into AWSCURRENT"), "{message}");
    assert_eq!((&metrics["NeedsHuman"], &metrics["Done"]), (&1.into(), &0.into()));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_finds_no_settings_is_recorded_for_the_target_that_the_secret_is_tagged_with() {
    let stage = Stage::by_default().await;
    stage.tag_with("nowhere").await;
    let (record, metrics) = Outcome::logged(&stage.call("createSecret", "00000000-0000-4000-8000-000000000000").await);
    assert_eq!((record.target(), record.step()), (Some("nowhere"), Some("createSecret")), "{record}");
    assert_eq!((&metrics["Target"], &metrics["ActionRequired"]), (&"nowhere".into(), &1.into()));
    stage.stop().await;
}
