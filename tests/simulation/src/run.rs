//! One world, from its plan to its report.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use sandbox::lambda::{Invocation, InvocationResult};
use tokio::{
    task::{JoinSet, LocalSet},
    time::{sleep_until, timeout},
};

use crate::{
    Plan, acts, config, log, rest,
    rules::{Rule, Violation},
    world::World,
};

/// Longer than any act takes: the time that a world may take before it comes to rest.
const LONGEST: Duration = Duration::from_secs(3600);

/// The type of the error of a run that Lambda stopped at its timeout.
const TIMED_OUT: &str = "Sandbox.Timedout";

/// What was seen of one world.
#[derive(Clone, Debug)]
pub struct Report {
    /// The plan.
    pub plan: Plan,
    /// What happened, one line each.
    pub story: Vec<String>,
    /// The rules that were broken, the first first.
    pub violations: Vec<Violation>,
    /// The functions whose last run asks for a person.
    pub asking: BTreeSet<&'static str>,
    /// How many calls reached AWS and the nodes.
    pub calls: usize,
    /// How long it took in the world.
    pub took: Duration,
}

/// Runs one world.
///
/// # Panics
/// The world cannot be set up.
pub fn run(plan: &Plan) -> Report {
    let (report, ()) = in_world(plan, async |world| {
        live(world).await;
        rest::rest(world).await;
    });
    report
}

/// Sets a world up as a plan says, has everything happen in it, and reports what was seen.
///
/// # Panics
/// The world cannot be set up.
pub(crate) fn in_world<T>(plan: &Plan, happen: impl AsyncFnOnce(&Arc<World>) -> T) -> (Report, T) {
    // Before there is a runtime: loading it needs one of its own.
    let config = config::base();
    log::begin();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let tasks = LocalSet::new();
    runtime.expect("a runtime can be built").block_on(tasks.run_until(async {
        let world = World::new(plan.clone(), config).await.expect("the world is set up");
        let happened = happen(&world).await;
        check_output(&world);
        check_ends(&world);
        world.aws.stop().await;
        let watch = world.watch();
        let report = Report {
            plan: plan.clone(),
            story: watch.story.clone(),
            violations: watch.violations.clone(),
            asking: rest::asking_for_a_person(&world),
            calls: world.aws.journal.entries().len(),
            took: world.began().elapsed(),
        };
        (report, happened)
    }))
}

/// Carries out every act at its time.
async fn live(world: &Arc<World>) {
    let mut acts = JoinSet::new();
    for act in &world.plan.acts {
        let (world, act) = (world.clone(), *act);
        acts.spawn(async move {
            sleep_until(world.began() + act.at).await;
            acts::carry_out(&world, act.what).await;
        });
    }
    let _ = timeout(LONGEST, async { while acts.join_next().await.is_some() {} }).await;
}

/// Looks for every credential in what the functions logged and returned.
fn check_output(world: &World) {
    let logged = log::taken();
    let returned: Vec<String> = world.aws.runner.invocations().iter().map(|one| format!("{:?}", one.result)).collect();
    let mut watch = world.watch();
    let of_upstash = world.aws.upstash.values().into_iter().map(|value| ("a credential of Upstash".to_owned(), value));
    let known = watch.names.all().map(|(name, credential)| (name, credential.to_owned()));
    let leaked = known
        .chain(of_upstash)
        .find(|(_, credential)| logged.contains(credential) || returned.iter().any(|one| one.contains(credential)));
    if let Some(name) = leaked.map(|(name, _)| name) {
        watch.broke(Rule::NoSecretInOutput, "the output of a function", &name);
    }
}

/// Looks for runs that Lambda stopped at their timeout: they report nothing.
fn check_ends(world: &World) {
    let stopped = |one: &Invocation| matches!(&one.result, InvocationResult::Failed { error_type, .. } if error_type == TIMED_OUT);
    let mut watch = world.watch();
    for one in world.aws.runner.invocations().into_iter().filter(stopped) {
        watch.broke(Rule::RunsEndInTime, &format!("{} at its timeout", one.function), &one.label);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use sandbox::lambda::Here;

    use super::*;
    use crate::{what::Function, world::FIRST};

    fn broken(happen: impl AsyncFnOnce(&Arc<World>)) -> Vec<String> {
        let (report, ()) = in_world(&Plan::of(0, &BTreeSet::new()), happen);
        report.violations.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_credential_in_the_log_breaks_a_rule() {
        let broken = broken(async |_| tracing::error!("the password is {FIRST}"));
        assert_eq!(broken, ["no-secret-in-output is broken by the output of a function: k0"]);
    }

    #[test]
    fn a_run_that_is_stopped_at_its_timeout_breaks_a_rule() {
        let broken = broken(async |world| {
            let hangs = Here::new(Duration::from_secs(1), |_| Box::pin(pending()));
            world.aws.runner.add_here("sync-connection", hangs);
            acts::invoke(world, Function::Sync).await;
        });
        let expected = "runs-end-in-time is broken by sync-connection at its timeout: sync-connection";
        assert_eq!(broken, [expected]);
    }
}
