//! Serverless caches as XML.

use super::{Cache, View};
use crate::{
    services::elasticache::render::{endpoint_at, time},
    wire::Element,
};

/// One cache, as the answer to what creates, changes or deletes it.
pub(super) fn cache(cache: &Cache, view: &View) -> Element {
    Element::parent("ServerlessCache", members(cache, view))
}

/// The members of one cache, as this view of it shows it.
pub(super) fn members(cache: &Cache, view: &View) -> Vec<Element> {
    let list = |name: &str, item: &str, ids: &[String]| {
        Element::parent(name, ids.iter().map(|id| Element::text(item, id)).collect::<Vec<_>>())
    };
    let mut members = vec![
        Element::text("ServerlessCacheName", &cache.name),
        Element::text("Description", &cache.description),
        Element::text("CreateTime", time(cache.created)),
        Element::text("Status", view.status),
        Element::text("Engine", &cache.engine),
        Element::text("MajorEngineVersion", &cache.version),
        Element::text("FullEngineVersion", &cache.version),
        list("SecurityGroupIds", "SecurityGroupId", &cache.security_groups),
        list("SubnetIds", "SubnetId", &cache.subnets),
        Element::text("ARN", cache.arn()),
    ];
    members.extend(view.user_group.as_ref().map(|id| Element::text("UserGroupId", id)));
    if view.status != "creating" {
        let endpoints = [("Endpoint", &cache.shard.primary_endpoint), ("ReaderEndpoint", &cache.shard.reader_endpoint)];
        members.extend(endpoints.into_iter().filter_map(|(name, endpoint)| {
            let endpoint = endpoint.as_ref()?;
            Some(endpoint_at(name, endpoint.address, endpoint.port))
        }));
    }
    members
}
