//! How long this invocation may still wait.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use lambda_runtime::Context;

/// What is kept back for the last answer: a function that is cut off at its timeout reports nothing.
///
/// One more look at a group takes a few calls of at most 5 s each in the worst case, and well under 1 s as a rule.
const KEPT_BACK: Duration = Duration::from_secs(3);

/// The first pause between two looks. Short, because a group that was already changing may be done any moment.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause between two looks. A token change takes minutes, and each look is a call or two.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The pauses of one invocation, and the moment it has to leave.
#[derive(Debug)]
pub struct Deadline {
    leave_at: SystemTime,
    pauses: ExponentialBackoff,
}

impl Deadline {
    /// The deadline that Lambda sets, less what is kept back.
    pub fn of(context: &Context) -> Self {
        Self::at(UNIX_EPOCH + Duration::from_millis(context.deadline))
    }

    /// A deadline at this moment, less what is kept back.
    pub fn at(moment: SystemTime) -> Self {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_factor(1.6)
            .without_max_times()
            .build();
        Self { leave_at: moment - KEPT_BACK, pauses }
    }

    /// Waits for one pause, longer each time; says `false`, at once, where the time left is too short for it.
    pub async fn pause(&mut self) -> bool {
        let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
        let left = self.leave_at.duration_since(SystemTime::now()).unwrap_or_default();
        if left < pause {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_pauses_while_there_is_time_and_leaves_before_the_end() {
        let mut deadline = Deadline::at(SystemTime::now() + KEPT_BACK + Duration::from_secs(1));
        assert!(deadline.pause().await);
        let mut late = Deadline::at(SystemTime::now() + KEPT_BACK + FIRST_PAUSE / 2);
        assert!(!late.pause().await);
        let mut past = Deadline::at(SystemTime::now() - Duration::from_secs(60));
        assert!(!past.pause().await);
    }
}
