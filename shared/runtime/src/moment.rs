//! Moments, as the policy counts them: in milliseconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;

/// The moment at which this is called.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A moment as AWS tells it; `None` where it is before 1970 or after the end of time.
pub fn millis(moment: DateTime) -> Option<u64> {
    moment.to_millis().ok().and_then(|millis| u64::try_from(millis).ok())
}
