//! `ListTasks`, `DescribeTasks`, `StopTask`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{
    describe_services::listed,
    errors::{invalid, page_size},
    names::{task_arn, within},
    service::Status,
    store::State,
    task::StopCode,
};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListTasks {
    cluster: Option<String>,
    service_name: Option<String>,
    family: Option<String>,
    #[serde(default = "running")]
    desired_status: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DescribeTasks {
    cluster: Option<String>,
    tasks: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StopTask {
    cluster: Option<String>,
    task: String,
    reason: Option<String>,
}

fn running() -> String {
    "RUNNING".to_owned()
}

/// Lists the ARNs of tasks that should run, or should not.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListTasks = call.input()?;
    let cluster = state.cluster(input.cluster.as_deref())?;
    let size = page_size(input.max_results, 100)?;
    let service = match input.service_name.as_deref() {
        None => None,
        Some(reference) => match cluster.service(reference)? {
            service if service.status == Status::Inactive => return Err(super::errors::no_service()),
            service => Some(service.name.clone()),
        },
    };
    let wanted = match input.desired_status.as_str() {
        "RUNNING" => Some(true),
        "STOPPED" => Some(false),
        // ECS never wants a task to be pending.
        "PENDING" => None,
        _ => return Err(invalid("desiredStatus is RUNNING, PENDING or STOPPED.")),
    };
    let tasks = cluster.tasks.iter().filter(|task| {
        wanted == Some(task.is_wanted())
            && service.as_ref().is_none_or(|service| *service == task.service)
            && input.family.as_ref().is_none_or(|family| *family == task.definition.family)
    });
    listed("taskArns", tasks.map(|task| task.arn()).collect(), size, input.next_token.as_deref())
}

/// Describes up to a hundred tasks. Tasks that do not exist, or no longer exist, are among the failures.
pub(super) fn describe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DescribeTasks = call.input()?;
    let cluster = state.cluster(input.cluster.as_deref())?;
    if !(1..=100).contains(&input.tasks.len()) {
        return Err(invalid("Tasks must have from 1 to 100 members."));
    }
    if let Some(unknown) = input.include.iter().find(|what| *what != "TAGS") {
        return Err(invalid(format!("include must be TAGS, not {unknown}.")));
    }
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for reference in &input.tasks {
        let id = within(reference, "task", &cluster.name)?;
        match cluster.tasks.iter().find(|task| task.id == id) {
            Some(task) => tasks.push(task.render()),
            None => failures.push(json!({ "arn": task_arn(&cluster.name, id), "reason": "MISSING" })),
        }
    }
    Ok(Answer::json(json!({ "tasks": tasks, "failures": failures })))
}

/// Stops a task; its service starts another.
pub(super) fn stop(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: StopTask = call.input()?;
    let cluster = state.cluster(input.cluster.as_deref())?;
    let id = within(&input.task, "task", &cluster.name)?;
    let task = cluster.tasks.iter_mut().find(|task| task.id == id);
    let task = task.ok_or_else(|| invalid("The referenced task was not found."))?;
    task.end(StopCode::UserInitiated, input.reason.unwrap_or_else(|| "Task stopped by user".to_owned()), now);
    Ok(Answer::json(json!({ "task": task.render() })))
}
