//! One snapshot per slot, verified, with a record.

use acceptance::{
    Flavour,
    snapshots::{BUCKET, KEYS, due, fill, keys, rdb, record, settle, stage, take},
};
use sandbox::hosts::SetUp;
use serde_json::json;

const HOSTS: Flavour = Flavour::SelfHosted(SetUp::ConfigFile);

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_stored_verified_and_recorded() {
    for flavour in [HOSTS].into_iter().chain(Flavour::on_fargate()) {
        let stage = stage(flavour).await;
        let event = due();
        let outcome = take(&stage, &event).await;
        assert_eq!((outcome.status(), outcome.verified()), ("done", Some("contents")), "{outcome}");
        let name = outcome.snapshot().unwrap().to_owned();
        let [file, of] = ["rdb.zst", "json"].map(|part| format!("orders/{name}.{part}"));
        assert_eq!(keys(&stage), [of.clone(), file.clone()]);
        let (raw, summary) = rdb(&stage, &file);
        assert_eq!(summary.databases[&0].keys, KEYS, "{flavour:?}");
        let record = record(&stage, &of);
        assert_eq!(
            (record["raw"]["bytes"].as_u64(), record["target"].as_str()),
            (Some(raw.len() as u64), Some("orders"))
        );
        assert_eq!(record["rdb"]["databases"]["0"]["types"], json!({ "string": KEYS }));
        assert_eq!(record["keyspace"]["before"]["0"]["keys"], json!(KEYS));
        let role = if flavour == HOSTS { "replica" } else { "primary" };
        assert_eq!(record["source"]["role"], json!(role), "a replica is preferred: {record}");
        assert!(stage.sandbox.s3.uploads(BUCKET).is_empty());

        fill(&stage, KEYS + 1).await;
        let repeated = take(&stage, &event).await;
        assert_eq!((repeated.status(), repeated.kept()), ("kept", vec!["snapshot"]), "{repeated}");
        assert_eq!(rdb(&stage, &file).1.databases[&0].keys, KEYS, "the first one stays");
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_from_which_node_and_stores_nothing() {
    let stage = stage(HOSTS).await;
    let outcome = take(&stage, &json!({ "target": "orders", "dry_run": true })).await;
    assert_eq!((outcome.status(), outcome.planned()), ("kept", vec!["take-snapshot"]), "{outcome}");
    assert_eq!(keys(&stage), [""; 0]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_say_where_and_how_it_is_stored() {
    let stage = stage(HOSTS).await;
    let snapshots = json!({ "keep": { "daily": 7 }, "bucket": BUCKET, "prefix": "backups/redis", "compression": "none",
                            "kms_key": "alias/snapshots" });
    settle(&stage, snapshots).await;
    let event = json!({ "target": "orders", "reason": "antes de la migración", "pin": true });
    let outcome = take(&stage, &event).await;
    assert_eq!(outcome.done(), ["pin-snapshot", "take-snapshot"], "{outcome}");
    let name = outcome.snapshot().unwrap();
    let [of, pin, file] = ["json", "pin", "rdb"].map(|part| format!("backups/redis/orders/{name}.{part}"));
    assert_eq!(keys(&stage), [of.clone(), pin, file.clone()]);
    assert_eq!(record(&stage, &of)["reason"], json!("antes de la migración"));
    assert_eq!(rdb(&stage, &file).1.databases[&0].keys, KEYS);
    for key in [of, file] {
        let object = stage.sandbox.s3.object(BUCKET, &key).unwrap();
        assert_eq!(object.kms_key.as_deref(), Some("alias/snapshots"), "{key}");
    }
    stage.stop().await;
}
