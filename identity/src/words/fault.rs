//! What can be wrong with a typed value, as data: field and fault, never the value itself.

use serde::{Deserialize, Serialize};

crate::spelled! {
    /// The form field a fault belongs to, by its name in the form.
    Field {
        /// A person's display name.
        Name = "name",
        /// An e-mail address.
        Email = "email",
        /// A new or current password.
        Password = "password",
        /// The password in force, where a new one is set beside it.
        Current = "current",
        /// A mailed token or typed code.
        Token = "token",
        /// The lifetime chosen at sign-in.
        Stay = "stay",
        /// A role.
        Role = "role",
        /// Permissions besides those that can be ticked.
        Others = "others",
        /// Why an administrator does something, in their own words.
        Reason = "reason",
        /// The id of a session or account.
        Id = "id",
        /// The value of a setting.
        Value = "value",
        /// Anything else in the request.
        Form = "form",
    }
}

crate::spelled! {
    /// What is wrong with the field.
    Fault {
        /// Nothing was given.
        Missing = "missing",
        /// Fewer characters than allowed.
        TooShort = "too_short",
        /// More characters than allowed.
        TooLong = "too_long",
        /// Not of the expected form.
        Malformed = "malformed",
        /// Control or formatting characters that have no business there.
        Unprintable = "unprintable",
        /// On the list of common passwords (ASVS 6.2.4).
        Common = "common",
        /// Built from the person's own name or address, or the service's (ASVS 6.2.11).
        Personal = "personal",
        /// Known from a data leak (ASVS 6.2.12).
        Breached = "breached",
        /// Does not match what is stored.
        Wrong = "wrong",
        /// A new value that is the one in force.
        Same = "same",
        /// Used, replaced or too old.
        Spent = "spent",
        /// Not offered by the operator.
        NotAllowed = "not_allowed",
        /// Somebody else's already. Told only to who may know.
        Taken = "taken",
        /// Of an address: not of a domain that may register.
        Domain = "domain",
        /// Given by the operator, and not to be changed at run time.
        Fixed = "fixed",
    }
}

/// One fault of one field. A request may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Where.
    pub field: Field,
    /// What.
    pub fault: Fault,
}

impl FieldError {
    /// Shorthand for the struct literal.
    pub const fn new(field: Field, fault: Fault) -> Self {
        Self { field, fault }
    }
}
