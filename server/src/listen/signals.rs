//! How the operating system tells us to stop.

use std::future::{Future, pending};

/// Ready at SIGINT or SIGTERM. A second signal after that ends the process at once.
///
/// Listens from the moment it is called and not only when it is awaited: a stop during the start must not kill us halfway.
pub fn told_to_stop() -> impl Future<Output = ()> {
    let mut signals = Signals::listen();
    async {
        signals.next().await;
        tracing::info!("stopping: running requests are finished; a second signal ends at once");
        tokio::spawn(async move {
            signals.next().await;
            std::process::exit(130);
        });
    }
}

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Where there are no signals, there is nothing to wait for but the end of the process.
#[cfg(unix)]
struct Signals(Option<(Signal, Signal)>);

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        Self(signal(SignalKind::terminate()).ok().zip(signal(SignalKind::interrupt()).ok()))
    }

    async fn next(&mut self) {
        let Some((terminate, interrupt)) = &mut self.0 else { return pending().await };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    }
}
