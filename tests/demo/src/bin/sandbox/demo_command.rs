//! `sandbox demo`: the demo, in a terminal.

use std::{
    io::{IsTerminal, Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;
use console::Term;
use demo::{
    self, DemoOptions, Report,
    progress::{Phase, Progress},
    view::{self, Lines, Paint},
};
use tokio::sync::watch;

use crate::{compiled, signals::Signals};

/// The exit status of a program that Ctrl-C stopped, as in shells.
const INTERRUPTED: u8 = 130;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Also write the report to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Show this target only; can be repeated.
    #[arg(long, value_name = "TARGET")]
    only: Vec<String>,
    /// Make Secrets Manager move AWSCURRENT too early, to see a demo that fails.
    #[arg(long)]
    promote_early: bool,
    /// Add an output that does not exist to the settings, to see a demo that fails because nothing can be published.
    #[arg(long)]
    missing_output: bool,
}

/// Runs the demo and shows it; exits with status 1 if it fails.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    // Listen before anything is started, so that no signal leaves a process behind.
    let mut signals = Signals::listen()?;
    let mut options = DemoOptions::new(compiled::folder()?);
    options.promote_early = arguments.promote_early;
    options.missing_output = arguments.missing_output;
    options.only = arguments.only;
    let (progress, shown) = watch::channel(Progress::default());
    let showing = tokio::spawn(show(shown));
    let report = demo::run_with_progress(options, progress, signals.wait()).await;
    // It ends when the channel closes.
    showing.await??;
    let Some(report) = report? else {
        write(&["Stopped. All processes of the demo have ended.".to_owned()])?;
        return Ok(ExitCode::from(INTERRUPTED));
    };
    write(&view::summary(&report, width(), paint()))?;
    if let Some(file) = arguments.json {
        save(&report, &file)?;
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shows progress until the demo ends.
async fn show(mut progress: watch::Receiver<Progress>) -> std::io::Result<()> {
    if !stdout().is_terminal() {
        let mut lines = Lines::default();
        while progress.changed().await.is_ok() {
            write(&lines.since(&progress.borrow_and_update()))?;
        }
        return write(&[String::new()]);
    }
    let terminal = Term::stdout();
    terminal.hide_cursor()?;
    let mut drawn = 0;
    terminal.write_line("")?;
    let result = loop {
        let ended = progress.changed().await.is_err();
        let now = progress.borrow_and_update().clone();
        if let Err(error) = draw(&terminal, &now, &mut drawn) {
            break Err(error);
        }
        if ended || now.phase == Phase::Ended {
            break terminal.write_line("");
        }
    };
    terminal.show_cursor()?;
    result
}

/// Draws a frame over the one before, in one write, so that nothing flickers.
fn draw(terminal: &Term, progress: &Progress, drawn: &mut usize) -> std::io::Result<()> {
    let lines = view::frame(progress, usize::from(terminal.size().1), paint());
    let mut text = String::new();
    if *drawn > 0 {
        text.push_str(&format!("\x1b[{drawn}A"));
    }
    for line in &lines {
        text.push_str(&format!("{line}\x1b[K\n"));
    }
    // Clear what is left of a longer frame.
    text.push_str("\x1b[J");
    *drawn = lines.len();
    terminal.write_str(&text)
}

/// Returns the width of the terminal, or the maximum if the output is not a terminal.
fn width() -> usize {
    if stdout().is_terminal() { usize::from(Term::stdout().size().1) } else { usize::MAX }
}

fn paint() -> Paint {
    Paint { colours: console::colors_enabled() }
}

fn write(lines: &[String]) -> std::io::Result<()> {
    let mut out = stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn save(report: &Report, file: &PathBuf) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(report)?;
    std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}
