//! Reads parts of events, and refuses what is wrong with them without repeating a value.

use aws_smithy_types::{DateTime, date_time::Format};
use policy::Failure;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use crate::moment;

/// The refusal of an event.
pub(super) fn refused(why: impl AsRef<str>) -> Failure {
    Failure::permanent(format!("the event is refused: {}", why.as_ref())).with_next_step(
        "Send {\"target\":\"NAME\"}, with \"dry_run\":true to change nothing, or one of the events in the \
         documentation of the function",
    )
}

/// Reads the member `name` of an event, or the event itself if `name` is empty.
pub(super) fn read<T: DeserializeOwned>(value: &Value, name: &str) -> Result<T, Failure> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let path: Vec<&str> =
            [name, path.as_str()].into_iter().filter(|part| !part.is_empty() && *part != ".").collect();
        refused(format!("its `{}` is of another type than expected", path.join(".")))
    })
}

/// The text of a required field.
pub(super) fn required(text: Option<String>, field: &str) -> Result<String, Failure> {
    text.filter(|text| !text.is_empty()).ok_or_else(|| refused(format!("it has no `{field}`")))
}

/// Reads a moment as AWS writes it into events, as milliseconds since 1970; `None` if it is not there or unreadable.
pub(super) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| DateTime::from_str(&text, Format::DateTime).ok()).and_then(moment::millis))
}
