//! A local AWS and Upstash in memory: services, functions and simulated nodes without sockets, processes or files.
//!
//! It is for a simulation, which controls the time ([`crate::clock`]) and the random numbers ([`crate::chance`]).

mod http_client;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use aws_config::{SdkConfig, identity::IdentityCache};
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::{
    clock::Clock,
    delivery::{EventTiming, Events},
    faults::Faults,
    journal::Journal,
    lambda::Runner,
    redis::Fleet,
    server::Endpoint,
    services::{
        CloudMap, Ecs, ElastiCache, Lambda, S3, SecretsManager, Ssm, Sts, Tagging,
        ecs::{EcsTiming, Neighbours},
        elasticache::Timing,
        secrets_manager::RotationTiming,
    },
    upstash::Upstash,
    wire::Services,
};
use http_client::HttpClient;

/// The network latency, drawn for each request and for each response.
pub type Latency = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What can be set about an AWS in memory.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How rotations behave.
    pub rotation: RotationTiming,
    /// How ElastiCache behaves.
    pub elasticache: Timing,
    /// How ECS behaves.
    pub ecs: EcsTiming,
    /// How events behave.
    pub events: EventTiming,
}

/// Secrets Manager, Parameter Store, ElastiCache, ECS, Cloud Map, Lambda, EventBridge, Scheduler, SNS and STS, and
/// Upstash, in memory.
pub struct InMemory {
    /// The journal of calls.
    pub journal: Arc<Journal>,
    /// The faults to inject.
    pub faults: Arc<Faults>,
    /// The runner of functions.
    pub runner: Arc<Runner>,
    /// EventBridge, its schedules, and SNS.
    pub events: Events,
    /// Secrets Manager. Tests read its state directly.
    pub secrets_manager: Arc<SecretsManager>,
    /// Parameter Store. Tests read its state directly.
    pub ssm: Arc<Ssm>,
    /// The nodes of ElastiCache, of ECS and of Upstash's databases, without TLS.
    pub fleet: Arc<Fleet>,
    /// ElastiCache. Tests read its state directly.
    pub elasticache: Arc<ElastiCache>,
    /// ECS, whose containers are in memory. Tests read its state directly.
    pub ecs: Arc<Ecs>,
    /// Cloud Map. Tests read its state directly.
    pub cloud_map: Arc<CloudMap>,
    /// Lambda's API for functions that are consumers. Tests read its state directly.
    pub lambda: Arc<Lambda>,
    /// S3. Tests read its state directly.
    pub s3: Arc<S3>,
    /// Upstash. Its API is at its real URL.
    pub upstash: Arc<Upstash>,
    endpoint: Arc<Endpoint>,
    latency: Latency,
}

impl InMemory {
    /// Creates an AWS without resources. Its scheduler of ECS runs on the runtime of the caller.
    pub fn new(options: Options, latency: Latency) -> Self {
        let Options { rotation, elasticache, ecs, events } = options;
        let (journal, faults) = (Arc::new(Journal::default()), Arc::new(Faults::default()));
        let runner = Arc::new(Runner::new(faults.clone(), BTreeMap::new()));
        let events = Events::new(runner.clone(), events);
        let secrets_manager = Arc::new(SecretsManager::new(runner.clone(), events.clone(), rotation));
        let ssm = Arc::new(Ssm::new(events.clone()));
        let fleet = Arc::new(Fleet::in_memory(faults.clone(), journal.clone()));
        let s3 = Arc::new(S3::new("simulated"));
        let elasticache = Arc::new(ElastiCache::new(fleet.clone(), events.clone(), s3.clone(), elasticache));
        let cloud_map = Arc::new(CloudMap::new(fleet.clone()));
        let neighbours = Neighbours {
            secrets_manager: secrets_manager.clone(),
            ssm: ssm.clone(),
            cloud_map: cloud_map.clone(),
            events: events.clone(),
        };
        let ecs = Ecs::in_memory(fleet.clone(), neighbours, ecs, journal.clone());
        let lambda = Arc::new(Lambda::new(runner.clone(), events.clone()));
        let services = Services::new(vec![
            secrets_manager.clone(),
            ssm.clone(),
            elasticache.clone(),
            ecs.clone(),
            cloud_map.clone(),
            lambda.clone(),
            s3.clone(),
            events.eventbridge.clone(),
            events.scheduler.clone(),
            events.sns.clone(),
            Arc::new(Sts),
            Arc::new(Tagging::new(vec![elasticache.clone()])),
        ]);
        let upstash = Upstash::in_memory(fleet.clone(), faults.clone(), journal.clone());
        let endpoint = Arc::new(Endpoint { services, faults: faults.clone(), journal: journal.clone() });
        Self {
            journal,
            faults,
            runner,
            events,
            secrets_manager,
            ssm,
            fleet,
            elasticache,
            ecs,
            cloud_map,
            lambda,
            s3,
            upstash,
            endpoint,
            latency,
        }
    }

    /// Points a configuration to this AWS, for a caller with this access key id.
    pub fn configure(&self, config: SdkConfig, principal: &str) -> SdkConfig {
        let credentials = Credentials::new(principal, "simulated", None, None, "simulated");
        let http_client = HttpClient {
            endpoint: self.endpoint.clone(),
            upstash: self.upstash.clone(),
            latency: self.latency.clone(),
            caller: principal.to_owned(),
        };
        config
            .into_builder()
            .endpoint_url("http://127.0.0.1")
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            // The cache would be shared between worlds, and it uses random numbers.
            .identity_cache(IdentityCache::no_cache())
            .time_source(SharedTimeSource::new(Clock))
            .http_client(SharedHttpClient::new(http_client))
            .build()
    }

    /// Stops rotations, deliveries, invocations, containers and nodes.
    pub async fn stop(&self) {
        self.events.stop();
        self.secrets_manager.stop();
        self.runner.stop().await;
        self.ecs.stop().await;
        self.fleet.stop().await;
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").finish_non_exhaustive()
    }
}
