//! The passwords of users on the nodes.

use aws_sdk_elasticache::types::{AuthenticationMode, AuthenticationType, Filter, InputAuthenticationType, SourceType};

use super::{rbac::*, *};

#[tokio::test]
async fn two_passwords_overlap_and_a_new_list_replaces_them() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    user_group(&client, "apps", &["nobody", "app"]).await;
    with_users(&client, "sessions", "apps").await;
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "app").await, [A]);
    let node = sandbox.elasticache.nodes("sessions")[0].address;
    let mut old = connect(&sandbox, node, &format!("app:{A}@")).await.unwrap();
    replace(&client, "app", &[B, A]).await;
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "app").await, [A, B]);
    replace(&client, "app", &[C, B]).await;
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "app").await, [B, C]);
    // A connection stays open when its password is removed.
    redis::cmd("PING").query_async::<String>(&mut old).await.unwrap();
    let live = sandbox.elasticache.users_passwords("app");
    assert_eq!(live.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), [C, B]);
    let authentication = describe_user(&client, "app").await.authentication.unwrap();
    assert_eq!(
        (authentication.r#type(), authentication.password_count()),
        (Some(&AuthenticationType::Password), Some(2))
    );

    connect(&sandbox, node, "").await.unwrap_err();
    let debug = format!("{sandbox:?}");
    let given = sandbox.elasticache.values();
    for password in [A, B, C] {
        assert!(given.iter().any(|given| given.expose_secret() == password));
        assert!(!debug.contains(password), "Debug contains a password");
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_change_reaches_the_nodes_of_all_groups_of_a_user_one_after_the_other() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    user_group(&client, "apps", &["nobody", "app"]).await;
    user_group(&client, "others", &["nobody", "app"]).await;
    with_users(&client, "sessions", "apps").await;
    serverless(&client, "cart", Some("others")).await;
    let names = ["others", "apps"].map(|id| Filter::builder().name("user-group-id").values(id).build());
    let found = client.describe_users().filters(names[0].clone()).filters(names[1].clone()).send().await.unwrap();
    assert_eq!(found.users().len(), 2, "{found:?}");

    // The change waits for a frozen node. The nodes before it have the change.
    let nodes = [sandbox.elasticache.nodes("sessions"), sandbox.elasticache.nodes("cart")].concat();
    let (last, others) = nodes.split_last().unwrap();
    let frozen = sandbox.fleet.node(last.address).unwrap();
    frozen.freeze().await;
    client.modify_user().user_id("app").passwords(B).send().await.unwrap();
    let deadline = Instant::now() + LIMIT;
    for node in others {
        while passwords_at(&sandbox, node, "app").await != [B] {
            assert!(Instant::now() < deadline, "{node:?} does not get the change");
        }
    }
    assert_eq!(describe_user(&client, "app").await.status(), Some("modifying"));
    assert_eq!(sandbox.elasticache.users_passwords("app")[0].expose_secret(), A);
    frozen.thaw().await;
    user_active(&client, "app").await;
    for cache in ["sessions", "cart"] {
        assert_eq!(passwords_everywhere(&sandbox, cache, "app").await, [B]);
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn describe_calls_return_a_change_before_the_nodes_have_it() {
    let (sandbox, client) =
        start(Timing { modify: Duration::from_secs(3), stale: Duration::from_secs(5), ..quick() }).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    let modify = client.modify_user().user_id("app").passwords(A).passwords(B).access_string("on ~app:* +@all");
    let answer = modify.send().await.unwrap();
    assert_eq!((answer.status(), answer.access_string()), (Some("modifying"), Some("on ~app:* +@all")));
    assert_eq!(answer.authentication().unwrap().password_count(), Some(2));
    let described = describe_user(&client, "app").await;
    assert_eq!((described.status(), described.access_string()), (Some("modifying"), Some("on ~app:* +@all")));
    assert_eq!(described.authentication().unwrap().password_count(), Some(2));
    let live = sandbox.elasticache.users_passwords("app");
    assert_eq!(live.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), [A]);
    user_active(&client, "app").await;
    client.delete_user().user_id("app").send().await.unwrap();
    assert_eq!(describe_user(&client, "app").await.status(), Some("deleting"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_user_that_needs_no_password_has_no_count_of_passwords() {
    let (sandbox, client) = start(quick()).await;
    let open = describe_user(&client, "default").await.authentication.unwrap();
    assert_eq!((open.r#type(), open.password_count()), (Some(&AuthenticationType::NoPassword), None));
    let create = client.create_user().user_id("robot").user_name("robot").engine("redis").access_string("on ~* +@all");
    let iam = AuthenticationMode::builder().r#type(InputAuthenticationType::Iam).build();
    let robot = create.authentication_mode(iam).send().await.unwrap().authentication.unwrap();
    assert_eq!((robot.r#type(), robot.password_count()), (Some(&AuthenticationType::Iam), None));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_replaced_node_has_the_current_passwords() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    user_group(&client, "apps", &["nobody", "app"]).await;
    with_users(&client, "sessions", "apps").await;
    client.modify_user().user_id("app").passwords(A).passwords(B).send().await.unwrap();
    sandbox.elasticache.fail_over("sessions", "0001").await.unwrap();
    user_active(&client, "app").await;
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "app").await, [A, B]);
    sandbox.elasticache.fail_over("sessions", "0001").await.unwrap();
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "app").await, [A, B]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_user_has_the_rights_of_its_access_string_and_cannot_administer() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").access_string("on ~app:* +@all").send().await.unwrap();
    let iam = AuthenticationMode::builder().r#type(InputAuthenticationType::Iam).build();
    let create = client.create_user().user_id("robot").user_name("robot").engine("redis").access_string("on ~* +@all");
    create.authentication_mode(iam).send().await.unwrap();
    user_group(&client, "apps", &["nobody", "app", "robot"]).await;
    with_users(&client, "sessions", "apps").await;
    let node = sandbox.elasticache.nodes("sessions")[0].address;
    let mut connection = connect(&sandbox, node, &format!("app:{A}@")).await.unwrap();
    redis::cmd("SET").arg("app:1").arg(1).query_async::<()>(&mut connection).await.unwrap();
    for refused in
        [redis::cmd("SET").arg("other").arg(1), redis::cmd("CONFIG").arg("GET").arg("*"), redis::cmd("ACL").arg("LIST")]
    {
        let error = refused.query_async::<redis::Value>(&mut connection).await.unwrap_err();
        assert_eq!(error.code(), Some("NOPERM"), "{error}");
    }
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "robot").await, [""; 0]);

    client.modify_user().user_id("app").append_access_string("~other -set").send().await.unwrap();
    assert_eq!(user_active(&client, "app").await.access_string(), Some("on ~app:* +@all ~other -set"));
    let error = redis::cmd("SET").arg("other").arg(1).query_async::<()>(&mut connection).await.unwrap_err();
    assert_eq!(error.code(), Some("NOPERM"), "{error}");
    redis::cmd("GET").arg("other").query_async::<Option<String>>(&mut connection).await.unwrap();
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_unknown_rule_is_an_error_and_changes_nothing() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    user_group(&client, "apps", &["nobody", "app"]).await;
    with_users(&client, "sessions", "apps").await;
    client.modify_user().user_id("app").passwords(B).access_string("on ~* +no-such-command").send().await.unwrap();
    assert_eq!(user_active(&client, "app").await.access_string(), Some("on ~* +@all"));
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "app").await, [A]);
    assert_eq!(sandbox.elasticache.users_passwords("app")[0].expose_secret(), A);
    let events = client.describe_events().source_type(SourceType::User).send().await.unwrap();
    let message = events.events()[0].message().unwrap();
    assert!(message.starts_with("User could not be changed") && !message.contains(B), "{message}");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn members_can_be_added_and_removed_and_the_default_user_replaced() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    user_group(&client, "apps", &["default"]).await;
    with_users(&client, "sessions", "apps").await;
    let node = sandbox.elasticache.nodes("sessions")[0].address;
    connect(&sandbox, node, "").await.unwrap();
    let modify = client.modify_user_group().user_group_id("apps").user_ids_to_add("app").user_ids_to_add("nobody");
    modify.user_ids_to_remove("default").send().await.unwrap();
    user_group_active(&client, "apps").await;
    connect(&sandbox, node, "").await.unwrap_err();
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "app").await, [A]);
    let groups = client.describe_user_groups().send().await.unwrap();
    assert_eq!(groups.user_groups()[0].user_ids(), ["app", "nobody"]);
    assert_eq!(groups.user_groups()[0].replication_groups(), ["sessions"]);

    client.delete_user().user_id("app").send().await.unwrap();
    assert_eq!(describe_user(&client, "app").await.status(), Some("deleting"));
    let deadline = Instant::now() + LIMIT;
    while client.describe_users().user_id("app").send().await.is_ok() {
        assert!(Instant::now() < deadline, "the user is not deleted");
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(passwords_everywhere(&sandbox, "sessions", "app").await, [""; 0]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_status_lags_behind_and_can_be_made_wrong() {
    let (sandbox, client) = start(Timing { stale_users: Duration::from_secs(5), ..quick() }).await;
    app(&client, "app", "app").send().await.unwrap();
    let answer = client.modify_user().user_id("app").passwords(A).passwords(B).send().await.unwrap();
    assert_eq!(answer.status(), Some("modifying"));
    assert_eq!(describe_user(&client, "app").await.status(), Some("active"));
    sandbox.elasticache.set_timing(Timing { modify: Duration::from_secs(5), ..quick() });
    user_active(&client, "app").await;
    client.modify_user().user_id("app").passwords(B).send().await.unwrap();
    assert_eq!(describe_user(&client, "app").await.status(), Some("modifying"));
    sandbox.elasticache.set_status_lies(true);
    assert_eq!(describe_user(&client, "app").await.status(), Some("active"));
    sandbox.stop().await.unwrap();
}
