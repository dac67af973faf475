//! Tests with the examples of AWS's documentation.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::Cron;

/// The first times after a moment in a time zone, as its clocks show them.
fn times(fields: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let (cron, zone) = (Cron::parse(fields).expect("it is legal"), TimeZone::get(zone).expect("there is such a zone"));
    let first: DateTime = after.parse().unwrap();
    let mut last: Timestamp = first.to_zoned(zone.clone()).unwrap().timestamp();
    let mut times = Vec::new();
    for _ in 0..count {
        let Some(next) = cron.next(last, &zone) else { break };
        times.push(next.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string());
        last = next;
    }
    times
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html>
#[test]
fn the_examples_of_the_documentation_come_round_as_it_says() {
    // The 30th of November 2026 is a Monday.
    for (fields, expected) in [
        ("0 10 * * ? *", ["Mon 2026-11-30 10:00", "Tue 2026-12-01 10:00", "Wed 2026-12-02 10:00"]),
        ("15 12 * * ? *", ["Mon 2026-11-30 12:15", "Tue 2026-12-01 12:15", "Wed 2026-12-02 12:15"]),
        ("0 18 ? * MON-FRI *", ["Mon 2026-11-30 18:00", "Tue 2026-12-01 18:00", "Wed 2026-12-02 18:00"]),
        ("0 8 1 * ? *", ["Tue 2026-12-01 08:00", "Fri 2027-01-01 08:00", "Mon 2027-02-01 08:00"]),
        ("0/15 * * * ? *", ["Mon 2026-11-30 09:15", "Mon 2026-11-30 09:30", "Mon 2026-11-30 09:45"]),
        ("0/10 * ? * MON-FRI *", ["Mon 2026-11-30 09:10", "Mon 2026-11-30 09:20", "Mon 2026-11-30 09:30"]),
        ("0/5 8-17 ? * MON-FRI *", ["Mon 2026-11-30 09:05", "Mon 2026-11-30 09:10", "Mon 2026-11-30 09:15"]),
        ("0/30 20-2 ? * MON-FRI *", ["Mon 2026-11-30 20:00", "Mon 2026-11-30 20:30", "Mon 2026-11-30 21:00"]),
        ("15 10 ? * 6L 2026-2027", ["Fri 2026-12-25 10:15", "Fri 2027-01-29 10:15", "Fri 2027-02-26 10:15"]),
        ("0 0 3W * ? *", ["Thu 2026-12-03 00:00", "Mon 2027-01-04 00:00", "Wed 2027-02-03 00:00"]),
        ("0 0 ? * 3#2 *", ["Tue 2026-12-08 00:00", "Tue 2027-01-12 00:00", "Tue 2027-02-09 00:00"]),
        ("0 16 L * ? *", ["Mon 2026-11-30 16:00", "Thu 2026-12-31 16:00", "Sun 2027-01-31 16:00"]),
        ("0 8 1 JAN,APR,JUL ? *", ["Fri 2027-01-01 08:00", "Thu 2027-04-01 08:00", "Thu 2027-07-01 08:00"]),
        ("1/10 9 * * ? *", ["Mon 2026-11-30 09:01", "Mon 2026-11-30 09:11", "Mon 2026-11-30 09:21"]),
    ] {
        assert_eq!(times(fields, "UTC", "2026-11-30T09:00", 3), expected, "{fields}");
    }
}

#[test]
fn a_weekday_closest_to_a_day_is_in_the_same_month() {
    // The 1st of May 2027 is a Saturday, and the 31st of January 2027 a Sunday.
    assert_eq!(times("0 0 1W 5 ? *", "UTC", "2027-01-01T00:00", 1), ["Mon 2027-05-03 00:00"]);
    assert_eq!(times("0 0 31W 1 ? *", "UTC", "2027-01-01T00:00", 1), ["Fri 2027-01-29 00:00"]);
    assert_eq!(times("0 0 31W 2 ? *", "UTC", "2027-01-01T00:00", 1), [""; 0]);
}

#[test]
fn an_expression_ends_with_its_years() {
    assert_eq!(
        times("0 0 31 12 ? 2026,2028", "UTC", "2026-11-30T09:00", 3),
        ["Thu 2026-12-31 00:00", "Sun 2028-12-31 00:00"]
    );
    assert_eq!(times("0 0 1 1 ? 2025", "UTC", "2026-11-30T09:00", 1), [""; 0]);
    assert_eq!(times("0 0 30 2 ? *", "UTC", "2026-11-30T09:00", 1), [""; 0]);
}

/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>
#[test]
fn a_time_that_clocks_skip_is_left_out_and_one_that_they_show_twice_counts_once() {
    let daily = "30 2 * * ? *";
    let forward = times(daily, "Europe/Berlin", "2027-03-27T00:00", 3);
    assert_eq!(forward, ["Sat 2027-03-27 02:30", "Mon 2027-03-29 02:30", "Tue 2027-03-30 02:30"]);
    let back = times(daily, "Europe/Berlin", "2027-10-30T00:00", 3);
    assert_eq!(back, ["Sat 2027-10-30 02:30", "Sun 2027-10-31 02:30", "Mon 2027-11-01 02:30"]);
}

#[test]
fn what_aws_does_not_document_is_refused() {
    for fields in [
        "",
        "0 3 * * ?",
        "0 3 * * ? * *",
        "0 3 * * * *",
        "0 3 ? * ? *",
        "0 3 1 * MON *",
        "60 3 * * ? *",
        "0 24 * * ? *",
        "0 3 0 * ? *",
        "0 3 32 * ? *",
        "0 3 * 13 ? *",
        "0 3 ? * 0 *",
        "0 3 ? * 8 *",
        "0 3 ? * MON#6 *",
        "0 3 ? * 3#1,6#3 *",
        "0 3 W * ? *",
        "0 3 L,15 * ? *",
        "0 3 * * ? 1969",
        "0 3 * * ? 2200",
        "0/0 3 * * ? *",
        "+5 3 * * ? *",
        "-5 3 * * ? *",
        "? 3 * * ? *",
        "0 3 ? * MONDAY *",
    ] {
        assert_eq!(Cron::parse(fields), None, "{fields}");
    }
}
