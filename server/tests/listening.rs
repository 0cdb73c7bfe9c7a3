//! The accept loop, over real sockets: what a slow, a patient and a crowding client meets, and how a server stops.

use axum::{Router, extract::ConnectInfo, routing::get};
use server::listen::{Bounds, Stage, serve, stages};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::JoinHandle,
    time::timeout,
};

const SOON: Duration = Duration::from_secs(5);
const GET_ONCE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct Server {
    address: SocketAddr,
    stage: watch::Sender<Stage>,
    ended: JoinHandle<bool>,
}

async fn start(router: Router, bounds: Bounds) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stage, stages) = stages();
    let ended = tokio::spawn(serve(listener, router, bounds, stages));
    Server { address, stage, ended }
}

impl Server {
    async fn connected(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

fn hello() -> Router {
    Router::new().route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }))
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(SOON, stream.read_to_end(&mut answer)).await.expect("the connection is closed").unwrap();
    String::from_utf8(answer).unwrap()
}

async fn read_some(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 4096];
    let n = timeout(SOON, stream.read(&mut buffer)).await.expect("an answer").unwrap();
    String::from_utf8_lossy(&buffer[..n]).into_owned()
}

#[tokio::test]
async fn a_request_is_answered_and_knows_its_peer() {
    let server = start(hello(), Bounds::default()).await;
    let mut stream = server.connected().await;
    stream.write_all(GET).await.unwrap();
    let answer = read_some(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
}

#[tokio::test]
async fn a_header_that_never_ends_closes_the_connection() {
    let bounds = Bounds { header: Duration::from_millis(200), ..Bounds::default() };
    let server = start(hello(), bounds).await;
    let mut slow = server.connected().await;
    slow.write_all(b"GET / HTTP/1.1\r\nHost: local").await.unwrap();
    assert!(!read_all(&mut slow).await.contains("200 OK"));
    let mut silent = server.connected().await;
    read_all(&mut silent).await;
}

#[tokio::test]
async fn a_header_too_large_is_refused() {
    let server = start(hello(), Bounds::default()).await;
    let mut stream = server.connected().await;
    let header = format!("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\n\r\n", "x".repeat(100_000));
    // The server may close before everything is written.
    let _ = stream.write_all(header.as_bytes()).await;
    assert!(read_some(&mut stream).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn an_answer_that_nobody_reads_gives_its_place_back() {
    let large = || Router::new().route("/", get(|| async { vec![b'x'; 50_000_000] }));
    let bounds = Bounds { unread: Duration::from_millis(200), connections: 1, ..Bounds::default() };
    let server = start(large(), bounds).await;
    let mut deaf = server.connected().await;
    deaf.write_all(GET).await.unwrap();
    let mut next = server.connected().await;
    next.write_all(GET).await.unwrap();
    assert!(read_some(&mut next).await.starts_with("HTTP/1.1 200"));
    drop(deaf);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let server = start(hello(), Bounds { connections: 1, ..Bounds::default() }).await;
    let mut first = server.connected().await;
    first.write_all(GET).await.unwrap();
    read_some(&mut first).await;
    let mut second = server.connected().await;
    second.write_all(GET).await.unwrap();
    assert!(timeout(Duration::from_millis(200), second.readable()).await.is_err(), "no place yet");
    drop(first);
    assert!(read_some(&mut second).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn stopping_finishes_what_runs_and_accepts_nothing_new() {
    let (began, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let router = Router::new().route(
        "/",
        get({
            let (began, finish) = (began.clone(), finish.clone());
            move || async move {
                began.notify_one();
                finish.notified().await;
                "done"
            }
        }),
    );
    let server = start(router, Bounds::default()).await;
    let mut idle = server.connected().await;
    let mut stream = server.connected().await;
    stream.write_all(GET).await.unwrap();
    began.notified().await;
    server.stage.send_replace(Stage::Closing);
    read_all(&mut idle).await;
    assert!(TcpStream::connect(server.address).await.is_err());
    finish.notify_one();
    assert!(read_all(&mut stream).await.ends_with("done"));
    assert!(timeout(SOON, server.ended).await.unwrap().unwrap(), "finished in time");
}

#[tokio::test]
async fn whoever_asks_while_we_are_leaving_is_answered_and_told_to_go() {
    let server = start(hello(), Bounds { linger: SOON, ..Bounds::default() }).await;
    let mut kept = [server.connected().await, server.connected().await];
    for stream in &mut kept {
        stream.write_all(GET).await.unwrap();
        assert!(!read_some(stream).await.contains("connection: close"));
    }
    server.stage.send_replace(Stage::Leaving);
    let mut new = server.connected().await;
    for stream in [&mut new, &mut kept[0]] {
        stream.write_all(GET).await.unwrap();
        let answer = read_all(stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    }
    server.stage.send_replace(Stage::Closing);
    while TcpStream::connect(server.address).await.is_ok() {}
    // One that was silent may still speak.
    kept[1].write_all(GET).await.unwrap();
    let answer = read_all(&mut kept[1]).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    assert!(timeout(SOON, server.ended).await.unwrap().unwrap(), "nobody is waited for");
}

#[tokio::test]
async fn whoever_has_knocked_before_the_port_closes_is_answered() {
    let server = start(hello(), Bounds::default()).await;
    // Without a pause in which the server could accept them.
    let knocked = [(); 20].map(|()| {
        let mut stream = std::net::TcpStream::connect(server.address).unwrap();
        std::io::Write::write_all(&mut stream, GET).unwrap();
        stream.set_nonblocking(true).unwrap();
        stream
    });
    server.stage.send_replace(Stage::Closing);
    for stream in knocked {
        let answer = read_all(&mut TcpStream::from_std(stream).unwrap()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_port_closes_also_while_somebody_knocks_all_the_time() {
    let server = start(hello(), Bounds::default()).await;
    let address = server.address;
    // So many that the server never waits for the next, even where a core is away for a moment.
    let crowd = [(); 16].map(|()| {
        std::thread::spawn(move || {
            let began = std::time::Instant::now();
            while let (Ok(mut stream), true) = (std::net::TcpStream::connect(address), began.elapsed() < SOON) {
                // As behind a proxy that makes a connection for every request. The last one may be turned away.
                let asked = std::io::Write::write_all(&mut stream, GET_ONCE);
                let _ = asked.and_then(|()| std::io::Read::read_to_end(&mut stream, &mut Vec::new()));
            }
            began.elapsed()
        })
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stage.send_replace(Stage::Closing);
    assert!(timeout(SOON, server.ended).await.expect("in time").unwrap(), "nobody is waited for");
    for member in crowd {
        assert!(member.join().unwrap() < SOON, "the port is closed");
    }
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let router = Router::new().route("/", get(std::future::pending::<()>));
    let server = start(router, Bounds { drain: Duration::from_millis(200), ..Bounds::default() }).await;
    let mut stream = server.connected().await;
    stream.write_all(GET).await.unwrap();
    tokio::task::yield_now().await;
    server.stage.send_replace(Stage::Closing);
    assert!(!timeout(SOON, server.ended).await.unwrap().unwrap(), "cut off");
}
