//! What is seen of a world at one moment: which credential is where.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    consumer, elasticache, hosts,
    world::{NAME, PARAMETER, World},
};

/// The credentials of a world at one moment, by name: `k0` is the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// The credential with each label.
    pub(crate) labels: BTreeMap<String, String>,
    /// What each node accepts that the target has.
    pub(crate) accepted: BTreeMap<String, BTreeSet<String>>,
    /// What every other node accepts.
    pub(crate) others: BTreeMap<String, BTreeSet<String>>,
    /// What every node accepts once a change in progress has reached all of them, if a service is changing them.
    pub(crate) coming: Option<BTreeSet<String>>,
    /// The credential in the published parameter.
    pub(crate) published: Option<String>,
    /// The credentials that the consumer uses, and whether it uses them elsewhere.
    pub(crate) used: BTreeSet<(bool, String)>,
    /// Whether it is published for the host that the target can be moved to.
    pub(crate) published_elsewhere: bool,
    /// Whether the settings in effect name the host that the target can be moved to.
    pub(crate) moved: bool,
    /// The newest version of the settings.
    pub(crate) settings: i64,
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
        // A reset is seen before its token is in the secret.
        if let Some(token) = world.upstash.as_ref().and_then(|upstash| upstash.replaced(world.plan.estate.set_up)) {
            names.of(token.expose_secret());
        }
        let coming = elasticache::coming(world);
        let coming = coming.map(|all| all.iter().map(|credential| names.of(credential.expose_secret())).collect());
        let known: Vec<(String, &str)> = names.all().collect();
        let url = world.aws.ssm.value(PARAMETER);
        let read = |url: SecretString| {
            let url = url.expose_secret();
            let has = |(_, credential): &&(String, &str)| url.contains(credential);
            let elsewhere = url.contains(&format!("@{}:", hosts::OTHER));
            (elsewhere, known.iter().find(has).map_or_else(|| "something else".to_owned(), |(name, _)| name.clone()))
        };
        let (published_elsewhere, published) = url.map(read).unzip();
        let published_elsewhere = published_elsewhere.unwrap_or_default();
        let used = consumer::used(world).into_iter().map(read).collect();
        let settings = world.newest_settings().map(|(version, _)| version).unwrap_or_default();
        let in_effect = world.hosts_in_effect();
        let moved = in_effect.iter().any(|host| host == hosts::OTHER);
        let nodes = world.nodes().into_values().filter(|node| node.host != hosts::SENTINEL).map(|node| {
            let accepted = known.iter().filter(|(_, credential)| world.accepts(&node, credential));
            (node.host.clone(), accepted.map(|(name, _)| name.clone()).collect())
        });
        let (accepted, others) = nodes.partition(|(host, _)| in_effect.is_empty() || in_effect.contains(host));
        Self { labels, accepted, others, coming, published, used, published_elsewhere, moved, settings }
    }

    /// The credential with a label.
    pub(crate) fn with(&self, label: &str) -> Option<&str> {
        self.labels.get(label).map(String::as_str)
    }

    /// Whether what is published is accepted where it is published for.
    pub(crate) fn is_published_accepted(&self) -> bool {
        self.published.as_deref().is_none_or(|published| self.is_accepted_at(self.published_elsewhere, published))
    }

    /// Whether every node accepts a credential, and goes on accepting it.
    pub(crate) fn is_accepted(&self, credential: &str) -> bool {
        self.each().all(|accepted| accepted.contains(credential))
    }

    /// Whether the nodes of a place accept a credential, and go on accepting it: where the target was first, or is moved to.
    pub(crate) fn is_accepted_at(&self, moved: bool, credential: &str) -> bool {
        if moved == self.moved {
            return self.is_accepted(credential);
        }
        let there = self.others.iter().filter(|(host, _)| (*host == hosts::OTHER) == moved && *host != hosts::SPARE);
        there.into_iter().all(|(_, accepted)| accepted.contains(credential))
    }

    /// Whether some node accepts a credential, or is about to.
    pub(crate) fn is_accepted_somewhere(&self, credential: &str) -> bool {
        self.each().chain(self.others.values()).any(|accepted| accepted.contains(credential))
    }

    /// The credentials of AWSCURRENT and AWSPREVIOUS.
    pub(crate) fn current_and_previous(&self) -> [Option<String>; 2] {
        ["AWSCURRENT", "AWSPREVIOUS"].map(|label| self.with(label).map(str::to_owned))
    }

    /// The credentials without a label that some node of the target accepts or is about to accept, here or where it was before a move.
    pub(crate) fn without_a_label(&self) -> BTreeSet<String> {
        let labelled = |name: &&String| self.labels.values().any(|other| other == *name);
        let before = self.others.iter().filter(|(host, _)| ![hosts::OTHER, hosts::SPARE].contains(&host.as_str()));
        let accepted = self.each().chain(before.map(|(_, accepted)| accepted)).flatten();
        accepted.filter(|name| !labelled(name)).cloned().collect()
    }

    /// The credential that a rotation is about to make AWSCURRENT.
    pub(crate) fn rotates_to(&self) -> Option<&str> {
        let others = ["AWSCURRENT", "AWSPREVIOUS"].map(|label| self.with(label));
        self.with("AWSPENDING").filter(|pending| !others.contains(&Some(pending)))
    }

    /// What a credential is, by the most important of its labels.
    pub(crate) fn role(&self, credential: &str) -> &'static str {
        let labels = ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"];
        labels.into_iter().find(|label| self.with(label) == Some(credential)).unwrap_or("a credential without a label")
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
        let elsewhere = |elsewhere| if elsewhere { " elsewhere" } else { "" };
        if let Some(published) = &self.published {
            write!(f, " | published {published}{}", elsewhere(self.published_elsewhere))?;
        }
        let used: Vec<_> = self.used.iter().map(|(place, name)| format!("{name}{}", elsewhere(*place))).collect();
        match used.is_empty() {
            true => Ok(()),
            false => write!(f, " | used {}", used.join("+")),
        }
    }
}
