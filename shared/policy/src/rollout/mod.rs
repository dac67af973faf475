//! Decides which consumer is redeployed, and when.
//!
//! An ECS service reads its credential and its parameters when its tasks start, so a service that started before a change
//! gets one forced deployment. A change is a promotion of AWSCURRENT, or another value in an output; see [`StalePeriod`].
//! [`decide`] depends on nothing but the facts of the moment: the dates of deployments and tasks tell what was deployed.

mod facts;
mod service_state;
mod stale;
mod window;

pub use facts::{Facts, needs_services};
pub use stale::{KeysVersion, ParameterVersion, StalePeriod, latest_ms};
pub use window::{Opening, opens};

use crate::{
    Failure,
    login::{Node, Verdict, sum_up},
    outcome::Waiting,
};
use service_state::ServiceState;

/// What a run does next. `Kept` and `Blocked` end it; after everything else the run looks again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is left to do.
    Kept {
        /// Why.
        reason: &'static str,
    },
    /// No deployment may be started yet; a later run looks again.
    Blocked {
        /// By what; each service that has not followed is among them.
        by: Vec<Waiting>,
    },
    /// Redeploy this consumer.
    Deploy {
        /// Its place among the consumers.
        nth: usize,
        /// What it is, and what it may still use.
        reason: String,
    },
    /// Look again soon; a later run does what is left when time is up.
    Wait {
        /// For what.
        by: Vec<Waiting>,
    },
}

/// What comes next, as far as consumers go.
enum Next {
    /// To deploy this one.
    Deploy { nth: usize, reason: String },
    /// This.
    Other(Decision),
}

/// Whether the nodes have to be asked for AWSCURRENT before [`decide`] can deploy a service: new tasks must not start with
/// a credential that no node accepts.
pub fn needs_login(facts: &Facts) -> bool {
    facts.nodes.is_none() && matches!(next(facts), Ok(Next::Deploy { .. }))
}

/// Decides what a run does next.
///
/// The state of a service, from its newest deployment and its tasks. A service scaled to no task has followed:
///
/// | newest deployment | tasks from before the change | otherwise | ⇒ |
/// |---|---|---|---|
/// | failed, or rolled back since the change | some | | stuck |
/// | failed, or rolled back since the change | none | tasks are missing | stuck |
/// | failed | none | every task is there | followed |
/// | in progress | | for longer than `rollout.stabilise_s` | stuck |
/// | in progress | | otherwise | busy |
/// | completed | none | steady | followed |
/// | completed | none | not steady | scaling |
/// | completed | some | not steady, or created since the change | busy |
/// | completed | some | steady, created before the change | behind |
///
/// It does not matter who started a deployment: one that was created since the change brings it. A task is from before the
/// change if it can have read something stale ([`StalePeriod::meets`]). A task that started before somebody wrote a value
/// by hand, which was corrected since, has read the right value.
///
/// Then:
///
/// | change | services | debounce and window | next in the settings' order | ⇒ |
/// |---|---|---|---|---|
/// | none | | | | Kept |
/// | some | one is stuck | | | `NeedsHuman` |
/// | some | one does not exist | | | Permanent |
/// | some | all have followed, or are scaling | | | Kept |
/// | some | one is behind | one blocks | | Blocked |
/// | some | one is busy | | none is behind | Wait |
/// | some | one is busy or scaling | both are open | one is behind | Wait |
/// | some | the others are steady | both are open | this run deployed it already | Wait |
/// | some | the others are steady | both are open | one is behind | the next table |
///
/// Then:
///
/// | nodes | ⇒ |
/// |---|---|
/// | every one accepts AWSCURRENT | Deploy the first that is behind |
/// | one gives no answer, or some refuse AWSCURRENT | Blocked |
/// | every one refuses AWSCURRENT | `NeedsHuman` |
///
/// # Errors
/// - `NeedsHuman`: a service does not become stable, and the rollout stops there; or AWSCURRENT does not log in.
/// - Permanent: a service of the settings does not exist.
pub fn decide(facts: &Facts) -> Result<Decision, Failure> {
    let (nth, reason) = match next(facts)? {
        Next::Deploy { nth, reason } => (nth, reason),
        Next::Other(decision) => return Ok(decision),
    };
    let refused = match facts.nodes.as_deref().map(current) {
        None => "the nodes have not been asked".to_owned(),
        Some(Err(silent)) => silent,
        Some(Ok(Verdict::Everywhere)) => return Ok(Decision::Deploy { nth, reason }),
        Some(Ok(Verdict::Somewhere)) => {
            "some nodes refuse AWSCURRENT, with which its new tasks would log in".to_owned()
        }
        Some(Ok(Verdict::Nowhere)) => {
            return Err(Failure::needs_human("no node accepts AWSCURRENT, with which new tasks would log in")
                .with_next_step("Put the credential that the server accepts into AWSCURRENT"));
        }
    };
    let waiting = Waiting::new(&facts.consumers[nth].name, reason);
    Ok(Decision::Blocked { by: vec![Waiting::new("login", refused), waiting] })
}

/// What comes next, whatever the nodes say.
fn next(facts: &Facts) -> Result<Next, Failure> {
    let Some(since_ms) = latest_ms(&facts.stale) else {
        let reason = "nothing that consumers read when they start has changed";
        return Ok(Next::Other(Decision::Kept { reason }));
    };
    let ServiceStates { followed, behind, busy, scaling } = service_states(facts)?;
    let Some((nth, reason)) = behind.first() else {
        return Ok(Next::Other(match (busy.is_empty(), followed + scaling.len()) {
            (false, _) => Decision::Wait { by: told(facts, &busy) },
            (true, 0) => Decision::Kept { reason: "the settings name no ECS service among the consumers" },
            (true, _) => {
                Decision::Kept { reason: "every task of every ECS service started with what is published now" }
            }
        }));
    };
    let left = told(facts, behind.iter().chain(&busy));
    let blocked = blocked(facts, since_ms);
    if !blocked.is_empty() {
        return Ok(Next::Other(Decision::Blocked { by: blocked.into_iter().chain(left).collect() }));
    }
    if !busy.is_empty() || !scaling.is_empty() {
        let by = told(facts, busy.iter().chain(&scaling).chain(&behind));
        return Ok(Next::Other(Decision::Wait { by }));
    }
    if facts.asked.contains(nth) {
        return Ok(Next::Other(Decision::Wait { by: left }));
    }
    Ok(Next::Deploy { nth: *nth, reason: format!("{}: {reason}", facts.consumers[*nth].name) })
}

/// What the nodes together say about AWSCURRENT; names the first one without an answer.
fn current(nodes: &[Node]) -> Result<Verdict, String> {
    sum_up(nodes).map(|verdicts| verdicts.current)
}

/// What a rollout would deploy, in order, as far as is known now: the plan of a dry run.
///
/// # Errors
/// As [`decide`].
pub fn plan(facts: &Facts) -> Result<Vec<String>, Failure> {
    if facts.stale.is_empty() {
        return Ok(Vec::new());
    }
    let behind = service_states(facts)?.behind;
    Ok(behind.iter().map(|(nth, reason)| format!("{}: {reason}", facts.consumers[*nth].name)).collect())
}

/// The services by state: each by its place among the consumers, in order, and the reason.
#[derive(Default)]
struct ServiceStates {
    followed: usize,
    behind: Vec<(usize, String)>,
    busy: Vec<(usize, String)>,
    scaling: Vec<(usize, String)>,
}

fn service_states(facts: &Facts) -> Result<ServiceStates, Failure> {
    let mut all = ServiceStates::default();
    for (nth, consumer) in facts.consumers.iter().enumerate() {
        match ServiceState::of(facts, consumer) {
            None => {}
            Some(ServiceState::Followed) => all.followed += 1,
            Some(ServiceState::Behind(why)) => all.behind.push((nth, why)),
            Some(ServiceState::Busy(why)) => all.busy.push((nth, why)),
            Some(ServiceState::Scaling(why)) => all.scaling.push((nth, why)),
            Some(ServiceState::DeployedBy(by, why)) => {
                return Err(Failure::needs_human(format!(
                    "{} is deployed by {by}, and not by ECS: {why}. The previous credential is kept",
                    consumer.name
                ))
                .with_next_step(format!("Have {by} deploy it again; the next run continues from there")));
            }
            Some(ServiceState::Stuck(why)) => {
                return Err(Failure::needs_human(format!(
                    "{} does not become stable: {why}. The rollout has stopped here, and the previous credential is \
                     kept",
                    consumer.name
                ))
                .with_next_step(
                    "Read the service's events, correct the cause and deploy it; the next run continues from there",
                ));
            }
        }
    }
    facts.consumers.iter().try_for_each(|consumer| consumer.check_there())?;
    Ok(all)
}

fn told<'a>(facts: &Facts, services: impl IntoIterator<Item = &'a (usize, String)>) -> Vec<Waiting> {
    services.into_iter().map(|(nth, reason)| Waiting::new(&facts.consumers[*nth].name, reason)).collect()
}

/// What blocks every deployment.
fn blocked(facts: &Facts, since_ms: u64) -> Vec<Waiting> {
    let Facts { now_ms, settings, .. } = facts;
    let over_ms = since_ms.saturating_add(settings.debounce_s.saturating_mul(1000));
    let left_s = over_ms.saturating_sub(*now_ms).div_ceil(1000);
    let debounce = (left_s > 0).then(|| {
        let debounce_s = settings.debounce_s;
        let reason = format!("`rollout.debounce_s` is {debounce_s}: {left_s} s remain");
        Waiting::new("debounce", reason)
    });
    let closed = settings.window.as_ref().and_then(|window| opens(window, *now_ms));
    let window = closed.map(|opening| Waiting::new("window", format!("`rollout.window` is closed until {opening}")));
    debounce.into_iter().chain(window).collect()
}

#[cfg(test)]
mod tests;
