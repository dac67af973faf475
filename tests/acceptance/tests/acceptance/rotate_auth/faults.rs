//! Rotations in ElastiCache with a fault at every call of every step, and with faults that last.

use std::time::Duration;

use acceptance::{Stage, StageOptions};
use sandbox::{
    faults::{At, Rule, What},
    services::secrets_manager::RotationTiming,
};

use super::matrix::{at_every_call, every_fault};

every_fault!(a_rotation, Flavour::ElasticacheAuth);
every_fault!(a_users_rotation, Flavour::ElasticacheUser);

/// A serverless cache uses the same code to change a password as a user, which has the whole matrix. Only the reads differ,
/// and every step reads. So setSecret is tested here with the faults that can interrupt a change, and the other steps with
/// one transient fault.
mod a_serverless_rotation {
    use super::at_every_call;

    at_every_call!(
        survives_a_kill_just_before_every_call,
        Flavour::ElasticacheServerless,
        What::KillBefore,
        of_set_secret: SET
    );
    at_every_call!(
        survives_a_kill_just_after_every_call,
        Flavour::ElasticacheServerless,
        What::KillAfter,
        of_set_secret: SET
    );
    at_every_call!(
        survives_the_loss_of_every_answer,
        Flavour::ElasticacheServerless,
        What::LoseAnswer,
        of_set_secret: SET
    );
    at_every_call!(
        survives_an_internal_error_at_every_call,
        Flavour::ElasticacheServerless,
        What::InternalError,
        of_create_secret: CREATE,
        of_test_secret: TEST,
        of_finish_secret: FINISH
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_lasts_fails_the_step_as_retryable_before_the_deadline() {
    for what in [What::Throttle, What::InternalError, What::Reset] {
        let rotation = RotationTiming::new(1, Duration::ZERO);
        let timeout = Duration::from_secs(15);
        let stage = Stage::set(StageOptions { rotation, timeout, ..StageOptions::default() }).await;
        stage.arm(Rule::new("rotate-auth", At::Every, what).during("setSecret").times(usize::MAX));
        let report = stage.rotate().await;
        let (step, class, message) = &report.failures[0];
        assert_eq!((step.as_str(), class.as_str()), ("setSecret", "Retryable"), "{what:?}: {message}");
        assert_eq!(stage.modifications(), 0);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_hangs_fails_the_step_as_retryable_before_the_deadline() {
    let rotation = RotationTiming::new(1, Duration::ZERO);
    let stage = Stage::set(StageOptions { rotation, timeout: Duration::from_secs(4), ..StageOptions::default() }).await;
    stage.arm(
        Rule::new("rotate-auth", At::operation("DescribeReplicationGroups"), What::Delay(Duration::from_secs(60)))
            .during("setSecret")
            .times(usize::MAX),
    );
    let report = stage.rotate().await;
    let (step, class, message) = &report.failures[0];
    assert_eq!((step.as_str(), class.as_str()), ("setSecret", "Retryable"), "{message}");
    assert!(message.contains("time is up"), "{message}");
    stage.stop().await;
}
