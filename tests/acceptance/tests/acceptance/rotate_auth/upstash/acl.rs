//! A second token for an ACL user: nobody is ever refused.

use std::time::Duration;

use sandbox::{
    faults::{At, What},
    upstash::{Load, Way},
};
use secrecy::ExposeSecret;
use tokio::time::sleep;

use super::stage::{Stage, same};

#[tokio::test(flavor = "multi_thread")]
async fn two_rotations_of_an_acl_user_pass_under_load_without_a_failed_command() {
    let stage = Stage::set(Way::Acl).await;
    let load = Load::start(&stage.sandbox, &stage.target).await.unwrap();
    for rotation in 1..=2 {
        let before = stage.token("AWSCURRENT").await;
        let report = stage.rotate().await;
        assert!(report.succeeded && report.tries == 1, "{report:?}");
        let after = stage.token("AWSCURRENT").await;
        assert!(!same(&before, &after) && same(&before, &stage.token("AWSPREVIOUS").await));
        assert!(stage.accepts(&before).await && stage.accepts(&after).await, "both are accepted");
        assert_eq!(stage.effective("Rest ACL SETUSER"), 2 * rotation - 1, "the one before the previous one goes first");
        load.roll();
        sleep(Duration::from_millis(500)).await;
    }
    let stats = load.stop().await;
    assert_eq!((stats.failed, stats.refused), (0, 0), "{stats:?}");
    assert!(stats.commands > 100, "{stats:?}");
    assert_eq!(stage.effective("ResetPassword"), 0);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_an_acl_user_keeps_its_other_keys() {
    let stage = Stage::set(Way::Acl).await;
    assert!(stage.rotate().await.succeeded);
    let value = stage.value("AWSCURRENT").await.unwrap();
    assert_eq!((&value["owner"], &value["url"]), (&"platform".into(), &stage.target.database.url().into()));
    assert_eq!(value.as_object().unwrap().len(), 3);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_generated_is_accepted_only_after_set_secret() {
    let stage = Stage::set(Way::Acl).await;
    stage.arm(Some("setSecret"), At::Every, What::KillBefore, usize::MAX);
    assert!(!stage.rotate().await.succeeded);
    let pending = stage.token("AWSPENDING").await;
    assert!(!stage.accepts(&pending).await && stage.accepts(&stage.target.first_token).await);
    stage.sandbox.faults.disarm();
    assert!(stage.rotate().await.succeeded);
    assert!(same(&pending, &stage.token("AWSCURRENT").await), "the rotation was taken up");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_current_token_of_the_user_that_has_drifted_stops_the_rotation() {
    let stage = Stage::set(Way::Acl).await;
    let elsewhere = stage.target.database.make_token_for_nobody("app");
    stage.put(elsewhere.expose_secret(), &["AWSCURRENT"]).await;
    let (step, class, message) = stage.refused().await;
    assert_eq!((step.as_str(), class.as_str()), ("setSecret", "NeedsHuman"), "{message}");
    assert_eq!(stage.effective("Rest ACL SETUSER"), 0);
    assert!(stage.accepts(&stage.target.first_token).await);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_user_stops_the_rotation_before_anything_is_changed() {
    let stage = Stage::set(Way::Acl).await;
    stage.put(stage.target.database.token().expose_secret(), &["AWSCURRENT"]).await;
    let (step, class, message) = stage.refused().await;
    assert_eq!((step.as_str(), class.as_str()), ("setSecret", "NeedsHuman"), "{message}");
    assert!(message.contains("\"default\"") && message.contains("\"app\""), "{message}");
    assert_eq!(stage.effective("Rest ACL SETUSER"), 0);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_the_settings_of_an_acl_user_has_no_side_effects() {
    let stage = Stage::set(Way::Acl).await;
    let report = stage.test_only().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!((stage.effective("Rest ACL SETUSER"), stage.effective("Rest ACL GENTOKEN")), (0, 0));
    assert!(same(&stage.token("AWSCURRENT").await, &stage.target.first_token));
    stage.strike().await;
}
