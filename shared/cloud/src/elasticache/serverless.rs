//! ElastiCache's serverless caches.

use aws_sdk_elasticache::Client;
use policy::Failure;

use super::{Node, address};
use crate::classify::classify;

/// Finds where a serverless cache takes connections, which are always over TLS: its endpoint, and its reader endpoint.
///
/// # Errors
/// Permanent if it does not exist; Retryable if it has no endpoint yet.
///
/// # Permissions
/// `elasticache:DescribeServerlessCaches`
pub async fn endpoints(client: &Client, name: &str) -> Result<Vec<Node>, Failure> {
    let doing = format!("describe the serverless cache {name}");
    let answer = client
        .describe_serverless_caches()
        .serverless_cache_name(name)
        .send()
        .await
        .map_err(|error| classify(&doing, &error))?;
    let cache = answer
        .serverless_caches
        .and_then(|caches| caches.into_iter().next())
        .ok_or_else(|| Failure::retryable(format!("cannot {doing}: the answer is empty")))?;
    let endpoint = cache.endpoint().and_then(address).ok_or_else(|| {
        Failure::retryable(format!("the serverless cache {name} has no endpoint yet; it is looked for again"))
    })?;
    let reader = cache.reader_endpoint().and_then(address);
    let endpoints = [Some((name.to_owned(), endpoint)), reader.map(|reader| (format!("{name} (reader)"), reader))];
    Ok(endpoints.into_iter().flatten().map(|(id, (host, port))| Node { id, host, port }).collect())
}
