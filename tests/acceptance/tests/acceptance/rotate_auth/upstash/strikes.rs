//! Every fault at every call of every step, AWS calls and requests to Upstash alike.

use std::time::Duration;

use sandbox::{
    faults::{At, What},
    upstash::Way,
};

use super::stage::{Stage, same};

/// More calls than any step makes: the matrix ends by itself before.
const MOST_CALLS: usize = 60;

/// Strikes every call of `step` with `what`, one rotation each, which must end as if nothing had been.
async fn strike_every_call(way: Way, step: &str, what: What, least: usize) {
    let stage = Stage::set(way).await;
    let mut struck = 0;
    for nth in 1..=MOST_CALLS {
        let (before, resets) = (stage.token("AWSCURRENT").await, stage.effective("ResetPassword"));
        stage.sandbox.faults.disarm();
        stage.arm(Some(step), At::Call(nth), what, 1);
        let report = stage.rotate().await;
        let told = format!("{what:?} at call {nth} of {step}: {report:?}");
        assert!(report.succeeded, "{told}");
        let after = stage.token("AWSCURRENT").await;
        assert!(!same(&before, &after) && stage.accepts(&after).await, "{told}");
        assert!(same(&before, &stage.token("AWSPREVIOUS").await), "{told}");
        match way {
            Way::Acl => assert!(stage.accepts(&before).await, "{told}"),
            Way::Reset => {
                assert!(same(&after, &stage.target.database.token()), "{told}");
                assert_eq!(stage.effective("ResetPassword"), resets + 1, "{told}");
            }
        }
        if stage.sandbox.faults.fired() == struck {
            break;
        }
        struck = stage.sandbox.faults.fired();
    }
    assert!((least..MOST_CALLS).contains(&struck), "{struck} calls of {step} were struck");
    stage.strike().await;
}

/// Strikes every call of every step.
async fn strike_every_step(way: Way, what: What) {
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        strike_every_call(way, step, what, 5).await;
    }
}

/// One test for each fault, for both ways.
macro_rules! both_ways {
    ($name:ident, $what:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn of_a_rotation_by_acl() {
                strike_every_step(Way::Acl, $what).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn of_a_rotation_by_reset() {
                strike_every_step(Way::Reset, $what).await;
            }
        }
    };
}

both_ways!(a_kill_just_before_every_call_is_survived, What::KillBefore);
both_ways!(a_kill_just_after_every_call_is_survived, What::KillAfter);
both_ways!(the_loss_of_every_answer_is_survived, What::LoseAnswer);
both_ways!(a_throttle_at_every_call_is_survived, What::Throttle);
both_ways!(an_internal_error_at_every_call_is_survived, What::InternalError);
both_ways!(a_reset_connection_at_every_call_is_survived, What::Reset);

// Longer than the function waits for an answer, and so one test for each step: they run beside each other.
mod a_timeout_at_every_call_is_survived {
    use super::*;

    const TIMEOUT: What = What::Delay(Duration::from_millis(5500));

    #[tokio::test(flavor = "multi_thread")]
    async fn of_create_secret_by_reset() {
        strike_every_call(Way::Reset, "createSecret", TIMEOUT, 5).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_set_secret_by_reset() {
        strike_every_call(Way::Reset, "setSecret", TIMEOUT, 5).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_set_secret_by_acl() {
        strike_every_call(Way::Acl, "setSecret", TIMEOUT, 5).await;
    }
}
