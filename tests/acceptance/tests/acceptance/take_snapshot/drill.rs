//! Drills: snapshots that are whole, and snapshots that are damaged.

use acceptance::{
    Flavour,
    snapshots::{BUCKET, due, prune, record, stage, take},
};
use sandbox::hosts::SetUp;
use serde_json::json;

const HOSTS: Flavour = Flavour::SelfHosted(SetUp::ConfigFile);

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_reads_the_newest_again_and_says_when_it_is_damaged() {
    let stage = stage(HOSTS).await;
    let drill = json!({ "target": "orders", "drill": true });
    let none = take(&stage, &drill).await;
    assert_eq!(none.status(), "needs-human");
    let taken = take(&stage, &due()).await;
    let name = taken.snapshot().unwrap();
    let [file, of] = ["rdb.zst", "json"].map(|part| format!("orders/{name}.{part}"));
    let whole = take(&stage, &drill).await;
    assert_eq!((whole.status(), whole.verified(), whole.snapshot()), ("done", Some("contents"), Some(name)), "{whole}");

    let mut bytes = stage.sandbox.s3.object(BUCKET, &file).unwrap().bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    stage.sandbox.s3.put(BUCKET, &file, bytes);
    let damaged = take(&stage, &drill).await;
    assert_eq!((damaged.status(), damaged.verified()), ("needs-human", Some("no")), "{damaged}");
    assert_eq!(record(&stage, &of)["verification"]["verified"], json!("no"));
    let refused = prune(&stage, false).await;
    assert_eq!(refused.status(), "needs-human");
    assert!(refused.failure().unwrap().contains("is not verified"), "{refused}");
    stage.stop().await;
}
