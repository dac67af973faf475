//! A Redis with TLS and one without, and the accounts that can log in to them.

use std::{path::PathBuf, time::Duration};

use policy::connection::Endpoint;
use redis::{AsyncConnectionConfig, Client, TlsCertificates, aio::MultiplexedConnection};
use sandbox::{
    Options, Sandbox,
    hosts::{HostOptions, SetUp},
};
use secrecy::{ExposeSecret, SecretString};
use workload::{Access, Topology, create_group, create_user_group};

/// A credential as a rotation generates it: letters and digits.
const OURS: &str = "Vh2m9QxT4bZk7LwR8sYc3NfJ6pGd5Ka1";
/// An AUTH token with every special character that ElastiCache allows.
const TOKEN: &str = "token!with&all#that$is^in<one>-0";
/// Passwords of an ElastiCache user, with most characters that have a meaning in URLs.
const USERS: [&str; 2] = ["p#ss%w:or&d?x+=1%41;[]{}|", "'(*)\\^`~!$<>.-_%2F%25%00"];
/// Passwords that Redis itself accepts.
const HOSTILE: [&str; 9] = [
    OURS,
    "p@ss/w#or:d%?x+ &=1",
    "pässwörd-密码-🔑",
    " a space before",
    "a space after ",
    "%41%2B%25%zz",
    "a:colon:and%3Aone",
    "[::1]:6379/1?db=2#fragment",
    "\"quoted\" 'twice' \\ ${HOME} {{braces}}",
];
/// User names that must be encoded in a URL.
const NAMES: [&str; 2] = ["app:1@x", "bücher/%41+?#"];
/// The databases that clients select.
pub(super) const DATABASES: [u32; 2] = [0, 3];
const PATIENCE: Duration = Duration::from_secs(30);

/// An account and its Redis.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) endpoint: Endpoint,
    pub(super) username: Option<String>,
    pub(super) password: SecretString,
}

/// A sandbox with both kinds of Redis.
pub(super) struct Places {
    sandbox: Sandbox,
    /// The file with the certificate of the authority that signed the servers' certificates.
    pub(super) authority: PathBuf,
    pub(super) accounts: Vec<Account>,
}

impl Places {
    /// Creates a group for each AUTH token, a group with users, and a self-hosted Redis without TLS.
    pub(super) async fn create() -> anyhow::Result<Self> {
        let sandbox = Sandbox::start(Options::default()).await?;
        let mut accounts = Vec::new();
        for (id, token) in [("made", OURS), ("given", TOKEN)] {
            let token = SecretString::from(token);
            create_group(&sandbox, id, Topology::Single { replicas: 0 }, Access::Token(Some(&token))).await?;
            accounts.push(over_tls(&sandbox, id, None, token));
        }
        let elasticache = aws_sdk_elasticache::Client::new(&sandbox.sdk_config());
        let create = elasticache.create_user().user_id("app").user_name(NAMES[0]).engine("redis");
        let passwords = USERS.map(str::to_owned).to_vec();
        create.access_string("on ~* &* +@all").set_passwords(Some(passwords)).send().await?;
        create_user_group(&sandbox, "apps", "app").await?;
        create_group(&sandbox, "users", Topology::Single { replicas: 0 }, Access::UserGroup("apps")).await?;
        accounts.extend(USERS.map(|password| over_tls(&sandbox, "users", Some(NAMES[0]), password.into())));
        accounts.extend(without_tls(&sandbox).await?);
        let authority = PathBuf::from(&sandbox.environment()["SSL_CERT_FILE"]);
        let places = Self { sandbox, authority, accounts };
        for account in &places.accounts {
            places.mark(account).await?;
        }
        Ok(places)
    }

    /// Stops the sandbox.
    pub(super) async fn stop(self) -> anyhow::Result<()> {
        self.sandbox.stop().await
    }

    /// Writes to each database its number.
    async fn mark(&self, account: &Account) -> anyhow::Result<()> {
        let mut connection = connect(account, self.sandbox.fleet.authority_pem()).await?;
        for database in DATABASES {
            redis::cmd("SELECT").arg(database).exec_async(&mut connection).await?;
            redis::cmd("SET").arg("database").arg(database).exec_async(&mut connection).await?;
        }
        Ok(())
    }
}

fn over_tls(sandbox: &Sandbox, group: &str, username: Option<&str>, password: SecretString) -> Account {
    let host = sandbox.elasticache.nodes(group)[0].address.to_string();
    Account { endpoint: Endpoint { host, port: 6379, tls: true }, username: username.map(str::to_owned), password }
}

/// Creates users whose passwords all differ, so that no login succeeds under another name.
async fn without_tls(sandbox: &Sandbox) -> anyhow::Result<Vec<Account>> {
    let host = sandbox.hosts.create(HostOptions::new(SetUp::ConfigFile, &OURS.into())).await?;
    let endpoint = Endpoint { host: host.address().to_string(), port: host.port(), tls: false };
    let account = |username: Option<&str>, password: String| Account {
        endpoint: endpoint.clone(),
        username: username.map(str::to_owned),
        password: password.into(),
    };
    let mut accounts: Vec<_> = HOSTILE.iter().map(|password| account(None, (*password).to_owned())).collect();
    for (at, name) in NAMES.iter().enumerate() {
        accounts.extend(HOSTILE.iter().map(|password| {
            // Keep the first and last characters of each password: clients may cut these off.
            let (first, rest) = password.split_at(1);
            account(Some(name), format!("{first}{at}{rest}"))
        }));
    }
    let mut connection = connect(&account(None, OURS.to_owned()), "").await?;
    for Account { username, password, .. } in &accounts {
        let mut set = redis::cmd("ACL");
        set.arg("SETUSER").arg(username.as_deref().unwrap_or("default")).arg(&["on", "~*", "&*", "+@all"]);
        set.arg(format!(">{}", password.expose_secret())).exec_async(&mut connection).await?;
    }
    Ok(accounts)
}

/// Connects as an account, without its credential in a URL.
async fn connect(account: &Account, authority: &str) -> anyhow::Result<MultiplexedConnection> {
    let Account { endpoint, username, password } = account;
    let scheme = if endpoint.tls { "rediss" } else { "redis" };
    let address = format!("{scheme}://{}:{}", endpoint.host, endpoint.port);
    let root_cert = endpoint.tls.then(|| authority.as_bytes().to_vec());
    let client = match root_cert {
        None => Client::open(address)?,
        root_cert => Client::build_with_tls(address, TlsCertificates { client_tls: None, root_cert })?,
    };
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    let username = username.as_deref().unwrap_or("default");
    redis::cmd("AUTH").arg(username).arg(password.expose_secret()).exec_async(&mut connection).await?;
    Ok(connection)
}
