//! What is decided, by table and by property.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    Class,
    target::{Drift, ParameterKind, SsmParameter, Tier},
};

fn settings() -> SsmParameter {
    SsmParameter {
        name: "/orders/redis/url".to_owned(),
        value: "{url}".parse().unwrap(),
        kind: ParameterKind::SecureString,
        kms_key_id: None,
        tier: Tier::Standard,
        drift: Drift::Overwrite,
        url: UrlOptions::default(),
    }
}

/// A parameter of this value and version, and what of ours is labelled.
fn found(value: &str, version: i64, published: Option<(&str, i64)>) -> ParameterFound {
    ParameterFound {
        value: value.into(),
        kind: "SecureString".to_owned(),
        version,
        published: published.map(|(value, version)| Published { value: value.into(), version }),
    }
}

fn word(decided: &Result<ParameterDecision, Failure>) -> String {
    match decided {
        Ok(ParameterDecision::UpToDate) => "up to date".to_owned(),
        Ok(ParameterDecision::Kept { .. }) => "kept".to_owned(),
        Ok(ParameterDecision::Write { previous: Some(previous), .. }) => format!("write after {previous}"),
        Ok(ParameterDecision::Write { previous: None, .. }) => "write".to_owned(),
        Ok(ParameterDecision::Label { version, .. }) => format!("label {version}"),
        Err(failure) => failure.class().as_str().to_owned(),
    }
}

#[test]
fn each_state_of_a_parameter_leads_to_one_decision() {
    for (found, drift, expected) in [
        (None, Drift::Overwrite, "write"),
        (Some(found("new", 3, Some(("new", 3)))), Drift::Overwrite, "up to date"),
        (Some(found("new", 3, Some(("old", 2)))), Drift::Overwrite, "label 3"),
        (Some(found("new", 3, None)), Drift::Report, "label 3"),
        (Some(found("old", 3, Some(("old", 3)))), Drift::Overwrite, "write after 3"),
        (Some(found("old", 3, Some(("old", 3)))), Drift::Report, "write after 3"),
        (Some(found("old", 3, None)), Drift::Overwrite, "write after 3"),
        (Some(found("by hand", 3, Some(("new", 2)))), Drift::Overwrite, "write after 2"),
        (Some(found("by hand", 3, Some(("new", 2)))), Drift::Report, "kept"),
        (Some(found("by hand", 3, Some(("old", 2)))), Drift::Report, "write after 2"),
        (Some(found("by hand", 100, Some(("old", 2)))), Drift::Overwrite, "write after 2"),
        (Some(found("by hand", 101, Some(("old", 2)))), Drift::Report, "label 101"),
        (Some(found("by hand", 101, Some(("new", 2)))), Drift::Overwrite, "label 101"),
        (Some(found("by hand", 101, Some(("new", 2)))), Drift::Report, "kept"),
        (Some(ParameterFound { kind: "String".to_owned(), ..found("new", 1, None) }), Drift::Overwrite, "Permanent"),
    ] {
        let settings = SsmParameter { drift, ..settings() };
        let decided = decide_parameter("outputs[0]", &settings, &"new".into(), found.as_ref());
        assert_eq!(word(&decided), expected, "{found:?}");
    }
}

#[test]
fn a_value_that_does_not_fit_is_refused_before_anything_is_written() {
    for (tier, bytes, fits) in [
        (Tier::Standard, 4096, true),
        (Tier::Standard, 4097, false),
        (Tier::Advanced, 8192, true),
        (Tier::IntelligentTiering, 8193, false),
    ] {
        let settings = SsmParameter { tier, ..settings() };
        let decided = decide_parameter("outputs[2]", &settings, &"x".repeat(bytes).into(), None);
        assert_eq!(decided.is_ok(), fits, "{tier:?} {bytes}");
        if let Err(failure) = decided {
            assert!(failure.to_string().contains("`outputs[2].value`"), "{failure}");
        }
    }
}

#[test]
fn a_value_that_parameter_store_takes_for_a_reference_is_refused_without_showing_it() {
    for value in ["{{ssm:hunter2}}", "hunter2{{}}", "a{{b}}hunter2"] {
        let failure = decide_parameter("outputs[1]", &settings(), &value.into(), None).unwrap_err();
        assert_eq!(failure.class(), Class::NeedsHuman, "{value}");
        let message = failure.chain();
        assert!(message.contains("`outputs[1].value`") && message.contains("`{{…}}`"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    for value in ["{{", "}}{{", "{ { x } }"] {
        assert!(decide_parameter("outputs[1]", &settings(), &value.into(), None).is_ok(), "{value}");
    }
}

fn texts(pairs: &[(&str, &str)]) -> Texts {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect()
}

#[test]
fn each_state_of_an_environment_leads_to_one_decision() {
    let wanted = texts(&[("REDIS_HOST", "new")]);
    for (variables, last_update, expected) in [
        (texts(&[("REDIS_HOST", "new"), ("OTHER", "kept")]), "Successful", "up to date"),
        (texts(&[("REDIS_HOST", "old"), ("OTHER", "kept")]), "Successful", "write"),
        (texts(&[("OTHER", "kept")]), "Failed", "write"),
        (texts(&[("OTHER", "kept")]), "InProgress", "wait"),
        (texts(&[("REDIS_HOST", "new")]), "Failed", "NeedsHuman"),
        (texts(&[("OTHER", &"x".repeat(4080))]), "Successful", "Permanent"),
    ] {
        let found = EnvironmentFound { variables, last_update: last_update.to_owned() };
        let decided = decide_environment("outputs[0]", "web", &wanted, &found);
        let word = match &decided {
            Ok(EnvironmentDecision::UpToDate) => "up to date",
            Ok(EnvironmentDecision::Wait) => "wait",
            Ok(EnvironmentDecision::Write { .. }) => "write",
            Err(failure) => failure.class().as_str(),
        };
        assert_eq!(word, expected, "{found:?}");
    }
}

#[test]
fn keys_of_a_secret_that_is_no_object_are_refused_without_showing_it() {
    let wanted = texts(&[("url", "new")]);
    for value in ["a raw password", "[]", "\"text\"", ""] {
        let failure = decide_secret_keys("outputs[0]", "web/redis", &wanted, Some(&value.into())).unwrap_err();
        assert_eq!(failure.class(), Class::Permanent);
        assert!(failure.chain().contains("`outputs[0].secret_id`"));
        assert!(value.is_empty() || !failure.chain().contains(value));
    }
}

#[test]
fn urls_are_written_last_and_the_rest_in_the_settings_order() {
    let outputs: Vec<Output> = serde_json::from_value(json!([
        { "type": "ssm-parameter", "name": "/a/url", "value": "{url}" },
        { "type": "ssm-parameter", "name": "/a/password", "value": "{password}" },
        { "type": "lambda-environment", "function_name": "web", "variables": { "REDIS_URL": "{reader_url}" } },
        { "type": "secret-keys", "secret_id": "web", "keys": { "host": "{host}" } },
    ]))
    .unwrap();
    assert_eq!(order(&outputs), [1, 3, 0, 2]);
}

fn any_texts() -> impl Strategy<Value = Texts> {
    proptest::collection::btree_map("[A-D]", "[x-z]{0,2}".prop_map(SecretString::from), 0..4)
}

fn shown(texts: &Texts) -> BTreeMap<&str, &str> {
    texts.iter().map(|(name, text)| (name.as_str(), text.expose_secret())).collect()
}

proptest! {
    #[test]
    fn the_plan_of_a_written_parameter_is_empty(
        value in "[ab]", version in 1..4_i64, published in proptest::option::of(("[ab]", 1..4_i64)), report in any::<bool>(),
    ) {
        let drift = if report { Drift::Report } else { Drift::Overwrite };
        let settings = SsmParameter { drift, ..settings() };
        let published = published.filter(|(_, labelled)| *labelled <= version);
        let published = published.map(|(text, labelled)| if labelled == version { (value.clone(), labelled) } else { (text, labelled) });
        let before = found(&value, version, published.as_ref().map(|(value, version)| (value.as_str(), *version)));
        let decide = |found: &ParameterFound| decide_parameter("outputs[0]", &settings, &"a".into(), Some(found)).unwrap();
        let after = match decide(&before) {
            ParameterDecision::UpToDate | ParameterDecision::Kept { .. } => before,
            ParameterDecision::Label { version, .. } => {
                prop_assert_eq!((before.value.expose_secret(), version), ("a", before.version));
                found("a", version, Some(("a", version)))
            }
            ParameterDecision::Write { previous, .. } => {
                prop_assert!(before.value.expose_secret() != "a" && previous.is_some());
                found("a", version + 1, Some(("a", version + 1)))
            }
        };
        let empty = matches!(decide(&after), ParameterDecision::UpToDate | ParameterDecision::Kept { .. });
        prop_assert!(empty, "{after:?}");
    }

    #[test]
    fn an_environment_keeps_what_is_not_ours_and_the_plan_of_the_result_is_empty(wanted in any_texts(), variables in any_texts()) {
        let found = EnvironmentFound { variables, last_update: "Successful".to_owned() };
        match decide_environment("outputs[0]", "web", &wanted, &found).unwrap() {
            EnvironmentDecision::Write { variables, .. } => {
                let mut expected = shown(&found.variables);
                expected.extend(shown(&wanted));
                prop_assert_eq!(shown(&variables), expected);
                let after = EnvironmentFound { variables, ..found };
                let again = decide_environment("outputs[0]", "web", &wanted, &after).unwrap();
                let empty = matches!(again, EnvironmentDecision::UpToDate);
                prop_assert!(empty);
            }
            decided => {
                let empty = matches!(decided, EnvironmentDecision::UpToDate);
                let found = shown(&found.variables);
                prop_assert!(empty && shown(&wanted).iter().all(|(name, text)| found.get(name) == Some(text)));
            }
        }
    }

    #[test]
    fn a_secret_keeps_its_other_keys_and_the_plan_of_the_result_is_empty(wanted in any_texts(), others in any_texts()) {
        let before: SecretString = json!(shown(&others)).to_string().into();
        if let SecretKeysDecision::Write { value, .. } = decide_secret_keys("outputs[0]", "web", &wanted, Some(&before)).unwrap() {
            let mut expected = shown(&others);
            expected.extend(shown(&wanted));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(value.expose_secret()).unwrap(), json!(expected));
            let again = decide_secret_keys("outputs[0]", "web", &wanted, Some(&value)).unwrap();
            let empty = matches!(again, SecretKeysDecision::UpToDate);
            prop_assert!(empty);
        }
    }
}
