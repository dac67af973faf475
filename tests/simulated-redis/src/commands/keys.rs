//! The data, as far as test clients use it: strings without expiry, in one database.

use super::spec::{Call, KeyWords, Spec};
use crate::Reply;

pub(super) const COMMANDS: &[Spec] = &[
    Spec { keys: KeyWords::First, ..Spec::new("get", 2, &["read", "string"], get) },
    Spec { keys: KeyWords::First, writes: true, ..Spec::new("set", -3, &["write", "string"], set) },
    Spec { keys: KeyWords::First, writes: true, ..Spec::new("incr", 2, &["write", "string"], incr) },
    Spec { keys: KeyWords::All, writes: true, ..Spec::new("del", -2, &["keyspace", "write"], del) },
    Spec { keys: KeyWords::All, ..Spec::new("exists", -2, &["keyspace", "read"], exists) },
    Spec::new("dbsize", 1, &["keyspace", "read"], dbsize),
];

fn get(call: &mut Call<'_>) -> Reply {
    call.node.data.get(&call.words[1]).cloned().map_or(Reply::Null, Reply::Bulk)
}

fn set(call: &mut Call<'_>) -> Reply {
    let [_, key, value] = call.words else { return Reply::not_simulated("SET with options") };
    call.node.data.insert(key.clone(), value.clone());
    Reply::ok()
}

fn incr(call: &mut Call<'_>) -> Reply {
    let value = call.node.data.get(&call.words[1]).map_or("0".into(), |value| String::from_utf8_lossy(value));
    let Ok(Some(more)) = value.parse::<i64>().map(|value| value.checked_add(1)) else {
        return Reply::error("ERR value is not an integer or out of range");
    };
    call.node.data.insert(call.words[1].clone(), more.to_string().into_bytes());
    Reply::Integer(more)
}

fn del(call: &mut Call<'_>) -> Reply {
    let data = &mut call.node.data;
    count(call.words[1..].iter().filter(|key| data.remove(*key).is_some()).count())
}

fn exists(call: &mut Call<'_>) -> Reply {
    count(call.words[1..].iter().filter(|key| call.node.data.contains_key(*key)).count())
}

fn dbsize(call: &mut Call<'_>) -> Reply {
    count(call.node.data.len())
}

fn count(number: usize) -> Reply {
    Reply::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
