//! Breaks a sentence into lines at spaces.

/// Returns the lines of a text, none wider than `width` characters unless a single word is.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn a_text_breaks_at_spaces_and_loses_no_word() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two three", 13), ["one two three"]);
        assert_eq!(wrap("/a/very/long/parameter is wrong", 8), ["/a/very/long/parameter", "is wrong"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(wrap("one two three", usize::MAX), ["one two three"]);
    }
}
