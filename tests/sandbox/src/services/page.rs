//! Pages of a list, as the JSON services hand them out.

/// The page that a token points at, and the token of the next; `None` where the token was never handed out.
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
    fn pages_cover_the_list_once_and_end() {
        let (first, token) = page(vec![1, 2, 3], 2, None).unwrap();
        let (second, end) = page(vec![1, 2, 3], 2, token.as_deref()).unwrap();
        assert_eq!((first, second, end), (vec![1, 2], vec![3], None));
    }

    #[test]
    fn a_token_that_was_never_handed_out_is_refused() {
        assert!(page(vec![1, 2, 3], 2, Some("2")).is_none());
        assert!(page(vec![1, 2, 3], 2, Some("page-at-9")).is_none());
    }
}
