//! A page that keeps itself up to date: every so often it is asked for again, and what is marked `data-live` is taken from the answer.
//!
//! The server draws, as ever; here nothing is known about what is shown. Asks only while the page is looked at, never twice at once, and
//! ever more rarely while there is no answer. What somebody reads is not taken from under their eyes: while something is unfolded, selected or has
//! the keyboard's focus in there, it stays. Alarms alone are read out, when there are more of them, and also then.

use super::{
    copy,
    dom::number,
    page::{Page, clock},
};
use leptos::prelude::{document, set_interval, window};
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{
    Document, DomParser, Element, RequestInit, RequestRedirect, Response, SupportedType, VisibilityState,
};
use std::{cell::Cell, rc::Rc, time::Duration};
use wasm_bindgen_futures::JsFuture;

/// What is kept up to date.
const REGION: &str = "[data-live]";

/// How many alarms there are, as a number and in words.
const ALARMS: &str = "[data-alarms]";

/// Longest pause while there is no answer, in seconds.
const LONGEST: f64 = 300.0;

struct Live {
    page: Rc<Page>,
    /// Seconds between two questions when all is well.
    every: f64,
    /// Seconds until the next, which grow while there is no answer.
    pause: Cell<f64>,
    /// When the page was up to date, and when it was asked for last. Moments are seconds of [`clock`].
    fresh: Cell<f64>,
    asked: Cell<f64>,
    asking: Cell<bool>,
    over: Cell<bool>,
    /// How many alarms there were.
    alarms: Cell<f64>,
}

/// What came of a question.
enum Outcome {
    Fresh,
    /// There was an answer, and the reader is left alone with what there is.
    Kept,
    /// The session may be over, or the page no longer theirs.
    Refused(u16),
    Nothing,
}

pub(super) fn begin(page: &Rc<Page>) {
    let Some(region) = find(&document(), REGION) else { return };
    let every = number(&region, "data-live").max(1.0);
    let now = clock();
    let live = Rc::new(Live {
        page: page.clone(),
        every,
        pause: Cell::new(every),
        fresh: Cell::new(now),
        asked: Cell::new(now),
        asking: Cell::new(false),
        over: Cell::new(false),
        alarms: Cell::new(alarms(&region)),
    });
    set_interval(move || live.tick(), Duration::from_secs(1));
}

impl Live {
    fn tick(self: &Rc<Self>) {
        let now = clock();
        self.say((now - self.fresh.get()) as u32);
        let seen = document().visibility_state() == VisibilityState::Visible;
        if !seen || self.over.get() || self.asking.get() || now - self.asked.get() < self.pause.get() {
            return;
        }
        self.asking.set(true);
        self.asked.set(now);
        let live = self.clone();
        spawn_local(async move {
            let outcome = live.ask().await.unwrap_or(Outcome::Nothing);
            live.asking.set(false);
            match outcome {
                Outcome::Fresh => {
                    live.fresh.set(clock());
                    live.pause.set(live.every);
                }
                Outcome::Kept => live.pause.set(live.every),
                Outcome::Refused(403) => {
                    live.over.set(true);
                    let _ = window().location().reload();
                }
                Outcome::Refused(_) => {
                    // Leads away if the session is over.
                    live.page.ask();
                    live.wait();
                }
                Outcome::Nothing => live.wait(),
            }
        });
    }

    fn wait(&self) {
        self.pause.set((self.pause.get() * 2.0).min(LONGEST));
    }

    /// How old the page is.
    fn say(&self, seconds: u32) {
        let Some(place) = find(&document(), "[data-freshness]") else { return };
        let waits = f64::from(seconds) > 2.5 * self.every;
        let words = |name: &str| place.get_attribute(name).unwrap_or_default();
        let text = match seconds {
            _ if waits => words("data-waits"),
            0..=4 => words("data-fresh"),
            _ => words("data-aged").replace('#', &seconds.to_string()),
        };
        let _ = place.remove_attribute("hidden");
        let _ = if waits { place.set_attribute("data-waiting", "") } else { place.remove_attribute("data-waiting") };
        if let Some(said) = place.query_selector("[data-said]").ok().flatten() {
            said.set_text_content(Some(&text));
        }
    }

    /// Asks for the page in hand, and takes from the answer what is kept up to date.
    async fn ask(&self) -> Result<Outcome, JsValue> {
        let request = RequestInit::new();
        // A redirect leads to the login page, and what that says is not for here.
        request.set_redirect(RequestRedirect::Manual);
        let here = window().location().href()?;
        let answer = JsFuture::from(window().fetch_with_str_and_init(&here, &request)).await?;
        let answer: Response = answer.dyn_into()?;
        match answer.status() {
            200 => {}
            status @ (0 | 401 | 403) => return Ok(Outcome::Refused(status)),
            _ => return Ok(Outcome::Nothing),
        }
        let text = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
        let news = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
        let (Some(old), Some(new)) = (find(&document(), REGION), find(&news, REGION)) else {
            return Ok(Outcome::Nothing);
        };
        self.tell(&new);
        if is_read(&old) {
            return Ok(Outcome::Kept);
        }
        old.replace_with_with_node_1(&new)?;
        copy::begin();
        Ok(Outcome::Fresh)
    }

    /// Has read out how many alarms there are, if there are more than before. What is said stands outside of what is exchanged.
    fn tell(&self, news: &Element) {
        let (before, now) = (self.alarms.replace(alarms(news)), alarms(news));
        let Some(place) = find(&document(), "[data-tells]") else { return };
        let told = news.query_selector(ALARMS).ok().flatten().and_then(|it| it.text_content());
        if now > before {
            place.set_text_content(told.as_deref());
        } else if now < before {
            // The same words later are news again.
            place.set_text_content(None);
        }
    }
}

/// Whether somebody is busy in there. A click leaves the focus behind, the keyboard shows it.
fn is_read(region: &Element) -> bool {
    let open = region.query_selector("details[open]").ok().flatten().is_some();
    let selected = window().get_selection().ok().flatten().is_some_and(|selection| {
        !selection.is_collapsed()
            && selection.contains_node_with_allow_partial_containment(region, true).unwrap_or(false)
    });
    open || selected || region.query_selector(":focus-visible").ok().flatten().is_some()
}

/// How many alarms a page counts; none where its reader is not told of any.
fn alarms(region: &Element) -> f64 {
    region.query_selector(ALARMS).ok().flatten().map_or(0.0, |told| number(&told, "data-alarms"))
}

fn find(document: &Document, selector: &str) -> Option<Element> {
    document.query_selector(selector).ok().flatten()
}
