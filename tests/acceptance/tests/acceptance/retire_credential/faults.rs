//! The function stopped at every call, every answer lost, and every fault at every call.

use std::time::Duration;

use acceptance::{
    Flavour, StageOptions,
    retirement::{NAME, RETIRED, done, labels_of_previous, retire, retire_with_retries, rotated},
};
use sandbox::{
    faults::{At, Rule, What},
    load::{Watcher, WatcherOptions},
    services::elasticache::Timing,
};
use secrecy::ExposeSecret;

/// Longer than the function waits for an answer.
const TOO_LATE: Duration = Duration::from_millis(5500);

/// More calls than any run makes.
const MOST_CALLS: usize = 60;

/// Retires once for each call of a run, with that call struck, until there is no such call; at every instant AWSCURRENT
/// must log in.
pub(super) async fn strike_every_call(flavour: Flavour, what: What) {
    let timing = Timing {
        create: Duration::ZERO,
        modify: Duration::from_millis(300),
        spread: Duration::from_millis(50),
        stale: Duration::from_millis(150),
    };
    let stage = rotated(StageOptions { flavour, timing, ..StageOptions::default() }).await;
    let direct = Some(stage.direct());
    let watcher = Watcher::start(stage.load_target(), WatcherOptions { direct, ..WatcherOptions::default() }).await;
    let watcher = watcher.unwrap();
    let (mut before, mut struck) = (stage.first_token(), 0);
    for nth in 1..=MOST_CALLS {
        let changes = stage.modifications();
        stage.sandbox.faults.arm(Rule { function: NAME.to_owned(), during: None, at: At::Call(nth), what, times: 1 });
        let outcome = retire_with_retries(&stage).await;
        stage.sandbox.faults.disarm();
        let waited = outcome["waiting"].as_array().is_some_and(|waiting| !waiting.is_empty());
        // A node that gave no answer holds a run back until the next one.
        let outcome = if waited { retire(&stage).await } else { outcome };
        let told = format!("{what:?} at call {nth}: {outcome}");
        let current = stage.current().await;
        assert_eq!(stage.accepting(&before).await, 0, "{told}");
        assert!(stage.accepts(&current).await, "{told}");
        assert_eq!(stage.credential("AWSPREVIOUS").await.unwrap().expose_secret(), before.expose_secret(), "{told}");
        assert_eq!(stage.modifications(), changes + 1, "{told}");
        assert!(labels_of_previous(&stage).await.contains(&RETIRED.to_owned()), "{told}");
        assert_eq!(done(&retire(&stage).await), [""; 0], "{told}");
        if stage.sandbox.faults.fired() == struck {
            break;
        }
        struck = stage.sandbox.faults.fired();
        let report = stage.rotate().await;
        assert!(report.succeeded, "{told}: {report:?}");
        before = current;
    }
    assert!((12..MOST_CALLS).contains(&struck), "{struck} calls were struck");
    let seen = watcher.stop().await;
    assert_eq!(seen.refused, 0, "{seen:?}");
    stage.strike().await;
}

/// One test for each flavour, all with the same fault.
macro_rules! at_every_call {
    ($($name:ident: $what:expr;)+) => {
        $(
            mod $name {
                use acceptance::Flavour;

                use super::*;

                #[tokio::test(flavor = "multi_thread")]
                async fn of_elasticache_auth() {
                    strike_every_call(Flavour::ElasticacheAuth, $what).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_elasticache_user() {
                    strike_every_call(Flavour::ElasticacheUser, $what).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_elasticache_serverless() {
                    strike_every_call(Flavour::ElasticacheServerless, $what).await;
                }
            }
        )+
    };
}

at_every_call! {
    a_retirement_survives_a_kill_just_before_every_call: What::KillBefore;
    a_retirement_survives_a_kill_just_after_every_call: What::KillAfter;
    a_retirement_survives_the_loss_of_every_answer: What::LoseAnswer;
    a_retirement_survives_a_throttle_at_every_call: What::Throttle;
    a_retirement_survives_an_internal_error_at_every_call: What::InternalError;
    a_retirement_survives_a_reset_at_every_call: What::Reset;
    a_retirement_survives_a_timeout_at_every_call: What::Delay(TOO_LATE);
}
