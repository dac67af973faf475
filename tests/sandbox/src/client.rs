//! The configuration of AWS clients for a sandbox.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};

use crate::{Sandbox, services::REGION};

impl Sandbox {
    /// The configuration of an AWS client for this sandbox. It does not read the environment.
    pub fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(&self.endpoint_url)
            .region(Region::from_static(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }
}
