//! Layouts of a list.

use crate::step::{Choices, Layout, Step};

/// Its elements.
pub(super) const LINKED: Layout = &[Step::Repeat(&[Step::Str])];

/// Ziplists.
pub(super) const QUICKLIST: Layout = &[Step::Repeat(&[Step::Str])];

/// Nodes: an element that is large (1), or a listpack (2).
pub(super) const QUICKLIST_2: Layout = &[Step::Repeat(&[Step::Choice(&Choices {
    name: "the container of a list node, 1 or 2",
    layouts: &[(1, &[Step::Str]), (2, &[Step::Str])],
})])];
