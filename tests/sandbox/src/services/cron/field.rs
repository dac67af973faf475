//! The fields of a cron expression that are lists of numbers.

use std::{collections::BTreeSet, ops::RangeInclusive};

/// What a field can contain.
#[derive(Debug)]
pub(super) struct Field {
    limits: RangeInclusive<i16>,
    /// The names of the values, from the first one on.
    names: &'static [&'static str],
}

pub(super) const MINUTES: Field = Field { limits: 0..=59, names: &[] };
pub(super) const HOURS: Field = Field { limits: 0..=23, names: &[] };
pub(super) const DAYS_OF_MONTH: Field = Field { limits: 1..=31, names: &[] };
pub(super) const MONTHS: Field = Field {
    limits: 1..=12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
pub(super) const DAYS_OF_WEEK: Field =
    Field { limits: 1..=7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
pub(super) const YEARS: Field = Field { limits: 1970..=2199, names: &[] };

impl Field {
    /// The values of a field: `*`, a value, a range `1-5`, an increment `0/15`, or a list of them.
    ///
    /// A range may go over the end, as `20-2` for hours does in AWS's examples.
    pub(super) fn values(&self, text: &str) -> Option<BTreeSet<i16>> {
        let parts: Option<Vec<_>> = text.split(',').map(|part| self.part(part)).collect();
        Some(parts?.into_iter().flatten().collect())
    }

    /// One value: a number or a name.
    pub(super) fn value(&self, text: &str) -> Option<i16> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = match named {
            Some(place) => self.limits.start() + i16::try_from(place).ok()?,
            None => text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())??,
        };
        self.limits.contains(&value).then_some(value)
    }

    fn part(&self, text: &str) -> Option<Vec<i16>> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
            None => (text, None),
        };
        let (first, last) = match (range, range.split_once('-'), step) {
            ("*", _, _) => (*self.limits.start(), *self.limits.end()),
            (_, Some((first, last)), _) => (self.value(first)?, self.value(last)?),
            (_, None, Some(_)) => (self.value(range)?, *self.limits.end()),
            (_, None, None) => (self.value(range)?, self.value(range)?),
        };
        let values: Vec<_> = match first <= last {
            true => (first..=last).collect(),
            false => (first..=*self.limits.end()).chain(*self.limits.start()..=last).collect(),
        };
        Some(values.into_iter().step_by(step.unwrap_or(1)).collect())
    }
}
