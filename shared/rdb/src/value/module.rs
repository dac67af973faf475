//! The layout of a module's value, which can be skipped without the module.

use crate::step::{Choices, Layout, Step};

/// The module's identity and version, and what it wrote.
pub(super) const VALUE: Layout = &[Step::Length, OPCODES];

/// What a module wrote: each with an opcode that says what it is, up to opcode 0.
pub(crate) const OPCODES: Step = Step::UntilZero(&Choices {
    name: "an opcode of a module, 0 to 5",
    layouts: &[
        (1, &[Step::Length]),   // signed
        (2, &[Step::Length]),   // unsigned
        (3, &[Step::Bytes(4)]), // float
        (4, &[Step::Bytes(8)]), // double
        (5, &[Step::Str]),
    ],
});
