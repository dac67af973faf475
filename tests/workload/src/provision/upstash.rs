//! What Terraform would create for an Upstash database: its user, its secrets and its settings.

use anyhow::Context;
use policy::{
    Target,
    target::{self, Backend, Renewal},
};
use sandbox::{
    Sandbox,
    upstash::{Database, Plan},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{create_secret, put_settings};
use crate::{Provisioned, Site};

/// The ACL rules of a target's user: all that an application needs.
const RULES: [&str; 4] = ["~*", "+@all", "-@dangerous", "-acl"];

/// Creates the database of a target, the secret with its URL and a token, the secret that renewals need, and settings
/// with the sandbox's address of the database.
pub(crate) async fn provision_database(
    sandbox: &Sandbox,
    mut target: Target,
    mut described: target::Database,
) -> anyhow::Result<Provisioned> {
    let database = sandbox.upstash.create(&target.name, Plan::Paid).await?;
    (described.endpoint, described.port) = (database.endpoint(), database.port());
    let token = create_credential(sandbox, &database, &mut described.renewal).await?;
    target.backend = Backend::Upstash(described);
    let key = target.secret.json_key.as_ref().context("the secret of an Upstash database must have a `json_key`")?;
    let value = json!({ "owner": "platform", "url": database.url(), key: token.expose_secret() });
    let secret_arn = create_secret(sandbox, &target, &value.to_string()).await?;
    put_settings(sandbox, &target.name, &serde_json::to_string_pretty(&target)?).await?;
    Ok(Provisioned { target, site: Site::Database(database), username: None, secret_arn })
}

/// Creates the clients' first token, and the secret with the credential that renews it.
async fn create_credential(
    sandbox: &Sandbox,
    database: &Database,
    renewal: &mut Renewal,
) -> anyhow::Result<SecretString> {
    let (token, key_id, key) = match renewal {
        Renewal::Reset(reset) => {
            reset.database_id.clone_from(&database.id);
            (database.token(), &reset.api_secret_id, sandbox.upstash.api_secret())
        }
        Renewal::Acl(user) => {
            let token = database.create_user(&user.username, &RULES).await?;
            let key = json!({ "token": database.token().expose_secret() }).to_string();
            (token, &user.admin_secret_id, key.into())
        }
    };
    let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
    secrets.create_secret().name(key_id).secret_string(key.expose_secret()).send().await?;
    Ok(token)
}
