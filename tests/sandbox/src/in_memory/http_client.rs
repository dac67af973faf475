//! The HTTP client of an SDK whose requests are answered in this process.

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
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::time::sleep;

use super::Latency;
use crate::server::{self, Dropped, Endpoint};

/// Sends requests to an endpoint in this process.
#[derive(Clone)]
pub(super) struct HttpClient {
    endpoint: Arc<Endpoint>,
    latency: Latency,
}

impl HttpClient {
    pub(super) fn new(endpoint: Arc<Endpoint>, latency: Latency) -> Self {
        Self { endpoint, latency }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        sleep((self.latency)()).await;
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (head, body) = request.into_parts();
        let body = body.bytes().map(Bytes::copy_from_slice).unwrap_or_default();
        let answered = server::answer(&self.endpoint, &head, body).await;
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
