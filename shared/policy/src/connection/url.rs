//! URLs that every client library reads in the same way.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Connection, Endpoint};

/// Everything but the unreserved characters, which need no encoding anywhere.
///
/// <https://datatracker.ietf.org/doc/html/rfc3986#section-2.3>
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The schemes that clients know, and whether each means TLS.
const SCHEMES: [(&str, bool); 4] = [("redis", false), ("rediss", true), ("valkey", false), ("valkeys", true)];

/// How a URL is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UrlOptions {
    /// `redis` or `valkey` without TLS, `rediss` or `valkeys` with it. The default is `redis` or `rediss`, depending on the
    /// endpoint. redis-py, Celery, node-redis and ioredis do not understand `valkey` and `valkeys`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The number of the database; in cluster mode only 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<u32>,
    /// Whether the URL names the user. By default it does unless the user is `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<bool>,
    /// The query parameters: Celery needs `{"ssl_cert_reqs": "required"}` with TLS.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
}

impl UrlOptions {
    /// The field that is wrong, and why; `None` if none is.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        if let Some(scheme) = &self.scheme
            && !SCHEMES.iter().any(|(name, _)| name == scheme)
        {
            return Some(("scheme", "use redis, rediss, valkey or valkeys".to_owned()));
        }
        let empty = self.query.keys().any(String::is_empty);
        empty.then(|| ("query", "a key is empty; give each a name".to_owned()))
    }
}

/// The URL of an endpoint.
pub(super) fn write(
    endpoint: &Endpoint,
    connection: &Connection,
    options: &UrlOptions,
) -> Result<SecretString, String> {
    let Endpoint { host, port, tls } = endpoint;
    let scheme = match &options.scheme {
        None if *tls => "rediss",
        None => "redis",
        Some(scheme) if SCHEMES.contains(&(scheme.as_str(), *tls)) => scheme,
        Some(scheme) => {
            let speaks = if *tls { "speaks TLS" } else { "does not speak TLS" };
            return Err(format!("its `url.scheme` is {scheme}, and the endpoint {speaks}"));
        }
    };
    if connection.endpoints.cluster_mode && options.database.is_some_and(|database| database != 0) {
        return Err("its `url.database` is not 0, and cluster mode has no other".to_owned());
    }
    let username = connection.username.as_deref().unwrap_or("default");
    let named = options.username.unwrap_or(username != "default");
    let username = if named { encode(username) } else { String::new() };
    let password = encode(connection.credential.expose_secret());
    // An IPv6 address contains colons.
    let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let database = options.database.unwrap_or(0);
    let query: Vec<String> =
        options.query.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    Ok(format!("{scheme}://{username}:{password}@{host}:{port}/{database}{query}").into())
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}
