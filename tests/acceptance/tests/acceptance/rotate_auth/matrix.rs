//! One rotation after another on one stage, each with one fault at one call, until there are no more calls.

use std::time::Duration;

use acceptance::{Flavour, Stage, StageOptions};
use sandbox::{
    faults::{At, Rule, What},
    load::{Watcher, WatcherOptions},
    services::elasticache::Timing,
};
use secrecy::ExposeSecret;

/// More calls than any step makes: the matrix ends by itself before.
const MOST_CALLS: usize = 80;

/// Strikes every call of `step`, AWS calls and logins alike, with `what`, one rotation each.
///
/// Whatever was struck, Secrets Manager's retries must bring the rotation to the same end: AWSCURRENT is a new token
/// that every node accepts, the one before is AWSPREVIOUS and still accepted, and a service was asked for one change. A
/// watcher logs in with AWSCURRENT the whole time, past the gates where the faults are.
///
/// `least` is how many calls the step makes at least: fewer would mean that the matrix struck nothing.
pub(super) async fn strike_every_call(flavour: Flavour, step: &str, what: What, least: usize) {
    let timing = Timing {
        create: Duration::ZERO,
        modify: Duration::from_millis(300),
        spread: Duration::from_millis(50),
        stale: Duration::from_millis(150),
    };
    let stage = Stage::set(StageOptions { flavour, timing, ..StageOptions::default() }).await;
    let target = stage.load_target();
    let direct = Some(stage.direct());
    let watcher = Watcher::start(target, WatcherOptions { direct, ..WatcherOptions::default() }).await;
    let watcher = watcher.unwrap();
    let mut struck = 0;
    for nth in 1..=MOST_CALLS {
        let (before, changes) = (stage.current().await, stage.modifications());
        stage.sandbox.faults.disarm();
        stage.sandbox.faults.arm(Rule {
            function: "rotate-auth".to_owned(),
            during: Some(step.to_owned()),
            at: At::Call(nth),
            what,
            times: 1,
        });
        let report = stage.rotate().await;
        let told = format!("{what:?} at call {nth} of {step}: {report:?}");
        assert!(report.succeeded, "{told}");
        let after = stage.current().await;
        assert_ne!(after.expose_secret(), before.expose_secret(), "{told}");
        for (which, token) in [("the one before", &before), ("the new one", &after)] {
            let accepting = stage.accepting(token).await;
            assert_eq!(accepting, stage.nodes(), "{which}, after {told}");
        }
        assert_eq!(stage.credential("AWSPREVIOUS").await.unwrap().expose_secret(), before.expose_secret(), "{told}");
        if flavour.is_kept_by_a_service() {
            assert_eq!(stage.modifications(), changes + 1, "{told}");
        }
        if stage.sandbox.faults.fired() == struck {
            break;
        }
        struck = stage.sandbox.faults.fired();
    }
    assert!((least..MOST_CALLS).contains(&struck), "{struck} calls of {step} were struck");
    let seen = watcher.stop().await;
    assert_eq!(seen.refused, 0, "{seen:?}");
    assert!(seen.logins > 20, "{seen:?}");
    stage.strike().await;
}

/// One test for each step, all with the same fault.
macro_rules! at_every_call {
    ($name:ident, $flavour:expr, $what:expr) => {
        mod $name {
            use acceptance::Flavour;
            use sandbox::faults::What;

            use crate::rotate_auth::matrix::strike_every_call;

            #[tokio::test(flavor = "multi_thread")]
            async fn of_create_secret() {
                strike_every_call($flavour, "createSecret", $what, 6).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn of_set_secret() {
                strike_every_call($flavour, "setSecret", $what, 10).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn of_test_secret() {
                strike_every_call($flavour, "testSecret", $what, 7).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn of_finish_secret() {
                strike_every_call($flavour, "finishSecret", $what, 8).await;
            }
        }
    };
}

pub(super) use at_every_call;
