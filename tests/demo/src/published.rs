//! What is published for a target, read as an application reads it, and a login with it.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, ensure};
use aws_config::SdkConfig;
use policy::{Target, target::Output};
use redis::{ConnectionInfo, IntoConnectionInfo};
use sandbox::Sandbox;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use workload::{
    load::{CommandError, open},
    upstash,
};

/// The outputs from which a target's applications read their connection parameters.
#[derive(Clone, Debug)]
pub(crate) struct Outputs {
    target: Target,
    sdk_config: SdkConfig,
    authority: Arc<str>,
    http: reqwest::Client,
}

/// The connection parameters that an application has read.
pub(crate) struct Published {
    connection: Connection,
    authority: Arc<str>,
    http: reqwest::Client,
}

/// An address and a credential.
enum Connection {
    Redis(Box<ConnectionInfo>),
    Rest { url: String, token: SecretString },
}

impl Outputs {
    /// Returns the outputs of a target.
    pub(crate) fn of(sandbox: &Sandbox, target: &Target) -> anyhow::Result<Self> {
        let authority = sandbox.fleet.authority_pem().into();
        Ok(Self { target: target.clone(), sdk_config: sandbox.sdk_config(), authority, http: upstash::http(sandbox)? })
    }

    /// Returns the number of outputs.
    pub(crate) fn count(&self) -> usize {
        self.target.outputs.len()
    }

    /// Reads all outputs, as an application does at startup.
    ///
    /// # Errors
    /// An output does not exist, or together they lack an address or a credential.
    pub(crate) async fn read(&self) -> anyhow::Result<Published> {
        let texts = self.texts().await?;
        let text = |template: &str| texts.get(template).map(ExposeSecret::expose_secret);
        let connection = match (text("{url}"), text("{rest_url}"), text("{host}")) {
            // The parser's own error is left out: it may quote the URL.
            (Some(url), ..) => {
                Connection::Redis(Box::new(url.into_connection_info().ok().context("the published URL is not valid")?))
            }
            (_, Some(url), _) => {
                let token = texts.get("{rest_token}").context("a REST URL is published without a token")?;
                Connection::Rest { url: url.to_owned(), token: token.clone() }
            }
            (_, _, Some(host)) => {
                let scheme = if text("{tls}") == Some("true") { "rediss" } else { "redis" };
                let port = text("{port}").context("a host is published without a port")?;
                let info = format!("{scheme}://{host}:{port}/").into_connection_info()?;
                let password = match texts.get("{password}") {
                    Some(password) => password.clone(),
                    None => {
                        let secret =
                            text("{secret_arn}").context("neither a password nor a secret ARN is published")?;
                        credential(&self.sdk_config, &self.target, secret, "AWSCURRENT").await?
                    }
                };
                let settings = info.redis_settings().clone().set_password(password.expose_secret());
                Connection::Redis(Box::new(info.set_redis_settings(settings)))
            }
            _ => anyhow::bail!("no address is published"),
        };
        Ok(Published { connection, authority: self.authority.clone(), http: self.http.clone() })
    }

    /// Checks that an application that starts now can log in, with the credential in AWSCURRENT.
    ///
    /// # Errors
    /// It cannot log in, or another credential is published.
    pub(crate) async fn check(&self, secret_arn: &str) -> anyhow::Result<()> {
        let published = self.read().await?;
        let current = credential(&self.sdk_config, &self.target, secret_arn, "AWSCURRENT").await?;
        let same = published.credential() == Some(current.expose_secret());
        ensure!(same, "the published credential is not the one in AWSCURRENT");
        published.ask("check").await.map_err(|trouble| anyhow::anyhow!(trouble.reason()))
    }

    /// Reads the published values, by their template.
    async fn texts(&self) -> anyhow::Result<BTreeMap<String, SecretString>> {
        let mut texts = BTreeMap::new();
        for output in &self.target.outputs {
            match output {
                Output::SsmParameter(parameter) => {
                    let client = aws_sdk_ssm::Client::new(&self.sdk_config);
                    let answer = client.get_parameter().name(&parameter.name).with_decryption(true).send().await?;
                    let value =
                        answer.parameter.and_then(|parameter| parameter.value).context("the parameter has no value")?;
                    texts.insert(parameter.value.to_string(), value.into());
                }
                Output::LambdaEnvironment(function) => {
                    let client = aws_sdk_lambda::Client::new(&self.sdk_config);
                    let get = client.get_function_configuration().function_name(&function.function_name);
                    let environment = get.send().await?.environment;
                    let mut variables = environment.and_then(|found| found.variables).unwrap_or_default();
                    for (name, template) in &function.variables {
                        let value =
                            variables.remove(name).with_context(|| format!("the function has no variable {name}"))?;
                        texts.insert(template.to_string(), value.into());
                    }
                }
                Output::SecretKeys(secret) => {
                    let value = secret_string(&self.sdk_config, &secret.secret_id, "AWSCURRENT").await?;
                    for (key, template) in &secret.keys {
                        texts.insert(template.to_string(), at_key(&value, key)?);
                    }
                }
            }
        }
        Ok(texts)
    }
}

impl Published {
    /// Logs in on a new connection and sends `ECHO`.
    pub(crate) async fn ask(&self, word: &str) -> Result<(), CommandError> {
        let said = match &self.connection {
            Connection::Redis(info) => {
                let link = open(ConnectionInfo::clone(info), &self.authority).await;
                let mut link = link.map_err(|error| CommandError::of_login(&error))?;
                let said = redis::cmd("ECHO").arg(word).query_async::<String>(&mut link).await;
                said.map_err(|error| CommandError::of_command(&error))?
            }
            Connection::Rest { url, token } => {
                let request = self.http.post(url).bearer_auth(token.expose_secret()).json(&json!(["ECHO", word]));
                let unanswered = |_| CommandError::Transient("no answer over HTTPS".to_owned());
                let response = request.send().await.map_err(unanswered)?;
                match response.status().as_u16() {
                    401 => return Err(CommandError::Refused("WRONGPASS".to_owned())),
                    503 => return Err(CommandError::Transient("the database does not answer".to_owned())),
                    _ => {}
                }
                let answer: Value = response.json().await.map_err(unanswered)?;
                answer.get("result").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
        };
        if said == word { Ok(()) } else { Err(CommandError::Permanent("ECHO returned another text".to_owned())) }
    }

    fn credential(&self) -> Option<&str> {
        match &self.connection {
            Connection::Redis(info) => info.redis_settings().password(),
            Connection::Rest { token, .. } => Some(token.expose_secret()),
        }
    }
}

/// Reads the credential in the version of a target's secret with this staging label.
pub(crate) async fn credential(
    sdk_config: &SdkConfig,
    target: &Target,
    secret_id: &str,
    stage: &str,
) -> anyhow::Result<SecretString> {
    let value = secret_string(sdk_config, secret_id, stage).await?;
    match &target.secret.json_key {
        None => Ok(value),
        Some(key) => at_key(&value, key),
    }
}

async fn secret_string(sdk_config: &SdkConfig, secret_id: &str, stage: &str) -> anyhow::Result<SecretString> {
    let client = aws_sdk_secretsmanager::Client::new(sdk_config);
    let answer = client.get_secret_value().secret_id(secret_id).version_stage(stage).send().await?;
    Ok(answer.secret_string.context("the secret has no string value")?.into())
}

fn at_key(value: &SecretString, key: &str) -> anyhow::Result<SecretString> {
    let object: Value = serde_json::from_str(value.expose_secret()).ok().context("the secret is not JSON")?;
    Ok(object
        .get(key)
        .and_then(Value::as_str)
        .with_context(|| format!("the secret has no string at the key {key:?}"))?
        .into())
}
