//! Which node is chosen, and what is refused.

use super::*;
use crate::Class;
use std::time::Duration;

const MIB: u64 = 1024 * 1024;

fn info(role: Role) -> Info {
    Info {
        server: Server::Redis,
        version: Version::parse("7.0.15"),
        cluster: false,
        role,
        loading: false,
        child: None,
        data_bytes: 100 * MIB,
        resident_bytes: 120 * MIB,
        machine_bytes: Some(512 * MIB),
        keyspace: [].into(),
    }
}

fn seen(id: &str, info: Info) -> Node {
    Node { id: id.to_owned(), state: State::Seen(info) }
}

fn silent(id: &str) -> Node {
    Node { id: id.to_owned(), state: State::Unknown("no answer within 2 s".to_owned()) }
}

fn primary(id: &str) -> Node {
    seen(id, info(Role::Primary))
}

fn replica(id: &str, in_step: bool) -> Node {
    seen(id, info(Role::Replica { in_step }))
}

fn changed(change: impl Fn(&mut Info)) -> Node {
    let mut info = info(Role::Primary);
    change(&mut info);
    seen("a", info)
}

fn facts(nodes: Vec<Node>) -> Facts {
    Facts { time_left: Duration::from_secs(60), nodes }
}

/// The node that is chosen, or what is waited for, or the class and the text of the refusal.
fn decided(nodes: Vec<Node>) -> String {
    match decide(&facts(nodes)) {
        Ok(Decision::Pull { node, .. }) => node.id.clone(),
        Ok(Decision::Wait { reason }) => format!("wait: {reason}"),
        Err(failure) => format!("{}: {}", failure.class(), failure.chain()),
    }
}

#[test]
fn a_replica_that_is_in_step_comes_before_the_primary() {
    assert_eq!(decided(vec![primary("a")]), "a");
    assert_eq!(decided(vec![primary("a"), replica("b", true)]), "b");
    assert_eq!(decided(vec![silent("a"), replica("b", true)]), "b");
    assert_eq!(decided(vec![primary("a"), replica("b", false)]), "a");
    assert_eq!(decided(vec![replica("b", false), replica("c", true), primary("a")]), "c");
    let mut loading = info(Role::Replica { in_step: true });
    loading.loading = true;
    assert_eq!(decided(vec![seen("b", loading), primary("a")]), "a");
}

#[test]
fn without_a_node_that_has_the_data_it_is_tried_again() {
    for nodes in [vec![], vec![silent("a")], vec![replica("b", false)], vec![silent("a"), replica("b", false)]] {
        let decided = decided(nodes);
        assert!(decided.starts_with("Retryable: no node"), "{decided}");
    }
    assert!(decided(vec![silent("a")]).contains("a: no answer within 2 s"));
    assert!(decided(vec![replica("b", false)]).contains("b: it is a replica that is not in step"));
}

#[test]
fn two_primaries_need_a_person_and_a_cluster_is_refused() {
    let two = decided(vec![primary("a"), primary("b")]);
    assert!(two.starts_with("NeedsHuman: 2 of the nodes say that they are a primary"), "{two}");
    assert_eq!(decided(vec![primary("a"), primary("b"), replica("c", true)]), "c");
    let cluster = decided(vec![changed(|info| info.cluster = true)]);
    assert!(cluster.starts_with("Permanent: the node a belongs to a Redis Cluster"), "{cluster}");
}

#[test]
fn a_node_that_is_busy_is_waited_for() {
    assert_eq!(decided(vec![changed(|info| info.loading = true)]), "wait: the node a reads its files");
    assert_eq!(decided(vec![changed(|info| info.child = Some("is saving"))]), "wait: the node a is saving");
}

#[test]
fn a_redis_before_6_2_is_refused_and_any_valkey_is_not() {
    let old = decided(vec![changed(|info| info.version = Version::parse("6.0.16"))]);
    assert!(old.starts_with("Permanent: the node a runs Redis 6.0.16, which cannot send an RDB file alone"), "{old}");
    assert_eq!(decided(vec![changed(|info| info.version = Version::parse("6.2.0"))]), "a");
    assert_eq!(decided(vec![changed(|info| (info.server, info.version) = (Server::Valkey, Version::parse("")))]), "a");
}

#[test]
fn a_node_without_memory_for_a_fork_is_refused_with_the_numbers() {
    let short = decided(vec![changed(|info| info.machine_bytes = Some(130 * MIB))]);
    assert!(short.contains("a has 10 MiB of memory beside the 120 MiB of Redis"), "{short}");
    assert!(short.contains("may need 18 MiB. Give a more memory"), "{short}");
    assert_eq!(decided(vec![changed(|info| info.machine_bytes = Some(138 * MIB))]), "a");
    assert_eq!(decided(vec![changed(|info| info.machine_bytes = None)]), "a");
}

#[test]
fn more_data_than_can_be_pulled_in_the_time_left_is_refused() {
    let most = 50 * 25 * MIB;
    assert_eq!(decided(vec![changed(|info| info.data_bytes = most)]), "a");
    let large = decided(vec![changed(|info| info.data_bytes = most + 25 * MIB)]);
    assert!(large.contains("has 1275 MiB of data, which may take 61 s to pull, and 60 s are left"), "{large}");
    assert_eq!(decide(&facts(vec![changed(|info| info.data_bytes = u64::MAX)])).unwrap_err().class(), Class::Permanent);
}

#[test]
fn a_version_is_read_as_servers_write_it() {
    for (text, version) in
        [("8.0.2", (8, 0, 2)), ("8.0-m01", (8, 0, 0)), ("7.4.1-rc1", (7, 4, 1)), ("255.255.255", (255, 255, 255))]
    {
        let Version { major, minor, patch } = Version::parse(text);
        assert_eq!((major, minor, patch), version, "{text}");
    }
}
