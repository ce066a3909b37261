//! A run that is asked to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use limosa_db::CancelHandle;

use crate::bridge::Interrupter;

/// Tells a run to stop: the statement or function that is running is cancelled, and no other one begins.
#[derive(Clone, Default)]
pub struct Interrupt(Arc<Inner>);

#[derive(Default)]
struct Inner {
    requested: AtomicBool,
    connection: Option<CancelHandle>,
    python: Mutex<Option<Interrupter>>,
}

impl Interrupt {
    /// Returns one that cancels what runs on a connection.
    pub fn new(connection: CancelHandle) -> Self {
        Self(Arc::new(Inner { connection: Some(connection), ..Inner::default() }))
    }

    /// Lets it interrupt Python, too.
    pub fn also_interrupts(&self, python: Interrupter) {
        *self.0.python.lock().unwrap_or_else(PoisonError::into_inner) = Some(python);
    }

    /// Asks the run to stop; it ends with an error of its own.
    pub async fn request(&self) {
        self.0.requested.store(true, Ordering::Relaxed);
        self.cancel_statement().await;
        let python = self.0.python.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(python) = python {
            // A process that is gone has nothing to stop.
            _ = python.interrupt().await;
        }
    }

    /// Cancels the statement that is running; where none is, there is nothing to cancel.
    pub async fn cancel_statement(&self) {
        if let Some(connection) = &self.0.connection {
            _ = connection.cancel().await;
        }
    }

    /// Returns whether the run was asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interrupt").field("requested", &self.is_requested()).finish_non_exhaustive()
    }
}
