//! The clients for Python.

use std::{path::Path, time::Duration};

use serde_json::Value;
use tokio::process::Command;

use super::{CLIENTS, Kind, Places, ask, hold};
use crate::tools;

/// What one client may take for all cases.
const LIMIT: Duration = Duration::from_secs(120);

/// Holds it of the client of this script.
async fn held(script: &str, kinds: &[Kind]) -> anyhow::Result<()> {
    let scripts = Path::new(CLIENTS).join("python");
    let python = tools::python("python-clients", &scripts).await?.join("python");
    let places = Places::make().await?;
    let held = hold(&places, kinds, async |cases: &[Value], authority: Option<&Path>| {
        let mut command = Command::new(&python);
        command.arg("-B").arg(scripts.join(script)).env_clear();
        command.envs(authority.map(|file| ("SSL_CERT_FILE", file)));
        ask(&mut command, cases, LIMIT).await
    });
    let held = held.await;
    places.stop().await?;
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_py_accepts_what_is_published() -> anyhow::Result<()> {
    held("redis_py.py", &[Kind::Url, Kind::UrlForCelery, Kind::Fields]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn valkey_py_accepts_what_is_published() -> anyhow::Result<()> {
    held("valkey_py.py", &[Kind::Url, Kind::UrlForCelery, Kind::ValkeyUrl, Kind::Fields]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn kombu_and_celery_accept_what_is_published() -> anyhow::Result<()> {
    held("celery_app.py", &[Kind::UrlForCelery]).await
}
