//! What is refused, by its name and with the way out.

use acceptance::{
    Flavour,
    snapshots::{BUCKET, due, keys, settle, stage, take},
};
use sandbox::hosts::SetUp;
use serde_json::json;

const HOSTS: Flavour = Flavour::SelfHosted(SetUp::ConfigFile);

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_permanent_and_names_what_to_correct() {
    let stage = stage(HOSTS).await;
    let mut without = stage.settings();
    without["snapshots"] = json!(null);
    without.as_object_mut().unwrap().remove("snapshots");
    stage.put_settings(&without).await;
    let refused = take(&stage, &due()).await;
    assert_eq!(refused.status(), "permanent");
    assert!(refused.failure().unwrap().contains("have no `snapshots`"), "{refused}");
    settle(&stage, json!({ "keep": { "daily": 7 }, "bucket": "nowhere" })).await;
    let refused = take(&stage, &due()).await;
    assert_eq!(refused.status(), "permanent");
    assert!(refused.failure().unwrap().contains("in the bucket nowhere: NoSuchBucket"), "{refused}");
    let late = json!({ "target": "orders", "time": "2020-01-01T00:00:00Z" });
    let refused = take(&stage, &late).await;
    assert!(refused.failure().unwrap().contains("more than a day ago"), "{refused}");
    assert_eq!(keys(&stage), [""; 0]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_somebody_else_is_never_taken_for_a_snapshot() {
    let stage = stage(HOSTS).await;
    let event = due();
    let slot: jiff::Timestamp = event["time"].as_str().unwrap().parse().unwrap();
    let file = format!("orders/orders-{}.rdb.zst", slot.strftime("%Y%m%dt%H%M%Sz"));
    stage.sandbox.s3.put(BUCKET, &file, "not ours");
    let refused = take(&stage, &event).await;
    assert_eq!(refused.status(), "needs-human");
    assert!(refused.failure().unwrap().contains("was not written by take-snapshot"), "{refused}");
    assert_eq!(keys(&stage), [file]);
    stage.stop().await;
}
