//! How long a session and its cookies live.

use crate::{
    time::Timestamp,
    words::{Permissions, Stay},
};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Whoever may open the admin panel signs in at least twice a day, whatever they chose (NIST SP 800-63B-4 section 2.3.3 has 12 hours for the
/// highest level).
pub(crate) const ADMIN_CAP: Duration = Duration::from_secs(12 * 3600);

/// Browsers forget cookies after 400 days (RFC 6265bis section 5.5); each refresh asks for them anew.
const COOKIE_CAP: Duration = Duration::from_secs(400 * 24 * 3600);

/// When a session begun now ends by itself; `None` is "until I sign out". Fixed at sign-in: no rotation moves it
/// (RFC 9700 section 4.14.2).
pub(crate) fn end_of(stay: Stay, permissions: &Permissions, now: Timestamp) -> Option<Timestamp> {
    let length = match stay {
        Stay::Visit => Some(12 * HOUR),
        Stay::Day => Some(DAY),
        Stay::Month => Some(30 * DAY),
        Stay::Forever => None,
    };
    let length = match permissions.open_panel() {
        false => length,
        true => Some(length.map_or(ADMIN_CAP, |length| length.min(ADMIN_CAP))),
    };
    length.map(|length| now.plus(length))
}

/// The `Max-Age` of the cookies in seconds; `None` is a cookie that the browser drops when it closes.
pub(crate) fn keep_seconds(stay: Stay, expires_at: Option<Timestamp>, now: Timestamp) -> Option<i64> {
    let cap = COOKIE_CAP.as_secs() as i64;
    match (stay, expires_at) {
        (Stay::Visit, _) => None,
        (_, Some(end)) => Some((end.seconds() - now.seconds()).clamp(0, cap)),
        (_, None) => Some(cap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Role;

    const NOW: Timestamp = Timestamp(1_000_000_000_000);

    #[test]
    fn who_may_open_the_panel_is_capped_whatever_was_chosen() {
        let (all, one) = (Permissions::of(Role::Admin, None), Permissions::collect(["audit:read"]));
        let none = Permissions::collect(["invoices:write"]);
        for stay in Stay::ALL {
            for permissions in [&all, &one] {
                let end = end_of(*stay, permissions, NOW).unwrap();
                assert!(end <= NOW.plus(ADMIN_CAP), "{stay}");
            }
        }
        assert_eq!(end_of(Stay::Forever, &none, NOW), None);
        assert_eq!(end_of(Stay::Month, &none, NOW), Some(NOW.plus(30 * DAY)));
    }

    #[test]
    fn a_visit_leaves_with_the_browser_and_forever_is_renewed_by_use() {
        assert_eq!(keep_seconds(Stay::Visit, Some(NOW.plus(HOUR)), NOW), None);
        assert_eq!(keep_seconds(Stay::Day, Some(NOW.plus(HOUR)), NOW), Some(3600));
        assert_eq!(keep_seconds(Stay::Forever, None, NOW), Some(400 * 24 * 3600));
    }
}
