//! What a simulated ElastiCache does to a node.

use std::time::Duration;

use simulated_redis::{Address, Closed, DEFAULT_USER, Files, Node, Reply, User, Version};

const NOW: Duration = Duration::from_secs(1_700_000_000);

fn node() -> Node {
    Node::new(Version::Redis7, Address::new("node-1", 6379), Files::command_line(""))
}

fn call(node: &mut Node, session: &simulated_redis::Session, command: &str) -> Result<Reply, Closed> {
    let words: Vec<Vec<u8>> = command.split(' ').map(|word| word.as_bytes().to_vec()).collect();
    session.call(node, &words, NOW)
}

#[test]
fn tokens_replace_those_before_and_keep_connections() {
    let mut node = node();
    node.set_tokens(&["one", "two"]);
    let session = node.connect(Address::new("10.0.0.1", 50_000), NOW);
    assert_eq!(call(&mut node, &session, "AUTH one"), Ok(Reply::ok()));
    node.set_tokens(&["two", "three"]);
    assert_eq!(call(&mut node, &session, "PING"), Ok(Reply::Status("PONG".to_owned())));
    let accepted = ["one", "two", "three"].map(|token| node.accepts(DEFAULT_USER, token));
    assert_eq!(accepted, [false, true, true]);
}

#[test]
fn a_group_without_tokens_lets_everybody_in() {
    let mut node = node();
    node.set_tokens(&["one"]);
    node.set_tokens(&[]);
    let session = node.connect(Address::new("10.0.0.1", 50_000), NOW);
    assert_eq!(call(&mut node, &session, "PING"), Ok(Reply::Status("PONG".to_owned())));
}

#[test]
fn users_that_are_gone_lose_their_connections_and_the_others_keep_theirs() {
    let mut node = node();
    let user = |name, password: &str| User::new(name, &["on", password, "~*", "+@all"]).unwrap();
    node.set_users([user("app", ">a1"), user("other", ">o1")]);
    let sessions = ["app a1", "other o1"].map(|login| {
        let session = node.connect(Address::new("10.0.0.1", 50_000), NOW);
        assert_eq!(call(&mut node, &session, &format!("AUTH {login}")), Ok(Reply::ok()));
        session
    });
    node.set_users([user("app", ">a2")]);
    assert_eq!(call(&mut node, &sessions[0], "ACL WHOAMI"), Ok(Reply::bulk("app")));
    assert_eq!(call(&mut node, &sessions[1], "PING"), Err(Closed));
    assert_eq!(["a1", "a2"].map(|password| node.accepts("app", password)), [false, true]);
    // Nobody is `default` any more.
    let session = node.connect(Address::new("10.0.0.1", 50_000), NOW);
    assert!(call(&mut node, &session, "PING").is_ok_and(|reply| reply.is_error()));
}
