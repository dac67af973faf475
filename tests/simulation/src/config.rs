//! The configuration of the SDK, as the functions have it, read once a process.

use std::sync::OnceLock;

use aws_config::{Region, SdkConfig};
use aws_sdk_secretsmanager::config::Credentials;

/// The configuration that the functions load, but for credentials, clock and HTTP client, which belong to a world.
///
/// # Panics
/// No runtime can be built.
pub(crate) fn base() -> SdkConfig {
    static BASE: OnceLock<SdkConfig> = OnceLock::new();
    BASE.get_or_init(|| {
        let load = cloud::loader()
            .region(Region::new(sandbox::services::REGION))
            .credentials_provider(Credentials::new("nobody", "simulated", None, None, "simulated"))
            .load();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be built").block_on(load)
    })
    .clone()
}
