//! `/dev/mailbox`: the letters that would have been sent, for trying Latchkey out without a mail server.
//!
//! Letters carry tokens, so this exists only when no mail server is set and we listen on loopback, and answers only a browser on
//! this very machine, that named this very machine (a page elsewhere can make its own name point here), and without a proxy in
//! between. To everybody else it is not there. Files are opened by what a listing found, never by a path from a URL.

use super::{
    address::is_forwarded,
    plain::{Escaped, document, page},
};
use crate::{settings::Settings, words::browser as words};
use axum::{
    Router,
    extract::{ConnectInfo, Path, Request, State},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use mail_parser::{Message, MessageParser};
use std::{
    net::SocketAddr,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
    time::SystemTime,
};
use url::Url;

/// How many letters the list shows.
const SHOWN: usize = 100;
/// Larger files are not ours.
const LARGEST: u64 = 1024 * 1024;

/// Where letters are, and which links in them may be followed.
struct Mailbox {
    directory: PathBuf,
    origin: String,
}

/// The mailbox's routes; `None` where there must be no mailbox.
pub fn routes(settings: &Settings) -> Option<Router> {
    if !is_open(settings) {
        return None;
    }
    let mailbox = Mailbox { directory: directory(settings), origin: origin(&settings.rules.public_url) };
    let routes = Router::new()
        .route("/dev/mailbox", get(list))
        .route("/dev/mailbox/{letter}", get(letter))
        .layer(from_fn(only_here))
        .with_state(Arc::new(mailbox));
    Some(routes)
}

/// Whether there is a mailbox to look into.
pub fn is_open(settings: &Settings) -> bool {
    settings.smtp_url.is_none() && settings.listen.ip().is_loopback()
}

/// Where letters are written when no mail server is set.
pub fn directory(settings: &Settings) -> PathBuf {
    settings.data_dir.join("mail")
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

async fn only_here(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if peer.is_some_and(|ip| ip.is_loopback())
        && !is_forwarded(headers)
        && !headers.contains_key(header::VIA)
        && host.is_some_and(names_this_machine)
    {
        next.run(request).await
    } else {
        absent()
    }
}

fn names_this_machine(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

fn absent() -> Response {
    page(StatusCode::NOT_FOUND, words::NOT_FOUND, words::NOT_FOUND_TEXT)
}

async fn list(State(mailbox): State<Arc<Mailbox>>) -> Response {
    on_disk(move || {
        let rows: String = mailbox.letters().into_iter().take(SHOWN).filter_map(|path| row(&path)).collect();
        let rows = if rows.is_empty() {
            format!("<p class=\"empty\">{}</p>", Escaped(words::MAILBOX_EMPTY))
        } else {
            format!("<ul class=\"list\">{rows}</ul>")
        };
        let (title, note) = (Escaped(words::MAILBOX), Escaped(words::MAILBOX_NOTE));
        let main =
            format!("<main class=\"message\"><h1>{title}</h1><p>{note}</p><div class=\"card\">{rows}</div></main>");
        document(words::MAILBOX, &main).into_response()
    })
    .await
}

async fn letter(State(mailbox): State<Arc<Mailbox>>, Path(wanted): Path<String>) -> Response {
    on_disk(move || mailbox.show(&wanted).unwrap_or_else(absent)).await
}

/// Reading files blocks, and a page must not.
async fn on_disk(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| absent())
}

impl Mailbox {
    /// The letters' files, newest first.
    fn letters(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let mut letters: Vec<(SystemTime, PathBuf)> = files
            .filter_map(|file| {
                let about = file.metadata().ok()?;
                let path = file.path();
                let ours = about.is_file() && about.len() <= LARGEST && path.extension()? == "eml";
                ours.then(|| (about.modified().unwrap_or(SystemTime::UNIX_EPOCH), path))
            })
            .collect();
        letters.sort_by(|a, b| b.cmp(a));
        letters.into_iter().map(|(_, path)| path).collect()
    }

    /// One letter as a page, or with `.eml` at the end as it is on disk.
    fn show(&self, wanted: &str) -> Option<Response> {
        let raw = wanted.strip_suffix(".eml");
        let path = self.letters().into_iter().find(|path| name(path) == Some(raw.unwrap_or(wanted)))?;
        let bytes = std::fs::read(&path).ok()?;
        if raw.is_some() {
            return Some(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], bytes).into_response());
        }
        let message = MessageParser::default().parse(&bytes)?;
        let text = message.body_text(0).unwrap_or_default();
        let main = format!(
            "<main class=\"message\"><p><a href=\"/dev/mailbox\">{}</a></p><h1>{}</h1><p>{}</p>\
             <div class=\"prose\"><pre>{}</pre></div><p><a href=\"/dev/mailbox/{}.eml\">{}</a></p></main>",
            Escaped(words::MAILBOX),
            Escaped(subject(&message)),
            Escaped(&words::letter_to(&recipient(&message))),
            linked(&text, &self.origin),
            Escaped(wanted),
            Escaped(words::LETTER_SOURCE)
        );
        Some(document(subject(&message), &main).into_response())
    }
}

fn name(path: &FilePath) -> Option<&str> {
    path.file_stem()?.to_str()
}

fn row(path: &FilePath) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let message = MessageParser::default().parse(&bytes)?;
    let date = message.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default();
    Some(format!(
        "<li class=\"list__item\"><div class=\"list__text\"><a class=\"list__title\" href=\"/dev/mailbox/{}\">{}</a>\
         <span class=\"list__note\">{}, <time datetime=\"{date}\">{date}</time></span></div></li>",
        Escaped(name(path)?),
        Escaped(subject(&message)),
        Escaped(&recipient(&message)),
        date = Escaped(&date),
    ))
}

fn subject<'a>(message: &'a Message<'_>) -> &'a str {
    message.subject().unwrap_or(words::NO_SUBJECT)
}

fn recipient(message: &Message<'_>) -> String {
    let first = message.to().and_then(|to| to.first()).and_then(|to| to.address());
    first.unwrap_or(words::NO_RECIPIENT).to_owned()
}

/// Text with our own links made clickable, and everything else left as text.
fn linked(text: &str, origin: &str) -> String {
    let start = format!("{origin}/");
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let link = word.trim_end();
            if link.starts_with(&start) {
                let space = &word[link.len()..];
                format!("<a href=\"{0}\">{0}</a>{space}", Escaped(link))
            } else {
                Escaped(word).to_string()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(directory: &FilePath) -> Mailbox {
        Mailbox { directory: directory.to_owned(), origin: "http://localhost:3000".to_owned() }
    }

    async fn body(response: Response) -> String {
        let body = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn only_our_own_links_are_clickable() {
        let html =
            linked("see http://localhost:3000/verify?token=a&b\nor http://evil.example/ <b>", "http://localhost:3000");
        assert_eq!(
            html,
            "see <a href=\"http://localhost:3000/verify?token=a&amp;b\">http://localhost:3000/verify?token=a&amp;b</a>\n\
             or http://evil.example/ &lt;b&gt;"
        );
        assert!(!linked("http://localhost:3000.evil.example/", "http://localhost:3000").contains("<a"));
    }

    #[tokio::test]
    async fn a_letter_is_shown_by_the_name_of_its_file_and_no_other_file_is() {
        let house = tempfile::tempdir().unwrap();
        let mail = house.path().join("mail");
        std::fs::create_dir(&mail).unwrap();
        std::fs::write(house.path().join("master.eml"), "Subject: secret\r\n\r\nsecret").unwrap();
        std::fs::write(mail.join("notes.txt"), "not a letter").unwrap();
        let letter =
            "To: Alice <alice@example.org>\r\nSubject: <i>Hi</i>\r\n\r\nopen http://localhost:3000/verify?token=x\r\n";
        std::fs::write(mail.join("0001.eml"), letter).unwrap();
        let mailbox = mailbox(&mail);
        assert_eq!(mailbox.letters().len(), 1);
        let shown = body(mailbox.show("0001").unwrap()).await;
        assert!(shown.contains("&lt;i&gt;Hi&lt;/i&gt;") && shown.contains("alice@example.org"), "{shown}");
        assert!(shown.contains("<a href=\"http://localhost:3000/verify?token=x\">"), "{shown}");
        assert_eq!(body(mailbox.show("0001.eml").unwrap()).await, letter);
        for path in ["../master", "../master.eml", "notes", "notes.txt", "", ".", "..", "/etc/passwd", "0001\0"] {
            assert!(mailbox.show(path).is_none(), "{path:?}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["localhost", "localhost:3000", "127.0.0.1:3000", "[::1]:3000", "[::1]", "auth.localhost:3000"] {
            assert!(names_this_machine(host), "{host}");
        }
        for host in
            ["evil.example", "evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example:3000", "", "[::2]"]
        {
            assert!(!names_this_machine(host), "{host}");
        }
    }
}
