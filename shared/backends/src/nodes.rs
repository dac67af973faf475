//! Asking many nodes at once, a bounded number at a time.

use std::future::Future;

use futures::stream::{self, StreamExt, TryStreamExt};

/// How many nodes are asked at a time.
///
/// A group has up to 500 shards. The smallest Lambda function has 1,024 file descriptors and a tenth of a core: with more
/// handshakes at a time than it can compute within the time limit of a login, it would report healthy nodes as silent.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const AT_A_TIME: usize = 32;

/// Runs one future a node; the results are in the nodes' order. The time limit of a login starts when its turn comes.
pub(crate) async fn each<T>(asked: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    stream::iter(asked).buffered(AT_A_TIME).collect().await
}

/// As [`each`], and stops at the first error.
pub(crate) async fn try_each<T, E>(
    asked: impl IntoIterator<Item = impl Future<Output = Result<T, E>>>,
) -> Result<Vec<T>, E> {
    stream::iter(asked).buffered(AT_A_TIME).try_collect().await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn no_more_nodes_than_the_limit_are_asked_at_a_time_and_the_results_are_in_order() {
        let (asked, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let nodes = (0..AT_A_TIME * 3).map(|node| {
            let (asked, most) = (&asked, &most);
            async move {
                most.fetch_max(asked.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                // The later ones of a batch answer first.
                for _ in 0..AT_A_TIME - node % AT_A_TIME {
                    yield_now().await;
                }
                asked.fetch_sub(1, Ordering::Relaxed);
                node
            }
        });
        assert_eq!(each(nodes).await, (0..AT_A_TIME * 3).collect::<Vec<_>>());
        assert_eq!(most.into_inner(), AT_A_TIME);
    }
}
