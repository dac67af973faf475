//! Layouts of a set.

use crate::step::{Layout, Step};

/// Its members.
pub(super) const TABLE: Layout = &[Step::Repeat(&[Step::Str])];
