//! The size of an outcome: what a Lambda destination accepts.

use serde_json::{Map, Value, json};

/// The most bytes of JSON that an outcome has.
///
/// A destination gets at most 262,144 bytes, in which Lambda wraps the answer with the event that caused it: 64 KiB are
/// left for that.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>
pub const LIMIT_BYTES: usize = 192 * 1024;

/// The most characters of one text in an outcome that is too long.
const TEXT_CHARACTERS: usize = 2000;

/// What `left_out` takes at most.
const LEFT_OUT_BYTES: usize = 1024;

/// Shortens a record to [`LIMIT_BYTES`]: long texts first, then the longest lists. `left_out` says how many entries of each
/// list are missing.
pub(super) fn fit(mut record: Value) -> Value {
    if size(&record) <= LIMIT_BYTES {
        return record;
    }
    shorten_texts(&mut record);
    if size(&record) > LIMIT_BYTES
        && let Value::Object(members) = &mut record
    {
        shorten_lists(members);
    }
    record
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}

fn shorten_texts(value: &mut Value) {
    match value {
        Value::String(text) => {
            let characters = text.chars().count();
            if let Some((end, _)) = text.char_indices().nth(TEXT_CHARACTERS) {
                text.truncate(end);
                text.push_str(&format!("… ({} more characters)", characters - TEXT_CHARACTERS));
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(shorten_texts),
        Value::Object(members) => members.values_mut().for_each(shorten_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Cuts lists so that each has an equal share of the room, and what a short list does not need goes to the longer ones.
fn shorten_lists(members: &mut Map<String, Value>) {
    let mut lists: Vec<(String, Vec<Value>)> = Vec::new();
    for (key, value) in members.iter_mut() {
        if let Value::Array(entries) = value {
            lists.push((key.clone(), std::mem::take(entries)));
        }
    }
    let without = size(&Value::Object(members.clone())) + LEFT_OUT_BYTES;
    let mut room = LIMIT_BYTES.saturating_sub(without);
    lists.sort_by_cached_key(|(_, entries)| entries.iter().map(size).sum::<usize>());
    let mut left_out = Map::new();
    let count = lists.len();
    for (nth, (key, mut entries)) in lists.into_iter().enumerate() {
        let share = room / (count - nth);
        let mut taken = 0;
        let fits = entries.iter().take_while(|entry| {
            // A comma follows.
            let with = taken + size(entry) + 1;
            let fits = with <= share;
            if fits {
                taken = with;
            }
            fits
        });
        let kept = fits.count();
        if kept < entries.len() {
            left_out.insert(key.clone(), json!(entries.len() - kept));
            entries.truncate(kept);
        }
        room -= taken;
        members.insert(key, Value::Array(entries));
    }
    members.insert("left_out".to_owned(), Value::Object(left_out));
}
