//! `DescribeEvents`: what happened to groups, nodes, caches and users.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{ElastiCache, page::page, render::time, text};
use crate::{
    clock,
    wire::{Answer, AwsError, Call, Element},
};

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Group,
    Node,
    Cache,
    CacheSnapshot,
    User,
    UserGroup,
}

impl Source {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Group => "replication-group",
            Self::Node => "cache-cluster",
            Self::Cache => "serverless-cache",
            Self::CacheSnapshot => "serverless-cache-snapshot",
            Self::User => "user",
            Self::UserGroup => "user-group",
        }
    }
}

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    at: Timestamp,
    source: Source,
    id: String,
    message: String,
}

impl Event {
    /// An event of this moment.
    pub(super) fn now(source: Source, id: &str, message: impl Into<String>) -> Self {
        Self { at: clock::now(), source, id: id.to_owned(), message: message.into() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    source_type: Option<String>,
    source_identifier: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    duration: Option<i64>,
    #[serde(default, deserialize_with = "text::parsed")]
    max_records: Option<usize>,
    marker: Option<String>,
}

impl ElastiCache {
    /// `DescribeEvents`: the last hour's unless told otherwise, oldest first.
    pub(super) fn describe_events(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let invalid = |message: &str| AwsError::new("InvalidParameterValue", message);
        let sources =
            [Source::Group, Source::Node, Source::Cache, Source::CacheSnapshot, Source::User, Source::UserGroup];
        let source = input.source_type.as_deref();
        if source.is_some_and(|source| sources.iter().all(|known| known.text() != source)) {
            return Err(invalid("the sandbox has no events of this SourceType"));
        }
        if input.source_identifier.is_some() && source.is_none() {
            return Err(AwsError::new("InvalidParameterCombination", "SourceIdentifier needs SourceType."));
        }
        let minutes = input.duration.unwrap_or(60);
        if !(1..=20160).contains(&minutes) {
            return Err(invalid("Duration is 1 to 20160 minutes."));
        }
        let since = clock::now() - SignedDuration::from_mins(minutes);
        let wanted = |event: &&Event| {
            event.at >= since
                && source.is_none_or(|source| event.source.text() == source)
                && input.source_identifier.as_deref().is_none_or(|id| event.id == id)
        };
        let events: Vec<_> = self.state().events.iter().filter(wanted).cloned().collect();
        let (events, marker) = page(events, input.max_records, input.marker.as_deref())?;
        let render = |event: Event| {
            Element::parent(
                "Event",
                [
                    Element::text("SourceIdentifier", &event.id),
                    Element::text("SourceType", event.source.text()),
                    Element::text("Message", &event.message),
                    Element::text("Date", time(event.at)),
                ],
            )
        };
        let mut answer = vec![Element::parent("Events", events.into_iter().map(render))];
        answer.extend(marker);
        Ok(Answer::xml(answer))
    }
}
