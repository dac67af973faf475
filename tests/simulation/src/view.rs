//! What is seen of a world at one moment: which credential is where.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use secrecy::ExposeSecret;

use crate::{
    elasticache,
    world::{NAME, PARAMETER, World},
};

/// The credentials of a world at one moment, by name: `k0` is the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// The credential with each label.
    pub(crate) labels: BTreeMap<String, String>,
    /// What each node accepts.
    pub(crate) accepted: BTreeMap<String, BTreeSet<String>>,
    /// What every node accepts once a change in progress has reached all of them, if a service is changing them.
    pub(crate) coming: Option<BTreeSet<String>>,
    /// The credential in the published parameter.
    pub(crate) published: Option<String>,
}

/// The names of credentials, in the order in which they were first seen.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<String>);

impl Names {
    /// The name of a credential.
    pub(crate) fn of(&mut self, credential: &str) -> String {
        let known = self.0.iter().position(|known| known == credential);
        let at = known.unwrap_or_else(|| {
            self.0.push(credential.to_owned());
            self.0.len() - 1
        });
        format!("k{at}")
    }

    /// Every credential, with its name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (String, &str)> {
        self.0.iter().enumerate().map(|(at, credential)| (format!("k{at}"), credential.as_str()))
    }
}

impl View {
    /// The view of a world now.
    pub(crate) fn of(world: &World) -> Self {
        let mut watch = world.watch();
        let names = &mut watch.names;
        let mut labels = BTreeMap::new();
        for (_, stages, value) in world.aws.secrets_manager.versions(NAME) {
            let credential = value.and_then(|value| world.credential(&value)).map(|credential| names.of(&credential));
            for stage in stages {
                labels.insert(stage, credential.clone().unwrap_or_else(|| "empty".to_owned()));
            }
        }
        let coming = elasticache::coming(world);
        let coming = coming.map(|all| all.iter().map(|credential| names.of(credential.expose_secret())).collect());
        let known: Vec<(String, &str)> = names.all().collect();
        let user = world.plan.estate.set_up.user();
        let accepted = world.nodes.values().map(|node| {
            let redis = node.redis();
            let accepted = known.iter().filter(|(_, credential)| redis.accepts(user, credential));
            (node.host.clone(), accepted.map(|(name, _)| name.clone()).collect())
        });
        let accepted = accepted.collect();
        let url = world.aws.ssm.value(PARAMETER);
        let published = url.map(|url| {
            let has = |(_, credential): &&(String, &str)| url.expose_secret().contains(credential);
            known.iter().find(has).map_or_else(|| "something else".to_owned(), |(name, _)| name.clone())
        });
        Self { labels, accepted, coming, published }
    }

    /// The credential with a label.
    pub(crate) fn with(&self, label: &str) -> Option<&str> {
        self.labels.get(label).map(String::as_str)
    }

    /// Whether every node accepts a credential, and goes on accepting it.
    pub(crate) fn is_accepted(&self, credential: &str) -> bool {
        self.each().all(|accepted| accepted.contains(credential))
    }

    /// Whether some node accepts a credential, or is about to.
    pub(crate) fn is_accepted_somewhere(&self, credential: &str) -> bool {
        self.each().any(|accepted| accepted.contains(credential))
    }

    /// What each node accepts now, and what all of them are about to accept.
    fn each(&self) -> impl Iterator<Item = &BTreeSet<String>> {
        self.accepted.values().chain(&self.coming)
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |label: &str| label.strip_prefix("AWS").unwrap_or(label).to_lowercase();
        let labels: Vec<_> = self.labels.iter().map(|(label, name)| format!("{} {name}", short(label))).collect();
        let list = |accepted: &BTreeSet<String>| accepted.iter().cloned().collect::<Vec<_>>().join("+");
        let nodes: Vec<_> = self.accepted.values().map(list).collect();
        write!(f, "{} | nodes {}", labels.join(", "), nodes.join(", "))?;
        if let Some(coming) = &self.coming {
            write!(f, " → {}", list(coming))?;
        }
        match &self.published {
            Some(published) => write!(f, " | published {published}"),
            None => Ok(()),
        }
    }
}
