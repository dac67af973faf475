//! A rotation and its retirement, with clients at work.

use std::time::Duration;

use acceptance::{
    Flavour, StageOptions,
    retirement::{done, retire, rotated},
};
use tokio::time::sleep;

use crate::rotate_auth::story::Audience;

#[tokio::test(flavor = "multi_thread")]
async fn rotating_rolling_and_retiring_under_load_fails_no_command() {
    for flavour in Flavour::ALL {
        for topology in flavour.topologies() {
            let stage = rotated(StageOptions { flavour, topology: *topology, ..StageOptions::default() }).await;
            let audience = Audience::of(&stage).await;
            for _ in 0..2 {
                let old = stage.current().await;
                let report = stage.rotate().await;
                assert!(report.succeeded, "{report:?}");
                audience.load.roll();
                sleep(Duration::from_millis(500)).await;
                let outcome = retire(&stage).await;
                assert_eq!(done(&outcome), ["remove-previous", "mark-retired"], "{outcome}");
                assert_eq!(stage.accepting(&old).await, 0);
                assert!(stage.accepts(&stage.current().await).await);
            }
            sleep(Duration::from_millis(500)).await;
            audience.was_served().await;
            stage.strike().await;
        }
    }
}
