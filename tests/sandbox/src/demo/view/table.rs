//! The end of a demo: a table, and one sentence.

use console::{Alignment, measure_text_width, pad_str};

use super::{Paint, short, thousands};
use crate::demo::report::{Report, TargetReport};

const HEAD: [&str; 7] = ["target", "AWSCURRENT", "API calls", "took", "served", "failed", "refused"];
/// What the heads are short for.
const LEGEND: &str = "served, failed: commands of the clients · refused: logins of the watcher with AWSCURRENT";

/// The table and the verdict, line by line.
pub fn summary(report: &Report, paint: Paint) -> Vec<String> {
    let rows: Vec<_> = report.targets.iter().map(|target| row(target, paint)).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| measure_text_width(&row[column]));
        cells.chain([measure_text_width(HEAD[column])]).max().unwrap_or_default()
    };
    let line = |cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(column, cell)| {
            // Names to the left, numbers to the right.
            let alignment = if column < 2 { Alignment::Left } else { Alignment::Right };
            pad_str(cell, width(column), alignment, None).into_owned()
        });
        format!("  {}", padded.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    let rule = "─".repeat((0..HEAD.len()).map(|column| width(column) + 2).sum::<usize>() - 2);
    let mut lines = vec![line(&HEAD.map(|name| paint.dim(name).to_string())), format!("  {}", paint.dim(rule))];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.push(format!("  {}", paint.dim(LEGEND)));
    lines.push(String::new());
    lines.extend(verdict(report, paint));
    lines
}

fn row(target: &TargetReport, paint: Paint) -> [String; 7] {
    let none_is_good = |count: u64| match count {
        0 => paint.good("0".to_owned()).to_string(),
        count => paint.bad(thousands(count)).to_string(),
    };
    let calls = target.jobs.iter().map(|job| job.api_calls as u64).sum();
    let duration_ms: u64 = target.jobs.iter().map(|job| job.duration_ms).sum();
    [
        paint.strong(&target.name).to_string(),
        format!("{} → {}", short(&target.version_before), short(&target.version_after)),
        thousands(calls),
        format!("{}.{} s", duration_ms / 1000, duration_ms % 1000 / 100),
        thousands(target.clients.commands),
        none_is_good(target.clients.failed),
        none_is_good(target.watcher.violations),
    ]
}

fn verdict(report: &Report, paint: Paint) -> Vec<String> {
    if report.ok {
        let nodes: usize = report.targets.iter().map(|target| target.nodes).sum();
        let sentence = format!(
            "Everything held: both credentials are new, all {nodes} nodes accept them, and no client noticed anything."
        );
        return vec![format!("  {} {sentence}", paint.good("✓"))];
    }
    let mut lines = vec![format!("  {} {}", paint.bad("✗"), paint.strong("It fell short:"))];
    lines.extend(report.fell_short.iter().map(|sentence| format!("    {sentence}")));
    for target in &report.targets {
        let some = target.clients.first_failures.iter().take(3);
        lines.extend(some.map(|failure| format!("    {}", paint.dim(format!("{}: {failure}", target.name)))));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::report::tests::good;

    const PLAIN: Paint = Paint { colours: false };

    #[test]
    fn a_table_is_aligned_and_ends_in_a_sentence() {
        let lines = summary(&Report::of(vec![good("paperwurks-prod"), good("koneksi-prod")]), PLAIN);
        let width = lines[1].chars().count();
        assert!([0, 2, 3].iter().all(|line| lines[*line].chars().count() == width), "{lines:#?}");
        assert!(lines[2].contains("0a1b2c3d → 9f8e7d6c") && lines[2].contains("5.3 s"), "{lines:#?}");
        assert!(lines.last().unwrap().starts_with("  ✓ Everything held"), "{lines:#?}");
    }

    #[test]
    fn what_fell_short_is_named() {
        let mut target = good("koneksi-prod");
        target.clients.failed = 3;
        let text = summary(&Report::of(vec![target]), PLAIN).join("\n");
        assert!(
            text.contains("It fell short") && text.contains("koneksi-prod: 3 of the clients' commands failed"),
            "{text}"
        );
    }
}
