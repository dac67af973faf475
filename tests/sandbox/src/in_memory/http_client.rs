//! The HTTP client of a caller whose requests are answered in this process: those to AWS and those to Upstash.

use std::{fmt, future::pending, sync::Arc};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient as SdkHttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use tokio::time::sleep;

use super::Latency;
use crate::{
    server::{self, Endpoint},
    strike::Dropped,
    upstash::Upstash,
    wire::Stream,
};

/// Sends requests to AWS and Upstash in this process.
#[derive(Clone)]
pub(super) struct HttpClient {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) upstash: Arc<Upstash>,
    pub(super) latency: Latency,
    /// The access key id of the caller, whose requests to Upstash are not signed.
    pub(super) caller: String,
}

impl HttpClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        sleep((self.latency)()).await;
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (head, body) = request.into_parts();
        let body = ByteStream::new(body).collect().await.map_err(|error| ConnectorError::user(error.into()))?;
        let body = body.into_bytes();
        let answered = match self.upstash.serves(&head) {
            true => self.upstash.answer(&self.caller, head, body).await.map(|answer| answer.map(streamed)),
            false => server::answer(&self.endpoint, &head, body).await,
        };
        let answer = match answered {
            Ok(answer) => answer,
            // It does not run beyond this point.
            Err(Dropped::Killed) => pending().await,
            Err(reset @ Dropped::Reset) => return Err(ConnectorError::io(reset.into())),
        };
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| ConnectorError::io(error.into()))?.to_bytes();
        sleep((self.latency)()).await;
        let status =
            StatusCode::try_from(head.status.as_u16()).map_err(|error| ConnectorError::other(error.into(), None))?;
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        for (name, value) in &head.headers {
            response
                .headers_mut()
                .append(name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned());
        }
        Ok(response)
    }
}

/// A body as those of AWS's answers are.
fn streamed(body: Full<Bytes>) -> Stream {
    body.map_err(|never| match never {}).boxed_unsync()
}

impl SdkHttpClient for HttpClient {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for HttpClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.send(request).await })
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}
