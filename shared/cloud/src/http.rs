//! Requests to services other than AWS, over the HTTP client of the calls to AWS.

use aws_smithy_runtime_api::client::{
    connection::CaptureSmithyConnection, http::HttpConnector, orchestrator::HttpRequest, result::ConnectorError,
};
use aws_smithy_types::{base64, body::SdkBody, byte_stream::ByteStream};
use secrecy::{ExposeSecret, SecretString};

use crate::Clients;

/// A request. Its body is JSON, and it asks for JSON.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Its method.
    pub method: Method,
    /// Where it goes to.
    pub url: String,
    /// Who sends it.
    pub authorization: Authorization<'a>,
    /// Its body.
    pub body: Option<SecretString>,
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// Who sends a request.
#[derive(Clone, Copy, Debug)]
pub enum Authorization<'a> {
    /// A user with a password.
    Basic(&'a str, &'a SecretString),
    /// The bearer of a token.
    Bearer(&'a SecretString),
}

/// An answer. It can contain a credential, so it has no Debug.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body; empty if the status says "try later", which a body adds nothing to.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether a status says "try later": 429 and 5xx.
    pub fn is_later(status: u16) -> bool {
        status == 429 || status >= 500
    }
}

/// Why there is no answer. It contains no part of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The request was not sent: HTTP does not allow its URL or its credential.
    NotSent,
    /// The time was up.
    TooLate,
    /// No connection was opened, or it broke.
    NoConnection,
    /// The answer is not HTTP, or it broke off.
    Broken,
}

impl Clients {
    /// Sends one request and reads its answer, whatever its status.
    ///
    /// The HTTP client is that of the calls to AWS, with its proxy, root certificates and connections. A redirection is not
    /// followed: a credential goes to the URL of the request, and nowhere else. There is no time limit but that for opening a
    /// connection. A connection on which the answer did not come to its end, or was not waited for, is not used again: with
    /// HTTP/2, the next request would go to the same silent server.
    ///
    /// # Errors
    /// Why there is no answer.
    ///
    /// # Repeating
    /// Sends it again.
    pub async fn send(&self, request: &Request<'_>) -> Result<Answer, NoAnswer> {
        let mut request = request.to_sdk().ok_or(NoAnswer::NotSent)?;
        let mut connection = Connection::default();
        request.add_extension(connection.0.clone());
        let response = self.connector().call(request).await.map_err(|error| why(&error))?;
        let status = response.status().as_u16();
        if Answer::is_later(status) {
            return Ok(Answer { status, body: Vec::new() });
        }
        let body = ByteStream::new(response.into_body()).collect().await.map_err(|_| NoAnswer::Broken)?;
        connection.keep();
        Ok(Answer { status, body: body.to_vec() })
    }
}

/// The connection of a request, which no other request uses unless it is kept.
#[derive(Default)]
struct Connection(CaptureSmithyConnection);

impl Connection {
    fn keep(&mut self) {
        self.0 = CaptureSmithyConnection::new();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(connection) = self.0.get() {
            connection.poison();
        }
    }
}

impl Request<'_> {
    /// The request as the SDK's HTTP client takes it; `None` if HTTP does not allow it. Its Debug shows the credential.
    fn to_sdk(&self) -> Option<HttpRequest> {
        // Without a host, the failure would be taken for one of the connection.
        self.url.starts_with("http").then_some(())?;
        let body = self.body.as_ref().map_or_else(SdkBody::empty, |body| SdkBody::from(body.expose_secret()));
        let mut request = HttpRequest::new(body);
        request.set_method(self.method.name()).ok()?;
        request.set_uri(self.url.as_str()).ok()?;
        let headers = request.headers_mut();
        headers.insert("accept", "application/json");
        if self.body.is_some() {
            headers.insert("content-type", "application/json");
        }
        headers.try_insert("authorization", self.authorization.header()).ok()?;
        Some(request)
    }
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl Authorization<'_> {
    fn header(self) -> String {
        match self {
            Self::Basic(user, password) => {
                format!("Basic {}", base64::encode(format!("{user}:{}", password.expose_secret())))
            }
            Self::Bearer(token) => format!("Bearer {}", token.expose_secret()),
        }
    }
}

fn why(error: &ConnectorError) -> NoAnswer {
    match () {
        () if error.is_timeout() => NoAnswer::TooLate,
        // Also an error that hyper calls the user's: the request may have been sent.
        () if error.is_io() => NoAnswer::NoConnection,
        () => NoAnswer::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request<'a>(url: &str, authorization: Authorization<'a>) -> Request<'a> {
        Request { method: Method::Post, url: url.to_owned(), authorization, body: Some("[\"PING\"]".into()) }
    }

    #[test]
    fn a_request_has_its_credential_in_one_header_and_says_that_it_is_json() {
        let (password, token) = (SecretString::from("key"), SecretString::from("AXab+/="));
        for (authorization, header) in [
            (Authorization::Basic("me@example.com", &password), "Basic bWVAZXhhbXBsZS5jb206a2V5"),
            (Authorization::Bearer(&token), "Bearer AXab+/="),
        ] {
            let sent = request("https://db.example.com:8443", authorization).to_sdk().unwrap();
            let headers = |name| sent.headers().get(name);
            assert_eq!((sent.method(), sent.uri()), ("POST", "https://db.example.com:8443"));
            assert_eq!(headers("authorization"), Some(header));
            assert_eq!(
                (headers("accept"), headers("content-type")),
                (Some("application/json"), Some("application/json"))
            );
            assert_eq!(sent.body().bytes(), Some(&b"[\"PING\"]"[..]));
        }
    }

    #[test]
    fn a_credential_or_url_that_http_does_not_allow_is_not_sent() {
        let (good, broken) = (SecretString::from("AXab"), SecretString::from("AX\nab"));
        assert!(request("https://db.example.com", Authorization::Bearer(&broken)).to_sdk().is_none());
        for url in ["https://db example com", "/v2/redis/databases", ""] {
            assert!(request(url, Authorization::Bearer(&good)).to_sdk().is_none(), "{url}");
        }
        assert!(request("https://db.example.com", Authorization::Bearer(&good)).to_sdk().is_some());
    }
}
