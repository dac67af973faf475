//! Runs a rollout: looks at the services, decides, and redeploys one at a time.

use cloud::{Clients, ecs};
use policy::{
    Failure,
    outcome::{Outcome, Waiting},
    rollout::{Decision, Facts, StalePeriod, decide, needs_login, needs_services, plan},
    target::Consumer,
};
use runtime::{change, consumers, deadline::Deadline, moment::now_ms, secret::Secret};

use crate::{login, stale};

/// The item in outcomes that this is about.
const CONSUMERS: &str = "consumers";

/// The name of the one change in outcomes.
const DEPLOY: &str = "deploy-service";

/// Deploys the ECS services whose tasks read something stale when they started: one at a time, each stable before the next.
///
/// If time is up first, the outcome says what is still waiting, and the run succeeds: a slow deployment is no failure, and
/// an error would invoke the function twice more within minutes and trigger alarms on errors. The next run sees from the
/// dates of deployments and tasks what was deployed, and continues.
///
/// # Errors
/// - `NeedsHuman` if a service does not become stable, or AWSCURRENT does not log in.
/// - Permanent if a service does not exist, or may not be deployed.
/// - Retryable if ECS gives no answer.
///
/// # Repeating
/// Redeploys no service twice for one change.
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
            Decision::Blocked { by } => {
                wait_for(by, outcome);
                return Ok(());
            }
            Decision::Deploy { .. } if outcome.dry_run => return Ok(()),
            Decision::Wait { by } => {
                if outcome.dry_run || !deadline.pause().await {
                    wait_for(by, outcome);
                    return Ok(());
                }
            }
            Decision::Deploy { nth, reason } => {
                let mut why = "it changed while it was checked";
                if is_still_so(clients, secret, &facts, &decision, deadline).await? {
                    let (cluster, service) = services[nth];
                    let call = ecs::deploy(clients.ecs(), cluster, service);
                    if change::make(outcome, DEPLOY, &reason, call).await?.may_have_taken_effect() {
                        asked.push(nth);
                    }
                    why = "its deployment has just started";
                }
                if !deadline.pause().await {
                    wait_for(vec![Waiting::new(&facts.consumers[nth].name, why)], outcome);
                    return Ok(());
                }
            }
        }
    }
}

/// Whether a service still has to be deployed, checked right before the call. `UpdateService` takes no precondition, so of
/// two runs at once the second would replace every task that the first has started: the one that waits longer sees the
/// other's deployment.
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

/// Looks at the services, if they can have missed a change, and asks the nodes before one is deployed. Changes are read
/// once: a task that starts later has not missed them.
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
    let mut facts = Facts { now_ms: now_ms(clients), settings, stale, consumers, nodes: None, asked: asked.to_vec() };
    if needs_login(&facts) {
        facts.nodes = Some(login::ask(clients, secret, outcome).await?);
    }
    Ok(facts)
}

fn service(consumer: &Consumer) -> Option<(&str, &str)> {
    match consumer {
        Consumer::EcsService { cluster, service } => Some((cluster, service)),
        // It reads its environment, which is an output.
        Consumer::LambdaFunction { .. } => None,
    }
}

fn wait_for(by: Vec<Waiting>, outcome: &mut Outcome) {
    for waiting in &by {
        tracing::info!(waiting.what, waiting.reason, "blocked");
    }
    outcome.waits(by);
}
