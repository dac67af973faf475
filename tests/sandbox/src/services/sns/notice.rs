//! The notifications of ElastiCache over SNS.
//!
//! Replication groups send no events to EventBridge; only serverless caches do.
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html>

/// A notification of ElastiCache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice<'a> {
    /// The event: `ElastiCache:FailoverComplete`.
    pub(crate) event: &'a str,
    /// The replication group.
    pub(crate) group: &'a str,
    /// The node of the group.
    pub(crate) node: &'a str,
}

/// The format of the message. Recorded messages are objects, but AWS documents a line of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeForm {
    /// An object whose first key is the event.
    #[default]
    Object,
    /// An object with another key before it.
    ObjectInAnotherOrder,
    /// `ElastiCache:FailoverComplete : group`.
    Text,
}

impl Notice<'_> {
    /// The message.
    pub(super) fn message(&self, form: NoticeForm) -> String {
        let Self { event, group, node } = self;
        // Written by hand, for the order of the keys.
        match form {
            NoticeForm::Object => format!(r#"{{"{event}":"{group}","Cache Cluster ID":"{node}"}}"#),
            NoticeForm::ObjectInAnotherOrder => format!(r#"{{"Cache Cluster ID":"{node}","{event}":"{group}"}}"#),
            NoticeForm::Text => format!("{event} : {group}"),
        }
    }
}
