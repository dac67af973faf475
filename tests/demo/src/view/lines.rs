//! The progress of the demo as plain lines, for a log or a pipe: one for each change.

use super::thousands;
use crate::progress::{Phase, Progress, STEPS, StepProgress, StepState, TargetProgress};

/// Turns progress into lines, one for each change.
#[derive(Debug, Default)]
pub struct Lines {
    before: Progress,
    begun: bool,
}

impl Lines {
    /// Returns the lines for what has changed since the last call.
    pub fn since(&mut self, now: &Progress) -> Vec<String> {
        let mut lines = Vec::new();
        let at = format!("[{:5.1} s]", now.elapsed.as_secs_f64());
        if !self.begun && now.server.is_empty() {
            return lines;
        }
        if !self.begun {
            lines.push(super::frame::headline(now, super::Paint { colours: false }).trim_start().to_owned());
        }
        if !self.begun || now.phase != self.before.phase {
            lines.push(format!("{at} {}", now.phase.words()));
        }
        for (nth, target) in now.targets.iter().enumerate() {
            let nothing = TargetProgress::default();
            let before = self.before.targets.get(nth).unwrap_or(&nothing);
            lines.extend(changes(before, target).into_iter().map(|line| format!("{at} {:<30} {line}", target.name)));
            if now.phase != self.before.phase && now.phase != Phase::Creating {
                lines.push(format!("{at} {:<30} {}", target.name, counts(target)));
            }
        }
        self.before = now.clone();
        self.begun = true;
        lines
    }
}

fn changes(before: &TargetProgress, now: &TargetProgress) -> Vec<String> {
    let mut lines = Vec::new();
    if before.name != now.name {
        lines.push(now.shape.clone());
    }
    for ((name, was), is) in STEPS.iter().zip(&before.steps).zip(&now.steps) {
        if was.state != is.state || was.tries != is.tries || (is.says != was.says && is.state == StepState::Running) {
            lines.extend(step(name, is));
        }
    }
    if before.failed == 0 && now.failed > 0 {
        lines.push(format!("{} client commands failed", now.failed));
    }
    if before.refused == 0 && now.refused > 0 {
        lines.push(format!("{} logins with AWSCURRENT were refused", now.refused));
    }
    lines
}

fn step(name: &str, step: &StepProgress) -> Option<String> {
    let took = format!("in {:.1} s", step.took.as_secs_f64());
    match step.state {
        StepState::Pending => None,
        StepState::Running => Some(format!("{name:<13} {}", step.says)),
        StepState::Done => Some(format!("{name:<13} done {took}: {}", step.says)),
        StepState::Failed => Some(format!("{name:<13} FAILED {took}: {}", step.says)),
    }
}

fn counts(target: &TargetProgress) -> String {
    format!(
        "clients: {} served ({} with parameters read at startup), {} failed; watcher: {} logins, {} refused",
        thousands(target.commands),
        thousands(target.at_start),
        thousands(target.failed),
        thousands(target.logins),
        thousands(target.refused)
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_change_is_one_line_and_no_change_is_none() {
        let mut lines = Lines::default();
        let mut now = Progress { server: "Redis 7.0.15".to_owned(), ..Progress::default() };
        now.targets = vec![TargetProgress { name: "koneksi-prod".to_owned(), ..TargetProgress::default() }];
        assert_eq!(lines.since(&now).len(), 3);
        assert_eq!(lines.since(&now), Vec::<String>::new());
        now.targets[0].steps[1] =
            StepProgress { state: StepState::Running, says: "asks".to_owned(), ..StepProgress::default() };
        now.elapsed = Duration::from_millis(1500);
        assert_eq!(lines.since(&now), ["[  1.5 s] koneksi-prod                   setSecret     asks"]);
        now.targets[0].failed = 2;
        assert_eq!(lines.since(&now), ["[  1.5 s] koneksi-prod                   2 client commands failed"]);
        now.phase = Phase::Ended;
        let counts = "clients: 0 served (0 with parameters read at startup), 2 failed; watcher: 0 logins, 0 refused";
        assert!(lines.since(&now)[1].ends_with(counts));
    }
}
