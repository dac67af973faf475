//! Real events: what is read from each, and what each function does with it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot continue panics, and one that is skipped says so"
)]

use std::collections::BTreeMap;

use events::{CORPUS, Recorded, corpus};
use policy::{Class, Failure};
use runtime::{
    concern::Concern,
    event::{Event, Resource, parameter::Operation, rotation::RotationEvent},
    target::Subject,
};
use serde_json::{Map, Value, json};

fn recorded() -> Vec<Recorded> {
    let recorded = corpus().unwrap_or_default();
    if recorded.is_empty() {
        eprintln!("skipped: {CORPUS} is not set; .ci/run sets it");
    }
    recorded
}

/// Whether a fact of `index.json` is not read yet because no function needs it.
fn is_not_needed_yet(kind: &str, key: &str) -> bool {
    match kind.split('/').next().unwrap_or_default() {
        // The function that acts on alarms will read the rest.
        "cloudwatch-alarm" => !["alarm", "state"].contains(&key),
        // Only the kind of these events is read.
        "cloudwatch-alarm-configuration" | "aws-health" | "ssm-run-command" | "ecs-container-instance" => true,
        "ecs-task" => key == "health",
        "ecs-deployment" => key == "cluster",
        _ => false,
    }
}

fn millis(text: &Value) -> Option<u64> {
    let moment: jiff::Timestamp = text.as_str()?.parse().unwrap();
    u64::try_from(moment.as_millisecond()).ok()
}

/// Returns what was read from an event, with the names of `index.json`.
fn read(event: Event) -> Value {
    match event {
        Event::Task(task) => {
            let codes = |of: fn(&runtime::event::ecs::Container) -> Value| -> Map<String, Value> {
                task.containers.iter().map(|one| (one.name.clone().unwrap(), of(one))).collect()
            };
            let reasons: Map<String, Value> =
                codes(|one| json!(one.reason)).into_iter().filter(|(_, reason)| !reason.is_null()).collect();
            json!({
                "cluster": task.cluster_arn, "service": task.service(), "group": task.group, "task": task.task_arn,
                "last_status": task.last_status, "desired_status": task.desired_status, "stop_code": task.stop_code,
                "stopped_reason": task.stopped_reason, "exit_codes": codes(|one| json!(one.exit_code)),
                "container_reasons": reasons, "launch_type": task.launch_type, "resource_version": task.version,
            })
        }
        Event::ServiceAction(action) => json!({
            "service": action.service_arn, "cluster": action.cluster_arn, "event_type": action.event_type,
            "event_name": action.event_name, "reason": action.reason, "time": action.at_ms,
        }),
        Event::Deployment(deployment) => json!({
            "service": deployment.service_arn, "event_type": deployment.event_type, "event_name": deployment.event_name,
            "deployment": deployment.deployment_id, "reason": deployment.reason, "time": deployment.at_ms,
        }),
        Event::Notification(said) => json!({ "event": said.event, "id": said.id, "other": said.other }),
        Event::Parameter(change) => {
            let operation = match change.operation {
                Operation::Create => "Create",
                Operation::Update => "Update",
                Operation::Delete => "Delete",
                _ => "another",
            };
            json!({ "name": change.name, "operation": operation })
        }
        Event::Alarm(alarm) => json!({ "alarm": alarm.name, "state": alarm.state }),
        Event::Schedule(schedule) => json!({ "rule": schedule.arns }),
        Event::Other(other) => json!({ "source": other.source, "detail-type": other.detail_type }),
        other => panic!("{other:?} is not in the corpus"),
    }
}

#[test]
fn the_facts_of_each_real_event_are_read() {
    for Recorded { file, kind, want, event } in recorded() {
        let Ok(read) = Event::parse(&event).map(read) else { continue };
        for (key, wanted) in want.as_object().unwrap().iter().filter(|(key, _)| *key != "must") {
            match read.get(key) {
                Some(got) if key == "time" => assert_eq!(got.as_u64(), millis(wanted), "{file}: {key}"),
                Some(got) => assert_eq!(got, wanted, "{file}: {key}"),
                None => assert!(is_not_needed_yet(&kind, key), "{file}: {key} is not read"),
            }
        }
        if let Some(source) = read.get("source") {
            assert_eq!((source, &read["detail-type"]), (&event["source"], &event["detail-type"]), "{file}");
        }
    }
}

/// What a function does with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reaction {
    Look(Subject),
    Leave,
    Refuse,
}

fn reaction(concern: Result<Concern, Failure>) -> Reaction {
    match concern {
        Ok(Concern::Look(subject)) => Reaction::Look(subject),
        Ok(Concern::Leave(why)) => {
            assert!(!why.is_empty());
            Reaction::Leave
        }
        Err(failure) => {
            assert_eq!(failure.class(), Class::Permanent, "a refused event must not be retried: {}", failure.chain());
            Reaction::Refuse
        }
    }
}

/// Returns the expected reaction of retire-credential, which uses none of these events.
fn quiet_or_refused(kind: &str, want: &Value) -> Reaction {
    let must = want["must"].as_str().unwrap_or_default();
    match kind {
        // The source of this event is not AWS.
        "aws-health/eventbridge" if want["resources"].as_array().unwrap().len() == 2 => Reaction::Refuse,
        _ if must.starts_with("refuse:") || must.starts_with("refuse, or read:") => Reaction::Refuse,
        _ => Reaction::Leave,
    }
}

/// Returns the expected reaction of sync-connection: it looks at services and parameters, whose tags name their target.
fn looks(kind: &str, want: &Value) -> Reaction {
    let resource = |resource| Reaction::Look(Subject::Resource(resource));
    let text = |key: &str| want[key].as_str().unwrap_or_default().to_owned();
    match kind {
        "ecs-service-action/eventbridge" | "ecs-deployment/eventbridge" => resource(Resource::Service(text("service"))),
        "parameter/eventbridge" => resource(Resource::Parameter(text("name"))),
        _ => quiet_or_refused(kind, want),
    }
}

#[test]
fn each_function_reacts_to_each_real_event_as_expected() {
    let mut count = BTreeMap::<&str, usize>::new();
    for Recorded { file, kind, want, event } in recorded() {
        let of = |concern: fn(&Event) -> Result<Concern, Failure>| {
            reaction(Event::parse(&event).and_then(|event| concern(&event)))
        };
        assert_eq!(of(retire_credential::concern), quiet_or_refused(&kind, &want), "retire-credential: {file}");
        assert_eq!(of(sync_connection::concern), looks(&kind, &want), "sync-connection: {file}");
        assert!(RotationEvent::parse(event.clone()).is_err(), "rotate-auth accepts rotation steps only: {file}");
        *count.entry("all").or_default() += 1;
    }
    assert!(count.is_empty() || count["all"] >= 63, "{count:?}");
}

#[test]
fn every_message_of_elasticache_is_read_as_a_notification() {
    let Some(folder) = std::env::var_os(CORPUS) else { return };
    let table = std::fs::read_to_string(std::path::Path::new(&folder).join("elasticache-sns-texts.json")).unwrap();
    let table: Value = serde_json::from_str(&table).unwrap();
    for row in table["texts"].as_array().unwrap() {
        let (name, message) = (row["event"].as_str().unwrap(), row["message"].as_str().unwrap());
        let sns = json!({
            "TopicArn": "arn:aws:sns:eu-central-1:123456789012:elasticache", "Message": message,
            "Subject": "ElastiCache Notification Message",
        });
        let event = Event::parse(&json!({ "Records": [{ "Sns": sns }] })).unwrap();
        let Event::Notification(said) = event else { panic!("{name}: {event:?}") };
        match said.event {
            Some(event) => {
                let named = name.trim_start_matches("ElastiCache:").split(' ').next();
                assert_eq!(Some(event.as_str()), named, "{message}");
            }
            None => assert_eq!(said.other["Message"], message),
        }
    }
}
