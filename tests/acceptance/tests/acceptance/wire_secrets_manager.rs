//! The API of Secrets Manager, with the AWS SDK.

use aws_sdk_secretsmanager::{
    Client,
    error::ProvideErrorMetadata,
    primitives::Blob,
    types::{Filter, FilterNameStringType, RotationRulesType, Tag},
};
use sandbox::{Options, Sandbox};

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";
const THREE: &str = "33333333-3333-4333-8333-333333333333";

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let client = Client::new(&sandbox.sdk_config());
    (sandbox, client)
}

/// A sandbox with the secret `app/redis`, whose first version is [`ONE`], `s3cret-one`.
async fn with_secret() -> (Sandbox, Client) {
    let (sandbox, client) = start().await;
    create(&client, "app/redis", ONE).await;
    (sandbox, client)
}

async fn create(client: &Client, name: &str, token: &str) -> String {
    let made = client.create_secret().name(name).client_request_token(token).secret_string("s3cret-one");
    made.send().await.unwrap().arn.unwrap()
}

async fn put(client: &Client, token: &str, value: &str, stage: &str) {
    let put = client.put_secret_value().secret_id("app/redis").client_request_token(token).secret_string(value);
    put.version_stages(stage).send().await.unwrap();
}

/// Returns the id of the version with a label.
async fn version_with(client: &Client, stage: &str) -> Option<String> {
    let secret = client.describe_secret().secret_id("app/redis").send().await.unwrap();
    let versions = secret.version_ids_to_stages.unwrap_or_default();
    versions.into_iter().find(|(_, stages)| stages.iter().any(|s| s == stage)).map(|(id, _)| id)
}

#[tokio::test]
async fn a_secret_is_found_by_name_by_arn_and_by_arn_without_its_suffix() {
    let (sandbox, client) = start().await;
    let arn = create(&client, "app/redis", ONE).await;
    let partial = &arn[..arn.len() - 7];
    assert!(arn.starts_with("arn:aws:secretsmanager:us-east-1:123456789012:secret:app/redis-"));
    for id in ["app/redis", arn.as_str(), partial] {
        let value = client.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!((value.secret_string(), value.version_id()), (Some("s3cret-one"), Some(ONE)));
    }
    let error = client.get_secret_value().secret_id("other").send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn creating_a_secret_twice_succeeds_only_for_the_same_request() {
    let (sandbox, client) = with_secret().await;
    let again = |token: &str, value: &str| {
        client.create_secret().name("app/redis").client_request_token(token).secret_string(value).send()
    };
    assert_eq!(again(ONE, "s3cret-one").await.unwrap().version_id(), Some(ONE));
    for (token, value) in [(ONE, "another"), (TWO, "s3cret-one")] {
        assert!(again(token, value).await.unwrap_err().into_service_error().is_resource_exists_exception());
    }
    let error = again("short", "s3cret-one").await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_exception());
    let error = client.create_secret().name("no spaces").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn describing_a_secret_returns_everything_except_its_value() {
    let (sandbox, client) = start().await;
    let tag = Tag::builder().key("redis-lifecycle:target").value("redis").build();
    let made = client.create_secret().name("app/redis").description("AUTH token").kms_key_id("alias/app").tags(tag);
    made.client_request_token(ONE).secret_string("s3cret-one").send().await.unwrap();
    let secret = client.describe_secret().secret_id("app/redis").send().await.unwrap();
    assert_eq!((secret.description(), secret.kms_key_id()), (Some("AUTH token"), Some("alias/app")));
    assert_eq!(secret.tags()[0].key(), Some("redis-lifecycle:target"));
    assert_eq!(secret.version_ids_to_stages().unwrap()[ONE], ["AWSCURRENT"]);
    assert_eq!(secret.rotation_enabled(), None, "absent until rotation is configured");
    assert!(secret.created_date().is_some() && !format!("{secret:?}").contains("s3cret"));

    let owner = Tag::builder().key("owner").value("team").build();
    client.tag_resource().secret_id("app/redis").tags(owner).send().await.unwrap();
    client.untag_resource().secret_id("app/redis").tag_keys("redis-lifecycle:target").send().await.unwrap();
    let secret = client.describe_secret().secret_id("app/redis").send().await.unwrap();
    let keys: Vec<_> = secret.tags().iter().filter_map(Tag::key).collect();
    assert_eq!(keys, ["owner"]);
    client.untag_resource().secret_id("app/redis").tag_keys("owner").send().await.unwrap();
    let secret = client.describe_secret().secret_id("app/redis").send().await.unwrap();
    assert_eq!(secret.tags.as_deref(), Some(&[][..]), "empty, not absent, once there was one");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_new_secret_has_no_optional_fields_and_the_date_of_access_is_a_day() {
    let (sandbox, client) = start().await;
    client.create_secret().name("app/redis").client_request_token(ONE).send().await.unwrap();
    let fresh = client.describe_secret().secret_id("app/redis").send().await.unwrap();
    assert!(fresh.tags.is_none() && fresh.version_ids_to_stages.is_none() && fresh.last_accessed_date.is_none());
    assert_eq!(fresh.rotation_enabled(), None);
    put(&client, TWO, "s3cret-two", "AWSCURRENT").await;
    client.get_secret_value().secret_id("app/redis").send().await.unwrap();
    let read = client.describe_secret().secret_id("app/redis").send().await.unwrap().last_accessed_date.unwrap();
    assert_eq!((read.secs() % 86_400, read.subsec_nanos()), (0, 0));
    let listed = client.list_secret_version_ids().secret_id("app/redis").send().await.unwrap();
    let version = &listed.versions()[0];
    assert_eq!(
        (version.kms_key_ids(), version.last_accessed_date()),
        (&["DefaultEncryptionKey".to_owned()][..], Some(&read))
    );
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn putting_the_same_value_twice_creates_one_version_and_another_value_is_refused() {
    let (sandbox, client) = with_secret().await;
    put(&client, TWO, "s3cret-two", "AWSPENDING").await;
    let again =
        || client.put_secret_value().secret_id("app/redis").client_request_token(TWO).secret_string("s3cret-two");
    let answer = again().send().await.unwrap();
    assert_eq!(answer.version_stages(), ["AWSPENDING"], "a repeated call without a label moves none");
    assert_eq!(version_with(&client, "AWSCURRENT").await.as_deref(), Some(ONE));
    let answer = again().version_stages("REPLAY").send().await.unwrap();
    assert_eq!(answer.version_stages(), ["AWSPENDING", "REPLAY"]);
    let other = client.put_secret_value().secret_id("app/redis").client_request_token(TWO).secret_string("other");
    let error = other.send().await.unwrap_err();
    let arn = answer.arn().unwrap();
    let in_use = "because that value is already in use for a version of secret";
    assert_eq!(error.message(), Some(format!("You can't use ClientRequestToken {TWO} {in_use} {arn}.").as_str()));
    assert!(error.into_service_error().is_resource_exists_exception());
    assert_eq!(sandbox.secrets_manager.values(), ["s3cret-one", "s3cret-two"]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn putting_a_value_without_a_label_makes_it_current_and_the_old_one_previous() {
    let (sandbox, client) = with_secret().await;
    let put = client.put_secret_value().secret_id("app/redis").client_request_token(TWO).secret_string("s3cret-two");
    assert_eq!(put.send().await.unwrap().version_stages(), ["AWSCURRENT"]);
    assert_eq!(version_with(&client, "AWSPREVIOUS").await.as_deref(), Some(ONE));
    let previous = client.get_secret_value().secret_id("app/redis").version_stage("AWSPREVIOUS").send().await.unwrap();
    assert_eq!(previous.secret_string(), Some("s3cret-one"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_version_can_only_be_read_by_its_own_labels() {
    let (sandbox, client) = with_secret().await;
    let get = || client.get_secret_value().secret_id("app/redis");
    let error = get().version_id(ONE).version_stage("AWSPREVIOUS").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_request_exception());
    let error = get().version_stage("AWSPENDING").send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    let error = get().version_id(TWO).send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_label_moves_only_from_the_version_that_the_call_names() {
    let (sandbox, client) = with_secret().await;
    put(&client, TWO, "s3cret-two", "AWSPENDING").await;
    put(&client, THREE, "s3cret-three", "mine").await;
    let update = |stage: &str| client.update_secret_version_stage().secret_id("app/redis").version_stage(stage);
    let error = update("AWSCURRENT").move_to_version_id(TWO).send().await.unwrap_err();
    let message = error.message().unwrap();
    assert!(message.ends_with("you must explicitly reference that version in RemoveFromVersionId."), "{message}");
    let refused = [
        update("AWSCURRENT").move_to_version_id(TWO),
        update("AWSCURRENT").move_to_version_id(TWO).remove_from_version_id(THREE),
        update("AWSCURRENT").remove_from_version_id(ONE),
        update("AWSCURRENT"),
        update("mine").remove_from_version_id(ONE),
    ];
    for request in refused {
        assert!(request.send().await.unwrap_err().into_service_error().is_invalid_parameter_exception());
    }
    let nowhere = update("AWSCURRENT").move_to_version_id(TWO.replace('2', "9")).remove_from_version_id(ONE);
    assert!(nowhere.send().await.unwrap_err().into_service_error().is_resource_not_found_exception());
    assert_eq!(version_with(&client, "AWSCURRENT").await.as_deref(), Some(ONE));

    update("AWSCURRENT").move_to_version_id(TWO).remove_from_version_id(ONE).send().await.unwrap();
    assert_eq!(version_with(&client, "AWSCURRENT").await.as_deref(), Some(TWO));
    assert_eq!(version_with(&client, "AWSPREVIOUS").await.as_deref(), Some(ONE));
    assert_eq!(
        version_with(&client, "AWSPENDING").await.as_deref(),
        Some(TWO),
        "moving one label does not move the others"
    );
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_version_without_a_label_is_deprecated() {
    let (sandbox, client) = with_secret().await;
    put(&client, TWO, "s3cret-two", "mine").await;
    let remove = client.update_secret_version_stage().secret_id("app/redis").version_stage("mine");
    remove.remove_from_version_id(TWO).send().await.unwrap();
    let list = || client.list_secret_version_ids().secret_id("app/redis");
    assert_eq!(list().send().await.unwrap().versions().len(), 1);
    assert_eq!(list().include_deprecated(true).send().await.unwrap().versions().len(), 2);
    let page = list().include_deprecated(true).max_results(1).send().await.unwrap();
    let next = list().include_deprecated(true).max_results(1).set_next_token(page.next_token).send().await.unwrap();
    assert_eq!((next.versions()[0].version_id(), next.next_token()), (Some(TWO), None));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn random_passwords_contain_only_the_requested_characters() {
    let (sandbox, client) = start().await;
    let plain = client.get_random_password().send().await.unwrap().random_password.unwrap();
    assert_eq!(plain.chars().count(), 32);
    let safe = client.get_random_password().password_length(64).exclude_characters("abcXYZ019");
    let safe = safe.exclude_punctuation(true).send().await.unwrap().random_password.unwrap();
    assert!(safe.len() == 64 && safe.chars().all(|c| c.is_ascii_alphanumeric() && !"abcXYZ019".contains(c)));
    let refused = [
        client.get_random_password().password_length(0),
        client.get_random_password().password_length(4097),
        client.get_random_password().password_length(3),
        client
            .get_random_password()
            .exclude_numbers(true)
            .exclude_punctuation(true)
            .exclude_uppercase(true)
            .exclude_lowercase(true),
    ];
    for request in refused {
        assert!(request.send().await.unwrap_err().into_service_error().is_invalid_parameter_exception());
    }
    let short = client.get_random_password().password_length(1).require_each_included_type(false).send().await;
    assert_eq!(short.unwrap().random_password.unwrap().len(), 1);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn rotation_needs_an_existing_function_and_valid_rules() {
    let (sandbox, client) = with_secret().await;
    let rotate = || client.rotate_secret().secret_id("app/redis");
    assert!(rotate().send().await.unwrap_err().into_service_error().is_invalid_request_exception());
    let unknown = rotate().rotation_lambda_arn("arn:aws:lambda:us-east-1:123456789012:function:nobody");
    assert_eq!(unknown.send().await.unwrap_err().code(), Some("AccessDeniedException"));
    let often = RotationRulesType::builder().schedule_expression("rate(1 hour)").build();
    let error = rotate().rotation_rules(often).send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_exception());
    assert_eq!(version_with(&client, "AWSPENDING").await, None, "a refused rotation leaves no AWSPENDING");
    let cancelled = client.cancel_rotate_secret().secret_id("app/redis").send().await.unwrap();
    assert_eq!((cancelled.name(), cancelled.version_id()), (Some("app/redis"), None));
    let described = client.describe_secret().secret_id("app/redis").send().await.unwrap();
    assert_eq!((described.rotation_enabled(), described.rotation_lambda_arn()), (Some(false), None));
    assert!(rotate().send().await.unwrap_err().into_service_error().is_invalid_request_exception());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn secrets_are_listed_in_pages_and_by_filter() {
    let (sandbox, client) = start().await;
    for (name, token) in [("app/one", ONE), ("app/two", TWO), ("other", THREE)] {
        create(&client, name, token).await;
    }
    let filter = Filter::builder().key(FilterNameStringType::Name).values("app/").build();
    let list = || client.list_secrets().filters(filter.clone()).max_results(1);
    let first = list().send().await.unwrap();
    let second = list().set_next_token(first.next_token.clone()).send().await.unwrap();
    let name = |page: &aws_sdk_secretsmanager::operation::list_secrets::ListSecretsOutput| {
        page.secret_list()[0].name().unwrap().to_owned()
    };
    assert_eq!((name(&first), name(&second), second.next_token()), ("app/one".into(), "app/two".into(), None));
    let error = client.list_secrets().next_token("made-up").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_next_token_exception());
    let unknown = Filter::builder().key(FilterNameStringType::OwningService).values("x").build();
    assert!(client.list_secrets().filters(unknown).send().await.is_err());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_secret_marked_for_deletion_can_be_described_and_restored_but_not_used() {
    let (sandbox, client) = with_secret().await;
    let gone = client.delete_secret().secret_id("app/redis").recovery_window_in_days(7).send().await.unwrap();
    let error = client.get_secret_value().secret_id("app/redis").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_request_exception());
    let again = client.create_secret().name("app/redis").secret_string("x").send().await;
    assert!(again.unwrap_err().into_service_error().is_invalid_request_exception());
    let deleted = client.describe_secret().secret_id("app/redis").send().await.unwrap().deleted_date.unwrap();
    assert_eq!(
        gone.deletion_date().unwrap().secs() - deleted.secs(),
        7 * 86_400,
        "it is deleted seven days after it was marked"
    );
    client.restore_secret().secret_id("app/redis").send().await.unwrap();
    assert!(client.get_secret_value().secret_id("app/redis").send().await.is_ok());
    client.delete_secret().secret_id("app/redis").force_delete_without_recovery(true).send().await.unwrap();
    let gone = client.describe_secret().secret_id("app/redis").send().await.unwrap_err().into_service_error();
    assert!(gone.is_resource_not_found_exception());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_value_is_text_or_binary_and_never_both() {
    let (sandbox, client) = with_secret().await;
    let bytes = Blob::new([0, 255, 7]);
    let put = || client.put_secret_value().secret_id("app/redis");
    put().secret_binary(bytes.clone()).send().await.unwrap();
    let value = client.get_secret_value().secret_id("app/redis").send().await.unwrap();
    assert_eq!((value.secret_string(), value.secret_binary()), (None, Some(&bytes)));
    let both = put().secret_binary(bytes).secret_string("text").send().await.unwrap_err();
    assert_eq!(both.code(), Some("InvalidParameterException"));
    let neither = put().send().await.unwrap_err();
    assert_eq!(neither.code(), Some("InvalidRequestException"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn unknown_operations_and_parameters_are_errors() {
    let (sandbox, client) = with_secret().await;
    let error = client.get_resource_policy().secret_id("app/redis").send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    let error = client.create_secret().name("other").force_overwrite_replica_secret(true).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.message().unwrap().contains("ForceOverwriteReplicaSecret"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn neither_the_journal_nor_debug_output_contains_a_value() {
    let (sandbox, client) = with_secret().await;
    put(&client, TWO, "s3cret-two", "AWSPENDING").await;
    client.get_secret_value().secret_id("app/redis").send().await.unwrap();
    let written = format!("{:?} {:?}", sandbox.journal.entries(), sandbox);
    assert!(written.contains("PutSecretValue"), "the journal has the call");
    assert!(sandbox.secrets_manager.values().iter().all(|value| !written.contains(value)));
    sandbox.stop().await.unwrap();
}
