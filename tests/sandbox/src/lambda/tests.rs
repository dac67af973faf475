//! Tests of the runner with a Python bootstrap that does what its event specifies.

use std::{
    collections::BTreeMap,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use super::{Function, Invocation, InvocationResult, Runner};
use crate::faults::{At, Faults, Rule, What};

struct Fixture {
    runner: Arc<Runner>,
    faults: Arc<Faults>,
    home: TempDir,
}

impl Fixture {
    /// A runner with a function `f`.
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        write_bootstrap(home.path());
        let faults = Arc::new(Faults::default());
        let base = BTreeMap::from([("AWS_REGION".to_owned(), "us-east-1".to_owned())]);
        let fixture = Self { runner: Arc::new(Runner::new(faults.clone(), base)), faults, home };
        fixture.add(&[]);
        fixture
    }

    fn add(&self, environment: &[(&str, &str)]) {
        self.runner.add(Function {
            name: "f".to_owned(),
            binary: self.home.path().join("bootstrap"),
            timeout: Duration::from_secs(3),
            environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        });
    }

    async fn run(&self, what: &str) -> Invocation {
        self.runner.invoke("f", &json!({ "do": what }), "label").await
    }
}

/// Writes the script with the absolute path of the interpreter, because a function has the `PATH` of Lambda.
pub(crate) fn write_bootstrap(home: &Path) {
    let found = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    let python = String::from_utf8(found.stdout).unwrap();
    let file = home.join("bootstrap");
    std::fs::write(&file, format!("#!{}\n{}", python.trim(), include_str!("bootstrap.py"))).unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
}

fn returned(invocation: &Invocation) -> &Value {
    match &invocation.result {
        InvocationResult::Returned(value) => value,
        failed @ InvocationResult::Failed { .. } => panic!("{failed:?}, logs: {}", invocation.logs),
    }
}

fn failed(invocation: &Invocation) -> (&str, &str) {
    match &invocation.result {
        InvocationResult::Failed { error_type, message } => (error_type, message),
        InvocationResult::Returned(value) => panic!("it returned {value}"),
    }
}

fn error(invocation: &Invocation, how: &str) -> String {
    format!("RequestId: {} Error: {how}", invocation.request_id)
}

fn lives(pid: u64) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn an_idle_instance_takes_the_next_invocation() {
    let fixture = Fixture::new();
    let first = fixture.run("answer").await;
    let second = fixture.run("answer").await;
    assert_eq!((returned(&first)["count"].as_u64(), first.cold), (Some(1), true));
    assert_eq!((returned(&second)["count"].as_u64(), second.cold), (Some(2), false));
    assert_eq!((second.function.as_str(), second.label.as_str()), ("f", "label"));
    let ended: Vec<_> = fixture.runner.invocations().into_iter().map(|ended| ended.request_id).collect();
    assert_eq!(ended, [first.request_id, second.request_id]);
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_recycled_function_starts_cold() {
    let fixture = Fixture::new();
    let pid = returned(&fixture.run("answer").await)["pid"].as_u64().unwrap();
    fixture.runner.recycle().await;
    assert!(!lives(pid));
    assert!(fixture.run("answer").await.cold);
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_replaced_function_starts_cold_with_its_own_environment() {
    let fixture = Fixture::new();
    let pid = returned(&fixture.run("answer").await)["pid"].as_u64().unwrap();
    fixture.add(&[("MARK", "new")]);
    let after = fixture.run("environment").await;
    assert_eq!((returned(&after)["MARK"].as_str(), after.cold), (Some("new"), true));
    assert!(!lives(pid));
    fixture.runner.stop().await;
}

#[tokio::test]
async fn an_error_of_the_function_is_reported_and_its_instance_kept() {
    let fixture = Fixture::new();
    assert_eq!(failed(&fixture.run("error").await), ("Retryable", "not now"));
    assert!(!fixture.run("answer").await.cold);
    fixture.runner.stop().await;
}

#[tokio::test]
async fn an_exit_is_an_error_and_the_next_invocation_starts_cold() {
    let fixture = Fixture::new();
    let ended = fixture.run("exit").await;
    let message = error(&ended, "Runtime exited with error: exit status 3");
    assert_eq!(failed(&ended), ("Runtime.ExitError", message.as_str()));
    assert!(fixture.run("answer").await.cold);
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_crash_names_its_signal() {
    let fixture = Fixture::new();
    let ended = fixture.run("crash").await;
    let message = error(&ended, "Runtime exited with error: signal: segmentation fault");
    assert_eq!(failed(&ended), ("Runtime.ExitError", message.as_str()));
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_fault_kills_the_instance_that_made_the_call() {
    let fixture = Fixture::new();
    let what = What::KillBefore;
    fixture.faults.arm(Rule { function: "f".to_owned(), during: None, at: At::Call(1), what, times: 1 });
    let runner = fixture.runner.clone();
    let hanging = tokio::spawn(async move { runner.invoke("f", &json!({ "do": "hang" }), "label").await });
    // `f.1` is the access key id of the runner's first instance.
    let began = Instant::now();
    let place = loop {
        if let (Some(place), Some(What::KillBefore)) = fixture.faults.on_call("f.1", "AnyOperation") {
            break place;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "the invocation did not start");
        sleep(Duration::from_millis(10)).await;
    };
    fixture.faults.kill(&place);
    let ended = hanging.await.unwrap();
    let message = error(&ended, "Runtime exited with error: signal: killed");
    assert_eq!(failed(&ended), ("Runtime.ExitError", message.as_str()));
    assert_eq!(place.request_id, ended.request_id);
    assert_eq!(fixture.faults.on_call("f.1", "AnyOperation"), (None, None));
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_function_is_killed_at_its_timeout() {
    let fixture = Fixture::new();
    let began = Instant::now();
    let ended = fixture.run("hang").await;
    assert!(began.elapsed() >= Duration::from_secs(3));
    let message = error(&ended, "Task timed out after 3.00 seconds");
    assert_eq!(failed(&ended), ("Sandbox.Timedout", message.as_str()));
    assert_eq!(ended.logs, "before the hang\n");
    assert!(fixture.run("answer").await.cold);
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_function_that_exits_before_its_first_event_fails() {
    let fixture = Fixture::new();
    fixture.add(&[("START", "exit")]);
    let ended = fixture.run("answer").await;
    let message = error(&ended, "Runtime exited with error: exit status 7");
    assert_eq!(failed(&ended), ("Runtime.ExitError", message.as_str()));
    assert_eq!(ended.logs, "no luck\n");
    fixture.runner.stop().await;
}

#[tokio::test]
async fn an_error_during_initialization_is_reported_unchanged() {
    let fixture = Fixture::new();
    fixture.add(&[("START", "error")]);
    assert_eq!(failed(&fixture.run("answer").await), ("NoConfig", "it is missing"));
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_missing_binary_fails_the_invocation() {
    let fixture = Fixture::new();
    std::fs::remove_file(fixture.home.path().join("bootstrap")).unwrap();
    let ended = fixture.run("answer").await;
    assert_eq!(failed(&ended).0, "Runtime.InvalidEntrypoint");
    fixture.runner.stop().await;
}

#[tokio::test]
async fn an_unknown_function_is_not_found() {
    let fixture = Fixture::new();
    assert!(fixture.runner.has("f") && !fixture.runner.has("g"));
    let ended = fixture.runner.invoke("g", &json!({}), "label").await;
    assert_eq!(failed(&ended).0, "ResourceNotFoundException");
}

#[tokio::test]
async fn concurrent_invocations_run_on_separate_instances() {
    let fixture = Fixture::new();
    let (first, second) = tokio::join!(fixture.run("sleep"), fixture.run("sleep"));
    assert!(first.cold && second.cold);
    assert_ne!(returned(&first)["pid"], returned(&second)["pid"]);
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_function_inherits_no_environment_variables() {
    let fixture = Fixture::new();
    fixture.add(&[("OWN", "mine")]);
    let invocation = fixture.run("environment").await;
    let environment = returned(&invocation);
    let ours = ["HOME", "CARGO_MANIFEST_DIR", "USER"];
    let leaked: Vec<&str> = ours.into_iter().filter(|name| environment.get(name).is_some()).collect();
    assert_eq!(leaked, Vec::<&str>::new());
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some(), "there is nothing to inherit");
    assert_eq!(environment["OWN"], "mine");
    assert_eq!(environment["AWS_REGION"], "us-east-1");
    assert_eq!(environment["AWS_LAMBDA_FUNCTION_NAME"], "f");
    assert_eq!(environment["AWS_ACCESS_KEY_ID"], "f.1");
    assert_eq!(environment["LAMBDA_TASK_ROOT"], fixture.home.path().to_str().unwrap());
    fixture.runner.stop().await;
}

#[tokio::test]
async fn an_event_has_the_headers_of_lambda() {
    let fixture = Fixture::new();
    let invocation = fixture.run("headers").await;
    let headers = returned(&invocation);
    let header = |name: &str| headers[name.to_lowercase()].as_str().unwrap_or_else(|| panic!("no {name}: {headers}"));
    assert_eq!(header("Lambda-Runtime-Aws-Request-Id"), invocation.request_id);
    assert_eq!(header("Lambda-Runtime-Invoked-Function-Arn"), "arn:aws:lambda:us-east-1:123456789012:function:f");
    assert!(header("Lambda-Runtime-Trace-Id").starts_with("Root=1-"));
    let deadline: i64 = header("Lambda-Runtime-Deadline-Ms").parse().unwrap();
    let left = deadline - jiff::Timestamp::now().as_millisecond();
    assert!((0..=3000).contains(&left), "{left} ms left");
    fixture.runner.stop().await;
}

#[tokio::test]
async fn logs_contain_all_output_of_the_invocation_and_no_other() {
    let fixture = Fixture::new();
    for _ in 0..20 {
        assert_eq!(fixture.run("write").await.logs, "out\n\nthe last line\n");
    }
    assert_eq!(fixture.run("answer").await.logs, "");
    fixture.runner.stop().await;
}

#[tokio::test]
async fn only_the_end_of_a_large_output_is_kept() {
    let fixture = Fixture::new();
    let event = json!({ "do": "write", "bytes": 3_000_000 });
    let logs = fixture.runner.invoke("f", &event, "label").await.logs;
    assert!(logs.len() <= 512 * 1024, "{} bytes", logs.len());
    assert!(logs.ends_with("x\nthe last line\n"));
    fixture.runner.stop().await;
}

#[tokio::test]
async fn invalid_requests_of_a_runtime_are_rejected() {
    let fixture = Fixture::new();
    let invocation = fixture.run("misuse").await;
    let refused = json!({
        "other id": [400, "InvalidRequestID"],
        "next while running": [403, "InvalidStateTransition"],
        "late init error": [403, "InvalidStateTransition"],
        "unknown path": [404, "NotFound"],
    });
    assert_eq!(*returned(&invocation), refused);
    assert_eq!(*returned(&fixture.run("answer twice").await), json!({}));
    assert_eq!(*returned(&fixture.run("answer").await), json!([403, "InvalidStateTransition"]));
    fixture.runner.stop().await;
}

#[tokio::test]
async fn an_invalid_response_fails_the_invocation() {
    let fixture = Fixture::new();
    assert_eq!(failed(&fixture.run("large").await).0, "Function.ResponseSizeTooLarge");
    assert_eq!(failed(&fixture.run("no json").await).0, "Runtime.MalformedResponse");
    fixture.runner.stop().await;
}

#[tokio::test]
async fn an_invocation_continues_when_its_caller_stops_waiting() {
    let fixture = Fixture::new();
    let waited = tokio::time::timeout(Duration::from_millis(1), fixture.run("sleep")).await;
    assert!(waited.is_err());
    let began = Instant::now();
    while fixture.runner.invocations().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(10), "the invocation did not end");
        sleep(Duration::from_millis(20)).await;
    }
    fixture.runner.stop().await;
}

#[tokio::test]
async fn a_stopped_runner_leaves_no_process() {
    let fixture = Fixture::new();
    let idle = returned(&fixture.run("answer").await)["pid"].as_u64().unwrap();
    let runner = fixture.runner.clone();
    let hanging = tokio::spawn(async move { runner.invoke("f", &json!({ "do": "hang" }), "label").await });
    sleep(Duration::from_millis(300)).await;
    assert!(lives(idle));
    fixture.runner.stop().await;
    assert!(!lives(idle));
    assert_eq!(failed(&hanging.await.unwrap()).0, "Sandbox.Stopped");
    assert_eq!(failed(&fixture.run("answer").await).0, "Sandbox.Stopped");
}
