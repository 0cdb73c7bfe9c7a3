//! Limits per network address: how often one address may sign in, write, or open pages (ASVS 2.4.1, 6.3.1).
//!
//! They sit before everything that costs something. Each process counts in memory; what works with a database that several nodes
//! share is then also counted there, so that going from node to node gains nothing. Guessing one account from many addresses is not their business: that is
//! counted per account, in the database, by `identity::throttle`. Time comes from the injected clock.

mod class;
mod shared;
mod steady;

pub use class::Class;
pub use shared::share;

use super::{Site, address::ClientAddr, plain};
use crate::words::browser as words;
use app::error::AppError;
use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware, nanos::Nanos, state::keyed::DashMapStateStore,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::{policy::Policy, time::Clock};
use std::{
    net::{IpAddr, Ipv4Addr},
    num::NonZeroU32,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};
use steady::SteadyClock;

/// Who is counted. One household has one IPv4 address or a whole IPv6 /64; in a crowd, whole providers count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Counted {
    V4(Ipv4Addr),
    V6(u64),
    /// An IPv4 /16.
    Crowd4(u16),
    /// An IPv6 /32.
    Crowd6(u32),
}

impl Counted {
    fn of(address: IpAddr, crowded: bool) -> Self {
        match (address.to_canonical(), crowded) {
            (IpAddr::V4(v4), false) => Self::V4(v4),
            (IpAddr::V4(v4), true) => Self::Crowd4((v4.to_bits() >> 16) as u16),
            (IpAddr::V6(v6), false) => Self::V6((v6.to_bits() >> 64) as u64),
            (IpAddr::V6(v6), true) => Self::Crowd6((v6.to_bits() >> 96) as u32),
        }
    }
}

/// How many addresses are told apart within one class, some ten megabytes; beyond it, networks are counted until the crowd has gone.
const MOST_ADDRESSES: usize = 200_000;

type Limiter = RateLimiter<Counted, DashMapStateStore<Counted>, SteadyClock, NoOpMiddleware<Nanos>>;

struct Limit {
    per_minute: NonZeroU32,
    limiter: Limiter,
    crowded: AtomicBool,
}

impl Limit {
    fn new(per_minute: NonZeroU32, clock: &SteadyClock) -> Arc<Self> {
        let limiter = RateLimiter::dashmap_with_clock(Quota::per_minute(per_minute), clock.clone());
        Arc::new(Self { per_minute, limiter, crowded: AtomicBool::new(false) })
    }
}

/// All limits, or none.
pub struct Limits {
    clock: SteadyClock,
    /// In the order of [`Class::ALL`]; empty when limits are switched off.
    limits: Vec<RwLock<Option<Arc<Limit>>>>,
}

impl Limits {
    /// Counts by `clock` what the policy says; with `on` false lets everything pass.
    pub fn new(clock: Arc<dyn Clock>, on: bool, policy: &Policy) -> Arc<Self> {
        let clock = SteadyClock::over(clock);
        let limit = |class: Class| RwLock::new(class.per_minute(policy).map(|number| Limit::new(number, &clock)));
        let limits = if on { Class::ALL.map(limit).into() } else { Vec::new() };
        Arc::new(Self { clock, limits })
    }

    fn limit(&self, class: Class) -> Option<Arc<Limit>> {
        self.limits.get(class as usize)?.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts anew what the policy allows more or less of than before.
    pub fn heed(&self, policy: &Policy) {
        for class in Class::ALL {
            let wanted = class.per_minute(policy);
            let Some(place) = self.limits.get(class as usize) else { return };
            if self.limit(class).map(|limit| limit.per_minute) != wanted {
                let limit = wanted.map(|number| Limit::new(number, &self.clock));
                *place.write().unwrap_or_else(PoisonError::into_inner) = limit;
            }
        }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// Whole seconds until the next one may come, at least 1.
    pub fn take(&self, class: Class, address: IpAddr) -> Result<(), u64> {
        let Some(limit) = self.limit(class) else { return Ok(()) };
        let counted = Counted::of(address, limit.crowded.load(Ordering::Relaxed));
        limit.limiter.check_key(&counted).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0 || wait.is_zero())
        })
    }

    /// Forgets addresses that have been quiet, and notices when there are too many. To be called every few seconds.
    pub fn tidy(&self) {
        for limit in Class::ALL.into_iter().filter_map(|class| self.limit(class)) {
            limit.limiter.retain_recent();
            let crowded = limit.limiter.len() >= MOST_ADDRESSES;
            if crowded && !limit.crowded.swap(crowded, Ordering::Relaxed) {
                tracing::warn!("requests come from more addresses than can be counted one by one");
            }
            limit.crowded.store(crowded, Ordering::Relaxed);
        }
    }
}

/// The layer itself. Needs [`super::address::resolve`] outside of it.
pub async fn limit(State(limits): State<Arc<Limits>>, request: Request, next: Next) -> Response {
    let class = Class::of(request.method(), request.uri().path());
    match limits.take(class, address(&request)) {
        Ok(()) => next.run(request).await,
        Err(seconds) => refuse(class, &request, seconds),
    }
}

/// The layer outside of [`limit`] by which a number that was changed at run time counts from the next request on.
pub async fn heed(State(site): State<Site>, request: Request, next: Next) -> Response {
    site.limits.heed(&site.house.policy());
    next.run(request).await
}

fn address(request: &Request) -> IpAddr {
    request.extensions().get::<ClientAddr>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |client| client.0)
}

/// 429 (RFC 6585 section 4), in the form the client reads.
fn refuse(class: Class, request: &Request, seconds: u64) -> Response {
    tracing::warn!(class = class.as_str(), client = %address(request), "limited");
    refusal(request.uri().path(), request.headers(), seconds)
}

fn refusal(path: &str, headers: &HeaderMap, seconds: u64) -> Response {
    let mut response = if path.starts_with("/api/") && !wants_html(headers) {
        (StatusCode::TOO_MANY_REQUESTS, Json(AppError::TooMany { seconds })).into_response()
    } else {
        plain::page(StatusCode::TOO_MANY_REQUESTS, words::TOO_MANY, &words::too_many(seconds))
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::time::{MovedClock, Timestamp};
    use std::time::Duration;

    fn moved() -> (Arc<MovedClock>, Arc<Limits>) {
        let clock = Arc::new(MovedClock::at(Timestamp(1_700_000_000_000)));
        let limits = Limits::new(clock.clone(), true, &Policy::default());
        (clock, limits)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn ten_sign_ins_a_minute_then_one_every_six_seconds() {
        let (clock, limits) = moved();
        for _ in 0..10 {
            assert_eq!(limits.take(Class::SignIn, ip("203.0.113.9")), Ok(()));
        }
        assert_eq!(limits.take(Class::SignIn, ip("203.0.113.9")), Err(6));
        assert_eq!(limits.take(Class::SignIn, ip("203.0.113.8")), Ok(()), "a neighbour is not limited");
        assert_eq!(limits.take(Class::Page, ip("203.0.113.9")), Ok(()), "pages are another count");
        clock.advance(Duration::from_secs(6));
        assert_eq!(limits.take(Class::SignIn, ip("203.0.113.9")), Ok(()));
        assert!(limits.take(Class::SignIn, ip("203.0.113.9")).is_err());
        clock.advance(Duration::from_secs(60));
        for _ in 0..10 {
            assert_eq!(limits.take(Class::SignIn, ip("203.0.113.9")), Ok(()));
        }
    }

    #[test]
    fn an_ipv6_network_counts_as_one_and_mapped_ipv4_as_ipv4() {
        let (_, limits) = moved();
        for host in 0..10 {
            assert!(limits.take(Class::SignIn, ip(&format!("2001:db8:1:2::{host}"))).is_ok());
            assert!(limits.take(Class::SignIn, ip("::ffff:203.0.113.9")).is_ok());
        }
        assert!(limits.take(Class::SignIn, ip("2001:db8:1:2:ffff::1")).is_err());
        assert!(limits.take(Class::SignIn, ip("2001:db8:1:3::1")).is_ok());
        assert!(limits.take(Class::SignIn, ip("203.0.113.9")).is_err());
    }

    #[test]
    fn switched_off_nothing_is_refused_and_machines_never_are() {
        let (clock, limits) = moved();
        let off = Limits::new(clock, false, &Policy::default());
        for _ in 0..1000 {
            assert!(off.take(Class::SignIn, ip("203.0.113.9")).is_ok());
            assert!(limits.take(Class::Machine, ip("203.0.113.9")).is_ok());
        }
    }

    #[test]
    fn a_changed_number_counts_at_once_and_the_same_forgets_nobody() {
        let (_, limits) = moved();
        let all = |limits: &Limits| (0..50).filter(|_| limits.take(Class::SignIn, ip("203.0.113.9")).is_ok()).count();
        assert_eq!(all(&limits), 10);
        limits.heed(&Policy::default());
        assert_eq!(all(&limits), 0);
        let mut policy = Policy::default();
        policy.set(identity::policy::Knob::SignInsPerMinute, "20").unwrap();
        limits.heed(&policy);
        assert_eq!(all(&limits), 20);
        assert_eq!((0..50).filter(|_| limits.take(Class::Account, ip("203.0.113.9")).is_ok()).count(), 10);
    }

    #[test]
    fn quiet_addresses_are_forgotten() {
        let (clock, limits) = moved();
        let known = || limits.limit(Class::SignIn).unwrap().limiter.len();
        for host in 0..200 {
            let _ = limits.take(Class::SignIn, ip(&format!("203.0.113.{host}")));
        }
        assert_eq!(known(), 200);
        clock.advance(Duration::from_secs(120));
        limits.tidy();
        assert_eq!(known(), 0);
    }

    #[test]
    fn a_crowd_is_counted_by_network_and_bounded() {
        let (clock, limits) = moved();
        for n in 0..MOST_ADDRESSES as u32 {
            let _ = limits.take(Class::SignIn, IpAddr::V4(Ipv4Addr::from_bits(0x0100_0000 + n)));
        }
        limits.tidy();
        for host in 0..10 {
            assert!(limits.take(Class::SignIn, ip(&format!("203.0.113.{host}"))).is_ok());
        }
        assert!(limits.take(Class::SignIn, ip("203.0.7.7")).is_err(), "the same /16");
        assert!(limits.take(Class::SignIn, ip("198.51.100.1")).is_ok());
        clock.advance(Duration::from_secs(120));
        limits.tidy();
        assert!(limits.take(Class::SignIn, ip("203.0.7.7")).is_ok(), "the crowd has gone");
    }

    #[tokio::test]
    async fn a_refusal_is_json_for_programs_and_a_page_for_people() {
        let mut headers = HeaderMap::new();
        let response = refusal("/api/login", &headers, 6);
        assert_eq!(response.headers()[header::RETRY_AFTER], "6");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        assert_eq!(body, r#"{"error":"too_many","seconds":6}"#);
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml"));
        let response = refusal("/api/login", &headers, 6);
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }
}
