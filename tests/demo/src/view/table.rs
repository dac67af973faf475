//! The end of a demo: a table, and one sentence.

use console::{Alignment, measure_text_width, pad_str};

use super::{Paint, short, thousands};
use crate::{
    ROTATE, SYNC,
    report::{Report, TargetReport},
};

const HEAD: [&str; 10] = [
    "target",
    "AWSCURRENT",
    "rotated in",
    "published",
    "old one",
    "API calls",
    "served",
    "at start",
    "failed",
    "refused",
];
/// What the heads are short for.
const LEGEND: [(&str, &str); 4] = [
    ("published", "in how many places, and how long until the ECS services followed"),
    ("served, failed", "commands of all clients"),
    ("at start", "served to clients that read their parameters once, at start"),
    ("refused", "logins of the watcher"),
];
/// The columns that a narrow terminal does without, in the order in which they go. What counts always stays.
const SPARE: [usize; 6] = [5, 1, 7, 2, 3, 4];
/// What a gap is.
const GAP: &str =
    "*: a reset refuses the old credential at once; the longest gap of a client that rereads the secret was";

/// The table and the verdict, line by line.
///
/// The table is no wider than the terminal: columns that count less are left out.
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
            // Names to the left, numbers to the right.
            let alignment = if column < 2 { Alignment::Left } else { Alignment::Right };
            pad_str(cell, width(column), alignment, None).into_owned()
        });
        format!("  {}", padded.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    let rule = "─".repeat(columns.iter().map(|&column| width(column) + 2).sum::<usize>() - 2);
    let mut lines = vec![line(&HEAD.map(|name| paint.dim(name).to_string())), format!("  {}", paint.dim(rule))];
    lines.extend(rows.iter().map(|row| line(row)));
    let about_shown =
        |names: &str| HEAD.iter().enumerate().any(|(at, head)| names.contains(head) && columns.contains(&at));
    let legend = LEGEND.into_iter().filter(|(names, _)| about_shown(names));
    lines.extend(legend.map(|(names, what)| format!("  {}", paint.dim(format!("{names}: {what}")))));
    lines.extend(report.targets.iter().flat_map(deployed).map(|line| format!("  {}", paint.dim(line))));
    let gaps = report.targets.iter().filter(|target| target.has_a_gap()).filter_map(|target| target.clients.gap_ms);
    lines.extend(gaps.map(|gap_ms| format!("  {}", paint.dim(format!("{GAP} {gap_ms} ms")))));
    lines.push(String::new());
    lines.extend(verdict(report, paint));
    lines
}

/// The columns of these widths that fit the terminal.
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

/// Which services followed by being deployed anew.
fn deployed(target: &TargetReport) -> Vec<String> {
    let services = target.jobs.iter().flat_map(|job| job.deployed.iter().map(move |service| (&job.function, service)));
    services.map(|(function, service)| format!("{}: {function} deployed {service} anew", target.name)).collect()
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
        Some(published) if published.current => paint.good(format!("{} in {}", published.places, took(SYNC))),
        Some(_) => paint.bad("stale".to_owned()),
    };
    let old_one = match target.doors.previous {
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
        old_one.to_string(),
        thousands(calls),
        thousands(target.clients.commands),
        target.clients.at_start.as_ref().map_or_else(|| "–".to_owned(), |clients| thousands(clients.commands)),
        failed,
        target.watcher.as_ref().map_or_else(|| "–".to_owned(), |watcher| none_is_good(watcher.violations)),
    ]
}

fn verdict(report: &Report, paint: Paint) -> Vec<String> {
    if report.ok {
        let nodes: usize = report.targets.iter().map(|target| target.doors.nodes).sum();
        let places: usize = report.targets.iter().filter_map(|target| Some(target.published.as_ref()?.places)).sum();
        let sentence = format!(
            "Passed: {} credentials are new, all {nodes} nodes accept them and refuse the old ones, what is published \
             in {places} places followed, and no client noticed but where it is marked.",
            report.targets.len()
        );
        return vec![format!("  {} {sentence}", paint.good("✓"))];
    }
    let mut lines = vec![format!("  {} {}", paint.bad("✗"), paint.strong("Failed:"))];
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
    use crate::report::tests::good;

    const PLAIN: Paint = Paint { colours: false };

    #[test]
    fn a_table_is_aligned_and_ends_in_a_sentence() {
        let mut paperwurks = good("paperwurks-prod");
        paperwurks.jobs[1].deployed.push("the ECS service main/web".to_owned());
        let lines = summary(&Report::of(vec![paperwurks, good("koneksi-prod")]), usize::MAX, PLAIN);
        let width = lines[1].chars().count();
        assert!([0, 2, 3].iter().all(|line| lines[*line].chars().count() == width), "{lines:#?}");
        assert!(lines[2].contains("0a1b2c3d → 9f8e7d6c") && lines[2].contains("2 in 5.3 s"), "{lines:#?}");
        let deployed = "  paperwurks-prod: sync-connection deployed the ECS service main/web anew";
        assert!(lines.iter().any(|line| line == deployed), "{lines:#?}");
        assert!(lines.last().unwrap().starts_with("  ✓ Passed: "), "{lines:#?}");
    }

    #[test]
    fn a_narrow_terminal_has_what_counts() {
        let mut target = good("transparent-trust-upstash-reset");
        target.clients.failed = 3;
        let lines = summary(&Report::of(vec![target]), 80, PLAIN);
        let table = lines.iter().take_while(|line| !line.is_empty());
        assert!(table.clone().all(|line| measure_text_width(line) <= 80), "{lines:#?}");
        for head in ["target", "served", "failed", "refused"] {
            assert!(lines[0].contains(head), "{lines:#?}");
        }
        assert!(!lines[0].contains("API calls") && !lines.iter().any(|line| line.contains("at start:")), "{lines:#?}");
    }

    #[test]
    fn what_fell_short_is_named() {
        let mut target = good("koneksi-prod");
        target.clients.failed = 3;
        let text = summary(&Report::of(vec![target]), usize::MAX, PLAIN).join("\n");
        assert!(text.contains("Failed") && text.contains("koneksi-prod: 3 of the clients' commands failed"), "{text}");
    }
}
