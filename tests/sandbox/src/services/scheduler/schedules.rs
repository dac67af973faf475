//! The operations on schedules.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use super::{
    Expression, Scheduler, State, arn,
    errors::{check_group, exists, no_schedule, validation},
    run::Work,
};
use crate::{
    clock,
    delivery::Queue,
    services::{ecs::seconds, lambda, page::page},
    wire::{Answer, AwsError, Call},
};

/// A schedule. Dropping it stops it; deliveries in progress continue.
#[derive(Debug)]
pub(super) struct Schedule {
    given: Given,
    created: Timestamp,
    modified: Timestamp,
    client_token: Option<String>,
    task: Option<AbortHandle>,
}

impl Drop for Schedule {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// The parameters of a schedule, which `GetSchedule` returns.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Given {
    #[serde(skip_serializing)]
    name: String,
    #[serde(skip_serializing)]
    group_name: Option<String>,
    #[serde(skip_serializing)]
    client_token: Option<String>,
    schedule_expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_expression_timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    flexible_time_window: Window,
    target: Target,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Window {
    mode: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_window_in_minutes: Option<u32>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Target {
    arn: String,
    role_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_policy: Option<RetryPolicy>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RetryPolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_event_age_in_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_retry_attempts: Option<u32>,
}

/// The parameters in path and query. Those in the query are in camel case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "groupName")]
    group_name: Option<String>,
    #[serde(rename = "clientToken")]
    _client_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListSchedules {
    #[serde(rename = "ScheduleGroup")]
    group_name: Option<String>,
    #[serde(rename = "NamePrefix")]
    name_prefix: Option<String>,
    #[serde(rename = "State")]
    state: Option<String>,
    #[serde(rename = "NextToken")]
    next_token: Option<String>,
    #[serde(rename = "MaxResults")]
    max_results: Option<String>,
}

impl Schedule {
    /// Creates a schedule of a function without an API call, which may be more frequent than AWS allows.
    pub(super) fn of(queue: &Queue, name: &str, function: &str, input: &Value, every: Duration) -> Self {
        let now = clock::now();
        let text = format!("rate({} seconds)", every.as_secs_f64());
        let given = Given {
            name: name.to_owned(),
            group_name: None,
            client_token: None,
            schedule_expression: text,
            schedule_expression_timezone: None,
            description: None,
            state: None,
            flexible_time_window: Window { mode: "OFF".to_owned(), maximum_window_in_minutes: None },
            target: Target {
                arn: lambda::arn(function),
                role_arn: String::new(),
                input: Some(input.to_string()),
                retry_policy: None,
            },
        };
        let (input, expression) = (Some(input.clone()), Expression::Rate(every));
        let work = Work { arn: arn(name), function: function.to_owned(), input, expression };
        let task = queue.spawn(work.run(queue.clone()));
        Self { given, created: now, modified: now, client_token: None, task: Some(task) }
    }

    fn state(&self) -> &str {
        self.given.state.as_deref().unwrap_or("ENABLED")
    }

    fn render(&self) -> Value {
        let mut schedule = json!(self.given);
        schedule["Arn"] = arn(&self.given.name).into();
        schedule["Name"] = self.given.name.as_str().into();
        schedule["GroupName"] = "default".into();
        schedule["State"] = self.state().into();
        schedule["CreationDate"] = seconds(self.created).into();
        schedule["LastModificationDate"] = seconds(self.modified).into();
        schedule
    }
}

/// Creates a schedule. A repeated call with the same client token has no effect.
pub(super) fn create(this: &Scheduler, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let given: Given = call.input()?;
    let work = check(&given)?;
    let state = &mut *this.state();
    let (name, token) = (given.name.clone(), given.client_token.clone());
    if let Some(other) = state.schedules.get(&name) {
        return match token.is_some() && other.client_token == token {
            true => Ok(answer(&name)),
            false => Err(exists(&name)),
        };
    }
    let task = start(this, &given, work);
    let schedule = Schedule { given, created: now, modified: now, client_token: token, task };
    state.schedules.insert(name.clone(), schedule);
    Ok(answer(&name))
}

/// Replaces a schedule as a whole: parameters that are not given get their defaults.
pub(super) fn update(this: &Scheduler, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let given: Given = call.input()?;
    let work = check(&given)?;
    let state = &mut *this.state();
    let name = given.name.clone();
    let old = state.schedules.get(&name).ok_or_else(|| no_schedule(&name))?;
    let (created, client_token) = (old.created, old.client_token.clone());
    let task = start(this, &given, work);
    // This drops the old schedule, which stops it.
    state.schedules.insert(name.clone(), Schedule { given, created, modified: now, client_token, task });
    Ok(answer(&name))
}

fn answer(name: &str) -> Answer {
    Answer::json(json!({ "ScheduleArn": arn(name) }))
}

fn start(this: &Scheduler, given: &Given, work: Work) -> Option<AbortHandle> {
    let enabled = given.state.as_deref() != Some("DISABLED");
    enabled.then(|| this.queue.spawn(work.run(this.queue.clone())))
}

/// Rejects what Scheduler rejects, and what the sandbox does not support.
fn check(given: &Given) -> Result<Work, AwsError> {
    let name = &given.name;
    check_group(given.group_name.as_deref())?;
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.len() > 64 || !name.chars().all(legal) {
        return Err(validation(format!("Name {name:?} does not satisfy the pattern [0-9a-zA-Z-_.]+ (64 at most)")));
    }
    if !matches!(given.state.as_deref(), None | Some("ENABLED" | "DISABLED")) {
        return Err(validation("State must be ENABLED or DISABLED"));
    }
    match (given.flexible_time_window.mode.as_str(), given.flexible_time_window.maximum_window_in_minutes) {
        ("OFF", None) | ("FLEXIBLE", Some(1..=1440)) => {}
        ("OFF", Some(_)) => return Err(validation("MaximumWindowInMinutes must not be set if Mode is OFF")),
        ("FLEXIBLE", _) => {
            return Err(validation("MaximumWindowInMinutes must be from 1 to 1440 if Mode is FLEXIBLE"));
        }
        _ => return Err(validation("FlexibleTimeWindow.Mode must be OFF or FLEXIBLE")),
    }
    let zone = given.schedule_expression_timezone.as_deref().map_or(Ok(TimeZone::UTC), TimeZone::get);
    let zone = zone.map_err(|_| validation("Provided ScheduleExpressionTimezone is not valid."))?;
    let expression = Expression::parse(&given.schedule_expression, &zone).map_err(validation)?;
    let Target { arn: target, role_arn, input, .. } = &given.target;
    let function = lambda::name_of(target);
    let function = function.ok_or_else(|| {
        validation(format!("{target} is not a function; the sandbox supports only schedules of Lambda functions"))
    })?;
    if !role_arn.starts_with("arn:aws:iam::") || !role_arn.contains(":role/") {
        return Err(validation("Target.RoleArn must be the ARN of a role: arn:aws:iam::123456789012:role/NAME"));
    }
    let input = input.as_deref().map(serde_json::from_str).transpose();
    let input = input.map_err(|_| validation("Invalid Input: the input of a Lambda function must be JSON"))?;
    Ok(Work { arn: arn(name), function: function.to_owned(), input, expression })
}

/// Describes a schedule.
pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let Named { name, group_name, .. } = call.input()?;
    check_group(group_name.as_deref())?;
    state.schedules.get(&name).map(|schedule| Answer::json(schedule.render())).ok_or_else(|| no_schedule(&name))
}

/// Deletes a schedule.
pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let Named { name, group_name, .. } = call.input()?;
    check_group(group_name.as_deref())?;
    state.schedules.remove(&name).map(|_| Answer::json(json!({}))).ok_or_else(|| no_schedule(&name))
}

/// Lists the schedules, by name.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListSchedules = call.input()?;
    check_group(input.group_name.as_deref())?;
    let size = input.max_results.as_deref().map_or(Ok(100), str::parse::<usize>);
    let size = size.ok().filter(|size| (1..=100).contains(size));
    let size = size.ok_or_else(|| validation("MaxResults must be from 1 to 100"))?;
    let prefix = input.name_prefix.unwrap_or_default();
    let wanted = |schedule: &&Schedule| {
        schedule.given.name.starts_with(&prefix) && input.state.as_deref().is_none_or(|state| state == schedule.state())
    };
    let summary = |schedule: &Schedule| {
        json!({
            "Arn": arn(&schedule.given.name),
            "Name": schedule.given.name,
            "GroupName": "default",
            "State": schedule.state(),
            "CreationDate": seconds(schedule.created),
            "LastModificationDate": seconds(schedule.modified),
            "Target": { "Arn": schedule.given.target.arn },
        })
    };
    let schedules = state.schedules.values().filter(wanted).map(summary).collect();
    let (schedules, next) = page(schedules, size, input.next_token.as_deref())
        .ok_or_else(|| validation("NextToken is not a token from ListSchedules"))?;
    let mut answer = json!({ "Schedules": schedules });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Answer::json(answer))
}
