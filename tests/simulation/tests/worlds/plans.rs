//! Plans with acts that a test chooses, and what their reports show.

use std::time::Duration;

use sandbox::delivery::Copies;
use simulation::{Act, Edit, Estate, Plan, Report, SetUp, What, rules::Rule};

/// A rotation, after which a person puts another version with the same credential: AWSPREVIOUS loses its label.
pub(super) const EDITED_KEY: [(u64, What); 2] = [(10, What::Rotate), (90, What::Person(Edit::PutSameCredential))];

/// A plan for a database of Upstash, where nothing fails.
pub(super) fn at_upstash(set_up: SetUp, list: &[(u64, What)]) -> Plan {
    let plan = plan(&[]);
    Plan { estate: plan.estate.at_upstash(set_up), acts: acts(list), ..plan }
}

/// A plan for a group of one node, or a serverless cache, where nothing fails.
pub(super) fn at_elasticache(set_up: SetUp, acts: Vec<Act>) -> Plan {
    let plan = plan(&[]);
    Plan { estate: plan.estate.at_elasticache(set_up), acts, ..plan }
}

pub(super) fn breaks(report: &Report, rule: Rule) -> bool {
    report.violations.iter().any(|violation| violation.rule == rule)
}

pub(super) fn broken_by(report: &Report, rule: Rule, by: &str) -> bool {
    report.violations.iter().any(|violation| violation.rule == rule && violation.by == by)
}

/// A plan for one node, a JSON secret and an overlap of a minute, where nothing fails.
pub(super) fn plan(list: &[(u64, What)]) -> Plan {
    let estate = Estate {
        nodes: 1,
        set_up: SetUp::AclFile,
        sentinel: false,
        json: true,
        overlap: Duration::from_secs(60),
        timeout: Duration::from_secs(60),
        copies: Copies::One,
        consumer: None,
    };
    Plan { seed: 1, estate, acts: acts(list), faults: 0 }
}

pub(super) fn acts(list: &[(u64, What)]) -> Vec<Act> {
    list.iter().map(|(at, what)| Act { at: Duration::from_secs(*at), what: *what }).collect()
}
