//! Texts of several sentences, and texts that name only the first of many things.

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

/// Joins sentences, with or without a full stop of their own, to one text without a full stop at its end.
pub(super) fn sentences(sentences: impl IntoIterator<Item = String>) -> String {
    let trimmed = sentences.into_iter().map(|sentence| sentence.trim_end_matches('.').to_owned());
    trimmed.collect::<Vec<_>>().join(". ")
}
