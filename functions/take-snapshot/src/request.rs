//! What an invocation asks for.

use policy::{Failure, snapshot::Slot};
use runtime::event::direct::Direct;

/// The function, by name.
const NAME: &str = "take-snapshot";

/// The longest time by which an event may be late: that for which EventBridge Scheduler tries it again.
///
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html>
const LATEST_S: u64 = 24 * 60 * 60;

/// The longest time by which a clock may be ahead.
const AHEAD_S: u64 = 5 * 60;

/// The longest reason.
const MOST_REASON: usize = 256;

/// What an invocation asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// A snapshot.
    Take(Take),
    /// That the newest snapshot is read again.
    Drill,
}

/// A snapshot that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Take {
    /// The moment that it is taken for.
    pub(crate) slot: Slot,
    /// Why.
    pub(crate) reason: Option<String>,
    /// Whether it stays until somebody removes the pin.
    pub(crate) pin: bool,
}

impl Request {
    /// Reads the arguments of an invocation:
    ///
    /// | argument | |
    /// |---|---|
    /// | `time` | the moment that the snapshot is taken for, RFC 3339; now without it |
    /// | `reason` | why, at most 256 characters |
    /// | `pin` | whether it stays |
    /// | `drill` | whether the newest snapshot is read again, and none taken |
    ///
    /// # Errors
    /// Permanent, naming the argument, if one is unknown or of another type, or the time is in the future or more than a day ago.
    pub(crate) fn read(direct: &Direct, now_ms: u64) -> Result<Self, Failure> {
        let mut arguments = direct.arguments.clone();
        let (pin, drill) = (arguments.flag("pin")?, arguments.flag("drill")?);
        let (time_ms, reason) = (arguments.time_ms("time")?, arguments.text("reason", MOST_REASON)?);
        arguments.end(NAME, &["time", "reason", "pin", "drill"])?;
        if drill {
            return match pin || time_ms.is_some() || reason.is_some() {
                false => Ok(Self::Drill),
                true => Err(Failure::permanent(
                    "the event is refused: `drill` takes no snapshot, so it has no other argument",
                )
                .with_next_step("Remove `drill`, or the other arguments")),
            };
        }
        let time_ms = time_ms.unwrap_or(now_ms);
        check(time_ms, now_ms)?;
        let slot =
            Slot::at_ms(time_ms).ok_or_else(|| Failure::permanent("the event is refused: its `time` is too late"))?;
        Ok(Self::Take(Take { slot, reason, pin }))
    }
}

fn check(time_ms: u64, now_ms: u64) -> Result<(), Failure> {
    if time_ms > now_ms + AHEAD_S * 1000 {
        return Err(Failure::permanent("the event is refused: its `time` is in the future")
            .with_next_step("Give the time for which the schedule came due, or omit it"));
    }
    if time_ms + LATEST_S * 1000 < now_ms {
        return Err(Failure::permanent(
            "the event is refused: its `time` is more than a day ago, and a snapshot of now would be named for that time",
        )
        .with_next_step("Omit `time`, so that the snapshot is one of now"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use runtime::event::Event;
    use serde_json::{Value, json};

    use super::*;

    /// 21 November 2026, 03:00:00 UTC.
    const NOW_MS: u64 = 1_795_230_000_000;

    fn read(event: &Value) -> Result<Request, String> {
        let Event::Direct(direct) = Event::parse(event).map_err(|failure| failure.chain())? else {
            panic!("{event} is not a direct invocation")
        };
        Request::read(&direct, NOW_MS).map_err(|failure| failure.chain())
    }

    #[test]
    fn the_slot_is_the_time_of_the_schedule_or_now() {
        for (event, slot) in [
            (json!({ "target": "phillm" }), "20261121t030000z"),
            (json!({ "target": "phillm", "time": "2026-11-21T01:15:00Z" }), "20261121t011500z"),
            (json!({ "target": "phillm", "time": "2026-11-20T22:15:00-05:00" }), "20261121t031500z"),
        ] {
            match read(&event) {
                Ok(Request::Take(take)) => assert_eq!(take.slot.to_string(), slot, "{event}"),
                Err(refused) if slot == "20261121t031500z" => assert!(refused.contains("in the future"), "{refused}"),
                other => panic!("{event}: {other:?}"),
            }
        }
        assert_eq!(read(&json!({ "target": "phillm", "drill": true })), Ok(Request::Drill));
    }

    #[test]
    fn each_refusal_names_the_argument() {
        for (event, named) in [
            (json!({ "target": "phillm", "time": "yesterday" }), "its `time` is not a time"),
            (json!({ "target": "phillm", "time": 1 }), "its `time` is not a time"),
            (json!({ "target": "phillm", "time": "2026-11-19T03:00:00Z" }), "more than a day ago"),
            (json!({ "target": "phillm", "time": "2026-11-21T04:00:00Z" }), "its `time` is in the future"),
            (json!({ "target": "phillm", "reason": 7 }), "its `reason` is not a text"),
            (json!({ "target": "phillm", "reason": "x".repeat(257) }), "its `reason` has more than 256 characters"),
            (json!({ "target": "phillm", "pin": "yes" }), "its `pin` is neither true nor false"),
            (json!({ "target": "phillm", "drill": true, "pin": true }), "`drill` takes no snapshot"),
            (json!({ "target": "phillm", "keep": true }), "`keep` is not an argument of take-snapshot"),
        ] {
            let refused = read(&event).unwrap_err();
            assert!(refused.contains(named), "{event}: {refused}");
        }
    }
}
