//! Servers of ours that run: they are stopped when they are needed no more, and when this program is stopped by a signal.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal as notice};

use super::signal;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);

/// How long a server may take to stop before it is killed.
const STOP: Duration = Duration::from_secs(20);

/// A server of ours in a temporary folder of its own. It is stopped and removed in the end.
#[derive(Debug)]
pub(super) struct Own(Arc<Running>);

/// What is needed to stop a server.
#[derive(Debug)]
struct Running {
    process: Mutex<Option<Child>>,
    folder: PathBuf,
    /// What removes the folder.
    kept: Mutex<Option<TempDir>>,
    /// The signal that asks it to stop.
    signal: &'static str,
    /// The file that names its process, where that is not the one which is started: `runuser` passes no signal on.
    pid_file: Option<&'static str>,
}

/// All that run, the last one last.
static ALL: Mutex<Vec<Arc<Running>>> = Mutex::new(Vec::new());

impl Own {
    /// Makes the folder of a server that is to be started.
    pub(super) fn new(prefix: &str, signal: &'static str, pid_file: Option<&'static str>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir_in("/tmp")?;
        let (path, kept) = (folder.path().to_owned(), Mutex::new(Some(folder)));
        let running = Arc::new(Running { process: Mutex::new(None), folder: path, kept, signal, pid_file });
        held(&ALL).push(Arc::clone(&running));
        Ok(Self(running))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Starts the server and waits until it answers; an error shows its log.
    pub(super) fn start(&self, name: &str, command: &mut Command, mut answers: impl FnMut() -> bool) -> Result<()> {
        // While all are being stopped, nobody can start one more.
        let all = held(&ALL);
        let log = File::create(self.folder().join("log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        *held(&self.0.process) = Some(command.spawn()?);
        drop(all);
        let started = Instant::now();
        let log = || std::fs::read_to_string(self.folder().join("log")).unwrap_or_default();
        while !answers() {
            ensure!(self.0.is_alive(), "{name} did not start: {}", log());
            ensure!(started.elapsed() < START, "{name} did not start: it does not answer: {}", log());
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.0.stop();
        held(&ALL).retain(|running| !Arc::ptr_eq(running, &self.0));
    }
}

impl Running {
    fn is_alive(&self) -> bool {
        held(&self.process).as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(None)))
    }

    fn stop(&self) {
        let mut kept = held(&self.kept);
        let Some(folder) = kept.take() else { return };
        let started = Instant::now();
        let mut asked = false;
        while self.is_alive() {
            // A node that joins a cluster just now hears nothing.
            let is_late = started.elapsed() > STOP;
            if is_late {
                self.signal("KILL");
                _ = held(&self.process).as_mut().map(Child::kill);
            } else if !asked {
                asked = self.signal(self.signal);
            }
            thread::sleep(Duration::from_millis(20));
        }
        let folder = folder.keep();
        // What fills it before the server starts may still be at work.
        while std::fs::remove_dir_all(&folder).is_err() && folder.exists() && started.elapsed() < STOP {
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal; returns whether the server is there already, which had to be started first.
    fn signal(&self, name: &str) -> bool {
        let process = match self.pid_file {
            None => held(&self.process).as_ref().map(|process| process.id().to_string()),
            Some(file) => {
                let text = std::fs::read_to_string(self.folder.join(file)).unwrap_or_default();
                text.lines().next().map(|line| line.trim().to_owned())
            }
        };
        process.is_some_and(|process| signal(name, &process))
    }
}

/// Has all servers stopped, the last one first, when this program is asked to stop by a signal, and ends it then.
pub(crate) fn stop_at_signals() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let entered = runtime.enter();
    let (mut interrupt, mut terminate) = (notice(SignalKind::interrupt())?, notice(SignalKind::terminate())?);
    drop(entered);
    thread::spawn(move || {
        let number = runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt().as_raw_value(),
                _ = terminate.recv() => SignalKind::terminate().as_raw_value(),
            }
        });
        let all = held(&ALL);
        all.iter().rev().for_each(|running| running.stop());
        std::process::exit(128 + number);
    });
    Ok(())
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
