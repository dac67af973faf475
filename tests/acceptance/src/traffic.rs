//! Traffic on a stage: clients and a watcher.

use workload::{
    load::{Load, LoadOptions, Watcher, WatcherOptions, WatcherReport},
    upstash,
};

use crate::Stage;

/// Clients and a watcher, running on a stage.
#[derive(Debug)]
pub struct Traffic {
    clients: Clients,
    watcher: Watcher,
}

#[derive(Debug)]
enum Clients {
    Redis(Load),
    Upstash(upstash::Load),
}

impl Traffic {
    /// Starts clients of both kinds, and a watcher.
    ///
    /// # Panics
    /// They cannot log in.
    pub async fn start(stage: &Stage) -> Self {
        let target = stage.load_target();
        let clients = match target.site.database() {
            Some(_) => {
                let load = upstash::Load::start(&stage.sandbox, &stage.target).await;
                Clients::Upstash(load.expect("the clients log in"))
            }
            None => {
                let load = Load::start(target.clone(), LoadOptions::default()).await;
                Clients::Redis(load.expect("the clients log in"))
            }
        };
        let watcher = Watcher::start(target, WatcherOptions::default()).await.expect("the watcher logs in");
        Self { clients, watcher }
    }

    /// Restarts the clients, as a deployment does.
    pub fn restart(&self) {
        match &self.clients {
            Clients::Redis(load) => load.restart(),
            Clients::Upstash(load) => load.restart(),
        }
    }

    /// Stops the clients and the watcher, and checks that no command failed and no login was refused.
    ///
    /// # Panics
    /// A command failed, a login was refused, or there were too few of either to prove anything.
    pub async fn assert_served(self) {
        match self.clients {
            Clients::Redis(load) => {
                let stats = load.stop().await;
                assert_eq!(stats.failed, 0, "{stats:?}");
                assert!(stats.commands > 500, "{stats:?}");
                assert!(stats.restarts > 0, "{stats:?}");
            }
            Clients::Upstash(load) => {
                let stats = load.stop().await;
                assert_eq!((stats.failed, stats.refused), (0, 0), "{stats:?}");
                assert!(stats.commands > 100, "{stats:?}");
            }
        }
        let seen = stop_watcher(self.watcher).await;
        assert_eq!(seen.refused, 0, "{seen:?}");
    }
}

/// Stops a watcher and returns its counts.
///
/// # Panics
/// It logged in too rarely to prove anything.
pub async fn stop_watcher(watcher: Watcher) -> WatcherReport {
    let seen = watcher.stop_after_enough_logins().await;
    assert!(seen.has_enough_logins(), "{seen:?}");
    seen
}
