//! When a window is open: arithmetic on the minutes of a week.

use std::fmt;

use crate::target::{Day, TimeOfDay, Window};

const DAY_MIN: u64 = 24 * 60;
const WEEK_MIN: u64 = 7 * DAY_MIN;

/// The next moment at which a window opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// On which day.
    pub day: Day,
    /// At what time, in UTC.
    pub at: TimeOfDay,
    /// In how many minutes, including the current one.
    pub in_min: u64,
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} UTC", self.day, self.at)
    }
}

/// When a window that is closed now opens; `None` if it is open.
///
/// A window that passes midnight belongs to the day on which it opens.
pub fn opens(window: &Window, now_ms: u64) -> Option<Opening> {
    let now_min = minute_of_week(now_ms);
    let from_min = u64::from(window.from.minutes());
    let length_min = (DAY_MIN + u64::from(window.to.minutes()) - from_min) % DAY_MIN;
    let days = window.days.as_deref().unwrap_or(&Day::WEEK).iter();
    let starts = days.map(|day| (*day, *day as u64 * DAY_MIN + from_min));
    let mut next: Option<Opening> = None;
    for (day, start_min) in starts {
        if (WEEK_MIN + now_min - start_min) % WEEK_MIN < length_min {
            return None;
        }
        let in_min = (WEEK_MIN + start_min - now_min) % WEEK_MIN;
        if next.is_none_or(|next| in_min < next.in_min) {
            next = Some(Opening { day, at: window.from, in_min });
        }
    }
    next
}

/// Minutes since Monday, 00:00 UTC. 1970 began on a Thursday.
fn minute_of_week(now_ms: u64) -> u64 {
    (now_ms / 60_000 + Day::Thu as u64 * DAY_MIN) % WEEK_MIN
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Monday, 20 November 2023, 00:00 UTC.
    const MONDAY_MS: u64 = 1_700_438_400_000;

    fn window(days: Option<&[&str]>, from: &str, to: &str) -> Window {
        let mut window = json!({ "from": from, "to": to });
        if let Some(days) = days {
            window["days"] = json!(days);
        }
        serde_json::from_value(window).unwrap()
    }

    fn at(day: Day, hour: u64, minute: u64) -> u64 {
        MONDAY_MS + (day as u64 * DAY_MIN + hour * 60 + minute) * 60_000
    }

    fn said(window: &Window, now_ms: u64) -> String {
        opens(window, now_ms).map_or_else(|| "open".to_owned(), |opening| opening.to_string())
    }

    #[test]
    fn a_window_is_open_from_its_first_minute_to_the_one_before_its_last() {
        let night = window(None, "02:00", "04:30");
        for (hour, minute, expected) in [
            (0, 0, "Tuesday, 02:00 UTC"),
            (1, 59, "Tuesday, 02:00 UTC"),
            (2, 0, "open"),
            (4, 29, "open"),
            (4, 30, "Wednesday, 02:00 UTC"),
            (23, 59, "Wednesday, 02:00 UTC"),
        ] {
            assert_eq!(said(&night, at(Day::Tue, hour, minute)), expected, "{hour}:{minute}");
        }
        assert_eq!(opens(&night, at(Day::Tue, 2, 0) - 1).unwrap().in_min, 1, "a moment before");
    }

    #[test]
    fn a_window_that_passes_midnight_belongs_to_the_day_on_which_it_opens() {
        let weekend = window(Some(&["sun", "fri"]), "22:00", "04:00");
        for (day, hour, expected) in [
            (Day::Fri, 21, "Friday, 22:00 UTC"),
            (Day::Fri, 23, "open"),
            (Day::Sat, 3, "open"),
            (Day::Sat, 4, "Sunday, 22:00 UTC"),
            (Day::Sun, 3, "Sunday, 22:00 UTC"),
            (Day::Sun, 22, "open"),
            (Day::Mon, 3, "open"),
            (Day::Mon, 4, "Friday, 22:00 UTC"),
            (Day::Fri, 3, "Friday, 22:00 UTC"),
        ] {
            assert_eq!(said(&weekend, at(day, hour, 0)), expected, "{day} {hour}:00");
        }
    }

    #[test]
    fn the_first_day_of_1970_was_a_thursday() {
        assert_eq!(said(&window(Some(&["thu"]), "00:00", "00:01"), 0), "open");
        assert_eq!(said(&window(Some(&["fri"]), "00:00", "00:01"), 0), "Friday, 00:00 UTC");
    }

    proptest! {
        #[test]
        fn a_window_is_closed_until_the_moment_that_it_says_and_open_then(
            days in proptest::option::of(proptest::sample::subsequence(Day::WEEK.to_vec(), 1..=7)),
            from in 0..1440_u64, length in 1..1440_u64, now_ms in 0..4_000_000_000_000_u64,
        ) {
            let time = |minutes: u64| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
            let window = Window { days, ..window(None, &time(from), &time(from + length)) };
            if let Some(opening) = opens(&window, now_ms) {
                let minute_ms = now_ms - now_ms % 60_000;
                prop_assert!((1..=WEEK_MIN).contains(&opening.in_min));
                prop_assert_eq!(opens(&window, minute_ms + opening.in_min * 60_000), None);
                let before = opens(&window, minute_ms + (opening.in_min - 1) * 60_000);
                prop_assert_eq!(before.map(|before| before.in_min), Some(1));
            }
        }
    }
}
