//! `/admin/settings`.

use identity::{
    policy::{Knob, Origin, SignUp},
    words::Fault,
};

/// The tab of the page.
pub const SETTINGS: &str = "Settings";
/// Below the title.
pub const LEAD: &str = "What this installation asks of people, and where each value comes from.";
/// Those that may be changed here.
pub const CHANGEABLE: &str = "Decided here";
/// Which those are.
pub const CHANGEABLE_NOTE: &str = "A change counts on every node within a second, and is kept among the events.";
/// All others.
pub const REST: &str = "Decided by the operator";
/// Why they cannot be changed here.
pub const REST_NOTE: &str = "Given by flag, environment variable or settings file when Latchkey starts, and changed there. Secrets are never shown.";
/// Stands for a secret value.
pub const SET: &str = "Set, and not shown";
/// Stands for a list without anything in it.
pub const NOTHING: &str = "None";
/// Marks a setting that could be changed here, had the operator not given it.
pub const FIXED: &str = "Fixed by the operator";
/// Column: name and meaning.
pub const SETTING: &str = "Setting";
/// Column: the value.
pub const VALUE: &str = "Value";
/// Column: where the value comes from.
pub const ORIGIN: &str = "Comes from";
/// Changes a setting.
pub const SAVE: &str = "Save";
/// Takes a change back.
pub const RESET: &str = "Back to the default";
/// The default of a setting.
pub fn default(value: &str) -> String {
    format!("Default: {value}")
}
/// Changed on the command line.
pub const ON_THE_COMMAND_LINE: &str = "on the command line";
/// Changed by somebody whose account is gone.
pub const BY_SOMEBODY: &str = "by somebody who is gone";
/// Changed by whom.
pub fn by(address: &str) -> String {
    format!("by {address}")
}
/// In front of when it was changed.
pub const CHANGED: &str = "Changed";

/// What a setting is called.
pub const fn name(knob: Knob) -> &'static str {
    match knob {
        Knob::SignUp => "Who may register",
        Knob::SignUpDomains => "Domains that may register",
        Knob::Stays => "How long people may stay signed in",
        Knob::MinPassword => "Shortest password",
        Knob::SignInAttempts => "Attempts to sign in",
        Knob::SignInsPerMinute => "Sign-ins of one network address",
        Knob::RetentionSignIns => "How long sign-ins are remembered",
        Knob::RetentionAccounts => "How long changes of accounts are remembered",
        Knob::RetentionAdministration => "How long acts of administrators are remembered",
        Knob::RetentionAlarms => "How long alarms are remembered",
    }
}

/// What follows from it.
pub const fn meaning(knob: Knob) -> &'static str {
    match knob {
        Knob::SignUp => "Accounts that administrators make or invite are not touched by this.",
        Knob::SignUpDomains => {
            "Separated by commas. example.org is that domain alone, .example.org everything below it. Counts with “only some domains”."
        }
        Knob::Stays => "What is offered at sign-in. Who is signed in already stays as long as was chosen.",
        Knob::MinPassword => "Characters of a new password, 8 to 64. Passwords that exist already are not touched.",
        Knob::SignInAttempts => "For one account within five minutes, 3 to 20. After that each one has to wait longer.",
        Knob::SignInsPerMinute => "In a minute, 5 to 600. Raise it where many people share one address.",
        Knob::RetentionSignIns | Knob::RetentionAccounts => {
            "Such as 400d, at least 30d, or forever. Older events are removed within a day or two, and nobody can bring them back."
        }
        Knob::RetentionAdministration | Knob::RetentionAlarms => {
            "Such as 1100d, at least 365d, or forever. Older events are removed within a day or two, and nobody can bring them back."
        }
    }
}

/// One way to register.
pub const fn sign_up(mode: SignUp) -> &'static str {
    match mode {
        SignUp::Open => "Everybody",
        SignUp::Closed => "Nobody",
        SignUp::Invite => "Only who is invited",
        SignUp::Domains => "Only some domains",
    }
}

/// Where a value comes from.
pub const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Default => "Default",
        Origin::RunTime => "Decided here",
        Origin::File => "Settings file",
        Origin::Environment => "Environment",
        Origin::Flag => "Flag",
    }
}

/// What is wrong with a value.
pub const fn fault(knob: Knob, fault: Fault) -> &'static str {
    match (knob, fault) {
        (_, Fault::Fixed) => "The operator has given this setting. It can only be changed where it was given.",
        (Knob::SignUp | Knob::SignUpDomains, Fault::Missing) => {
            "List at least one domain first: otherwise it would admit nobody."
        }
        (Knob::SignUp, _) => "Choose one of these.",
        (Knob::SignUpDomains, Fault::Same) => "A domain is listed twice.",
        (Knob::SignUpDomains, Fault::TooLong) => "The list is too long.",
        (Knob::SignUpDomains, _) => "Write domains such as example.org, separated by commas.",
        (Knob::Stays, _) => "Choose at least one.",
        (
            Knob::RetentionSignIns | Knob::RetentionAccounts | Knob::RetentionAdministration | Knob::RetentionAlarms,
            Fault::Malformed,
        ) => "Enter a number of days such as 400d, or forever.",
        (Knob::RetentionSignIns | Knob::RetentionAccounts, _) => "Enter at least 30d, or forever.",
        (Knob::RetentionAdministration | Knob::RetentionAlarms, _) => "Enter at least 365d, or forever.",
        (_, Fault::Malformed) => "Enter a whole number.",
        (Knob::MinPassword, _) => "Enter a number from 8 to 64.",
        (Knob::SignInAttempts, _) => "Enter a number from 3 to 20.",
        (Knob::SignInsPerMinute, _) => "Enter a number from 5 to 600.",
    }
}
