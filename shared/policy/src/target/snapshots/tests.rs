//! Which settings for snapshots are accepted, and how each refusal names its field.

use serde_json::{Value, json};

use super::*;

fn backend(settings: Value) -> Backend {
    serde_json::from_value(settings).unwrap()
}

fn group() -> Backend {
    backend(json!({ "type": "elasticache-auth", "replication_group_id": "koneksi-prod" }))
}

fn hosts() -> Backend {
    backend(json!({ "type": "self-hosted", "nodes": [{ "host": "10.0.0.7" }] }))
}

fn read_for(backend: &Backend, settings: &Value) -> Result<Snapshots, String> {
    let read: Snapshots = serde_path_to_error::deserialize(settings).map_err(|error| error.to_string())?;
    read.check(backend).map_err(|failure| failure.chain())?;
    Ok(read)
}

fn read(settings: &Value) -> Result<Snapshots, String> {
    read_for(&group(), settings)
}

#[test]
fn one_rule_is_enough() {
    let snapshots = read(&json!({ "keep": { "daily": 7 } })).unwrap();
    assert_eq!(snapshots.keep, Keep { daily: Count::AtMost(7), ..Keep::default() });
    assert_eq!((snapshots.min_verified, snapshots.max_age_s), (2, 172_800));
}

#[test]
fn the_settings_are_written_as_they_were_read() {
    let settings = json!({
        "keep": { "last": 3, "hourly": 24, "daily": 7, "weekly": 5, "monthly": 12, "yearly": "unlimited", "within": "1y5m7d2h" },
        "min_verified": 3,
        "max_age_s": 90_000,
    });
    assert_eq!(serde_json::to_value(read(&settings).unwrap()).unwrap(), settings);
}

#[test]
fn each_refusal_names_the_field() {
    for (settings, named) in [
        (json!({}), "keep"),
        (json!({ "keep": {} }), "`snapshots.keep`: it keeps nothing"),
        (json!({ "keep": { "daily": 0, "last": 0 } }), "`snapshots.keep`: it keeps nothing"),
        (json!({ "keep": { "fortnightly": 1 } }), "fortnightly"),
        (
            json!({ "keep": { "daily": -1 } }),
            "keep.daily: invalid type: integer `-1`, expected 0 to 4294967295 or \"unlimited\"",
        ),
        (json!({ "keep": { "daily": "all" } }), "keep.daily"),
        (json!({ "keep": { "daily": 4_294_967_296_u64 } }), "keep.daily"),
        (json!({ "keep": { "daily": null } }), "keep.daily"),
        (json!({ "keep": { "within": "7w" } }), "keep.within: use years, months, days and hours"),
        (json!({ "keep": { "within": "0d" } }), "keep.within"),
        (json!({ "keep": { "last": 1 }, "min_verified": 0 }), "`snapshots.min_verified`"),
        (json!({ "keep": { "last": 1 }, "max_age_s": 3599 }), "`snapshots.max_age_s`"),
        (json!({ "keep": { "last": 1 }, "max_age_s": 31_622_401 }), "`snapshots.max_age_s`"),
        (json!({ "keep": { "last": 1 }, "keeps": 1 }), "keeps"),
    ] {
        let refused = read(&settings).unwrap_err();
        assert!(refused.contains(named), "{settings}: {refused}");
    }
}

#[test]
fn rdb_files_need_a_bucket_and_elasticache_has_none() {
    let with = |key: &str, value: Value| json!({ "keep": { "daily": 7 }, "bucket": "backups", key: value });
    let read = read_for(&hosts(), &with("prefix", json!("backups/redis"))).unwrap();
    assert_eq!((read.bucket.as_deref(), read.compression), (Some("backups"), Compression::Zstd));
    assert_eq!(read_for(&hosts(), &with("compression", json!("none"))).unwrap().compression, Compression::None);
    let upstash = backend(json!({ "type": "upstash", "endpoint": "cart.upstash.io",
        "renewal": { "by": "reset", "database_id": "id", "api_secret_id": "api" } }));
    for (backend, settings, named) in [
        (hosts(), json!({ "keep": { "daily": 7 } }), "`snapshots.bucket`: it is missing"),
        (hosts(), with("bucket", json!("Backups")), "`snapshots.bucket`: give the name of a bucket"),
        (hosts(), with("bucket", json!("my..backups")), "`snapshots.bucket`: give the name of a bucket"),
        (hosts(), with("prefix", json!("/backups")), "`snapshots.prefix`"),
        (hosts(), with("prefix", json!("backups/")), "`snapshots.prefix`"),
        (hosts(), with("prefix", json!("a//b")), "`snapshots.prefix`"),
        (hosts(), with("prefix", json!("a/../b")), "`snapshots.prefix`"),
        (hosts(), with("prefix", json!("a,b")), "`snapshots.prefix`"),
        (hosts(), with("kms_key", json!("")), "`snapshots.kms_key`: it is empty"),
        (hosts(), with("compression", json!("gzip")), "compression"),
        (group(), with("min_verified", json!(2)), "`snapshots.bucket`: ElastiCache keeps its snapshots itself"),
        (group(), json!({ "keep": { "daily": 7 }, "prefix": "a" }), "`snapshots.prefix`"),
        (group(), json!({ "keep": { "daily": 7 }, "compression": "none" }), "`snapshots.compression`"),
        (upstash, json!({ "keep": { "daily": 7 } }), "`snapshots`: snapshots of an Upstash database are not taken"),
    ] {
        let refused = read_for(&backend, &settings).unwrap_err();
        assert!(refused.contains(named), "{settings}: {refused}");
    }
}
