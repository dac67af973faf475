//! Notifications of ElastiCache, over SNS.

use acceptance::Stage;
use serde_json::{Value, json};

use super::{LISTENER, add_listener, names, received, sample};

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_is_notified_over_sns_in_the_envelope_that_a_function_receives() {
    let stage = Stage::by_default().await;
    add_listener(&stage.sandbox);
    stage.sandbox.events.subscribe(LISTENER).unwrap();
    for (place, node) in ["-002", "-001"].into_iter().enumerate() {
        stage.sandbox.elasticache.fail_over(stage.cache(), "0001").await.unwrap();
        let events = received(&stage.sandbox).await;
        assert_eq!(events.len(), place + 1, "{events:?}");
        let (record, like) = (&events[place]["Records"][0], &sample("elasticache-failover-complete")["Records"][0]);
        assert_eq!((names(record), names(&record["Sns"])), (names(like), names(&like["Sns"])));
        let message: Value = serde_json::from_str(record["Sns"]["Message"].as_str().unwrap()).unwrap();
        let new_primary = format!("{}{node}", stage.cache());
        assert_eq!(message, json!({ "ElastiCache:FailoverComplete": stage.cache(), "Cache Cluster ID": new_primary }));
    }
    assert!(stage.sandbox.runner.invocations().iter().all(|one| one.label == "sns"));
    stage.stop().await;
}
