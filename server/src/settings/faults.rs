//! What is wrong with a setting that may also be changed at run time, as the end of a sentence: the rules' parsers answer one word.

use crate::words::settings::fault as words;
use identity::{policy::Knob, words::Fault};

/// The complaint about a value.
pub fn of(knob: Knob, fault: Fault) -> &'static str {
    match (knob, fault) {
        (Knob::SignUp, _) => words::NO_SIGN_UP,
        (Knob::SignUpDomains, Fault::Same) => words::DOMAIN_TWICE,
        (Knob::SignUpDomains, Fault::TooLong) => words::TOO_LONG,
        (Knob::SignUpDomains, _) => words::NO_DOMAIN,
        (Knob::Stays, Fault::Same) => words::STAY_TWICE,
        (Knob::Stays, Fault::Missing) => words::NO_STAYS,
        (Knob::Stays, _) => words::NO_STAY,
        (
            Knob::RetentionSignIns | Knob::RetentionAccounts | Knob::RetentionAdministration | Knob::RetentionAlarms,
            Fault::Malformed,
        ) => words::NO_TIME_NOR_FOREVER,
        (
            Knob::RetentionSignIns | Knob::RetentionAccounts | Knob::RetentionAdministration | Knob::RetentionAlarms,
            _,
        ) => words::NOT_KEPT,
        (_, Fault::Malformed) => words::NO_WHOLE_NUMBER,
        (Knob::MinPassword, _) => words::NOT_MIN_PASSWORD,
        (Knob::SignInAttempts, _) => words::NOT_SIGN_IN_ATTEMPTS,
        (Knob::SignInsPerMinute, _) => words::NOT_SIGN_INS_PER_MINUTE,
    }
}
