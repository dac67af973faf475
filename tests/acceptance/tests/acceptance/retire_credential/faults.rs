//! retire-credential stopped at every call, with every answer lost and every fault at every call.

use acceptance::{
    Flavour, Stage, StageOptions,
    retirement::{NAME, RETIRED, labels_of_previous, retire, retire_with_retries, rotated},
    stop_watcher,
    timing::{TOO_LATE, brief},
};
use sandbox::{
    faults::{At, Rule, What},
    hosts::SetUp,
};
use secrecy::{ExposeSecret, SecretString};
use workload::load::{Watcher, WatcherOptions};

/// More calls than any run makes.
const MOST_CALLS: usize = 80;

/// Retires once for each call of a run, AWS calls, logins and commands alike, with that call struck, until there is no
/// such call; at every instant AWSCURRENT must log in.
///
/// Whatever was struck, the runs after it must bring the retirement to the same end: AWSPREVIOUS is refused on every node
/// and remembered as retired, AWSCURRENT accepted, and nothing is left to do. A service was asked for one change; a node
/// of one's own may be told the same again, and keeps what it was told where it keeps anything.
async fn strike_every_call(flavour: Flavour, what: What) {
    let stage = rotated(StageOptions { flavour, timing: brief(), ..StageOptions::default() }).await;
    let direct = Some(stage.direct());
    let watcher = Watcher::start(stage.load_target(), WatcherOptions { direct, ..WatcherOptions::default() }).await;
    let watcher = watcher.unwrap();
    let (mut before, mut struck) = (stage.first_token(), 0);
    for nth in 1..=MOST_CALLS {
        let changes = stage.modifications();
        stage.arm(Rule::new(NAME, At::Call(nth), what));
        let outcome = retire_with_retries(&stage).await;
        stage.sandbox.faults.disarm();
        let waited = !outcome.waiting_for().is_empty();
        // What Redis itself calls an error, in one word for all, is for whoever runs it; nothing is lost by the next run.
        let refused = what == What::InternalError && !flavour.is_kept_by_a_service() && outcome.status() == "permanent";
        // So does a node that gave no answer hold a run back until the next one.
        let outcome = if waited || refused { retire(&stage).await } else { outcome };
        let told = format!("{flavour:?}: {what:?} at call {nth}: {outcome}");
        let current = stage.current().await;
        is_retired(&stage, &before, &current, &told).await;
        if flavour.is_kept_by_a_service() {
            assert_eq!(stage.modifications(), changes + 1, "{told}");
        }
        if let Flavour::SelfHosted(set_up) = flavour {
            outlives_restarts_and_cuts(&stage, set_up, &told).await;
            is_retired(&stage, &before, &current, &format!("afterwards, {told}")).await;
        }
        let changes = stage.modifications();
        assert_eq!(retire(&stage).await.done(), [""; 0], "{told}");
        assert_eq!(stage.modifications(), changes, "{told}");
        if stage.sandbox.faults.fired() == struck {
            break;
        }
        struck = stage.sandbox.faults.fired();
        let report = stage.rotate().await;
        assert!(report.succeeded, "{told}: {report:?}");
        before = current;
    }
    assert!((12..MOST_CALLS).contains(&struck), "{struck} calls were struck");
    let seen = stop_watcher(watcher).await;
    assert_eq!(seen.refused, 0, "{seen:?}");
    stage.stop().await;
}

/// Holds that every node refuses the previous credential and accepts the current one, and that the secret remembers it.
async fn is_retired(stage: &Stage, previous: &SecretString, current: &SecretString, told: &str) {
    assert_eq!(stage.accepting(previous).await, 0, "{told}");
    assert!(stage.accepts(current).await, "{told}");
    assert_eq!(stage.credential("AWSPREVIOUS").await.unwrap().expose_secret(), previous.expose_secret(), "{told}");
    assert!(labels_of_previous(stage).await.contains(&RETIRED.to_owned()), "{told}");
}

/// Restarts every node that keeps anything, cuts every link where nothing is kept, and holds that replicas and Sentinels
/// find their way back.
async fn outlives_restarts_and_cuts(stage: &Stage, set_up: SetUp, told: &str) {
    let estate = stage.estate();
    match set_up {
        SetUp::ConfigFile | SetUp::AclFile => {
            for node in estate.nodes() {
                node.restart().await.unwrap();
            }
        }
        SetUp::Neither => {
            estate.cut_links();
            estate.mend_links();
        }
    }
    estate.settled().await.unwrap_or_else(|error| panic!("{told}: {error:#}"));
}

macro_rules! flavour {
    (of_elasticache_auth) => {
        Flavour::ElasticacheAuth
    };
    (of_elasticache_user) => {
        Flavour::ElasticacheUser
    };
    (of_elasticache_serverless) => {
        Flavour::ElasticacheServerless
    };
    (of_fargate) => {
        Flavour::Fargate
    };
    (of_hosts_with_a_configuration_file) => {
        Flavour::SelfHosted(SetUp::ConfigFile)
    };
    (of_hosts_with_an_acl_file) => {
        Flavour::SelfHosted(SetUp::AclFile)
    };
    (of_hosts_with_neither) => {
        Flavour::SelfHosted(SetUp::Neither)
    };
    (of_upstash) => {
        Flavour::UpstashAcl
    };
}

/// One test for each flavour that is named, all with the same fault.
macro_rules! at_every_call {
    ($($name:ident: $what:expr, $($flavour:ident)+;)+) => {
        $(
            mod $name {
                use super::*;

                $(
                    #[tokio::test(flavor = "multi_thread")]
                    async fn $flavour() {
                        strike_every_call(flavour!($flavour), $what).await;
                    }
                )+
            }
        )+
    };
}

// What can tear a change apart strikes every flavour and every set-up. What soon passes strikes each code path once: a
// serverless cache shares the user's, and the set-ups of hosts take turns.
at_every_call! {
    a_retirement_survives_a_kill_just_before_every_call: What::KillBefore,
        of_elasticache_auth of_elasticache_user of_elasticache_serverless of_fargate
        of_hosts_with_a_configuration_file of_hosts_with_an_acl_file of_hosts_with_neither of_upstash;
    a_retirement_survives_a_kill_just_after_every_call: What::KillAfter,
        of_elasticache_auth of_elasticache_user of_elasticache_serverless of_fargate
        of_hosts_with_a_configuration_file of_hosts_with_an_acl_file of_hosts_with_neither of_upstash;
    a_retirement_survives_the_loss_of_every_answer: What::LoseAnswer,
        of_elasticache_auth of_elasticache_user of_elasticache_serverless of_fargate
        of_hosts_with_a_configuration_file of_hosts_with_an_acl_file of_hosts_with_neither of_upstash;
    a_retirement_survives_a_throttle_at_every_call: What::Throttle,
        of_elasticache_auth of_elasticache_user of_fargate of_hosts_with_neither of_upstash;
    a_retirement_survives_an_internal_error_at_every_call: What::InternalError,
        of_elasticache_auth of_elasticache_user of_fargate of_hosts_with_a_configuration_file of_upstash;
    a_retirement_survives_a_reset_at_every_call: What::Reset,
        of_elasticache_auth of_elasticache_user of_fargate of_hosts_with_an_acl_file of_upstash;
    a_retirement_survives_a_timeout_at_every_call: What::Delay(TOO_LATE),
        of_elasticache_auth of_elasticache_user of_fargate of_hosts_with_a_configuration_file of_upstash;
}
