//! SQLite's session lock: an operating system's lock on a file beside the database, in which its holder also shows that it lives.
//!
//! A heartbeat in the database itself would need the one write lock that a database has: a transaction of the project's that has begun
//! to read and then wants to write would fail for it, and while one writes there is no beat at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{LockError, LockHolder};

/// A locked file, which tells in its text who locked it.
#[derive(Debug)]
pub(crate) struct FileLock {
    path: PathBuf,
    /// Keeps the lock: the operating system lets go when it is closed, however the process ends.
    file: File,
    head: String,
    life: Duration,
}

/// Somebody else's lock.
#[derive(Debug)]
pub(crate) struct HeldFile {
    pub(crate) holder: LockHolder,
    /// The file, of which there may be another one at its place later.
    identity: Option<(u64, u64)>,
    /// Until when its holder has shown that it lives, in milliseconds since 1970; nothing where the text does not say it.
    alive_until: Option<u64>,
    /// When the file was changed last, in milliseconds since 1970.
    changed: Option<u64>,
}

/// How long the text is at least, so that a shorter one leaves nothing of the last.
const LENGTH: usize = 1024;

impl FileLock {
    /// Tries to take the lock of a database file once.
    pub(crate) fn attempt(
        database: &Path,
        run_id: Option<&str>,
        life: Duration,
    ) -> Result<Result<Self, HeldFile>, LockError> {
        let path = lock_path(database);
        let failed = |error| LockError::File { path: path.clone(), error };
        loop {
            let mut options = OpenOptions::new();
            let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Err(read(&mut file))),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // The last holder may have removed the file between our opening and our locking it: lock the new one.
            if !is_at(&file, &path) {
                continue;
            }
            let lock = Self { path: path.clone(), file, head: head(run_id), life };
            lock.beat("").map_err(failed)?;
            return Ok(Ok(lock));
        }
    }

    /// Puts a lock of ours into the place of one whose holder gave no sign of life for too long; nothing when that has changed.
    ///
    /// To be called by one at a time: inside a transaction that writes to the database.
    pub(crate) fn take_over(
        database: &Path,
        held: &HeldFile,
        run_id: Option<&str>,
        life: Duration,
    ) -> Result<Option<Self>, LockError> {
        let path = lock_path(database);
        let now = OpenOptions::new().read(true).open(&path).map(|mut file| read(&mut file));
        if !CAN_REMOVE || !now.is_ok_and(|now| now.identity == held.identity && now.is_expired(life)) {
            return Ok(None);
        }
        fs::remove_file(&path).map_err(|error| LockError::File { path, error })?;
        Ok(Self::attempt(database, run_id, life)?.ok())
    }

    /// Reads who holds the lock of a database file, without asking for it; nothing when there is no such file.
    pub(crate) fn look(database: &Path) -> Option<HeldFile> {
        File::open(lock_path(database)).ok().map(|mut file| read(&mut file))
    }

    /// Shows that the holder lives, and what it does.
    pub(crate) fn beat(&self, step: &str) -> std::io::Result<()> {
        let until = now() + u64::try_from(self.life.as_millis()).unwrap_or(u64::MAX / 2);
        let step = step.replace('\n', " ");
        let text = format!("{}{until}\n{step}\n", self.head);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(format!("{text:<LENGTH$}").as_bytes())
    }

    /// Returns whether the lock is still the one at its place; otherwise another runner has taken over.
    pub(crate) fn is_valid(&self) -> bool {
        is_at(&self.file, &self.path)
    }
}

impl Drop for FileLock {
    /// Removes the file while it is still locked: who opened it before finds that it is no longer at its place.
    fn drop(&mut self) {
        if CAN_REMOVE && self.is_valid() {
            // A file that stays does no harm.
            _ = fs::remove_file(&self.path);
        }
    }
}

impl HeldFile {
    /// Returns whether its holder gave no sign of life for longer than it said it would; who said nothing yet has this long.
    pub(crate) fn is_expired(&self, life: Duration) -> bool {
        let life = u64::try_from(life.as_millis()).unwrap_or(u64::MAX / 2);
        let until = self.alive_until.or_else(|| self.changed.map(|changed| changed.saturating_add(life)));
        until.is_some_and(|until| until < now())
    }
}

/// Whether a lock can be checked to be on the file at its place, so that removing it is safe.
const CAN_REMOVE: bool = cfg!(unix);

fn lock_path(database: &Path) -> PathBuf {
    let mut name = OsString::from(database.as_os_str());
    name.push(".limosa-lock");
    PathBuf::from(name)
}

/// Returns what does not change while the lock is held.
fn head(run_id: Option<&str>) -> String {
    let run = run_id.map(|run| format!("limosa/{run}")).unwrap_or_else(|| "limosa".to_owned());
    let since = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("{}\n{run}\n{since}\n{}\n", std::process::id(), super::host())
}

/// Reads who holds the lock; where a locked file cannot be read, nobody is named.
fn read(file: &mut File) -> HeldFile {
    let (identity, changed) = (identity(file), changed(file));
    let mut text = String::new();
    if file.rewind().and_then(|()| file.read_to_string(&mut text)).is_err() {
        return HeldFile { holder: LockHolder::default(), identity, alive_until: None, changed };
    }
    let mut lines = text.lines().map(|line| line.trim_end().to_owned());
    let mut next = || lines.next().filter(|line| !line.is_empty());
    let holder = LockHolder {
        pid: next().and_then(|line| line.parse().ok()),
        application: next(),
        client: None,
        since: next(),
        host: next(),
        step: None,
    };
    let alive_until = next().and_then(|line| line.parse().ok());
    HeldFile { holder: LockHolder { step: next(), ..holder }, identity, alive_until, changed }
}

fn changed(file: &File) -> Option<u64> {
    file.metadata().and_then(|own| own.modified()).ok().map(millis)
}

fn now() -> u64 {
    millis(SystemTime::now())
}

fn millis(time: SystemTime) -> u64 {
    u64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    identity(file).is_some_and(|own| fs::metadata(path).is_ok_and(|other| own == (other.dev(), other.ino())))
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(unix)]
fn identity(file: &File) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|own| (own.dev(), own.ino()))
}

#[cfg(not(unix))]
fn identity(_: &File) -> Option<(u64, u64)> {
    None
}
