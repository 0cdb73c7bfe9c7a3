//! Whose request it is, as a network address. The only place that reads forwarding headers.
//!
//! Anybody can send `X-Forwarded-For`, so it counts only when the connection comes from a proxy the operator named, and then
//! only its right end: the proxies' own additions, up to the first address that is not one of them. Limits and the audit
//! trail rest on this.

use crate::settings::Network;
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, header::FORWARDED};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address. IPv4 written as IPv6 is already turned back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

/// Who is believed.
pub struct Proxies {
    trusted: Vec<Network>,
    warned: AtomicBool,
}

impl Proxies {
    /// Believes the forwarding headers of these networks and nobody else's.
    pub fn new(trusted: Vec<Network>) -> Arc<Self> {
        Arc::new(Self { trusted, warned: AtomicBool::new(false) })
    }

    /// The client of a request that came from `peer` with these headers.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        let told = is_forwarded(headers);
        if !self.trusts(peer) {
            if told {
                self.warn(peer, "forwarding headers come from an address that is no trusted proxy, and are ignored");
            }
            return peer;
        }
        let from_xff = headers.contains_key(X_FORWARDED_FOR).then(|| self.walk(peer, x_forwarded_for(headers)));
        let from_forwarded = headers.contains_key(FORWARDED).then(|| self.walk(peer, forwarded(headers)));
        match (from_xff, from_forwarded) {
            // A proxy writes one of the two and hands the other through as it came: from a stranger.
            (Some(a), Some(b)) if a != b => {
                self.warn(peer, "X-Forwarded-For and Forwarded disagree, and are ignored; the proxy should remove one");
                peer
            }
            (Some(client), _) | (None, Some(client)) => client,
            (None, None) => peer,
        }
    }

    /// From the right: the first hop that is no trusted proxy, or the last one that could be read.
    fn walk<'a>(&self, peer: IpAddr, hops: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut client = peer;
        for hop in hops.rev() {
            let Some(address) = hop_address(hop) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// Once, because every request would say the same.
    fn warn(&self, peer: IpAddr, what: &str) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(%peer, "{what} (see LATCHKEY_TRUSTED_PROXIES; said once)");
        }
    }
}

/// The layer itself: leaves a [`ClientAddr`] in the request.
pub async fn resolve(State(proxies): State<Arc<Proxies>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    // Without a peer the router runs inside a test, not behind a socket.
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let client = proxies.client(peer, request.headers());
    tracing::Span::current().record("client", tracing::field::display(client));
    request.extensions_mut().insert(ClientAddr(client));
    next.run(request).await
}

/// Whether the request says that it came through a proxy.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED)
}

fn x_forwarded_for(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = &str> {
    headers.get_all(X_FORWARDED_FOR).iter().flat_map(|line| line.to_str().unwrap_or("?").split(','))
}

/// The `for` of every element (RFC 7239 section 4). A comma inside quotes would split wrongly, and no address contains one.
fn forwarded(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = &str> {
    let elements = headers.get_all(FORWARDED).iter().flat_map(|line| line.to_str().unwrap_or("?").split(','));
    elements.map(|element| {
        let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
        let mut nodes = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        nodes.next().map_or("?", |(_, node)| node)
    })
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`, each perhaps in quotes.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_matches('"');
    let address = hop
        .parse::<IpAddr>()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        map
    }

    /// Behind 10.0.0.0/8 and ::1.
    fn client(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let trusted = ["10.0.0.0/8", "::1"].map(|network| Network::parse(network).unwrap());
        Proxies::new(trusted.to_vec()).client(peer.parse().unwrap(), &headers(lines)).to_string()
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn a_stranger_cannot_choose_the_own_address() {
        assert_eq!(client("203.0.113.9", &[(XFF, "1.1.1.1")]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", &[("forwarded", "for=1.1.1.1")]), "203.0.113.9");
        assert_eq!(client("::ffff:203.0.113.9", &[]), "203.0.113.9");
        // What the client wrote stands left of what the proxy added.
        assert_eq!(client("10.0.0.1", &[(XFF, "1.1.1.1, 203.0.113.9")]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[(XFF, "10.9.9.9, 203.0.113.9")]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[(XFF, "1.1.1.1"), (XFF, "203.0.113.9")]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[(XFF, "203.0.113.9"), ("forwarded", "for=1.1.1.1")]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[("x-real-ip", "1.1.1.1"), ("client-ip", "1.1.1.1")]), "10.0.0.1");
    }

    #[test]
    fn trusted_proxies_are_walked_from_the_right() {
        assert_eq!(client("10.0.0.1", &[(XFF, "203.0.113.9")]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[(XFF, "203.0.113.9, 10.0.0.2,10.0.0.3")]), "203.0.113.9");
        assert_eq!(client("::1", &[(XFF, "203.0.113.9:4711")]), "203.0.113.9");
        assert_eq!(client("::1", &[(XFF, "[2001:db8::7]:4711")]), "2001:db8::7");
        assert_eq!(client("::1", &[(XFF, "2001:db8::7")]), "2001:db8::7");
        assert_eq!(client("10.0.0.1", &[(XFF, "10.0.0.5, 10.0.0.2")]), "10.0.0.5");
        assert_eq!(
            client("10.0.0.1", &[("forwarded", "for=1.1.1.1, For=\"[2001:db8::7]:80\";proto=https")]),
            "2001:db8::7"
        );
        assert_eq!(client("10.0.0.1", &[(XFF, "203.0.113.9"), ("forwarded", "for=203.0.113.9")]), "203.0.113.9");
    }

    #[test]
    fn garbage_ends_the_walk_at_what_was_known() {
        for garbage in ["", ",", "unknown", "1.1.1", "1.1.1.1.1", "::::", "_hidden", "<script>", "999.1.1.1"] {
            assert_eq!(client("10.0.0.1", &[(XFF, garbage)]), "10.0.0.1", "{garbage:?}");
            assert_eq!(client("10.0.0.1", &[("forwarded", garbage)]), "10.0.0.1", "{garbage:?}");
            let mixed = format!("1.1.1.1, {garbage}, 10.0.0.7");
            assert_eq!(client("10.0.0.1", &[(XFF, &mixed)]), "10.0.0.7", "{garbage:?}");
        }
        // Bytes beyond ASCII make the whole line unreadable.
        assert_eq!(client("10.0.0.1", &[(XFF, "1.1.1.1, \u{e9}, 10.0.0.7")]), "10.0.0.1");
        let long = "1.1.1.1,".repeat(2000);
        assert_eq!(client("10.0.0.1", &[(XFF, &long)]), "10.0.0.1");
    }
}
