//! Clients and a watcher at work on a stage.

use workload::{
    load::{Load, LoadOptions, Watcher, WatcherOptions},
    upstash,
};

use crate::Stage;

/// Clients and a watcher at work on a stage.
#[derive(Debug)]
pub struct Audience {
    clients: Clients,
    watcher: Watcher,
}

#[derive(Debug)]
enum Clients {
    Redis(Load),
    Upstash(upstash::Load),
}

impl Audience {
    /// Starts clients of both kinds, and a watcher.
    ///
    /// # Panics
    /// They cannot log in.
    pub async fn of(stage: &Stage) -> Self {
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
    pub fn roll(&self) {
        match &self.clients {
            Clients::Redis(load) => load.roll(),
            Clients::Upstash(load) => load.roll(),
        }
    }

    /// Ends all of them, and checks that no command failed, no login was refused, and there were enough of both to tell.
    ///
    /// # Panics
    /// A command failed, or a login was refused.
    pub async fn was_served(self) {
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
        self.watcher.has_asked(21).await;
        let seen = self.watcher.stop().await;
        assert_eq!(seen.refused, 0, "{seen:?}");
        assert!(seen.logins > 20, "{seen:?}");
    }
}
