//! What came of a demo.

use serde::Serialize;

use super::{RETIRE, ROTATE, SYNC};

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
    /// What its applications read at the end; `None` where the settings name no place.
    pub published: Option<PublishedReport>,
    /// What its clients met.
    pub clients: ClientsReport,
    /// What the watcher saw; nobody watches a REST API.
    pub watcher: Option<WatcherVerdict>,
    /// The version that AWSCURRENT was at first.
    pub version_before: String,
    /// The version that it is now.
    pub version_after: String,
    /// What its nodes accept at the end.
    pub doors: Doors,
}

/// What the nodes of a target accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Doors {
    /// How many nodes there are.
    pub nodes: usize,
    /// How many accept AWSCURRENT.
    pub current: usize,
    /// How many accept AWSPREVIOUS.
    pub previous: usize,
}

/// What the applications of a target read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublishedReport {
    /// In how many places.
    pub places: usize,
    /// Whether a login with what is published, and with nothing else, succeeded, and what is published is AWSCURRENT.
    pub current: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// What a function did to a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JobReport {
    /// The function.
    pub function: String,
    /// `done`: all is as it should be; `failed`, `waiting`, or `not-applicable`.
    pub outcome: String,
    /// Why it is not `done`, or why nothing had to be done.
    pub reason: Option<String>,
    /// Where it wrote what applications read.
    pub written: Vec<String>,
    /// Which ECS services it deployed anew.
    pub deployed: Vec<String>,
    /// Its AWS calls, each try counted; Redis connections are not.
    pub api_calls: usize,
    /// From `RotateSecret`, or from the first run, to its end.
    pub duration_ms: u64,
}

/// What clients met that read their parameters when they start, and never again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AtStartReport {
    /// Who started them anew: `sync-connection`, or the `demo` once that had published.
    pub restarted_by: String,
    /// Commands answered rightly.
    pub commands: u64,
    /// Those of them after retire-credential had run.
    pub commands_after_retirement: u64,
    /// Commands that got no right answer.
    pub failed: u64,
}

/// What the clients of a target met, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClientsReport {
    /// Commands answered rightly.
    pub commands: u64,
    /// Commands that got no right answer.
    pub failed: u64,
    /// Connections opened anew by those that have the secret.
    pub reconnects: u64,
    /// Those among them that read what is published, when they start, and never again.
    pub at_start: Option<AtStartReport>,
    /// The longest time in which a client that rereads the secret got no answer, where a gap is in the nature of it.
    pub gap_ms: Option<u64>,
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
        let clients = &self.clients;
        let watcher = self.watcher.as_ref();
        let mut sentences = Vec::new();
        for job in self.jobs.iter().filter(|job| !["done", "not-applicable"].contains(&job.outcome.as_str())) {
            let why = job.reason.as_deref().unwrap_or("it does not say why");
            sentences.push(format!("{name}: {} is {}: {why}", job.function, job.outcome));
        }
        for function in [ROTATE, SYNC, RETIRE] {
            if self.job(function).is_none() {
                sentences.push(format!("{name}: {function} did not run"));
            }
        }
        if let Some(published) = self.published.as_ref().filter(|published| !published.current) {
            let why = published.reason.as_deref().unwrap_or("it does not log in");
            sentences.push(format!("{name}: what is published does not follow AWSCURRENT: {why}"));
        }
        if self.version_before == self.version_after {
            sentences.push(format!("{name}: AWSCURRENT is the version it was"));
        }
        if clients.failed > 0 && !self.has_a_gap() {
            sentences.push(format!("{name}: {} of the clients' commands failed", clients.failed));
        }
        if clients.at_start.as_ref().is_some_and(|clients| clients.commands_after_retirement == 0) {
            sentences.push(format!("{name}: no client that reads its parameters at start was served at the end"));
        }
        if clients.commands == 0 || watcher.is_some_and(|watcher| watcher.logins == 0) {
            sentences.push(format!("{name}: no client was served, or the watcher saw nothing"));
        }
        if let Some(refused) = watcher.map(|watcher| watcher.violations).filter(|refused| *refused > 0) {
            sentences.push(format!("{name}: AWSCURRENT was refused {refused} times"));
        }
        let Doors { nodes, current, previous } = self.doors;
        if current < nodes {
            sentences.push(format!("{name}: only {current} of {nodes} nodes accept AWSCURRENT at the end"));
        }
        if previous > 0 {
            sentences.push(format!("{name}: {previous} of {nodes} nodes still accept AWSPREVIOUS at the end"));
        }
        sentences
    }

    /// Whether clients are refused for a while by the nature of it: a reset leaves no moment at which both are accepted,
    /// and so nothing to retire.
    pub(crate) fn has_a_gap(&self) -> bool {
        self.job(RETIRE).is_some_and(|job| job.outcome == "not-applicable")
    }

    /// What a function did to it.
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
            published: Some(PublishedReport { places: 2, current: true, reason: None }),
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
            watcher: Some(WatcherVerdict { logins: 512, violations: 0 }),
            version_before: "0a1b2c3d-0000".to_owned(),
            version_after: "9f8e7d6c-0000".to_owned(),
            doors: Doors { nodes: 4, current: 4, previous: 0 },
        }
    }

    #[test]
    fn each_thing_that_falls_short_is_said() {
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
            |target| target.watcher = Some(WatcherVerdict { logins: 512, violations: 1 }),
            |target| target.watcher = Some(WatcherVerdict { logins: 0, violations: 0 }),
            |target| target.doors.current = 3,
            |target| target.doors.previous = 1,
            |target| drop(target.jobs.pop()),
        ];
        for break_it in break_it {
            let mut target = good("one");
            break_it(&mut target);
            let report = Report::of(vec![target, good("two")]);
            assert!(!report.ok && report.fell_short.len() == 1, "{report:?}");
        }
    }

    #[test]
    fn a_reset_may_refuse_clients_for_a_while_and_has_nothing_to_retire() {
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
    fn the_document_has_the_keys_that_readers_rely_on() {
        let document = serde_json::to_value(Report::of(vec![good("one")])).unwrap();
        assert_eq!(document["ok"], true);
        let target = &document["targets"][0];
        assert_eq!(target["name"], "one");
        let job = serde_json::json!({
            "function": "rotate-auth", "outcome": "done", "reason": null, "written": [], "deployed": [],
            "api_calls": 41, "duration_ms": 5321
        });
        assert_eq!(target["jobs"][0], job);
        assert_eq!(target["published"], serde_json::json!({ "places": 2, "current": true, "reason": null }));
        let at_start = serde_json::json!({
            "restarted_by": "sync-connection", "commands": 210, "commands_after_retirement": 60, "failed": 0
        });
        assert_eq!(target["clients"]["at_start"], at_start);
        assert_eq!((&target["clients"]["commands"], &target["clients"]["failed"]), (&4210.into(), &0.into()));
    }
}
