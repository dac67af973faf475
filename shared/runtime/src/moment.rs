//! Moments in milliseconds since 1970, as the policy counts them.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use cloud::Clients;

/// The current time, by the clock of the clients.
pub fn now_ms(clients: &Clients) -> u64 {
    since_1970_ms(clients.now())
}

/// A moment of a clock; 0 if it is before 1970.
pub fn since_1970_ms(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A moment from an AWS answer; `None` if it is before 1970 or out of range.
pub fn millis(moment: DateTime) -> Option<u64> {
    moment.to_millis().ok().and_then(|millis| u64::try_from(millis).ok())
}
