//! Retirements with a fault at every call.

use acceptance::{
    Flavour, Stage, StageOptions,
    retirement::{NAME, RETIRED, labels_of_previous, retire, retire_with_retries, rotated},
    stop_watcher,
    timing::{TOO_LATE, brief, least, nth_call},
};
use sandbox::{
    faults::{Rule, What},
    hosts::SetUp,
};
use secrecy::{ExposeSecret, SecretString};
use workload::load::{Watcher, WatcherOptions};

/// More calls than any run makes.
const MOST_CALLS: usize = 80;

/// Retires once for each call of a run, with the fault at that call, until there are no more calls. AWS calls, logins and
/// commands share one count. A watcher logs in with AWSCURRENT the whole time.
///
/// The runs after the fault must reach the same end: every node refuses AWSPREVIOUS and accepts AWSCURRENT, the secret has
/// the label of a retired credential, and nothing is left to do. A service has received one change. A node may receive a
/// change twice, and persists it if its set-up persists users.
async fn fault_at_every_call(flavour: Flavour, what: What) {
    let stage = rotated(StageOptions { flavour, timing: brief(), ..StageOptions::default() }).await;
    let direct = Some(stage.direct());
    let watcher = Watcher::start(stage.load_target(), WatcherOptions { direct, ..WatcherOptions::default() }).await;
    let watcher = watcher.unwrap();
    let (mut before, mut hits) = (stage.first_token(), 0);
    for nth in 1..=MOST_CALLS {
        let changes = stage.modifications();
        stage.arm(Rule::new(NAME, nth_call(what, nth), what));
        let outcome = retire_with_retries(&stage).await;
        stage.sandbox.faults.disarm();
        let waited = !outcome.waiting_for().is_empty();
        // The fault of a Redis command is an unknown error code, which is Permanent; the next run succeeds.
        let refused = what == What::InternalError && !flavour.is_kept_by_a_service() && outcome.status() == "permanent";
        // A node that did not answer makes a run wait for the next one.
        let outcome = if waited || refused { retire(&stage).await } else { outcome };
        let context = format!("{flavour:?}: {what:?} at call {nth}: {outcome}");
        let current = stage.current().await;
        assert_retired(&stage, &before, &current, &context).await;
        if flavour.is_kept_by_a_service() {
            assert_eq!(stage.modifications(), changes + 1, "{context}");
        }
        if let Flavour::SelfHosted(set_up) = flavour {
            restart_or_reconnect(&stage, set_up, &context).await;
            assert_retired(&stage, &before, &current, &format!("afterwards, {context}")).await;
        }
        let changes = stage.modifications();
        assert_eq!(retire(&stage).await.done(), [""; 0], "{context}");
        assert_eq!(stage.modifications(), changes, "{context}");
        if stage.sandbox.faults.fired() == hits {
            break;
        }
        hits = stage.sandbox.faults.fired();
        let report = stage.rotate().await;
        assert!(report.succeeded, "{context}: {report:?}");
        before = current;
    }
    assert!((least(what, 12)..MOST_CALLS).contains(&hits), "{hits} calls hit a fault");
    let seen = stop_watcher(watcher).await;
    assert_eq!(seen.refused, 0, "{seen:?}");
    stage.stop().await;
}

/// Checks that every node refuses the previous credential and accepts the current one, and that the secret has the label.
async fn assert_retired(stage: &Stage, previous: &SecretString, current: &SecretString, context: &str) {
    assert_eq!(stage.accepting(previous).await, 0, "{context}");
    assert!(stage.accepts(current).await, "{context}");
    assert_eq!(stage.credential("AWSPREVIOUS").await.unwrap().expose_secret(), previous.expose_secret(), "{context}");
    assert!(labels_of_previous(stage).await.contains(&RETIRED.to_owned()), "{context}");
}

/// Restarts nodes that persist their users, or else cuts their connections, and checks that replicas and Sentinels reconnect.
async fn restart_or_reconnect(stage: &Stage, set_up: SetUp, context: &str) {
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
    estate.settled().await.unwrap_or_else(|error| panic!("{context}: {error:#}"));
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

/// One test for each of these flavours, with the same fault.
macro_rules! at_every_call {
    ($($name:ident: $what:expr, $($flavour:ident)+;)+) => {
        $(
            mod $name {
                use super::*;

                $(
                        #[tokio::test(flavor = "multi_thread")]
                    async fn $flavour() {
                        fault_at_every_call(flavour!($flavour), $what).await;
                    }
                )+
            }
        )+
    };
}

// Faults that can interrupt a change are tested with every flavour and set-up. Transient faults are tested once for each
// code path: a serverless cache shares the one of a user, and the set-ups of hosts alternate.
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
        of_elasticache_auth of_elasticache_user of_fargate of_upstash
        of_hosts_with_a_configuration_file;
    a_retirement_survives_a_reset_at_every_call: What::Reset,
        of_elasticache_auth of_elasticache_user of_fargate of_upstash
        of_hosts_with_an_acl_file;
    a_retirement_survives_a_timeout_at_every_change: What::Delay(TOO_LATE),
        of_elasticache_auth of_elasticache_user of_fargate of_hosts_with_an_acl_file of_upstash;
}
