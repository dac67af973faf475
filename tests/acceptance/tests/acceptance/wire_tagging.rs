//! The Tagging API, with the AWS SDK.

use std::collections::BTreeSet;

use aws_sdk_elasticache::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_resourcegroupstagging::{Client, types::TagFilter};
use sandbox::{Options, Sandbox, services::elasticache::PastSnapshot};

fn filter(key: &str, values: &[&str]) -> TagFilter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    TagFilter::builder().key(key).set_values(Some(values)).build()
}

/// A sandbox with 120 tagged snapshots of a group, and two without a tag.
async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let credentials = Credentials::new("sandbox", "sandbox", None, None, "test");
    let elasticache = aws_sdk_elasticache::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials.clone())
        .endpoint_url(&sandbox.endpoint_url)
        .build();
    let elasticache = aws_sdk_elasticache::Client::from_conf(elasticache);
    let create = elasticache.create_replication_group().replication_group_id("orders").num_cache_clusters(1);
    create.replication_group_description("orders").send().await.unwrap();
    for number in 0..122 {
        let name = format!("orders-{number:03}");
        let mut past = PastSnapshot::new("orders", &name, "2026-10-01T03:00:00Z".parse().unwrap());
        if number < 120 {
            past.tags.insert("target".to_owned(), if number < 60 { "orders" } else { "stock" }.to_owned());
            past.tags.insert("slot".to_owned(), number.to_string());
        }
        sandbox.elasticache.put_snapshot(past).unwrap();
    }
    let tagging = aws_sdk_resourcegroupstagging::Config::builder()
        .behavior_version(aws_sdk_resourcegroupstagging::config::BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .endpoint_url(&sandbox.endpoint_url)
        .build();
    (sandbox, Client::from_conf(tagging))
}

fn arn(number: usize) -> String {
    format!("arn:aws:elasticache:us-east-1:123456789012:snapshot:orders-{number:03}")
}

#[tokio::test]
async fn resources_are_found_by_every_filter_in_pages_and_those_without_tags_are_not() {
    let (sandbox, client) = start().await;
    let find = |filters: Vec<TagFilter>| client.get_resources().set_tag_filters(Some(filters));
    let (mut all, mut token) = (BTreeSet::new(), None);
    loop {
        let page = find(vec![filter("target", &[])]).resources_per_page(50).set_pagination_token(token).send().await;
        let page = page.unwrap();
        assert!(page.resource_tag_mapping_list().len() <= 50);
        let arns = page.resource_tag_mapping_list().iter().map(|found| found.resource_arn().unwrap().to_owned());
        assert!(arns.into_iter().all(|arn| all.insert(arn)), "each is in one page");
        token = page.pagination_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(all, (0..120).map(arn).collect());
    let both = find(vec![filter("target", &["orders", "other"]), filter("slot", &["59", "60"])]).send().await.unwrap();
    assert_eq!(both.resource_tag_mapping_list().len(), 1);
    assert_eq!(both.resource_tag_mapping_list()[0].resource_arn(), Some(arn(59).as_str()));
    let tags = both.resource_tag_mapping_list()[0].tags().iter().map(|tag| (tag.key(), tag.value()));
    assert_eq!(tags.collect::<Vec<_>>(), [("slot", "59"), ("target", "orders")]);
    for (kind, found) in [("elasticache:snapshot", 1), ("elasticache", 1), ("elasticache:cluster", 0), ("ssm", 0)] {
        let answer = find(vec![filter("slot", &["1"])]).resource_type_filters(kind).send().await.unwrap();
        assert_eq!(answer.resource_tag_mapping_list().len(), found, "{kind}");
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_list_of_up_to_100_arns_is_looked_up_in_one_answer_and_excludes_everything_else() {
    let (sandbox, client) = start().await;
    let list =
        |arns: std::ops::Range<usize>| client.get_resources().set_resource_arn_list(Some(arns.map(arn).collect()));
    let found = list(30..130).send().await.unwrap();
    assert_eq!(found.resource_tag_mapping_list().len(), 90, "what has no tags or does not exist is left out");
    for wrong in [
        list(0..101),
        list(0..2).tag_filters(filter("target", &[])),
        list(0..2).resource_type_filters("elasticache"),
        list(0..2).resources_per_page(10),
        client.get_resources().resources_per_page(101),
        client.get_resources().pagination_token("made-up"),
    ] {
        let error = wrong.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_exception(), "{error:?}");
    }
    sandbox.stop().await.unwrap();
}
