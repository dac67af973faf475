//! The client libraries for Node.js.

use std::{path::Path, time::Duration};

use acceptance::tell;
use serde_json::Value;
use tokio::process::Command;

use super::{CLIENTS, Kind, Places, ask, check};
use crate::tools::{self, run};

/// How long one client may take for all cases.
const LIMIT: Duration = Duration::from_secs(120);

/// A major version of a client: its script, its package, and the Node.js that it requires.
struct Major {
    script: &'static str,
    package: &'static str,
    node: u32,
}

/// Checks these major versions of a client, and reports those that require a newer Node.js as skipped.
async fn check_majors(majors: &[Major]) -> anyhow::Result<()> {
    let Some(version) = version().await else {
        anyhow::ensure!(
            std::env::var_os("CLIENTS").is_none_or(|clients| clients != "required"),
            "Node.js is not installed"
        );
        tell("skipped: Node.js with npm is not installed; `./dev test` installs it");
        return Ok(());
    };
    let folder = tools::node("node-clients", &Path::new(CLIENTS).join("node")).await?;
    let places = Places::create().await?;
    let mut all = Ok(());
    for Major { script, package, node } in majors {
        if version < *node {
            tell(&format!("skipped: {package} requires Node.js {node}, and this is {version}"));
            continue;
        }
        let checked = check(
            &places,
            &[Kind::Url, Kind::UrlForCelery, Kind::Fields],
            async |cases: &[Value], authority: Option<&Path>| {
                let mut command = Command::new("node");
                command.arg(folder.join(script)).arg(package);
                command.env_remove("NODE_OPTIONS").env_remove("NODE_EXTRA_CA_CERTS");
                command.envs(authority.map(|file| ("NODE_EXTRA_CA_CERTS", file)));
                ask(&mut command, cases, LIMIT).await
            },
        );
        all = all.and(checked.await);
    }
    places.stop().await?;
    all
}

/// Returns the major version of Node.js, if it and npm are installed.
async fn version() -> Option<u32> {
    let asked = Duration::from_secs(60);
    run(Command::new("npm").arg("--version"), asked).await.ok()?;
    let version = run(Command::new("node").arg("--version"), asked).await.ok()?;
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn ioredis_accepts_what_is_published() -> anyhow::Result<()> {
    let script = "ioredis.mjs";
    check_majors(&[Major { script, package: "ioredis-5", node: 12 }, Major { script, package: "ioredis", node: 20 }])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn node_redis_accepts_what_is_published() -> anyhow::Result<()> {
    let script = "node_redis.mjs";
    check_majors(&[Major { script, package: "redis-5", node: 18 }, Major { script, package: "redis", node: 20 }]).await
}
