//! Layouts of a sorted set.

use crate::step::{Layout, Step};

/// Members, each with its score in decimal.
pub(super) const DECIMAL: Layout = &[Step::Repeat(&[Step::Str, Step::Score])];

/// Members, each with its score as a binary double.
pub(super) const BINARY: Layout = &[Step::Repeat(&[Step::Str, Step::Bytes(8)])];
