//! One rotation after another on one stage, each with one fault at one call, until there are no more calls.

use acceptance::{Flavour, Stage, StageOptions, stop_watcher, timing::brief};
use sandbox::faults::{At, Rule, What};
use secrecy::ExposeSecret;
use workload::load::{Watcher, WatcherOptions};

/// More calls than any step makes: the matrix ends by itself before.
const MOST_CALLS: usize = 80;

/// A step, and how many calls it makes at least: fewer would mean that the matrix struck nothing.
pub(super) struct Step {
    name: &'static str,
    least: usize,
}

pub(super) const CREATE: Step = Step { name: "createSecret", least: 6 };
pub(super) const SET: Step = Step { name: "setSecret", least: 10 };
pub(super) const TEST: Step = Step { name: "testSecret", least: 6 };
pub(super) const FINISH: Step = Step { name: "finishSecret", least: 7 };

/// Strikes every call of `step`, AWS calls and logins alike, with `what`, one rotation each.
///
/// Whatever was struck, Secrets Manager's retries must bring the rotation to the same end: AWSCURRENT is a new token
/// that every node accepts, the one before is AWSPREVIOUS and, where there is an overlap, still accepted, the one before that,
/// which the secret no longer knows, is refused, and a service was asked for one change. A watcher logs in with AWSCURRENT the
/// whole time, past the gates where the faults are.
pub(super) async fn strike_every_call(flavour: Flavour, step: Step, what: What) {
    let Step { name: step, least } = step;
    let stage = Stage::set(StageOptions { flavour, timing: brief(), ..StageOptions::default() }).await;
    let target = stage.load_target();
    let direct = Some(stage.direct());
    let watcher = Watcher::start(target, WatcherOptions { direct, ..WatcherOptions::default() }).await;
    let watcher = watcher.unwrap();
    let (mut struck, mut forgotten) = (0, None);
    for nth in 1..=MOST_CALLS {
        let (before, changes) = (stage.current().await, stage.modifications());
        stage.sandbox.faults.disarm();
        stage.arm(Rule::new("rotate-auth", At::Call(nth), what).during(step));
        let report = stage.rotate().await;
        let told = format!("{what:?} at call {nth} of {step}: {report:?}");
        assert!(report.succeeded, "{told}");
        let after = stage.current().await;
        assert_ne!(after.expose_secret(), before.expose_secret(), "{told}");
        let overlap = if flavour.has_overlap() { stage.nodes() } else { 0 };
        for (which, token, expected) in [("the one before", &before, overlap), ("the new one", &after, stage.nodes())] {
            assert_eq!(stage.accepting(token).await, expected, "{which}, after {told}");
        }
        assert_eq!(stage.credential("AWSPREVIOUS").await.unwrap().expose_secret(), before.expose_secret(), "{told}");
        if let Some(forgotten) = forgotten.replace(before) {
            assert_eq!(stage.accepting(&forgotten).await, 0, "{told}");
        }
        if flavour.is_sent_once() {
            assert_eq!(stage.modifications(), changes + 1, "{told}");
        }
        if stage.sandbox.faults.fired() == struck {
            break;
        }
        struck = stage.sandbox.faults.fired();
    }
    assert!((least..MOST_CALLS).contains(&struck), "{struck} calls of {step} were struck");
    let seen = stop_watcher(watcher).await;
    assert!(seen.refused == 0 || !flavour.has_overlap(), "{seen:?}");
    stage.stop().await;
}

/// One fault at every call: a module with a test for each step, or for those that are named.
macro_rules! at_every_call {
    ($name:ident, $flavour:expr, $what:expr) => {
        at_every_call! {
            $name, $flavour, $what,
            of_create_secret: CREATE, of_set_secret: SET, of_test_secret: TEST, of_finish_secret: FINISH
        }
    };
    ($name:ident, $flavour:expr, $what:expr, $($test:ident: $step:ident),+) => {
        mod $name {
            use acceptance::Flavour;
            use sandbox::faults::What;

            use crate::rotate_auth::matrix;

            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    matrix::strike_every_call($flavour, matrix::$step, $what).await;
                }
            )+
        }
    };
}

/// Every fault at every call of every step: a module with a test for each.
///
/// The names of tests are what `.config/nextest.toml` knows by which of them take long.
macro_rules! every_fault {
    ($name:ident, $flavour:expr) => {
        mod $name {
            use crate::rotate_auth::matrix::at_every_call;

            at_every_call!(survives_a_kill_just_before_every_call, $flavour, What::KillBefore);
            at_every_call!(survives_a_kill_just_after_every_call, $flavour, What::KillAfter);
            at_every_call!(survives_the_loss_of_every_answer, $flavour, What::LoseAnswer);
            at_every_call!(survives_a_throttle_at_every_call, $flavour, What::Throttle);
            at_every_call!(survives_an_internal_error_at_every_call, $flavour, What::InternalError);
            at_every_call!(survives_a_reset_at_every_call, $flavour, What::Reset);
            at_every_call!(survives_a_timeout_at_every_call, $flavour, What::Delay(acceptance::timing::TOO_LATE));
        }
    };
}

pub(super) use {at_every_call, every_fault};
