//! Parameter Store over the wire, with AWS's own client.

use aws_sdk_ssm::{
    Client,
    error::ProvideErrorMetadata,
    types::{ParameterStringFilter, ParameterTier, ParameterType, ResourceTypeForTagging, Tag},
};
use sandbox::{Options, Sandbox};

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let client = Client::new(&sandbox.sdk_config());
    (sandbox, client)
}

async fn put(client: &Client, name: &str, value: &str) -> i64 {
    let put = client.put_parameter().name(name).value(value).r#type(ParameterType::String).overwrite(true);
    put.send().await.unwrap().version
}

#[tokio::test]
async fn a_parameter_is_read_by_name_version_label_and_arn() {
    let (sandbox, client) = start().await;
    assert_eq!(put(&client, "/app/redis/url", "one").await, 1);
    assert_eq!(put(&client, "/app/redis/url", "two").await, 2);
    let label = client.label_parameter_version().name("/app/redis/url").parameter_version(1).labels("verified");
    label.send().await.unwrap();
    let arn = "arn:aws:ssm:us-east-1:123456789012:parameter/app/redis/url";
    let reads =
        [("/app/redis/url", "two"), ("/app/redis/url:1", "one"), ("/app/redis/url:verified", "one"), (arn, "two")];
    for (name, value) in reads {
        let parameter = client.get_parameter().name(name).send().await.unwrap().parameter.unwrap();
        assert_eq!((parameter.value(), parameter.arn()), (Some(value), Some(arn)));
    }
    put(&client, "plain", "three").await;
    let plain = "arn:aws:ssm:us-east-1:123456789012:parameter/plain";
    let parameter = client.get_parameter().name(plain).send().await.unwrap().parameter.unwrap();
    assert_eq!((parameter.name(), parameter.value()), (Some("plain"), Some("three")));
    let get = |name: &str| client.get_parameter().name(name).send();
    let other = get("/plain").await.unwrap().parameter.unwrap();
    assert_eq!((other.name(), other.value(), other.arn()), (Some("/plain"), Some("three"), parameter.arn()));
    assert!(get("/app/none").await.unwrap_err().into_service_error().is_parameter_not_found());
    let no_label = "a version of /app/redis/url that has the specified label, ";
    for (selector, message) in [
        ("3", "version 3 of /app/redis/url. Verify the version and try again.".to_owned()),
        ("0", "version 0 of /app/redis/url. Verify the version and try again.".to_owned()),
        ("unknown", format!("{no_label}unknown. Verify the parameter label and try again.")),
        ("-1", format!("{no_label}-1. Verify the parameter label and try again.")),
    ] {
        let error = get(&format!("/app/redis/url:{selector}")).await.unwrap_err();
        assert_eq!(error.message(), Some(format!("Systems Manager could not find {message}").as_str()));
        assert!(error.into_service_error().is_parameter_version_not_found(), "{selector}");
    }
    assert_eq!(get("/app/redis/url:01").await.unwrap().parameter.unwrap().selector(), Some(":01"));
    for (name, message) in [
        ("/app/redis/url:", "Invalid parameter name. Please use correct syntax for referencing"),
        ("/app/redis/url:1:2", "Invalid parameter name. Please use correct syntax for referencing"),
        ("/app redis", "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path"),
    ] {
        let error = get(name).await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"), "{name}");
        assert!(error.message().unwrap().starts_with(message), "{name}: {error:?}");
    }
    sandbox.stop().await.unwrap();
}

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
async fn a_key_is_that_of_the_last_put_and_aws_own_where_none_is_named() {
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
async fn a_value_that_looks_like_a_reference_is_refused_and_quoted() {
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
async fn a_label_moved_off_the_oldest_version_lets_the_next_one_be_put() {
    let (sandbox, client) = start().await;
    put(&client, "/app/host", "0").await;
    let label = |version: i64| {
        let label = client.label_parameter_version().name("/app/host").parameter_version(version);
        label.labels("current").send()
    };
    label(1).await.unwrap();
    for nth in 1..100 {
        put(&client, "/app/host", &nth.to_string()).await;
    }
    let again = || client.put_parameter().name("/app/host").value("100").overwrite(true).send();
    assert!(again().await.unwrap_err().into_service_error().is_parameter_max_version_limit_exceeded());
    let current = client.get_parameter().name("/app/host:current").send().await.unwrap().parameter.unwrap();
    assert_eq!((current.version, current.value(), current.selector()), (1, Some("0"), Some(":current")));
    label(100).await.unwrap();
    assert_eq!(again().await.unwrap().version, 101);
    let current = client.get_parameter().name("/app/host:current").send().await.unwrap().parameter.unwrap();
    assert_eq!((current.version, current.value()), (100, Some("99")));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_parameter_is_overwritten_only_when_told() {
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
async fn an_overwrite_keeps_the_type_unless_it_names_another_and_then_a_secure_value_is_plain_text() {
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
async fn a_parameter_that_does_not_exist_is_not_found_without_a_message() {
    let (sandbox, client) = start().await;
    let get = client.get_parameter().name("/none").send().await.unwrap_err();
    let history = client.get_parameter_history().name("/none").send().await.unwrap_err();
    let delete = client.delete_parameter().name("/none").send().await.unwrap_err();
    let label = client.label_parameter_version().name("/none").labels("x").send().await.unwrap_err();
    let tags = client.list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id("/none");
    let tags = tags.send().await.unwrap_err();
    for (code, message) in [
        (get.code(), get.message()),
        (history.code(), history.message()),
        (delete.code(), delete.message()),
        (label.code(), label.message()),
    ] {
        assert_eq!((code, message), (Some("ParameterNotFound"), None));
    }
    assert_eq!((tags.code(), tags.message()), (Some("InvalidResourceId"), None));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_value_is_as_long_as_its_tier_allows() {
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
async fn a_value_must_match_its_pattern_also_when_it_is_overwritten() {
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
async fn names_that_aws_refuses_are_refused() {
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

#[tokio::test]
async fn the_oldest_of_a_hundred_versions_goes_unless_it_has_a_label() {
    let (sandbox, client) = start().await;
    for _ in 0..101 {
        put(&client, "/app/host", "x").await;
    }
    let gone = client.get_parameter().name("/app/host:1").send().await.unwrap_err().into_service_error();
    assert!(gone.is_parameter_version_not_found());
    client.label_parameter_version().name("/app/host").parameter_version(2).labels("keep").send().await.unwrap();
    let refused = client.put_parameter().name("/app/host").value("y").overwrite(true).send().await.unwrap_err();
    assert!(refused.into_service_error().is_parameter_max_version_limit_exceeded());

    let history = |token: Option<String>| client.get_parameter_history().name("/app/host").set_next_token(token).send();
    let first = history(None).await.unwrap();
    let second = history(first.next_token.clone()).await.unwrap();
    assert_eq!((first.parameters().len(), second.parameters().len(), second.next_token()), (50, 50, None));
    assert_eq!((first.parameters()[0].version, first.parameters()[0].labels()), (2, &["keep".to_owned()][..]));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn labels_move_and_are_checked_and_counted() {
    let (sandbox, client) = start().await;
    put(&client, "/app/host", "one").await;
    put(&client, "/app/host", "two").await;
    let label = |version: i64, labels: Vec<&str>| {
        let labels = labels.into_iter().map(str::to_owned).collect();
        let call = client.label_parameter_version().name("/app/host").parameter_version(version);
        call.set_labels(Some(labels)).send()
    };
    let answer = label(1, vec!["good", "1bad", "aws-bad", "ssm-bad"]).await.unwrap();
    assert_eq!(answer.invalid_labels(), ["1bad", "aws-bad", "ssm-bad"]);
    let long = "x".repeat(101);
    let error = label(1, vec![&long]).await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.message().unwrap().contains(&format!("Value '[{long}]' at 'labels' failed to")), "{error:?}");
    label(2, vec!["good"]).await.unwrap();
    let moved = client.get_parameter().name("/app/host:good").send().await.unwrap().parameter.unwrap();
    assert_eq!(moved.version, 2);
    let ten = vec!["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let error = label(2, ten).await.unwrap_err().into_service_error();
    assert!(error.is_parameter_version_label_limit_exceeded());
    assert!(label(9, vec!["x"]).await.unwrap_err().into_service_error().is_parameter_version_not_found());

    let unlabel = client.unlabel_parameter_version().name("/app/host").parameter_version(2).labels("good").labels("no");
    let answer = unlabel.send().await.unwrap();
    assert_eq!((answer.removed_labels(), answer.invalid_labels()), (&["good".to_owned()][..], &["no".to_owned()][..]));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn several_parameters_are_read_and_deleted_at_once() {
    let (sandbox, client) = start().await;
    put(&client, "/a", "1").await;
    put(&client, "/b", "2").await;
    let found = client.get_parameters().names("/a").names("/none").names("/b").send().await.unwrap();
    assert_eq!((found.parameters().len(), found.invalid_parameters()), (2, &["/none".to_owned()][..]));
    put(&client, "/a", "2").await;
    let names = ["/b", "/a", "/none", "/a:9", "/a:1", "/b", "/none"].map(str::to_owned);
    let found = client.get_parameters().set_names(Some(names.into())).send().await.unwrap();
    let seen: Vec<_> =
        found.parameters().iter().map(|one| (one.name().unwrap(), one.selector(), one.value())).collect();
    assert_eq!(seen, [("/a", Some(":1"), Some("1")), ("/a", None, Some("2")), ("/b", None, Some("2"))]);
    assert_eq!(found.invalid_parameters(), ["/a:9", "/none"]);
    let eleven: Vec<String> = (0..11).map(|nth| format!("/{nth}")).collect();
    let error = client.get_parameters().set_names(Some(eleven)).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    let deleted = client.delete_parameters().names("/a").names("/none").send().await.unwrap();
    assert_eq!((deleted.deleted_parameters().len(), deleted.invalid_parameters().len()), (1, 1));
    client.delete_parameter().name("/b").send().await.unwrap();
    let error = client.delete_parameter().name("/b").send().await.unwrap_err().into_service_error();
    assert!(error.is_parameter_not_found());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_path_is_read_in_pages_and_as_deep_as_asked() {
    let (sandbox, client) = start().await;
    for nth in 0..12 {
        put(&client, &format!("/app/{nth:02}"), "x").await;
    }
    put(&client, "/app/deep/one", "x").await;
    put(&client, "/application", "x").await;
    let read = |recursive: bool| client.get_parameters_by_path().path("/app").recursive(recursive);
    for (recursive, count) in [(false, 12), (true, 13)] {
        let first = read(recursive).send().await.unwrap();
        assert_eq!(first.parameters().len(), 10);
        let second = read(recursive).set_next_token(first.next_token).send().await.unwrap();
        assert_eq!((10 + second.parameters().len(), second.next_token()), (count, None));
    }
    let error = read(true).max_results(11).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    let error = read(true).next_token("made-up").send().await.unwrap_err();
    assert_eq!(error.message(), Some("The following token is invalid: made-up."));
    assert!(error.into_service_error().is_invalid_next_token());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_path_is_filtered_by_type_key_and_label_and_a_label_gives_its_own_version() {
    let (sandbox, client) = start().await;
    for value in ["one", "two"] {
        put(&client, "/app/host", value).await;
    }
    client.label_parameter_version().name("/app/host").parameter_version(1).labels("current").send().await.unwrap();
    let secure = client.put_parameter().name("/app/password").value("s3cret").r#type(ParameterType::SecureString);
    secure.send().await.unwrap();
    let read = async |key: &str, option: &str, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let filter = ParameterStringFilter::builder().key(key).option(option).set_values(Some(values)).build().unwrap();
        client.get_parameters_by_path().path("/app").parameter_filters(filter).send().await
    };
    for (key, option, value, expected) in [
        ("Label", "Equals", "current", vec![("/app/host", 1)]),
        ("Label", "Equals", "none", vec![]),
        ("Type", "Equals", "String", vec![("/app/host", 2)]),
        ("Type", "BeginsWith", "S", vec![("/app/host", 2), ("/app/password", 1)]),
        ("KeyId", "Equals", "alias/aws/ssm", vec![("/app/password", 1)]),
    ] {
        let found = read(key, option, &[value]).await.unwrap().parameters.unwrap();
        let seen: Vec<_> = found.iter().map(|parameter| (parameter.name().unwrap(), parameter.version)).collect();
        assert_eq!(seen, expected, "{key} {option} {value}");
    }
    for (key, option, values, code, message) in [
        (
            "Name",
            "Equals",
            &["x"][..],
            "InvalidFilterKey",
            "not valid: Name. Valid filter keys include: [Type, KeyId, Label].",
        ),
        (
            "Label",
            "BeginsWith",
            &["x"],
            "InvalidFilterOption",
            "not valid: BeginsWith. Valid options include: [Equals].",
        ),
        ("Label", "Equals", &["x", "y"], "InvalidFilterValue", "filter Label can have only one value"),
        ("Type", "Equals", &[], "InvalidFilterValue", "missing : null for filter key Type."),
    ] {
        let error = read(key, option, values).await.unwrap_err();
        assert_eq!(error.code(), Some(code));
        assert!(error.message().unwrap().ends_with(message), "{error:?}");
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn parameters_are_described_and_tagged_without_their_values() {
    let (sandbox, client) = start().await;
    put(&client, "/app/host", "h0st").await;
    put(&client, "/other", "x").await;
    let tag = Tag::builder().key("owner").value("team").build().unwrap();
    let kind = ResourceTypeForTagging::Parameter;
    let add = client.add_tags_to_resource().resource_type(kind.clone()).resource_id("/app/host").tags(tag.clone());
    add.send().await.unwrap();
    let tags =
        client.list_tags_for_resource().resource_type(kind.clone()).resource_id("/app/host").send().await.unwrap();
    assert_eq!(tags.tag_list(), [tag]);
    let none = client.list_tags_for_resource().resource_type(kind).resource_id("/none").send().await.unwrap_err();
    assert!(none.into_service_error().is_invalid_resource_id());

    for (key, option, value) in
        [("Name", "BeginsWith", "/app"), ("Path", "OneLevel", "/app"), ("tag:owner", "Equals", "team")]
    {
        let filter = ParameterStringFilter::builder().key(key).option(option).values(value).build().unwrap();
        let found = client.describe_parameters().parameter_filters(filter).send().await.unwrap();
        let names: Vec<_> = found.parameters().iter().filter_map(|parameter| parameter.name()).collect();
        assert_eq!(names, ["/app/host"], "{key}");
        assert!(!format!("{found:?}").contains("h0st"));
    }
    let unknown = ParameterStringFilter::builder().key("Label").values("x").build().unwrap();
    let error = client.describe_parameters().parameter_filters(unknown).send().await.unwrap_err();
    assert!(error.into_service_error().is_invalid_filter_key());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn unknown_operations_and_parameters_fail_loudly() {
    let (sandbox, client) = start().await;
    let error = client.get_document().name("x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    let put = client.put_parameter().name("/a").value("x").r#type(ParameterType::String).policies("[]");
    let error = put.send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.message().unwrap().contains("Policies"));
    sandbox.stop().await.unwrap();
}
