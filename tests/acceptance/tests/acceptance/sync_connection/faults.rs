//! Publications and moves with a fault at every call.

use acceptance::{
    StageOptions,
    connection::{NAME, sync, with_retries},
    timing::{TOO_LATE, least, nth_call},
};
use sandbox::faults::{Rule, What};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    moving::Moving,
    publishing::{HOST, URL, environment, keys, outputs, parameter, publishing},
};

/// More calls than any run makes.
const MOST_CALLS: usize = 60;

/// Publishes a new credential once for each call of a run, with the fault at that call, until there are no more calls.
async fn fault_at_every_call(what: What) {
    let stage = publishing(StageOptions::default(), &outputs()).await;
    sync(&stage).await;
    let mut hits = 0;
    for nth in 1..=MOST_CALLS {
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        let before = parameter(&stage, URL).await.unwrap().0;
        stage.arm(Rule::new(NAME, nth_call(what, nth), what));
        let outcome = with_retries(&stage, &json!({ "target": "orders" })).await;
        stage.sandbox.faults.disarm();
        let context = format!("{what:?} at call {nth}: {outcome}");
        let current = stage.current().await;
        let (url, _) = parameter(&stage, URL).await.unwrap();
        assert!(url.contains(&format!(":{}@", current.expose_secret())), "{context}");
        assert_eq!(parameter(&stage, &format!("{URL}:current")).await.unwrap().0, url, "{context}");
        assert_eq!(parameter(&stage, &format!("{URL}:previous")).await.unwrap().0, before, "{context}");
        assert_eq!(keys(&stage).await["redis_password"], current.expose_secret(), "{context}");
        assert_eq!(environment(&stage).await.len(), 4, "{context}");
        assert_eq!(parameter(&stage, HOST).await.unwrap().1, 1, "an unchanged output is not written: {context}");
        assert_eq!(sync(&stage).await.status(), "kept", "{context}");
        if stage.sandbox.faults.fired() == hits {
            break;
        }
        hits = stage.sandbox.faults.fired();
    }
    assert!((least(what, 15)..MOST_CALLS).contains(&hits), "{hits} calls hit a fault");
    stage.stop().await;
}

/// Moves a target and rolls it back, once for each call of either run, with the fault at that call, until there are no more
/// calls.
async fn fault_at_every_call_of_a_move(what: What) {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    let faults = &moving.stage.sandbox.faults;
    let mut hits = 0;
    for nth in 1..=MOST_CALLS {
        moving.name_there().await;
        for event in [json!({ "target": "orders" }), json!({ "target": "orders", "rollback": true })] {
            faults.arm(Rule::new(NAME, nth_call(what, nth), what));
            let mut outcome = with_retries(&moving.stage, &event).await;
            // A move waits for a Redis that did not answer until the next scheduled run.
            if outcome.status() == "waiting" {
                outcome = with_retries(&moving.stage, &event).await;
            }
            faults.disarm();
            let context = format!("{what:?} at call {nth} of {event}: {outcome}");
            assert!(["done", "kept"].contains(&outcome.status()), "{context}");
            match event.get("rollback") {
                None => moving.assert_published_there().await,
                Some(_) => moving.assert_published_here().await,
            }
            assert_eq!(sync(&moving.stage).await.status(), "kept", "{context}");
        }
        if faults.fired() == hits {
            break;
        }
        hits = faults.fired();
    }
    assert!((least(what, 20)..2 * MOST_CALLS).contains(&hits), "{hits} calls hit a fault");
    moving.stage.stop().await;
}

/// One test for each fault.
macro_rules! at_every_call {
    ($($name:ident: $run:ident($what:expr);)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $run($what).await;
            }
        )+
    };
}

at_every_call! {
    a_publication_survives_a_kill_just_before_every_call: fault_at_every_call(What::KillBefore);
    a_publication_survives_a_kill_just_after_every_call: fault_at_every_call(What::KillAfter);
    a_publication_survives_the_loss_of_every_answer: fault_at_every_call(What::LoseAnswer);
    a_publication_survives_a_throttle_at_every_call: fault_at_every_call(What::Throttle);
    a_publication_survives_an_internal_error_at_every_call: fault_at_every_call(What::InternalError);
    a_publication_survives_a_reset_at_every_call: fault_at_every_call(What::Reset);
    a_publication_survives_a_timeout_at_every_change: fault_at_every_call(What::Delay(TOO_LATE));
    a_move_survives_a_kill_just_before_every_call: fault_at_every_call_of_a_move(What::KillBefore);
    a_move_survives_a_kill_just_after_every_call: fault_at_every_call_of_a_move(What::KillAfter);
    a_move_survives_the_loss_of_every_answer: fault_at_every_call_of_a_move(What::LoseAnswer);
    a_move_survives_a_throttle_at_every_call: fault_at_every_call_of_a_move(What::Throttle);
    a_move_survives_an_internal_error_at_every_call: fault_at_every_call_of_a_move(What::InternalError);
    a_move_survives_a_reset_at_every_call: fault_at_every_call_of_a_move(What::Reset);
    a_move_survives_a_timeout_at_every_change: fault_at_every_call_of_a_move(What::Delay(TOO_LATE));
}

pub(super) use at_every_call;
