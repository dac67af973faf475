//! What is published, as each client is given it.

use std::collections::BTreeMap;

use policy::connection::{Connection, Endpoints, Template, UrlOptions};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::places::{Account, DATABASES, Places};

/// A value that not every client would keep as it is.
const VALUE: &str = "välue+%20 \"one\"";

/// How something is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `redis://` or `rediss://`.
    Url,
    /// The same, with TLS with the query that Celery asks for.
    UrlForCelery,
    /// `valkey://` or `valkeys://`.
    ValkeyUrl,
    /// Every field on its own.
    Fields,
}

/// One thing that a client connects with.
pub(super) struct Case {
    /// What it is, for people.
    pub(super) told: String,
    pub(super) kind: Kind,
    pub(super) tls: bool,
    /// Whether the credential is wrong.
    pub(super) refused: bool,
    /// What the client is given.
    pub(super) given: Value,
}

impl Case {
    /// What a client answers that got in: it read its database's number and a value of its own.
    pub(super) fn expected(&self) -> Value {
        json!({ "database": self.given["database"].to_string(), "value": VALUE })
    }
}

/// Every case: each account in every kind of writing, and the first of each place with a wrong credential too.
pub(super) fn cases(places: &Places) -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (at, account) in places.accounts.iter().enumerate() {
        let is_first = !places.accounts[..at].iter().any(|before| before.endpoint == account.endpoint);
        for kind in [Kind::Url, Kind::UrlForCelery, Kind::ValkeyUrl, Kind::Fields] {
            // Both databases with every kind, as accounts alternate.
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
    let told = format!("{kind:?} of {username:?} with {:?}{wrong}: {given}", password.expose_secret());
    Ok(Case { told, kind, tls: endpoint.tls, refused, given })
}
