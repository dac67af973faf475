//! The compiled `take-snapshot` and `prune-snapshots` on a stage.

use rdb::Summary;
use sandbox::lambda::Invocation;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::{Flavour, Outcome, Stage, StageOptions, run::TIMEOUT};

/// The function that takes snapshots.
pub const TAKE: &str = "take-snapshot";

/// The function that deletes them.
pub const PRUNE: &str = "prune-snapshots";

/// The bucket.
pub const BUCKET: &str = "snapshots";

/// How many keys a stage has.
pub const KEYS: u64 = 100;

/// Creates a stage with a bucket, some keys, both functions, and settings that keep seven days.
///
/// # Panics
/// A call fails.
pub async fn stage(flavour: Flavour) -> Stage {
    let stage = Stage::set(StageOptions { flavour, ..StageOptions::default() }).await;
    stage.sandbox.s3.create_bucket(BUCKET);
    for function in [TAKE, PRUNE] {
        stage.deploy(function, TIMEOUT);
    }
    settle(&stage, json!({ "keep": { "daily": 7 }, "bucket": BUCKET })).await;
    fill(&stage, KEYS).await;
    rest(&stage).await;
    stage
}

/// Waits until no node saves or rewrites its files, as a replica does after its first synchronisation.
///
/// # Panics
/// One does for 10 seconds.
async fn rest(stage: &Stage) {
    let current = stage.current().await;
    for node in stage.direct() {
        let client = redis::Client::open(node.url()).expect("the URL is one");
        let mut connection = client.get_multiplexed_async_connection().await.expect("the node answers");
        redis::cmd("AUTH").arg(current.expose_secret()).exec_async(&mut connection).await.expect("the login succeeds");
        for tries in 0.. {
            let info: String = redis::cmd("INFO").query_async(&mut connection).await.expect("the node answers");
            if !info.contains("_in_progress:1") {
                break;
            }
            assert!(tries < 200, "{info}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

/// Writes the settings with these `snapshots`.
///
/// # Panics
/// The call is refused.
pub async fn settle(stage: &Stage, snapshots: Value) {
    let mut document = stage.settings();
    document["snapshots"] = snapshots;
    stage.put_settings(&document).await;
}

/// Writes this many keys to the primary.
///
/// # Panics
/// It does not take them.
pub async fn fill(stage: &Stage, keys: u64) {
    let primary = stage.direct().remove(0);
    let client = redis::Client::open(primary.url()).expect("the URL is one");
    let mut connection = client.get_multiplexed_async_connection().await.expect("the primary answers");
    let current = stage.current().await;
    let mut pipe = redis::pipe();
    pipe.cmd("AUTH").arg(current.expose_secret()).ignore();
    for number in 0..keys {
        pipe.cmd("SET").arg(format!("key:{number}")).arg(format!("value {number}")).ignore();
    }
    pipe.exec_async(&mut connection).await.expect("the primary takes the keys");
}

/// The event of a schedule that came due now.
pub fn due() -> Value {
    json!({ "target": "orders", "time": jiff::Timestamp::now().to_string() })
}

/// Invokes `take-snapshot` with an event.
pub async fn invoke(stage: &Stage, event: &Value) -> Invocation {
    stage.invoke(TAKE, event).await
}

/// Invokes `take-snapshot` with an event and returns its outcome.
///
/// # Panics
/// It fails.
pub async fn take(stage: &Stage, event: &Value) -> Outcome {
    stage.outcome_of(TAKE, event).await
}

/// Invokes `prune-snapshots` and returns its outcome.
///
/// # Panics
/// It fails.
pub async fn prune(stage: &Stage, dry_run: bool) -> Outcome {
    stage.outcome_of(PRUNE, &json!({ "target": "orders", "dry_run": dry_run })).await
}

/// The keys in the bucket.
pub fn keys(stage: &Stage) -> Vec<String> {
    stage.sandbox.s3.keys(BUCKET)
}

/// Reads an RDB file of the bucket, and what it holds.
///
/// # Panics
/// There is none, or it is not whole.
pub fn rdb(stage: &Stage, key: &str) -> (Vec<u8>, Summary) {
    let object = stage.sandbox.s3.object(BUCKET, key).expect("the object is there");
    let file = match key.ends_with(".zst") {
        true => zstd::stream::decode_all(&object.bytes[..]).expect("it is compressed"),
        false => object.bytes.to_vec(),
    };
    let mut reader = rdb::Reader::new();
    assert_eq!(reader.feed(&file).expect("it is an RDB file"), file.len());
    (file, reader.finish().expect("it is whole"))
}

/// Reads a record of the bucket.
///
/// # Panics
/// There is none.
pub fn record(stage: &Stage, key: &str) -> Value {
    let object = stage.sandbox.s3.object(BUCKET, key).expect("the record is there");
    serde_json::from_slice(&object.bytes).expect("it is JSON")
}

/// Puts a snapshot into the bucket that was taken at a time, and verified this far: its file and its record.
///
/// # Panics
/// There is no snapshot to copy: take one first.
pub fn put_past(stage: &Stage, taken: jiff::Timestamp, verified: &str) -> String {
    let all = keys(stage);
    let (file, of) = ("rdb.zst", "json");
    let key = |ending: &str| all.iter().find(|key| key.ends_with(ending)).expect("there is a snapshot").clone();
    let name = format!("orders-{}", taken.strftime("%Y%m%dt%H%M%Sz"));
    let mut copy = record(stage, &key(of));
    copy["snapshot"] = json!(name);
    copy["verification"]["verified"] = json!(verified);
    let object = stage.sandbox.s3.object(BUCKET, &key(file)).expect("the object is there");
    stage.sandbox.s3.put(BUCKET, &format!("orders/{name}.{file}"), object.bytes);
    stage.sandbox.s3.put(BUCKET, &format!("orders/{name}.{of}"), copy.to_string());
    name
}
