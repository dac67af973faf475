//! The matrix: every call of every function meets every fault, one in each world.
//!
//! A world without a fault counts the calls. Each cell is then a world of its own, with the same seed, in which one of these
//! calls is struck. In the end the rules hold, and everything is as it is without the fault.

mod cell;
mod story;

use std::collections::BTreeSet;

pub use cell::{Call, Cell, FAULTS, FUNCTIONS, estates, name_of};

use crate::{Estate, Plan, Report, run::in_world};
use story::{Seen, Strike, live};

/// What every world of the matrix is drawn from. ElastiCache is quick in it, so that its functions look fewer times: a change
/// takes 61 seconds, six more for the next node, and its answers lag behind by six.
const SEED: u64 = 1093;

/// The cells of a function in an estate: a world without a fault counts the calls.
///
/// # Panics
/// The world without a fault is not as it must be in the end.
pub fn cells(estate: Estate, function: &'static str) -> Vec<Cell> {
    let (report, seen) = world(estate, function, None);
    assert!(report.violations.is_empty() && seen.wrong.is_empty(), "{}: {:?}", report.story.join("\n"), seen.wrong);
    let calls = seen.calls.into_iter();
    calls.flat_map(|(nth, call)| call.faults().map(move |(fault, _)| Cell { estate, function, nth, fault })).collect()
}

/// What one cell came to.
#[derive(Debug)]
pub struct Struck {
    /// The world.
    pub report: Report,
    /// The call that was struck.
    pub call: Option<Call>,
    /// What is wrong: rules that were broken, and what is not as it must be in the end.
    pub wrong: Vec<String>,
}

/// Runs the world of a cell.
pub fn strike(cell: &Cell) -> Struck {
    let (report, Seen { struck, mut wrong, .. }) =
        world(cell.estate, cell.function, cell.what().map(|what| (cell.nth, what)));
    if struck.is_none() {
        wrong.push(format!("there is no call {} of {}", cell.nth, cell.function));
    }
    wrong.extend(report.violations.iter().map(ToString::to_string));
    Struck { report, call: struck, wrong }
}

fn world(estate: Estate, function: &'static str, strike: Option<Strike>) -> (Report, Seen) {
    let plan = Plan { estate, ..Plan::of(SEED, &BTreeSet::new()) };
    in_world(&plan, async |world| live(world, function, strike).await)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sandbox::services::elasticache::Timing;

    use super::*;
    use crate::conditions;

    #[test]
    fn elasticache_is_quick_in_the_matrix() {
        let timing = conditions::timing(&Plan::of(SEED, &BTreeSet::new())).elasticache;
        let Timing { modify, spread, stale, .. } = timing;
        assert_eq!([modify, spread, stale].map(|time| time.as_secs()), [61, 6, 6], "{timing:?}");
        assert!(timing.stale_users < Duration::from_secs(6));
    }
}
