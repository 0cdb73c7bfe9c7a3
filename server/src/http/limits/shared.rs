//! The limits that several nodes count together.
//!
//! Each node has counted in memory already; what works with a shared database anyway is then counted there, so that going from
//! node to node gains nothing. A database that does not answer limits nobody: what each node has counted still holds, and the
//! request will find out for itself.

use super::{Class, address, refuse};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use identity::{Latchkey, Refusal, address_counts};
use std::{net::IpAddr, sync::Arc};

/// The layer, inside of [`super::limit`].
pub async fn share(State(house): State<Arc<Latchkey>>, request: Request, next: Next) -> Response {
    let class = Class::of(request.method(), request.uri().path());
    let shared = class.is_shared() && !house.is_away();
    let Some(per_minute) = class.per_minute(&house.policy()).filter(|_| shared) else { return next.run(request).await };
    match address_counts::take(&house, class.as_str(), &network(address(&request)), per_minute).await {
        Err(Refusal::TooMany { retry_after }) => refuse(class, &request, retry_after.as_secs() + 1),
        Ok(()) | Err(_) => next.run(request).await,
    }
}

/// One household: an IPv4 address or an IPv6 /64. Crowds are each node's own business.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets()[..8].to_vec(),
    }
}
