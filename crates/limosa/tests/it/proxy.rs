//! A proxy that loses a connection after the server has committed and before the client hears of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The proxy; it lives as long as the test's process.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: String,
}

impl Proxy {
    /// Starts one that swallows the answer to the `COMMIT` of this number, from 1.
    pub(crate) fn start(server: String, number: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let address = listener.local_addr().expect("an address").to_string();
        let left = Arc::new(AtomicUsize::new(number));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, left) = (TcpStream::connect(&server).expect("the server"), Arc::clone(&left));
                thread::spawn(move || serve(client, server, &left));
            }
        });
        Self { address }
    }
}

/// Hands on what either side says; after the `COMMIT` in question it waits for the answer and hangs up.
fn serve(mut client: TcpStream, mut server: TcpStream, left: &AtomicUsize) {
    let cut = Arc::new(AtomicUsize::new(0));
    let (mut from, mut to) = (server.try_clone().expect("clone"), client.try_clone().expect("clone"));
    let shared = Arc::clone(&cut);
    let answers = thread::spawn(move || {
        let mut bytes = [0; 65536];
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            if shared.load(Ordering::SeqCst) == 1 || to.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        // The other side may have hung up already.
        _ = to.shutdown(Shutdown::Both);
        _ = from.shutdown(Shutdown::Both);
    });
    let mut bytes = [0; 65536];
    while let Ok(length @ 1..) = client.read(&mut bytes) {
        let is_commit = bytes[..length].windows(6).any(|part| part == b"COMMIT");
        let counts_down = |left: usize| left.checked_sub(1);
        if is_commit && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, counts_down) == Ok(1) {
            cut.store(1, Ordering::SeqCst);
        }
        if server.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    _ = server.shutdown(Shutdown::Both);
    answers.join().expect("no panic");
}
