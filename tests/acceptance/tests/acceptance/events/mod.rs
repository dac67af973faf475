//! The events that services send over EventBridge and SNS when something changes, as a function receives them.

mod ecs;
mod elasticache;
mod parameters;
mod secrets;

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path, process::Command, time::Duration};

use sandbox::{
    Options, Sandbox,
    delivery::{Delivery, Progress},
    lambda::Function,
};
use serde_json::Value;

/// How long any change may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(40);

/// The function that receives the events.
pub(crate) const LISTENER: &str = "listener";

/// Starts a sandbox with the listener.
async fn start() -> Sandbox {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    add_listener(&sandbox);
    sandbox
}

/// Deploys a function that returns the event that it receives.
pub(crate) fn add_listener(sandbox: &Sandbox) {
    let found = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    let python = String::from_utf8(found.stdout).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("listener");
    fs::create_dir_all(&folder).unwrap();
    let (binary, program) = (folder.join("bootstrap"), include_str!("listener.py"));
    // Write another file and rename it: another test may be starting the function.
    let unfinished = folder.join(format!("bootstrap.{}", std::process::id()));
    fs::write(&unfinished, format!("#!{}\n{program}", python.trim())).unwrap();
    fs::set_permissions(&unfinished, PermissionsExt::from_mode(0o755)).unwrap();
    fs::rename(&unfinished, &binary).unwrap();
    let (name, timeout) = (LISTENER.to_owned(), Duration::from_secs(20));
    sandbox.runner.add(Function { name, binary, timeout, environment: BTreeMap::new() });
}

/// Returns the events that the listener has received, once all are delivered.
async fn received(sandbox: &Sandbox) -> Vec<Value> {
    sandbox.events.settled(PATIENCE).await.unwrap();
    let deliveries = sandbox.events.deliveries();
    assert!(deliveries.iter().all(|one| one.progress == Progress::Delivered), "{deliveries:?}");
    deliveries.into_iter().map(|Delivery { payload, .. }| payload).collect()
}

/// Returns the sorted keys of an event, to compare with a sample.
fn names(event: &Value) -> Vec<&str> {
    let mut names: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Reads a sample event of `sync-connection`.
fn sample(name: &str) -> Value {
    let file = format!("{}/../../events/sync-connection/valid/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Checks that an event has the same keys as the sample, in its envelope and in its detail, except `not_always`.
fn assert_like(event: &Value, sample_name: &str, not_always: &[&str]) {
    let sample = sample(sample_name);
    assert_eq!(names(event), names(&sample));
    for name in ["version", "detail-type", "source", "account", "region"] {
        assert_eq!(event[name], sample[name], "{event}");
    }
    let always = |names: Vec<&'_ str>| -> Vec<String> {
        names.into_iter().filter(|name| !not_always.contains(name)).map(str::to_owned).collect()
    };
    assert_eq!(always(names(&event["detail"])), always(names(&sample["detail"])), "{event}");
}
