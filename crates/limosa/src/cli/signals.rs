//! Ctrl-C and SIGTERM: the running statement is cancelled, the migration rolled back.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use limosa_engine::interrupt::Interrupt;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a statement may go on before it is cancelled again.
const AGAIN: Duration = Duration::from_millis(200);

/// Listens to signals from when it is made: none is lost that comes while nothing waits for one.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

impl Signals {
    /// Begins to listen; from now on signals no longer end the process by themselves.
    ///
    /// # Errors
    /// When the system does not allow it.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Begins to listen.
    ///
    /// # Errors
    /// Never, on this system.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for a signal.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits for a signal.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }

    /// Waits for something that may be dropped at any time; nothing when a signal comes first.
    pub async fn unless<T>(&mut self, wait: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            result = wait => Some(result),
            () = self.next() => None,
        }
    }

    /// Waits for a run; at a signal asks it to stop and cancels what is running.
    pub async fn interrupting<T>(&mut self, run: impl Future<Output = T>, interrupt: &Interrupt) -> T {
        let mut run = pin!(run);
        loop {
            tokio::select! {
                result = &mut run => return result,
                () = self.next() => interrupt.request().await,
                // A cancel that came just before its statement began is lost: it is sent again until the run has ended.
                () = tokio::time::sleep(AGAIN), if interrupt.is_requested() => interrupt.cancel_statement().await,
            }
        }
    }
}
