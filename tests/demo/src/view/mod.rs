//! The progress and the report of a demo as text; nothing here writes to the terminal.

mod frame;
mod lines;
mod table;
mod wrap;

pub use frame::frame;
pub use lines::Lines;
pub use table::summary;

use console::{Style, StyledObject};

/// Styles of text: bold, dim and colours, or none.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether to use styles.
    pub colours: bool,
}

impl Paint {
    fn with<T>(self, style: &Style, text: T) -> StyledObject<T> {
        style.clone().force_styling(self.colours).apply_to(text)
    }

    fn good<T>(self, text: T) -> StyledObject<T> {
        self.with(&Style::new().green(), text)
    }

    fn bad<T>(self, text: T) -> StyledObject<T> {
        self.with(&Style::new().red().bold(), text)
    }

    fn busy<T>(self, text: T) -> StyledObject<T> {
        self.with(&Style::new().cyan(), text)
    }

    fn strong<T>(self, text: T) -> StyledObject<T> {
        self.with(&Style::new().bold(), text)
    }

    fn dim<T>(self, text: T) -> StyledObject<T> {
        self.with(&Style::new().dim(), text)
    }
}

/// Formats a number with a space between thousands: `12 345`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Returns the first eight characters of a version id.
fn short(version: &str) -> &str {
    version.get(..8).unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::{short, thousands};

    #[test]
    fn thousands_are_separated_by_spaces() {
        assert_eq!([0, 999, 1000, 12_345, 1_234_567].map(thousands), ["0", "999", "1 000", "12 345", "1 234 567"]);
    }

    #[test]
    fn a_version_is_shortened_to_eight_characters() {
        assert_eq!((short("0a1b2c3d-4e5f"), short("short")), ("0a1b2c3d", "short"));
    }
}
