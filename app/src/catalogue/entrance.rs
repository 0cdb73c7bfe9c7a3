//! The pages before the door: signing in, registering, confirming an address, the first administrator. Names in braces are
//! places for something that is not words; see `components::woven`.

/// `/login`.
pub const SIGN_IN: &str = "Sign in";
/// Below the title of `/login`.
pub const SIGN_IN_LEAD: &str = "Welcome back. Your key, please.";
/// Choice of a lifetime.
pub const STAY: &str = "Keep me signed in";
/// For who has no account; [`REGISTER`] follows as a link.
pub const NEW_HERE: &str = "New here?";
/// After a refused sign-in, whatever the reason was; [`LETTER_AGAIN`] follows as a button.
pub const NOT_CONFIRMED: &str = "Registered, but not confirmed yet?";
/// Another letter, for who has not confirmed the address.
pub const LETTER_AGAIN: &str = "Send the letter again";

/// `/register`, and the link to it.
pub const REGISTER: &str = "Create an account";
/// Below the title of `/register`.
pub const REGISTER_LEAD: &str = "A name, an address and a long password. That is all.";
/// Why the address is asked for.
pub const EMAIL_HINT: &str = "We send a letter there to make sure it is yours.";
/// The button of `/register`.
pub const CREATE_ACCOUNT: &str = "Create account";
/// `/register`, where nobody may by themselves.
pub const CLOSED: &str = "Registration is closed";
/// What to do then.
pub const CLOSED_TEXT: &str =
    "Nobody can make an account here by themselves at the moment. If you have one, sign in as always.";
/// `/register`, where one has to be invited.
pub const INVITED_ONLY: &str = "By invitation";
/// What to do then.
pub const INVITED_ONLY_TEXT: &str =
    "Accounts here are made by invitation. If you were sent one, follow the link in that letter.";
/// Which addresses may register: a list of domains.
pub fn only_domains(domains: &[&str]) -> String {
    let domains: Vec<String> = domains
        .iter()
        .map(|name| name.strip_prefix('.').map_or(format!("@{name}"), |name| format!("@*.{name}")))
        .collect();
    format!("Only addresses of these domains can register here: {}.", domains.join(", "))
}
/// For who has an account; [`SIGN_IN`] follows as a link.
pub const HAVE_ACCOUNT: &str = "Already have an account?";

/// `/verify` by the link in a letter.
pub const CONFIRM: &str = "Confirm your address";
/// Below that title.
pub const CONFIRM_LEAD: &str = "One click, and your account is ready.";
/// The button of both kinds of `/verify`.
pub const CONFIRM_IT: &str = "Confirm my address";
/// For who was sent a letter by somebody else's doing.
pub const NOT_YOU: &str = "You did not register here? Then close this page, and nothing happens.";
/// For who comes late; [`OTHER_WAYS`] follows as a link.
pub const LINK_OLD: &str = "Link too old?";
/// The way to the other kind of `/verify`.
pub const OTHER_WAYS: &str = "Type the code, or get another letter";
/// `/verify` without a link.
pub const CHECK_MAIL: &str = "Check your mail";
/// Below that title.
pub const CHECK_MAIL_LEAD: &str = "Open the link in our letter, or type the code from it.";
/// The field of the code.
pub const CODE: &str = "Code from the letter";
/// Unfolds the request for another letter.
pub const NO_LETTER: &str = "No letter?";
/// What to do before one asks for another.
pub const NO_LETTER_TEXT: &str = "Look in the spam folder first. If it is not there, we send another one.";
/// Asks for another.
pub const ANOTHER_LETTER: &str = "Send another letter";
/// For who has done it; [`SIGN_IN`] follows as a link.
pub const CONFIRMED: &str = "Already confirmed?";

/// `/setup`.
pub const SETUP: &str = "Set up Latchkey";
/// Below the title of `/setup`.
pub const SETUP_LEAD: &str = "Make the first administrator. This can be done once.";
/// The button of `/setup`.
pub const CREATE_ADMIN: &str = "Create administrator";
/// A link that was used, or never was one, as a title.
pub const SETUP_DEAD: &str = "This link does not work";
/// What to do then. `command` is typed in a terminal.
pub const SETUP_DEAD_TEXT: &str = "The link is printed in the terminal when Latchkey starts, anew at each start, until there is \
                                   an administrator. After that, use the command {command}.";
/// For who has done it; [`SIGN_IN`] follows as a link.
pub const SET_UP: &str = "Already set up?";
