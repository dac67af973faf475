//! The state of the demo, for a terminal that is redrawn.

use console::{measure_text_width, pad_str, truncate_str};

use super::{Paint, thousands};
use crate::progress::{Phase, Progress, STEPS, StepProgress, StepState, TargetProgress};

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// Returns the lines to draw. None is wider than the terminal, so that none wraps.
pub fn frame(progress: &Progress, width: usize, paint: Paint) -> Vec<String> {
    let turn = usize::try_from(progress.elapsed.as_millis() / 100).unwrap_or_default() % SPINNER.len();
    let mut lines = vec![headline(progress, paint), String::new()];
    for target in &progress.targets {
        lines.extend(of_target(target, SPINNER[turn], width, paint));
    }
    lines.push(String::new());
    let sign = if progress.phase == Phase::Ended { paint.good("✓") } else { paint.busy(SPINNER[turn]) };
    let seconds = format!("{:5.1} s", progress.elapsed.as_secs_f64());
    lines.push(format!("  {sign} {}  {}", paint.dim(seconds), progress.phase.words()));
    lines.into_iter().map(|line| truncate_str(&line, width.max(20) - 1, "…").into_owned()).collect()
}

pub(super) fn headline(progress: &Progress, paint: Paint) -> String {
    let about = format!("a local AWS and real {}, on loopback only", progress.server);
    format!("  {}  {}", paint.strong("redis-lifecycle demo"), paint.dim(about))
}

/// Returns two lines: the name, the shape and the counts of clients; then the steps. A narrow terminal cuts the shape, never
/// the counts.
fn of_target(target: &TargetProgress, spinner: &str, width: usize, paint: Paint) -> [String; 2] {
    let name = pad_str(&target.name, 31, console::Alignment::Left, None).into_owned();
    let clients = clients(target, paint);
    // Two spaces before the name, one after it, one after the shape, and an empty last column.
    let room = width.saturating_sub(31 + measure_text_width(&clients) + 5).min(42);
    let shape = match room {
        0..20 => String::new(),
        _ => pad_str(&target.shape, room, console::Alignment::Left, Some("…")).into_owned() + " ",
    };
    let steps = STEPS.iter().zip(&target.steps).map(|(name, step)| of_step(name, step, spinner, paint));
    let says = target.steps.iter().rfind(|step| matches!(step.state, StepState::Running | StepState::Failed));
    let says = says.map(|step| match step.state {
        StepState::Failed => paint.bad(step.says.clone()).to_string(),
        _ => paint.dim(step.says.clone()).to_string(),
    });
    [
        format!("  {} {}{clients}", paint.strong(name), paint.dim(shape)),
        format!("    {}  {}", steps.collect::<Vec<_>>().join(" "), says.unwrap_or_default()).trim_end().to_owned(),
    ]
}

fn of_step(name: &str, step: &StepProgress, spinner: &str, paint: Paint) -> String {
    let name = name.trim_end_matches("Secret");
    match step.state {
        StepState::Pending => paint.dim(format!("· {name}")).to_string(),
        StepState::Running => format!("{} {name}", paint.busy(spinner)),
        StepState::Done => format!("{} {name}", paint.good("✓")),
        StepState::Failed => format!("{} {name}", paint.bad("✗")),
    }
}

fn clients(target: &TargetProgress, paint: Paint) -> String {
    let bad = |count: u64, what: &str| match count {
        0 => paint.good(format!("0 {what}")),
        count => paint.bad(format!("{} {what}", thousands(count))),
    };
    let (failed, refused) = (bad(target.failed, "failed"), bad(target.refused, "refused"));
    format!("{:>7} served, {failed}, {refused}", thousands(target.commands))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_terminal_shows_the_counts_of_clients() {
        let name = "transparent-trust-upstash-reset".to_owned();
        let shape = "ElastiCache, cluster mode, TLS, AUTH".to_owned();
        let target = TargetProgress { name, shape, commands: 123_456, failed: 7, ..TargetProgress::default() };
        let progress = Progress { targets: vec![target], ..Progress::default() };
        let narrow = frame(&progress, 80, Paint { colours: false });
        assert!(narrow.iter().any(|line| line.contains("123 456 served, 7 failed, 0 refused")), "{narrow:#?}");
        let wide = frame(&progress, 120, Paint { colours: false });
        assert!(wide.iter().any(|line| line.contains("ElastiCache, cluster mode, TLS, AUTH")), "{wide:#?}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_a_failure_is_shown() {
        let mut target = TargetProgress { name: "koneksi-prod".to_owned(), failed: 7, ..TargetProgress::default() };
        target.steps[1] =
            StepProgress { state: StepState::Failed, says: "NeedsHuman: look ".repeat(20), ..StepProgress::default() };
        let progress = Progress { targets: vec![target], ..Progress::default() };
        for colours in [true, false] {
            let lines = frame(&progress, 110, Paint { colours });
            assert!(lines.iter().all(|line| measure_text_width(line) < 110), "{lines:#?}");
            assert!(lines.iter().any(|line| line.contains("✗") && line.contains("NeedsHuman")), "{lines:#?}");
            assert!(lines.iter().any(|line| line.contains("7 failed")), "{lines:#?}");
            assert_eq!(lines.iter().any(|line| line.contains('\x1b')), colours);
        }
    }

    #[test]
    fn the_headline_and_every_phase_fit_80_columns() {
        for phase in Phase::ALL {
            let elapsed = std::time::Duration::from_secs(100);
            let progress = Progress { phase, elapsed, server: "Redis 7.0.15".to_owned(), ..Progress::default() };
            let lines = frame(&progress, 80, Paint { colours: false });
            assert!(lines.iter().all(|line| !line.contains('…')), "{lines:#?}");
        }
    }
}
