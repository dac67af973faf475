//! Fewer acts that break the same rule.

use crate::{Plan, Report, rules::Violation, run};

/// Leaves out faults and acts, one at a time, while the plan still breaks this rule in this way. Returns the report of what is left.
///
/// Leaving something out changes the times of everything else, so that the result is short, and not the shortest.
pub fn shorten(report: Report, broken: &Violation) -> Report {
    let breaks = |plan: &Plan| {
        Some(run(plan))
            .filter(|report| report.violations.iter().any(|one| one.rule == broken.rule && one.by == broken.by))
    };
    let mut best = report;
    if best.plan.faults > 0 {
        let without = Plan { faults: 0, ..best.plan.clone() };
        best = breaks(&without).unwrap_or(best);
    }
    let mut at = 0;
    while at < best.plan.acts.len() {
        let mut without = best.plan.clone();
        without.acts.remove(at);
        match breaks(&without) {
            Some(shorter) => best = shorter,
            None => at += 1,
        }
    }
    best
}
