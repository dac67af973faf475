//! `./dev simulate`: runs worlds by seed, and tells the story of those that break a rule.

use std::{
    collections::BTreeSet,
    io::{self, ErrorKind, Write},
    ops::Range,
    process::ExitCode,
    time::Instant,
};

use clap::Parser;
use simulation::{
    Actor, Plan, Report,
    known::Known,
    matrix::{self, Cell},
    run, shorten,
};

/// Runs the functions in simulated worlds.
#[derive(Parser)]
#[command(name = "simulate", bin_name = "./dev simulate")]
struct Options {
    /// Run this seed alone, and print its story.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Run this many seeds.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    seeds: u64,
    /// Begin at this seed.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1_000_000_000_000))]
    from: u64,
    /// Who acts: schedules, person, nodes, faults; separated by commas. By default, all do.
    #[arg(long, value_delimiter = ',', value_parser = actor)]
    actors: Vec<Actor>,
    /// Leave acts out of the seed while the same rule is broken.
    #[arg(long, requires = "seed", conflicts_with_all = ["seeds", "from"])]
    shorten: bool,
    /// Run one cell of the matrix alone, and print its story: ESTATE:FUNCTION:CALL:FAULT.
    #[arg(long, conflicts_with_all = ["seed", "seeds", "from", "actors", "shorten"])]
    strike: Option<Cell>,
}

fn actor(name: &str) -> Result<Actor, String> {
    let known = Actor::ALL.iter().find(|(_, known)| *known == name).map(|(actor, _)| *actor);
    known.ok_or_else(|| format!("choose from {}", Actor::ALL.map(|(_, name)| name).join(", ")))
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut out = io::stdout().lock();
    match run_worlds(&options, &mut out) {
        Ok(true) => ExitCode::SUCCESS,
        // Whoever reads the output has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Ok(false) | Err(_) => ExitCode::FAILURE,
    }
}

/// Runs what the options say. Returns whether no rule was broken; of many seeds, known faults do not count.
fn run_worlds(options: &Options, out: &mut impl Write) -> io::Result<bool> {
    let actors: BTreeSet<Actor> = match options.actors.is_empty() {
        true => Actor::ALL.map(|(actor, _)| actor).into(),
        false => options.actors.iter().copied().collect(),
    };
    match (options.strike, options.seed) {
        (Some(cell), _) => one_cell(&cell, out),
        (None, Some(seed)) => one(&Plan::of(seed, &actors), options.shorten, out),
        (None, None) => many(options.from..options.from + options.seeds, &actors, out),
    }
}

/// Runs one world and tells its story.
fn one(plan: &Plan, short: bool, out: &mut impl Write) -> io::Result<bool> {
    let mut report = run(plan);
    let acts = report.plan.acts.len();
    if let Some(first) = report.violations.first().cloned().filter(|_| short) {
        report = shorten(report, &first);
    }
    let Report { plan, story, violations, .. } = &report;
    writeln!(out, "seed {}: {}; {} of 1,000 calls fail", plan.seed, plan.estate, plan.faults)?;
    story.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    let Some(first) = violations.first() else {
        writeln!(out, "No rule is broken.")?;
        return Ok(true);
    };
    let known =
        Known::of(first).map_or_else(|| "not known before".to_owned(), |known| format!("known: {}", known.what));
    writeln!(out, "The first rule that is broken: {first} ({known})")?;
    if short {
        writeln!(out, "{} of {acts} acts are left.", plan.acts.len())?;
    }
    Ok(false)
}

/// Runs one cell of the matrix and tells its story.
fn one_cell(cell: &Cell, out: &mut impl Write) -> io::Result<bool> {
    let struck = matrix::strike(cell);
    let call = struck.call.as_ref().map(ToString::to_string).unwrap_or_default();
    match struck.call.is_some() {
        true => writeln!(out, "{cell}: {call}")?,
        false => writeln!(out, "{cell}: there is no such call; nothing is struck")?,
    }
    struck.report.story.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    struck.wrong.iter().try_for_each(|wrong| writeln!(out, "!! {wrong}"))?;
    Ok(struck.wrong.is_empty())
}

/// Runs many worlds and names those that break a rule.
fn many(seeds: Range<u64>, actors: &BTreeSet<Actor>, out: &mut impl Write) -> io::Result<bool> {
    let began = Instant::now();
    let (mut calls, mut known, mut new, mut asking) = (0, 0, 0, 0);
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let report = run(&Plan::of(seed, actors));
        calls += report.calls;
        asking += usize::from(!report.asking.is_empty());
        // What follows from the first may look like a fault of its own.
        let Some(violation) = report.violations.first() else { continue };
        match Known::of(violation) {
            Some(fault) => {
                known += 1;
                writeln!(out, "seed {seed}: {violation} (known: {})", fault.what)?;
            }
            None => {
                new += 1;
                writeln!(out, "seed {seed}: {violation}")?;
            }
        }
    }
    let per_second = count as f64 / began.elapsed().as_secs_f64();
    writeln!(
        out,
        "{count} worlds: {known} break a rule by a known fault, {new} by another one; in {asking}, a function asks for a person; \
         {calls} calls, {per_second:.1} worlds a second"
    )?;
    Ok(new == 0)
}
