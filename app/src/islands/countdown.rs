//! How long the access token still lives, ticking.
//!
//! Counts down from what the server said and never compares clocks: the reader's may be wrong. At the end it asks the server,
//! which renews the tokens with its answer.

use super::{
    dom::{each, number},
    page::{Page, clock},
};
use leptos::prelude::set_interval;
use leptos::web_sys::Element;
use std::{rc::Rc, time::Duration};

/// Seconds between two questions, as long as there is no answer.
const PATIENCE: f64 = 10.0;

pub(super) fn begin(page: &Rc<Page>) {
    each("[data-seconds]", |countdown| {
        let page = page.clone();
        page.end.set(clock() + number(&countdown, "data-seconds"));
        set_interval(move || tick(&countdown, &page), Duration::from_secs(1));
    });
}

fn tick(countdown: &Element, page: &Rc<Page>) {
    let left = (page.end.get() - clock()).ceil() as i32;
    if left <= 0 && clock() - page.asked.get() >= PATIENCE {
        page.ask();
    }
    let left = left.max(0) as u32;
    let part = |selector| countdown.query_selector(selector).ok().flatten();
    if let Some(shown) = part("[data-left]") {
        shown.set_text_content(Some(&minutes(left)));
    }
    if let Some(bar) = part("progress") {
        let _ = bar.set_attribute("value", &left.to_string());
    }
}

/// `9:05`. The page shows the same before the first tick.
pub fn minutes(seconds: u32) -> String {
    let mut text = (seconds / 60).to_string();
    text.push_str(if seconds % 60 < 10 { ":0" } else { ":" });
    text.push_str(&(seconds % 60).to_string());
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_length_is_read_as_minutes_and_seconds() {
        assert_eq!(super::minutes(605), "10:05");
        assert_eq!(super::minutes(59), "0:59");
    }
}
