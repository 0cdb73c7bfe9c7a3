//! Accepting connections: our own loop on hyper, because `axum::serve` can bound neither headers nor connections.
//!
//! A half-sent header is cut off, so is an answer that nobody reads, connections are counted and those beyond the limit wait in the kernel's queue, a full table
//! of file descriptors is survived, and a stop lets running requests finish within a deadline. HTTP/1.1 only: TLS and
//! HTTP/2 belong to the proxy in front.

mod patient;
mod signals;

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{HttpService, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use patient::Patient;
pub use signals::told_to_stop;
use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tower::ServiceExt;

/// The bounds of the loop.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How long a request's header may take to arrive (ASVS 15.2.2). Also how long an idle connection is kept, so the proxy in
    /// front should let go of idle ones sooner.
    pub header: Duration,
    /// How long an answer may wait for its reader without one byte leaving.
    pub unread: Duration,
    /// How many connections are served at once.
    pub connections: usize,
    /// How long running requests may take once we are told to stop.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { header: seconds(10), unread: seconds(30), connections: 4096, drain: seconds(10) }
    }
}

/// Largest request header. Two cookies of 4 kB and what browsers send fit well.
const HEADER_BYTES: usize = 32 * 1024;

/// How long to wait when the process may open no more files.
const BREATH: Duration = Duration::from_millis(250);

/// Serves `router` until `stop` is ready and the running requests are answered, or the deadline has passed.
///
/// Every request finds its peer as `ConnectInfo<SocketAddr>`. Answers whether everything was finished in time.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, stop: impl Future<Output = ()>) -> bool {
    let room = Arc::new(Semaphore::new(bounds.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        // The place is taken before the connection: the surplus waits where it costs us nothing.
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let connection = graceful.watch(connection(stream, peer, router.clone(), bounds));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    timeout(bounds.drain, graceful.shutdown()).await.is_ok()
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Small answers should leave at once; failing to say so only costs time.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            if !is_the_clients(&error) {
                tracing::warn!(%error, "cannot accept connections at the moment");
                tokio::time::sleep(BREATH).await;
            }
            None
        }
    }
}

/// The client went away between knocking and the door opening: nothing is wrong with us.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    bounds: Bounds,
) -> http1::Connection<TokioIo<Patient<TcpStream>>, impl Answers> {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(Patient::new(stream, bounds.unread)), service)
}

/// What the service of a connection can be relied on to do, in hyper's words.
trait Answers: HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send> + Send {}

impl<S> Answers for S where S: HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send> + Send {}
