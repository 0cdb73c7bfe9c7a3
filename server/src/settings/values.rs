//! How single values are read. Each parser answers what is wrong, as the end of a sentence that begins with the value.

use crate::words::settings::fault;
use identity::{keys::SigningAlg, passwords::HashCost, words::Secret};
use std::{net::SocketAddr, time::Duration};
use url::{Host, Url};

/// A parser's complaint.
pub type Fault = String;

/// `10m`, `30s`, `1h`: a whole number and a unit.
pub fn duration(text: &str) -> Result<Duration, Fault> {
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or(fault::NO_UNIT)?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| fault::NO_WHOLE_NUMBER_FIRST)?;
    let seconds = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(fault::OTHER_UNIT.into()),
    };
    Ok(Duration::from_secs(number.checked_mul(seconds).ok_or(fault::TOO_LONG)?))
}

/// The life of an access token. Its upper bound is how long the revocation list must remember.
pub fn access_ttl(text: &str) -> Result<Duration, Fault> {
    let ttl = duration(text)?;
    let allowed = Duration::from_secs(1)..=Duration::from_secs(60 * 60);
    if allowed.contains(&ttl) { Ok(ttl) } else { Err(fault::NOT_ACCESS_TTL.into()) }
}

/// Connections to a database server.
pub fn connections(text: &str) -> Result<u32, Fault> {
    let number = text.parse().ok().filter(|number| (2..=1000).contains(number));
    number.ok_or_else(|| fault::NOT_CONNECTIONS.into())
}

/// The age at which signing keys are replaced.
pub fn key_rotation(text: &str) -> Result<Option<Duration>, Fault> {
    if text == "off" {
        return Ok(None);
    }
    let age = duration(text)?;
    if age >= Duration::from_secs(86_400) { Ok(Some(age)) } else { Err(fault::LESS_THAN_A_DAY.into()) }
}

/// How long to go on serving after SIGTERM.
pub fn shutdown_delay(text: &str) -> Result<Duration, Fault> {
    let delay = duration(text)?;
    if delay <= Duration::from_secs(300) { Ok(delay) } else { Err(fault::MORE_THAN_FIVE_MINUTES.into()) }
}

/// `true` or `false`, and what people write for them.
pub fn truth(text: &str) -> Result<bool, Fault> {
    match text {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err(fault::NO_TRUTH.into()),
    }
}

/// `on` or `off`.
pub fn switch(text: &str) -> Result<bool, Fault> {
    truth(text).map_err(|_| fault::NO_SWITCH.into())
}

/// An address and a port.
pub fn address(text: &str) -> Result<SocketAddr, Fault> {
    text.parse().map_err(|_| fault::NO_ADDRESS.into())
}

/// An address that only this machine can reach.
pub fn loopback(text: &str) -> Result<SocketAddr, Fault> {
    let address = address(text)?;
    if address.ip().is_loopback() { Ok(address) } else { Err(fault::NO_LOOPBACK.into()) }
}

/// Scheme, host and port, nothing else: cookies and links are made for the whole host.
pub fn public_url(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| fault::NO_URL)?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(fault::NO_HTTP.into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault::USER_IN_URL.into());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(fault::MORE_THAN_HOST.into());
    }
    Ok(url)
}

/// Whether browsers accept `Secure` cookies from it though it is plain HTTP.
pub fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// A database URL. What comes after the scheme is the driver's to judge.
pub fn database(text: &str) -> Result<Secret, Fault> {
    if ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        Ok(Secret::new(text))
    } else {
        Err(fault::NO_DATABASE.into())
    }
}

/// The URL of a mail server.
pub fn smtp(text: &str) -> Result<Secret, Fault> {
    let url = Url::parse(text).map_err(|_| fault::NO_SMTP_URL)?;
    if !matches!(url.scheme(), "smtp" | "smtps") {
        return Err(fault::NO_SMTP.into());
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(fault::NO_HOST.into());
    }
    Ok(Secret::new(text))
}

/// `latchkey@example.org` or `Latchkey <latchkey@example.org>`.
pub fn mailbox(text: &str) -> Result<String, Fault> {
    identity::mail::check_sender(text).map(|()| text.to_owned()).map_err(|_| fault::NO_MAILBOX.into())
}

/// The range endpoint of a list of leaked passwords, or none.
pub fn breach_check(text: &str) -> Result<Option<Url>, Fault> {
    if text == "off" {
        return Ok(None);
    }
    let url = Url::parse(text).map_err(|_| fault::NO_URL_NOR_OFF)?;
    // The five digits are no secret to the server that is asked, but to everybody on the way.
    if url.scheme() != "https" && !(url.scheme() == "http" && is_local(&url)) {
        return Err(fault::NO_HTTPS.into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault::USER_IN_URL.into());
    }
    if !url.path().ends_with('/') || url.query().is_some() || url.fragment().is_some() {
        return Err(fault::NO_SLASH.into());
    }
    Ok(Some(url))
}

/// An algorithm by its `alg`.
pub fn signing_alg(text: &str) -> Result<SigningAlg, Fault> {
    SigningAlg::ALL.into_iter().find(|alg| alg.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| fault::NO_ALG.into())
}

/// The audience of tokens: any short text.
pub fn audience(text: &str) -> Result<String, Fault> {
    if text.is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
        return Err(fault::NO_AUDIENCE.into());
    }
    Ok(text.to_owned())
}

/// `m=19456,t=2,p=1`, each once and no weaker than the floor.
pub fn hash_cost(text: &str) -> Result<HashCost, Fault> {
    let (mut memory, mut passes, mut lanes) = (None, None, None);
    for part in words(text) {
        let (name, number) = part.split_once('=').ok_or(fault::NO_PART)?;
        let number: u32 = number.parse().map_err(|_| fault::NO_PART)?;
        let slot = match name {
            "m" => &mut memory,
            "t" => &mut passes,
            "p" => &mut lanes,
            _ => return Err(fault::OTHER_PART.into()),
        };
        if slot.replace(number).is_some() {
            return Err(fault::PART_TWICE.into());
        }
    }
    let (Some(memory), Some(passes), Some(lanes)) = (memory, passes, lanes) else {
        return Err(fault::PARTS_MISSING.into());
    };
    let cost = HashCost { memory_kib: memory, iterations: passes, parallelism: lanes };
    // Its sentence begins with the cost, and ours has begun with what was typed.
    cost.check().map_err(|text| text.strip_prefix(&format!("{cost} ")).unwrap_or(&text).to_owned())
}

/// The words of a comma-separated list.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}
