//! The functions in simulated worlds: no order of calls, faults and people breaks a rule, except by a known fault.

use std::{collections::BTreeSet, ops::Range, time::Duration};

use sandbox::delivery::Copies;
use simulation::{
    Act, Actor, Consumer, Edit, Estate, Event, Function, Plan, Report, SetUp, What,
    known::{KNOWN, Known},
    rules::Rule,
    run, shorten,
};

/// How many seeds each test runs, unless `SIMULATION_SEEDS` is set.
const SEEDS: u64 = 500;

/// A rotation, after which a person puts another version with the same credential: AWSPREVIOUS loses its label.
const EDITED_KEY: [(u64, What); 2] = [(10, What::Rotate), (90, What::Person(Edit::PutSameCredential))];

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
    let shows = |rule: Rule, by: &str, seed: u64| {
        let actors = [everybody(), everybody_but_a_person()];
        actors.iter().any(|actors| broken_by(&run(&Plan::of(seed, actors)), rule, by))
    };
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
    let page = include_str!("../../../docs/simulation.md");
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

/// A known fault, by its shortest story.
#[test]
fn a_person_who_edits_another_key_of_the_secret_orphans_the_previous_credential() {
    let report = run(&plan(&EDITED_KEY));
    assert!(breaks(&report, Rule::NothingElseIsAccepted), "it is mended:\n{}", report.story.join("\n"));
}

/// A known fault, by its shortest story: the group has the cancelled token and AWSCURRENT, and drops the older one.
#[test]
fn a_rotation_that_is_cancelled_after_its_rotate_makes_the_next_one_remove_the_current_token() {
    let acts = acts(&[(10, What::Rotate), (40, What::Person(Edit::CancelAndStrip))]);
    let report = run(&at_elasticache(SetUp::AuthToken, acts));
    assert!(
        broken_by(&report, Rule::CurrentIsAccepted, "rotate-auth ModifyReplicationGroup on AWSCURRENT"),
        "it is mended:\n{}",
        report.story.join("\n")
    );
}

/// A known fault, by its shortest story: between the test of the password and its promotion, the user is modified again.
#[test]
fn a_password_is_promoted_while_a_person_puts_the_one_before_back() {
    let begins = acts(&[(10, What::Rotate)]);
    let shows = |at: u64| {
        let put = Act { at: Duration::from_millis(at), what: What::Person(Edit::PutFirstBack) };
        let report = run(&at_elasticache(SetUp::GroupUser, [begins.clone(), vec![put]].concat()));
        broken_by(&report, Rule::CurrentIsAccepted, "rotate-auth UpdateSecretVersionStage on AWSPENDING")
    };
    // The promotion is between the two, and takes a fraction of a second.
    assert!((116_000..119_000).step_by(40).any(shows), "it is mended");
}

#[test]
fn a_retirement_that_begins_before_the_new_version_has_a_value_breaks_no_rule() {
    // The first rotation is not retired: the overlap is over when the next one begins.
    let acts = acts(&[(10, What::Rotate), (900, What::RotateAndRetire)]);
    let mut retired = 0;
    for set_up in [SetUp::AuthToken, SetUp::GroupUser, SetUp::ServerlessUser] {
        for seed in 0..12 {
            let plan = Plan { seed, ..at_elasticache(set_up, acts.clone()) };
            let report = run(&plan);
            let story = report.story.join("\n");
            assert!(report.violations.is_empty(), "{set_up:?}, seed {seed}\n{story}");
            retired += usize::from(story.contains("remove-previous"));
        }
    }
    assert!(retired > 0, "no run of retire-credential came in between");
}

#[test]
fn a_group_that_fails_over_while_its_credential_rotates_breaks_no_rule() {
    for set_up in [SetUp::AuthToken, SetUp::GroupUser, SetUp::ClusterAuthToken] {
        let failover = What::Person(Edit::TestFailover);
        let restart = What::Node(1, Event::Restart);
        let mut plan = at_elasticache(set_up, acts(&[(5, failover), (40, What::Rotate), (60, restart)]));
        plan.estate.nodes = 2;
        let report = run(&plan);
        assert!(report.violations.is_empty(), "{set_up:?}\n{}", report.story.join("\n"));
        assert!(
            report.story.iter().any(|line| line.contains("previous k0")),
            "it rotates:\n{}",
            report.story.join("\n")
        );
    }
}

#[test]
fn a_task_that_ends_at_any_moment_of_a_rotation_breaks_no_rule() {
    let mut ends = 0;
    for second in (10..40).step_by(2) {
        let mut plan = plan(&[(10, What::Rotate), (second, What::Node(0, Event::Restart))]);
        (plan.seed, plan.estate.set_up) = (second, SetUp::Fargate);
        let report = run(&plan);
        let story = report.story.join("\n");
        assert!(report.violations.is_empty(), "second {second}\n{story}");
        ends += story.matches("StopContainer").count();
    }
    assert_eq!(ends, 15, "each ends once");
}

#[test]
fn a_credential_is_not_retired_while_a_task_of_a_consumer_uses_it() {
    let retire = |second| (second, What::Invoke(Function::Retire));
    let acts: Vec<_> = std::iter::once((10, What::Rotate)).chain((20..140).step_by(5).map(retire)).collect();
    let mut plan = plan(&acts);
    (plan.estate.overlap, plan.estate.consumer) = (Duration::ZERO, Some(Consumer::Service));
    let report = run(&plan);
    let story = report.story.join("\n");
    assert!(report.violations.is_empty(), "{story}");
    for seen in ["nodes k0+k1 | published k1 | used k0+k1", "retired k0 | nodes k1 | published k1 | used k1"] {
        assert!(story.contains(seen), "{seen} is not in\n{story}");
    }
}

#[test]
fn a_serverless_cache_whose_nodes_fail_while_its_credential_rotates_breaks_no_rule() {
    // The first is the primary, which fails before the change reaches the nodes. The other one fails while it does.
    let (first, second) = (What::Node(0, Event::Restart), What::Node(1, Event::Restart));
    let list = [(10, What::Rotate), (20, first), (108, second), (400, What::Rotate), (420, second), (480, first)];
    let report = run(&at_elasticache(SetUp::ServerlessUser, acts(&list)));
    let story = report.story.join("\n");
    assert!(report.violations.is_empty(), "{story}");
    assert!(story.contains("previous k1"), "it rotates twice:\n{story}");
}

#[test]
fn a_database_of_upstash_that_is_silent_while_its_token_rotates_breaks_no_rule() {
    for set_up in [SetUp::UpstashAcl, SetUp::UpstashReset] {
        let acts = [(10, What::Rotate), (11, What::Node(0, Event::Silence)), (60, What::Invoke(Function::Sync))];
        let report = run(&at_upstash(set_up, &acts));
        assert!(report.violations.is_empty(), "{set_up:?}\n{}", report.story.join("\n"));
        let rotates = report.story.iter().any(|line| line.contains("previous k0") && line.contains("published k1"));
        assert!(rotates, "it rotates:\n{}", report.story.join("\n"));
    }
}

#[test]
fn a_password_that_a_person_resets_at_upstash_is_taken_over_and_not_reset_again() {
    let report = run(&at_upstash(SetUp::UpstashReset, &[(10, What::Person(Edit::ResetPassword))]));
    assert!(report.violations.is_empty(), "{}", report.story.join("\n"));
    let lines = |words: &str| report.story.iter().filter(|line| line.contains(words)).count();
    assert_eq!(lines("ResetPassword"), 0, "{}", report.story.join("\n"));
    assert!(lines("current k1, pending k1, previous k0") > 0, "it rotates:\n{}", report.story.join("\n"));
}

/// A plan for a database of Upstash, where nothing fails.
fn at_upstash(set_up: SetUp, list: &[(u64, What)]) -> Plan {
    let plan = plan(&[]);
    Plan { estate: plan.estate.at_upstash(set_up), acts: acts(list), ..plan }
}

/// A plan for a group of one node, or a serverless cache, where nothing fails.
fn at_elasticache(set_up: SetUp, acts: Vec<Act>) -> Plan {
    let plan = plan(&[]);
    Plan { estate: plan.estate.at_elasticache(set_up), acts, ..plan }
}

fn breaks(report: &Report, rule: Rule) -> bool {
    report.violations.iter().any(|violation| violation.rule == rule)
}

fn broken_by(report: &Report, rule: Rule, by: &str) -> bool {
    report.violations.iter().any(|violation| violation.rule == rule && violation.by == by)
}

/// A plan for one node, a JSON secret and an overlap of a minute, where nothing fails.
fn plan(list: &[(u64, What)]) -> Plan {
    let estate = Estate {
        nodes: 1,
        set_up: SetUp::AclFile,
        sentinel: false,
        json: true,
        overlap: Duration::from_secs(60),
        timeout: Duration::from_secs(60),
        copies: Copies::One,
        consumer: None,
    };
    Plan { seed: 1, estate, acts: acts(list), faults: 0 }
}

fn acts(list: &[(u64, What)]) -> Vec<Act> {
    list.iter().map(|(at, what)| Act { at: Duration::from_secs(*at), what: *what }).collect()
}
