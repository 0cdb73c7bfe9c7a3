//! Stories: what people, programs and attackers meet, told through the real router. One binary, so that it is linked once.
//!
//! Every answer that any story receives is also held against the laws in `support/answer.rs`: security headers, cookie attributes,
//! empty redirects, no word from within.

mod access;
mod account;
mod accounts_made;
mod acting;
mod audit;
mod bad_input;
mod bearer;
mod binary;
mod breaches;
mod csrf;
mod enumeration;
mod flash;
mod headers;
mod hints;
mod journeys;
mod keys;
mod leaving;
mod leaving_for_good;
mod letters;
mod onward;
mod overview;
mod people;
mod permissions;
mod programs;
mod recovery;
mod renewal;
mod revocation;
mod roles;
mod secrets;
mod settings;
mod step_up;
mod support;
mod theft;
