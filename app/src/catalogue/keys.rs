//! `/admin/keys`.

use identity::{admin::KeyState, words::Fault};

/// The tab of the page.
pub const KEYS: &str = "Keys";
/// Below the title.
pub const LEAD: &str = "What access tokens are signed with. Other services check them with the public halves.";
/// Name of the list.
pub const LIST: &str = "Signing keys";
/// The button that makes a new key.
pub const ROTATE: &str = "Rotate now";
/// What it does.
pub const ROTATE_TEXT: &str = "A new key is made and published at once, and signs in ten minutes: by then every service that checks tokens can know it. \
     Nobody is signed out.";
/// Its button.
pub const REALLY_ROTATE: &str = "Make a new key";
/// The key id, for those who hear the button beside it.
pub const KID: &str = "key id";
/// Fact: when it was made.
pub const MADE: &str = "Made";
/// Fact: since or from when it signs.
pub const SIGNS: &str = "Signs from";
/// Fact: when another takes over or took over.
pub const UNTIL: &str = "Signs until";
/// Fact: how long it checks signatures.
pub const VERIFIES: &str = "Checks tokens until";
/// Fact: the planned end.
pub const PLANNED: &str = "Retirement planned";
/// Unfolds the public half.
pub const PUBLIC: &str = "Public half (JWK)";
/// In its place.
pub const SHARED: &str = "A shared secret: it has no public half and is not published.";
/// The plan.
pub const PLAN: &str = "Planned retirement";
/// What it is.
pub const PLAN_TEXT: &str = "At that moment the key that signs now stops to. The next one is made and published in time, ten minutes before at the latest.";
/// The field of the moment.
pub const PLAN_AT: &str = "Moment, in UTC";
/// Makes the plan.
pub const PLAN_IT: &str = "Plan it";
/// Takes it back.
pub const PLAN_CANCEL: &str = "Take the plan back";
/// The next key is there already.
pub const PLAN_TAKEN: &str = "The next key is published already, and takes over when it is due.";
/// The card of what hurts.
pub const LEAKED: &str = "A key has leaked";
/// Why it is there.
pub fn distrust(kid: &str) -> String {
    format!("Distrust {kid}")
}
/// What follows from it.
pub const DISTRUST_TEXT: &str = "Every access token it signed is refused at once, on every node and by every service that fetches the key set. People in a \
     browser notice nothing; programs get 401 and have to fetch a new token. If it is the key that signs, another one does from this \
     moment. This cannot be taken back.";
/// Really does it.
pub const REALLY_DISTRUST: &str = "Yes, it leaked: distrust it now";

/// How a key stands.
pub const fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Coming => "Signs soon",
        KeyState::Signing => "Signs now",
        KeyState::Retired => "Retired",
    }
}

/// What is wrong with a moment.
pub const fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::NotAllowed => "Choose a moment at least ten minutes and at most a year from now.",
        _ => "Enter a date and a time.",
    }
}
