//! The client library for Rust.

use std::{fs, path::Path, time::Duration};

use redis::{AsyncConnectionConfig, Client, TlsCertificates};
use serde_json::{Value, json};

use super::{Kind, Places, check};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn redis_rs_accepts_what_is_published() -> anyhow::Result<()> {
    let places = Places::create().await?;
    let kinds = [Kind::Url, Kind::UrlForCelery, Kind::ValkeyUrl];
    let checked = check(&places, &kinds, async |cases: &[Value], authority: Option<&Path>| {
        let root_cert = authority.map(fs::read).transpose()?;
        let mut answers = Vec::new();
        for given in cases {
            answers.push(match answer(given, root_cert.as_deref()).await {
                Ok((database, value)) => json!({ "database": database, "value": value }),
                Err(error) => json!({ "error": format!("{error:?}") }),
            });
        }
        Ok(answers)
    });
    let checked = checked.await;
    places.stop().await?;
    checked
}

async fn answer(given: &Value, root_cert: Option<&[u8]>) -> redis::RedisResult<(String, String)> {
    let text = |name: &str| given[name].as_str().expect("every case has this field").to_owned();
    let client = match root_cert {
        Some(root_cert) if ["rediss:", "valkeys:"].iter().any(|scheme| text("url").starts_with(scheme)) => {
            let certificates = TlsCertificates { client_tls: None, root_cert: Some(root_cert.to_vec()) };
            Client::build_with_tls(text("url"), certificates)?
        }
        _ => Client::open(text("url"))?,
    };
    let patient =
        AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    let mut connection = client.get_multiplexed_async_connection_with_config(&patient).await?;
    redis::cmd("SET").arg(text("key")).arg(text("value")).exec_async(&mut connection).await?;
    let database = redis::cmd("GET").arg("database").query_async(&mut connection).await?;
    Ok((database, redis::cmd("GET").arg(text("key")).query_async(&mut connection).await?))
}
