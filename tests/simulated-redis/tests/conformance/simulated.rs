//! The simulated side of a script.

use std::{collections::HashMap, time::Duration};

use redis::{Value, parse_redis_value};
use simulated_redis::{Address, Closed, Files, Master, Node, Session, User, Version};

use crate::script::SetUp;

/// The time of the simulated node; replies that contain it are not compared.
const NOW: Duration = Duration::from_secs(1_700_000_000);

/// A simulated node and its clients.
pub(crate) struct Simulated {
    pub(crate) node: Node,
    clients: HashMap<String, Session>,
}

impl Simulated {
    /// A node that says it listens on this port.
    pub(crate) fn start(version: Version, set_up: SetUp, port: u16) -> Self {
        Self { node: node(version, set_up, Address::new("127.0.0.1", port)), clients: HashMap::new() }
    }

    /// What the node answers to a client; `None` if the connection is closed: the client connects anew the next time.
    pub(crate) fn call(&mut self, client: &str, words: &[String]) -> Option<Value> {
        let Self { node, clients } = self;
        let from = Address::new("127.0.0.1", 50_000);
        let session = clients.entry(client.to_owned()).or_insert_with(|| node.connect(from, NOW));
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.clone().into_bytes()).collect();
        match session.call(node, &words, NOW) {
            Ok(reply) => Some(parse_redis_value(&session.encode(node, &reply)).unwrap()),
            Err(Closed) => {
                clients.remove(client);
                None
            }
        }
    }

    pub(crate) fn restart(&mut self) {
        self.node.restart();
        self.clients.clear();
    }

    /// Does what a replica of this node does.
    pub(crate) fn followed_by(&mut self, replica: &mut Self) {
        replica.node.follow(&mut self.node, NOW);
    }
}

fn node(version: Version, set_up: SetUp, at: Address) -> Node {
    match set_up {
        SetUp::ConfigFile => Node::new(version, at, Files::config_file("one")),
        SetUp::CommandLine => Node::new(version, at, Files::command_line("one")),
        SetUp::AclFile => {
            let user = |name, password| User::new(name, &["on", password, "~*", "&*", "+@all"]).unwrap();
            Node::new(version, at, Files::acl_file("one", vec![user("default", ">one"), user("app", ">p")]))
        }
        SetUp::Sentinel => {
            let auth_pass = "one".to_owned();
            let master = Master { address: Address::new("127.0.0.1", 1), auth_user: String::new(), auth_pass };
            Node::sentinel(version, at, [("main".to_owned(), master)])
        }
    }
}
