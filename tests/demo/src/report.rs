//! The result of a demo.

use serde::Serialize;

use super::{RETIRE, ROTATE, SYNC};

/// The result of a demo; `--json` writes exactly this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Whether the demo passed.
    pub ok: bool,
    /// Why it failed, in sentences.
    pub failures: Vec<String>,
    /// The targets.
    pub targets: Vec<TargetReport>,
}

/// The result of one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TargetReport {
    /// Its name.
    pub name: String,
    /// What the functions did.
    pub jobs: Vec<JobReport>,
    /// What applications read at the end; `None` if the settings have no outputs.
    pub published: Option<PublishedReport>,
    /// The counts of its clients.
    pub clients: ClientsReport,
    /// The counts of the watcher; `None` for a REST API.
    pub watcher: Option<WatcherReport>,
    /// The version with AWSCURRENT before the rotation.
    pub version_before: String,
    /// The version with AWSCURRENT at the end.
    pub version_after: String,
    /// How many of its nodes accept which credential at the end.
    pub nodes: NodesReport,
}

/// How many nodes of a target accept which credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NodesReport {
    /// All nodes.
    pub total: usize,
    /// Nodes that accept AWSCURRENT.
    pub current: usize,
    /// Nodes that accept AWSPREVIOUS.
    pub previous: usize,
}

/// What the applications of a target read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublishedReport {
    /// The number of outputs.
    pub outputs: usize,
    /// Whether a login with only what is published succeeded, with the credential in AWSCURRENT.
    pub current: bool,
    /// Why it did not.
    pub reason: Option<String>,
}

/// What a function did to a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JobReport {
    /// The function.
    pub function: String,
    /// `done`, `failed`, `waiting`, or `not-applicable`.
    pub outcome: String,
    /// Why it is not `done`, or why there was nothing to do.
    pub reason: Option<String>,
    /// The outputs that it wrote.
    pub written: Vec<String>,
    /// The ECS services that it redeployed.
    pub deployed: Vec<String>,
    /// Its AWS calls, including retries; Redis connections are not counted.
    pub api_calls: usize,
    /// Milliseconds from `RotateSecret`, or from the first run, to the end.
    pub duration_ms: u64,
}

/// The counts of clients that read their parameters only at startup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AtStartReport {
    /// What restarted them: `sync-connection`, or the `demo` after the publication.
    pub restarted_by: String,
    /// Commands with the correct answer.
    pub commands: u64,
    /// Those after the retirement.
    pub commands_after_retirement: u64,
    /// Commands without a correct answer.
    pub failed: u64,
}

/// The counts of all clients of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClientsReport {
    /// Commands with the correct answer.
    pub commands: u64,
    /// Commands without a correct answer.
    pub failed: u64,
    /// Reconnects of clients that read the secret.
    pub reconnects: u64,
    /// The counts of those that read their parameters only at startup.
    pub at_start: Option<AtStartReport>,
    /// The longest time, in milliseconds, in which a client of a REST API that rereads the secret got no correct answer.
    pub gap_ms: Option<u64>,
    /// The first failures, without any value that was sent.
    pub first_failures: Vec<String>,
}

/// The counts of a watcher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WatcherReport {
    /// Successful logins with AWSCURRENT.
    pub logins: u64,
    /// Refused logins with AWSCURRENT.
    pub refused: u64,
}

impl Report {
    /// Decides whether the demo passed.
    pub(crate) fn of(targets: Vec<TargetReport>) -> Self {
        let failures: Vec<_> = targets.iter().flat_map(TargetReport::failures).collect();
        Self { ok: failures.is_empty(), failures, targets }
    }
}

impl TargetReport {
    /// Returns why the target failed, in sentences; none if it passed.
    fn failures(&self) -> Vec<String> {
        let name = &self.name;
        let clients = &self.clients;
        let watcher = self.watcher.as_ref();
        let mut sentences = Vec::new();
        for job in self.jobs.iter().filter(|job| !["done", "not-applicable"].contains(&job.outcome.as_str())) {
            let why = job.reason.as_deref().unwrap_or("no reason was returned");
            let ended = if job.outcome == "waiting" { "is still waiting" } else { "failed" };
            sentences.push(format!("{name}: {} {ended}: {why}", job.function));
        }
        for function in [ROTATE, SYNC, RETIRE] {
            if self.job(function).is_none() {
                sentences.push(format!("{name}: {function} did not run"));
            }
        }
        if let Some(published) = self.published.as_ref().filter(|published| !published.current) {
            let why = published.reason.as_deref().unwrap_or("the login failed");
            sentences.push(format!("{name}: the published parameters do not match AWSCURRENT: {why}"));
        }
        if self.version_before == self.version_after {
            sentences.push(format!("{name}: AWSCURRENT did not move to another version"));
        }
        if clients.failed > 0 && !self.has_a_gap() {
            sentences.push(format!("{name}: {} client commands failed", clients.failed));
        }
        if clients.at_start.as_ref().is_some_and(|clients| clients.commands_after_retirement == 0) {
            sentences
                .push(format!("{name}: after the retirement, no command succeeded with parameters read at startup"));
        }
        if clients.commands == 0 || watcher.is_some_and(|watcher| watcher.logins == 0) {
            sentences.push(format!("{name}: no client command succeeded, or no login of the watcher"));
        }
        if let Some(refused) = watcher.map(|watcher| watcher.refused).filter(|refused| *refused > 0) {
            sentences.push(format!("{name}: {refused} logins with AWSCURRENT were refused"));
        }
        let NodesReport { total, current, previous } = self.nodes;
        if current < total {
            sentences.push(format!("{name}: only {current} of {total} nodes accept AWSCURRENT at the end"));
        }
        if previous > 0 {
            sentences.push(format!("{name}: {previous} of {total} nodes still accept AWSPREVIOUS at the end"));
        }
        sentences
    }

    /// Whether refused clients are expected: a reset has no overlap, and so nothing to retire.
    pub(crate) fn has_a_gap(&self) -> bool {
        self.job(RETIRE).is_some_and(|job| job.outcome == "not-applicable")
    }

    /// Returns what a function did.
    pub fn job(&self, function: &str) -> Option<&JobReport> {
        self.jobs.iter().find(|job| job.function == function)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn good(name: &str) -> TargetReport {
        TargetReport {
            name: name.to_owned(),
            jobs: [ROTATE, SYNC, RETIRE]
                .map(|function| JobReport {
                    function: function.to_owned(),
                    outcome: "done".to_owned(),
                    api_calls: 41,
                    duration_ms: 5321,
                    ..JobReport::default()
                })
                .to_vec(),
            published: Some(PublishedReport { outputs: 2, current: true, reason: None }),
            clients: ClientsReport {
                commands: 4210,
                failed: 0,
                reconnects: 140,
                at_start: Some(AtStartReport {
                    restarted_by: SYNC.to_owned(),
                    commands: 210,
                    commands_after_retirement: 60,
                    failed: 0,
                }),
                gap_ms: None,
                first_failures: Vec::new(),
            },
            watcher: Some(WatcherReport { logins: 512, refused: 0 }),
            version_before: "0a1b2c3d-0000".to_owned(),
            version_after: "9f8e7d6c-0000".to_owned(),
            nodes: NodesReport { total: 4, current: 4, previous: 0 },
        }
    }

    #[test]
    fn each_failure_has_a_sentence() {
        assert!(Report::of(vec![good("one"), good("two")]).ok);
        let break_it: [fn(&mut TargetReport); 13] = [
            |target| target.jobs[0].outcome = "failed".to_owned(),
            |target| target.jobs[1].outcome = "waiting".to_owned(),
            |target| drop(target.jobs.remove(1)),
            |target| target.published.as_mut().unwrap().current = false,
            |target| target.clients.at_start.as_mut().unwrap().commands_after_retirement = 0,
            |target| target.version_after = target.version_before.clone(),
            |target| target.clients.failed = 1,
            |target| target.clients.commands = 0,
            |target| target.watcher = Some(WatcherReport { logins: 512, refused: 1 }),
            |target| target.watcher = Some(WatcherReport { logins: 0, refused: 0 }),
            |target| target.nodes.current = 3,
            |target| target.nodes.previous = 1,
            |target| drop(target.jobs.pop()),
        ];
        for break_it in break_it {
            let mut target = good("one");
            break_it(&mut target);
            let report = Report::of(vec![target, good("two")]);
            assert!(!report.ok && report.failures.len() == 1, "{report:?}");
        }
    }

    #[test]
    fn a_reset_may_refuse_clients_and_has_nothing_to_retire() {
        let mut target = good("one");
        target.clients.failed = 3;
        target.jobs[2].outcome = "not-applicable".to_owned();
        assert!(Report::of(vec![target]).ok);
    }

    #[test]
    fn a_target_without_outputs_has_nothing_to_publish_and_no_gap() {
        let mut target = good("one");
        (target.published, target.clients.at_start) = (None, None);
        target.jobs[1].outcome = "not-applicable".to_owned();
        assert!(Report::of(vec![target.clone()]).ok && !target.has_a_gap());
        target.clients.failed = 1;
        assert!(!Report::of(vec![target]).ok);
    }

    #[test]
    fn the_json_report_has_the_keys_that_readers_rely_on() {
        let document = serde_json::to_value(Report::of(vec![good("one")])).unwrap();
        assert_eq!(document["ok"], true);
        let target = &document["targets"][0];
        assert_eq!(target["name"], "one");
        let job = serde_json::json!({
            "function": "rotate-auth", "outcome": "done", "reason": null, "written": [], "deployed": [],
            "api_calls": 41, "duration_ms": 5321
        });
        assert_eq!(target["jobs"][0], job);
        assert_eq!(target["published"], serde_json::json!({ "outputs": 2, "current": true, "reason": null }));
        let at_start = serde_json::json!({
            "restarted_by": "sync-connection", "commands": 210, "commands_after_retirement": 60, "failed": 0
        });
        assert_eq!(target["clients"]["at_start"], at_start);
        assert_eq!((&target["clients"]["commands"], &target["clients"]["failed"]), (&4210.into(), &0.into()));
    }
}
