//! Lambda: the functions that log in.

use aws_sdk_lambda::Client;
use aws_smithy_types::{DateTime, date_time::Format};

use crate::{CallError, classify::classify};

/// What a function says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// `Active`, `Inactive`, `Pending` or `Failed`.
    pub state: String,
    /// What became of its last update: `Successful`, `InProgress` or `Failed`.
    pub last_update: String,
    /// When its configuration or its code was last changed; to the second, as a rule.
    pub modified: Option<DateTime>,
}

/// Reads a function's configuration.
///
/// # Errors
/// Permanent where it is not there (`ResourceNotFoundException`) or may not be seen.
///
/// # Permissions
/// `lambda:GetFunctionConfiguration`
pub async fn function(client: &Client, name: &str) -> Result<Function, CallError> {
    let answer = client
        .get_function_configuration()
        .function_name(name)
        .send()
        .await
        .map_err(|error| classify(&format!("read the configuration of the function {name}"), &error))?;
    Ok(Function {
        state: answer.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        last_update: answer.last_update_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        modified: answer.last_modified().and_then(moment),
    })
}

/// Reads Lambda's way to write a time, ISO 8601 without the colon in the offset: `2026-11-22T09:30:00.000+0000`.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html>
fn moment(text: &str) -> Option<DateTime> {
    let sign = text.len().checked_sub("+0000".len());
    let with_colon = match sign.and_then(|sign| text.split_at_checked(sign)) {
        Some((time, offset))
            if offset.starts_with(['+', '-']) && offset[1..].bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("{time}{}:{}", &offset[..3], &offset[3..])
        }
        _ => text.to_owned(),
    };
    DateTime::from_str(&with_colon, Format::DateTimeWithOffset).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_lambda_writes_it() {
        let read = |text| moment(text).map(|moment| moment.to_millis().unwrap());
        let expected = Some(1_764_000_000_123);
        assert_eq!(read("2025-11-24T16:00:00.123+0000"), expected);
        assert_eq!(read("2025-11-24T16:00:00.123+00:00"), expected);
        assert_eq!(read("2025-11-24T16:00:00.123Z"), expected);
        assert_eq!(read("2025-11-24T18:00:00.123+0200"), expected);
        for text in ["", "+", "now", "2025-11-24", "é", "+aé0", "2025-11-24+aé0"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
