//! Look, decide, deploy one service, until every service has followed, something holds the rollout back, or time is up.

use cloud::{Clients, ecs};
use policy::{
    Failure,
    outcome::{Outcome, Waiting},
    rollout::{Decision, Facts, StalePeriod, decide, needs_login, needs_services, plan},
    target::Consumer,
};
use runtime::{change, consumers, deadline::Deadline, moment::now_ms, secret::Secret};

use crate::{login, stale};

/// What an outcome calls the things that this is about.
const CONSUMERS: &str = "consumers";

/// What an outcome calls the one change that is made.
const DEPLOY: &str = "deploy-service";

/// Deploys ECS services anew whose tasks were started before anything changed that they read when they start: one at a time,
/// each stable before the next.
///
/// Where time is up first, what is left is written down as waited for, and the run ends well: a deployment that takes its
/// time is no failure, and an error would have the platform invoke the function twice more within minutes, and an alarm on
/// errors ring, each time. The next run finds what is deployed by the moments of deployments and tasks, and goes on.
///
/// # Errors
/// - `NeedsHuman` where a service does not become stable, or AWSCURRENT does not log in.
/// - Permanent where a service is not there, or may not be deployed.
/// - Retryable where ECS cannot be asked for now.
///
/// # Repeating
/// Nothing is deployed twice for one change.
pub(crate) async fn run(
    clients: &Clients,
    secret: &Secret,
    deadline: &mut Deadline,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let services: Vec<(&str, &str)> = secret.target.consumers.iter().filter_map(service).collect();
    let (mut asked, mut stale) = (Vec::new(), None);
    loop {
        let facts = look(clients, secret, &mut stale, &asked, outcome).await?;
        let decision = decide(&facts)?;
        if outcome.dry_run {
            plan(&facts)?.into_iter().for_each(|planned| outcome.would(DEPLOY, planned));
        }
        match decision.clone() {
            Decision::Kept { reason } => {
                outcome.left(CONSUMERS, reason);
                return Ok(());
            }
            Decision::Held { by } => {
                hold(by, outcome);
                return Ok(());
            }
            Decision::Deploy { .. } if outcome.dry_run => return Ok(()),
            Decision::Wait { by } => {
                if outcome.dry_run || !deadline.pause().await {
                    hold(by, outcome);
                    return Ok(());
                }
            }
            Decision::Deploy { nth, reason } => {
                let mut why = "it has changed since it was looked at";
                if is_still_so(clients, secret, &facts, &decision, deadline).await? {
                    let (cluster, service) = services[nth];
                    let answer = ecs::deploy(clients.ecs(), cluster, service).await;
                    if change::note(answer, outcome, DEPLOY, &reason)?.may_have_taken_effect() {
                        asked.push(nth);
                    }
                    why = "its deployment has just begun";
                }
                if !deadline.pause().await {
                    hold(vec![Waiting::new(&facts.consumers[nth].name, why)], outcome);
                    return Ok(());
                }
            }
        }
    }
}

/// Whether a service is still to be deployed, right before it is. `UpdateService` takes no precondition, so that of two runs at
/// once the second would replace every task that the first has started: the one that waits longer sees the other's deployment.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
async fn is_still_so(
    clients: &Clients,
    secret: &Secret,
    facts: &Facts,
    decision: &Decision,
    deadline: &Deadline,
) -> Result<bool, Failure> {
    deadline.stagger().await;
    let consumers = consumers::observe_services(clients, secret).await?;
    Ok(decide(&Facts { consumers, ..facts.clone() })? == *decision)
}

/// Looks at the services, where anything has changed that they could have missed, and asks the nodes before one is deployed.
/// What has changed is read once: whatever is started later has not missed it.
async fn look(
    clients: &Clients,
    secret: &Secret,
    periods: &mut Option<Vec<StalePeriod>>,
    asked: &[usize],
    outcome: &mut Outcome,
) -> Result<Facts, Failure> {
    let target = &secret.target;
    let consumers = match needs_services(target, &secret.facts()) {
        true => consumers::observe_services(clients, secret).await?,
        false => Vec::new(),
    };
    if periods.is_none() {
        *periods = Some(stale::read(clients, secret, &consumers).await?);
    }
    let stale = periods.clone().unwrap_or_default();
    let settings = target.rollout.clone();
    let mut facts = Facts { now_ms: now_ms(), settings, stale, consumers, nodes: None, asked: asked.to_vec() };
    if needs_login(&facts) {
        facts.nodes = Some(login::ask(clients, secret, outcome).await?);
    }
    Ok(facts)
}

fn service(consumer: &Consumer) -> Option<(&str, &str)> {
    match consumer {
        Consumer::EcsService { cluster, service } => Some((cluster, service)),
        // It reads its environment, which is written where that is not true.
        Consumer::LambdaFunction { .. } => None,
    }
}

fn hold(by: Vec<Waiting>, outcome: &mut Outcome) {
    for waiting in &by {
        tracing::info!(waiting.what, waiting.reason, "held back");
    }
    outcome.waits(by);
}
