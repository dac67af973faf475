//! The demo: it must hold, and it must be able to fail.

use acceptance::function;
use sandbox::demo::{self, DemoOptions, Report};

fn options() -> DemoOptions {
    DemoOptions::new(function().parent().unwrap().to_owned())
}

fn sum(report: &Report, count: impl Fn(&demo::report::TargetReport) -> u64) -> u64 {
    report.targets.iter().map(count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_system_is_rotated_at_once_and_its_old_credential_retired_and_no_client_notices() {
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
        assert_eq!(jobs, [("rotate-auth", "done"), ("retire-credential", retirement)], "{target:#?}");
        assert_eq!(target.jobs[1].reason.is_some(), resets, "{target:#?}");
        assert!(target.clients.failed == 0 || resets, "{target:#?}");
        assert!(target.clients.commands > 100 && target.jobs[0].api_calls > 10, "{target:#?}");
        assert_eq!(target.watcher.is_none(), target.name.contains("upstash"), "{target:#?}");
        if let Some(watcher) = &target.watcher {
            assert!(watcher.violations == 0 && watcher.logins > 20, "{target:#?}");
            assert!(target.clients.reconnects > 10, "{target:#?}");
        }
        assert_eq!((target.doors.current, target.doors.previous), (target.doors.nodes, 0), "{target:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_moves_before_the_servers_makes_the_demo_fall_short() {
    let report = demo::run(DemoOptions { promote_early: true, only: vec!["koneksi-prod".to_owned()], ..options() })
        .await
        .unwrap();
    assert!(!report.ok && !report.fell_short.is_empty(), "{report:#?}");
    assert!(sum(&report, |target| target.clients.failed) > 0, "{report:#?}");
    assert!(sum(&report, |target| target.watcher.as_ref().map_or(0, |watcher| watcher.violations)) > 0, "{report:#?}");
}

#[tokio::test]
async fn a_target_that_the_demo_does_not_have_is_named_with_those_that_it_has() {
    let only = vec!["koneksi".to_owned()];
    let refused = demo::run(DemoOptions { only, ..options() }).await.unwrap_err().to_string();
    assert!(refused.contains("\"koneksi\"") && refused.contains("koneksi-prod"), "{refused}");
}

#[tokio::test]
async fn a_function_that_is_not_compiled_is_named_with_the_way_to_compile_it() {
    let refused = demo::run(DemoOptions::new("/nowhere".into())).await.unwrap_err().to_string();
    assert!(refused.contains("/nowhere/rotate-auth") && refused.contains("cargo build"), "{refused}");
}
