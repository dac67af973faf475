//! What cannot be equal on a simulated node and a real server, or is not simulated, is made equal before it is compared.
//!
//! | reply | what is left out |
//! |---|---|
//! | `CLIENT ID`, the `id` of `HELLO` | the number |
//! | `CLIENT INFO`, `client-info` of `ACL LOG` | every field but `name`, `user` and `resp` |
//! | `ACL LOG` | ages and times |
//! | `SENTINEL MYID` | all but its length |
//! | `TIME` | both numbers |
//! | `INFO` | every field but those of [`FIELDS`]; of `config_file`, all but whether there is one |
//! | `CONFIG GET` | the order of parameters; of `aclfile`, all but whether there is one |
//! | `ROLE` | offsets; addresses of replicas; what a link does that is not up |
//! | `HELLO` | modules |
//! | users | the flag `sanitize-payload`; in Redis 7.0, which summarises them, the rules for commands |

use redis::Value;
use simulated_redis::Version;

/// The fields of `INFO` that are simulated.
const FIELDS: [&str; 6] =
    ["redis_version", "config_file", "role", "connected_slaves", "master_port", "master_link_status"];

/// The reply to a command, as it is compared; `queued` are the commands that an `EXEC` carries out.
pub(crate) fn normal(version: Version, words: &[String], queued: &[Vec<String>], reply: Value) -> Value {
    let word = |at: usize| words.get(at).map(|word| word.to_lowercase()).unwrap_or_default();
    match (word(0).as_str(), word(1).as_str(), reply) {
        (_, _, error @ Value::ServerError(_)) => error,
        ("exec", _, Value::Array(replies)) => {
            let replies = queued.iter().zip(replies);
            Value::Array(replies.map(|(words, reply)| normal(version, words, &[], reply)).collect())
        }
        ("client", "id", _) => Value::Int(0),
        ("client", "info", reply) => text(&reply, |text| client(&text)),
        ("sentinel", "myid", reply) => text(&reply, |id| id.len().to_string()),
        ("time", _, Value::Array(parts)) => Value::Int(i64::try_from(parts.len()).unwrap()),
        ("info", _, reply) => text(&reply, |text| info(&text)),
        ("role", _, Value::Array(parts)) => role(parts),
        ("hello", _, reply) => each_entry(reply, &|key, value| match key {
            "id" => Value::Int(0),
            "modules" => Value::Nil,
            _ => value,
        }),
        ("config", "get", reply) => sorted(each_entry(reply, &|key, value| match key {
            "aclfile" => text(&value, |path| path.is_empty().to_string()),
            _ => value,
        })),
        ("acl", "log", Value::Array(entries)) => Value::Array(entries.into_iter().map(log_entry).collect()),
        ("acl", "getuser", reply) => each_entry(reply, &|key, value| match (key, value) {
            ("flags", Value::Array(flags) | Value::Set(flags)) => {
                Value::Array(flags.into_iter().filter(|flag| string(flag) != "sanitize-payload").collect())
            }
            ("commands", _) if version == Version::Redis7 => Value::Nil,
            (_, value) => value,
        }),
        ("acl", "list", Value::Array(lines)) => {
            Value::Array(lines.iter().map(|line| text(line, |line| user_line(version, &line))).collect())
        }
        (_, _, reply) => reply,
    }
}

fn user_line(version: Version, line: &str) -> String {
    let line = line.replace(" sanitize-payload", "");
    let rules = line.find(" -@all").or_else(|| line.find(" +@all")).unwrap_or(line.len());
    if version == Version::Redis7 { line[..rules].to_owned() } else { line }
}

fn log_entry(entry: Value) -> Value {
    each_entry(entry, &|key, value| match key {
        "age-seconds" | "timestamp-created" | "timestamp-last-updated" => Value::Nil,
        "client-info" => text(&value, |text| client(&text)),
        _ => value,
    })
}

fn client(info: &str) -> String {
    let fields = info.split_whitespace();
    let kept = fields.filter(|field| ["name=", "user=", "resp="].iter().any(|key| field.starts_with(key)));
    kept.collect::<Vec<_>>().join(" ")
}

fn info(text: &str) -> String {
    let line = |line: &str| {
        let (key, value) = line.trim().split_once(':')?;
        let value = if key == "config_file" { value.is_empty().to_string() } else { value.to_owned() };
        FIELDS.contains(&key).then(|| format!("{key}:{value}\n"))
    };
    text.lines().filter_map(line).collect()
}

fn role(mut parts: Vec<Value>) -> Value {
    if let Some(Value::Array(replicas)) = parts.get(2) {
        parts[2] = Value::Int(i64::try_from(replicas.len()).unwrap());
        parts[1] = Value::Nil;
    } else if let Some(offset) = parts.get_mut(4) {
        *offset = Value::Nil;
        if string(&parts[3]) != "connected" {
            parts[3] = Value::Nil;
        }
    }
    Value::Array(parts)
}

/// Changes each value of a map, whether it came as one or as an array.
fn each_entry(reply: Value, change: &dyn Fn(&str, Value) -> Value) -> Value {
    match reply {
        Value::Map(entries) => {
            Value::Map(entries.into_iter().map(|(key, value)| (key.clone(), change(&string(&key), value))).collect())
        }
        Value::Array(items) if items.len() % 2 == 0 => {
            let entry = |pair: &[Value]| [pair[0].clone(), change(&string(&pair[0]), pair[1].clone())];
            Value::Array(items.chunks(2).flat_map(entry).collect())
        }
        other => other,
    }
}

fn sorted(reply: Value) -> Value {
    match reply {
        Value::Map(mut entries) => {
            entries.sort_by_key(|(key, _)| string(key));
            Value::Map(entries)
        }
        Value::Array(items) => {
            let mut entries: Vec<_> = items.chunks(2).map(<[Value]>::to_vec).collect();
            entries.sort_by_key(|entry| string(&entry[0]));
            Value::Array(entries.concat())
        }
        other => other,
    }
}

/// Changes a text, whatever kind of string it is; keeps the kind.
fn text(value: &Value, change: impl Fn(String) -> String) -> Value {
    let changed = change(string(value));
    match value {
        Value::VerbatimString { format, .. } => Value::VerbatimString { format: format.clone(), text: changed },
        _ => Value::BulkString(changed.into_bytes()),
    }
}

fn string(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::VerbatimString { text, .. } | Value::SimpleString(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
