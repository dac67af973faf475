//! A schedule that came due without naming a target.

use policy::Failure;

/// A schedule that came due: of a rule of EventBridge, or of EventBridge Scheduler without an input of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The ARNs of the rule or the schedule.
    pub arns: Vec<String>,
}

impl Schedule {
    /// Refuses the event: it names no target.
    pub fn names_no_target(&self) -> Failure {
        Failure::permanent(
            "the event is refused: it is the event of a schedule without an input, and names no target",
        )
        .with_next_step(
            "Give the schedule, or the target of the rule, the input {\"target\":\"NAME\"}, with \"dry_run\":true to \
             change nothing",
        )
    }
}
