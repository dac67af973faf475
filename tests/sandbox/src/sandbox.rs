//! A running sandbox.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    delivery::{EventTiming, Events},
    faults::Faults,
    hosts::Hosts,
    journal::Journal,
    lambda::Runner,
    redis::Fleet,
    server::{self, Endpoint},
    services::{
        CloudMap, Ecs, ElastiCache, Lambda, S3, SecretsManager, Ssm, Sts, Tagging,
        ecs::{EcsTiming, Neighbours},
        elasticache::Timing,
        secrets_manager::RotationTiming,
    },
    upstash::Upstash,
    wire::Services,
};

/// The options of a sandbox.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The TCP port of the AWS endpoint; 0 selects a free one.
    pub port: u16,
    /// The timing of rotations.
    pub rotation: RotationTiming,
    /// The timing of ElastiCache.
    pub elasticache: Timing,
    /// The timing of ECS.
    pub ecs: EcsTiming,
    /// The timing of events.
    pub events: EventTiming,
    /// The `redis-server` for tasks with an image `redis:8…`. By default, they run that of the nodes.
    pub redis_8: Option<&'static Path>,
}

impl Default for Options {
    /// Short times: a modification takes 2 s, where AWS takes minutes.
    fn default() -> Self {
        Self {
            port: 0,
            rotation: RotationTiming::new(5, Duration::from_millis(500)),
            elasticache: Timing {
                create: Duration::from_millis(500),
                modify: Duration::from_secs(2),
                spread: Duration::from_millis(200),
                snapshot: Duration::from_secs(2),
                stale: Duration::from_millis(300),
                stale_users: Duration::ZERO,
            },
            ecs: EcsTiming::default(),
            events: EventTiming::default(),
            redis_8: None,
        }
    }
}

/// A running sandbox. Call [`Sandbox::stop`] to end its processes.
#[derive(Debug)]
pub struct Sandbox {
    /// The URL of the AWS endpoint.
    pub endpoint_url: String,
    /// The journal of calls.
    pub journal: Arc<Journal>,
    /// The faults to inject.
    pub faults: Arc<Faults>,
    /// The runner of functions.
    pub runner: Arc<Runner>,
    /// EventBridge, its schedules, and SNS.
    pub events: Events,
    /// The Redis processes.
    pub fleet: Arc<Fleet>,
    /// The hosts with self-managed Redis.
    pub hosts: Arc<Hosts>,
    /// Secrets Manager. Tests read its state directly.
    pub secrets_manager: Arc<SecretsManager>,
    /// ElastiCache. Tests read its state directly.
    pub elasticache: Arc<ElastiCache>,
    /// Parameter Store. Tests read its state directly.
    pub ssm: Arc<Ssm>,
    /// ECS. Tests read its state directly.
    pub ecs: Arc<Ecs>,
    /// Cloud Map. Tests read its state directly.
    pub cloud_map: Arc<CloudMap>,
    /// Lambda's API for functions that are consumers. Tests read its state directly.
    pub lambda: Arc<Lambda>,
    /// S3. Tests read its state directly.
    pub s3: Arc<S3>,
    /// Upstash. Tests read its state directly.
    pub upstash: Arc<Upstash>,
    authority_file: PathBuf,
    listener: JoinHandle<()>,
    home: TempDir,
}

impl Sandbox {
    /// Starts an empty sandbox.
    ///
    /// # Errors
    /// The port is in use, or `redis-server` cannot be run.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let home = tempfile::Builder::new().prefix("redis-lifecycle-").tempdir()?;
        let listener = TcpListener::bind(("127.0.0.1", options.port))
            .await
            .with_context(|| format!("cannot listen on port {}; choose another, or 0 for a free one", options.port))?;
        let endpoint_url = format!("http://{}", listener.local_addr()?);
        let journal = Arc::new(Journal::default());
        let faults = Arc::new(Faults::default());
        let fleet = Arc::new(Fleet::new(home.path(), faults.clone(), journal.clone())?);
        let hosts = Arc::new(Hosts::new(home.path(), fleet.clone())?);
        let authority_file = home.path().join("authority.pem");
        std::fs::write(&authority_file, fleet.authority_pem())?;
        let upstash = Upstash::start(fleet.clone(), faults.clone(), journal.clone()).await?;
        let variables = environment(&endpoint_url, &upstash.api_url(), &authority_file);
        let runner = Arc::new(Runner::new(faults.clone(), variables));
        let events = Events::new(runner.clone(), options.events);
        let secrets_manager = Arc::new(SecretsManager::new(runner.clone(), events.clone(), options.rotation));
        let s3 = Arc::new(S3::new("sandbox"));
        let elasticache = Arc::new(ElastiCache::new(fleet.clone(), events.clone(), s3.clone(), options.elasticache));
        let ssm = Arc::new(Ssm::new(events.clone()));
        let cloud_map = Arc::new(CloudMap::new(fleet.clone()));
        let lambda = Arc::new(Lambda::new(runner.clone(), events.clone()));
        let neighbours = Neighbours {
            secrets_manager: secrets_manager.clone(),
            ssm: ssm.clone(),
            cloud_map: cloud_map.clone(),
            events: events.clone(),
        };
        let ecs = Ecs::start(home.path(), fleet.clone(), neighbours, options.ecs, options.redis_8)?;
        // Add new services here.
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
        let endpoint = Arc::new(Endpoint { services, faults: faults.clone(), journal: journal.clone() });
        let listener = tokio::spawn(async move {
            // Returns only if the listener fails. Connections are refused then.
            let _ = server::serve(endpoint, listener).await;
        });
        Ok(Self {
            endpoint_url,
            journal,
            faults,
            runner,
            events,
            fleet,
            hosts,
            secrets_manager,
            elasticache,
            ssm,
            ecs,
            cloud_map,
            lambda,
            s3,
            upstash,
            authority_file,
            listener,
            home,
        })
    }

    /// The environment variables that point clients of AWS, Redis and Upstash to this sandbox.
    pub fn environment(&self) -> BTreeMap<String, String> {
        environment(&self.endpoint_url, &self.upstash.api_url(), &self.authority_file)
    }

    /// Stops every process, waits for it, and removes all files.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.listener.abort();
        self.events.stop();
        self.secrets_manager.stop();
        self.runner.stop().await;
        self.ecs.stop().await;
        self.hosts.stop().await;
        self.upstash.stop();
        self.fleet.stop().await;
        self.home.close()?;
        Ok(())
    }
}

fn environment(
    endpoint_url: &str,
    upstash_api_url: &str,
    authority_file: &std::path::Path,
) -> BTreeMap<String, String> {
    [
        ("AWS_ENDPOINT_URL", endpoint_url.to_owned()),
        ("AWS_REGION", crate::services::REGION.to_owned()),
        ("AWS_DEFAULT_REGION", crate::services::REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "sandbox".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "sandbox".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("UPSTASH_API_URL", upstash_api_url.to_owned()),
        ("SSL_CERT_FILE", authority_file.display().to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
