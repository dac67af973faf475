//! Rotations on hosts with a replica and a Sentinel, with a fault at every call of every step.

use std::time::Duration;

use acceptance::timing::{least, nth_call};
use sandbox::{
    faults::{Rule, What},
    hosts::SetUp,
};
use secrecy::ExposeSecret;
use tokio::time::sleep;

use super::Hosted;

/// How long the function waits for the answer of a node.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(2);

/// More calls than any step here makes.
const MOST_CALLS: usize = 80;

/// Rotates once for each call of `step`, with the fault `what` at that call. AWS calls, logins and commands share one count.
///
/// Secrets Manager's retries must bring every rotation to the same end: AWSCURRENT is a new credential; every node accepts it
/// and the one before, and refuses the one before that, also after a restart; and replicas and Sentinels reconnect.
async fn fault_at_every_call(set_up: SetUp, step: &str, what: What, calls: usize) {
    let hosted = Hosted::with_a_replica(set_up).await;
    let (mut hits, mut dropped) = (0, None);
    for nth in 1..=MOST_CALLS {
        let before = hosted.stage.current().await;
        hosted.stage.sandbox.faults.disarm();
        hosted.stage.arm(Rule::new("rotate-auth", nth_call(what, nth), what).during(step));
        let report = hosted.stage.rotate().await;
        // The delayed command is still carried out later. Without persistence, it could give a Sentinel a password that the
        // next rotation removes. Real rotations are not so close together.
        if let (What::Delay(late), SetUp::Neither) = (what, set_up) {
            sleep(late - GIVEN_UP_AFTER).await;
        }
        let context = format!("{set_up:?}: {what:?} at call {nth} of {step}: {report:?}");
        assert!(report.succeeded, "{context}");
        let after = hosted.stage.current().await;
        assert_ne!(after.expose_secret(), before.expose_secret(), "{context}");
        let gone: Vec<_> = dropped.iter().collect();
        hosted.assert_accepts(&[&before, &after], &gone, &context).await;
        if set_up != SetUp::Neither && step == "setSecret" {
            hosted.restart_all().await;
            hosted.assert_accepts(&[&before, &after], &gone, &context).await;
        }
        dropped = Some(before);
        hosted.reconnect_all(&context).await;
        if hosted.stage.sandbox.faults.fired() == hits {
            break;
        }
        hits = hosted.stage.sandbox.faults.fired();
    }
    assert!((least(what, calls)..MOST_CALLS).contains(&hits), "{hits} calls of {step} hit a fault");
    hosted.stage.stop().await;
}

/// One test for each step that changes something, with the same fault; the set-ups alternate.
macro_rules! at_every_call {
    ($($name:ident: $what:expr;)+) => {
        $(
            mod $name {
                use sandbox::{faults::What, hosts::SetUp};

                use super::fault_at_every_call;

                #[tokio::test(flavor = "multi_thread")]
                async fn of_create_secret() {
                    fault_at_every_call(SetUp::Neither, "createSecret", $what, 6).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_set_secret_with_a_configuration_file() {
                    fault_at_every_call(SetUp::ConfigFile, "setSecret", $what, 18).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_set_secret_with_an_acl_file() {
                    fault_at_every_call(SetUp::AclFile, "setSecret", $what, 18).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_set_secret_with_neither() {
                    fault_at_every_call(SetUp::Neither, "setSecret", $what, 14).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_finish_secret() {
                    fault_at_every_call(SetUp::ConfigFile, "finishSecret", $what, 7).await;
                }
            }
        )+
    };
}

/// One test for testSecret, which changes nothing, with each fault of a call that reads.
macro_rules! at_every_call_of_test_secret {
    ($($name:ident: $what:expr;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                fault_at_every_call(SetUp::AclFile, "testSecret", $what, 6).await;
            }
        )+
    };
}

at_every_call! {
    a_rotation_on_hosts_survives_a_kill_just_before_every_call: What::KillBefore;
    a_rotation_on_hosts_survives_a_kill_just_after_every_call: What::KillAfter;
    a_rotation_on_hosts_survives_the_loss_of_every_answer: What::LoseAnswer;
    a_rotation_on_hosts_survives_a_timeout_at_every_change: What::Delay(acceptance::timing::TOO_LATE);
    a_rotation_on_hosts_survives_a_throttle_at_every_call: What::Throttle;
    a_rotation_on_hosts_survives_an_internal_error_at_every_call: What::InternalError;
    a_rotation_on_hosts_survives_a_reset_at_every_call: What::Reset;
}

at_every_call_of_test_secret! {
    test_secret_on_hosts_survives_a_kill_just_before_every_call: What::KillBefore;
    test_secret_on_hosts_survives_a_throttle_at_every_call: What::Throttle;
    test_secret_on_hosts_survives_a_reset_at_every_call: What::Reset;
}
