//! The current time: the system clock, or the clock of a simulation.

use std::{cell::Cell, time::SystemTime};

use aws_smithy_async::time::TimeSource;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

thread_local! {
    /// The time at an instant of tokio's clock.
    static START: Cell<Option<(Timestamp, Instant)>> = const { Cell::new(None) };
}

/// Sets the time on this thread. It then follows tokio's clock, which a simulation can pause.
///
/// # Repeating
/// Sets the time again.
pub fn set(now: Timestamp) {
    START.set(Some((now, Instant::now())));
}

/// The current time.
pub fn now() -> Timestamp {
    match START.get() {
        Some((start, instant)) => start + SignedDuration::try_from(instant.elapsed()).unwrap_or(SignedDuration::MAX),
        None => Timestamp::now(),
    }
}

/// The same clock, for SDK clients.
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
    async fn the_time_follows_the_clock_of_tokio_once_it_is_set() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        set(start);
        tokio::time::sleep(Duration::from_secs(90)).await;
        assert_eq!(now().duration_since(start).as_secs(), 90);
    }
}
