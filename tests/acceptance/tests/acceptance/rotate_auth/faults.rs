//! Every fault at every call of every step, and faults that do not end.

use std::time::Duration;

use acceptance::{Stage, StageOptions};
use sandbox::{
    faults::{At, Rule, What},
    services::secrets_manager::RotationTiming,
};

use super::matrix::at_every_call;

/// Longer than the function waits for an answer.
const TOO_LATE: Duration = Duration::from_millis(5500);

at_every_call!(a_rotation_survives_a_throttle_at_every_call, Flavour::ElasticacheAuth, What::Throttle);
at_every_call!(a_rotation_survives_an_internal_error_at_every_call, Flavour::ElasticacheAuth, What::InternalError);
at_every_call!(a_rotation_survives_a_reset_at_every_call, Flavour::ElasticacheAuth, What::Reset);
at_every_call!(a_rotation_survives_a_timeout_at_every_call, Flavour::ElasticacheAuth, What::Delay(super::TOO_LATE));

at_every_call!(a_users_rotation_survives_a_throttle_at_every_call, Flavour::ElasticacheUser, What::Throttle);
at_every_call!(
    a_users_rotation_survives_an_internal_error_at_every_call,
    Flavour::ElasticacheUser,
    What::InternalError
);
at_every_call!(a_users_rotation_survives_a_reset_at_every_call, Flavour::ElasticacheUser, What::Reset);
at_every_call!(
    a_users_rotation_survives_a_timeout_at_every_call,
    Flavour::ElasticacheUser,
    What::Delay(super::TOO_LATE)
);

at_every_call!(a_serverless_rotation_survives_a_throttle_at_every_call, Flavour::ElasticacheServerless, What::Throttle);
at_every_call!(
    a_serverless_rotation_survives_an_internal_error_at_every_call,
    Flavour::ElasticacheServerless,
    What::InternalError
);
at_every_call!(a_serverless_rotation_survives_a_reset_at_every_call, Flavour::ElasticacheServerless, What::Reset);
at_every_call!(
    a_serverless_rotation_survives_a_timeout_at_every_call,
    Flavour::ElasticacheServerless,
    What::Delay(super::TOO_LATE)
);

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_does_not_end_is_left_as_retryable_before_the_deadline() {
    for what in [What::Throttle, What::InternalError, What::Reset] {
        let rotation = RotationTiming { attempts: 1, retry_after: Duration::ZERO };
        let timeout = Duration::from_secs(15);
        let stage = Stage::set(StageOptions { rotation, timeout, ..StageOptions::default() }).await;
        stage.sandbox.faults.arm(Rule {
            function: "rotate-auth".to_owned(),
            during: Some("setSecret".to_owned()),
            at: At::Every,
            what,
            times: usize::MAX,
        });
        let report = stage.rotate().await;
        let (step, class, message) = &report.failures[0];
        assert_eq!((step.as_str(), class.as_str()), ("setSecret", "Retryable"), "{what:?}: {message}");
        assert_eq!(stage.modifications(), 0);
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_hangs_is_left_as_retryable_before_the_deadline() {
    let rotation = RotationTiming { attempts: 1, retry_after: Duration::ZERO };
    let stage = Stage::set(StageOptions { rotation, timeout: Duration::from_secs(4), ..StageOptions::default() }).await;
    stage.sandbox.faults.arm(Rule {
        function: "rotate-auth".to_owned(),
        during: Some("setSecret".to_owned()),
        at: At::Operation("DescribeReplicationGroups".to_owned()),
        what: What::Delay(Duration::from_secs(60)),
        times: usize::MAX,
    });
    let report = stage.rotate().await;
    let (step, class, message) = &report.failures[0];
    assert_eq!((step.as_str(), class.as_str()), ("setSecret", "Retryable"), "{message}");
    assert!(message.contains("time is up"), "{message}");
    stage.strike().await;
}
