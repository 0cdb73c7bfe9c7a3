//! A mail server for tests, listening on this machine.
#![allow(dead_code)] // every test binary uses another part

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

/// What it says to a recipient. Empty: it hangs up.
type Answer = fn(&str) -> &'static str;

/// A mail server that knows as much of RFC 5321 as a letter needs.
pub struct MailServer {
    url: String,
    inner: Arc<Inner>,
}

struct Inner {
    answer: Answer,
    taken: Mutex<Vec<String>>,
    /// A letter is acknowledged when one of these can be had.
    patience: Semaphore,
}

impl MailServer {
    /// Takes everything.
    pub async fn kind() -> Self {
        Self::answering(|_| "250 fine").await
    }

    /// Answers `RCPT TO` like this.
    pub async fn answering(answer: Answer) -> Self {
        Self::start(answer, Semaphore::MAX_PERMITS).await
    }

    /// Takes a letter, and acknowledges it only when told to.
    pub async fn hesitant() -> Self {
        Self::start(|_| "250 fine", 0).await
    }

    async fn start(answer: Answer, acknowledged: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner { answer, taken: Mutex::default(), patience: Semaphore::new(acknowledged) });
        tokio::spawn({
            let inner = inner.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(talk(stream, inner.clone()));
                }
            }
        });
        Self { url, inner }
    }

    /// For `Transport::smtp`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Acknowledges the next letter, or the one that waits.
    pub fn acknowledge(&self) {
        self.inner.patience.add_permits(1);
    }

    /// The letters it was given: the line with the recipient, then the message.
    pub fn taken(&self) -> Vec<String> {
        self.inner.taken.lock().unwrap().clone()
    }
}

async fn talk(stream: TcpStream, server: Arc<Inner>) -> std::io::Result<()> {
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
                letter.clone_from(&line);
                (server.answer)(&line)
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                while {
                    line.clear();
                    stream.read_line(&mut line).await? > 0 && line != ".\r\n"
                } {
                    letter += &line;
                }
                if line.is_empty() {
                    return Ok(());
                }
                server.taken.lock().unwrap().push(std::mem::take(&mut letter));
                server.patience.acquire().await.unwrap().forget();
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        if reply.is_empty() {
            return Ok(());
        }
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
    Ok(())
}
