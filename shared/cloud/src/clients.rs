//! The SDK clients of a function, each made when it is first used.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
    retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError};
use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{SharedHttpClient, SharedHttpConnector},
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef, dyn_dispatch_hint},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use policy::Failure;

use crate::connector::connector;

/// The time limit of one attempt of one call: far above the slowest answer of a control plane, far below the time that a
/// rotation step has.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

/// The time limit for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How often a call is attempted before its error counts.
const ATTEMPTS: u32 = 3;

/// Declares [`Clients`]: one field and one accessor for each service.
macro_rules! clients {
    ($($(#[doc = $doc:literal])+ $service:ident: $sdk:ident),+ $(,)?) => {
        /// One client per AWS service, shared by every invocation of a process.
        ///
        /// A client is made by the first call of its accessor, and a function that never calls an accessor does not link
        /// that service. All clients share the HTTP client of their configuration, and so its connections. Each has its own
        /// budget of retries, which other [`Clients`] do not use up.
        #[derive(Clone, Debug)]
        pub struct Clients {
            config: SdkConfig,
            calls: CallCount,
            credentials_found: OnceLock<()>,
            connector: OnceLock<SharedHttpConnector>,
            $($service: OnceLock<$sdk::Client>,)+
        }

        impl Clients {
            $(
                $(#[doc = $doc])+
                pub fn $service(&self) -> &$sdk::Client {
                    self.$service.get_or_init(|| {
                        let config = $sdk::config::Builder::from(&self.config)
                            .interceptor(self.calls.clone())
                            .retry_partition($sdk::config::retry::RetryPartition::custom(stringify!($service)).build());
                        $sdk::Client::from_conf(config.build())
                    })
                }
            )+
        }

        impl From<SdkConfig> for Clients {
            /// The clients of a configuration that is given: its HTTP client, credentials, region and time limits.
            fn from(config: SdkConfig) -> Self {
                Self {
                    config,
                    calls: CallCount::default(),
                    credentials_found: OnceLock::new(),
                    connector: OnceLock::new(),
                    $($service: OnceLock::new(),)+
                }
            }
        }
    };
}

clients! {
    /// Secrets Manager.
    secrets_manager: aws_sdk_secretsmanager,
    /// Systems Manager, for its Parameter Store.
    ssm: aws_sdk_ssm,
    /// ElastiCache.
    elasticache: aws_sdk_elasticache,
    /// ECS.
    ecs: aws_sdk_ecs,
    /// Cloud Map.
    cloud_map: aws_sdk_servicediscovery,
    /// Lambda.
    lambda: aws_sdk_lambda,
    /// S3.
    s3: aws_sdk_s3,
}

impl Clients {
    /// Makes the clients from the environment that Lambda sets.
    ///
    /// `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` send the calls elsewhere. Where the region and the credentials
    /// are not variables of the environment, the SDK's default chains find them.
    pub async fn load() -> Self {
        Self::from(from_environment(loader()).load().await)
    }

    /// Checks that there are credentials to sign requests with. Without them, each call would fail as if its connection had.
    ///
    /// # Errors
    /// Permanent, with the cause, if there are none, or the configuration of the environment is wrong. Any other error is
    /// left to the calls: it may pass with time.
    ///
    /// # Repeating
    /// Credentials that were found once are not looked for again.
    pub async fn check_credentials(&self) -> Result<(), Failure> {
        let Some(provider) = self.config.credentials_provider() else { return Ok(()) };
        if self.credentials_found.get().is_some() {
            return Ok(());
        }
        match provider.provide_credentials().await {
            Ok(_) => {
                self.credentials_found.get_or_init(|| ());
                Ok(())
            }
            Err(error @ (CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_))) => {
                Err(Failure::permanent("the function has no AWS credentials").because(error).with_next_step(
                    "Give the function a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in its environment",
                ))
            }
            Err(_) => Ok(()),
        }
    }

    /// The current time, by the clock that requests are signed with.
    pub fn now(&self) -> SystemTime {
        self.config.time_source().map_or_else(SystemTime::now, |clock| clock.now())
    }

    /// What sends requests to services other than AWS.
    pub(crate) fn connector(&self) -> &SharedHttpConnector {
        self.connector
            .get_or_init(|| connector(&self.config.http_client().unwrap_or_else(http_client), CONNECT_TIMEOUT))
    }

    /// How many requests these clients have sent to AWS so far; each attempt of a call counts.
    pub fn calls_sent(&self) -> usize {
        self.calls.0.load(Ordering::Relaxed)
    }
}

/// The configuration that all clients have in common, without region and credentials: the HTTP client, the time limits and the
/// retries.
pub fn loader() -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .build(),
        )
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
}

/// The HTTP client that all clients share. Like the SDK's own, it goes through the proxy of `HTTPS_PROXY`, `HTTP_PROXY` and
/// `NO_PROXY`, if they are set.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

/// Takes the region and the credentials from the variables that Lambda sets, without the chains that look elsewhere too.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
fn from_environment(loader: ConfigLoader) -> ConfigLoader {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let loader = match variable("AWS_REGION") {
        Some(region) => loader.region(Region::new(region)),
        None => loader,
    };
    match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        (Some(_), Some(_)) => loader.credentials_provider(EnvironmentVariableCredentialsProvider::new()),
        _ => loader,
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

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};

    use super::*;

    #[test]
    fn the_clock_of_the_configuration_is_the_clock_of_the_clients() {
        let moment = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let clock = SharedTimeSource::new(StaticTimeSource::new(moment));
        let clients = Clients::from(SdkConfig::builder().time_source(clock).build());
        assert_eq!(clients.now(), moment);
        assert!(Clients::from(SdkConfig::builder().build()).now() > moment - Duration::from_secs(3600 * 24 * 365 * 3));
    }
}
