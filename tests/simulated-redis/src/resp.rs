//! RESP: replies are written here; requests are read by the parser of the `redis` crate.
//!
//! <https://redis.io/docs/latest/develop/reference/protocol-spec/>

use bytes::{BufMut, BytesMut};
use redis::Value;

use crate::{Reply, client::Protocol};

/// Writes a reply.
pub(crate) fn write(reply: &Reply, protocol: Protocol, out: &mut BytesMut) {
    let new = protocol == Protocol::Resp3;
    match reply {
        Reply::Status(text) => line(out, '+', text),
        Reply::Error(text) => line(out, '-', text),
        Reply::Integer(number) => line(out, ':', number),
        Reply::Bulk(bytes) => blob(out, '$', bytes),
        Reply::Text(text) if new => blob(out, '=', format!("txt:{text}").as_bytes()),
        Reply::Text(text) => blob(out, '$', text.as_bytes()),
        Reply::Double(number) if new => line(out, ',', number),
        Reply::Double(number) => blob(out, '$', number.to_string().as_bytes()),
        Reply::Null if new => line(out, '_', ""),
        Reply::Null => line(out, '$', -1),
        Reply::Array(items) => all(out, '*', items.len(), items, protocol),
        Reply::Set(items) => all(out, if new { '~' } else { '*' }, items.len(), items, protocol),
        Reply::Map(entries) => {
            let items = entries.iter().flat_map(|(key, value)| [key, value]);
            let (kind, length) = if new { ('%', entries.len()) } else { ('*', entries.len() * 2) };
            all(out, kind, length, items, protocol);
        }
    }
}

/// The arguments of a request; `None` if it is not an array of bulk strings.
pub(crate) fn arguments(request: Value) -> Option<Vec<Vec<u8>>> {
    let Value::Array(items) = request else { return None };
    let argument = |item| match item {
        Value::BulkString(bytes) => Some(bytes),
        _ => None,
    };
    items.into_iter().map(argument).collect()
}

fn line(out: &mut BytesMut, kind: char, text: impl ToString) {
    out.put_slice(format!("{kind}{}\r\n", text.to_string()).as_bytes());
}

fn blob(out: &mut BytesMut, kind: char, bytes: &[u8]) {
    line(out, kind, bytes.len());
    out.put_slice(bytes);
    out.put_slice(b"\r\n");
}

fn all<'a>(
    out: &mut BytesMut,
    kind: char,
    length: usize,
    items: impl IntoIterator<Item = &'a Reply>,
    protocol: Protocol,
) {
    line(out, kind, length);
    items.into_iter().for_each(|item| write(item, protocol, out));
}
