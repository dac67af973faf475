//! What a rotation by a second token of an ACL user guarantees, in addition to what every backend does.

use acceptance::Flavour;
use sandbox::faults::{At, Rule, What};

use super::{effective, refused, same, stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_token_is_accepted_only_after_set_secret() {
    let stage = stage(Flavour::UpstashAcl).await;
    stage.arm(Rule::new("rotate-auth", At::Every, What::KillBefore).during("setSecret").times(usize::MAX));
    assert!(!stage.rotate().await.succeeded);
    let pending = stage.credential("AWSPENDING").await.unwrap();
    assert!(!stage.accepts(&pending).await && stage.accepts(&stage.first_token()).await);
    stage.sandbox.faults.disarm();
    // The call is refused because a rotation is pending, and retries that rotation.
    assert!(stage.start_rotation().await.is_err());
    assert!(stage.settled().await.succeeded);
    assert!(same(&pending, &stage.current().await));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_user_stops_the_rotation_before_any_change() {
    let stage = stage(Flavour::UpstashAcl).await;
    stage.put_credential(&stage.database().token(), &["AWSCURRENT"]).await;
    let (step, class, message) = refused(&stage).await;
    assert_eq!((step.as_str(), class.as_str()), ("setSecret", "NeedsHuman"), "{message}");
    assert!(message.contains("\"default\"") && message.contains("\"orders-app\""), "{message}");
    assert_eq!(effective(&stage, "Rest ACL SETUSER"), 0);
    stage.stop().await;
}
