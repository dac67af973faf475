//! The demo at one moment, for a terminal that is drawn over and over.

use console::{pad_str, truncate_str};

use super::{Paint, thousands};
use crate::demo::progress::{Phase, Progress, STEPS, StepProgress, StepState, TargetProgress};

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// Every line of the picture, none wider than the terminal, so that each takes one line of it.
pub fn frame(progress: &Progress, width: usize, paint: Paint) -> Vec<String> {
    let turn = usize::try_from(progress.elapsed.as_millis() / 100).unwrap_or_default() % SPINNER.len();
    let mut lines = vec![headline(progress, paint), String::new()];
    for target in &progress.targets {
        lines.extend(of_target(target, SPINNER[turn], paint));
        lines.push(String::new());
    }
    let sign = if progress.phase == Phase::Over { paint.good("✓") } else { paint.busy(SPINNER[turn]) };
    let seconds = format!("{:5.1} s", progress.elapsed.as_secs_f64());
    lines.push(format!("  {sign} {}  {}", paint.dim(seconds), progress.phase.words()));
    lines.into_iter().map(|line| truncate_str(&line, width.max(20) - 1, "…").into_owned()).collect()
}

pub(super) fn headline(progress: &Progress, paint: Paint) -> String {
    let about = format!("a local AWS with real {}, nothing leaves this machine", progress.server);
    format!("  {}  {}", paint.strong("redis-lifecycle demo"), paint.dim(about))
}

fn of_target(target: &TargetProgress, spinner: &str, paint: Paint) -> Vec<String> {
    let name = pad_str(&target.name, 17, console::Alignment::Left, None).into_owned();
    let mut lines = vec![format!("  {} {}", paint.strong(name), paint.dim(&target.shape))];
    lines.extend(STEPS.iter().zip(&target.steps).map(|(name, step)| of_step(name, step, spinner, paint)));
    lines.push(format!("    {}", clients(target, paint)));
    lines.push(format!("    {}", watcher(target, paint)));
    lines
}

fn of_step(name: &str, step: &StepProgress, spinner: &str, paint: Paint) -> String {
    let says = match step.tries {
        0 | 1 => step.says.clone(),
        tries => format!("{} (try {tries})", step.says),
    };
    match step.state {
        StepState::Ahead => format!("    {} {}", paint.dim("·"), paint.dim(name)),
        StepState::Running => format!("    {} {name:<13} {:>7}  {}", paint.busy(spinner), "", says),
        StepState::Done => format!("    {} {name:<13} {}  {}", paint.good("✓"), took(step, paint), paint.dim(says)),
        StepState::Failed => format!("    {} {name:<13} {}  {}", paint.bad("✗"), took(step, paint), paint.bad(says)),
    }
}

fn took(step: &StepProgress, paint: Paint) -> console::StyledObject<String> {
    paint.dim(format!("{:5.1} s", step.took.as_secs_f64()))
}

fn clients(target: &TargetProgress, paint: Paint) -> String {
    let failed = match target.failed {
        0 => paint.good("0 failed".to_owned()),
        failed => paint.bad(format!("{} failed", thousands(failed))),
    };
    format!("{} {:>7} commands served, {failed}", paint.dim("clients"), thousands(target.commands))
}

fn watcher(target: &TargetProgress, paint: Paint) -> String {
    let verdict = match target.violations {
        0 => paint.good("none refused".to_owned()),
        violations => paint.bad(format!("{} refused", thousands(violations))),
    };
    format!("{} {:>7} logins with AWSCURRENT, {verdict}", paint.dim("watcher"), thousands(target.logins))
}

#[cfg(test)]
mod tests {
    use console::measure_text_width;

    use super::*;

    #[test]
    fn no_line_is_wider_than_the_terminal_and_a_failure_is_seen() {
        let mut target = TargetProgress { name: "koneksi-prod".to_owned(), failed: 7, ..TargetProgress::default() };
        target.steps[1] =
            StepProgress { state: StepState::Failed, says: "NeedsHuman: look ".repeat(20), ..StepProgress::default() };
        let progress = Progress { targets: vec![target], ..Progress::default() };
        for colours in [true, false] {
            let lines = frame(&progress, 60, Paint { colours });
            assert!(lines.iter().all(|line| measure_text_width(line) < 60), "{lines:#?}");
            assert!(lines.iter().any(|line| line.contains("✗") && line.contains("NeedsHuman")), "{lines:#?}");
            assert!(lines.iter().any(|line| line.contains("7 failed")), "{lines:#?}");
            assert_eq!(lines.iter().any(|line| line.contains('\x1b')), colours);
        }
    }
}
