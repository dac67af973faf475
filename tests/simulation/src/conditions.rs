//! How long things take, and which fault a call meets.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sandbox::{
    chance,
    delivery::{Copies, EventTiming},
    faults::What as Fault,
    in_memory::Options,
    services::{elasticache::Timing, secrets_manager::RotationTiming},
};

use crate::{
    ecs,
    estate::{Consumer, Estate},
    plan::Plan,
};

/// How the AWS of a plan behaves in time.
pub(crate) fn timing(plan: &Plan) -> Options {
    Options {
        rotation: rotation(plan),
        elasticache: elasticache(plan.seed),
        ecs: ecs::timing(plan.seed),
        events: events(plan.estate.copies),
    }
}

/// How rotations are tried again: by `RotateSecret` at once or later. Where calls fail, some steps are invoked twice at once.
fn rotation(plan: &Plan) -> RotationTiming {
    let mut rng = StdRng::seed_from_u64(plan.seed.rotate_left(32));
    let reattempt_after = Duration::from_secs(*[0, 600].choose(&mut rng).expect("it is not empty"));
    let twice = if plan.faults > 0 { *[0, 50, 300].choose(&mut rng).expect("it is not empty") } else { 0 };
    RotationTiming { reattempt_after, twice, ..fair_rotation() }
}

/// How rotations are tried again in a world at rest.
pub(crate) fn fair_rotation() -> RotationTiming {
    RotationTiming::new(5, Duration::from_secs(20))
}

/// How long ElastiCache takes: minutes for a change, and for how long its answers lag behind.
///
/// Numbers of its own, so that those of the plan stay the same.
fn elasticache(seed: u64) -> Timing {
    let mut rng = StdRng::seed_from_u64(!seed);
    let mut seconds = |range| Duration::from_secs(rng.random_range(range));
    Timing {
        create: Duration::ZERO,
        modify: seconds(60..=300),
        spread: seconds(1..=20),
        stale: seconds(0..=10),
        stale_users: seconds(0..=5),
        snapshot: seconds(60..=300),
    }
}

/// How long the changes of ElastiCache take at most that functions and people have asked for, one after the other, and a deployment of
/// the consumer.
pub(crate) fn changes(estate: &Estate) -> Duration {
    let elasticache = if estate.set_up.is_elasticache() { 1000 } else { 0 };
    let deployment = if estate.consumer == Some(Consumer::Service) { 240 } else { 0 };
    Duration::from_secs(elasticache + deployment)
}

fn events(copies: Copies) -> EventTiming {
    let pauses = [Duration::from_secs(60), Duration::from_secs(120)];
    EventTiming { latency: Duration::from_millis(800), pauses, copies }
}

/// A time that a request, a command or an answer takes on its way: mostly short, sometimes long.
pub(crate) fn latency() -> Duration {
    let mut rng = chance::rng();
    Duration::from_millis(if rng.random_ratio(1, 30) { rng.random_range(100..1500) } else { rng.random_range(1..40) })
}

/// What becomes of a call that meets a fault, in the words of a story.
pub(crate) fn words(fault: Fault) -> String {
    match fault {
        Fault::Throttle => "is throttled".to_owned(),
        Fault::InternalError => "is answered with an internal error".to_owned(),
        Fault::Quote => "is refused, and quoted".to_owned(),
        Fault::Delay(time) => format!("is {:.1} s late", time.as_secs_f64()),
        Fault::Hold => "is held up".to_owned(),
        Fault::Reset => "is cut off before it arrives".to_owned(),
        Fault::LoseAnswer => "takes effect, and its answer is lost".to_owned(),
        Fault::KillBefore => "does not arrive: the function is killed".to_owned(),
        Fault::KillAfter => "takes effect, and the function is killed".to_owned(),
    }
}

/// A fault for a call.
pub(crate) fn fault(operation: &str) -> Fault {
    let mut rng = chance::rng();
    match rng.random_range(0..8) {
        0 | 1 if operation == "Connect" => Fault::Reset,
        0 => Fault::Throttle,
        1 => Fault::InternalError,
        2 | 3 => Fault::Delay(Duration::from_millis(rng.random_range(200..20_000))),
        4 => Fault::Reset,
        5 => Fault::LoseAnswer,
        6 => Fault::KillBefore,
        _ => Fault::KillAfter,
    }
}
