//! The hosts and Sentinels of a stage.

use policy::target::Backend;
use sandbox::hosts::Estate;
use workload::Site;

use crate::Stage;

impl Stage {
    /// Returns its hosts and Sentinels.
    ///
    /// # Panics
    /// Its Redis is not self-hosted.
    pub fn estate(&self) -> Estate {
        let (Site::Hosts(addresses), Backend::SelfHosted(settings)) = (&self.target.site, &self.target.target.backend)
        else {
            panic!("{:?} is not self-hosted", self.target.site)
        };
        let mut hosts = addresses.iter().map(|address| self.sandbox.hosts.host(*address).expect("the host exists"));
        let sentinels = settings.sentinel.iter().flat_map(|sentinel| &sentinel.nodes).map(|node| {
            let address = node.host.parse().expect("the settings have addresses of the sandbox");
            self.sandbox.hosts.sentinel(address).expect("the Sentinel exists")
        });
        Estate {
            primary: hosts.next().expect("there is a primary"),
            replicas: hosts.collect(),
            sentinels: sentinels.collect(),
            username: settings.username.clone(),
        }
    }
}
