//! Installs the packages of tests in other languages, once, and runs their programs.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use tokio::{io::AsyncWriteExt as _, process::Command, time::timeout};

/// The folder in which packages are installed, inside the target directory.
pub(super) const HOME: &str = env!("CARGO_TARGET_TMPDIR");
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// Runs a command and returns its output; if the command fails, the error has the output.
pub(super) async fn run(command: &mut Command, limit: Duration) -> anyhow::Result<String> {
    let child = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let output = timeout(limit, child).await.with_context(|| format!("{command:?} took more than {limit:?}"))??;
    let written = text(&output.stdout) + &text(&output.stderr);
    ensure!(output.status.success(), "{:?}: {}\n{written}", command.as_std().get_program(), output.status);
    Ok(written)
}

/// Runs a command with this standard input and returns its standard output.
pub(super) async fn ask(command: &mut Command, input: &str, limit: Duration) -> anyhow::Result<String> {
    let asked = async {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take().context("standard input is not piped")?;
        stdin.write_all(input.as_bytes()).await?;
        drop(stdin);
        anyhow::Ok(child.wait_with_output().await?)
    };
    let output = timeout(limit, asked).await.with_context(|| format!("no answer within {limit:?}"))??;
    ensure!(output.status.success(), "{}: {}", output.status, text(&output.stderr));
    Ok(text(&output.stdout))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Creates a Python environment with the packages of `requirements.txt` in this folder, and returns its folder of programs.
pub(super) async fn python(name: &str, checks: &Path) -> anyhow::Result<PathBuf> {
    let (venv, wanted) = (Path::new(HOME).join(name), checks.join("requirements.txt"));
    once(name, &[&wanted], async || {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv), INSTALL_LIMIT)
            .await
            .context("python3 cannot create an environment; on Debian and Ubuntu, install python3-venv")?;
        let mut pip = Command::new(venv.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&wanted);
        run(&mut pip, INSTALL_LIMIT).await
    })
    .await?;
    Ok(venv.join("bin"))
}

/// Copies this folder of scripts, installs the packages of its `package-lock.json` there, and returns the copy.
pub(super) async fn node(name: &str, scripts: &Path) -> anyhow::Result<PathBuf> {
    let home = Path::new(HOME).join(name);
    let mut files: Vec<_> =
        fs::read_dir(scripts)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    once(name, &files.iter().map(PathBuf::as_path).collect::<Vec<_>>(), async || {
        fs::create_dir_all(&home)?;
        for file in &files {
            fs::copy(file, home.join(file.file_name().context("the path has no file name")?))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&home);
        run(&mut npm, INSTALL_LIMIT).await
    })
    .await?;
    Ok(home)
}

/// Installs what these files list, unless that is installed already.
async fn once(
    name: &str,
    asked: &[&Path],
    install: impl AsyncFnOnce() -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let wanted = asked.iter().map(fs::read_to_string).collect::<Result<String, _>>()?;
    let installed = Path::new(HOME).join(format!("{name}.installed"));
    // Each test is a process; the first one installs.
    let lock = File::create(Path::new(HOME).join(format!("{name}.lock")))?;
    let _lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??;
    if fs::read_to_string(&installed).ok().as_deref() != Some(wanted.as_str()) {
        // An interrupted installation must not count.
        fs::write(&installed, "")?;
        install().await?;
        fs::write(&installed, wanted)?;
    }
    Ok(())
}
