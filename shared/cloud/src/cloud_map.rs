//! Cloud Map: what is registered under a name.

use aws_sdk_servicediscovery::Client;
use policy::Failure;

use crate::classify::classify;

/// The attribute that an A record is made of.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html>
const ADDRESS: &str = "AWS_INSTANCE_IPV4";

/// Lists the IPv4 addresses that a service has registered, healthy or not.
///
/// # Errors
/// Permanent if the service does not exist.
///
/// # Permissions
/// `servicediscovery:ListInstances`
pub async fn addresses(client: &Client, service_id: &str) -> Result<Vec<String>, Failure> {
    let doing = format!("list the instances of the Cloud Map service {service_id}");
    let mut pages = client.list_instances().service_id(service_id).into_paginator().send();
    let mut addresses = Vec::new();
    while let Some(page) = pages.next().await.transpose().map_err(|error| classify(&doing, &error))? {
        let instances = page.instances.unwrap_or_default().into_iter();
        addresses.extend(instances.filter_map(|instance| instance.attributes?.remove(ADDRESS)));
    }
    Ok(addresses)
}
