//! A mail server for tests, listening on this machine.

use crate::mail::Transport;
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A mail server that knows as much of RFC 5321 as a letter needs. Answers `RCPT TO` with `answer` and keeps what it is given.
pub(super) struct Server {
    url: String,
    pub(super) taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn({
            let taken = taken.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(talk(stream, answer, taken.clone()));
                }
            }
        });
        Self { url, taken }
    }

    pub(super) fn transport(&self) -> Transport {
        Transport::smtp(&self.url).unwrap()
    }
}

async fn talk(stream: TcpStream, answer: &'static str, taken: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await?;
    let (mut line, mut letter) = (String::new(), String::new());
    while {
        line.clear();
        stream.read_line(&mut line).await? > 0
    } {
        let reply = match line.split([' ', '\r']).next().unwrap_or_default() {
            "EHLO" => "250 here",
            "RCPT" => {
                letter += &line;
                answer
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                while {
                    line.clear();
                    stream.read_line(&mut line).await? > 0 && line != ".\r\n"
                } {
                    letter += &line;
                }
                taken.lock().unwrap().push(std::mem::take(&mut letter));
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
    Ok(())
}
