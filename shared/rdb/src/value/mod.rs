//! The types of values, and the layout of each way to store them.

mod array;
mod hash;
mod list;
mod module;
mod set;
mod stream;
mod zset;

use serde::Serialize;

use crate::{
    header::Family,
    step::{Layout, Step},
};

pub(crate) use module::OPCODES as MODULE_OPCODES;

/// The type of a value, as `TYPE` names it; every type of a module is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Type {
    /// A string.
    String,
    /// A list.
    List,
    /// A set.
    Set,
    /// A sorted set.
    Zset,
    /// A hash.
    Hash,
    /// A stream.
    Stream,
    /// An array, since Redis 8.8.
    Array,
    /// A value of a module.
    Module,
}

/// A string, or a structure that is stored as one: a listpack, a ziplist, an intset, a zipmap.
const ONE_STRING: Layout = &[Step::Str];

/// The type and the layout that a number stands for.
///
/// See `RDB_TYPE_` in <https://github.com/redis/redis/blob/unstable/src/rdb.h> and
/// <https://github.com/valkey-io/valkey/blob/unstable/src/rdb.h>. A value of a module before Redis 4.0 (6) cannot be skipped.
pub(crate) fn value(family: Family, number: u8) -> Option<(Type, Layout)> {
    let value = match (family, number) {
        (_, 0) => (Type::String, ONE_STRING),
        (_, 1) => (Type::List, list::LINKED),
        (_, 2) => (Type::Set, set::TABLE),
        (_, 3) => (Type::Zset, zset::DECIMAL),
        (_, 4) => (Type::Hash, hash::TABLE),
        (_, 5) => (Type::Zset, zset::BINARY),
        (_, 7) => (Type::Module, module::VALUE),
        (_, 9 | 13 | 16) => (Type::Hash, ONE_STRING),
        (_, 10) => (Type::List, ONE_STRING),
        (_, 11 | 20) => (Type::Set, ONE_STRING),
        (_, 12 | 17) => (Type::Zset, ONE_STRING),
        (_, 14) => (Type::List, list::QUICKLIST),
        (_, 15) => (Type::Stream, stream::FIRST),
        (_, 18) => (Type::List, list::QUICKLIST_2),
        (_, 19) => (Type::Stream, stream::SECOND),
        (_, 21) => (Type::Stream, stream::THIRD),
        (Family::Valkey, 22) => (Type::Hash, hash::VALKEY_EXPIRING),
        (Family::Redis, 22) => (Type::Hash, hash::EXPIRING_OF_CANDIDATES),
        (Family::Redis, 23) => (Type::Hash, ONE_STRING),
        (Family::Redis, 24) => (Type::Hash, hash::EXPIRING),
        (Family::Redis, 25) => (Type::Hash, hash::EXPIRING_LISTPACK),
        (Family::Redis, 26) => (Type::Stream, stream::FOURTH),
        (Family::Redis, 27) => (Type::Stream, stream::FIFTH),
        (Family::Redis, 28) => (Type::Array, array::ARRAY),
        _ => return None,
    };
    Some(value)
}
