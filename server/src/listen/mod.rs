//! Accepting connections: our own loop on hyper, because `axum::serve` can bound neither headers nor connections.
//!
//! A half-sent header is cut off, so is an answer that nobody reads, connections are counted and those beyond the limit wait in
//! the kernel's queue, and a full table of file descriptors is survived. HTTP/1.1 only: TLS and HTTP/2 belong to the proxy in
//! front.
//!
//! A stop loses as little as HTTP/1.1 allows. From its first moment every answer carries `Connection: close`, so whoever uses a
//! connection is told to let go of it, and what was asked is answered. Then the port closes, after taking in those who have
//! knocked already; and what is still idle a moment later is closed. What remains is a request that was sent on a connection
//! while its end was on the way to the client: a round trip wide, only on connections that were silent since the stop began,
//! and a client may repeat it when repeating does no harm (RFC 9112 section 9.3.1).

mod patient;
mod signals;
mod stage;

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderValue, header::CONNECTION};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{HttpService, service_fn},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use patient::Patient;
pub use signals::told_to_stop;
pub use stage::{Stage, Stages, stages};
use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout_at},
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
    pub connections: u32,
    /// How long an idle connection may still bring a request once the port is closed; part of `drain`.
    pub linger: Duration,
    /// How long running requests may take once the port is closed.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        let linger = Duration::from_millis(300);
        Self { header: seconds(10), unread: seconds(30), connections: 4096, linger, drain: seconds(10) }
    }
}

/// Largest request header. Two cookies of 4 kB and what browsers send fit well.
const HEADER_BYTES: usize = 32 * 1024;

/// How long to look for the next connection that was made before the port closed. The kernel hands them over at once.
const KNOCKED: Duration = Duration::from_millis(5);

/// How long to look for all of them. Where somebody knocks all the time there is no last one.
const KNOCKING: Duration = Duration::from_millis(100);

/// How long to wait when the process may open no more files.
const BREATH: Duration = Duration::from_millis(250);

/// Serves `router` until the stage is [`Stage::Closing`] and the running requests are answered, or the deadline has passed.
///
/// Every request finds its peer as `ConnectInfo<SocketAddr>`. Answers whether everything was finished in time.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, stages: Stages) -> bool {
    let room = Arc::new(Semaphore::new(bounds.connections as usize));
    let (finish, finishing) = tokio::sync::watch::channel(false);
    let look_after = |(stream, peer, place): Accepted| {
        let connection = connection(stream, peer, router.clone(), bounds, stages.clone());
        let mut finishing = finishing.clone();
        let finishing = async move { finishing.wait_for(|finish| *finish).await.map(drop) };
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                // In this order: what has arrived is read before an idle connection is closed.
                biased;
                ended = &mut connection => ended,
                _ = finishing => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%peer, %error, "connection ended");
            }
            drop(place);
        });
    };
    let mut closing = pin!(stages.clone().reach(Stage::Closing));
    loop {
        // The place is taken before the connection: the surplus waits where it costs us nothing.
        tokio::select! {
            () = &mut closing => break,
            accepted = accept(&listener, &room) => accepted.into_iter().for_each(look_after),
        }
    }
    let deadline = Instant::now() + bounds.drain;
    // Whoever has knocked before the port closes would otherwise be turned away with the request already sent.
    let closed = deadline.min(Instant::now() + KNOCKING);
    // Asked in so many words: a timeout lets pass what is ready at once, however late it is.
    while Instant::now() < closed {
        let soon = closed.min(Instant::now() + KNOCKED);
        let Ok(accepted) = timeout_at(soon, accept(&listener, &room)).await else { break };
        accepted.into_iter().for_each(look_after);
    }
    drop(listener);
    let everybody = room.acquire_many(bounds.connections);
    let mut everybody = pin!(everybody);
    if timeout_at(deadline.min(Instant::now() + bounds.linger), &mut everybody).await.is_ok() {
        return true;
    }
    finish.send_replace(true);
    timeout_at(deadline, everybody).await.is_ok()
}

/// A connection, from whom, and its place among the others.
type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<Accepted> {
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
                sleep(BREATH).await;
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
    stages: Stages,
) -> http1::Connection<TokioIo<Patient<TcpStream>>, impl Answers> {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request.map(Body::new));
        let stages = stages.clone();
        async move {
            let mut answer = answer.await?;
            if stages.now() != Stage::Serving {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(answer)
        }
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
