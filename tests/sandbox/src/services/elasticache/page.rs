//! Paging: `MaxRecords` and `Marker`, or `MaxResults` and `NextToken`.

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

/// The requested page of things that come and go while a caller reads, sorted by name, and the token of the next one.
///
/// The token contains the name of the last item of the page. Returns `None` if the token is invalid.
pub(super) fn page_by_name<'a, T>(
    items: impl Iterator<Item = &'a T>,
    name: impl Fn(&T) -> &str,
    size: usize,
    token: Option<&str>,
) -> Option<(Vec<&'a T>, Option<String>)> {
    let last = match token {
        None | Some("") => "",
        Some(token) => token.strip_prefix("after-")?,
    };
    let mut rest = items.filter(|item| name(item) > last).peekable();
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let next = page.last().filter(|_| rest.peek().is_some()).map(|last| format!("after-{}", name(last)));
    Some((page, next))
}

#[cfg(test)]
mod tests {
    use super::page_by_name;

    #[test]
    fn a_page_by_name_goes_on_where_the_last_one_ended_even_if_items_have_gone() {
        let page = |items: &[&'static str], token: Option<&str>| {
            let (page, next) = page_by_name(items.iter(), |item| item, 2, token).unwrap();
            (page.into_iter().copied().collect::<Vec<_>>(), next)
        };
        let (first, token) = page(&["a", "b", "c", "d", "e"], None);
        assert_eq!((first, token.as_deref()), (vec!["a", "b"], Some("after-b")));
        assert_eq!(page(&["c", "d", "e"], token.as_deref()), (vec!["c", "d"], Some("after-d".to_owned())));
        assert_eq!(page(&["c", "d"], token.as_deref()), (vec!["c", "d"], None));
        assert!(page_by_name([""].iter(), |item| item, 2, Some("made-up")).is_none());
    }
}
