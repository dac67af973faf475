//! Layouts of a hash.

use crate::step::{Layout, Step};

/// Fields, each with its value.
pub(super) const TABLE: Layout = &[Step::Repeat(&[Step::Str, Step::Str])];

/// The time when a field expires first, and fields: time to live after that, name, value.
pub(super) const EXPIRING: Layout = &[Step::Bytes(8), Step::Part(EXPIRING_OF_CANDIDATES)];

/// Fields with their time to live, name and value, as the release candidates of Redis 7.4 wrote them.
pub(super) const EXPIRING_OF_CANDIDATES: Layout = &[Step::Repeat(&[Step::Length, Step::Str, Step::Str])];

/// The time when a field expires first, and a listpack.
pub(super) const EXPIRING_LISTPACK: Layout = &[Step::Bytes(8), Step::Str];

/// Fields, each with its value and the time when it expires.
pub(super) const VALKEY_EXPIRING: Layout = &[Step::Repeat(&[Step::Str, Step::Str, Step::Bytes(8)])];
