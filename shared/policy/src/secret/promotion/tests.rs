//! Which reading of Secrets Manager's dates counts as the promotion.

use super::*;

fn latest(created: u64, previous: u64, rotated: Option<u64>, changed: u64) -> Option<u64> {
    Promotion {
        current_created_ms: Some(created),
        previous_created_ms: Some(previous),
        rotated_ms: rotated,
        changed_ms: Some(changed),
    }
    .latest_ms()
}

#[test]
fn the_promotion_is_the_later_of_what_secrets_manager_says() {
    assert_eq!(latest(200, 100, Some(230), 900), Some(230), "a rotation that has ended");
    assert_eq!(latest(200, 100, Some(130), 220), Some(220), "one that has not ended yet, or a label moved by hand");
    assert_eq!(latest(200, 100, None, 210), Some(210), "a secret that was never rotated");
    assert_eq!(latest(100, 200, Some(230), 900), Some(900), "AWSCURRENT was moved back by hand");
    assert_eq!(Promotion::default().latest_ms(), None);
}
