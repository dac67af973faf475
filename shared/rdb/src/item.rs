//! What an opcode begins: a field about the file, a detail of the next key, or a key.

use crate::{
    header::{Family, Format},
    step::{Choices, Layout, Step},
    value::{self, MODULE_OPCODES, Type},
};

/// One item of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// The end. The checksum follows.
    End,
    /// A field that the writer added: a name and a value.
    Aux,
    /// The number of the database of the keys that follow.
    Database,
    /// A library of functions.
    Function,
    /// Data of a module that belongs to no key.
    ModuleAux,
    /// The time when the next key expires.
    Expiry,
    /// Anything that is not counted: sizes, slots, details of the next key.
    Other,
    /// A key and its value.
    Key(Type),
}

/// What precedes a value.
const KEY: Layout = &[Step::Str];

/// The identity of a module, when its data is loaded (a number with its opcode, 2), and the data.
const MODULE_AUX: Layout = &[
    Step::Length,
    Step::Choice(&Choices { name: "the opcode of an unsigned number, 2", layouts: &[(2, &[Step::Length])] }),
    MODULE_OPCODES,
];

/// Data of modules about the next key: for each class of it, its specification and the data.
const KEY_METADATA: Layout = &[Step::Repeat(&[Step::Bytes(4), MODULE_OPCODES])];

/// A migration of slots: its name, and the first and last slot of each range.
const SLOT_IMPORT: Layout = &[Step::Str, Step::Repeat(&[Step::Length, Step::Length])];

/// The item that an opcode begins, and its two layouts. A number that is no opcode is the type of a value.
///
/// See `RDB_OPCODE_` in <https://github.com/redis/redis/blob/unstable/src/rdb.h> and
/// <https://github.com/valkey-io/valkey/blob/unstable/src/rdb.h>.
pub(crate) fn item(format: Format, opcode: u8) -> Option<(Item, [Layout; 2])> {
    let (item, layout): (Item, Layout) = match opcode {
        255 => (Item::End, &[]),
        254 => (Item::Database, &[Step::Length]),
        253 => (Item::Expiry, &[Step::Bytes(4)]),
        252 => (Item::Expiry, &[Step::Bytes(8)]),
        251 => (Item::Other, &[Step::Length, Step::Length]), // how many keys, and how many that expire
        250 => (Item::Aux, &[Step::Text, Step::Text]),
        249 => (Item::Other, &[Step::Bytes(1)]), // how frequently the next key is used
        248 => (Item::Other, &[Step::Length]),   // how long the next key was idle
        247 => (Item::ModuleAux, MODULE_AUX),
        245 => (Item::Function, &[Step::Str]),
        244 => (Item::Other, &[Step::Length, Step::Length, Step::Length]), // a slot, and sizes as of 251
        243 if format.family == Family::Valkey => (Item::Other, SLOT_IMPORT),
        243 if format.version >= 13 => (Item::Other, KEY_METADATA),
        number => {
            let (kind, layout) = value::value(format.family, number)?;
            return Some((Item::Key(kind), [KEY, layout]));
        }
    };
    Some((item, [layout, &[]]))
}
