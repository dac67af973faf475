//! Which documents are accepted, and how each refusal names its field.

use serde_json::{Value, json};

use super::*;

fn document() -> Value {
    json!({
        "name": "koneksi-prod",
        "backend": { "type": "elasticache-auth", "replication_group_id": "koneksi-prod" },
        "secret": { "id": "koneksi/prod/redis/auth-token" },
    })
}

fn serverless(cache: &str, user: &str) -> Value {
    json!({ "type": "elasticache-serverless", "serverless_cache_name": cache, "user_id": user })
}

fn fargate(cluster: &str, host: &str, port: u32) -> Value {
    json!({ "type": "fargate", "cluster": cluster, "service": "redis", "host": host, "port": port })
}

fn hosts(names: &[&str], others: Value) -> Value {
    let nodes: Vec<Value> = names.iter().map(|host| json!({ "host": host })).collect();
    let mut backend = json!({ "type": "self-hosted", "nodes": nodes });
    backend.as_object_mut().unwrap().append(&mut others.as_object().unwrap().clone());
    backend
}

fn sentinel(master_name: &str, hosts: &[&str]) -> Value {
    let nodes: Vec<Value> = hosts.iter().map(|host| json!({ "host": host })).collect();
    json!({ "sentinel": { "master_name": master_name, "nodes": nodes } })
}

fn upstash(endpoint: &str, renewal: Value) -> Value {
    json!({ "type": "upstash", "endpoint": endpoint, "renewal": renewal })
}

fn with_port(mut backend: Value, port: u16) -> Value {
    backend["port"] = json!(port);
    backend
}

fn reset(database_id: &str, api_secret_id: &str) -> Value {
    json!({ "by": "reset", "database_id": database_id, "api_secret_id": api_secret_id })
}

fn acl(username: &str) -> Value {
    json!({ "by": "acl", "username": username, "admin_secret_id": "upstash/admin" })
}

fn parameter(others: Value) -> Value {
    let mut parameter = json!({ "type": "ssm-parameter", "name": "/orders/redis/url", "value": "{url}" });
    parameter.as_object_mut().unwrap().append(&mut others.as_object().unwrap().clone());
    json!([parameter])
}

fn environment(name: &str, variable: &str) -> Value {
    json!([{ "type": "lambda-environment", "function_name": name, "variables": { variable: "{host}" } }])
}

fn keys(secret_id: &str, keys: Value) -> Value {
    json!([{ "type": "secret-keys", "secret_id": secret_id, "keys": keys }])
}

fn service(name: &str) -> Value {
    json!({ "type": "ecs-service", "cluster": "main", "service": name })
}

fn window(window: Value) -> Value {
    json!({ "window": window })
}

fn on(days: Value) -> Value {
    window(json!({ "days": days, "from": "22:00", "to": "04:00" }))
}

#[test]
fn a_minimal_document_is_enough() {
    let target = Target::parse(&document().to_string()).unwrap();
    assert_eq!(target.backend.flavour(), "elasticache-auth");
    assert_eq!(target.secret.json_key, None);
    assert_eq!(target.rotation, Rotation { credential_length: 64 });
    assert_eq!(target.retirement, Retirement { overlap_s: 86_400 });
    assert_eq!(target.consumers, []);
    assert_eq!(target.rollout, Rollout { debounce_s: 60, stabilise_s: 1800, window: None });
}

#[test]
fn each_refusal_names_the_field() {
    for (pointer, value, named) in [
        ("/name", json!("Koneksi"), "`name`"),
        ("/name", json!(""), "`name`"),
        ("/name", json!(7), "`name`"),
        ("/colour", json!("red"), "colour"),
        ("/backend/replication_group_id", json!("no_underscores"), "`backend.replication_group_id`"),
        ("/backend", json!({ "type": "elasticache-user", "user_id": "no_underscores" }), "`backend.user_id`"),
        ("/backend", json!({ "type": "elasticache-user", "user_id": "1st" }), "`backend.user_id`"),
        ("/backend", json!({ "type": "elasticache-user", "user_id": "default" }), "`backend.user_id`"),
        ("/backend", json!({ "type": "elasticache-user", "user_id": "a", "user_name": "a" }), "user_name"),
        ("/backend", json!({ "type": "elasticache-user" }), "user_id"),
        ("/backend", serverless("no_underscores", "a"), "`backend.serverless_cache_name`"),
        ("/backend", serverless("basket", "default"), "`backend.user_id`"),
        ("/backend", fargate("", "redis.local", 6379), "`backend.cluster`"),
        ("/backend", fargate("phillm", "", 6379), "`backend.host`"),
        ("/backend", fargate("phillm", "redis.local:6379", 6379), "`backend.host`"),
        ("/backend", fargate("phillm", "redis.local", 0), "`backend.port`"),
        ("/backend", fargate("phillm", "redis.local", 70_000), "backend"),
        ("/backend", json!({ "type": "self-hosted", "nodes": [] }), "`backend.nodes`"),
        ("/backend", hosts(&["a", ""], json!({})), "`backend.nodes[1].host`"),
        ("/backend", hosts(&["a", "redis://b"], json!({})), "`backend.nodes[1].host`"),
        ("/backend", hosts(&["a", "a"], json!({})), "`backend.nodes[1]`"),
        ("/backend", hosts(&["a"], json!({ "username": "two words" })), "`backend.username`"),
        ("/backend", hosts(&["a"], sentinel("", &["b"])), "`backend.sentinel.master_name`"),
        ("/backend", hosts(&["a"], sentinel("m", &[])), "`backend.sentinel.nodes`"),
        ("/backend", hosts(&["a"], sentinel("m", &["b", "c:26379"])), "`backend.sentinel.nodes[1].host`"),
        ("/backend", upstash("https://x.upstash.io", json!({ "by": "reset" })), "backend"),
        ("/backend", upstash("https://x.upstash.io", reset("id", "api")), "`backend.endpoint`"),
        ("/backend", upstash("x.upstash.io:443", reset("id", "api")), "`backend.endpoint`"),
        ("/backend", with_port(upstash("x.upstash.io", reset("id", "api")), 0), "`backend.port`"),
        ("/backend", upstash("x.upstash.io", reset("", "api")), "`backend.renewal.database_id`"),
        ("/backend", upstash("x.upstash.io", reset("id", "")), "`backend.renewal.api_secret_id`"),
        ("/backend", upstash("x.upstash.io", acl("default")), "`backend.renewal.username`"),
        ("/backend", upstash("x.upstash.io", acl("app")), "`secret.json_key`"),
        ("/backend/type", json!("memcached"), "backend"),
        ("/retirement", json!({ "overlap_s": 7_776_001 }), "`retirement.overlap_s`"),
        ("/retirement", json!({ "overlap": 60 }), "overlap"),
        ("/rollout", json!({ "debounce_s": 86_401 }), "`rollout.debounce_s`"),
        ("/rollout", json!({ "debounce_s": -1 }), "`rollout.debounce_s`"),
        ("/rollout", json!({ "stabilise_s": 0 }), "`rollout.stabilise_s`"),
        ("/rollout", json!({ "stabilise_s": 86_401 }), "`rollout.stabilise_s`"),
        ("/rollout", json!({ "debounce": 60 }), "debounce"),
        ("/rollout", window(json!({ "from": "22:00" })), "`rollout.window`"),
        ("/rollout", window(json!({ "from": "22:00", "to": "22:00" })), "`rollout.window.to`"),
        ("/rollout", window(json!({ "from": "24:00", "to": "04:00" })), "`rollout.window.from`"),
        ("/rollout", window(json!({ "from": "22:00", "to": "4:00" })), "`rollout.window.to`"),
        ("/rollout", window(json!({ "from": "22:00", "to": "04:60" })), "`rollout.window.to`"),
        ("/rollout", window(json!({ "from": "+2:00", "to": "04:00" })), "`rollout.window.from`"),
        ("/rollout", window(json!({ "from": 22, "to": "04:00" })), "`rollout.window.from`"),
        ("/rollout", window(json!({ "from": "22:00", "to": "04:00", "zone": "CET" })), "zone"),
        ("/rollout", on(json!([])), "`rollout.window.days`"),
        ("/rollout", on(json!(["mon", "mon"])), "`rollout.window.days[1]`"),
        ("/rollout", on(json!(["Monday"])), "`rollout.window.days[0]`"),
        ("/rollout", on(json!("mon")), "`rollout.window.days`"),
        ("/consumers", json!([service("web"), service("")]), "`consumers[1].service`"),
        ("/consumers", json!([service("web"), service("web")]), "`consumers[1]`"),
        ("/consumers", json!([{ "type": "lambda-function", "name": "a" }]), "consumers"),
        ("/outputs", parameter(json!({ "name": "" })), "`outputs[0].name`"),
        ("/outputs", parameter(json!({ "name": "a/b" })), "`outputs[0].name`"),
        ("/outputs", parameter(json!({ "name": "/a//b" })), "`outputs[0].name`"),
        ("/outputs", parameter(json!({ "name": "/a b" })), "`outputs[0].name`"),
        ("/outputs", parameter(json!({ "name": "/redis-lifecycle/targets/a" })), "`outputs[0].name`"),
        ("/outputs", parameter(json!({ "kind": "string" })), "`outputs[0].kind`"),
        ("/outputs", parameter(json!({ "kind": "SecureString" })), "outputs"),
        ("/outputs", parameter(json!({ "kms_key_id": "" })), "`outputs[0].kms_key_id`"),
        (
            "/outputs",
            parameter(json!({ "value": "{host}", "kind": "string", "kms_key_id": "a" })),
            "`outputs[0].kms_key_id`",
        ),
        ("/outputs", parameter(json!({ "value": "{hots}" })), "hots"),
        ("/outputs", parameter(json!({ "value": "" })), "outputs"),
        ("/outputs", parameter(json!({ "tier": "huge" })), "outputs"),
        ("/outputs", parameter(json!({ "drift": "ignore" })), "outputs"),
        ("/outputs", parameter(json!({ "colour": "red" })), "outputs"),
        ("/outputs", parameter(json!({ "url": { "scheme": "http" } })), "`outputs[0].url.scheme`"),
        ("/outputs", parameter(json!({ "url": { "database": -1 } })), "outputs"),
        ("/outputs", parameter(json!({ "url": { "query": { "": "a" } } })), "`outputs[0].url.query`"),
        ("/outputs", environment("", "REDIS_HOST"), "`outputs[0].function_name`"),
        ("/outputs", environment("web", "1ST"), "`outputs[0].variables`"),
        ("/outputs", environment("web", "AWS_REGION"), "`outputs[0].variables`"),
        ("/outputs", keys("", json!({ "url": "{url}" })), "`outputs[0].secret_id`"),
        ("/outputs", keys("koneksi/prod/redis/auth-token", json!({ "url": "{url}" })), "`outputs[0].secret_id`"),
        ("/outputs", keys("another", json!({})), "`outputs[0].keys`"),
        ("/outputs", json!([environment("web", "REDIS_HOST")[0], environment("web", "REDIS_PORT")[0]]), "`outputs[1]`"),
        (
            "/outputs",
            json!([
                { "type": "ssm-parameter", "name": "redis-url", "value": "{url}" },
                { "type": "ssm-parameter", "name": "/redis-url", "value": "{url}" },
            ]),
            "`outputs[1]`",
        ),
        ("/backend/shards", json!(2), "shards"),
        ("/secret/id", json!(""), "`secret.id`"),
        ("/secret/key", json!("password"), "key"),
        ("/secret/json_key", json!(""), "`secret.json_key`"),
        ("/rotation", json!({ "credential_length": 16 }), "`rotation.credential_length`"),
        ("/rotation", json!({ "credential_length": "64" }), "`rotation.credential_length`"),
        ("/rotation", json!({ "every_days": 90 }), "every_days"),
    ] {
        let mut document = document();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap()[key] = value;
        let failure = Target::parse(&document.to_string()).unwrap_err();
        assert_eq!(failure.class(), crate::Class::Permanent, "{pointer}");
        assert!(failure.to_string().contains(named), "{pointer}: {failure}");
    }
}

#[test]
fn a_user_is_named_by_its_id() {
    let mut document = document();
    document["backend"] = json!({ "type": "elasticache-user", "user_id": "Orders-App-2" });
    let target = Target::parse(&document.to_string()).unwrap();
    assert_eq!(target.backend.flavour(), "elasticache-user");
    assert_eq!(target.backend, Backend::ElasticacheUser(User { user_id: "Orders-App-2".to_owned() }));
}

#[test]
fn a_document_that_is_no_json_is_refused() {
    for text in ["", "{", "[]", "{\"name\":\"a\"} trailing", "null"] {
        assert!(Target::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_committed_schema_is_the_one_of_these_types() {
    let generated = serde_json::to_string_pretty(&Target::json_schema()).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/target.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == generated, "run `UPDATE_SCHEMA=1 cargo test -p policy schema` and commit the result");
}

#[test]
fn the_documents_of_all_example_systems_are_accepted() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/examples");
    let mut names = std::collections::BTreeSet::new();
    for system in std::fs::read_dir(examples).unwrap() {
        for entry in system.unwrap().path().read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let target = Target::parse(&text).unwrap_or_else(|failure| panic!("{}: {failure}", path.display()));
            assert_eq!(target.schema.as_deref(), Some("../../target.schema.json"), "{}", path.display());
            assert!(names.insert(target.name), "{}: the name is taken", path.display());
        }
    }
    assert_eq!(names.len(), 9, "{names:?}");
}

#[test]
fn a_refusal_never_repeats_a_value() {
    let document = |overlap: &str, backend: &str| {
        format!(
            r#"{{ "name": "orders", "backend": {{ "type": {backend}, "replication_group_id": "orders" }},
                 "secret": {{ "id": "orders" }}, "retirement": {{ "overlap_s": {overlap} }} }}"#
        )
    };
    for document in [
        document(r#""hunter2""#, r#""elasticache-auth""#),
        document(r#""hunter2, expected nothing""#, r#""elasticache-auth""#),
        document("1", r#""hunter2""#),
    ] {
        let refused = Target::parse(&document).unwrap_err().to_string();
        assert!(refused.contains("settings are refused at `"), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}
