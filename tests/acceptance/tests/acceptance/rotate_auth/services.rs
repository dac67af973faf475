//! What a rotation guarantees if ElastiCache distributes the credential, whichever kind of credential it is.

use std::time::Duration;

use acceptance::{Flavour, Stage, StageOptions, timing::quick};
use sandbox::{
    faults::{At, Rule, What},
    services::elasticache::Timing,
};
use secrecy::ExposeSecret;
use tokio::time::sleep;

/// Returns the flavours whose credential ElastiCache distributes.
fn flavours() -> impl Iterator<Item = Flavour> {
    Flavour::ALL.into_iter().filter(|flavour| flavour.is_kept_by_a_service())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_ends_too_early_does_not_move_awscurrent() {
    for flavour in flavours() {
        let timing = Timing { modify: Duration::from_secs(2), spread: Duration::from_millis(500), ..quick() };
        let stage = Stage::set(StageOptions { flavour, timing, ..StageOptions::default() }).await;
        stage.sandbox.elasticache.set_status_lies(true);
        stage.start_rotation().await.unwrap();
        sleep(Duration::from_millis(1500)).await;
        assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret(), "{flavour:?}");
        let report = stage.settled().await;
        assert!(report.succeeded, "{flavour:?}: {report:?}");
        assert!(stage.accepts(&stage.current().await).await, "{flavour:?}");
        assert_eq!(stage.modifications(), 1, "{flavour:?}");
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_is_lost_is_not_sent_again_while_the_status_lags() {
    for flavour in flavours() {
        let stale = Duration::from_secs(2);
        let timing = Timing { modify: Duration::from_secs(3), stale, stale_users: stale, ..quick() };
        let stage = Stage::set(StageOptions { flavour, timing, ..StageOptions::default() }).await;
        stage.arm(Rule::new("rotate-auth", At::operation(flavour.change()), What::LoseAnswer));
        let report = stage.rotate().await;
        assert!(report.succeeded, "{flavour:?}: {report:?}");
        let entries = stage.sandbox.journal.entries().into_iter();
        assert_eq!(entries.filter(|entry| entry.operation == flavour.change()).count(), 1, "{flavour:?}");
        stage.stop().await;
    }
}
