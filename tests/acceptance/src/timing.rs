//! How long changes take on a stage.

use std::time::Duration;

use sandbox::{
    faults::{At, What},
    services::{ecs::EcsTiming, elasticache::Timing},
};

/// Longer than a function waits for an answer.
pub const TOO_LATE: Duration = Duration::from_millis(5500);

/// The Nth call that a fault strikes. A time-out takes seconds, so it strikes changes only: the simulation has those of reads.
pub fn nth_call(what: What, nth: usize) -> At {
    match what {
        What::Delay(_) => At::Change(nth),
        _ => At::Call(nth),
    }
}

/// The minimum number of calls that a fault strikes, of a run with this many calls.
pub fn least(what: What, calls: usize) -> usize {
    match what {
        What::Delay(_) => 1,
        _ => calls,
    }
}

/// ElastiCache for most tests: states last just long enough to be seen.
pub fn quick() -> Timing {
    Timing {
        create: Duration::ZERO,
        modify: Duration::from_millis(600),
        spread: Duration::from_millis(100),
        snapshot: Duration::from_millis(600),
        stale: Duration::from_millis(200),
        stale_users: Duration::ZERO,
    }
}

/// ElastiCache for dozens of changes in a row: states are short, and the status of a user lags behind too.
pub fn brief() -> Timing {
    Timing {
        create: Duration::ZERO,
        modify: Duration::from_millis(300),
        spread: Duration::from_millis(50),
        snapshot: Duration::from_millis(300),
        stale: Duration::from_millis(150),
        stale_users: Duration::from_millis(150),
    }
}

/// ECS for dozens of deployments in a row: tasks start and stop quickly.
pub fn brief_tasks() -> EcsTiming {
    let short = Duration::from_millis(20);
    EcsTiming {
        provision: short,
        pull: short,
        activate: short,
        deactivate: short,
        deprovision: short,
        notice: short,
        ..EcsTiming::default()
    }
}
