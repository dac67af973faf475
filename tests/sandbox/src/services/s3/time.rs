//! The moments in requests and responses.

use std::time::SystemTime;

use s3s::dto::{Timestamp, TimestampFormat};

/// A moment, as responses have it: in whole seconds.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html#API_ListObjectsV2_Examples>
pub(super) fn time(moment: jiff::Timestamp) -> Timestamp {
    let seconds = jiff::Timestamp::from_second(moment.as_second()).unwrap_or(moment);
    Timestamp::from(SystemTime::from(seconds))
}

/// A moment of a request.
pub(super) fn moment(time: Timestamp) -> jiff::Timestamp {
    let mut text = Vec::new();
    let formatted = time.format(TimestampFormat::DateTime, &mut text);
    let text = String::from_utf8(text).ok().filter(|_| formatted.is_ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(jiff::Timestamp::MAX)
}
