//! A long way to the database: everything arrives, in order, later.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// A way to a port of this machine that takes as long as the test wants.
pub struct Way {
    /// Where it begins.
    pub address: SocketAddr,
    milliseconds: Arc<AtomicU64>,
}

impl Way {
    /// A short one.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, milliseconds) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
        let length = milliseconds.clone();
        // Ends with the test's process.
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                carry(near.try_clone().unwrap(), far.try_clone().unwrap(), length.clone());
                carry(far, near, length.clone());
            }
        });
        Self { address, milliseconds }
    }

    /// From now on everything takes so long in each direction; what is on its way keeps its time.
    pub fn takes(&self, time: Duration) {
        self.milliseconds.store(time.as_millis() as u64, Ordering::Relaxed);
    }
}

/// One direction of a connection, until it is closed. The reader never waits, so that only the time is longer, and not less fits.
fn carry(mut from: TcpStream, mut to: TcpStream, milliseconds: Arc<AtomicU64>) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let due = Instant::now() + Duration::from_millis(milliseconds.load(Ordering::Relaxed));
            if sender.send((due, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        to.set_nodelay(true).unwrap();
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
