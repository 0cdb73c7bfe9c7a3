//! What an installation asks of people and grants them, as far as it may be changed while everything runs.
//!
//! A value is taken from the first of these that has one: what the operator has given by flag, variable or file, what was decided at
//! run time (table `settings`), the default. So nobody in the admin panel overrules whoever runs the machine. One set of parsers
//! serves all of them. Must never be asked for in two pieces within one request: take [`Latchkey::policy`](crate::Latchkey::policy)
//! once.

mod domain;
mod held;
mod shown;
mod values;

pub use domain::Domain;
pub(crate) use held::{Held, Row, STATEMENTS, rows, rows_within};
pub use shown::{Origin, Shown};

use crate::{
    audit::{Class, Retention},
    words::{EmailAddress, Fault, MIN_PASSWORD_CHARS, Stay},
};
use std::num::NonZeroU32;

crate::spelled! {
    /// A setting that may be changed at run time, by its name in the settings file.
    Knob {
        /// Who may register.
        SignUp = "sign_up",
        /// At which domains, where that is asked.
        SignUpDomains = "sign_up_domains",
        /// Lifetimes offered at sign-in.
        Stays = "stays",
        /// Shortest password.
        MinPassword = "min_password",
        /// Wrong passwords before an account slows down.
        SignInAttempts = "sign_in_attempts",
        /// Sign-ins of one network address in a minute.
        SignInsPerMinute = "sign_ins_per_minute",
        /// For how long events are kept that tell of coming and going.
        RetentionSignIns = "retention_sign_ins",
        /// Of what people did to their accounts.
        RetentionAccounts = "retention_accounts",
        /// Of what administrators did.
        RetentionAdministration = "retention_administration",
        /// Of alarms.
        RetentionAlarms = "retention_alarms",
    }
}

impl Knob {
    /// The class of events, if it says how long these are kept.
    pub const fn retention(self) -> Option<Class> {
        match self {
            Self::RetentionSignIns => Some(Class::SignIns),
            Self::RetentionAccounts => Some(Class::Accounts),
            Self::RetentionAdministration => Some(Class::Administration),
            Self::RetentionAlarms => Some(Class::Alarms),
            Self::SignUp
            | Self::SignUpDomains
            | Self::Stays
            | Self::MinPassword
            | Self::SignInAttempts
            | Self::SignInsPerMinute => None,
        }
    }
}

crate::spelled! {
    /// Who may register. Accounts made by administrators, and the first one, are never touched by it.
    SignUp {
        /// Everybody.
        Open = "open",
        /// Nobody.
        Closed = "closed",
        /// Nobody but those an administrator has invited, by their letter.
        Invite = "invite",
        /// Those with an address of a listed domain.
        Domains = "domains",
    }
}

/// What holds now. Cheap to hand round as an `Arc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Who may register.
    pub sign_up: SignUp,
    /// Where, when that is [`SignUp::Domains`]. An empty list admits nobody.
    pub sign_up_domains: Vec<Domain>,
    /// The lifetimes offered at sign-in, shortest first; never empty.
    pub stays: Vec<Stay>,
    /// Fewest characters of a new password, 8 to 64 (NIST SP 800-63B-4 section 3.1.1.2).
    pub min_password: usize,
    /// Attempts to sign in to one account within five minutes before each has to wait, 3 to 20 (ASVS 6.3.1).
    pub sign_in_attempts: u32,
    /// Sign-ins of one network address in a minute, 5 to 600.
    pub sign_ins_per_minute: NonZeroU32,
    /// For how long security events are kept.
    pub retention: Retention,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            sign_up: SignUp::Open,
            sign_up_domains: Vec::new(),
            stays: Stay::ALL.to_vec(),
            min_password: MIN_PASSWORD_CHARS,
            sign_in_attempts: 5,
            sign_ins_per_minute: NonZeroU32::MIN.saturating_add(9),
            retention: Retention::default(),
        }
    }
}

impl Policy {
    /// Sets one of them from text, as it stands in the settings file.
    ///
    /// # Errors
    /// What is wrong with the text; nothing is changed then. `Malformed`: not of the form, or a word that is none. `Same`: something
    /// twice. `Missing`: nothing where something must be. `NotAllowed`: out of bounds.
    pub fn set(&mut self, knob: Knob, text: &str) -> Result<(), Fault> {
        let text = text.trim();
        match knob {
            Knob::SignUp => self.sign_up = SignUp::from_word(text).ok_or(Fault::Malformed)?,
            Knob::SignUpDomains => self.sign_up_domains = values::domains(text)?,
            Knob::Stays => self.stays = values::stays(text)?,
            Knob::MinPassword => self.min_password = values::number(text, 8, 64)?,
            Knob::SignInAttempts => self.sign_in_attempts = values::number(text, 3, 20)?,
            Knob::SignInsPerMinute => {
                let number = values::number(text, 5, 600)?;
                self.sign_ins_per_minute = NonZeroU32::new(number).ok_or(Fault::NotAllowed)?;
            }
            Knob::RetentionSignIns => self.retention.sign_ins = values::kept(text)?,
            Knob::RetentionAccounts => self.retention.accounts = values::kept(text)?,
            Knob::RetentionAdministration => self.retention.administration = values::kept(text)?,
            Knob::RetentionAlarms => self.retention.alarms = values::kept(text)?,
        }
        Ok(())
    }

    /// The same for what is decided at run time, where less is allowed: events are kept for a while whatever anybody decides there.
    ///
    /// # Errors
    /// As [`Policy::set`].
    pub fn decide(&mut self, knob: Knob, text: &str) -> Result<(), Fault> {
        let mut decided = self.clone();
        decided.set(knob, text)?;
        if let Some(class) = knob.retention()
            && decided.retention.of(class).is_some_and(|kept| kept < Retention::least(class))
        {
            return Err(Fault::NotAllowed);
        }
        *self = decided;
        Ok(())
    }

    /// One of them as text that [`Self::set`] understands.
    pub fn text(&self, knob: Knob) -> String {
        match knob {
            Knob::SignUp => self.sign_up.as_str().to_owned(),
            Knob::SignUpDomains => values::joined(self.sign_up_domains.iter().map(Domain::as_str)),
            Knob::Stays => values::joined(self.stays.iter().map(|stay| stay.as_str())),
            Knob::MinPassword => self.min_password.to_string(),
            Knob::SignInAttempts => self.sign_in_attempts.to_string(),
            Knob::SignInsPerMinute => self.sign_ins_per_minute.to_string(),
            Knob::RetentionSignIns => values::time(self.retention.sign_ins),
            Knob::RetentionAccounts => values::time(self.retention.accounts),
            Knob::RetentionAdministration => values::time(self.retention.administration),
            Knob::RetentionAlarms => values::time(self.retention.alarms),
        }
    }

    /// Whether there is anybody who may register by themselves.
    pub fn takes_strangers(&self) -> bool {
        match self.sign_up {
            SignUp::Open => true,
            SignUp::Closed | SignUp::Invite => false,
            SignUp::Domains => !self.sign_up_domains.is_empty(),
        }
    }

    /// Whether the domain of this address is one that may register, as long as anybody may.
    pub fn takes_address(&self, address: &EmailAddress) -> bool {
        self.sign_up != SignUp::Domains || self.sign_up_domains.iter().any(|domain| domain.has(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut policy = Policy::default();
        for (knob, text, kept) in [
            (Knob::SignUp, " invite ", "invite"),
            (Knob::SignUpDomains, "Example.ORG, .bücher.example", "example.org,.xn--bcher-kva.example"),
            (Knob::SignUpDomains, "", ""),
            (Knob::Stays, "month,visit", "visit,month"),
            (Knob::MinPassword, "8", "8"),
            (Knob::SignInAttempts, "20", "20"),
            (Knob::SignInsPerMinute, "600", "600"),
            (Knob::RetentionSignIns, "720h", "30d"),
            (Knob::RetentionAccounts, "25h", "25h"),
            (Knob::RetentionAlarms, "forever", "forever"),
        ] {
            policy.set(knob, text).unwrap_or_else(|fault| panic!("{knob} {text:?}: {fault}"));
            assert_eq!(policy.text(knob), kept, "{knob}");
            policy.set(knob, kept).unwrap();
            assert_eq!(policy.text(knob), kept, "{knob}");
        }
    }

    #[test]
    fn bad_values_change_nothing() {
        let mut policy = Policy::default();
        for (knob, text, fault) in [
            (Knob::SignUp, "maybe", Fault::Malformed),
            (Knob::SignUp, "", Fault::Malformed),
            (Knob::SignUpDomains, "example.org,example.org", Fault::Same),
            (Knob::SignUpDomains, "a@example.org", Fault::Malformed),
            (Knob::SignUpDomains, "*.example.org", Fault::Malformed),
            (Knob::SignUpDomains, "..example.org", Fault::Malformed),
            (Knob::SignUpDomains, "192.0.2.1", Fault::Malformed),
            (Knob::SignUpDomains, "example.org\u{0}", Fault::Malformed),
            (Knob::Stays, "", Fault::Missing),
            (Knob::Stays, "week", Fault::Malformed),
            (Knob::Stays, "day,day", Fault::Same),
            (Knob::MinPassword, "7", Fault::NotAllowed),
            (Knob::MinPassword, "65", Fault::NotAllowed),
            (Knob::MinPassword, "fifteen", Fault::Malformed),
            (Knob::SignInAttempts, "2", Fault::NotAllowed),
            (Knob::SignInAttempts, "21", Fault::NotAllowed),
            (Knob::SignInAttempts, "-3", Fault::Malformed),
            (Knob::SignInsPerMinute, "4", Fault::NotAllowed),
            (Knob::SignInsPerMinute, "99999999999999999999", Fault::Malformed),
            (Knob::RetentionSignIns, "23h", Fault::NotAllowed),
            (Knob::RetentionSignIns, "99999999999999d", Fault::NotAllowed),
            (Knob::RetentionSignIns, "99999999999999999999d", Fault::Malformed),
            (Knob::RetentionAlarms, "400", Fault::Malformed),
            (Knob::RetentionAlarms, "d", Fault::Malformed),
            (Knob::RetentionAlarms, "", Fault::Malformed),
        ] {
            assert_eq!(policy.set(knob, text), Err(fault), "{knob} {text:?}");
        }
        assert_eq!(policy, Policy::default());
        assert_eq!(policy.set(Knob::SignUpDomains, &"a.example,".repeat(300)), Err(Fault::TooLong));
    }

    #[test]
    fn what_is_decided_at_run_time_keeps_events_for_a_while() {
        let mut policy = Policy::default();
        for (knob, least, less) in [
            (Knob::RetentionSignIns, "30d", "29d"),
            (Knob::RetentionAccounts, "30d", "719h"),
            (Knob::RetentionAdministration, "365d", "364d"),
            (Knob::RetentionAlarms, "365d", "1d"),
        ] {
            let before = policy.clone();
            assert_eq!(policy.decide(knob, less), Err(Fault::NotAllowed), "{knob}");
            assert_eq!(policy, before, "{knob}");
            policy.decide(knob, least).unwrap();
            assert_eq!(policy.text(knob), least);
            policy.set(knob, less).unwrap();
        }
        assert_eq!(policy.decide(Knob::MinPassword, "7"), Err(Fault::NotAllowed));
    }

    #[test]
    fn a_listed_domain_is_itself_and_its_subdomains_only_with_a_dot() {
        let mut policy = Policy::default();
        let takes = |policy: &Policy, address: &str| policy.takes_address(&EmailAddress::parse(address).unwrap());
        assert!(takes(&policy, "a@anywhere.example"), "open");
        policy.set(Knob::SignUp, "domains").unwrap();
        assert!(!policy.takes_strangers() && !takes(&policy, "a@example.org"), "an empty list admits nobody");
        policy.set(Knob::SignUpDomains, "example.org,.example.net,bücher.example").unwrap();
        assert!(policy.takes_strangers());
        for good in
            ["a@example.org", "A@EXAMPLE.ORG", "a@x.example.net", "a@x.y.example.net", "a@xn--bcher-kva.example"]
        {
            assert!(takes(&policy, good), "{good}");
        }
        for bad in
            ["a@x.example.org", "a@example.net", "a@notexample.org", "a@xexample.net", "a@example.org.evil.example"]
        {
            assert!(!takes(&policy, bad), "{bad}");
        }
        assert!(takes(&policy, "a@BÜCHER.example"), "as people write it");
    }
}
