//! Reads the state of the consumers of a target.

use cloud::{Clients, ecs, lambda};
use futures::future::try_join_all;
use policy::{
    Class, Failure,
    consumers::{ConsumerFacts, Deployment, Seen, Task, names_version},
    target::Consumer,
};

use crate::{moment::millis, secret::Secret};

/// Reads the state of every consumer of the settings, all at once.
///
/// # Errors
/// Retryable if one gives no answer. A consumer that does not exist, or may not be read, is no error: the facts say so.
///
/// # Permissions
/// `ecs:ListTasks`, `ecs:DescribeTasks`, `ecs:DescribeServices`, `lambda:GetFunctionConfiguration`
pub async fn observe(clients: &Clients, secret: &Secret) -> Result<Vec<ConsumerFacts>, Failure> {
    look_at(clients, secret, secret.target.consumers.iter().enumerate(), Tasks::RunningAndDraining).await
}

/// Reads the state of every ECS service among the consumers, all at once, without its tasks that are stopping.
///
/// # Errors
/// As [`observe`].
///
/// # Permissions
/// `ecs:ListTasks`, `ecs:DescribeTasks`, `ecs:DescribeServices`
pub async fn observe_services(clients: &Clients, secret: &Secret) -> Result<Vec<ConsumerFacts>, Failure> {
    let services = secret.target.consumers.iter().enumerate();
    let services = services.filter(|(_, consumer)| matches!(consumer, Consumer::EcsService { .. }));
    look_at(clients, secret, services, Tasks::Running).await
}

/// Which tasks of a service are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tasks {
    Running,
    RunningAndDraining,
}

async fn look_at(
    clients: &Clients,
    secret: &Secret,
    consumers: impl Iterator<Item = (usize, &Consumer)>,
    tasks: Tasks,
) -> Result<Vec<ConsumerFacts>, Failure> {
    try_join_all(consumers.map(|(nth, consumer)| async move {
        let seen = match consumer {
            Consumer::EcsService { cluster, service } => service_seen(clients, cluster, service, tasks).await,
            Consumer::LambdaFunction { function_name } => function_seen(clients, secret, function_name).await,
        };
        let seen = seen.or_else(unreadable)?;
        Ok(ConsumerFacts { field: format!("consumers[{nth}]"), name: name(consumer), seen })
    }))
    .await
}

/// What is seen of a consumer that AWS does not show; the failure, if it may show it later.
fn unreadable(failure: Failure) -> Result<Seen, Failure> {
    match failure.class() {
        Class::Permanent => Ok(Seen::Unreadable {
            why: failure.what_happened(),
            next_step: failure.next_step().map(ToString::to_string),
        }),
        Class::Retryable | Class::NeedsHuman => Err(failure),
    }
}

fn name(consumer: &Consumer) -> String {
    match consumer {
        Consumer::EcsService { cluster, service } => format!("the ECS service {cluster}/{service}"),
        Consumer::LambdaFunction { function_name } => format!("the Lambda function {function_name}"),
    }
}

async fn service_seen(clients: &Clients, cluster: &str, service: &str, which: Tasks) -> Result<Seen, Failure> {
    // Tasks first: a task that starts in between is no older than the service, which is read after it. Those that are stopping
    // come after those that run: a task that is told to stop in between is in both lists.
    let tasks = ecs::tasks(clients.ecs(), cluster, service).await;
    let draining = match which {
        Tasks::Running => Ok(Vec::new()),
        Tasks::RunningAndDraining => ecs::draining(clients.ecs(), cluster, service).await,
    };
    let service = ecs::service(clients.ecs(), cluster, service).await?;
    let task = |task: ecs::Task| Task {
        id: task.arn.rsplit('/').next().unwrap_or(&task.arn).to_owned(),
        created_ms: task.created.and_then(millis),
        started_ms: task.started.and_then(millis),
    };
    let deployment =
        |newest: ecs::Deployment| Deployment { progress: newest.progress, created_ms: newest.created.and_then(millis) };
    Ok(Seen::Service {
        steady: service.is_steady(),
        deployed_by: service.deployed_by.clone(),
        desired: usize::try_from(service.desired).unwrap_or_default(),
        deployment: service.newest.map(deployment),
        gave_up_ms: service.gave_up.and_then(millis),
        status: service.status,
        tasks: tasks?.into_iter().map(task).collect(),
        draining: draining?.into_iter().map(task).collect(),
    })
}

async fn function_seen(clients: &Clients, secret: &Secret, name: &str) -> Result<Seen, Failure> {
    let lambda::Function { state, last_update, modified, variables } = lambda::function(clients.lambda(), name).await?;
    let names_current = names_version(&secret.target.outputs, name, &variables, secret.current_version());
    Ok(Seen::Function { state, last_update, modified_ms: modified.and_then(millis), names_current })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_that_aws_refuses_to_show_is_unreadable_with_the_next_step_of_the_refusal() {
        let refused = || Failure::permanent("cannot describe the service").because("AccessDenied");
        let seen = |next_step: Option<&str>| Seen::Unreadable {
            why: "cannot describe the service: AccessDenied".to_owned(),
            next_step: next_step.map(str::to_owned),
        };
        assert_eq!(unreadable(refused()).unwrap(), seen(None));
        let granted = refused().with_next_step("Grant the action");
        assert_eq!(unreadable(granted).unwrap(), seen(Some("Grant the action")));
        assert_eq!(unreadable(Failure::retryable("throttled")).unwrap_err().class(), Class::Retryable);
    }
}
