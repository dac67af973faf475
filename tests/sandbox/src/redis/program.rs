//! Which `redis-server` to run.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

/// The server program, found and asked for its version once.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) version: String,
    /// util-linux's `setpriv`, which makes a process die with its parent, where the machine has it.
    pub(crate) setpriv: Option<PathBuf>,
}

impl Program {
    /// Finds the program that `REDIS_SERVER` names, or else `redis-server` on the `PATH`.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let path = match std::env::var_os("REDIS_SERVER") {
            Some(path) => PathBuf::from(path),
            None => on_path("redis-server").context(
                "no redis-server: install Redis or Valkey so that `redis-server` is on the PATH, \
                 or set REDIS_SERVER to the program's path",
            )?,
        };
        Self::at(&path)
    }

    /// Takes the program at this path.
    pub(crate) fn at(path: &Path) -> anyhow::Result<Self> {
        let version = version(path).with_context(|| format!("{} does not run as redis-server", path.display()))?;
        Ok(Self { path: path.to_owned(), version, setpriv: on_path("setpriv") })
    }

    /// The client program beside it, or else on the `PATH`, where the machine has one.
    pub(crate) fn client(&self) -> Option<PathBuf> {
        let beside = ["redis-cli", "valkey-cli"].map(|name| self.path.with_file_name(name));
        beside.into_iter().find(|path| path.is_file()).or_else(|| on_path("redis-cli"))
    }
}

fn version(path: &Path) -> anyhow::Result<String> {
    let output = Command::new(path).arg("--version").output()?;
    if !output.status.success() {
        bail!("--version ended with {}", output.status);
    }
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    // "Redis server v=7.0.15 …", "Valkey server v=8.1.1 …"
    anyhow::ensure!(version.contains(" server v="), "--version does not answer as Redis or Valkey does");
    Ok(version)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_a_redis_server_is_refused_by_its_path() {
        for (path, why) in [
            ("/bin/true", "--version does not answer as Redis or Valkey does"),
            ("/bin/false", "--version ended with exit status: 1"),
            ("/bin/none-of-this-name", "No such file or directory"),
        ] {
            let error = format!("{:#}", Program::at(Path::new(path)).unwrap_err());
            assert!(error.starts_with(&format!("{path} does not run as redis-server: {why}")), "{error}");
        }
    }
}
