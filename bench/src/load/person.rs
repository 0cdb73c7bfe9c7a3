//! What people ask for, as bytes: signing in, and what a session then does.

use super::{
    drive::{Caller, Same},
    process::get,
    wire::{Answer, Connection},
};
use crate::seed::{EMAIL, PASSWORD};
use anyhow::{Context, Result, ensure};
use std::net::SocketAddr;

/// What a program accepts.
const JSON: &str = "application/json";

/// What a browser accepts that goes to a page.
const HTML: &str = "text/html,application/xhtml+xml";

/// What the cookies are called where the public URL is this machine's own.
const ACCESS: &str = "__Host-Http-access";
const REFRESH: &str = "__Host-Http-refresh";
const DEVICE: &str = "__Host-Http-device";

/// Somebody signed in: the cookies.
#[derive(Clone)]
pub struct Person {
    at: SocketAddr,
    access: String,
    refresh: String,
    device: String,
}

/// Signing in from a browser that keeps no cookie, and is a new one each time. All are the same account: its sessions are many, and
/// nothing is looked up by more than its address.
pub fn sign_in(at: SocketAddr) -> Same {
    sign_in_from(at, "")
}

fn sign_in_from(at: SocketAddr, cookie: &str) -> Same {
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("email", EMAIL), ("password", PASSWORD), ("stay", "day"), ("next", "")])
        .finish();
    let text = format!(
        "POST /api/login HTTP/1.1\r\nhost: {at}\r\nuser-agent: bench\r\norigin: http://{at}\r\naccept: {JSON}\r\n\
         {cookie}content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    Same { to: at, request: text.into_bytes(), expect: 200 }
}

impl Person {
    /// Signs in.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn new(at: SocketAddr) -> Result<Self> {
        let answer = Connection::open(at).await?.ask(&sign_in(at).request, true).await?;
        ensure!(answer.status == 200, "signing in: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
        let mut person = Self { at, access: String::new(), refresh: String::new(), device: String::new() };
        person.keep(&answer)?;
        person.device = given(&answer, DEVICE)?;
        Ok(person)
    }

    /// Signs in again from the same browser, as people do.
    pub fn again(&self) -> Same {
        sign_in_from(self.at, &format!("cookie: {DEVICE}={}\r\n", self.device))
    }

    /// The check of a session: what every request of an application behind us would ask.
    pub fn check(&self) -> Same {
        get(self.at, "/api/me", JSON, Some(&format!("{ACCESS}={}; {REFRESH}={}", self.access, self.refresh)))
    }

    /// A page as a browser asks for it.
    pub fn page(&self, path: &str) -> Same {
        get(self.at, path, HTML, Some(&format!("{ACCESS}={}; {REFRESH}={}", self.access, self.refresh)))
    }

    /// Renews the session again and again, each time with what the answer before has given.
    pub fn renewing(self) -> Renewing {
        let mut renewing = Renewing { person: self, request: Vec::new() };
        renewing.write();
        renewing
    }

    fn keep(&mut self, answer: &Answer) -> Result<()> {
        self.access = given(answer, ACCESS)?;
        self.refresh = given(answer, REFRESH)?;
        Ok(())
    }
}

/// The value of a cookie that this answer sets.
fn given(answer: &Answer, name: &str) -> Result<String> {
    let mut values = answer.cookies.iter().filter_map(|cookie| cookie.strip_prefix(name)?.strip_prefix("="));
    let value = values.next().and_then(|value| value.split(';').next());
    value.map(str::to_owned).with_context(|| format!("no cookie {name} was given"))
}

/// See [`Person::renewing`].
pub struct Renewing {
    person: Person,
    request: Vec<u8>,
}

impl Renewing {
    /// The refresh token alone: as when the access token has run out.
    fn write(&mut self) {
        self.request =
            get(self.person.at, "/api/me", JSON, Some(&format!("{REFRESH}={}", self.person.refresh))).request;
    }
}

impl Caller for Renewing {
    fn to(&self) -> SocketAddr {
        self.person.at
    }

    fn request(&mut self) -> &[u8] {
        &self.request
    }

    fn whole(&self) -> bool {
        true
    }

    fn answered(&mut self, answer: Answer) -> Result<()> {
        ensure!(answer.status == 200, "renewing: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
        let before = self.person.refresh.clone();
        self.person.keep(&answer)?;
        ensure!(self.person.refresh != before, "the same token was given again");
        self.write();
        Ok(())
    }
}
