//! What the page in hand knows: whose session it shows, and when its access token runs out.
//!
//! Asks the server and believes it. The cookies do the talking; no token is seen here.

use super::{dom::each, server};
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use leptos::web_sys::js_sys::encode_uri_component;
use std::{cell::Cell, rc::Rc};

/// The page in hand. Moments are seconds of [`clock`].
pub(super) struct Page {
    session: Option<String>,
    /// When the access token runs out, where the page counts it down.
    pub(super) end: Cell<f64>,
    /// When the server was asked last.
    pub(super) asked: Cell<f64>,
}

impl Page {
    pub(super) fn read() -> Rc<Self> {
        let frame = document().query_selector("[data-session]").ok().flatten();
        let session = frame.and_then(|frame| frame.get_attribute("data-session"));
        Rc::new(Self { session, end: Cell::new(f64::INFINITY), asked: Cell::new(f64::NEG_INFINITY) })
    }

    /// Whether it belongs to somebody.
    pub(super) fn signed_in(&self) -> bool {
        self.session.is_some()
    }

    /// Asks `/api/me`, which renews the tokens where that is due. Leads to the login page when the session is over, and shows
    /// the page anew when somebody else has signed in meanwhile.
    pub(super) fn ask(self: &Rc<Self>) {
        let page = self.clone();
        page.asked.set(clock());
        spawn_local(async move {
            // Without an answer nothing is known, and nothing is to be done.
            let Ok((status, answer)) = server::ask("/api/me", None).await else { return };
            let field = |name: &str| server::field(&answer, name);
            match status {
                200 if field("session").as_string() != page.session => drop(window().location().reload()),
                200 => {
                    page.end.set(clock() + field("expires_in").as_f64().unwrap_or_default());
                    if field("renewed").is_truthy() {
                        each("[data-renewed]", |text| {
                            text.set_text_content(text.get_attribute("data-renewed").as_deref())
                        });
                    }
                }
                401 if field("error").as_string().as_deref() == Some("signed_out") => leave(field("ended").as_string()),
                _ => {}
            }
        });
    }
}

/// Goes to the login page, which tells why, and comes back here afterwards. Where the server knows no cause, the cookies have gone:
/// another tab of this browser has signed out.
fn leave(ended: Option<String>) {
    let location = window().location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let mut to = String::from("/login?next=");
    to.push_str(&String::from(encode_uri_component(&here)));
    to.push_str("&ended=");
    to.push_str(ended.as_deref().unwrap_or("signed_out"));
    let _ = location.set_href(&to);
}

/// Seconds since the page was opened, on a clock that nobody sets.
pub(super) fn clock() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now() / 1000.0)
}
