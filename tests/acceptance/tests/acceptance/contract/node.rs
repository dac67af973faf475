//! The clients for Node.js.

use std::{path::Path, time::Duration};

use acceptance::tell;
use serde_json::Value;
use tokio::process::Command;

use super::{CLIENTS, Kind, Places, ask, hold};
use crate::tools::{self, run};

/// What one client may take for all cases.
const LIMIT: Duration = Duration::from_secs(120);

/// A major version of a client: its script, the package, and the Node.js that it asks for.
struct Major {
    script: &'static str,
    package: &'static str,
    node: u32,
}

/// Holds it of these majors of a client; of those that the Node.js here is too old for it says that they are skipped.
async fn held(majors: &[Major]) -> anyhow::Result<()> {
    let Some(version) = version().await else {
        anyhow::ensure!(std::env::var_os("CLIENTS").is_none_or(|clients| clients != "required"), "there is no Node.js");
        tell("skipped: there is no Node.js with npm here; `./dev test` installs them");
        return Ok(());
    };
    let folder = tools::node("node-clients", &Path::new(CLIENTS).join("node")).await?;
    let places = Places::make().await?;
    let mut all = Ok(());
    for Major { script, package, node } in majors {
        if version < *node {
            tell(&format!("skipped: {package} asks for Node.js {node}, and this is {version}"));
            continue;
        }
        let held = hold(
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
        all = all.and(held.await);
    }
    places.stop().await?;
    all
}

/// The major version of the Node.js that is here, where npm is too.
async fn version() -> Option<u32> {
    let asked = Duration::from_secs(60);
    run(Command::new("npm").arg("--version"), asked).await.ok()?;
    let version = run(Command::new("node").arg("--version"), asked).await.ok()?;
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn ioredis_accepts_what_is_published() -> anyhow::Result<()> {
    let script = "ioredis.mjs";
    held(&[Major { script, package: "ioredis-5", node: 12 }, Major { script, package: "ioredis", node: 20 }]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn node_redis_accepts_what_is_published() -> anyhow::Result<()> {
    let script = "node_redis.mjs";
    held(&[Major { script, package: "redis-5", node: 18 }, Major { script, package: "redis", node: 20 }]).await
}
