//! The overview of the admin panel. Open to everybody who may open the panel at all; each part of the answer is there for whoever may
//! read what it is about.

use super::{fault, here};
use crate::{answer::worded, error::AppError};
use identity::{
    admin::{self, Course, Health, Over},
    words::{Count, EventView, Fault, Field, Permission},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// How many accounts and sessions there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Accounts.
    pub users: Count,
    /// Of which administrators.
    pub admins: Count,
    /// Of which disabled.
    pub disabled: Count,
    /// Of which not confirmed.
    pub unverified: Count,
    /// Living sessions.
    pub sessions: Count,
}

/// What there is to know about the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Whom it is for. With `users:read`.
    pub people: Option<People>,
    /// What happened over time. With `users:read` or `audit:read`, which also sees alarms.
    pub course: Course,
    /// The last alarms and acts of administration, newest first. With `audit:read`.
    pub events: Option<Vec<EventView>>,
    /// How the installation fares, part by part.
    pub health: Health,
}

/// The overview, looking back over a `day` unless it says otherwise.
#[server(prefix = "/api", endpoint = "admin/overview", input = GetUrl)]
pub async fn overview(over: Option<String>) -> Result<Figures, AppError> {
    let visit = here()?;
    let admin = visit.admin()?;
    let given = over.filter(|word| !word.is_empty());
    let malformed = || fault(Field::Form, Fault::Malformed);
    let over = given.map_or(Ok(Over::Day), |word| Over::from_word(&word).ok_or_else(malformed))?;
    let people = if visit.permits(Permission::UsersRead) {
        let tallies = admin::tallies(&visit.house, &admin).await.map_err(worded)?;
        let admin::Tallies { users, admins, disabled, unverified, sessions } = tallies;
        Some(People { users, admins, disabled, unverified, sessions })
    } else {
        None
    };
    let events = if visit.permits(Permission::AuditRead) {
        Some(admin::notable(&visit.house, &admin).await.map_err(worded)?)
    } else {
        None
    };
    let course = admin::course(&visit.house, &admin, over).await.map_err(worded)?;
    let health = admin::health(&visit.house, &admin).await.map_err(worded)?;
    Ok(Figures { people, course, events, health })
}
