//! The verbs on bare servers, in each set-up. Whole rotations are in `tests/acceptance`.

use policy::{
    Class,
    login::{Answer, NodeState},
    secret::Known,
    server::Propagation,
    target::{Host, Hosts, Sentinel, SentinelNode},
};
use secrecy::SecretString;

use super::SelfHosted;
use crate::testing::{Files, RedisServer, eventually, free_port};

fn hosts(servers: &[&RedisServer]) -> Hosts {
    let node = |server: &&RedisServer| Host { host: "127.0.0.1".to_owned(), port: server.port };
    Hosts { nodes: servers.iter().map(node).collect(), username: "default".to_owned(), tls: false, sentinel: None }
}

fn watched(servers: &[&RedisServer], sentinel: &RedisServer) -> Hosts {
    let node = SentinelNode { host: "127.0.0.1".to_owned(), port: sentinel.port };
    Hosts { sentinel: Some(Sentinel { master_name: "main".to_owned(), nodes: vec![node] }), ..hosts(servers) }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

/// A rotation's `add`, with these credentials.
async fn add(hosts: &Hosts, pending: &str, current: &str) -> Result<(), cloud::CallError> {
    let (pending, current) = (secret(pending), secret(current));
    let known = Known { pending: Some(&pending), current: &current, previous: None, pending_created_ms: None };
    SelfHosted { hosts }.add(&pending, known).await
}

async fn remove(hosts: &Hosts, previous: &str, current: &str) -> Result<(), cloud::CallError> {
    SelfHosted { hosts }.remove(&secret(previous), &secret(current)).await
}

fn link_is_up(server: &RedisServer, password: &str) -> bool {
    server.ask::<String>(password, "INFO replication").contains("master_link_status:up")
}

/// Cuts the link of a replica: it has to log in anew.
fn cut_link(primary: &RedisServer, password: &str) {
    let _: i64 = primary.ask(password, "CLIENT KILL TYPE replica");
}

fn replica_of(primary: &RedisServer, files: Files, password: &str) -> RedisServer {
    let replicaof = format!("replicaof 127.0.0.1 {}", primary.port);
    let replica = RedisServer::start(files, password, &[&replicaof]);
    eventually("the replica follows", || link_is_up(&replica, password));
    replica
}

#[tokio::test]
async fn both_credentials_outlive_a_restart_where_there_is_a_file_for_them() {
    for files in Files::ALL {
        let mut server = RedisServer::start(files, "one", &[]);
        for _repeated in 0..2 {
            add(&hosts(&[&server]), "two", "one").await.unwrap();
        }
        assert!(server.accepts("one") && server.accepts("two"), "{files:?}");
        server.restart();
        assert_eq!((server.accepts("one"), server.accepts("two")), (true, files != Files::None), "{files:?}");
    }
}

#[tokio::test]
async fn the_previous_credential_stays_refused_after_a_restart_where_there_is_a_file_for_it() {
    for files in Files::ALL {
        let mut server = RedisServer::start(files, "one", &[]);
        add(&hosts(&[&server]), "two", "one").await.unwrap();
        for _repeated in 0..2 {
            remove(&hosts(&[&server]), "one", "two").await.unwrap();
        }
        assert!(!server.accepts("one") && server.accepts("two"), "{files:?}");
        server.restart();
        assert_eq!((server.accepts("one"), server.accepts("two")), (files == Files::None, files != Files::None));
    }
}

#[tokio::test]
async fn the_configuration_file_holds_no_dead_password() {
    let server = RedisServer::start(Files::Config, "one-is-old", &[]);
    add(&hosts(&[&server]), "two-is-new", "one-is-old").await.unwrap();
    let during = std::fs::read_to_string(server.config_file()).unwrap();
    assert!(during.contains("requirepass \"one-is-old\""), "{during}");
    remove(&hosts(&[&server]), "one-is-old", "two-is-new").await.unwrap();
    let after = std::fs::read_to_string(server.config_file()).unwrap();
    assert!(after.contains("requirepass \"two-is-new\"") && !after.contains("one-is-old"), "{after}");
}

#[tokio::test]
async fn a_password_that_the_secret_does_not_know_is_left_alone() {
    let server = RedisServer::start(Files::Config, "one", &[]);
    let _: String = server.ask("one", "ACL SETUSER default >of-somebody-else");
    add(&hosts(&[&server]), "two", "one").await.unwrap();
    remove(&hosts(&[&server]), "one", "two").await.unwrap();
    assert!(server.accepts("of-somebody-else") && server.accepts("two") && !server.accepts("one"));
}

#[tokio::test]
async fn a_replica_whose_link_is_cut_finds_its_way_back_at_every_point() {
    for files in Files::ALL {
        let primary = RedisServer::start(files, "one", &[]);
        let replica = replica_of(&primary, files, "one");
        let hosts = hosts(&[&primary, &replica]);
        let cut = |password: &str| {
            cut_link(&primary, password);
            eventually("the link is back", || link_is_up(&replica, password));
        };
        add(&hosts, "two", "one").await.unwrap();
        cut("one");
        remove(&hosts, "one", "two").await.unwrap();
        cut("two");
    }
}

#[tokio::test]
async fn a_node_that_restarts_at_any_point_finds_its_way_back_where_it_has_files() {
    for files in [Files::Config, Files::Acl] {
        let mut primary = RedisServer::start(files, "one", &[]);
        let mut replica = replica_of(&primary, files, "one");
        let hosts = hosts(&[&primary, &replica]);
        for password in ["one", "two"] {
            match password {
                "one" => add(&hosts, "two", "one").await.unwrap(),
                _ => remove(&hosts, "one", "two").await.unwrap(),
            }
            replica.restart();
            eventually("the replica is back", || link_is_up(&replica, password));
            primary.restart();
            eventually("the replica follows again", || link_is_up(&replica, password));
        }
    }
}

#[tokio::test]
async fn replicas_of_a_primary_that_forgets_follow_with_what_it_remembers() {
    let mut primary = RedisServer::start(Files::None, "one", &[]);
    let replica = replica_of(&primary, Files::None, "one");
    add(&hosts(&[&primary, &replica]), "two", "one").await.unwrap();
    primary.restart();
    assert!(!primary.accepts("two"), "it has no file, and remembers");
    eventually("the replica follows again", || link_is_up(&replica, "one"));
}

#[tokio::test]
async fn sentinels_keep_seeing_the_primary_and_keep_the_credential_over_a_restart() {
    let primary = RedisServer::start(Files::Config, "one", &[]);
    let replica = replica_of(&primary, Files::Config, "one");
    let mut sentinel = RedisServer::sentinel(primary.port, "one", &[]);
    let hosts = watched(&[&primary, &replica], &sentinel);
    let sees = |sentinel: &RedisServer| {
        let seen: Vec<String> = sentinel.ask_openly("SENTINEL MASTER main").unwrap();
        let field = |name: &str| seen.iter().skip_while(|text| *text != name).nth(1).cloned().unwrap();
        (field("flags"), field("num-slaves")) == ("master".to_owned(), "1".to_owned())
    };
    eventually("the Sentinel sees both", || sees(&sentinel));
    add(&hosts, "two", "one").await.unwrap();
    remove(&hosts, "one", "two").await.unwrap();
    let config = std::fs::read_to_string(sentinel.config_file()).unwrap();
    assert!(config.contains("sentinel auth-pass main two"), "{config}");
    sentinel.restart();
    std::thread::sleep(std::time::Duration::from_secs(3));
    eventually("the Sentinel sees both again", || sees(&sentinel));
}

#[tokio::test]
async fn a_sentinel_that_logs_in_as_another_user_keeps_its_password() {
    let rights = "on >watches allchannels +multi +exec +slaveof +ping +subscribe +publish +info +role +client|setname";
    // Without a file for its users, the node forgets the new credential, and a Sentinel is given the current one.
    for (right, expected) in [("+client|list", "watches"), ("-client|list", "one")] {
        let primary = RedisServer::start(Files::None, "one", &[]);
        let _: String = primary.ask("one", &format!("ACL SETUSER watcher {rights}"));
        let _: String = primary.ask("one", &format!("ACL SETUSER default {right}"));
        let sentinel = RedisServer::sentinel(primary.port, "watches", &["sentinel auth-user main watcher"]);
        eventually("the Sentinel is linked", || {
            let sees: Vec<String> = sentinel.ask_openly("SENTINEL MASTER main").unwrap();
            let subscribed: Vec<(String, i64)> = primary.ask("one", "PUBSUB NUMSUB __sentinel__:hello");
            sees.contains(&"master".to_owned()) && subscribed[0].1 == 1
        });
        add(&watched(&[&primary], &sentinel), "two", "one").await.unwrap();
        let config = std::fs::read_to_string(sentinel.config_file()).unwrap();
        assert!(config.contains(&format!("sentinel auth-pass main {expected}")), "{right}: {config}");
    }
}

#[tokio::test]
async fn a_sentinel_without_a_link_to_the_nodes_is_given_the_credential() {
    let primary = RedisServer::start(Files::None, "one", &[]);
    let sentinel = RedisServer::sentinel(primary.port, "long-gone", &[]);
    add(&watched(&[&primary], &sentinel), "two", "one").await.unwrap();
    let config = std::fs::read_to_string(sentinel.config_file()).unwrap();
    assert!(config.contains("sentinel auth-pass main one"), "{config}");
}

#[tokio::test]
async fn a_sentinel_with_a_password_of_its_own_or_another_primary_is_refused_with_the_way_out() {
    let primary = RedisServer::start(Files::Config, "one", &[]);
    for (lines, master_name, named) in [
        (&["requirepass of-the-sentinel"] as &[&str], "main", "a password of its own"),
        (&[], "another", "`backend.sentinel.master_name`"),
    ] {
        let sentinel = RedisServer::sentinel(primary.port, "one", lines);
        let mut hosts = watched(&[&primary], &sentinel);
        hosts.sentinel.as_mut().unwrap().master_name = master_name.to_owned();
        let failure = add(&hosts, "a-new-secret", "one").await.unwrap_err().failure;
        assert_eq!(failure.class(), Class::Permanent, "{failure}");
        assert!(failure.chain().contains(named), "{failure}");
        assert!(!failure.chain().contains("a-new-secret"), "{failure}");
        assert!(primary.accepts("one"));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_named_with_its_node_and_the_overlap_stays() {
    for (files, command) in [(Files::Config, "CONFIG REWRITE"), (Files::Acl, "ACL SAVE")] {
        let server = RedisServer::start(files, "one", &[]);
        add(&hosts(&[&server]), "two", "one").await.unwrap();
        // Its folder is gone: that stops whoever runs the test, root too.
        std::fs::remove_dir_all(server.folder.path()).unwrap();
        for result in [add(&hosts(&[&server]), "three", "two").await, remove(&hosts(&[&server]), "one", "two").await] {
            let failure = result.unwrap_err().failure;
            assert_eq!(failure.class(), Class::Permanent, "{failure}");
            for part in [command, &format!("127.0.0.1:{}", server.port), "write access"] {
                assert!(failure.chain().contains(part), "{part}: {failure}");
            }
        }
        assert!(server.accepts("one") && server.accepts("two"));
    }
}

#[tokio::test]
async fn a_right_that_the_user_lacks_is_named() {
    let server = RedisServer::start(Files::None, "one", &[]);
    let _: String = server.ask("one", "ACL SETUSER app on >one +@all -acl|setuser ~* &*");
    let hosts = Hosts { username: "app".to_owned(), ..hosts(&[&server]) };
    let failure = add(&hosts, "a-new-secret", "one").await.unwrap_err().failure;
    assert_eq!(failure.class(), Class::Permanent);
    assert!(failure.chain().contains("+acl|setuser"), "{failure}");
    assert!(!failure.chain().contains("a-new-secret"), "{failure}");
}

#[tokio::test]
async fn another_user_is_rotated_and_the_default_one_left_alone() {
    for files in [Files::Config, Files::Acl] {
        let mut server = RedisServer::start(files, "of-default", &[]);
        let _: String = server.ask("of-default", "ACL SETUSER app on >one +@all ~* &*");
        let hosts = Hosts { username: "app".to_owned(), ..hosts(&[&server]) };
        add(&hosts, "two", "one").await.unwrap();
        remove(&hosts, "one", "two").await.unwrap();
        server.restart();
        assert!(server.accepts("of-default"));
        assert!(server.log_in("app", "two").is_ok() && server.log_in("app", "one").is_err());
        assert_eq!(server.ask::<Vec<String>>("of-default", "CONFIG GET masterauth")[1], "of-default");
    }
}

#[tokio::test]
async fn what_is_seen_says_whether_nodes_forget_and_whether_they_are_open() {
    for (files, propagation) in [
        (Files::Config, Propagation::NodeByNode),
        (Files::Acl, Propagation::NodeByNode),
        (Files::None, Propagation::UntilRestart),
    ] {
        let server = RedisServer::start(files, "one", &[]);
        let (pending, current) = (secret("two"), secret("one"));
        let known = Known { pending: Some(&pending), current: &current, previous: None, pending_created_ms: None };
        let look = async || SelfHosted { hosts: &hosts(&[&server]) }.observe(known).await.unwrap().server;
        let seen = look().await;
        assert_eq!(seen.propagation, propagation, "{files:?}");
        let asked = |open, pending| NodeState::Asked {
            open,
            pending: Some(pending),
            current: Answer::Accepted,
            previous: None,
        };
        assert_eq!(seen.nodes[0].state, asked(false, Answer::Refused));
        let _: String = server.ask("one", "ACL SETUSER default nopass");
        assert_eq!(look().await.nodes[0].state, asked(true, Answer::Accepted));
    }
}

#[tokio::test]
async fn a_user_without_a_password_is_open_and_one_beside_an_open_default_user_is_not() {
    let server = RedisServer::start(Files::None, "one", &[]);
    let _: String = server.ask("one", "ACL SETUSER app on >one +@all ~* &*");
    let hosts = Hosts { username: "app".to_owned(), ..hosts(&[&server]) };
    let backend = SelfHosted { hosts: &hosts };
    let current = secret("one");
    let known = Known { pending: None, current: &current, previous: None, pending_created_ms: None };
    for (change, expected) in [
        ("ACL SETUSER default on >one", false),
        ("ACL SETUSER app nopass", true),
        ("ACL SETUSER app resetpass >one", false),
    ] {
        let _: String = server.ask("one", change);
        let seen = backend.observe(known).await.unwrap().server;
        let asked = NodeState::Asked { open: expected, pending: None, current: Answer::Accepted, previous: None };
        assert_eq!(seen.nodes[0].state, asked, "{change}");
    }
    assert_eq!(backend.failed_logins(&current).await.unwrap(), [], "our own refused logins are not told");
    let _: String = server.ask("one", "ACL SETUSER default nopass");
    let seen = backend.observe(known).await.unwrap().server;
    assert!(matches!(seen.nodes[0].state, NodeState::Asked { open: false, .. }), "{seen:?}");
}

#[tokio::test]
async fn a_node_of_a_redis_cluster_is_named_instead_of_an_endpoint() {
    let bus = format!("cluster-port {}", free_port());
    let server = RedisServer::start(Files::Config, "one", &["cluster-enabled yes", &bus]);
    let hosts = hosts(&[&server]);
    let failure = SelfHosted { hosts: &hosts }.endpoints(&secret("one")).await.unwrap_err();
    assert_eq!(failure.class(), Class::Permanent);
    let said = format!("the node 127.0.0.1:{} belongs to a Redis Cluster", server.port);
    assert!(failure.chain().contains(&said) && failure.chain().contains("remove the `outputs`"), "{failure}");
}

#[tokio::test]
async fn refused_logins_of_others_are_told_and_ours_are_not() {
    let server = RedisServer::start(Files::None, "one", &[]);
    let hosts = hosts(&[&server]);
    let (pending, current) = (secret("two"), secret("one"));
    let known = Known { pending: Some(&pending), current: &current, previous: None, pending_created_ms: None };
    let backend = SelfHosted { hosts: &hosts };
    backend.observe(known).await.unwrap();
    assert_eq!(backend.failed_logins(&current).await.unwrap(), []);
    assert!(server.log_in("a-password-in-the-wrong-place", "x").is_err());
    assert!(server.log_in("default", "long-gone").is_err());
    let told = backend.failed_logins(&current).await.unwrap();
    let mut users: Vec<_> = told.iter().map(|login| login.username.as_deref()).collect();
    users.sort_unstable();
    assert_eq!(users, [None, Some("default")]);
    assert!(told.iter().all(|login| login.client.starts_with("127.0.0.1:") && login.count >= 1), "{told:?}");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    assert!(told.iter().all(|login| now.abs_diff(u128::from(login.last_ms)) < 60_000), "{told:?}");
}
