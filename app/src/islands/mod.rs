//! The one island, and all that is ever compiled for the browser.
//!
//! A page is complete without it. It finds the controls it can improve by their `data-` attributes and attaches to them: no
//! view is compiled twice, so the download stays small. It knows no secret, holds no token code, and nothing of what the admin
//! panel shows or does: a page there may be kept up to date or have an id copied, as any other page might.

mod copy;
mod countdown;
mod dom;
mod live;
mod once;
mod page;
mod reveal;
mod server;
mod strength;
mod ticks;
mod watch;

pub use countdown::minutes;

use leptos::prelude::*;

/// Good manners of a page. Placed once on every page that has anything to improve. Without properties: reading any would bring a
/// JSON parser into the download.
#[island]
pub fn Manners() -> impl IntoView {
    // Effects run in the browser only.
    Effect::new(|_| {
        let page = page::Page::read();
        once::begin();
        reveal::begin();
        copy::begin();
        strength::begin();
        ticks::begin();
        countdown::begin(&page);
        watch::begin(&page);
        live::begin(&page);
    });
}
