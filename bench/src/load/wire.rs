//! One connection, spoken to in HTTP/1.1 by hand: a load generator must not cost as much as what it loads.
//!
//! Understands what a server may answer (RFC 9112): a length, chunks, or nothing after the head. Reads every byte of an answer, keeps
//! the head, and leaves the rest uncopied.

use anyhow::{Result, bail, ensure};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Enough for the head of every answer of ours.
const HEADERS: usize = 48;

/// A kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    /// What was read of the answer.
    read: Vec<u8>,
}

/// An answer, as far as somebody who counts needs it.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The values of `Set-Cookie`.
    pub cookies: Vec<String>,
    pub body: Vec<u8>,
    /// The server lets go of the connection.
    pub last: bool,
}

/// Where the body ends.
enum Length {
    Known(usize),
    Chunks,
}

impl Connection {
    /// # Errors
    /// When nobody listens.
    pub async fn open(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(32 * 1024) })
    }

    /// Sends a request and reads its answer. `whole` keeps cookies and body, which a mere count does not need.
    ///
    /// # Errors
    /// When the connection ends, or what comes is no HTTP.
    pub async fn ask(&mut self, request: &[u8], whole: bool) -> Result<Answer> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let (mut answer, length, begin) = loop {
            self.more().await?;
            if let Some(head) = head(&self.read, whole)? {
                break head;
            }
        };
        match length {
            Length::Known(length) => {
                while self.read.len() < begin + length {
                    self.more().await?;
                }
                ensure!(self.read.len() == begin + length, "more was answered than announced");
                if whole {
                    answer.body.extend_from_slice(&self.read[begin..]);
                }
            }
            Length::Chunks => {
                let mut at = begin;
                while let Some(next) = self.chunk(at, whole.then_some(&mut answer.body)).await? {
                    at = next;
                }
            }
        }
        Ok(answer)
    }

    /// Sends a request and hangs up before the answer.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub async fn abandon(mut self, request: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(request).await?)
    }

    async fn more(&mut self) -> Result<()> {
        ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the connection ended within an answer");
        Ok(())
    }

    /// Reads the chunk that begins at `at`; where the next one begins, or `None` after the last.
    async fn chunk(&mut self, at: usize, body: Option<&mut Vec<u8>>) -> Result<Option<usize>> {
        loop {
            match httparse::parse_chunk_size(&self.read[at..]) {
                Ok(httparse::Status::Complete((prefix, size))) => {
                    let begin = at + prefix;
                    let end = begin + usize::try_from(size)?;
                    // Each chunk ends with an empty line, and so does the list of trailers, which is always empty here.
                    while self.read.len() < end + 2 {
                        self.more().await?;
                    }
                    if let Some(body) = body {
                        body.extend_from_slice(&self.read[begin..end]);
                    }
                    return Ok((size > 0).then_some(end + 2));
                }
                Ok(httparse::Status::Partial) => self.more().await?,
                Err(error) => bail!("no chunk: {error}"),
            }
        }
    }
}

fn head(read: &[u8], whole: bool) -> Result<Option<(Answer, Length, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(begin) = response.parse(read)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    let mut answer = Answer { status, cookies: Vec::new(), body: Vec::new(), last: false };
    let mut length = Length::Known(0);
    for header in response.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            length = Length::Known(str::from_utf8(header.value)?.parse()?);
        } else if is("transfer-encoding") {
            ensure!(header.value.eq_ignore_ascii_case(b"chunked"), "an encoding that nobody asked for");
            length = Length::Chunks;
        } else if is("connection") {
            answer.last = header.value.eq_ignore_ascii_case(b"close");
        } else if whole && is("set-cookie") {
            answer.cookies.push(String::from_utf8_lossy(header.value).into_owned());
        }
    }
    Ok(Some((answer, length, begin)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// What is read of an answer that comes in pieces of one byte.
    async fn reads(answer: &'static str) -> Result<Answer> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let to = listener.local_addr()?;
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 64]).await.unwrap();
            for byte in answer.bytes() {
                stream.write_all(&[byte]).await.unwrap();
                stream.flush().await.unwrap();
            }
        });
        let answer = Connection::open(to).await?.ask(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", true).await;
        server.await?;
        answer
    }

    #[tokio::test]
    async fn lengths_chunks_and_nothing_are_understood() {
        let answer =
            reads("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b; Path=/\r\n\r\nhello").await.unwrap();
        assert_eq!(
            (answer.status, &*answer.body, &*answer.cookies),
            (200, &b"hello"[..], &["a=b; Path=/".to_owned()][..])
        );
        let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
        let answer = reads(chunks).await.unwrap();
        assert_eq!((&*answer.body, answer.last), (&b"hello"[..], true));
        assert_eq!(reads("HTTP/1.1 204 No Content\r\n\r\n").await.unwrap().status, 204);
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_off_is_a_fault() {
        for cut in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
            "HTTP/1.1 200",
            "",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n",
        ] {
            assert!(reads(cut).await.is_err(), "{cut:?}");
        }
    }
}
