//! The way out: a mail server, or files in a directory.

use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, transport::smtp::Error as SmtpError};
use std::{
    io,
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::io::AsyncWriteExt;
use url::{Host, Url};

/// How long a mail server may take for one command.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(20);

/// How long one letter may take as a whole: finding the server, connecting, encryption, every command. A claim lasts longer.
pub(super) const LETTER_TIMEOUT: Duration = Duration::from_secs(90);

/// Where letters go.
pub enum Transport {
    /// To a mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Into a directory, one `.eml` file each.
    Files(PathBuf),
}

/// Why a letter could not be handed over.
#[derive(Debug)]
pub(super) struct Failure {
    /// For the operator. May repeat what the mail server said, and with it the recipient's address.
    pub why: String,
    /// What it is about.
    pub blame: Blame,
}

/// What a failure is about, which decides who else has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// This letter, and nothing will mend it: trying again would only annoy.
    LetterForGood,
    /// This letter, perhaps not tomorrow. The next one may well go.
    Letter,
    /// The mail server, or the way to it: the next one would fare the same.
    Server,
}

impl Failure {
    pub(super) fn new(blame: Blame, why: impl Into<String>) -> Self {
        Self { why: why.into(), blame }
    }
}

impl Transport {
    /// A mail server by URL: `smtps://user:password@host` speaks TLS from the first byte (port 465), `smtp://…` upgrades by
    /// STARTTLS (port 587) and sends nothing if it cannot. `?tls=required|opportunistic|none` overrides; for `smtp://` to this very
    /// machine the default is `none` (port 25).
    ///
    /// # Errors
    /// A sentence for the operator that never repeats the URL: it may contain a password.
    pub fn smtp(url: &str) -> Result<Self, String> {
        let example = "an example: smtps://user:password@mail.example.org";
        let mut url = Url::parse(url).map_err(|error| format!("not a URL ({error}); {example}"))?;
        let asked = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (port, tls) = match (url.scheme(), asked.as_deref()) {
            ("smtps", None) => (465, None),
            ("smtp", None) if is_this_machine(&url) => (25, None),
            ("smtp", None | Some("required")) => (587, Some("tls=required")),
            ("smtp", Some("opportunistic")) => (587, Some("tls=opportunistic")),
            ("smtp", Some("none")) => (25, None),
            ("smtp", Some(_)) => return Err("tls must be required, opportunistic or none".to_owned()),
            _ => {
                return Err(format!("the URL must begin with smtps:// or smtp://, without tls= for smtps; {example}"));
            }
        };
        // lettre takes a missing `tls` for "none" and knows other ports, so all is said before it reads the URL.
        url.set_query(tls);
        url.set_port(url.port().or(Some(port))).map_err(|()| format!("no host in the URL; {example}"))?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
            .map_err(|_| format!("host, user or password in the URL cannot be used; {example}"))?
            .timeout(Some(COMMAND_TIMEOUT));
        Ok(Self::Smtp(builder.build()))
    }

    /// A directory, made when the first letter arrives. For trying Latchkey out without a mail server.
    pub fn files(dir: impl Into<PathBuf>) -> Self {
        Self::Files(dir.into())
    }

    /// Hands one message over; `name` is what its file is called.
    pub(super) async fn send(&self, name: &str, message: Message) -> Result<(), Failure> {
        let sending = async {
            match self {
                Self::Smtp(server) => {
                    server.send(message).await.map(drop).map_err(|error| Failure::new(blame(&error), described(&error)))
                }
                Self::Files(dir) => write(dir, name, &message.formatted()).await.map_err(|error| {
                    Failure::new(Blame::Server, format!("cannot write to {}: {error}", dir.display()))
                }),
            }
        };
        let late = |_| Err(Failure::new(Blame::Server, "the mail server took too long"));
        tokio::time::timeout(LETTER_TIMEOUT, sending).await.unwrap_or_else(late)
    }
}

/// Readable by the owner alone, and complete or not there at all.
async fn write(dir: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).await?;
    let (unfinished, finished) = (dir.join(format!(".{name}.tmp")), dir.join(format!("{name}.eml")));
    let mut file =
        tokio::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished).await?;
    file.write_all(content).await?;
    file.sync_all().await?;
    tokio::fs::rename(unfinished, finished).await
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn blame(error: &SmtpError) -> Blame {
    match error.status() {
        Some(code) => blame_of(u16::from(code), &error.to_string()),
        // An address or text that this server has no extension for, such as SMTPUTF8 (RFC 6531).
        None if error.is_client() && error.to_string().contains("server does not support") => Blame::Letter,
        // It did not answer, or not in words of RFC 5321.
        None => Blame::Server,
    }
}

/// What a reply is about (RFC 5321 section 4.2.3, RFC 4954 section 6, RFC 3207 section 4).
fn blame_of(code: u16, reply: &str) -> Blame {
    // What an operator can mend (RFC 3463): 5.7 is policy, relaying denied; 5.1.7 and 5.1.8 are about the sender's address.
    let ours = reply.split_whitespace().any(|word| word.starts_with("5.7.") || matches!(word, "5.1.7" | "5.1.8"));
    match code {
        // The mailbox does not exist or takes no mail (556: RFC 7504).
        550 | 551 | 553 | 556 if !ours => Blame::LetterForGood,
        // Closing, no service, wants a password or encryption, or ours is wrong.
        421 | 432 | 454 | 502 | 503 | 521 | 530 | 534 | 535 | 538 => Blame::Server,
        _ => Blame::Letter,
    }
}

/// The error and what is behind it, on one line.
fn described(error: &SmtpError) -> String {
    let mut line = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !line.contains(&cause_text) {
            line = format!("{line}: {cause_text}");
        }
        source = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_urls_are_accepted() {
        for url in [
            "smtps://mail.example.org",
            "smtps://user%40example.org:p%40ss@mail.example.org:465",
            "smtp://mail.example.org",
            "smtp://mail.example.org:2525?tls=none",
            "smtp://mail.example.org?tls=opportunistic",
            "smtp://localhost",
            "smtp://127.0.0.1:1025",
        ] {
            assert!(matches!(Transport::smtp(url), Ok(Transport::Smtp(_))), "{url}");
        }
    }

    #[test]
    fn others_are_refused_without_repeating_them() {
        for url in [
            "",
            "mail.example.org",
            "http://user:hunter2@mail.example.org",
            "smtp://user:hunter2@mail.example.org?tls=maybe",
            "smtps://user:hunter2@mail.example.org?tls=none",
            "smtp://user:hunter2@:25",
            "smtps://user:hunter2%FF@mail.example.org",
            "smtps:///",
        ] {
            let why = Transport::smtp(url).err().unwrap_or_else(|| panic!("{url} was accepted"));
            assert!(!why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn a_reply_tells_whether_the_letter_or_the_server_is_to_blame() {
        for (code, reply, expected) in [
            (550, "permanent error (550): 5.1.1 no such person", Blame::LetterForGood),
            (550, "permanent error (550): no such person", Blame::LetterForGood),
            (550, "permanent error (550): 5.7.1 relaying denied", Blame::Letter),
            (550, "permanent error (550): 5.1.8 sender address rejected: domain not found", Blame::Letter),
            (553, "permanent error (553): 5.1.7 bad sender", Blame::Letter),
            (556, "permanent error (556): takes no mail", Blame::LetterForGood),
            (554, "permanent error (554): looks like spam", Blame::Letter),
            (451, "transient error (451): greylisted", Blame::Letter),
            (452, "transient error (452): mailbox full", Blame::Letter),
            (421, "transient error (421): closing", Blame::Server),
            (535, "permanent error (535): 5.7.8 wrong password", Blame::Server),
        ] {
            assert_eq!(blame_of(code, reply), expected, "{reply}");
        }
    }

    #[test]
    fn only_this_machine_is_trusted_without_encryption() {
        for (url, this) in [
            ("smtp://localhost:25", true),
            ("smtp://127.0.0.9", true),
            ("smtp://[::1]:25", true),
            ("smtp://localhost.example.org", false),
            ("smtp://10.0.0.1", false),
        ] {
            assert_eq!(is_this_machine(&Url::parse(url).unwrap()), this, "{url}");
        }
    }
}
