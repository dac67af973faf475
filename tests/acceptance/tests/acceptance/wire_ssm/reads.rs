//! Reading parameters, by name and by path.

use aws_sdk_ssm::{
    error::ProvideErrorMetadata,
    types::{ParameterStringFilter, ParameterType, ResourceTypeForTagging, Tag},
};

use super::{put, start};

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
async fn a_path_is_read_in_pages_and_recursively_on_request() {
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
async fn a_path_is_filtered_by_type_key_and_label_and_a_label_selects_its_version() {
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
async fn descriptions_of_parameters_have_tags_and_no_values() {
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
async fn unknown_operations_and_parameters_are_errors() {
    let (sandbox, client) = start().await;
    let error = client.get_document().name("x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    let put = client.put_parameter().name("/a").value("x").r#type(ParameterType::String).policies("[]");
    let error = put.send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.message().unwrap().contains("Policies"));
    sandbox.stop().await.unwrap();
}
