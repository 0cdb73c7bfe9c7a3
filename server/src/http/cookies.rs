//! Where cookies are read and written, and the only place.
//!
//! All are `__Host-` cookies: a subdomain we do not control cannot plant them. `__Host-Http-` says besides that no script has
//! written them; browsers that do not know it still apply the rules of `__Host-`. `SameSite=Lax` and not `Strict`, because a
//! link in a letter must arrive signed in; what Lax leaves open is closed by the origin check and by no GET changing anything.

use identity::{accounts::KNOWN_FOR, tokens::TokenPair, words::Secret};
use time::Duration;
use tower_cookies::{Cookie, Cookies, cookie::SameSite};

/// The cookies of one installation.
#[derive(Clone, Copy, Debug)]
pub struct Jar {
    /// Whether the site is reached by https or on this machine only. Without it the prefixes and the flag have to go.
    pub secure: bool,
}

/// Life of the cookie a browser is known by, counted from each sign-in.
const DEVICE_LIFE: Duration = Duration::seconds(KNOWN_FOR.as_secs() as i64);

impl Jar {
    /// The name of the access token's cookie.
    pub const fn access(self) -> &'static str {
        if self.secure { "__Host-Http-access" } else { "access" }
    }

    /// The name of the refresh token's cookie.
    pub const fn refresh(self) -> &'static str {
        if self.secure { "__Host-Http-refresh" } else { "refresh" }
    }

    /// The name of the flash cookie.
    pub const fn flash(self) -> &'static str {
        if self.secure { "__Host-Http-flash" } else { "flash" }
    }

    /// The name of the cookie a browser is known by.
    pub const fn device(self) -> &'static str {
        if self.secure { "__Host-Http-device" } else { "device" }
    }

    /// The value of a cookie, if the browser sent it.
    pub fn read(self, cookies: &Cookies, name: &str) -> Option<String> {
        cookies.get(name).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
    }

    /// Hands over both tokens.
    pub fn give(self, cookies: &Cookies, pair: &TokenPair) {
        let keep = pair.keep_seconds.map(Duration::seconds);
        // The access cookie is kept as long as the refresh cookie: an expired one still tells which session it was.
        cookies.add(self.cookie(self.access(), pair.access.clone(), keep));
        cookies.add(self.cookie(self.refresh(), pair.refresh.clone(), keep));
    }

    /// Hands over the access token alone.
    pub fn lend(self, cookies: &Cookies, pair: &TokenPair) {
        let keep = pair.keep_seconds.map(Duration::seconds);
        cookies.add(self.cookie(self.access(), pair.access.clone(), keep));
    }

    /// Makes the browser known when it comes again. Nothing but age takes this away: it opens nothing.
    pub fn know(self, cookies: &Cookies, value: &Secret) {
        cookies.add(self.cookie(self.device(), value.expose().to_owned(), Some(DEVICE_LIFE)));
    }

    /// Takes both tokens away, whether or not the browser has shown any.
    pub fn clear(self, cookies: &Cookies) {
        for name in [self.access(), self.refresh()] {
            cookies.add(self.cookie(name, String::new(), Some(Duration::ZERO)));
        }
    }

    /// Leaves a sealed message for the next page, that long.
    pub fn leave(self, cookies: &Cookies, message: String, life: std::time::Duration) {
        cookies.add(self.cookie(self.flash(), message, Some(Duration::seconds(life.as_secs() as i64))));
    }

    /// Takes the message away: it has been shown.
    pub fn taken(self, cookies: &Cookies) {
        cookies.add(self.cookie(self.flash(), String::new(), Some(Duration::ZERO)));
    }

    fn cookie(self, name: &'static str, value: String, keep: Option<Duration>) -> Cookie<'static> {
        let cookie =
            Cookie::build((name, value)).path("/").http_only(true).secure(self.secure).same_site(SameSite::Lax);
        match keep {
            Some(keep) => cookie.max_age(keep).build(),
            None => cookie.build(),
        }
    }
}
