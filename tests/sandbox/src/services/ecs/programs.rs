//! The programs that a container finds on its `PATH` in place of Redis's own.
//!
//! In a container, Redis listens on every address at 6379. Here it must listen on the task's own address, behind the
//! gate, and what is mounted at `/data` is some folder. So `redis-server` and `redis-cli` are scripts that put that
//! right, and then become the real program.

use std::{
    fs, io,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::redis::{DIRECT_PORT, PORT, Program};

/// What the scripts depend on.
#[derive(Debug)]
pub(super) struct Programs<'a> {
    pub(super) program: &'a Program,
    pub(super) address: Ipv4Addr,
    /// Where the container sees a folder, and where that is.
    pub(super) mounts: &'a [(String, PathBuf)],
}

impl Programs<'_> {
    /// Writes the scripts to a folder.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let scripts = [("redis-server", Some(self.server())), ("redis-cli", self.client())];
        for (name, text) in scripts {
            let Some(text) = text else { continue };
            let path = folder.join(name);
            fs::write(&path, text)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
        Ok(())
    }

    fn server(&self) -> String {
        let cases: String = self
            .mounts
            .iter()
            .map(|(path, folder)| {
                let (path, folder) = (quoted(path.trim_end_matches('/')), quoted(&folder.to_string_lossy()));
                format!(
                    "  {path} | {path}/) argument={folder};;\n  {path}/*) argument={folder}${{argument#{path}}};;\n"
                )
            })
            .collect();
        let Self { program, address, .. } = self;
        // Where the shell that started it stays, the server dies with that shell, and so with the sandbox.
        let tied = program
            .setpriv
            .as_ref()
            .map_or_else(String::new, |setpriv| format!("{} --pdeathsig KILL -- ", quoted(&setpriv.to_string_lossy())));
        let path = quoted(&program.path.to_string_lossy());
        format!(
            "#!/bin/sh\nfor argument do\n  shift\n  case $argument in\n{cases}  esac\n  set -- \"$@\" \"$argument\"\n\
             done\nexec {tied}{path} \"$@\" --bind {address} --port {DIRECT_PORT}\n"
        )
    }

    /// `None` where the machine has no client.
    fn client(&self) -> Option<String> {
        let path = quoted(&self.program.client()?.to_string_lossy());
        let address = self.address;
        Some(format!(
            "#!/bin/sh\nhost=\"-h {address} -p {DIRECT_PORT}\" held=\nfor argument do\n  shift\n  \
             case \"$held $argument\" in\n    \
             '-h localhost' | '-h 127.0.0.1' | '-h {address}' | '-p {PORT}') held=; continue;;\n    \
             '-h '?* | '-u '?*) host=;;\n  esac\n  \
             [ -z \"$held\" ] || set -- \"$@\" \"$held\"\n  held=\n  \
             case $argument in\n    -h | -p | -u) held=$argument;;\n    *) set -- \"$@\" \"$argument\";;\n  esac\n\
             done\n[ -z \"$held\" ] || set -- \"$@\" \"$held\"\nexec {path} $host \"$@\"\n"
        ))
    }
}

/// A text as a shell takes it for itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
