//! Which consumer is deployed anew, and when, decided.
//!
//! An ECS service reads its credential and its parameters when its tasks start, so one that was started before a change gets
//! one forced deployment. A change is a promotion of AWSCURRENT, or another value where it is published: see [`StalePeriod`].
//! [`decide`] looks at the facts of the moment, and remembers nothing: what was deployed is told by
//! the moments at which deployments and tasks were created.

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

/// What a run does next. `Kept` and `Held` end it; everything else is followed by another look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is left to do.
    Kept {
        /// Why not.
        reason: &'static str,
    },
    /// No deployment may be started yet; a later run looks again.
    Held {
        /// By what; each service that is not done is among them.
        by: Vec<Waiting>,
    },
    /// Deploy this consumer anew.
    Deploy {
        /// Its place among the consumers.
        nth: usize,
        /// What it is, and what it may still hold.
        reason: String,
    },
    /// Look again soon; what is not done when time is up is a later run's.
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

/// Whether the nodes have to be asked for AWSCURRENT before [`decide`] can have a service deployed: its tasks would come back
/// with a credential that nobody accepts.
pub fn needs_login(facts: &Facts) -> bool {
    facts.nodes.is_none() && matches!(next(facts), Ok(Next::Deploy { .. }))
}

/// Decides what a run does next.
///
/// How far a service has followed, by its newest deployment and its tasks; one that should have no task, and has none, has
/// followed:
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
/// It does not matter who started a deployment: one that was created since the change brings what has changed. A task is from
/// before the change where it was given what is not to be read any more ([`StalePeriod::meets`]): one that was started before
/// somebody wrote a value by hand, which was put right, holds what it should.
///
/// Then:
///
/// | change | services | debounce and window | next in the settings' order | ⇒ |
/// |---|---|---|---|---|
/// | none | | | | Kept |
/// | some | one is stuck | | | `NeedsHuman` |
/// | some | one is not there | | | Permanent |
/// | some | all have followed, or are scaling | | | Kept |
/// | some | one is behind | one holds | | Held |
/// | some | one is busy | | none is behind | Wait |
/// | some | one is busy or scaling | both are open | one is behind | Wait |
/// | some | the others are steady | both are open | one was asked for in this run | Wait |
/// | some | the others are steady | both are open | one is behind | what AWSCURRENT says |
///
/// Then:
///
/// | nodes | ⇒ |
/// |---|---|
/// | every one accepts AWSCURRENT | Deploy the first that is behind |
/// | one gives no answer, or some refuse AWSCURRENT | Held |
/// | every one refuses AWSCURRENT | `NeedsHuman` |
///
/// # Errors
/// - `NeedsHuman`: a service does not stabilise, and the rollout stops there; or AWSCURRENT does not log in.
/// - Permanent: a service of the settings is not there.
pub fn decide(facts: &Facts) -> Result<Decision, Failure> {
    let (nth, reason) = match next(facts)? {
        Next::Deploy { nth, reason } => (nth, reason),
        Next::Other(decision) => return Ok(decision),
    };
    let refused = match facts.nodes.as_deref().map(current) {
        None => "the nodes have not been asked".to_owned(),
        Some(Err(silent)) => silent,
        Some(Ok(Verdict::Everywhere)) => return Ok(Decision::Deploy { nth, reason }),
        Some(Ok(Verdict::Somewhere)) => "some nodes refuse AWSCURRENT, with which its tasks would come back".to_owned(),
        Some(Ok(Verdict::Nowhere)) => {
            return Err(Failure::needs_human(
                "no node accepts AWSCURRENT, with which consumers that are deployed anew would come back. None was. Put the \
                 live credential into AWSCURRENT",
            ));
        }
    };
    let waiting = Waiting::new(&facts.consumers[nth].name, reason);
    Ok(Decision::Held { by: vec![Waiting::new("login", refused), waiting] })
}

/// What comes next, whatever the nodes say.
fn next(facts: &Facts) -> Result<Next, Failure> {
    let Some(since_ms) = latest_ms(&facts.stale) else {
        let reason = "nothing has changed that consumers read when they start";
        return Ok(Next::Other(Decision::Kept { reason }));
    };
    let ServiceStates { followed, behind, busy, scaling } = service_states(facts)?;
    let Some((nth, reason)) = behind.first() else {
        return Ok(Next::Other(match (busy.is_empty(), followed + scaling.len()) {
            (false, _) => Decision::Wait { by: told(facts, &busy) },
            (true, 0) => Decision::Kept { reason: "the settings name no ECS service among the consumers" },
            (true, _) => {
                Decision::Kept { reason: "every task of every ECS service was started with what is to be read now" }
            }
        }));
    };
    let left = told(facts, behind.iter().chain(&busy));
    let held = held(facts, since_ms);
    if !held.is_empty() {
        return Ok(Next::Other(Decision::Held { by: held.into_iter().chain(left).collect() }));
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

/// What the nodes together say about AWSCURRENT; names the first one that could not be asked.
fn current(nodes: &[Node]) -> Result<Verdict, String> {
    sum_up(nodes).map(|verdicts| verdicts.current)
}

/// What a rollout is going to deploy, in order, as far as can be seen now: the plan of a dry run.
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

/// The services by how far they have followed: each by its place among the consumers, in order, and why it is there.
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
            Some(ServiceState::Stuck(why)) => {
                return Err(Failure::needs_human(format!(
                    "{} does not become stable: {why}. The rollout has stopped here, and the previous credential is kept. \
                     Look at the service's events, put it right and deploy it; the next run goes on from there",
                    consumer.name
                )));
            }
        }
    }
    facts.consumers.iter().try_for_each(|consumer| consumer.check_there())?;
    Ok(all)
}

fn told<'a>(facts: &Facts, services: impl IntoIterator<Item = &'a (usize, String)>) -> Vec<Waiting> {
    services.into_iter().map(|(nth, reason)| Waiting::new(&facts.consumers[*nth].name, reason)).collect()
}

/// What keeps every deployment from being started.
fn held(facts: &Facts, since_ms: u64) -> Vec<Waiting> {
    let Facts { now_ms, settings, .. } = facts;
    let over_ms = since_ms.saturating_add(settings.debounce_s.saturating_mul(1000));
    let left_s = over_ms.saturating_sub(*now_ms).div_ceil(1000);
    let debounce = (left_s > 0).then(|| {
        let debounce_s = settings.debounce_s;
        let reason =
            format!("`rollout.debounce_s` is {debounce_s}, and {left_s} s of it are left since the last change");
        Waiting::new("debounce", reason)
    });
    let closed = settings.window.as_ref().and_then(|window| opens(window, *now_ms));
    let window = closed.map(|opening| Waiting::new("window", format!("`rollout.window` is closed until {opening}")));
    debounce.into_iter().chain(window).collect()
}

#[cfg(test)]
mod tests;
