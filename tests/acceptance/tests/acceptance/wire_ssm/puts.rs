//! Writing parameters.

use aws_sdk_ssm::{
    error::ProvideErrorMetadata,
    types::{ParameterTier, ParameterType, Tag},
};

use super::{put, start};

#[tokio::test]
async fn a_secure_value_is_readable_only_with_decryption() {
    let (sandbox, client) = start().await;
    let secure = client.put_parameter().name("/app/password").value("s3cret").r#type(ParameterType::SecureString);
    secure.send().await.unwrap();
    let read = |with: bool| client.get_parameter().name("/app/password").with_decryption(with).send();
    assert_eq!(read(true).await.unwrap().parameter.unwrap().value(), Some("s3cret"));
    let hidden = read(false).await.unwrap().parameter.unwrap().value.unwrap();
    assert!(!hidden.contains("s3cret") && hidden.len() > 100);
    assert_eq!(sandbox.ssm.values(), ["s3cret"]);
    assert!(!format!("{sandbox:?} {:?}", sandbox.journal.entries()).contains("s3cret"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_key_is_that_of_the_last_put_or_the_one_of_aws() {
    let (sandbox, client) = start().await;
    let put =
        |kind: ParameterType| client.put_parameter().name("/app/password").value("x").r#type(kind).overwrite(true);
    let key = async || {
        let described = client.describe_parameters().send().await.unwrap().parameters.unwrap();
        described.into_iter().find_map(|parameter| parameter.key_id)
    };
    let ours = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111";
    for (given, kept) in [(Some(ours), ours), (Some("alias/redis"), "alias/redis"), (None, "alias/aws/ssm")] {
        let put = put(ParameterType::SecureString).set_key_id(given.map(str::to_owned));
        put.send().await.unwrap();
        assert_eq!(key().await.as_deref(), Some(kept));
    }
    for no_key in ["redis", "alias/", "arn:aws:iam::123456789012:role/x"] {
        let refused = put(ParameterType::SecureString).key_id(no_key).send().await.unwrap_err();
        assert!(refused.into_service_error().is_invalid_key_id(), "{no_key}");
    }
    let plain = client.put_parameter().name("/app/host").value("x").r#type(ParameterType::String).key_id(ours);
    assert_eq!(plain.send().await.unwrap_err().code(), Some("ValidationException"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_value_that_looks_like_a_reference_is_refused_with_an_error_that_quotes_it() {
    let (sandbox, client) = start().await;
    let put =
        |value: &str| client.put_parameter().name("/a").value(value).r#type(ParameterType::String).overwrite(true);
    for value in ["{{ssm:other}}", "a{{b}}c", "{{}}"] {
        let error = put(value).send().await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"), "{value}");
        assert!(error.message().unwrap().starts_with(&format!("Parameter value: '{value}' failed to")), "{error:?}");
    }
    for value in ["{{", "}}{{", "{ { x } }"] {
        put(value).send().await.unwrap();
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_parameter_is_overwritten_only_on_request() {
    let (sandbox, client) = start().await;
    put(&client, "/app/host", "one").await;
    let again = || client.put_parameter().name("/app/host").value("two");
    let error = again().r#type(ParameterType::String).send().await.unwrap_err().into_service_error();
    assert!(error.is_parameter_already_exists());
    let tag = Tag::builder().key("owner").value("team").build().unwrap();
    let error = again().overwrite(true).tags(tag).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert_eq!(again().overwrite(true).send().await.unwrap().version, 2);
    let untyped = client.put_parameter().name("/app/new").value("x").send().await.unwrap_err();
    assert_eq!(untyped.code(), Some("ValidationException"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_overwrite_keeps_the_type_unless_another_one_is_given_even_plain_text() {
    let (sandbox, client) = start().await;
    let put = |value: &str| client.put_parameter().name("/app/password").value(value).overwrite(true);
    let read = async |name: &str| client.get_parameter().name(name).send().await.unwrap().parameter.unwrap();
    put("s3cret-one").r#type(ParameterType::SecureString).key_id("alias/redis").send().await.unwrap();
    put("s3cret-two").send().await.unwrap();
    let kept = read("/app/password").await;
    assert_eq!(kept.r#type(), Some(&ParameterType::SecureString));
    assert_ne!(kept.value(), Some("s3cret-two"));
    assert_eq!(put("s3cret-three").r#type(ParameterType::String).send().await.unwrap().version, 3);
    let plain = read("/app/password").await;
    assert_eq!((plain.r#type(), plain.value()), (Some(&ParameterType::String), Some("s3cret-three")));
    let described = client.describe_parameters().send().await.unwrap().parameters.unwrap();
    assert_eq!(described[0].key_id(), None);
    assert_ne!(read("/app/password:1").await.value(), Some("s3cret-one"), "an earlier version stays encrypted");
    put("s3cret-four").r#type(ParameterType::SecureString).send().await.unwrap();
    assert_ne!(read("/app/password").await.value(), Some("s3cret-four"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_maximum_length_of_a_value_depends_on_the_tier() {
    let (sandbox, client) = start().await;
    let send = |name: &str, bytes: usize, tier: ParameterTier| {
        let put = client.put_parameter().name(name).value("x".repeat(bytes)).r#type(ParameterType::String);
        put.tier(tier).overwrite(true).send()
    };
    assert!(send("/a", 4096, ParameterTier::Standard).await.is_ok());
    let error = send("/a", 4097, ParameterTier::Standard).await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.message().unwrap().contains("4096"));
    let moved = send("/a", 4097, ParameterTier::IntelligentTiering).await.unwrap();
    assert_eq!(moved.tier(), Some(&ParameterTier::Advanced));
    assert_eq!(send("/a", 1, ParameterTier::Standard).await.unwrap_err().code(), Some("ValidationException"));
    assert!(send("/b", 8192, ParameterTier::Advanced).await.is_ok());
    assert_eq!(send("/b", 8193, ParameterTier::Advanced).await.unwrap_err().code(), Some("ValidationException"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_value_must_match_its_pattern_even_when_it_is_overwritten() {
    let (sandbox, client) = start().await;
    let put = |value: &str| client.put_parameter().name("/app/port").value(value).overwrite(true);
    put("6379").r#type(ParameterType::String).allowed_pattern(r"\d+").send().await.unwrap();
    let error = put("6379x").send().await.unwrap_err().into_service_error();
    assert!(error.is_parameter_pattern_mismatch_exception());
    let error = put("6379").allowed_pattern("(").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_allowed_pattern_exception());
    let error = put("6379").r#type(ParameterType::from("Number")).send().await.unwrap_err();
    let values = "Member must satisfy enum value set: [SecureString, StringList, String]";
    let message =
        format!("1 validation error detected: Value 'Number' at 'type' failed to satisfy constraint: {values}");
    assert_eq!((error.code(), error.message()), (Some("ValidationException"), Some(message.as_str())));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn invalid_names_are_refused() {
    let (sandbox, client) = start().await;
    let deep = "/a".repeat(16);
    let cases = [
        ("/aws/x", "AccessDeniedException"),
        ("/ssm-x", "ValidationException"),
        ("app/redis", "ValidationException"),
        ("/app//redis", "ValidationException"),
        ("/app redis", "ValidationException"),
        (deep.as_str(), "HierarchyLevelLimitExceededException"),
    ];
    for (name, code) in cases {
        let error = client.put_parameter().name(name).value("x").r#type(ParameterType::String).send().await;
        assert_eq!(error.unwrap_err().code(), Some(code), "{name}");
    }
    sandbox.stop().await.unwrap();
}
