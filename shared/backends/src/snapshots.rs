//! How snapshots of a target are taken: a closed set of ways.

use crate::rdb_files::RdbFiles;

/// How snapshots of a target are taken.
#[derive(Clone, Copy, Debug)]
pub enum Snapshots<'a> {
    /// Its RDB file is pulled from a node.
    RdbFiles(RdbFiles<'a>),
    /// Not by the functions: the settings refuse them.
    None,
}
