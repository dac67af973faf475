//! What ElastiCache says over SNS.
//!
//! Nodes of one's own say nothing over EventBridge; only serverless caches do.
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html>

/// One notification of ElastiCache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice<'a> {
    /// What happened: `ElastiCache:FailoverComplete`.
    pub(crate) event: &'a str,
    /// To which replication group.
    pub(crate) group: &'a str,
    /// Which of its nodes it is about.
    pub(crate) node: &'a str,
}

/// How the message is written: messages that were seen are objects, and AWS documents a line of text.
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
