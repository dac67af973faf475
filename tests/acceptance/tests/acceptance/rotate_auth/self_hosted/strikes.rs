//! Every call of every step struck, on hosts with a replica and a Sentinel.

use std::time::Duration;

use sandbox::{
    faults::{At, Rule, What},
    hosts::SetUp,
};
use secrecy::ExposeSecret;
use tokio::time::sleep;

use super::Hosted;

/// How long the function waits for a node's answer.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(2);

/// More calls than any step makes: the matrix ends by itself before.
const MOST_CALLS: usize = 80;

/// Strikes every call of `step`, AWS calls, logins and commands alike, with `what`, one rotation each.
///
/// Whatever was struck, Secrets Manager's retries must bring the rotation to the same end: AWSCURRENT is a new credential,
/// every node accepts it and the one before, and refuses the one before that, now and after a restart, and replicas and
/// Sentinels find their way.
async fn strike_every_call(set_up: SetUp, step: &str, what: What, least: usize) {
    let hosted = Hosted::with_a_replica(set_up).await;
    let (mut struck, mut forgotten) = (0, None);
    for nth in 1..=MOST_CALLS {
        let before = hosted.stage.current().await;
        hosted.stage.sandbox.faults.disarm();
        hosted.stage.arm(Rule::new("rotate-auth", At::Call(nth), what).during(step));
        let report = hosted.stage.rotate().await;
        // What was given up on arrives all the same. Where nodes forget, it would tell a Sentinel what the next rotation takes
        // away: none comes so soon after another but here.
        if let (What::Delay(late), SetUp::Neither) = (what, set_up) {
            sleep(late - GIVEN_UP_AFTER).await;
        }
        let told = format!("{set_up:?}: {what:?} at call {nth} of {step}: {report:?}");
        assert!(report.succeeded, "{told}");
        let after = hosted.stage.current().await;
        assert_ne!(after.expose_secret(), before.expose_secret(), "{told}");
        let gone: Vec<_> = forgotten.iter().collect();
        hosted.accepts(&[&before, &after], &gone, &told).await;
        if set_up != SetUp::Neither && step == "setSecret" {
            hosted.restart_all().await;
            hosted.accepts(&[&before, &after], &gone, &told).await;
        }
        forgotten = Some(before);
        hosted.cut_and_mend(&told).await;
        if hosted.stage.sandbox.faults.fired() == struck {
            break;
        }
        struck = hosted.stage.sandbox.faults.fired();
    }
    assert!((least..MOST_CALLS).contains(&struck), "{struck} calls of {step} were struck");
    hosted.stage.stop().await;
}

/// One test for each step, all with the same fault; the set-ups take turns.
macro_rules! at_every_call {
    ($($name:ident: $what:expr;)+) => {
        $(
            mod $name {
                use sandbox::{faults::What, hosts::SetUp};

                use super::strike_every_call;

                #[tokio::test(flavor = "multi_thread")]
                async fn of_create_secret() {
                    strike_every_call(SetUp::Neither, "createSecret", $what, 6).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_set_secret_with_a_configuration_file() {
                    strike_every_call(SetUp::ConfigFile, "setSecret", $what, 18).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_set_secret_with_an_acl_file() {
                    strike_every_call(SetUp::AclFile, "setSecret", $what, 18).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_set_secret_with_neither() {
                    strike_every_call(SetUp::Neither, "setSecret", $what, 14).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_test_secret() {
                    strike_every_call(SetUp::AclFile, "testSecret", $what, 6).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                async fn of_finish_secret() {
                    strike_every_call(SetUp::ConfigFile, "finishSecret", $what, 7).await;
                }
            }
        )+
    };
}

at_every_call! {
    a_rotation_on_hosts_survives_a_kill_just_before_every_call: What::KillBefore;
    a_rotation_on_hosts_survives_a_kill_just_after_every_call: What::KillAfter;
    a_rotation_on_hosts_survives_the_loss_of_every_answer: What::LoseAnswer;
    a_rotation_on_hosts_survives_a_throttle_at_every_call: What::Throttle;
    a_rotation_on_hosts_survives_a_500_at_every_call: What::InternalError;
    a_rotation_on_hosts_survives_a_reset_at_every_call: What::Reset;
    a_rotation_on_hosts_survives_a_timeout_at_every_call: What::Delay(acceptance::timing::TOO_LATE);
}
