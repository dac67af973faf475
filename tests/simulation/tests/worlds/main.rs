//! The functions in simulated worlds: no order of calls, faults and people breaks a rule, except by a known fault.

mod faults;
mod plans;
mod stories;

use std::{collections::BTreeSet, ops::Range};

use simulation::{
    Actor, Edit, Function, Plan, SetUp, What,
    known::{KNOWN, Known},
    rules::Rule,
    run, shorten,
};

use plans::{EDITED_KEY, acts, broken_by, plan};

/// How many seeds each test runs, unless `SIMULATION_SEEDS` is set.
const SEEDS: u64 = 500;

fn everybody() -> BTreeSet<Actor> {
    Actor::ALL.map(|(actor, _)| actor).into()
}

fn everybody_but_a_person() -> BTreeSet<Actor> {
    [Actor::Schedules, Actor::Nodes, Actor::Faults].into()
}

/// The seeds of the nth test, counted from 0.
fn seeds(nth: u64) -> Range<u64> {
    let count = std::env::var("SIMULATION_SEEDS").map_or(SEEDS, |count| match count.parse() {
        Ok(count) if count > 0 => count,
        _ => panic!("SIMULATION_SEEDS is how many seeds each test runs, from 1, and not {count:?}"),
    });
    nth * count..(nth + 1) * count
}

/// Fails with the first of the seeds that breaks a rule by a fault that is not known, and a short story of it.
fn break_no_rule(seeds: Range<u64>, actors: &BTreeSet<Actor>) {
    for seed in seeds {
        let report = run(&Plan::of(seed, actors));
        let Some(first) = report.violations.first().filter(|first| Known::of(first).is_none()).cloned() else {
            continue;
        };
        let story = shorten(report, &first).story.join("\n");
        let names = Actor::ALL.into_iter().filter(|(actor, _)| actors.contains(actor)).map(|(_, name)| name);
        let names = names.collect::<Vec<_>>().join(",");
        panic!("{first}\n{story}\nThe whole story: ./dev simulate --seed {seed} --actors {names}");
    }
}

/// Tests of seeds, so that every core has one.
macro_rules! worlds {
    ($($name:ident: $nth:expr, $actors:expr;)+) => {
        $(
            #[test]
            fn $name() {
                break_no_rule(seeds($nth), &$actors);
            }
        )+
    };
}

worlds! {
    the_first_worlds_break_no_rule_except_by_a_known_fault: 0, everybody();
    the_second_worlds_break_no_rule_except_by_a_known_fault: 1, everybody();
    the_third_worlds_break_no_rule_except_by_a_known_fault: 2, everybody();
    worlds_without_a_person_break_no_rule_except_by_a_known_fault: 3, everybody_but_a_person();
}

#[test]
fn a_rotation_that_is_published_and_retired_in_turn_breaks_no_rule_in_any_estate() {
    let acts = acts(&[(10, What::Rotate), (60, What::Invoke(Function::Sync)), (200, What::Invoke(Function::Retire))]);
    for seed in 0..24 {
        let report = run(&Plan { faults: 0, acts: acts.clone(), ..Plan::of(seed, &BTreeSet::new()) });
        assert!(report.violations.is_empty(), "{}", report.story.join("\n"));
    }
}

#[test]
fn every_known_fault_is_shown_by_its_seeds() {
    let shows = |rule: Rule, by: &str, seed: u64| broken_by(&run(&Plan::of(seed, &everybody())), rule, by);
    let each = KNOWN.iter().flat_map(|known| known.by.iter().map(|(by, seed)| (known.rule, *by, *seed)));
    let mended: Vec<_> = each.filter(|(rule, by, seed)| !shows(*rule, by, *seed)).collect();
    assert!(mended.is_empty(), "take what is mended out of the list, and give the others a seed: {mended:#?}");
}

#[test]
fn the_same_seed_tells_the_same_story_and_another_seed_another_one() {
    let story = |seed| run(&Plan::of(seed, &everybody())).story;
    let stories: Vec<_> = (0_u64..12).map(story).collect();
    let set_ups: Vec<_> = (0..12).map(|seed| Plan::of(seed, &everybody()).estate.set_up).collect();
    for set_up in [SetUp::Memory, SetUp::AuthToken, SetUp::ServerlessUser, SetUp::Fargate, SetUp::UpstashReset] {
        assert!(set_ups.contains(&set_up), "{set_up:?}");
    }
    assert!(stories[3].iter().any(|line| line.contains("rotate-auth")), "{:#?}", stories[3]);
    assert_ne!(stories[3], stories[4]);
    // Whatever ran before it in this process.
    for (seed, told) in (0_u32..12).zip(&stories).rev() {
        assert_eq!(&story(seed.into()), told, "seed {seed}");
    }
}

#[test]
fn a_story_is_shortened_to_the_acts_that_break_its_rule() {
    let others = [(5, What::Person(Edit::EditParameter)), (150, What::Invoke(Function::Retire))];
    let report = run(&plan(&[&EDITED_KEY[..], &others].concat()));
    let first = report.violations[0].clone();
    assert_eq!(first.rule, Rule::NothingElseIsAccepted);
    let shorter = shorten(report, &first);
    assert!(shorter.plan.acts.iter().all(|act| EDITED_KEY.iter().any(|(_, what)| *what == act.what)), "{shorter:#?}");
}

#[test]
fn the_story_in_the_documentation_is_that_of_its_seed() {
    let page = include_str!("../../../../docs/simulation.md");
    let (_, story) = page.split_once("\nSeed ").expect("a story has its seed");
    let (seed, story) = story.split_once(", shortened").expect("it is shortened");
    let lines = story.split("```").nth(1).expect("it is in a code block").trim().lines();
    let report = run(&Plan::of(seed.parse().expect("a seed is a number"), &everybody()));
    let first = report.violations[0].clone();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let told: Vec<_> = shorten(report, &first).story.iter().map(|line| words(line)).collect();
    let mut told = told.iter();
    for line in lines {
        assert!(told.any(|one| one.ends_with(&words(line))), "it is not in the story, or not there: {line}");
    }
}
