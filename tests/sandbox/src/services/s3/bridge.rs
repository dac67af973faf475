//! A request for `s3s`, and its response.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::{HeaderMap, Request, StatusCode, header};
use s3s::{
    Body as S3Body, S3Result,
    auth::{S3Auth, SecretKey},
    config::{S3Config, StaticConfigProvider},
    service::{S3Service, S3ServiceBuilder},
};

use super::{api::Api, routes};
use crate::{
    services::ACCOUNT,
    wire::{Answer, AwsError, Body, Call},
};

/// The clock of a simulation is not that of the machine.
const ANY_SKEW_S: u32 = u32::MAX;

/// The same secret key for every access key.
struct Keys(&'static str);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, _access_key: &str) -> S3Result<SecretKey> {
        Ok(SecretKey::from(self.0))
    }
}

/// A service that checks signatures.
pub(super) fn service(api: Api, secret_key: &'static str) -> S3Service {
    let mut config = S3Config::default();
    config.presigned_url_max_skew_time_secs = ANY_SKEW_S;
    let mut builder = S3ServiceBuilder::new(api);
    builder.set_auth(Keys(secret_key));
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.build()
}

/// Refuses what the sandbox does not have, and the account of somebody else.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>
pub(super) fn check(call: &Call) -> Result<(), AwsError> {
    let copied = call.headers.contains_key("x-amz-copy-source");
    if copied || !routes::is_implemented(&call.operation) {
        let operation = if copied { "that copies an object" } else { call.operation.as_str() };
        let refusal = AwsError::new("NotImplemented", format!("the sandbox has no operation {operation} in s3"));
        return Err(refusal.with_status(StatusCode::NOT_IMPLEMENTED));
    }
    match call.header("x-amz-expected-bucket-owner") {
        Some(owner) if owner != ACCOUNT => {
            Err(AwsError::new("AccessDenied", "Access Denied").with_status(StatusCode::FORBIDDEN))
        }
        _ => Ok(()),
    }
}

/// Carries out one call.
pub(super) async fn carry_out(service: &S3Service, call: &Call) -> Result<Answer, AwsError> {
    let mut request = Request::new(S3Body::from(call.body.clone()));
    *request.method_mut() = call.method.clone();
    *request.uri_mut() = call.uri.clone();
    *request.headers_mut() = call.headers.clone();
    let response = service.call(request).await.map_err(|error| internal(&format!("{error:?}")))?;
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.map_err(|error| internal(&error))?.to_bytes();
    match head.status {
        status if status.is_success() => Ok(answer(status, head.headers, bytes)),
        status => Err(refusal(status, &bytes)),
    }
}

fn internal(error: &impl std::fmt::Display) -> AwsError {
    AwsError::new("InternalError", error.to_string()).with_status(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The length of a body is that of what is sent, but for HEAD, which sends none.
fn answer(status: StatusCode, mut headers: HeaderMap, bytes: bytes::Bytes) -> Answer {
    if !bytes.is_empty() {
        headers.remove(header::CONTENT_LENGTH);
    }
    Answer { status, headers, body: Body::Typed(bytes) }
}

/// The error of a response. Without a body, as for HEAD, the status is all that there is.
fn refusal(status: StatusCode, body: &[u8]) -> AwsError {
    let text = String::from_utf8_lossy(body);
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    };
    let unsaid = || status.canonical_reason().unwrap_or("Unknown").replace(' ', "");
    let code = element("Code").unwrap_or_else(unsaid);
    AwsError::new(&code, element("Message").unwrap_or_default()).with_status(status)
}
