//! The published values that each client is given.

use std::collections::BTreeMap;

use policy::connection::{Connection, Endpoints, Template, UrlOptions};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::places::{Account, DATABASES, Places};

/// A value that a client could encode wrongly.
const VALUE: &str = "välue+%20 \"one\"";

/// How connection parameters are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `redis://` or `rediss://`.
    Url,
    /// The same, with TLS and the query that Celery requires.
    UrlForCelery,
    /// `valkey://` or `valkeys://`.
    ValkeyUrl,
    /// Each field separately.
    Fields,
}

/// One set of connection parameters.
pub(super) struct Case {
    /// A description for failures.
    pub(super) description: String,
    pub(super) kind: Kind,
    pub(super) tls: bool,
    /// Whether the credential is wrong.
    pub(super) refused: bool,
    /// The input of the client.
    pub(super) given: Value,
}

impl Case {
    /// Returns the answer of a client that logged in: the number of its database, and the value that it wrote.
    pub(super) fn expected(&self) -> Value {
        json!({ "database": self.given["database"].to_string(), "value": VALUE })
    }
}

/// Returns every case: each account in each kind, and the first account of each Redis also with a wrong credential.
pub(super) fn cases(places: &Places) -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (at, account) in places.accounts.iter().enumerate() {
        let is_first = !places.accounts[..at].iter().any(|before| before.endpoint == account.endpoint);
        for kind in [Kind::Url, Kind::UrlForCelery, Kind::ValkeyUrl, Kind::Fields] {
            // Accounts alternate between the databases, so each kind is used with both.
            let database = DATABASES[at % DATABASES.len()];
            cases.push(case(account, kind, database, None, false)?);
            if is_first {
                cases.push(case(account, kind, database, Some(true), false)?);
                cases.push(case(account, kind, database, None, true)?);
            }
        }
    }
    for (at, case) in cases.iter_mut().enumerate() {
        case.given["key"] = json!(format!("key-{at}"));
    }
    Ok(cases)
}

fn case(account: &Account, kind: Kind, database: u32, named: Option<bool>, refused: bool) -> anyhow::Result<Case> {
    let Account { endpoint, username, password } = account;
    let credential = if refused { "not the credential".into() } else { password.clone() };
    let connection = Connection {
        endpoints: Endpoints { primary: Some(endpoint.clone()), ..Endpoints::default() },
        username: username.clone(),
        credential,
        secret_arn: "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders/redis-AbCdEf".to_owned(),
        secret_version_id: "4f9f3a52-8a3c-4f0e-9a53-6a1d2f0c7b11".to_owned(),
    };
    let scheme = (kind == Kind::ValkeyUrl).then(|| if endpoint.tls { "valkeys" } else { "valkey" }.to_owned());
    let query = match kind {
        Kind::UrlForCelery if endpoint.tls => BTreeMap::from([("ssl_cert_reqs".to_owned(), "required".to_owned())]),
        _ => BTreeMap::new(),
    };
    let options = UrlOptions { scheme, database: Some(database), username: named, query };
    let filled = |template: &str| -> anyhow::Result<String> {
        let template: Template = template.parse().map_err(anyhow::Error::msg)?;
        Ok(connection.fill(&template, &options).map_err(anyhow::Error::msg)?.expose_secret().to_owned())
    };
    let mut given = json!({ "database": database, "value": VALUE });
    if kind == Kind::Fields {
        for field in ["host", "port", "tls", "username", "password"] {
            given["fields"][field] = filled(&format!("{{{field}}}"))?.into();
        }
    } else {
        given["url"] = filled("{url}")?.into();
    }
    let wrong = if refused { ", with a wrong credential" } else { "" };
    let description = format!("{kind:?} of {username:?} with {:?}{wrong}: {given}", password.expose_secret());
    Ok(Case { description, kind, tls: endpoint.tls, refused, given })
}
