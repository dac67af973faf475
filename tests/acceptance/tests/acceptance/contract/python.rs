//! The client libraries for Python.

use std::{path::Path, time::Duration};

use serde_json::Value;
use tokio::process::Command;

use super::{CLIENTS, Kind, Places, ask, check};
use crate::tools;

/// How long a client may take for all cases.
const LIMIT: Duration = Duration::from_secs(120);

/// Checks the client of this script.
async fn check_script(script: &str, kinds: &[Kind]) -> anyhow::Result<()> {
    let scripts = Path::new(CLIENTS).join("python");
    let python = tools::python("python-clients", &scripts).await?.join("python");
    let places = Places::create().await?;
    let checked = check(&places, kinds, async |cases: &[Value], authority: Option<&Path>| {
        let mut command = Command::new(&python);
        command.arg("-B").arg(scripts.join(script)).env_clear();
        command.envs(authority.map(|file| ("SSL_CERT_FILE", file)));
        ask(&mut command, cases, LIMIT).await
    });
    let checked = checked.await;
    places.stop().await?;
    checked
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_py_accepts_what_is_published() -> anyhow::Result<()> {
    check_script("redis_py.py", &[Kind::Url, Kind::UrlForCelery, Kind::Fields]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn valkey_py_accepts_what_is_published() -> anyhow::Result<()> {
    check_script("valkey_py.py", &[Kind::Url, Kind::UrlForCelery, Kind::ValkeyUrl, Kind::Fields]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn kombu_and_celery_accept_what_is_published() -> anyhow::Result<()> {
    check_script("celery_app.py", &[Kind::UrlForCelery]).await
}
