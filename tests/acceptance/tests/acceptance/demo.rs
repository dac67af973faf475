//! The demo: it must hold, and it must be able to fail.

use acceptance::function;
use sandbox::demo::{self, DemoOptions, Report};

fn options() -> DemoOptions {
    DemoOptions::new(function())
}

fn sum(report: &Report, count: impl Fn(&demo::report::TargetReport) -> u64) -> u64 {
    report.targets.iter().map(count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_systems_are_rotated_at_once_and_no_client_notices() {
    let report = demo::run(options()).await.unwrap();
    assert!(report.ok, "{report:#?}");
    let names: Vec<_> = report.targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["paperwurks-prod", "koneksi-prod"]);
    for target in &report.targets {
        assert_eq!((target.clients.failed, target.watcher.violations), (0, 0), "{target:#?}");
        assert!(target.clients.commands > 300 && target.clients.reconnects > 20, "{target:#?}");
        assert!(target.watcher.logins > 20, "{target:#?}");
        assert!(target.jobs[0].outcome == "done" && target.jobs[0].api_calls > 10, "{target:#?}");
        assert_eq!(target.nodes_accepting, target.nodes, "{target:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_moves_before_the_servers_makes_the_demo_fall_short() {
    let report = demo::run(DemoOptions { promote_early: true, ..options() }).await.unwrap();
    assert!(!report.ok && !report.fell_short.is_empty(), "{report:#?}");
    assert!(sum(&report, |target| target.clients.failed) > 0, "{report:#?}");
    assert!(sum(&report, |target| target.watcher.violations) > 0, "{report:#?}");
}

#[tokio::test]
async fn a_function_that_is_not_compiled_is_named_with_the_way_to_compile_it() {
    let refused = demo::run(DemoOptions::new("/nowhere/rotate-auth".into())).await.unwrap_err().to_string();
    assert!(refused.contains("/nowhere/rotate-auth") && refused.contains("cargo build"), "{refused}");
}
