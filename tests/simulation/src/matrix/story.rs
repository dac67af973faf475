//! What happens in every world of the matrix, and what must be true in the end.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::Duration,
};

use sandbox::faults::What;
use tokio::time::sleep;

use super::cell::Call;
use crate::{
    acts, conditions, consumer, elasticache,
    estate::SetUp,
    fargate, person, rest,
    view::View,
    what::{Edit, Function},
    world::{NAME, World},
};

/// More than a run takes on hosts that is called again after a failure.
const PAUSE: Duration = Duration::from_secs(60);

/// How often a run is called at most that moves the target, or rolls the move back: a login can take too long without a fault too.
const RUNS: usize = 5;

/// The label of a version whose credential every node refused.
const RETIRED: &str = "redis-lifecycle-retired";

/// Which call of the function is struck, from 1, and what it meets.
pub(super) type Strike = (usize, What);

/// What was seen of a world of the matrix, besides its report.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The calls of the function that can be struck, with their numbers.
    pub(super) calls: Vec<(usize, Call)>,
    /// The call that was struck.
    pub(super) struck: Option<Call>,
    /// What is not as it must be in the end.
    pub(super) wrong: Vec<String>,
}

/// Rotates, publishes, deploys the consumer and retires in turn, and strikes one call of a function on the way.
///
/// The second rotation also removes the credential before the previous one, and publishes over what is published. What
/// retire-credential does is the same after the first one. Whatever the fault breaks off goes on as in AWS: Secrets Manager
/// calls a step again, EventBridge delivers an event again, and the schedules come round once. After that nothing is left to
/// do, and a restart of the nodes changes nothing.
///
/// On hosts, sync-connection also moves the target to another host, and rolls the move back.
pub(super) async fn live(world: &Arc<World>, function: &'static str, strike: Option<Strike>) -> Seen {
    let count = Arc::new(Mutex::new(Count::default()));
    let rotations = if function == "retire-credential" { 1 } else { 2 };
    let (mut rotated, mut followed, mut moved) = (true, true, true);
    for left in (0..rotations).rev() {
        if left == 0 {
            strike_in(world, &count, function, strike);
        }
        rotated &= rotate(world).await;
        if world.plan.estate.consumer.is_some() {
            followed &= consumer::settled(world).await.is_ok();
        }
    }
    sleep(world.plan.estate.overlap + PAUSE).await;
    acts::invoke(world, Function::Retire).await;
    if function == "sync-connection" && world.plan.estate.set_up.is_on_hosts() {
        moved = move_and_roll_back(world).await;
    }
    world.aws.faults.choose(|_, _| None);
    world.come_to_rest();
    let pause = PAUSE + conditions::changes(&world.plan.estate);
    sleep(pause).await;
    schedules(world).await;
    sleep(pause).await;
    let before = world.changes.load(Ordering::Relaxed);
    schedules(world).await;
    let changes = world.changes.load(Ordering::Relaxed) - before;
    restart(world).await;
    rest::check(world, rotated, changes);
    let Count { calls, struck, .. } = std::mem::take(&mut *lock(&count));
    let mut wrong = wrong(world, rotations);
    wrong.extend((!moved).then(|| "the move or its rollback has failed".to_owned()));
    wrong.extend((!rotated).then(|| "a rotation or an event has failed".to_owned()));
    wrong.extend((!followed).then(|| "the consumer is not steady".to_owned()));
    Seen { calls, struck, wrong }
}

/// Rotates until Secrets Manager is done and every event is delivered; returns whether the rotation succeeded.
async fn rotate(world: &World) -> bool {
    acts::rotate(world).await;
    let report = world.aws.secrets_manager.rotation_settled(NAME, rest::ROTATION).await;
    let delivered = world.aws.events.settled(rest::ROTATION).await.is_ok();
    delivered && report.is_some_and(|report| report.succeeded)
}

/// Moves the target to another host and back; returns whether it was published there, and then here. A run that fails is called
/// again, by a schedule or by the person.
async fn move_and_roll_back(world: &Arc<World>) -> bool {
    let moved = || world.watch().view().published_elsewhere;
    let named = person::edit(world, Edit::MoveAway).await.is_ok();
    for _ in 0..RUNS {
        if !moved() {
            acts::invoke(world, Function::Sync).await;
            sleep(PAUSE).await;
        }
    }
    let done = named && moved();
    for _ in 0..RUNS {
        if moved() {
            // What came of it is seen afterwards.
            let _ = person::edit(world, Edit::RollBack).await;
            sleep(PAUSE).await;
        }
    }
    done && !moved()
}

/// Restarts the nodes: what was changed is in the files of hosts too, and in the secret that a task starts with. At ElastiCache, has
/// each node fail in turn. Nodes that keep everything in memory go on running.
async fn restart(world: &World) {
    match world.plan.estate.set_up {
        SetUp::Memory => {}
        SetUp::Fargate => fargate::replace_task(world).await,
        _ => {
            for node in world.nodes().into_values() {
                acts::restart(world, &node).await;
            }
        }
    }
    world.look("nodes", "restart");
}

async fn schedules(world: &World) {
    acts::invoke(world, Function::Sync).await;
    acts::invoke(world, Function::Retire).await;
}

/// What is not as it must be in the end, besides the rules of every world.
fn wrong(world: &World, rotations: usize) -> Vec<String> {
    let resets = world.aws.journal.effective("ResetPassword");
    let is_reset = world.plan.estate.set_up == SetUp::UpstashReset;
    let watch = world.watch();
    let view = watch.view();
    let previous = view.with("AWSPREVIOUS");
    let is_accepted = |one| view.accepted.values().any(|accepted| accepted.contains(one));
    let wrong = [
        (previous.is_none_or(is_accepted), "AWSPREVIOUS is not retired".to_owned()),
        // A reset leaves nothing to retire, and happens once in a rotation: the token of a second one would be a surprise.
        (!is_reset && !view.labels.contains_key(RETIRED), format!("no version has the label {RETIRED}")),
        (is_reset && resets != rotations, format!("{resets} resets in {rotations} rotations")),
        (
            view.used.iter().any(|(_, used)| Some(used.as_str()) != view.with("AWSCURRENT"))
                || (world.plan.estate.consumer.is_some() && view.used.is_empty()),
            "the consumer has not followed".to_owned(),
        ),
        (!rest::asking_for_a_person(world).is_empty(), "a function asks for a person".to_owned()),
    ];
    wrong.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, what)| what).collect()
}

/// The calls of the function so far, and the one that was struck.
#[derive(Default)]
struct Count {
    /// How many there were.
    all: usize,
    /// Those that differ from the calls before them, with their numbers.
    calls: Vec<(usize, Call)>,
    /// How many calls of a step were equal while the world was as it was.
    equal: BTreeMap<(String, String, String), usize>,
    struck: Option<Call>,
}

impl Count {
    /// Counts a call; returns its number.
    ///
    /// A function that waits for ElastiCache looks again and again. While nothing changes, a look is as the one before, and
    /// only the first `most` equal calls are kept.
    fn count(&mut self, call: Call, as_it_is: String, most: usize) -> usize {
        self.all += 1;
        let equal = self.equal.entry((as_it_is, call.label.clone(), call.operation.clone())).or_default();
        *equal += 1;
        if *equal <= most {
            self.calls.push((self.all, call));
        }
        self.all
    }
}

fn lock(count: &Mutex<Count>) -> MutexGuard<'_, Count> {
    count.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts the calls of a function from now on, and strikes one.
fn strike_in(world: &Arc<World>, count: &Arc<Mutex<Count>>, function: &'static str, strike: Option<Strike>) {
    let count = count.clone();
    // A look at every node, and a read of each label of the secret. On hosts nothing is waited for.
    let most = if world.plan.estate.set_up.is_elasticache() { world.nodes().len().max(3) } else { usize::MAX };
    let here = Arc::downgrade(world);
    world.aws.faults.choose(move |place, operation| {
        if place.function != function {
            return None;
        }
        let mut count = lock(&count);
        let call = Call { function, label: place.label.clone(), operation: operation.to_owned() };
        let world = here.upgrade()?;
        let number = count.count(call.clone(), as_it_is(&world), most);
        let (_, what) = strike.filter(|(nth, _)| *nth == number)?;
        count.struck = Some(call);
        Some(world.strike(function, operation, what))
    });
}

/// What a call can see of a world: how many calls have changed it, and what ElastiCache shows and its nodes accept.
fn as_it_is(world: &World) -> String {
    let changes = world.changes.load(Ordering::Relaxed);
    if !world.plan.estate.set_up.is_elasticache() {
        return changes.to_string();
    }
    let statuses = world.aws.elasticache.statuses(NAME, elasticache::USER);
    format!("{changes} {} {}", statuses.join(" "), View::of(world))
}
