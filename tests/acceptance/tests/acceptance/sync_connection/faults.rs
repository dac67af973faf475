//! The function stopped at every call, every answer lost, and every fault at every call.

use std::time::Duration;

use acceptance::{Stage, StageOptions};
use sandbox::{
    faults::{At, Rule, What},
    lambda::InvocationResult,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::publishing::{HOST, NAME, URL, environment, invoke, keys, outputs, parameter, publishing, sync};

/// Longer than the function waits for an answer.
const TOO_LATE: Duration = Duration::from_millis(5500);

/// More calls than any run makes.
const MOST_CALLS: usize = 60;

/// How often the platform tries again, and more.
const TRIES: usize = 5;

async fn sync_with_retries(stage: &Stage) -> Value {
    for _ in 0..TRIES {
        if let InvocationResult::Returned(outcome) = invoke(stage, &json!({ "target": "orders" })).await.result {
            return outcome;
        }
    }
    panic!("{:?}", stage.sandbox.runner.invocations().pop())
}

/// Publishes another credential once for each call of a run, with that call struck, until there is no such call.
async fn strike_every_call(what: What) {
    let stage = publishing(StageOptions::default(), &outputs()).await;
    sync(&stage).await;
    let mut struck = 0;
    for nth in 1..=MOST_CALLS {
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        let before = parameter(&stage, URL).await.unwrap().0;
        stage.sandbox.faults.arm(Rule { function: NAME.to_owned(), during: None, at: At::Call(nth), what, times: 1 });
        let outcome = sync_with_retries(&stage).await;
        stage.sandbox.faults.disarm();
        let told = format!("{what:?} at call {nth}: {outcome}");
        let current = stage.current().await;
        let (url, _) = parameter(&stage, URL).await.unwrap();
        assert!(url.contains(&format!(":{}@", current.expose_secret())), "{told}");
        assert_eq!(parameter(&stage, &format!("{URL}:current")).await.unwrap().0, url, "{told}");
        assert_eq!(parameter(&stage, &format!("{URL}:previous")).await.unwrap().0, before, "{told}");
        assert_eq!(keys(&stage).await["redis_password"], current.expose_secret(), "{told}");
        assert_eq!(environment(&stage).await.len(), 4, "{told}");
        assert_eq!(parameter(&stage, HOST).await.unwrap().1, 1, "what has not changed is not written: {told}");
        assert_eq!(sync(&stage).await["outcome"], "kept", "{told}");
        if stage.sandbox.faults.fired() == struck {
            break;
        }
        struck = stage.sandbox.faults.fired();
    }
    assert!((15..MOST_CALLS).contains(&struck), "{struck} calls were struck");
    stage.strike().await;
}

/// One test for each fault.
macro_rules! at_every_call {
    ($($name:ident: $what:expr;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                strike_every_call($what).await;
            }
        )+
    };
}

at_every_call! {
    a_publication_survives_a_kill_just_before_every_call: What::KillBefore;
    a_publication_survives_a_kill_just_after_every_call: What::KillAfter;
    a_publication_survives_the_loss_of_every_answer: What::LoseAnswer;
    a_publication_survives_a_throttle_at_every_call: What::Throttle;
    a_publication_survives_an_internal_error_at_every_call: What::InternalError;
    a_publication_survives_a_reset_at_every_call: What::Reset;
    a_publication_survives_a_timeout_at_every_call: What::Delay(TOO_LATE);
}
