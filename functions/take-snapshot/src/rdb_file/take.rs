//! A snapshot, from the look at the bucket to the record.

use backends::{Nodes, Parts, RdbFiles, RdbStore};
use cloud::{Clients, s3::Written};
use policy::{
    Failure, Target,
    outcome::{Details, Measure, Outcome},
    retention::Verified,
    snapshot::{
        Keyspace, Origin, Part, Record, SnapshotName, Source, at_ms,
        pull::{Decision, Facts, Info, Node, Role, decide, part_bytes},
    },
    target::{Backend, Compression, Hosts},
};
use runtime::{
    change,
    deadline::Deadline,
    moment::now_ms,
    secret::{self, Secret, Versions},
};

use super::{
    read_back::{self, ReadBack, Whole},
    sweep, upload, verdict,
};
use crate::request::Take;

/// The item in outcomes that this function is about.
const SNAPSHOT: &str = "snapshot";

/// Takes a snapshot, unless it exists.
///
/// | in the bucket are | ⇒ |
/// |---|---|
/// | the RDB file and its record | nothing: it exists |
/// | the RDB file alone | a run was stopped before it wrote the record: read the file, and write the record |
/// | the record alone | `NeedsHuman`: somebody deleted the file |
/// | neither | pull it from a node |
pub(crate) async fn take(
    clients: &Clients,
    target: &Target,
    files: RdbFiles<'_>,
    store: &RdbStore<'_>,
    request: Take,
    mut deadline: Deadline,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let name = SnapshotName::new(&target.name, request.slot);
    outcome.details = Details::Snapshot { snapshot: Some(name.to_string()), verified: None };
    sweep::run(store, now_ms(clients), outcome).await;
    loop {
        let parts = store.look(&name).await?;
        if request.pin && !parts.pin {
            pin(store, &name, outcome).await?;
        }
        match parts {
            Parts { rdb: Some(_), record: true, .. } => return exists(store, &name, outcome).await,
            Parts { rdb: None, record: true, .. } => return Err(is_gone(store, &name)),
            Parts { rdb: Some(compression), record: false, .. } => {
                return complete(clients, store, &name, compression, outcome).await;
            }
            Parts { rdb: None, record: false, .. } => {}
        }
        let nodes = files.nodes().await?;
        let description = secret::describe(clients, target).await?;
        let secret = Secret::read(clients, target.clone(), description, Versions::CurrentAndPending).await?;
        let current = secret.current().credential();
        let facts = Facts { time_left: deadline.left(), nodes: nodes.observe(current).await? };
        let (node, info, reason) = match decide(&facts)? {
            Decision::Pull { node, info, reason } => (node, info, reason),
            Decision::Wait { reason } if outcome.dry_run => {
                outcome.left(SNAPSHOT, reason);
                return Ok(());
            }
            Decision::Wait { reason } => {
                deadline.wait(&reason).await?;
                continue;
            }
        };
        if outcome.dry_run {
            outcome.would("take-snapshot", format!("from {}: {reason}", node.id));
            return Ok(());
        }
        let asked = Asked { nodes: &nodes, secret: &secret, node, info };
        match pull(clients, store, &name, &request, asked, outcome).await? {
            Some(record) => {
                outcome.did("take-snapshot", format!("from {}: {reason}", node.id));
                tell_of_sentinels(target, info, outcome);
                return write(store, &name, &record, outcome).await;
            }
            // Another run was faster, or there was no answer: the bucket says which.
            None => deadline.wait("another run writes the snapshot").await?,
        }
    }
}

/// A Sentinel finds replicas in `INFO replication` of the primary, which shows the function while it pulls.
fn tell_of_sentinels(target: &Target, info: &Info, outcome: &mut Outcome) {
    let Backend::SelfHosted(Hosts { sentinel: Some(sentinel), .. }) = &target.backend else { return };
    if info.role == Role::Primary {
        let name = &sentinel.master_name;
        outcome.left(
            "Sentinels",
            format!(
                "one that looked while the file was pulled from the primary lists a replica with port 0; `SENTINEL RESET \
                 {name}` removes it, once a replica is back"
            ),
        );
    }
}

/// A node that is asked for its RDB file.
struct Asked<'a> {
    nodes: &'a Nodes,
    secret: &'a Secret,
    node: &'a Node,
    info: &'a Info,
}

/// Pulls the file into the bucket; `None` if it is not known whether it is there.
async fn pull(
    clients: &Clients,
    store: &RdbStore<'_>,
    name: &SnapshotName,
    request: &Take,
    Asked { nodes, secret, node, info }: Asked<'_>,
    outcome: &mut Outcome,
) -> Result<Option<Record>, Failure> {
    let current = secret.current().credential();
    let taken_at = at_ms(now_ms(clients));
    let pull = nodes.pull(&node.id, current).await?;
    let source = Source {
        node: node.id.clone(),
        role: info.role.name().to_owned(),
        server: info.server.name().to_owned(),
        version: info.version.to_string(),
        replication_id: pull.replication_id().to_owned(),
        replication_offset: pull.replication_offset(),
    };
    let origin = Origin {
        snapshot: name.to_string(),
        target: name.target().to_owned(),
        reason: request.reason.clone(),
        taken_at,
        source,
        compression: store.compression,
    };
    let key = store.key(name, Part::Rdb(store.compression));
    outcome.requests_change();
    let uploaded = upload::run(store.bucket, &key, &origin, pull, part_bytes(info.data_bytes)).await?;
    if uploaded.written != Written::Yes {
        return Ok(None);
    }
    outcome.measure(Measure::RdbBytes, uploaded.raw.bytes);
    outcome.measure(Measure::StoredBytes, uploaded.stored.bytes);
    let after = nodes.keyspace(&node.id, current).await;
    let keyspace = Keyspace { before: info.keyspace.clone(), after: after.ok() };
    let contents = uploaded.pulled.contents;
    Ok(Some(Record {
        origin,
        raw: uploaded.raw,
        stored: uploaded.stored,
        rdb: contents.as_ref().ok().map(verdict::rdb),
        keyspace: Some(keyspace),
        verification: verdict::verification(&contents, now_ms(clients)),
    }))
}

/// Reads a file without a record, and writes the record.
async fn complete(
    clients: &Clients,
    store: &RdbStore<'_>,
    name: &SnapshotName,
    compression: Compression,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let key = store.key(name, Part::Rdb(compression));
    if outcome.dry_run {
        outcome.would("record-snapshot", format!("{key} has no record: its writer was stopped"));
        return Ok(());
    }
    let Some(reading) = store.bucket.open(&key).await? else {
        return Err(Failure::retryable(format!("the object {key} is gone; the next run looks again")));
    };
    let origin = reading.metadata.get(Origin::METADATA).and_then(|text| Origin::parse_metadata(text));
    let Some(origin) = origin.filter(|origin| origin.snapshot == name.to_string()) else {
        return Err(Failure::needs_human(format!("the object {key} was not written by take-snapshot"))
            .with_next_step(format!("Move {key} away, or delete it")));
    };
    match read_back::run(reading, compression).await? {
        ReadBack::Damaged(why) => Err(Failure::needs_human(format!("the object {key} is not a whole RDB file: {why}"))
            .with_next_step(format!("Delete {key}, so that the snapshot is taken again"))),
        ReadBack::Whole(whole) => {
            let Whole { raw, stored, contents } = *whole;
            outcome.measure(Measure::RdbBytes, raw.bytes);
            outcome.measure(Measure::StoredBytes, stored.bytes);
            let rdb = contents.as_ref().ok().map(verdict::rdb);
            let verification = verdict::verification(&contents, now_ms(clients));
            let record = Record { origin, raw, stored, rdb, keyspace: None, verification };
            outcome.requests_change();
            write(store, name, &record, outcome).await?;
            outcome.did("record-snapshot", format!("{key} had no record: its writer was stopped"));
            Ok(())
        }
    }
}

/// Writes the record, and reports what it says.
async fn write(
    store: &RdbStore<'_>,
    name: &SnapshotName,
    record: &Record,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    store.write_record(name, record).await?;
    report(name, record, outcome);
    Ok(())
}

async fn exists(store: &RdbStore<'_>, name: &SnapshotName, outcome: &mut Outcome) -> Result<(), Failure> {
    outcome.left(SNAPSHOT, format!("{name} exists"));
    if let Some((record, _)) = store.record(name).await? {
        report(name, &record, outcome);
    }
    Ok(())
}

/// Reports how far a snapshot is verified. One that is not verified needs a person: it may be the only one.
fn report(name: &SnapshotName, record: &Record, outcome: &mut Outcome) {
    let verification = &record.verification;
    outcome.details = Details::Snapshot { snapshot: Some(name.to_string()), verified: Some(verification.verified) };
    let difference = record.rdb.as_ref().zip(record.keyspace.as_ref());
    if let Some(difference) = difference.and_then(|(rdb, keyspace)| keyspace.difference(&rdb.databases)) {
        let (number, than) = (difference.unsigned_abs(), if difference > 0 { "more" } else { "fewer" });
        outcome
            .left("key count", format!("the file has {number} keys {than} than the node had; keys expire and change"));
    }
    if verification.verified == Verified::No {
        let why = verification.why.as_deref().unwrap_or("it was not read");
        outcome.item_failed(
            name.to_string(),
            &Failure::needs_human(format!("the snapshot is stored, and not verified: {why}"))
                .with_next_step("Verify it by a restore, and look for a release that reads this version"),
        );
    }
}

async fn pin(store: &RdbStore<'_>, name: &SnapshotName, outcome: &mut Outcome) -> Result<(), Failure> {
    let key = store.key(name, Part::Pin);
    if outcome.dry_run {
        outcome.would("pin-snapshot", format!("{key} keeps it"));
        return Ok(());
    }
    let write = async { store.bucket.put_new(&key, b"{}\n".to_vec()).await.map(drop).map_err(Failure::from) };
    change::make_or_fail(outcome, "pin-snapshot", format!("{key} keeps it until that is deleted"), write).await
}

fn is_gone(store: &RdbStore<'_>, name: &SnapshotName) -> Failure {
    let (record, rdb) = (store.key(name, Part::Record), store.key(name, Part::Rdb(store.compression)));
    Failure::needs_human(format!("the snapshot {name} has the record {record}, and its RDB file is gone"))
        .with_next_step(format!("Restore {rdb} from its versions, or delete {record}"))
}
