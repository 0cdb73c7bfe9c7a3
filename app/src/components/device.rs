//! Devices in words: what a browser says about itself, as a person would.

use crate::catalogue;
use identity::words::Client;

/// "Firefox on Linux". A hint for the person, never a decision: anybody can send any `User-Agent`.
pub fn device_words(user_agent: &str) -> String {
    let Client { browser, system } = Client::of(user_agent);
    match (browser, system) {
        (Some(browser), Some(system)) => catalogue::browser_on(browser, system),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => catalogue::UNKNOWN_DEVICE.to_owned(),
    }
}

/// Whether it fits in a pocket.
pub fn is_handheld(user_agent: &str) -> bool {
    Client::of(user_agent).is_handheld()
}
