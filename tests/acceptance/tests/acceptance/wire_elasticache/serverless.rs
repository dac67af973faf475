//! Serverless caches, which have two endpoints with one host name, and users but no token.

use super::{rbac::*, *};

#[tokio::test]
async fn a_cache_has_an_endpoint_and_one_for_readers_behind_the_same_name() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    user_group(&client, "apps", &["nobody", "app"]).await;
    serverless(&client, "cart", Some("apps")).await;
    let answer = client.describe_serverless_caches().send().await.unwrap();
    let cache = &answer.serverless_caches()[0];
    let (endpoint, reader) = (cache.endpoint().unwrap(), cache.reader_endpoint().unwrap());
    assert_eq!(endpoint.address(), reader.address());
    assert_eq!((endpoint.port(), reader.port()), (Some(6379), Some(6380)));
    assert_eq!(cache.user_group_id(), Some("apps"));
    for (port, expected) in [(6379, "master"), (6380, "slave")] {
        let mut connection =
            connect_to(&sandbox, endpoint.address().unwrap(), port, &format!("app:{A}@")).await.unwrap();
        assert_eq!(role(&mut connection).await, expected);
    }
    assert_eq!(passwords_everywhere(&sandbox, "cart", "app").await, [A]);
    replace(&client, "app", &[B, A]).await;
    assert_eq!(passwords_everywhere(&sandbox, "cart", "app").await, [A, B]);
    let groups = client.describe_user_groups().user_group_id("apps").send().await.unwrap();
    assert_eq!(groups.user_groups()[0].serverless_caches(), ["cart"]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_cache_is_open_until_it_has_a_user_group() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    user_group(&client, "apps", &["nobody", "app"]).await;
    serverless(&client, "cart", None).await;
    let node = sandbox.elasticache.nodes("cart")[1].address;
    connect(&sandbox, node, "").await.unwrap();
    let modify = client.modify_serverless_cache().serverless_cache_name("cart").user_group_id("apps");
    assert_eq!(modify.send().await.unwrap().serverless_cache().unwrap().status(), Some("modifying"));
    cache_available(&client, "cart").await;
    connect(&sandbox, node, "").await.unwrap_err();
    assert_eq!(passwords_everywhere(&sandbox, "cart", "app").await, [A]);

    client.delete_serverless_cache().serverless_cache_name("cart").send().await.unwrap();
    let deadline = Instant::now() + LIMIT;
    loop {
        match client.describe_serverless_caches().serverless_cache_name("cart").send().await {
            Ok(_) => assert!(Instant::now() < deadline, "the cache is not deleted"),
            Err(error) => {
                assert!(error.into_service_error().is_serverless_cache_not_found_fault());
                break;
            }
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert!(sandbox.elasticache.nodes("cart").is_empty());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn caches_are_listed_in_pages_and_every_rejection_is_a_typed_error() {
    let (sandbox, client) = start(Timing { create: Duration::from_secs(60), ..quick() }).await;
    let create = |name: &str| client.create_serverless_cache().serverless_cache_name(name).engine("valkey");
    for name in ["a", "b", "c"] {
        create(name).send().await.unwrap();
    }
    let first = client.describe_serverless_caches().max_results(2).send().await.unwrap();
    let second = client
        .describe_serverless_caches()
        .max_results(2)
        .set_next_token(first.next_token.clone())
        .send()
        .await
        .unwrap();
    assert_eq!((first.serverless_caches().len(), second.serverless_caches().len()), (2, 1));
    assert_eq!(second.next_token(), None);
    let token = client.describe_serverless_caches().next_token("made-up").send().await.unwrap_err();
    assert!(token.into_service_error().is_invalid_parameter_value_exception());

    let twice = create("A").send().await.unwrap_err().into_service_error();
    assert!(twice.is_serverless_cache_already_exists_fault(), "{twice:?}");
    for name in ["", "1st", "two--hyphens", "trailing-", "under_score"] {
        let error = create(name).send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_value_exception(), "{name:?}: {error:?}");
    }
    let users = create("d").user_group_id("nobody").send().await.unwrap_err().into_service_error();
    assert!(users.is_user_group_not_found_fault(), "{users:?}");
    let early =
        client.modify_serverless_cache().serverless_cache_name("a").user_group_id("x").send().await.unwrap_err();
    assert!(early.into_service_error().is_invalid_serverless_cache_state_fault());
    let early = client.delete_serverless_cache().serverless_cache_name("a").send().await.unwrap_err();
    assert!(early.into_service_error().is_invalid_serverless_cache_state_fault());
    let missing = client.modify_serverless_cache().serverless_cache_name("z").user_group_id("x").send().await;
    assert!(missing.unwrap_err().into_service_error().is_serverless_cache_not_found_fault());
    sandbox.stop().await.unwrap();
}
