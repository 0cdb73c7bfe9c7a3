//! `/account/data`, the banner of an account that is about to be deleted, and `/keep-account`. Names in braces are places for
//! something that is not words; see `components::woven`.

/// What the page is for.
pub const LEAD: &str = "What we hold about you, a copy of it, and the way out.";

/// What is held.
pub const HELD: &str = "What is held, and why";
/// The kinds of it, each with its reason.
pub const KINDS: &[(&str, &str)] = &[
    ("Your profile", "Name, address, role and password (as a hash), because that is what an account is."),
    (
        "Sessions",
        "Where you are or were signed in: browser, network address, times. So that you can see and end them, and a copied one is found out.",
    ),
    ("Devices", "Which browsers you have used, as a hash of a cookie. So that you hear of a new one."),
    (
        "Letters",
        "What we wrote to you about, and when. The letter itself is deleted once it is sent, the line a month later.",
    ),
    ("Links we mailed", "What each was for, where it went and until when it is good. Never the link itself."),
    (
        "Security events",
        "What happened to your account, and who did it. So that you and the administrators can see it.",
    ),
];

/// The copy.
pub const COPY: &str = "A copy of your data";
/// What it is.
pub const COPY_TEXT: &str = "Everything listed above in one file, in JSON: readable for programs and, with patience, for people. \
                             Passwords and other secrets are not in it, and neither is anybody else.";
/// Downloads it.
pub const DOWNLOAD: &str = "Download everything";

/// The way out.
pub const LEAVING: &str = "Delete your account";
/// Unfolds the way out.
pub const DELETE: &str = "Delete my account";
/// What follows from that.
pub const DELETE_TEXT: &str = "All your other sessions end at once. For seven days you can still sign in and change your mind. Then \
                               everything listed above is deleted, and nobody can bring it back. What happened stays in the list of \
                               security events, without anything that leads to you.";
/// Really asks for it.
pub const REALLY_DELETE: &str = "Yes, delete it in seven days";

/// That it will happen. `when` is a moment.
pub const WILL_BE_DELETED: &str = "This account will be deleted {when}.";
/// Changes one's mind.
pub const KEEP: &str = "Keep it";

/// `/keep-account`.
pub const KEEP_ACCOUNT: &str = "Keep your account";
/// Below that title.
pub const KEEP_ACCOUNT_LEAD: &str = "It was to be deleted. One click, and it stays as it is.";
/// The button there.
pub const KEEP_MINE: &str = "Keep my account";
/// For who came here by accident.
pub const OR_NOT: &str = "You want it deleted? Then close this page, and it will be.";
/// `/keep-account` with a link that does not work.
pub const TOO_LATE: &str = "This link does not work";
/// Why, perhaps; [`SIGN_IN`] follows as a link.
pub const TOO_LATE_TEXT: &str =
    "It was used already, or its time is over. If your account is still there, you can sign in and keep it.";
/// That link.
pub const SIGN_IN: &str = "Sign in";
