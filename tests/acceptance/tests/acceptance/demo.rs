//! The demo passes, and fails when it should.

use acceptance::function;
use demo::{DemoOptions, Report, report::TargetReport};

fn options() -> DemoOptions {
    DemoOptions::new(function().parent().unwrap().to_owned())
}

fn sum(report: &Report, count: impl Fn(&TargetReport) -> u64) -> u64 {
    report.targets.iter().map(count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_system_is_rotated_published_and_retired_at_once_and_no_client_command_fails() {
    let report = demo::run(options()).await.unwrap();
    assert!(report.ok, "{report:#?}");
    let names: Vec<_> = report.targets.iter().map(|target| target.name.as_str()).collect();
    let expected = [
        "phillm",
        "paperwurks-prod",
        "paperwurks-rbac",
        "paperwurks-serverless",
        "transparent-trust",
        "transparent-trust-upstash-acl",
        "transparent-trust-upstash-reset",
        "asterisk",
        "koneksi-prod",
    ];
    assert_eq!(names, expected);
    for target in &report.targets {
        let jobs: Vec<_> = target.jobs.iter().map(|job| (job.function.as_str(), job.outcome.as_str())).collect();
        let resets = target.name.ends_with("-reset");
        let retirement = if resets { "not-applicable" } else { "done" };
        let expected = [("rotate-auth", "done"), ("sync-connection", "done"), ("retire-credential", retirement)];
        assert_eq!(jobs, expected, "{target:#?}");
        assert_eq!(target.jobs[2].reason.is_some(), resets, "{target:#?}");
        assert_published(target);
        assert!(target.clients.failed == 0 || resets, "{target:#?}");
        assert!(target.clients.commands > 100 && target.jobs[0].api_calls > 10, "{target:#?}");
        assert_eq!(target.watcher.is_none(), target.name.contains("upstash"), "{target:#?}");
        if let Some(watcher) = &target.watcher {
            assert!(watcher.refused == 0 && watcher.logins > 20, "{target:#?}");
            assert!(target.clients.reconnects > 10, "{target:#?}");
        }
        assert_eq!((target.nodes.current, target.nodes.previous), (target.nodes.total, 0), "{target:#?}");
    }
}

/// Checks that applications read AWSCURRENT, and that clients that read it only at startup were served throughout.
fn assert_published(target: &TargetReport) {
    let published = target.published.as_ref().unwrap();
    assert!(published.current && published.outputs > 0, "{target:#?}");
    let clients = target.clients.at_start.as_ref().unwrap();
    assert!(clients.commands_after_retirement > 5, "{target:#?}");
    assert!(clients.commands > 20 && (clients.failed == 0 || target.name.ends_with("-reset")), "{target:#?}");
    let job = &target.jobs[1];
    assert!(job.api_calls > 0, "{target:#?}");
    let (deployed, restarted_by): (&[&str], _) = match target.name.as_str() {
        "phillm" => (&["the ECS service phillm/phillm"], "sync-connection"),
        _ => (&[], "demo"),
    };
    assert_eq!(job.deployed, deployed, "{target:#?}");
    assert_eq!(clients.restarted_by, restarted_by, "{target:#?}");
    let written: &[&str] = match target.name.as_str() {
        "phillm" => &["the parameter /phillm/redis/password", "the parameter /phillm/redis/url"],
        "paperwurks-prod" => &["the parameter /paperwurks/prod/redis/url"],
        "paperwurks-rbac" => &["the parameter /paperwurks/rbac/redis/url"],
        "paperwurks-serverless" => &["the parameter /paperwurks/serverless/redis/url"],
        "transparent-trust" => &["the parameter /transparent-trust/production/redis/auth-token"],
        "transparent-trust-upstash-acl" => &["the parameter /transparent-trust/production/upstash/rest-token"],
        "transparent-trust-upstash-reset" => &["the parameter /transparent-trust/production/upstash-free/rest-token"],
        "koneksi-prod" => &["the parameter /koneksi/prod/redis/url", "the parameter /koneksi/prod/redis/reader-url"],
        "asterisk" => &["the Lambda function asterisk-campaigns"],
        _ => &[],
    };
    assert_eq!(job.written, written, "{target:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_cannot_be_written_makes_the_demo_fail() {
    let report = demo::run(DemoOptions { missing_output: true, only: vec!["koneksi-prod".to_owned()], ..options() })
        .await
        .unwrap();
    assert!(!report.ok, "{report:#?}");
    let target = &report.targets[0];
    let job = target.job("sync-connection").unwrap();
    assert_eq!((job.outcome.as_str(), job.written.len()), ("failed", 0), "{report:#?}");
    assert!(job.reason.as_ref().unwrap().contains("missing"), "{report:#?}");
    assert!(!target.published.as_ref().unwrap().current, "{report:#?}");
    assert!(target.clients.at_start.as_ref().unwrap().failed > 0, "its client still has the previous URL: {report:#?}");
    for said in ["sync-connection failed", "the published parameters do not match AWSCURRENT", "commands failed"] {
        assert!(report.failures.iter().any(|sentence| sentence.contains(said)), "{said}: {report:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awscurrent_that_moves_before_the_nodes_accept_it_makes_the_demo_fail() {
    let report = demo::run(DemoOptions { promote_early: true, only: vec!["koneksi-prod".to_owned()], ..options() })
        .await
        .unwrap();
    assert!(!report.ok && !report.failures.is_empty(), "{report:#?}");
    assert!(sum(&report, |target| target.clients.failed) > 0, "{report:#?}");
    assert!(sum(&report, |target| target.watcher.as_ref().map_or(0, |watcher| watcher.refused)) > 0, "{report:#?}");
}

#[tokio::test]
async fn an_unknown_target_is_refused_with_the_names_of_all_targets() {
    let only = vec!["koneksi".to_owned()];
    let refused = demo::run(DemoOptions { only, ..options() }).await.unwrap_err().to_string();
    assert!(refused.contains("\"koneksi\"") && refused.contains("koneksi-prod"), "{refused}");
}

#[tokio::test]
async fn a_function_that_is_not_compiled_is_refused_with_the_command_to_compile_it() {
    let refused = demo::run(DemoOptions::new("/nowhere".into())).await.unwrap_err().to_string();
    assert!(refused.contains("/nowhere/rotate-auth") && refused.contains("cargo build"), "{refused}");
}
