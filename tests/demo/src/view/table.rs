//! The result of a demo: a table and a verdict.

use console::{Alignment, measure_text_width, pad_str};

use super::{Paint, short, thousands, wrap::wrap};
use crate::{
    ROTATE, SYNC,
    report::{Report, TargetReport},
};

const HEAD: [&str; 10] = [
    "target",
    "AWSCURRENT",
    "rotated in",
    "published",
    "previous",
    "API calls",
    "served",
    "at start",
    "failed",
    "refused",
];
/// What the columns mean.
const LEGEND: [(&str, &str); 4] = [
    ("published", "number of outputs, and the time until ECS services were redeployed"),
    ("served, failed", "commands of all clients"),
    ("at start", "commands of clients that read their parameters only at startup"),
    ("refused", "logins of the watcher with AWSCURRENT"),
];
/// The columns that a narrow terminal leaves out, in this order. The counts of clients always stay.
const SPARE: [usize; 6] = [5, 1, 7, 2, 3, 4];
/// Two spaces before each line.
const INDENT: usize = 2;

/// Returns the table and the verdict, line by line.
///
/// No line is wider than the terminal: less important columns are left out, and sentences are wrapped.
pub fn summary(report: &Report, terminal: usize, paint: Paint) -> Vec<String> {
    let rows: Vec<_> = report.targets.iter().map(|target| row(target, paint)).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| measure_text_width(&row[column]));
        cells.chain([measure_text_width(HEAD[column])]).max().unwrap_or_default()
    };
    let columns = shown(&(0..HEAD.len()).map(width).collect::<Vec<_>>(), terminal);
    let line = |cells: &[String]| {
        let padded = columns.iter().map(|&column| {
            let cell = &cells[column];
            // Names are aligned left, numbers right.
            let alignment = if column < 2 { Alignment::Left } else { Alignment::Right };
            pad_str(cell, width(column), alignment, None).into_owned()
        });
        format!("  {}", padded.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    let rule = "─".repeat(columns.iter().map(|&column| width(column) + 2).sum::<usize>() - 2);
    let mut lines = vec![line(&HEAD.map(|name| paint.dim(name).to_string())), format!("  {}", paint.dim(rule))];
    lines.extend(rows.iter().map(|row| line(row)));
    let notes = legend(&columns).into_iter().chain(report.targets.iter().flat_map(notes));
    let room = terminal.saturating_sub(INDENT);
    lines.extend(notes.flat_map(|note| wrap(&note, room)).map(|note| format!("  {}", paint.dim(note))));
    lines.push(String::new());
    lines.extend(verdict(report, room, paint));
    lines
}

/// Returns the meaning of the columns that are shown.
fn legend(columns: &[usize]) -> Vec<String> {
    let is_shown =
        |names: &str| HEAD.iter().enumerate().any(|(at, head)| names.contains(head) && columns.contains(&at));
    let shown = LEGEND.into_iter().filter(|(names, _)| is_shown(names));
    shown.map(|(names, meaning)| format!("{names}: {meaning}")).collect()
}

/// Returns the services that were redeployed for a target, and the gap of a reset.
fn notes(target: &TargetReport) -> Vec<String> {
    let services = target.jobs.iter().flat_map(|job| job.deployed.iter().map(move |service| (&job.function, service)));
    let redeployed = services.map(|(function, service)| format!("{}: {function} redeployed {service}", target.name));
    let gap_ms = target.clients.gap_ms.filter(|_| target.has_a_gap());
    let gap = gap_ms.map(|gap_ms| {
        format!("*: a reset has no overlap; clients that reread the secret were refused for at most {gap_ms} ms")
    });
    redeployed.chain(gap).collect()
}

/// Returns the columns that fit the terminal, given their widths.
fn shown(widths: &[usize], terminal: usize) -> Vec<usize> {
    let mut columns: Vec<usize> = (0..widths.len()).collect();
    for spare in SPARE {
        if columns.iter().map(|&column| widths[column] + 2).sum::<usize>() <= terminal {
            break;
        }
        columns.retain(|&column| column != spare);
    }
    columns
}

fn row(target: &TargetReport, paint: Paint) -> [String; 10] {
    let none_is_good = |count: u64| match count {
        0 => paint.good("0".to_owned()).to_string(),
        count => paint.bad(thousands(count)).to_string(),
    };
    let calls = target.jobs.iter().map(|job| job.api_calls as u64).sum();
    let took = |function: &str| {
        let duration_ms = target.job(function).map_or(0, |job| job.duration_ms);
        format!("{}.{} s", duration_ms / 1000, duration_ms % 1000 / 100)
    };
    let published = match &target.published {
        None => paint.dim("–".to_owned()),
        Some(published) if published.current => paint.good(format!("{} in {}", published.outputs, took(SYNC))),
        Some(_) => paint.bad("stale".to_owned()),
    };
    let previous = match target.nodes.previous {
        0 if target.has_a_gap() => paint.dim("refused*".to_owned()),
        0 => paint.good("retired".to_owned()),
        _ => paint.bad("accepted".to_owned()),
    };
    let failed = match target.has_a_gap() {
        true => paint.dim(format!("{}*", thousands(target.clients.failed))).to_string(),
        false => none_is_good(target.clients.failed),
    };
    [
        paint.strong(&target.name).to_string(),
        format!("{} → {}", short(&target.version_before), short(&target.version_after)),
        took(ROTATE),
        published.to_string(),
        previous.to_string(),
        thousands(calls),
        thousands(target.clients.commands),
        target.clients.at_start.as_ref().map_or_else(|| "–".to_owned(), |clients| thousands(clients.commands)),
        failed,
        target.watcher.as_ref().map_or_else(|| "–".to_owned(), |watcher| none_is_good(watcher.refused)),
    ]
}

/// Returns whether the demo passed, and why not, in lines of at most `room` characters.
fn verdict(report: &Report, room: usize, paint: Paint) -> Vec<String> {
    if report.ok {
        let nodes: usize = report.targets.iter().map(|target| target.nodes.total).sum();
        let outputs: usize = report.targets.iter().filter_map(|target| Some(target.published.as_ref()?.outputs)).sum();
        let exception = match report.targets.iter().any(TargetReport::has_a_gap) {
            true => ", except during the reset marked with *",
            false => "",
        };
        let sentence = format!(
            "Passed: {} credentials were rotated and published to {outputs} outputs. All {nodes} nodes accept the new \
             credentials and refuse the previous ones. No client command failed{exception}.",
            report.targets.len()
        );
        return item(&format!("{}", paint.good("✓")), &sentence, room);
    }
    let mut lines = vec![format!("  {} {}", paint.bad("✗"), paint.strong("Failed:"))];
    lines.extend(report.failures.iter().flat_map(|sentence| item("-", sentence, room)));
    for target in &report.targets {
        for failure in target.clients.first_failures.iter().take(3) {
            let text = item("-", &format!("{}: {failure}", target.name), room);
            lines.extend(text.into_iter().map(|line| paint.dim(line).to_string()));
        }
    }
    lines
}

/// Returns a sentence after a sign, wrapped and indented.
fn item(sign: &str, sentence: &str, room: usize) -> Vec<String> {
    let lines = wrap(sentence, room.saturating_sub(INDENT)).into_iter().enumerate();
    lines.map(|(at, line)| format!("  {} {line}", if at == 0 { sign } else { " " })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::good;

    const PLAIN: Paint = Paint { colours: false };

    #[test]
    fn a_table_is_aligned_and_ends_with_the_verdict() {
        let mut paperwurks = good("paperwurks-prod");
        paperwurks.jobs[1].deployed.push("the ECS service main/web".to_owned());
        let lines = summary(&Report::of(vec![paperwurks, good("koneksi-prod")]), usize::MAX, PLAIN);
        let width = lines[1].chars().count();
        assert!([0, 2, 3].iter().all(|line| lines[*line].chars().count() == width), "{lines:#?}");
        assert!(lines[2].contains("0a1b2c3d → 9f8e7d6c") && lines[2].contains("2 in 5.3 s"), "{lines:#?}");
        let redeployed = "  paperwurks-prod: sync-connection redeployed the ECS service main/web";
        assert!(lines.iter().any(|line| line == redeployed), "{lines:#?}");
        assert!(lines.last().unwrap().starts_with("  ✓ Passed: "), "{lines:#?}");
    }

    #[test]
    fn a_narrow_terminal_shows_the_counts_of_clients() {
        let mut target = good("transparent-trust-upstash-reset");
        target.clients.failed = 3;
        let lines = summary(&Report::of(vec![target]), 80, PLAIN);
        for head in ["target", "served", "failed", "refused"] {
            assert!(lines[0].contains(head), "{lines:#?}");
        }
        assert!(!lines[0].contains("API calls") && !lines.iter().any(|line| line.contains("at start:")), "{lines:#?}");
    }

    #[test]
    fn no_line_of_a_verdict_is_wider_than_the_terminal() {
        let mut reset = good("transparent-trust-upstash-reset");
        (reset.clients.failed, reset.clients.gap_ms) = (3, Some(1234));
        reset.jobs[1].deployed.push("the ECS service main/web".to_owned());
        reset.jobs[2].outcome = "not-applicable".to_owned();
        let mut failed = reset.clone();
        failed.nodes.current = 3;
        failed.jobs[0].outcome = "failed".to_owned();
        failed.jobs[0].reason = Some("NeedsHuman: ".to_owned() + &"neither credential logs in ".repeat(8));
        failed.clients.first_failures = vec!["at 2026-01-01T00:00:00Z: the login was refused ".repeat(3)];
        for (report, verdict) in [(Report::of(vec![reset]), "Passed:"), (Report::of(vec![failed]), "Failed:")] {
            let lines = summary(&report, 80, PLAIN);
            assert!(lines.iter().all(|line| measure_text_width(line) <= 80), "{lines:#?}");
            assert!(lines.iter().any(|line| line.contains(verdict)), "{lines:#?}");
        }
    }

    #[test]
    fn every_failure_is_named() {
        let mut target = good("koneksi-prod");
        target.clients.failed = 3;
        let text = summary(&Report::of(vec![target]), usize::MAX, PLAIN).join("\n");
        assert!(text.contains("Failed:") && text.contains("koneksi-prod: 3 client commands failed"), "{text}");
    }
}
