//! Which settings for snapshots are accepted, and how each refusal names its field.

use serde_json::{Value, json};

use super::*;

fn read(settings: &Value) -> Result<Snapshots, String> {
    let read: Snapshots = serde_path_to_error::deserialize(settings).map_err(|error| error.to_string())?;
    read.check().map_err(|failure| failure.chain())?;
    Ok(read)
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
