//! A connector of the SDK's HTTP client, for requests that no client of a service makes.

use std::time::Duration;

use aws_smithy_runtime::client::{
    auth::no_auth::{NO_AUTH_SCHEME_ID, NoAuthScheme},
    identity::{IdentityCache, no_auth::NoAuthIdentityResolver},
    orchestrator::endpoints::StaticUriEndpointResolver,
    retries::strategy::NeverRetryStrategy,
};
use aws_smithy_runtime_api::client::{
    auth::static_resolver::StaticAuthSchemeOptionResolver,
    http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
    runtime_components::{BuildError, RuntimeComponents},
};

/// The connector of an HTTP client. Connectors with the same time limit share their connections.
pub(crate) fn connector(client: &SharedHttpClient, connect_timeout: Duration) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(connect_timeout).build();
    client.http_connector(&settings, &components().expect("no component is missing"))
}

/// The components of a client that signs nothing and never tries again. An HTTP client asks for them, and uses few.
fn components() -> Result<RuntimeComponents, BuildError> {
    RuntimeComponents::builder("http")
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![NO_AUTH_SCHEME_ID])))
        .with_auth_scheme(NoAuthScheme::new())
        .with_identity_cache(Some(IdentityCache::no_cache()))
        .with_identity_resolver(NO_AUTH_SCHEME_ID, NoAuthIdentityResolver::new())
        .with_endpoint_resolver(Some(StaticUriEndpointResolver::uri("https://localhost")))
        .with_retry_strategy(Some(NeverRetryStrategy::new()))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_components_are_complete() {
        assert!(components().is_ok());
    }
}
