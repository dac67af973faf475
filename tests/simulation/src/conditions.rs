//! How long things take, and which fault a call meets.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use sandbox::{
    chance,
    delivery::{Copies, EventTiming},
    faults::What as Fault,
    in_memory::Options,
    services::{elasticache::Timing, secrets_manager::RotationTiming},
};

use crate::plan::Plan;

/// How the AWS of a plan behaves in time.
pub(crate) fn timing(plan: &Plan) -> Options {
    Options {
        rotation: RotationTiming { attempts: 5, retry_after: Duration::from_secs(20) },
        elasticache: elasticache(plan.seed),
        events: events(plan.estate.copies),
    }
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
    }
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

/// A fault for a call.
pub(crate) fn fault(operation: &str) -> Fault {
    let mut rng = chance::rng();
    match rng.random_range(0..8) {
        0 if operation != "Connect" => Fault::Throttle,
        1 => Fault::InternalError,
        2 | 3 => Fault::Delay(Duration::from_millis(rng.random_range(200..20_000))),
        4 => Fault::Reset,
        5 => Fault::LoseAnswer,
        6 => Fault::KillBefore,
        _ => Fault::KillAfter,
    }
}
