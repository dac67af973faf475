//! The events of ElastiCache: notifications over SNS of node-based clusters, events of EventBridge of serverless caches.

use policy::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Resource,
    envelope::{Envelope, Message},
    read::{read, refused},
};

/// The prefix of the names of notifications.
const PREFIX: &str = "ElastiCache:";

/// The subject of every notification as text.
const SUBJECT: &str = "ElastiCache Notification Message";

/// A notification of ElastiCache over SNS.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What happened, without its prefix, as in `FailoverComplete`; `None` if ElastiCache sends a sentence alone.
    pub event: Option<String>,
    /// The replication group, cluster or node, by its id.
    pub id: Option<String>,
    /// What else the message has, or the sentence under `Message`.
    pub other: Map<String, Value>,
    /// The partition, region and account of the topic, which are those of the cluster.
    pub place: Place,
    /// When it was sent, in milliseconds since 1970.
    pub at_ms: Option<u64>,
}

/// A partition, region and account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As in `aws`.
    pub partition: String,
    /// As in `eu-central-1`.
    pub region: String,
    /// The account's number.
    pub account: String,
}

impl Notification {
    /// Reads a message; `None` if it is not from ElastiCache. Each of these is one:
    ///
    /// | message | |
    /// |---|---|
    /// | `{"ElastiCache:EVENT":"ID", …}` | the key may stand anywhere |
    /// | `ElastiCache:EVENT : ID` | |
    /// | `ElastiCache:EVENT ID` | |
    /// | `ElastiCache:EVENT` | |
    /// | `EVENT : ID` | under ElastiCache's subject |
    /// | a sentence | under ElastiCache's subject |
    ///
    /// # Errors
    /// Permanent if the ARN of its topic is malformed.
    pub(super) fn of(message: &Message) -> Result<Option<Self>, Failure> {
        let said = match serde_json::from_str(&message.message) {
            Ok(Value::Object(members)) => of_json(members),
            _ => of_text(&message.message, message.subject.as_deref()),
        };
        let Some((event, id, other)) = said else { return Ok(None) };
        let place: Vec<&str> = message.topic_arn.split(':').collect();
        let [_, partition, "sns", region, account, _] = place.as_slice() else {
            return Err(refused("its `Sns.TopicArn` is not the ARN of a topic"));
        };
        let place =
            Place { partition: (*partition).to_owned(), region: (*region).to_owned(), account: (*account).to_owned() };
        Ok(Some(Self { event, id, other, place, at_ms: message.timestamp }))
    }

    /// The replication group of this id, in the place of the topic.
    ///
    /// # Errors
    /// Permanent if the notification has no id.
    pub fn replication_group(&self) -> Result<Resource, Failure> {
        let id = self.id.as_deref().ok_or_else(|| refused("its `Sns.Message` names no replication group"))?;
        let Place { partition, region, account } = &self.place;
        Ok(Resource::ReplicationGroup(format!("arn:{partition}:elasticache:{region}:{account}:replicationgroup:{id}")))
    }
}

type Said = (Option<String>, Option<String>, Map<String, Value>);

fn of_json(mut members: Map<String, Value>) -> Option<Said> {
    let key = members.keys().find(|key| key.starts_with(PREFIX))?.clone();
    let id = members.shift_remove(&key)?;
    let id = id.as_str().filter(|id| !id.is_empty()).map(str::to_owned);
    Some((key.strip_prefix(PREFIX).map(str::to_owned), id, members))
}

fn of_text(message: &str, subject: Option<&str>) -> Option<Said> {
    let message = message.trim();
    let named = message.strip_prefix(PREFIX);
    if named.is_none() && subject != Some(SUBJECT) {
        return None;
    }
    let text = named.unwrap_or(message);
    let (event, rest) = text.split_at(text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len()));
    let rest = rest.trim_start();
    let (id, colon) = match rest.strip_prefix(':') {
        Some(id) => (id.trim(), true),
        None => (rest, false),
    };
    let is_name = event.starts_with(|c: char| c.is_ascii_uppercase()) && !id.contains(char::is_whitespace);
    if is_name && (named.is_some() || colon || id.is_empty()) {
        let id = (!id.is_empty()).then(|| id.to_owned());
        return Some((Some(event.to_owned()), id, Map::new()));
    }
    let is_sentence = text.contains(char::is_whitespace);
    is_sentence.then(|| (None, None, Map::from_iter([("Message".to_owned(), Value::from(message))])))
}

/// An event of a serverless cache or of a snapshot of it.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/serverless-events.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerlessCacheChange {
    /// What happened, as in `Snapshot Created`.
    pub event: String,
    /// The ARN of the cache or the snapshot, if the event has one.
    pub arn: Option<String>,
    /// Its name.
    pub id: Option<String>,
    /// What happened, as a sentence.
    pub message: Option<String>,
    /// When, in milliseconds since 1970.
    pub at_ms: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Detail {
    source_arn: Option<String>,
    source_identifier: Option<String>,
    message: Option<String>,
}

impl ServerlessCacheChange {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let detail = read::<Option<Detail>>(&envelope.detail, "detail")?.unwrap_or_default();
        Ok(Self {
            event: envelope.detail_type.clone(),
            arn: detail.source_arn.or_else(|| envelope.resources.first().cloned()),
            id: detail.source_identifier,
            message: detail.message,
            at_ms: envelope.time,
        })
    }
}
