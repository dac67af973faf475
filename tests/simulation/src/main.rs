//! `./dev simulate`: runs worlds by seed, and tells the story of those that break a rule.

use std::{collections::BTreeSet, process::ExitCode, time::Instant};

use clap::Parser;
use simulation::{
    Actor, Plan, Report,
    known::Known,
    matrix::{self, Cell},
    run, shorten,
};

/// Runs the functions in simulated worlds.
#[derive(Parser)]
#[command(name = "simulate")]
struct Options {
    /// Run this seed alone, and print its story.
    #[arg(long)]
    seed: Option<u64>,
    /// Run this many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// Begin at this seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Who acts: schedules, person, nodes, faults; separated by commas. By default, all do.
    #[arg(long, value_delimiter = ',', value_parser = actor)]
    actors: Vec<Actor>,
    /// Leave acts out while the same rule is broken.
    #[arg(long)]
    shorten: bool,
    /// Run one cell of the matrix alone, and print its story: ESTATE:FUNCTION:CALL:FAULT.
    #[arg(long, conflicts_with_all = ["seed", "actors", "shorten"])]
    strike: Option<Cell>,
}

fn actor(name: &str) -> Result<Actor, String> {
    let known = Actor::ALL.iter().find(|(_, known)| *known == name).map(|(actor, _)| *actor);
    known.ok_or_else(|| format!("there are {}", Actor::ALL.map(|(_, name)| name).join(", ")))
}

fn main() -> ExitCode {
    let options = Options::parse();
    let actors: BTreeSet<Actor> = match options.actors.is_empty() {
        true => Actor::ALL.map(|(actor, _)| actor).into(),
        false => options.actors.iter().copied().collect(),
    };
    if let Some(cell) = &options.strike {
        return one_cell(cell);
    }
    match options.seed {
        Some(seed) => one(&Plan::of(seed, &actors), options.shorten),
        None => many(options.from..options.from + options.seeds, &actors),
    }
}

/// Runs one world and tells its story.
#[expect(clippy::print_stdout, reason = "the story is what the program is for")]
fn one(plan: &Plan, short: bool) -> ExitCode {
    let mut report = run(plan);
    if let Some(first) = report.violations.first().cloned().filter(|_| short) {
        report = shorten(report, first.rule);
    }
    let Report { plan, story, violations, .. } = &report;
    println!("seed {}: {:?}, {} of 1,000 calls fail", plan.seed, plan.estate, plan.faults);
    story.iter().for_each(|line| println!("{line}"));
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one cell of the matrix and tells its story.
#[expect(clippy::print_stdout, reason = "the story is what the program is for")]
fn one_cell(cell: &Cell) -> ExitCode {
    let struck = matrix::strike(cell);
    let call = struck.call.as_ref().map(ToString::to_string).unwrap_or_default();
    println!("{cell}: {call}");
    struck.report.story.iter().for_each(|line| println!("{line}"));
    struck.wrong.iter().for_each(|wrong| println!("!! {wrong}"));
    if struck.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs many worlds and names those that break a rule.
#[expect(clippy::print_stdout, reason = "the list is what the program is for")]
fn many(seeds: std::ops::Range<u64>, actors: &BTreeSet<Actor>) -> ExitCode {
    let began = Instant::now();
    let (mut calls, mut known, mut new) = (0, 0, 0);
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let report = run(&Plan::of(seed, actors));
        calls += report.calls;
        // What follows from the first may look like a fault of its own.
        if let Some(violation) = report.violations.first() {
            match Known::of(violation) {
                Some(fault) => {
                    known += 1;
                    println!("seed {seed}: {violation} (known: {})", fault.what);
                }
                None => {
                    new += 1;
                    println!("seed {seed}: {violation}");
                }
            }
        }
    }
    let per_second = count as f64 / began.elapsed().as_secs_f64();
    println!("{count} worlds, {new} broken, {known} by a known fault; {calls} calls; {per_second:.1} worlds a second");
    if new == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
