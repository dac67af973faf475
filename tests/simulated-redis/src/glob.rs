//! Patterns of keys: `*` and `?`, which are the ones that access strings use.

/// Whether the whole text matches the pattern.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=text.len()).any(|skipped| matches(rest, &text[skipped..])),
        ([b'?', rest @ ..], [_, text @ ..]) => matches(rest, text),
        ([wanted, rest @ ..], [byte, text @ ..]) => wanted == byte && matches(rest, text),
        _ => false,
    }
}

/// Whether the pattern uses nothing else that is special to Redis.
pub(crate) fn is_simulated(pattern: &str) -> bool {
    !pattern.contains(['[', '\\'])
}
