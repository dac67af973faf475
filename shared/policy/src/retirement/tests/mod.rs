//! Tests of retirement decisions, by table and by property.

mod properties;
mod tables;

use super::*;
use crate::{
    Failure,
    consumers::{ConsumerFacts, Deployment, Progress, Seen, Task},
    login::{Answer, Node, NodeState},
    secret::{PreviousValue, Promotion, SecretFacts},
    server::{Capacity, GroupState, Propagation, Server},
    target::Retirement,
};

/// The moment of the promotion, in all tests.
const PROMOTED_MS: u64 = 1_000_000;

/// How long the overlap is, in all tests.
const OVERLAP_S: u64 = 60;

/// Decides for the kind of server that the facts are of.
fn decide(facts: &Facts) -> Result<Decision<Restore>, Failure> {
    match facts.server.as_ref().map(|server| server.propagation) {
        None | Some(Propagation::Service) => Ok(decide_service(facts)?.map(|never| match never {})),
        Some(Propagation::NodeByNode | Propagation::UntilRestart) => decide_node_by_node(facts),
    }
}

/// A decision or a failure in one word.
fn word(result: &Result<Decision<Restore>, Failure>) -> &'static str {
    match result {
        Ok(Decision::Kept { .. }) => "kept",
        Ok(Decision::Blocked { .. }) => "blocked",
        Ok(Decision::Remove { .. }) => "remove",
        Ok(Decision::Specific { change: Restore::Current, .. }) => "restore-current",
        Ok(Decision::Specific { change: Restore::Previous, .. }) => "restore-previous",
        Ok(Decision::MarkRetired { .. }) => "mark",
        Ok(Decision::Wait { .. }) => "wait",
        Err(failure) => failure.class().as_str(),
    }
}

fn decided(facts: &Facts) -> &'static str {
    word(&decide(facts))
}

/// A server of two nodes, kept in step by a service; `current` and `previous` are one letter a node: `y` accepts, `n`
/// refuses.
fn server(current: &str, previous: &str) -> Server {
    let answer = |text: &str, at: usize| if text.as_bytes()[at] == b'y' { Answer::Accepted } else { Answer::Refused };
    let node = |at: usize| Node {
        id: format!("node-{at}"),
        state: NodeState::Asked {
            open: false,
            pending: None,
            current: answer(current, at),
            previous: Some(answer(previous, at)),
        },
    };
    Server {
        nodes: vec![node(0), node(1)],
        group: GroupState::Available,
        change_asked: false,
        token_set_since_pending: false,
        capacity: Capacity::Free,
        propagation: Propagation::Service,
    }
}

/// Facts with every gate open, and both credentials accepted.
fn facts(server: Server) -> Facts {
    Facts {
        now_ms: PROMOTED_MS + OVERLAP_S * 1000,
        settings: Retirement { overlap_s: OVERLAP_S },
        secret: SecretFacts {
            previous: PreviousValue::Another { retired: false },
            promotion: Promotion { current_created_ms: Some(PROMOTED_MS), ..Promotion::default() },
            rotating: false,
        },
        current_fault: None,
        server: Some(server),
        consumers: Some(vec![service(true, &[Some(PROMOTED_MS + 1)]), function("Successful", PROMOTED_MS + 1)]),
    }
}

fn service(steady: bool, tasks: &[Option<u64>]) -> ConsumerFacts {
    let task = |(nth, created_ms): (usize, &Option<u64>)| Task {
        id: format!("task-{nth}"),
        created_ms: *created_ms,
        started_ms: None,
    };
    let tasks: Vec<Task> = tasks.iter().enumerate().map(task).collect();
    ConsumerFacts {
        field: "consumers[0]".to_owned(),
        name: "the ECS service main/web".to_owned(),
        seen: Seen::Service {
            status: "ACTIVE".to_owned(),
            steady,
            deployed_by: None,
            desired: tasks.len(),
            deployment: Some(Deployment { progress: Progress::Completed, created_ms: None }),
            gave_up_ms: None,
            tasks,
            draining: Vec::new(),
        },
    }
}

fn function(last_update: &str, modified_ms: u64) -> ConsumerFacts {
    ConsumerFacts {
        field: "consumers[1]".to_owned(),
        name: "the Lambda function report".to_owned(),
        seen: Seen::Function {
            state: "Active".to_owned(),
            last_update: last_update.to_owned(),
            modified_ms: Some(modified_ms),
            names_current: false,
        },
    }
}
