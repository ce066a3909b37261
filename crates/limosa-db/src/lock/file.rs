//! SQLite's session lock: an operating system's lock on a file beside the database.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::{LockError, LockHolder};

/// A locked file, which tells in its text who locked it.
#[derive(Debug)]
pub(super) struct FileLock {
    path: PathBuf,
    /// Keeps the lock: the operating system lets go when it is closed, however the process ends.
    _file: File,
}

impl FileLock {
    /// Tries to take the lock of a database file once.
    pub(super) fn attempt(database: &Path, run_id: Option<&str>) -> Result<Result<Self, LockHolder>, LockError> {
        let path = lock_path(database);
        let failed = |error| LockError::File { path: path.clone(), error };
        loop {
            let mut options = OpenOptions::new();
            let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Err(read_holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // The last holder may have removed the file between our opening and our locking it: lock the new one.
            if !is_at(&file, &path) {
                continue;
            }
            write_holder(&mut file, run_id).map_err(failed)?;
            return Ok(Ok(Self { path, _file: file }));
        }
    }
}

impl Drop for FileLock {
    /// Removes the file while it is still locked: who opened it before finds that it is no longer at its place.
    fn drop(&mut self) {
        if CAN_REMOVE {
            // A file that stays does no harm.
            _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether a lock can be checked to be on the file at its place, so that removing it is safe.
const CAN_REMOVE: bool = cfg!(unix);

fn lock_path(database: &Path) -> PathBuf {
    let mut name = OsString::from(database.as_os_str());
    name.push(".limosa-lock");
    PathBuf::from(name)
}

fn write_holder(file: &mut File, run_id: Option<&str>) -> std::io::Result<()> {
    file.set_len(0)?;
    let run = run_id.map(|run| format!("limosa/{run}")).unwrap_or_else(|| "limosa".to_owned());
    let now = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC");
    write!(file, "{}\n{run}\n{now}\n", std::process::id())?;
    file.flush()
}

/// Reads who holds the lock; where a locked file cannot be read, nobody is named.
fn read_holder(file: &mut File) -> LockHolder {
    let mut text = String::new();
    if file.rewind().and_then(|()| file.read_to_string(&mut text)).is_err() {
        return LockHolder::default();
    }
    let mut lines = text.lines().map(str::to_owned);
    let pid = lines.next().and_then(|line| line.parse().ok());
    LockHolder { pid, application: lines.next(), client: None, since: lines.next() }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(own), Ok(other)) = (file.metadata(), fs::metadata(path)) else { return false };
    own.dev() == other.dev() && own.ino() == other.ino()
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}
