//! The layout of an array, new in version 14.

use crate::step::{Choices, Layout, Step};

/// The number of elements, the index of the next insertion if there was one, and the elements.
pub(super) const ARRAY: Layout = &[Step::RepeatAfter(
    &[Step::Choice(&Choices { name: "whether an index follows, 0 or 1", layouts: &[(0, &[]), (1, &[Step::Length])] })],
    ELEMENT,
)];

/// An element: its index, and its value by a tag.
const ELEMENT: Layout = &[
    Step::Length,
    Step::Choice(&Choices {
        name: "the tag of an array element, 0 to 3",
        layouts: &[
            (0, &[Step::Str]),
            (1, &[Step::Bytes(8)]), // integer
            (2, &[Step::Bytes(8)]), // double
            (3, &[Step::Str]),      // of at most 7 bytes
        ],
    }),
];
