//! The time of day: the machine's, or that of a simulation.

use std::{cell::Cell, time::SystemTime};

use aws_smithy_async::time::TimeSource;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

thread_local! {
    /// The time of day at an instant of tokio's clock.
    static START: Cell<Option<(Timestamp, Instant)>> = const { Cell::new(None) };
}

/// Sets the time of day on this thread, from now on by tokio's clock, which a simulation pauses.
///
/// # Repeating
/// The last call counts.
pub fn set(now: Timestamp) {
    START.set(Some((now, Instant::now())));
}

/// The time of day.
pub fn now() -> Timestamp {
    match START.get() {
        Some((start, instant)) => start + SignedDuration::try_from(instant.elapsed()).unwrap_or(SignedDuration::MAX),
        None => Timestamp::now(),
    }
}

/// The same clock, for the clients of an SDK.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock;

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        now().into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_time_that_is_set_passes_with_the_clock_of_tokio() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        set(start);
        tokio::time::sleep(Duration::from_secs(90)).await;
        assert_eq!(now().duration_since(start).as_secs(), 90);
    }
}
