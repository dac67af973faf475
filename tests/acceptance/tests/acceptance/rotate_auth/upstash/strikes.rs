//! Every fault at every call of every step, AWS calls and requests to Upstash alike.

use acceptance::Flavour;
use sandbox::faults::{At, What};

use super::{arm, effective, same, stage};
use crate::rotate_auth::matrix::at_every_call;

/// Longer than the function waits for an answer.
const TOO_LATE: std::time::Duration = std::time::Duration::from_millis(5500);

/// More calls than any step makes: the matrix ends by itself before.
const MOST_CALLS: usize = 60;

at_every_call!(a_rotation_by_acl_survives_a_kill_just_before_every_call, Flavour::UpstashAcl, What::KillBefore);
at_every_call!(a_rotation_by_acl_survives_a_kill_just_after_every_call, Flavour::UpstashAcl, What::KillAfter);
at_every_call!(a_rotation_by_acl_survives_the_loss_of_every_answer, Flavour::UpstashAcl, What::LoseAnswer);
at_every_call!(a_rotation_by_acl_survives_a_throttle_at_every_call, Flavour::UpstashAcl, What::Throttle);
at_every_call!(a_rotation_by_acl_survives_an_internal_error_at_every_call, Flavour::UpstashAcl, What::InternalError);
at_every_call!(a_rotation_by_acl_survives_a_reset_at_every_call, Flavour::UpstashAcl, What::Reset);
at_every_call!(a_rotation_by_acl_survives_a_timeout_at_every_call, Flavour::UpstashAcl, What::Delay(super::TOO_LATE));

/// Strikes every call of `step` with `what`, one rotation by reset each, which must end as if nothing had been.
async fn strike_every_call(step: &str, what: What, least: usize) {
    let stage = stage(Flavour::UpstashReset).await;
    let mut struck = 0;
    for nth in 1..=MOST_CALLS {
        let (before, resets) = (stage.current().await, stage.modifications());
        stage.sandbox.faults.disarm();
        arm(&stage, step, At::Call(nth), what, 1);
        let report = stage.rotate().await;
        let told = format!("{what:?} at call {nth} of {step}: {report:?}");
        assert!(report.succeeded, "{told}");
        let after = stage.current().await;
        assert!(!same(&before, &after) && stage.accepts(&after).await, "{told}");
        assert!(same(&before, &stage.credential("AWSPREVIOUS").await.unwrap()), "{told}");
        assert!(same(&after, &stage.database().token()), "{told}");
        assert_eq!(stage.modifications(), resets + 1, "{told}");
        if stage.sandbox.faults.fired() == struck {
            break;
        }
        struck = stage.sandbox.faults.fired();
    }
    assert!((least..MOST_CALLS).contains(&struck), "{struck} calls of {step} were struck");
    assert_eq!(effective(&stage, "Rest ACL SETUSER"), 0);
    stage.strike().await;
}

/// One test for each step, all with the same fault.
macro_rules! at_every_call_by_reset {
    ($($name:ident: $what:expr;)+) => {
        $(
            mod $name {
                use super::*;

                #[tokio::test(flavor = "multi_thread")]
                async fn of_create_secret() {
                    strike_every_call("createSecret", $what, 6).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_set_secret() {
                    strike_every_call("setSecret", $what, 11).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_test_secret() {
                    strike_every_call("testSecret", $what, 6).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_finish_secret() {
                    strike_every_call("finishSecret", $what, 7).await;
                }
            }
        )+
    };
}

at_every_call_by_reset! {
    a_rotation_by_reset_survives_a_kill_just_before_every_call: What::KillBefore;
    a_rotation_by_reset_survives_a_kill_just_after_every_call: What::KillAfter;
    a_rotation_by_reset_survives_the_loss_of_every_answer: What::LoseAnswer;
    a_rotation_by_reset_survives_a_throttle_at_every_call: What::Throttle;
    a_rotation_by_reset_survives_an_internal_error_at_every_call: What::InternalError;
    a_rotation_by_reset_survives_a_reset_at_every_call: What::Reset;
    a_rotation_by_reset_survives_a_timeout_at_every_call: What::Delay(TOO_LATE);
}
