//! How a server function answers: refusals become what the browser may hear, and what it may not is logged once.

use crate::{error::AppError, flash::Notice};
use identity::Refusal;
use serde::{Deserialize, Serialize};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Where the browser goes after something was done, and what it is told there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// A path of our own.
    pub next: String,
    /// What to tell.
    pub notice: Option<Notice>,
}

impl Done {
    /// Go there.
    pub fn go(next: impl Into<String>) -> Self {
        Self { next: next.into(), notice: None }
    }

    /// And say this.
    pub fn telling(self, notice: Notice) -> Self {
        Self { notice: Some(notice), ..self }
    }
}

/// Words a refusal for the browser. What is our own fault is logged here, once, inside the request's span: its id is the
/// reference that the server writes into the answer.
pub fn worded(refusal: Refusal) -> AppError {
    let seconds = |wait: Duration| wait.as_secs().max(1);
    match refusal {
        Refusal::Invalid(fields) => AppError::Invalid { fields },
        Refusal::Credentials => AppError::Credentials,
        Refusal::Disabled => AppError::Disabled,
        Refusal::SignedOut(ended) => AppError::SignedOut { ended },
        Refusal::Forbidden => AppError::Forbidden,
        Refusal::Acting => AppError::Acting,
        Refusal::ProofNeeded => AppError::ProofNeeded,
        Refusal::NotFound => AppError::NotFound,
        Refusal::SignUpClosed => AppError::SignUpClosed,
        Refusal::LastAdmin => AppError::LastAdmin,
        Refusal::InUse => AppError::InUse,
        Refusal::AlreadyDone => AppError::AlreadyDone,
        Refusal::TooMany { retry_after } => AppError::TooMany { seconds: seconds(retry_after) },
        Refusal::Busy { retry_after } => AppError::Busy { seconds: seconds(retry_after) },
        Refusal::Unavailable(error) => {
            outage(&error);
            AppError::Unavailable { seconds: 5 }
        }
        Refusal::Broken(cause) => {
            tracing::error!(%cause, "broken");
            AppError::Broken { reference: String::new() }
        }
    }
}

/// Thousands of requests meet the same outage. The log hears of it once a second, and of each request when it is asked for.
fn outage(error: &dyn std::fmt::Display) {
    static NEXT: Mutex<Option<Instant>> = Mutex::new(None);
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    if next.is_none_or(|next| next <= now) {
        *next = Some(now + Duration::from_secs(1));
        tracing::error!(%error, "the database does not do its part; more of this within the second is not logged");
    } else {
        tracing::debug!(%error, "the database does not do its part");
    }
}
