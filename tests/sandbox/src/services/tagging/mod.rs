//! The Resource Groups Tagging API: the tags of resources of any service.

mod get_resources;

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures::future::BoxFuture;

use crate::wire::{Answer, AwsError, Call, Description, Protocol, Service};

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "tagging",
    protocols: &[Protocol::Json { target_prefix: "ResourceGroupsTaggingAPI_20170126" }],
    invalid_input: "InvalidParameterException",
    event_sources: &[],
};

/// A resource and its tags.
#[derive(Debug)]
pub(crate) struct Resource {
    /// The resource name.
    pub(crate) arn: String,
    /// The tags.
    pub(crate) tags: BTreeMap<String, String>,
}

/// A service whose resources have tags.
pub(crate) trait Tagged: Send + Sync {
    /// Every resource that can have tags, with or without any.
    fn resources(&self) -> Vec<Resource>;
}

/// The Tagging API of one sandbox.
pub(crate) struct Tagging {
    services: Vec<Arc<dyn Tagged>>,
}

impl Service for Tagging {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move {
            match call.operation.as_str() {
                "GetResources" => self.get_resources(call),
                _ => Err(call.unknown()),
            }
        })
    }
}

impl Tagging {
    /// The Tagging API over these services.
    pub(crate) fn new(services: Vec<Arc<dyn Tagged>>) -> Self {
        Self { services }
    }
}

impl fmt::Debug for Tagging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tagging").finish_non_exhaustive()
    }
}
