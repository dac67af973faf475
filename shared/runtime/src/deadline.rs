//! The time left for an invocation, and the pauses in it.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ConstantBuilder, ExponentialBackoff, ExponentialBuilder};
use lambda_runtime::Context;
use policy::Failure;
use tokio::time::Instant;

use crate::moment::since_1970_ms;

/// The time reserved for one more look after a pause. A look usually takes well under a second.
const RESERVED_FOR_LOOK: Duration = Duration::from_secs(3);

/// The time reserved for the outcome record: a function that Lambda stops at its timeout reports nothing.
const RESERVED_FOR_RECORD: Duration = Duration::from_millis(500);

/// The longest timeout of a Lambda function.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LONGEST_RUN: Duration = Duration::from_secs(15 * 60);

/// The first pause between two looks. It is short: a change that was already under way may complete any moment.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause between two looks. A token change takes minutes, and each look is a call or two.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The longest random delay: longer than the few milliseconds that a look takes, and short compared with a deployment.
const LONGEST_STAGGER: Duration = Duration::from_millis(500);

/// The pauses of one invocation, and the moment at which it has to return.
#[derive(Debug)]
pub struct Deadline {
    moment: Instant,
    pauses: ExponentialBackoff,
}

impl Deadline {
    /// The deadline that Lambda sets, at this moment of the clock that Lambda sets it by.
    ///
    /// A deadline in the past is ignored: `cargo lambda` sends the same small number every time. The run then has the
    /// longest timeout of Lambda.
    pub fn of(context: &Context, now: SystemTime) -> Self {
        let left = context.deadline.saturating_sub(since_1970_ms(now));
        Self::after(if left > 0 { Duration::from_millis(left) } else { LONGEST_RUN })
    }

    /// A deadline this long from now.
    pub fn after(left: Duration) -> Self {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_factor(1.6)
            .without_max_times()
            .build();
        Self { moment: Instant::now() + left, pauses }
    }

    /// The time left for the run, whatever it does: a call that hangs must not keep it from reporting.
    pub fn left(&self) -> Duration {
        self.left_before(RESERVED_FOR_RECORD)
    }

    /// Waits for what `reason` says, for one pause. Pauses grow.
    ///
    /// # Errors
    /// Retryable, with the reason, if the time left is too short for the pause.
    pub async fn wait(&mut self, reason: &str) -> Result<(), Failure> {
        tracing::info!(reason, "waiting");
        if self.pause().await {
            return Ok(());
        }
        Err(Failure::retryable(format!(
            "time is up while waiting for this: {reason}. Nothing is lost: the next run continues from here"
        )))
    }

    /// Waits for one pause. Returns `false` at once if the time left is too short for it. Pauses grow.
    pub async fn pause(&mut self) -> bool {
        let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
        if self.left_before(RESERVED_FOR_LOOK) < pause {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }

    /// Waits for a short random time, so that two runs that started together do not continue together.
    pub async fn stagger(&self) {
        // With jitter, a delay is between one and two times what it is without.
        let drawn = ConstantBuilder::new().with_delay(LONGEST_STAGGER).with_jitter().build().next().unwrap_or_default();
        let pause = drawn.saturating_sub(LONGEST_STAGGER);
        tokio::time::sleep(pause.min(self.left_before(RESERVED_FOR_LOOK))).await;
    }

    fn left_before(&self, reserved: Duration) -> Duration {
        self.moment.saturating_duration_since(Instant::now()).saturating_sub(reserved)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deadline_in_the_past_is_ignored() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let left = |deadline_ms| {
            let mut context = Context::default();
            context.deadline = deadline_ms;
            Deadline::of(&context, now).left()
        };
        assert_eq!(left(600_000), LONGEST_RUN - RESERVED_FOR_RECORD);
        assert_eq!(left(1_800_000_005_000), Duration::from_secs(5) - RESERVED_FOR_RECORD);
    }

    #[tokio::test(start_paused = true)]
    async fn it_pauses_while_there_is_time_and_leaves_before_the_end() {
        let mut deadline = Deadline::after(RESERVED_FOR_LOOK + Duration::from_secs(1));
        assert!(deadline.pause().await);
        let mut late = Deadline::after(RESERVED_FOR_LOOK + FIRST_PAUSE / 2);
        assert!(!late.pause().await);
        let mut past = Deadline::after(Duration::ZERO);
        assert!(!past.pause().await);
    }
}
