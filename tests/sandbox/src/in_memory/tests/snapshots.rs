//! Snapshots of nodes in memory, in virtual time.

use aws_sdk_elasticache::Client;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_nodes_in_memory_takes_its_time_and_holds_a_file_without_data() {
    let aws = start(1);
    let client = Client::new(&aws.configure(config(), "person"));
    let create = client.create_replication_group().replication_group_id("orders").num_cache_clusters(2);
    create.replication_group_description("orders").send().await.unwrap();
    sleep(Duration::from_secs(301)).await;
    client.create_snapshot().replication_group_id("orders").snapshot_name("one").send().await.unwrap();
    let status = async || {
        let answer = client.describe_snapshots().snapshot_name("one").send().await.unwrap();
        answer.snapshots()[0].snapshot_status().unwrap().to_owned()
    };
    assert_eq!(status().await, "creating");
    sleep(Duration::from_secs(55)).await;
    assert_eq!(status().await, "creating");
    sleep(Duration::from_secs(6)).await;
    assert_eq!(status().await, "available");
    let rdbs = aws.elasticache.snapshot_rdbs("one");
    assert!(rdbs.len() == 1 && rdbs[0].starts_with(b"REDIS"), "{rdbs:?}");
    aws.stop().await;
}
