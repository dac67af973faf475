//! Layouts of a stream: five versions, each with something more.

use crate::step::{Layout, Step};

/// Redis 5.0.
pub(super) const FIRST: Layout =
    &[ENTRIES, LENGTH_AND_LAST_ID, Step::Repeat(&[GROUP, PENDING, Step::Repeat(&[CONSUMER, OWNED])])];

/// Redis 7.0: more about the entries that were there.
pub(super) const SECOND: Layout = &[
    ENTRIES,
    LENGTH_AND_LAST_ID,
    HISTORY,
    Step::Repeat(&[GROUP, ENTRIES_READ, PENDING, Step::Repeat(&[CONSUMER, OWNED])]),
];

/// Redis 7.2: when a consumer was active.
pub(super) const THIRD: Layout = &[
    ENTRIES,
    LENGTH_AND_LAST_ID,
    HISTORY,
    Step::Repeat(&[GROUP, ENTRIES_READ, PENDING, Step::Repeat(&[CONSUMER, TIME, OWNED])]),
];

/// Redis 8.6: producers whose entries are added once.
pub(super) const FOURTH: Layout = &[Step::Part(THIRD), PRODUCERS];

/// Redis 8.8: entries that consumers gave back.
pub(super) const FIFTH: Layout = &[
    ENTRIES,
    LENGTH_AND_LAST_ID,
    HISTORY,
    Step::Repeat(&[GROUP, ENTRIES_READ, PENDING, Step::Repeat(&[CONSUMER, TIME, OWNED]), IDS]),
    PRODUCERS,
];

/// Listpacks with entries, each with the ID of its first.
const ENTRIES: Step = Step::Repeat(&[Step::Str, Step::Str]);

/// The number of entries; the last ID, in two parts.
const LENGTH_AND_LAST_ID: Step = Step::Part(&[Step::Length, Step::Length, Step::Length]);

/// The first ID and the greatest deleted ID, in two parts each; the number of entries ever added.
const HISTORY: Step = Step::Part(&[Step::Length, Step::Length, Step::Length, Step::Length, Step::Length]);

/// A consumer group: its name; the last ID it was given, in two parts.
const GROUP: Step = Step::Part(&[Step::Str, Step::Length, Step::Length]);

/// How many entries the group has read.
const ENTRIES_READ: Step = Step::Length;

/// The group's pending entries: ID, time of delivery, number of deliveries.
const PENDING: Step = Step::Repeat(&[Step::Bytes(16), TIME, Step::Length]);

/// A consumer: its name, and when it was seen.
const CONSUMER: Step = Step::Part(&[Step::Str, TIME]);

/// The pending entries that a consumer owns.
const OWNED: Step = IDS;

/// IDs of entries.
const IDS: Step = Step::Repeat(&[Step::Bytes(16)]);

/// A time in milliseconds.
const TIME: Step = Step::Bytes(8);

/// For how long, and how many, entries of producers are remembered; the producers, each with its entries; two counters.
const PRODUCERS: Step = Step::Part(&[
    Step::Length,
    Step::Length,
    Step::Repeat(&[Step::Str, Step::Repeat(&[Step::Str, Step::Length, Step::Length])]),
    Step::Length,
    Step::Length,
]);
