//! The compiled `prune-snapshots`: what no rule keeps is deleted, and never the last good ones.

use acceptance::{
    Flavour, Stage,
    snapshots::{BUCKET, PRUNE, due, keys, prune, put_past, settle, stage, take},
};
use jiff::{Span, Timestamp};
use sandbox::{
    faults::{At, Rule, What},
    hosts::SetUp,
};
use serde_json::json;

const HOSTS: Flavour = Flavour::SelfHosted(SetUp::ConfigFile);

/// A stage with one snapshot of now, and one for each of so many days before, verified this far.
async fn with_past(days: i64, verified: &str) -> (Stage, Vec<String>) {
    let stage = stage(HOSTS).await;
    let newest = take(&stage, &due()).await.snapshot().unwrap().to_owned();
    let mut names = vec![newest];
    for day in 1..=days {
        let taken = Timestamp::now().checked_sub(Span::new().hours(24 * day)).unwrap();
        names.push(put_past(&stage, taken, verified));
    }
    (stage, names)
}

fn names(stage: &Stage) -> Vec<String> {
    let files = keys(stage).into_iter().filter_map(|key| Some(key.strip_suffix(".rdb.zst")?.to_owned()));
    let mut names: Vec<String> = files.map(|key| key.trim_start_matches("orders/").to_owned()).collect();
    names.reverse();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_rule_keeps_is_deleted_and_a_dry_run_says_so_before() {
    let (stage, all) = with_past(9, "contents").await;
    let dry = prune(&stage, true).await;
    assert_eq!((dry.planned().len(), names(&stage)), (3, all.clone()), "{dry}");
    let reasons: Vec<_> = dry.judged();
    assert_eq!((reasons.len(), reasons[0].1, reasons[9].1), (10, "delete", "keep"), "{dry}");
    let outcome = prune(&stage, false).await;
    assert_eq!(outcome.done(), ["delete-snapshot"; 3], "{outcome}");
    assert_eq!(names(&stage), all[..7]);
    assert_eq!(keys(&stage).len(), 14, "records go with their files");
    assert_eq!(prune(&stage, false).await.done(), [""; 0]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_good_ones_stay_whatever_failed_after_them() {
    let (stage, all) = with_past(4, "no").await;
    let good: Vec<String> = (5..7)
        .map(|day| put_past(&stage, Timestamp::now().checked_sub(Span::new().hours(24 * day)).unwrap(), "contents"))
        .collect();
    settle(&stage, json!({ "keep": { "last": 1 }, "min_verified": 3, "bucket": BUCKET })).await;
    let outcome = prune(&stage, false).await;
    let left = names(&stage);
    assert!(left.contains(&all[0]) && good.iter().all(|name| left.contains(name)), "{left:?}: {outcome}");
    assert_eq!(left.len(), 3, "the unverified ones are gone: {outcome}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_while_the_newest_is_too_old_or_not_verified() {
    let (stage, all) = with_past(9, "contents").await;
    let newest = format!("orders/{}", all[0]);
    stage.sandbox.s3.remove(BUCKET, &format!("{newest}.json"));
    stage.sandbox.s3.remove(BUCKET, &format!("{newest}.rdb.zst"));
    settle(&stage, json!({ "keep": { "last": 1 }, "max_age_s": 3600, "bucket": BUCKET })).await;
    let old = prune(&stage, false).await;
    assert_eq!((old.status(), names(&stage).len()), ("needs-human", 9), "{old}");
    put_past(&stage, Timestamp::now(), "no");
    let unverified = prune(&stage, false).await;
    assert_eq!((unverified.status(), names(&stage).len()), ("needs-human", 10), "{unverified}");
    assert!(unverified.failure().unwrap().contains("is not verified"), "{unverified}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pinned_ones_and_files_of_others_stay() {
    let (stage, all) = with_past(9, "contents").await;
    let others =
        ["orders/notes.txt", "orders/orders-prod-20200101t000000z.rdb.zst", "orders-prod/orders-20200101t000000z.rdb"];
    others.iter().for_each(|key| stage.sandbox.s3.put(BUCKET, key, "theirs"));
    stage.sandbox.s3.put(BUCKET, &format!("orders/{}.pin", all[9]), "{}");
    let outcome = prune(&stage, false).await;
    assert_eq!(outcome.done().len(), 2, "{outcome}");
    let judged = outcome.judged().into_iter().find(|(name, ..)| *name == all[9]).unwrap();
    assert_eq!((judged.1, judged.2.as_str()), ("keep", "pinned"));
    let left = keys(&stage);
    assert!(others.iter().all(|key| left.contains(&(*key).to_owned())), "{left:?}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_bucket_with_versions_nothing_is_left_of_what_is_deleted() {
    let (stage, _) = with_past(9, "contents").await;
    stage.sandbox.s3.keep_versions(BUCKET);
    let outcome = prune(&stage, false).await;
    assert_eq!(outcome.done().len(), 3, "{outcome}");
    assert_eq!(stage.sandbox.s3.count_versions(BUCKET), 14);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_deleted_does_not_keep_the_others() {
    let (stage, all) = with_past(9, "contents").await;
    stage.arm(Rule::new(PRUNE, At::operation("DeleteObject"), What::Quote).times(1));
    let outcome = prune(&stage, false).await;
    assert_eq!((outcome.status(), outcome.done().len()), ("permanent", 2), "{outcome}");
    assert!(outcome.failure().unwrap().contains(&all[9]), "{outcome}");
    stage.sandbox.faults.disarm();
    assert_eq!(prune(&stage, false).await.done().len(), 1);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_whose_record_is_not_one_is_kept_and_reported() {
    let (stage, all) = with_past(9, "contents").await;
    stage.sandbox.s3.put(BUCKET, &format!("orders/{}.json", all[9]), "edited by hand");
    let outcome = prune(&stage, false).await;
    assert_eq!((outcome.status(), outcome.done().len()), ("needs-human", 2), "{outcome}");
    assert!(outcome.failure().unwrap().contains(&format!("{}.json is not the record", all[9])), "{outcome}");
    assert!(names(&stage).contains(&all[9]));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_at_any_call_is_continued_by_the_next() {
    let (stage, all) = with_past(8, "contents").await;
    let (mut hits, mut taken) = (0, 20);
    for nth in 1..80 {
        stage.arm(Rule::new(PRUNE, At::Call(nth), What::KillAfter));
        let outcome = stage.outcome_with_retries(PRUNE, &json!({ "target": "orders" })).await;
        stage.sandbox.faults.disarm();
        assert!(["done", "kept"].contains(&outcome.status()), "call {nth}: {outcome}");
        assert_eq!(names(&stage), all[..7], "call {nth}: {outcome}");
        assert_eq!(keys(&stage).len(), 14, "call {nth}: {outcome}");
        if stage.sandbox.faults.fired() == hits {
            break;
        }
        hits = stage.sandbox.faults.fired();
        taken += 1;
        for day in [taken, taken + 1000] {
            put_past(&stage, Timestamp::now().checked_sub(Span::new().hours(24 * day)).unwrap(), "contents");
        }
    }
    assert!((10..79).contains(&hits), "{hits} calls hit a fault");
    stage.stop().await;
}
