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
        let seen = match seen {
            Err(failure) if failure.class() == Class::Permanent => Seen::Unreadable {
                why: failure.what_happened(),
                next_step: failure.next_step().map(ToString::to_string),
            },
            seen => seen?,
        };
        Ok(ConsumerFacts { field: format!("consumers[{nth}]"), name: name(consumer), seen })
    }))
    .await
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
