//! Ctrl-C and SIGTERM: the running statement is cancelled, the migration rolled back.

use std::future::Future;
use std::pin::pin;

use limosa_engine::interrupt::Interrupt;

/// Waits for `run`; at a signal asks it to stop and cancels what is running.
pub async fn interruptible<T>(run: impl Future<Output = T>, interrupt: &Interrupt) -> T {
    let mut run = pin!(run);
    loop {
        tokio::select! {
            result = &mut run => return result,
            () = signal() => interrupt.request().await,
        }
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        _ => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
