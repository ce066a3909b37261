//! Servers of their own in temporary folders, which are stopped and removed in the end.

mod galera;
mod mariadb;
mod own;
mod pgbouncer;
mod postgres;

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

pub(crate) use galera::Galera;
pub(crate) use mariadb::Mariadb;
pub(crate) use own::stop_at_signals;
pub(crate) use pgbouncer::PgBouncer;
pub(crate) use postgres::Postgres;

/// Runs a command and returns its output without the last line's end.
pub(crate) fn succeed(command: &mut Command) -> Result<String> {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {program}"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Sends a signal to a process; returns whether there was one to send it to.
pub(crate) fn signal(name: &str, process: &str) -> bool {
    let mut kill = Command::new("kill");
    kill.args(["-s", name, process]).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Returns a command that runs as an account of the system when this program is root's.
fn as_user(user: &str, program: &Path) -> Result<Command> {
    let mut command = Command::new(program);
    if is_root()? {
        command = Command::new("runuser");
        command.args(["-u", user, "--"]).arg(program);
    }
    // That account may not see where we are.
    command.current_dir("/");
    Ok(command)
}

/// Gives a folder to an account of the system when this program is root's.
fn give(folder: &Path, user: &str) -> Result<()> {
    if is_root()? {
        succeed(Command::new("chown").arg(user).arg(folder))?;
    }
    Ok(())
}

fn is_root() -> Result<bool> {
    Ok(succeed(Command::new("id").arg("-u"))? == "0")
}

/// Returns a port of the loopback interface that nobody uses.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Returns where a program of a server is, which may be outside the folders of users.
fn program(name: &str, package: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let others = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"].map(PathBuf::from);
    let found = std::env::split_paths(&path).chain(others).map(|folder| folder.join(OsStr::new(name)));
    let found = found.into_iter().find(|path| path.is_file());
    found.with_context(|| format!("{name} is not installed (package {package})"))
}
