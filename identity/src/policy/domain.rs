//! A mail domain, or everything below one.

use crate::words::{EmailAddress, Fault};
use url::Host;

/// `example.org` for that domain alone, `.example.org` for everything below it, in the form that travels (ASCII, lower case), so that
/// `bücher.example` and `xn--bcher-kva.example` are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// Reads one of a list.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let (below, name) = text.strip_prefix('.').map_or(("", text), |name| (".", name));
        // What an address cannot have behind its @ is no domain of one.
        EmailAddress::parse(&format!("a@{name}")).map_err(|_| Fault::Malformed)?;
        let ascii = ascii(name).ok_or(Fault::Malformed)?;
        Ok(Self(format!("{below}{ascii}")))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an address belongs to it.
    pub(super) fn has(&self, address: &EmailAddress) -> bool {
        let host = address.as_str().rsplit_once('@').and_then(|(_, host)| ascii(host));
        host.is_some_and(|host| match self.0.starts_with('.') {
            true => host.ends_with(&self.0),
            false => host == self.0,
        })
    }
}

/// A host name in ASCII (UTS #46, as the URL standard has it); `None` for what is none, such as an IP address.
fn ascii(host: &str) -> Option<String> {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => Some(name),
        _ => None,
    }
}
