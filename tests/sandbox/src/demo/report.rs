//! What came of a demo.

use serde::Serialize;

/// What came of a demo; `--json` writes exactly this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Whether everything held.
    pub ok: bool,
    /// What did not, in sentences.
    pub fell_short: Vec<String>,
    /// The targets.
    pub targets: Vec<TargetReport>,
}

/// What came of one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TargetReport {
    /// Its name.
    pub name: String,
    /// What functions did to it.
    pub jobs: Vec<JobReport>,
    /// What its clients met.
    pub clients: ClientsReport,
    /// What the watcher saw.
    pub watcher: WatcherVerdict,
    /// The version that AWSCURRENT was at first.
    pub version_before: String,
    /// The version that it is now.
    pub version_after: String,
    /// Nodes that accept AWSCURRENT at the end.
    pub nodes_accepting: usize,
    /// All its nodes.
    pub nodes: usize,
}

/// What a function did to a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JobReport {
    /// The function.
    pub function: String,
    /// `done` or `failed`.
    pub outcome: String,
    /// Its AWS calls, each try counted; Redis connections are not.
    pub api_calls: usize,
    /// From `RotateSecret` to its end.
    pub duration_ms: u64,
}

/// What the clients of a target met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClientsReport {
    /// Commands answered rightly.
    pub commands: u64,
    /// Commands that got no right answer.
    pub failed: u64,
    /// Connections opened anew.
    pub reconnects: u64,
    /// The first failures, without any value.
    pub first_failures: Vec<String>,
}

/// What a watcher saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WatcherVerdict {
    /// Logins with AWSCURRENT that succeeded.
    pub logins: u64,
    /// Logins with AWSCURRENT that were refused.
    pub violations: u64,
}

impl Report {
    /// Judges the targets.
    pub(crate) fn of(targets: Vec<TargetReport>) -> Self {
        let fell_short: Vec<_> = targets.iter().flat_map(TargetReport::fell_short).collect();
        Self { ok: fell_short.is_empty(), fell_short, targets }
    }
}

impl TargetReport {
    /// What did not hold.
    fn fell_short(&self) -> Vec<String> {
        let name = &self.name;
        let (clients, watcher) = (&self.clients, &self.watcher);
        let mut sentences = Vec::new();
        for job in self.jobs.iter().filter(|job| job.outcome != "done") {
            sentences.push(format!("{name}: {} did not succeed", job.function));
        }
        if self.version_before == self.version_after {
            sentences.push(format!("{name}: AWSCURRENT is the version it was"));
        }
        if clients.failed > 0 {
            sentences.push(format!("{name}: {} of the clients' commands failed", clients.failed));
        }
        if clients.commands == 0 || watcher.logins == 0 {
            sentences.push(format!("{name}: no client was served, or the watcher saw nothing"));
        }
        if watcher.violations > 0 {
            sentences.push(format!("{name}: AWSCURRENT was refused {} times", watcher.violations));
        }
        if self.nodes_accepting < self.nodes {
            let (accepting, nodes) = (self.nodes_accepting, self.nodes);
            sentences.push(format!("{name}: only {accepting} of {nodes} nodes accept AWSCURRENT at the end"));
        }
        sentences
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn good(name: &str) -> TargetReport {
        TargetReport {
            name: name.to_owned(),
            jobs: vec![JobReport {
                function: "rotate-auth".to_owned(),
                outcome: "done".to_owned(),
                api_calls: 41,
                duration_ms: 5321,
            }],
            clients: ClientsReport { commands: 4210, failed: 0, reconnects: 140, first_failures: Vec::new() },
            watcher: WatcherVerdict { logins: 512, violations: 0 },
            version_before: "0a1b2c3d-0000".to_owned(),
            version_after: "9f8e7d6c-0000".to_owned(),
            nodes_accepting: 4,
            nodes: 4,
        }
    }

    #[test]
    fn each_thing_that_falls_short_is_said() {
        assert!(Report::of(vec![good("one"), good("two")]).ok);
        let break_it: [fn(&mut TargetReport); 7] = [
            |target| target.jobs[0].outcome = "failed".to_owned(),
            |target| target.version_after = target.version_before.clone(),
            |target| target.clients.failed = 1,
            |target| target.clients.commands = 0,
            |target| target.watcher.violations = 1,
            |target| target.watcher.logins = 0,
            |target| target.nodes_accepting = 3,
        ];
        for break_it in break_it {
            let mut target = good("one");
            break_it(&mut target);
            let report = Report::of(vec![target, good("two")]);
            assert!(!report.ok && report.fell_short.len() == 1, "{report:?}");
        }
    }

    #[test]
    fn the_document_has_the_keys_that_readers_rely_on() {
        let document = serde_json::to_value(Report::of(vec![good("one")])).unwrap();
        assert_eq!(document["ok"], true);
        let target = &document["targets"][0];
        assert_eq!(target["name"], "one");
        let job = serde_json::json!({
            "function": "rotate-auth", "outcome": "done", "api_calls": 41, "duration_ms": 5321
        });
        assert_eq!(target["jobs"][0], job);
        assert_eq!((&target["clients"]["commands"], &target["clients"]["failed"]), (&4210.into(), &0.into()));
    }
}
