//! SDK clients of a sandbox.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ssm::config::{Credentials, SharedCredentialsProvider};

use crate::{Sandbox, services::REGION};

impl Sandbox {
    /// The configuration of an SDK client that talks to this sandbox and to nothing else.
    pub fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.endpoint_url)
            .build()
    }
}
