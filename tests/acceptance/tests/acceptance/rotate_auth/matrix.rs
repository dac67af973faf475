//! Fault matrices: one rotation after another, each with one fault at the next call.

use acceptance::{
    Flavour, Stage, StageOptions, stop_watcher,
    timing::{brief, least, nth_call},
};
use sandbox::faults::{Rule, What};
use secrecy::ExposeSecret;
use workload::load::{Watcher, WatcherOptions};

/// More calls than any step makes.
const MOST_CALLS: usize = 80;

/// A step, and the minimum number of its calls. Fewer would mean that the matrix missed calls.
pub(super) struct Step {
    name: &'static str,
    calls: usize,
}

pub(super) const CREATE: Step = Step { name: "createSecret", calls: 6 };
pub(super) const SET: Step = Step { name: "setSecret", calls: 10 };
pub(super) const TEST: Step = Step { name: "testSecret", calls: 6 };
pub(super) const FINISH: Step = Step { name: "finishSecret", calls: 7 };

/// Rotates once for each call of `step`, with the fault `what` at that call. AWS calls and logins share one count.
///
/// Secrets Manager's retries must bring every rotation to the same end:
/// - AWSCURRENT is a new credential that every node accepts;
/// - AWSPREVIOUS is the one before, and every node accepts it if the flavour has an overlap;
/// - the one before that is refused;
/// - a service has received one change.
///
/// A watcher logs in with AWSCURRENT the whole time, past the gates that inject the faults.
pub(super) async fn fault_at_every_call(flavour: Flavour, step: Step, what: What) {
    let Step { name: step, calls } = step;
    let stage = Stage::set(StageOptions { flavour, timing: brief(), ..StageOptions::default() }).await;
    let target = stage.load_target();
    let direct = Some(stage.direct());
    let watcher = Watcher::start(target, WatcherOptions { direct, ..WatcherOptions::default() }).await;
    let watcher = watcher.unwrap();
    let (mut hits, mut dropped) = (0, None);
    for nth in 1..=MOST_CALLS {
        let (before, changes) = (stage.current().await, stage.modifications());
        stage.sandbox.faults.disarm();
        stage.arm(Rule::new("rotate-auth", nth_call(what, nth), what).during(step));
        let report = stage.rotate().await;
        let context = format!("{what:?} at call {nth} of {step}: {report:?}");
        assert!(report.succeeded, "{context}");
        let after = stage.current().await;
        assert_ne!(after.expose_secret(), before.expose_secret(), "{context}");
        let overlap = if flavour.has_overlap() { stage.nodes() } else { 0 };
        for (which, token, expected) in [("the one before", &before, overlap), ("the new one", &after, stage.nodes())] {
            assert_eq!(stage.accepting(token).await, expected, "{which}, after {context}");
        }
        assert_eq!(stage.credential("AWSPREVIOUS").await.unwrap().expose_secret(), before.expose_secret(), "{context}");
        if let Some(dropped) = dropped.replace(before) {
            assert_eq!(stage.accepting(&dropped).await, 0, "{context}");
        }
        if flavour.is_sent_once() {
            assert_eq!(stage.modifications(), changes + 1, "{context}");
        }
        if stage.sandbox.faults.fired() == hits {
            break;
        }
        hits = stage.sandbox.faults.fired();
    }
    assert!((least(what, calls)..MOST_CALLS).contains(&hits), "{hits} calls of {step} hit a fault");
    let seen = stop_watcher(watcher).await;
    assert!(seen.refused == 0 || !flavour.has_overlap(), "{seen:?}");
    stage.stop().await;
}

/// One fault at every call: a module with a test for each step, or for the named ones.
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
                    matrix::fault_at_every_call($flavour, matrix::$step, $what).await;
                }
            )+
        }
    };
}

/// Every fault at every call of every step: a module with a test for each. testSecret changes nothing.
///
/// `.config/nextest.toml` gives these tests more time, by their names.
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
            at_every_call!(
                survives_a_timeout_at_every_change, $flavour, What::Delay(acceptance::timing::TOO_LATE),
                of_create_secret: CREATE, of_set_secret: SET, of_finish_secret: FINISH
            );
        }
    };
}

pub(super) use {at_every_call, every_fault};
