//! Texts that name only the first of many things.

/// How many items of a list a text names.
const NAMED: usize = 3;

/// The first few of these texts, and how many more there are.
pub(super) fn first_of(texts: impl ExactSizeIterator<Item = String>) -> String {
    let more = texts.len().saturating_sub(NAMED);
    let named = texts.take(NAMED).collect::<Vec<_>>().join("; ");
    match more {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
}
