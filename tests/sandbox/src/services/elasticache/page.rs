//! Paging: `MaxRecords` and `Marker`.

use crate::wire::{AwsError, Element};

/// The requested page, and the `Marker` element if more follow.
///
/// The marker is the index of the first item of the next page.
pub(super) fn page<T>(
    items: Vec<T>,
    max_records: Option<usize>,
    marker: Option<&str>,
) -> Result<(Vec<T>, Option<Element>), AwsError> {
    let refuse = |message: &str| AwsError::new("InvalidParameterValue", message);
    let size = max_records.unwrap_or(100);
    if !(20..=100).contains(&size) {
        return Err(refuse("The parameter MaxRecords must be between 20 and 100."));
    }
    let start = match marker {
        None | Some("") => 0,
        Some(marker) => marker
            .strip_prefix("page-")
            .and_then(|place| place.parse().ok())
            .filter(|place| *place < items.len())
            .ok_or_else(|| refuse("The parameter Marker is not one that this operation gave."))?,
    };
    let next = start + size;
    let more = (next < items.len()).then(|| Element::text("Marker", format!("page-{next}")));
    Ok((items.into_iter().skip(start).take(size).collect(), more))
}
