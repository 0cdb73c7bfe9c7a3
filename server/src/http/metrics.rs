//! Numbers for monitoring, in the text format of Prometheus (version 0.0.4), on a loopback listener of their own.
//!
//! A handful of counters, so they are atomics in an array and not a library. No label is ever chosen by a stranger: a class of
//! requests, a hundred of status, an outcome, the state of a letter, nothing else.

use super::limits::Class;
use axum::{Router, extract::State, http::header::CONTENT_TYPE, response::IntoResponse, routing::get};
use http::StatusCode;
use identity::{
    Latchkey,
    mail::{self, Standing},
    sessions::Rotation,
};
use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const ROTATIONS: [&str; 4] = ["renewed", "raced", "reused", "ended"];

/// How long the database may take to count letters. Whoever collects numbers does not wait long, and wants the others.
const SOON: Duration = Duration::from_secs(1);

/// The counters.
#[derive(Default)]
pub struct Metrics {
    answers: [[AtomicU64; STATUSES.len()]; Class::ALL.len()],
    rotations: [AtomicU64; ROTATIONS.len()],
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, class: Class, status: StatusCode) {
        let hundred = usize::from(status.as_u16() / 100).saturating_sub(1).min(STATUSES.len() - 1);
        self.answers[class as usize][hundred].fetch_add(1, Relaxed);
    }

    /// Counts what presenting a refresh token led to.
    pub fn rotated(&self, outcome: &Rotation) {
        let index = match outcome {
            Rotation::Renewed(_) => 0,
            Rotation::Raced(_) => 1,
            Rotation::Reused => 2,
            Rotation::Ended(_) | Rotation::Back(_) => 3,
        };
        self.rotations[index].fetch_add(1, Relaxed);
    }

    /// Everything as text. Letters are left out where the database did not count them.
    pub fn text(&self, house: &Latchkey, letters: Option<Standing>) -> String {
        let mut out = String::with_capacity(4096);
        head(&mut out, "latchkey_requests_total", "counter", "Answered requests.");
        for class in Class::ALL {
            for (index, status) in STATUSES.iter().enumerate() {
                let count = self.answers[class as usize][index].load(Relaxed);
                line(
                    &mut out,
                    &format!("latchkey_requests_total{{class=\"{}\",status=\"{status}\"}}", class.as_str()),
                    count,
                );
            }
        }
        head(&mut out, "latchkey_rotations_total", "counter", "Presented refresh tokens, by outcome.");
        for (index, outcome) in ROTATIONS.iter().enumerate() {
            let count = self.rotations[index].load(Relaxed);
            line(&mut out, &format!("latchkey_rotations_total{{outcome=\"{outcome}\"}}"), count);
        }
        head(&mut out, "latchkey_password_hashes_total", "counter", "Password hashes computed.");
        line(&mut out, "latchkey_password_hashes_total", house.hasher.hashes());
        head(&mut out, "latchkey_revocations", "gauge", "Revocations held in memory.");
        line(&mut out, "latchkey_revocations", house.revocations.len() as u64);
        if let Some(Standing { waiting, failing, given_up }) = letters {
            head(&mut out, "latchkey_letters", "gauge", "Letters not sent; given_up counts a week.");
            for (state, count) in [("waiting", waiting), ("failing", failing), ("given_up", given_up)] {
                line(&mut out, &format!("latchkey_letters{{state=\"{state}\"}}"), count.unsigned_abs());
            }
        }
        out
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(out: &mut String, name: &str, value: u64) {
    let _ = writeln!(out, "{name} {value}");
}

/// `/metrics`, for the listener of its own.
pub fn routes(metrics: Arc<Metrics>, house: Arc<Latchkey>) -> Router {
    Router::new().route("/metrics", get(show)).with_state((metrics, house))
}

async fn show(State((metrics, house)): State<(Arc<Metrics>, Arc<Latchkey>)>) -> impl IntoResponse {
    let count = async { if house.is_away() { None } else { mail::standing(&house).await.ok() } };
    let letters = tokio::time::timeout(SOON, count).await.unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.text(&house, letters))
}
