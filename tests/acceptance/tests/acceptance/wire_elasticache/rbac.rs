//! Users, user groups and serverless caches for tests.

use aws_sdk_elasticache::{operation::create_user::builders::CreateUserFluentBuilder, types::User};
use sandbox::services::elasticache::NodeView;

use super::*;

/// Creates a user with token A as its password.
pub(super) fn app(client: &Client, id: &str, name: &str) -> CreateUserFluentBuilder {
    client.create_user().user_id(id).user_name(name).engine("redis").access_string("on ~* +@all").passwords(A)
}

/// Creates a user named `default` with a password that no test knows.
pub(super) async fn closed_default(client: &Client) {
    let create = client.create_user().user_id("nobody").user_name("default").engine("redis");
    create.access_string("off -@all").passwords("0123456789abcdef").send().await.unwrap();
}

/// Creates a user group and waits until it is active.
pub(super) async fn user_group(client: &Client, id: &str, users: &[&str]) {
    let users = users.iter().map(|user| (*user).to_owned()).collect();
    client.create_user_group().user_group_id(id).engine("redis").set_user_ids(Some(users)).send().await.unwrap();
    user_group_active(client, id).await;
}

pub(super) async fn user_group_active(client: &Client, id: &str) {
    let deadline = Instant::now() + LIMIT;
    loop {
        let answer = client.describe_user_groups().user_group_id(id).send().await.unwrap();
        if answer.user_groups()[0].status() == Some("active") {
            return;
        }
        assert!(Instant::now() < deadline, "{id} is not active");
        sleep(Duration::from_millis(20)).await;
    }
}

pub(super) async fn describe_user(client: &Client, id: &str) -> User {
    client.describe_users().user_id(id).send().await.unwrap().users.unwrap().remove(0)
}

pub(super) async fn user_active(client: &Client, id: &str) -> User {
    let deadline = Instant::now() + LIMIT;
    loop {
        let user = describe_user(client, id).await;
        if user.status() == Some("active") {
            return user;
        }
        assert!(Instant::now() < deadline, "{id} is not active");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Replaces all passwords of a user, and waits until it is active.
pub(super) async fn replace(client: &Client, id: &str, passwords: &[&str]) {
    let passwords = passwords.iter().map(|password| (*password).to_owned()).collect();
    client.modify_user().user_id(id).set_passwords(Some(passwords)).send().await.unwrap();
    user_active(client, id).await;
}

/// Returns the passwords of this user that a node accepts.
pub(super) async fn passwords_at(sandbox: &Sandbox, node: &NodeView, user: &str) -> Vec<&'static str> {
    let mut accepted = Vec::new();
    for password in [A, B, C] {
        match connect(sandbox, node.address, &format!("{user}:{password}@")).await {
            Ok(_) => accepted.push(password),
            Err(error) => assert_eq!(error.kind(), redis::ErrorKind::AuthenticationFailed, "{error}"),
        }
    }
    accepted
}

/// Returns the passwords that every node accepts. All nodes must accept the same ones.
pub(super) async fn passwords_everywhere(sandbox: &Sandbox, cache: &str, user: &str) -> Vec<&'static str> {
    let nodes = sandbox.elasticache.nodes(cache);
    assert!(nodes.len() >= 2, "{nodes:?}");
    let first = passwords_at(sandbox, &nodes[0], user).await;
    for node in &nodes[1..] {
        assert_eq!(passwords_at(sandbox, node, user).await, first, "{node:?}");
    }
    first
}

/// Creates a replication group with a user group.
pub(super) async fn with_users(client: &Client, id: &str, users: &str) {
    pair(client, id).user_group_ids(users).send().await.unwrap();
    available(client, id).await;
}

/// Creates a serverless cache and waits until it is available.
pub(super) async fn serverless(client: &Client, name: &str, users: Option<&str>) {
    let create = client.create_serverless_cache().serverless_cache_name(name).engine("redis");
    create.set_user_group_id(users.map(str::to_owned)).send().await.unwrap();
    cache_available(client, name).await;
}

pub(super) async fn cache_available(client: &Client, name: &str) {
    let deadline = Instant::now() + LIMIT;
    loop {
        let answer = client.describe_serverless_caches().serverless_cache_name(name).send().await.unwrap();
        match answer.serverless_caches()[0].status() {
            Some("available") => return,
            other => assert!(Instant::now() < deadline, "{name} is still {other:?}"),
        }
        sleep(Duration::from_millis(20)).await;
    }
}
