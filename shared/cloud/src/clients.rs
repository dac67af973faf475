//! The SDK clients a function holds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_config::{BehaviorVersion, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef, dyn_dispatch_hint},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

/// How long one try of one call may take before it counts as lost: far above the slowest answer a control plane gives,
/// far below the time a rotation step has.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How often a call is tried before its error counts.
const ATTEMPTS: u32 = 3;

/// One client per AWS service; made once per process and shared by every invocation.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Secrets Manager.
    pub secrets_manager: aws_sdk_secretsmanager::Client,
    /// Systems Manager, for its Parameter Store.
    pub ssm: aws_sdk_ssm::Client,
    /// ElastiCache.
    pub elasticache: aws_sdk_elasticache::Client,
    /// ECS.
    pub ecs: aws_sdk_ecs::Client,
    /// Cloud Map.
    pub cloud_map: aws_sdk_servicediscovery::Client,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    calls: CallCount,
}

impl Clients {
    /// Makes the clients from the environment that Lambda sets. `AWS_ENDPOINT_URL` points them elsewhere.
    pub async fn load() -> Self {
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                    .build(),
            )
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .load()
            .await;
        let calls = CallCount::default();
        let secrets_manager = aws_sdk_secretsmanager::config::Builder::from(&config).interceptor(calls.clone()).build();
        let ssm = aws_sdk_ssm::config::Builder::from(&config).interceptor(calls.clone()).build();
        let elasticache = aws_sdk_elasticache::config::Builder::from(&config).interceptor(calls.clone()).build();
        let ecs = aws_sdk_ecs::config::Builder::from(&config).interceptor(calls.clone()).build();
        let cloud_map = aws_sdk_servicediscovery::config::Builder::from(&config).interceptor(calls.clone()).build();
        let lambda = aws_sdk_lambda::config::Builder::from(&config).interceptor(calls.clone()).build();
        Self {
            secrets_manager: aws_sdk_secretsmanager::Client::from_conf(secrets_manager),
            ssm: aws_sdk_ssm::Client::from_conf(ssm),
            elasticache: aws_sdk_elasticache::Client::from_conf(elasticache),
            ecs: aws_sdk_ecs::Client::from_conf(ecs),
            cloud_map: aws_sdk_servicediscovery::Client::from_conf(cloud_map),
            lambda: aws_sdk_lambda::Client::from_conf(lambda),
            calls,
        }
    }

    /// How many calls these clients have sent so far, each try counted.
    pub fn calls_sent(&self) -> usize {
        self.calls.0.load(Ordering::Relaxed)
    }
}

/// Counts the requests that leave.
#[derive(Clone, Debug, Default)]
struct CallCount(Arc<AtomicUsize>);

#[dyn_dispatch_hint]
impl Intercept for CallCount {
    fn name(&self) -> &'static str {
        "CallCount"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
