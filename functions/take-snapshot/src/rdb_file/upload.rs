//! The pull from a node, and the upload at the same time.

use std::collections::HashMap;

use backends::rdb_pull::{Pull, Pulled};
use cloud::s3::{
    self, Written,
    uploads::{Part, Upload, Whole},
};
use policy::{
    Failure,
    snapshot::{Digest, Origin},
};

use super::pipeline::{End, Pipeline};

/// A file that is in the bucket.
pub(super) struct Uploaded {
    pub(super) written: Written,
    pub(super) pulled: Pulled,
    pub(super) raw: Digest,
    pub(super) stored: Digest,
}

/// Uploads the file that a node sends, part by part: while one part is uploaded, the next one is received, so that two are in
/// memory. The object exists only once the whole file has arrived, can be read, and has the right checksum.
///
/// A part that is not taken within 20 seconds ends the pull: a node that cannot send keeps its child process, and saves nothing
/// else for `repl-timeout` seconds, which is 60 by default.
///
/// # Errors
/// Those of the node and of S3. The upload is aborted then, as far as that succeeds.
pub(super) async fn run(
    bucket: s3::Bucket<'_>,
    key: &str,
    origin: &Origin,
    pull: Pull,
    part_bytes: usize,
) -> Result<Uploaded, Failure> {
    let pipeline = Pipeline::new(origin.compression, part_bytes)?;
    let metadata = HashMap::from([(Origin::METADATA.to_owned(), origin.to_metadata())]);
    let upload = bucket.begin(key, metadata).await?;
    let uploaded = transfer(bucket, &upload, pull, pipeline).await;
    let is_complete = matches!(&uploaded, Ok(Uploaded { written: Written::Yes, .. }));
    if !is_complete && let Err(error) = bucket.abort(&upload).await {
        tracing::warn!("{}: a later run aborts it", error.failure.chain());
    }
    uploaded
}

async fn transfer(
    bucket: s3::Bucket<'_>,
    upload: &Upload,
    mut pull: Pull,
    mut pipeline: Pipeline,
) -> Result<Uploaded, Failure> {
    let mut parts = Vec::new();
    let mut next = receive(&mut pull, &mut pipeline).await?;
    while let Some(part) = next {
        let (uploaded, received) =
            futures::try_join!(upload_part(bucket, upload, parts.len(), part), receive(&mut pull, &mut pipeline))?;
        parts.push(uploaded);
        next = received;
    }
    let pulled = pull.finish()?;
    let End { last, raw, stored, checksum } = pipeline.finish()?;
    if !last.is_empty() || parts.is_empty() {
        parts.push(upload_part(bucket, upload, parts.len(), last).await?);
    }
    let whole = Whole { bytes: stored.bytes, checksum: &checksum };
    let written = bucket.complete(upload, parts, whole).await?;
    Ok(Uploaded { written, pulled, raw, stored })
}

/// Receives until the next part is complete; `None` if the file has ended.
async fn receive(pull: &mut Pull, pipeline: &mut Pipeline) -> Result<Option<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    while pull.receive(&mut bytes).await? {
        pipeline.take(&bytes)?;
        bytes.clear();
        if let Some(part) = pipeline.part() {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

async fn upload_part(bucket: s3::Bucket<'_>, upload: &Upload, before: usize, body: Vec<u8>) -> Result<Part, Failure> {
    let number = i32::try_from(before + 1).map_err(|_| Failure::permanent("the upload has too many parts"))?;
    bucket.part(upload, number, body).await
}
