//! Pagination of lists.

/// Returns the page for a token, and the token of the next page. Returns `None` if the token is invalid.
pub(crate) fn page<T>(items: Vec<T>, size: usize, token: Option<&str>) -> Option<(Vec<T>, Option<String>)> {
    let start = match token {
        None => 0,
        Some(token) => {
            token.strip_prefix("page-at-")?.parse().ok().filter(|at| (1..items.len().max(2)).contains(at))?
        }
    };
    let next = (start + size < items.len()).then(|| format!("page-at-{}", start + size));
    Some((items.into_iter().skip(start).take(size).collect(), next))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn pages_contain_every_item_once() {
        let (first, token) = page(vec![1, 2, 3], 2, None).unwrap();
        let (second, end) = page(vec![1, 2, 3], 2, token.as_deref()).unwrap();
        assert_eq!((first, second, end), (vec![1, 2], vec![3], None));
    }

    #[test]
    fn an_invalid_token_is_rejected() {
        assert!(page(vec![1, 2, 3], 2, Some("2")).is_none());
        assert!(page(vec![1, 2, 3], 2, Some("page-at-9")).is_none());
    }
}
