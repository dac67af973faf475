//! The language that layouts are written in.

/// What a layout consists of, in order.
pub(crate) type Layout = &'static [Step];

/// One part of a layout.
///
/// Layouts are constants. Whatever they repeat takes at least one byte each time, and they contain each other only to a small
/// depth. So the work grows with what was fed, and the memory does not.
#[derive(Debug)]
pub(crate) enum Step {
    /// So many bytes of any value.
    Bytes(u64),
    /// A length, or another number that is written like one.
    Length,
    /// A string, which is skipped.
    Str,
    /// A string that is kept, if it is short and not compressed.
    Text,
    /// A score in decimal: a byte with its length, and its digits. 253 to 255 have no digits: not a number, and the infinities.
    Score,
    /// Another layout.
    Part(Layout),
    /// A count, and the layout so many times.
    Repeat(Layout),
    /// A count, the first layout once, and the second so many times.
    RepeatAfter(Layout, Layout),
    /// A number, and the layout that it stands for.
    Choice(&'static Choices),
    /// Choices, until the number is 0.
    UntilZero(&'static Choices),
}

/// Layouts by number.
#[derive(Debug)]
pub(crate) struct Choices {
    /// What the number is, for the error about an unknown one.
    pub(crate) name: &'static str,
    /// The layout of each number.
    pub(crate) layouts: &'static [(u64, Layout)],
}

impl Choices {
    /// The layout that a number stands for.
    pub(crate) fn layout(&self, number: u64) -> Option<Layout> {
        self.layouts.iter().find(|(known, _)| *known == number).map(|(_, layout)| *layout)
    }
}
