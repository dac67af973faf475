//! What invokes a function that looks after a target: an event, a schedule or a person.

use policy::Failure;
use serde_json::{Map, Value};

use crate::{event::Resource, settings::PARAMETER_PREFIX};

/// What to look at. It never says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A target by its name, from a schedule or a person.
    Target {
        /// The target's name.
        name: String,
        /// Whether nothing is to be changed.
        dry_run: bool,
    },
    /// A target by its name, from a person who wants its last move taken back.
    RollBack {
        /// The target's name.
        name: String,
        /// Whether nothing is to be changed.
        dry_run: bool,
    },
    /// A target of which somebody has written the settings, or moved a label of them.
    Settings {
        /// The target's name.
        name: String,
    },
    /// A secret of which a staging label has moved; its tag says which target it belongs to, if any.
    SecretLabel {
        /// The secret's ARN.
        secret_id: String,
        /// The label.
        label: String,
    },
    /// A resource to which something has happened; its tag says which target it belongs to, if any.
    Resource(Resource),
    /// Something that says nothing new, and why.
    Quiet(&'static str),
}

/// What there is to send.
const FORMS: &str = "Send {\"target\":\"NAME\"}, with \"dry_run\":true to change nothing, and to sync-connection with \
                     \"rollback\":true to take its last move back, or an event: \"Secret Label Updated\" of Secrets Manager, \"Parameter Store Change\", \"ECS Task State Change\", \"ECS Service \
                     Action\", \"ECS Deployment State Change\", or a notification of ElastiCache over SNS";

impl Trigger {
    /// Reads an event, whichever it is.
    ///
    /// # Errors
    /// Permanent, naming the field, where it is of a kind that is not known, lacks what its kind has, or, sent by a person or
    /// a schedule, has more. Values are not repeated: somebody may have sent a secret.
    pub fn parse(event: &Value) -> Result<Self, Failure> {
        match event {
            Value::Object(members) if members.contains_key("detail-type") => from_event_bridge(members),
            Value::Object(members) if members.contains_key("target") => direct(members),
            Value::Object(members) if members.contains_key("Records") => from_sns(event),
            _ => Err(refused("it is of no kind that is known here")),
        }
    }
}

/// A direct invocation, and the input of a schedule of EventBridge Scheduler.
fn direct(members: &Map<String, Value>) -> Result<Trigger, Failure> {
    let name = members.get("target").and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| refused("its `target` is not a target's name"))?;
    let flag = |key: &str| match members.get(key) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(refused(&format!("its `{key}` is neither true nor false"))),
    };
    let (dry_run, rollback) = (flag("dry_run")?, flag("rollback")?);
    if members.keys().any(|key| !["target", "dry_run", "rollback"].contains(&key.as_str())) {
        return Err(refused("it has more than `target`, `dry_run` and `rollback`"));
    }
    let name = name.to_owned();
    Ok(match rollback {
        true => Trigger::RollBack { name, dry_run },
        false => Trigger::Target { name, dry_run },
    })
}

/// An event of EventBridge, which names the secret by its ARN as the one resource that it is about.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
fn from_event_bridge(members: &Map<String, Value>) -> Result<Trigger, Failure> {
    let text = |key: &str| members.get(key).and_then(Value::as_str).unwrap_or_default();
    match (text("source"), text("detail-type")) {
        ("aws.secretsmanager", "Secret Label Updated") => secret_label(members),
        ("aws.ssm", "Parameter Store Change") => parameter(members),
        ("aws.ecs", "ECS Task State Change") => task(members),
        ("aws.ecs", "ECS Service Action" | "ECS Deployment State Change") => {
            Ok(Trigger::Resource(Resource::Service(only_resource(members)?)))
        }
        ("aws.scheduler", _) => Err(refused(
            "it is that of a schedule without an input of its own; give the schedule the input {\"target\":\"NAME\"}",
        )),
        _ => Err(refused("its `source` and `detail-type` are not known here")),
    }
}

fn secret_label(members: &Map<String, Value>) -> Result<Trigger, Failure> {
    let label = members.get("detail").and_then(|detail| detail.get("labelUpdated")).and_then(Value::as_str);
    let label = label.ok_or_else(|| refused("it has no `detail.labelUpdated`"))?;
    Ok(Trigger::SecretLabel { secret_id: only_resource(members)?, label: label.to_owned() })
}

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html>
fn parameter(members: &Map<String, Value>) -> Result<Trigger, Failure> {
    let text = |key: &str| members.get("detail").and_then(|detail| detail.get(key)).and_then(Value::as_str);
    let name = text("name").filter(|name| !name.is_empty()).ok_or_else(|| refused("it has no `detail.name`"))?;
    match (name.strip_prefix(PARAMETER_PREFIX), text("operation")) {
        (Some(_), Some("Delete")) => return Ok(Trigger::Quiet("it is about settings that are gone")),
        (Some(target), _) => return Ok(Trigger::Settings { name: target.to_owned() }),
        (None, Some("LabelParameterVersion")) => {
            return Ok(Trigger::Quiet("it is about a label, and no value has changed"));
        }
        (None, _) => {}
    }
    Ok(Trigger::Resource(Resource::Parameter(name.to_owned())))
}

/// The ARN of the service is in the task's and in the name of its group.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
fn task(members: &Map<String, Value>) -> Result<Trigger, Failure> {
    let text = |key: &str| members.get("detail").and_then(|detail| detail.get(key)).and_then(Value::as_str);
    let cluster = text("clusterArn").ok_or_else(|| refused("it has no `detail.clusterArn`"))?;
    let group = text("group").ok_or_else(|| refused("it has no `detail.group`"))?;
    let Some(service) = group.strip_prefix("service:") else {
        return Ok(Trigger::Quiet("it is about a task that is in no service"));
    };
    if text("lastStatus") != Some("RUNNING") || text("desiredStatus") != Some("RUNNING") {
        return Ok(Trigger::Quiet("it is about a task that does not serve"));
    }
    let (place, cluster) =
        cluster.split_once(":cluster/").ok_or_else(|| refused("its `detail.clusterArn` is no cluster's ARN"))?;
    Ok(Trigger::Resource(Resource::Service(format!("{place}:service/{cluster}/{service}"))))
}

/// A notification of ElastiCache: the key that begins with `ElastiCache:` says what has happened, its value to what. Older ones
/// are text.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/elasticache-sns.html>
fn from_sns(event: &Value) -> Result<Trigger, Failure> {
    let records = event["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [record] = records else { return Err(refused("its `Records` are not one")) };
    let text = |key: &str| record["Sns"][key].as_str().ok_or_else(|| refused(&format!("it has no `Sns.{key}`")));
    let (topic, message) = (text("TopicArn")?, text("Message")?);
    let (what, id) = match serde_json::from_str(message) {
        Ok(Value::Object(said)) => {
            let said = said.into_iter().find(|(key, _)| key.starts_with("ElastiCache:"));
            let (key, id) = said.ok_or_else(|| refused("its `Sns.Message` is none of ElastiCache"))?;
            (key, id.as_str().unwrap_or_default().to_owned())
        }
        _ => match message.split_once(" : ") {
            Some((key, id)) if key.starts_with("ElastiCache:") => (key.to_owned(), id.trim().to_owned()),
            _ => return Err(refused("its `Sns.Message` is none of ElastiCache")),
        },
    };
    if what != "ElastiCache:FailoverComplete" {
        return Ok(Trigger::Quiet("it is about no failover"));
    }
    if id.is_empty() {
        return Err(refused("its `Sns.Message` names no replication group"));
    }
    // Topic and group are in one account and region.
    let place: Vec<&str> = topic.split(':').collect();
    let [_, partition, "sns", region, account, _] = place.as_slice() else {
        return Err(refused("its `Sns.TopicArn` is no topic's ARN"));
    };
    let arn = format!("arn:{partition}:elasticache:{region}:{account}:replicationgroup:{id}");
    Ok(Trigger::Resource(Resource::ReplicationGroup(arn)))
}

fn only_resource(members: &Map<String, Value>) -> Result<String, Failure> {
    match members.get("resources").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::String(arn)]) if arn.starts_with("arn:") => Ok(arn.clone()),
        _ => Err(refused("its `resources` is not the ARN of one resource")),
    }
}

fn refused(why: &str) -> Failure {
    Failure::permanent(format!("the event is refused: {why}. {FORMS}"))
}
