//! Random scripts. The seed is fixed; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` try others, and more of them.

use std::collections::BTreeSet;

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, RngSeed, TestCaseError, TestRunner},
};

use crate::{
    both::run,
    script::{SetUp, Step, steps},
};

/// Scripts in one run of the suite, for each set-up.
const CASES: u32 = 8;
/// Steps of a script, at most.
const STEPS: usize = 80;

/// Words that are replaced by one of their kind.
fn fill(template: &'static str) -> BoxedStrategy<String> {
    let word = |word: &'static str| -> BoxedStrategy<String> {
        match word {
            "USER" => select(vec!["default", "app", "app", "new"]).prop_map(str::to_owned).boxed(),
            "PASSWORD" => select(vec!["one", "two", "p", "q"]).prop_map(str::to_owned).boxed(),
            "KEY" => select(vec!["app:1", "app:2", "other"]).prop_map(str::to_owned).boxed(),
            "RULES" => vec(rule(), 1..4).prop_map(|rules| rules.join(" ")).boxed(),
            other => Just(other.to_owned()).boxed(),
        }
    };
    template.split(' ').map(word).collect::<Vec<_>>().prop_map(|words| words.join(" ")).boxed()
}

fn rule() -> impl Strategy<Value = String> {
    let fixed = select(vec![
        "on",
        "on",
        "off",
        "nopass",
        "resetpass",
        "reset",
        "allkeys",
        "resetkeys",
        "~app:*",
        "~other",
        "&*",
        "&c",
        "resetchannels",
        "+@all",
        "-@all",
        "+@read",
        "-@read",
        "+@write",
        "-@write",
        "-@dangerous",
        "+@dangerous",
        "+get",
        "-get",
        "+acl",
        "-acl",
        "+acl|whoami",
        "-acl|whoami",
        "+ping",
        "-ping",
        "+multi",
        "+exec",
        "+client|setname",
        "bogus",
    ]);
    prop_oneof![
        4 => fixed.prop_map(str::to_owned),
        3 => (select(vec![">", ">", "<"]), fill("PASSWORD")).prop_map(|(sign, password)| format!("{sign}{password}")),
    ]
}

/// What any client does.
const CLIENT: [&str; 22] = [
    "AUTH PASSWORD",
    "AUTH PASSWORD",
    "AUTH USER PASSWORD",
    "AUTH USER PASSWORD",
    "AUTH USER PASSWORD",
    "HELLO 3 AUTH USER PASSWORD",
    "HELLO 2",
    "HELLO",
    "RESET",
    "PING",
    "GET KEY",
    "GET KEY",
    "SET KEY v",
    "DEL KEY KEY",
    "INCR KEY",
    "EXISTS KEY KEY",
    "ACL WHOAMI",
    "MULTI",
    "EXEC",
    "EXEC",
    "CLIENT SETNAME x",
    "CLIENT INFO",
];

/// What a client with every right does.
const ADMINISTRATOR: [&str; 20] = [
    "ACL SETUSER USER RULES",
    "ACL SETUSER USER RULES",
    "ACL SETUSER USER RULES",
    "ACL SETUSER USER on >PASSWORD",
    "ACL SETUSER USER on >PASSWORD ~* +@all",
    "ACL DELUSER USER",
    "ACL GETUSER USER",
    "ACL GETUSER USER",
    "ACL LIST",
    "ACL LOG 128",
    "CONFIG SET requirepass PASSWORD",
    "CONFIG GET requirepass",
    "CONFIG SET masterauth PASSWORD",
    "CONFIG REWRITE",
    "ACL SAVE",
    "ACL LOAD",
    "CLIENT KILL user USER",
    "MULTI",
    "EXEC",
    "EXEC",
];

fn step() -> impl Strategy<Value = Vec<Step>> {
    let of = |client: &'static str, templates: &'static [&'static str]| {
        select(templates).prop_flat_map(fill).prop_map(move |command| steps(&format!("{client}: {command}")))
    };
    prop_oneof![
        20 => of("a", &CLIENT),
        20 => of("b", &CLIENT),
        30 => of("root", &ADMINISTRATOR),
        1 => Just(steps("restart\nroot: AUTH root r")),
    ]
}

/// Leaves out what is not simulated in a transaction.
fn simulated(steps: Vec<Step>) -> Vec<Step> {
    let mut queueing = BTreeSet::new();
    let mut keep = |step: &Step| {
        let Step::Command { client, words } = step else {
            queueing.clear();
            return true;
        };
        match words[0].as_str() {
            "MULTI" => queueing.insert(client.clone()),
            "EXEC" | "RESET" => queueing.remove(client),
            "AUTH" | "HELLO" => return !queueing.contains(client),
            "ACL" if words[1] == "LOAD" => return !queueing.contains(client),
            _ => false,
        };
        true
    };
    steps.into_iter().filter(|step| keep(step)).collect()
}

/// Runs random scripts, in which the user `root` keeps every right and survives a restart.
fn agree(set_up: SetUp, save: &str) {
    let fixed = Config { rng_seed: RngSeed::Fixed(1), cases: CASES, ..Config::default() };
    let given = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let config = Config {
        cases: given("PROPTEST_CASES").unwrap_or(fixed.cases),
        rng_seed: given("PROPTEST_RNG_SEED").map_or(fixed.rng_seed, |seed| RngSeed::Fixed(seed.into())),
        failure_persistence: None,
        max_shrink_iters: 500,
        max_shrink_time: 20_000,
        ..fixed
    };
    let begin = steps(&format!("root: AUTH one\nroot: ACL SETUSER root on >r ~* &* +@all\nroot: AUTH root r\n{save}"));
    let scripts = vec(step(), 1..STEPS).prop_map(move |steps| simulated([begin.clone(), steps.concat()].concat()));
    let outcome = TestRunner::new(config).run(&scripts, |script| run(set_up, &script).map_err(TestCaseError::fail));
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn any_script_gets_the_same_replies_with_a_configuration_file() {
    agree(SetUp::ConfigFile, "root: CONFIG REWRITE");
}

#[test]
fn any_script_gets_the_same_replies_with_an_acl_file() {
    agree(SetUp::AclFile, "root: ACL SAVE");
}
