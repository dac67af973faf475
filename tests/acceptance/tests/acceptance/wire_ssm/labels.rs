//! The versions of a parameter, and their labels.

use aws_sdk_ssm::error::ProvideErrorMetadata;

use super::{put, start};

#[tokio::test]
async fn another_version_can_be_put_once_the_oldest_one_has_no_label() {
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
async fn the_oldest_of_a_hundred_versions_is_deleted_unless_it_has_a_label() {
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
async fn labels_can_be_moved_and_are_validated() {
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
