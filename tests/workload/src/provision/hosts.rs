//! The `backend` of a settings document that describes hosts of the sandbox.

use policy::target::{self, Backend};
use sandbox::hosts::Estate;

/// Returns the `backend` of the settings document that describes these hosts.
pub fn self_hosted(estate: &Estate) -> Backend {
    let nodes = estate.nodes().map(|node| target::Host { host: node.address().to_string(), port: node.port() });
    let sentinel = estate.sentinels.first().map(|first| target::Sentinel {
        master_name: first.master_name().to_owned(),
        nodes: estate
            .sentinels
            .iter()
            .map(|node| target::SentinelNode { host: node.address().to_string(), port: node.port() })
            .collect(),
    });
    Backend::SelfHosted(target::Hosts {
        nodes: nodes.collect(),
        username: estate.username.clone(),
        tls: false,
        sentinel,
    })
}

#[cfg(test)]
mod tests {
    use policy::Target;
    use sandbox::{
        Options, Sandbox,
        hosts::{Plan, SetUp},
    };

    use super::self_hosted;

    #[tokio::test]
    async fn the_settings_that_describe_hosts_and_sentinels_are_accepted() {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let plan = Plan {
            replicas: 2,
            sentinels: 2,
            username: "app".to_owned(),
            ..Plan::new(SetUp::AclFile, &"password-one-0123456789".into())
        };
        let estate = sandbox.hosts.provision(plan).await.unwrap();
        let backend = serde_json::to_value(self_hosted(&estate)).unwrap();
        assert_eq!(backend["nodes"].as_array().unwrap().len(), 3);
        assert_eq!(backend["sentinel"]["nodes"][1]["port"], 26379);
        let document =
            serde_json::json!({ "name": "asterisk", "backend": backend, "secret": { "id": "asterisk/redis" } });
        assert_eq!(Target::parse(&document.to_string()).unwrap().backend, self_hosted(&estate));
        sandbox.stop().await.unwrap();
    }
}
