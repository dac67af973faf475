//! Alarms of CloudWatch, which come directly, over EventBridge and over SNS.
//!
//! They are recognised, and read as far as their name and state.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html>

use policy::Failure;
use serde::Deserialize;
use serde_json::Value;

use super::{
    envelope::Envelope,
    read::{read, required},
};

/// An alarm changed its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The alarm's name.
    pub name: String,
    /// `ALARM`, `OK` or `INSUFFICIENT_DATA`.
    pub state: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    alarm_name: Option<String>,
    state: Option<State>,
}

#[derive(Deserialize)]
struct State {
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OverSns {
    alarm_name: String,
    new_state_value: Option<String>,
}

impl Alarm {
    /// Reads the event with which an alarm invokes a function itself.
    pub(super) fn of_invocation(event: &Value) -> Result<Self, Failure> {
        Self::of_data(event.get("alarmData").unwrap_or(&Value::Null), "alarmData")
    }

    /// Reads `CloudWatch Alarm State Change`.
    pub(super) fn of_eventbridge(envelope: &Envelope) -> Result<Self, Failure> {
        Self::of_data(&envelope.detail, "detail")
    }

    /// Reads a message of SNS; `None` if it is no alarm.
    pub(super) fn of_sns(message: &str) -> Option<Self> {
        let OverSns { alarm_name, new_state_value } = serde_json::from_str(message).ok()?;
        (!alarm_name.is_empty()).then_some(Self { name: alarm_name, state: new_state_value })
    }

    fn of_data(data: &Value, field: &str) -> Result<Self, Failure> {
        let Data { alarm_name, state } = read(data, field)?;
        let name = required(alarm_name, &format!("{field}.alarmName"))?;
        Ok(Self { name, state: state.and_then(|state| state.value) })
    }
}
