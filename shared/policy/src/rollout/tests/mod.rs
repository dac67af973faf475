//! Tests of rollout decisions, by table and by property.

mod properties;
mod stale;
mod tables;

use serde_json::json;

use super::*;
use crate::{
    consumers::{ConsumerFacts, Deployment, Progress, Seen, Task},
    login::{Answer, NodeState},
    target::Rollout,
};

/// The moment of the change, in all tests: Thursday, 1 January 1970, 00:16:40 UTC.
const CHANGED_MS: u64 = 1_000_000;

/// How long the debounce is, in all tests.
const DEBOUNCE_S: u64 = 60;

/// How long a deployment may take, in all tests.
const STABILISE_S: u64 = 600;

/// What one service is like, in short.
#[derive(Clone, Debug)]
struct Like {
    progress: Progress,
    created_ms: u64,
    steady: bool,
    desired: usize,
    gave_up_ms: Option<u64>,
    tasks: Vec<Option<u64>>,
    /// Whether `CODE_DEPLOY` deploys it: ECS shows no deployment.
    by_code_deploy: bool,
}

/// One that was deployed before the change, and is steady.
fn old() -> Like {
    Like {
        progress: Progress::Completed,
        created_ms: CHANGED_MS - 10,
        steady: true,
        desired: 2,
        gave_up_ms: None,
        tasks: vec![Some(CHANGED_MS - 5); 2],
        by_code_deploy: false,
    }
}

/// One that was deployed since, and is steady.
fn new() -> Like {
    Like { created_ms: CHANGED_MS + 1, tasks: vec![Some(CHANGED_MS + 2); 2], ..old() }
}

/// One that is being deployed since.
fn rolling() -> Like {
    let tasks = vec![Some(CHANGED_MS - 5), Some(CHANGED_MS + 2)];
    Like { progress: Progress::InProgress, steady: false, tasks, ..new() }
}

fn service(nth: usize, like: &Like) -> ConsumerFacts {
    let task = |(at, created_ms): (usize, &Option<u64>)| Task {
        id: format!("task-{at}"),
        created_ms: *created_ms,
        started_ms: *created_ms,
    };
    ConsumerFacts {
        field: format!("consumers[{nth}]"),
        name: format!("service {nth}"),
        seen: Seen::Service {
            status: "ACTIVE".to_owned(),
            steady: like.steady,
            deployed_by: like.by_code_deploy.then(|| "CODE_DEPLOY".to_owned()),
            desired: like.desired,
            deployment: (!like.by_code_deploy)
                .then_some(Deployment { progress: like.progress, created_ms: Some(like.created_ms) }),
            gave_up_ms: like.gave_up_ms,
            tasks: like.tasks.iter().enumerate().map(task).collect(),
            draining: Vec::new(),
        },
    }
}

/// Facts with the debounce over, no window, and these services.
fn facts(services: &[Like]) -> Facts {
    Facts {
        now_ms: CHANGED_MS + DEBOUNCE_S * 1000,
        settings: Rollout { debounce_s: DEBOUNCE_S, stabilise_s: STABILISE_S, window: None },
        stale: vec![StalePeriod::until(CHANGED_MS)],
        consumers: services.iter().enumerate().map(|(nth, like)| service(nth, like)).collect(),
        nodes: Some(nodes("yy")),
        asked: Vec::new(),
    }
}

/// Nodes by one letter each: `y` accepts AWSCURRENT, `n` refuses it, `-` gives no answer.
fn nodes(letters: &str) -> Vec<Node> {
    let asked = |current| NodeState::Asked { open: false, pending: None, current, previous: None };
    let state = |letter| match letter {
        'y' => asked(Answer::Accepted),
        'n' => asked(Answer::Refused),
        _ => NodeState::Unreachable("refused".to_owned()),
    };
    letters.chars().map(|letter| Node { id: "node".to_owned(), state: state(letter) }).collect()
}

/// The settings with a window that is open from this hour to that one.
fn within(from: u64, to: u64) -> Rollout {
    let window = json!({ "from": format!("{from:02}:00"), "to": format!("{to:02}:00") });
    Rollout { window: Some(serde_json::from_value(window).unwrap()), ..facts(&[]).settings }
}

/// A decision or a failure in a word or two.
fn word(result: &Result<Decision, Failure>) -> String {
    let names = |by: &[Waiting]| by.iter().map(|waiting| waiting.what.clone()).collect::<Vec<_>>().join(", ");
    match result {
        Ok(Decision::Kept { .. }) => "kept".to_owned(),
        Ok(Decision::Blocked { by }) => format!("blocked by {}", names(by)),
        Ok(Decision::Deploy { nth, .. }) => format!("deploy {nth}"),
        Ok(Decision::Wait { by }) => format!("wait for {}", names(by)),
        Err(failure) => failure.class().to_string(),
    }
}

fn decided(facts: &Facts) -> String {
    word(&decide(facts))
}
