//! How long this invocation may still wait.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backon::{BackoffBuilder, ConstantBuilder, ExponentialBackoff, ExponentialBuilder};
use lambda_runtime::Context;
use policy::Failure;

/// What is kept back for one more look after a pause, which takes well under a second as a rule.
const KEPT_BACK: Duration = Duration::from_secs(3);

/// What is kept back for the last word: a function that is cut off at its timeout reports nothing.
const LAST_WORD: Duration = Duration::from_millis(500);

/// The longest timeout that a function can have.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LONGEST_RUN: Duration = Duration::from_secs(15 * 60);

/// The first pause between two looks. Short, because a group that was already changing may be done any moment.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause between two looks. A token change takes minutes, and each look is a call or two.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The longest stagger: long beside the few milliseconds that a look takes, and short beside what it is for.
const LONGEST_STAGGER: Duration = Duration::from_millis(500);

/// The pauses of one invocation, and the moment it has to leave.
#[derive(Debug)]
pub struct Deadline {
    moment: SystemTime,
    pauses: ExponentialBackoff,
}

impl Deadline {
    /// The deadline that Lambda sets.
    ///
    /// One that is over before the run begins is none: `cargo lambda` sends the same small number every time. The run
    /// then has as long as Lambda ever gives.
    pub fn of(context: &Context) -> Self {
        let (now, moment) = (SystemTime::now(), UNIX_EPOCH + Duration::from_millis(context.deadline));
        Self::at(if moment > now { moment } else { now + LONGEST_RUN })
    }

    /// A deadline at this moment.
    pub fn at(moment: SystemTime) -> Self {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_factor(1.6)
            .without_max_times()
            .build();
        Self { moment, pauses }
    }

    /// How long the run may still take, whatever it does: calls that hang must not be what ends it.
    pub fn left(&self) -> Duration {
        self.left_before(LAST_WORD)
    }

    /// Waits for one pause, longer each time, for what `reason` says.
    ///
    /// # Errors
    /// Retryable, with the reason, where the time left is too short for it.
    pub async fn wait(&mut self, reason: &str) -> Result<(), Failure> {
        tracing::info!(reason, "waiting");
        if self.pause().await {
            return Ok(());
        }
        Err(Failure::retryable(format!(
            "time is up, and this is still waited for: {reason}. Nothing is lost: the next run goes on from here"
        )))
    }

    /// Waits for one pause, longer each time; says `false`, at once, where the time left is too short for it.
    pub async fn pause(&mut self) -> bool {
        let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
        if self.left_before(KEPT_BACK) < pause {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }

    /// Waits for a moment that is another in each run, so that two runs which began together do not go on together.
    pub async fn stagger(&self) {
        // It comes between one and two of what is given.
        let drawn = ConstantBuilder::new().with_delay(LONGEST_STAGGER).with_jitter().build().next().unwrap_or_default();
        let pause = drawn.saturating_sub(LONGEST_STAGGER);
        tokio::time::sleep(pause.min(self.left_before(KEPT_BACK))).await;
    }

    fn left_before(&self, kept_back: Duration) -> Duration {
        let until = self.moment.checked_sub(kept_back).unwrap_or(UNIX_EPOCH);
        until.duration_since(SystemTime::now()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_was_never_possible_is_none() {
        let mut context = Context::default();
        context.deadline = 600_000;
        assert!(Deadline::of(&context).left() > LONGEST_RUN - Duration::from_secs(10));
        context.deadline =
            u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap() + 5000;
        assert!(Deadline::of(&context).left() < Duration::from_secs(5));
    }

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
