//! The beginning of a session.

use super::lifetime::{end_of, keep_seconds};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    time::Timestamp,
    tokens::{TokenPair, access, refresh},
    words::{Actor, Permissions, Role, Secret, Stay, Viewer},
};
use uuid::Uuid;

statements! {
    INSERT = "insert into sessions
                (id, user_id, secret, generation, created_at, rotated_at, stay, expires_at, user_agent, ip, authenticated_at)
              values ($1, $2, $3, 1, $4, $4, $5, $6, $7, $8, $4)";
}

/// The browser a request came from, as far as it can be told. Address and name are good for showing, not for deciding.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// Network address.
    pub ip: String,
    /// `User-Agent`, cut to 300 characters.
    pub user_agent: String,
    /// What it is known by when it comes again: the value of its device cookie, or the one it is about to get. `None` for what
    /// is no browser.
    pub cookie: Option<Secret>,
}

impl Device {
    /// Cuts what is too long to keep and drops what is not printable.
    pub fn new(ip: impl Into<String>, user_agent: &str) -> Self {
        let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(300).collect();
        Self { ip: ip.into(), user_agent, cookie: None }
    }

    /// Known by this cookie.
    pub fn with_cookie(self, value: impl Into<String>) -> Self {
        Self { cookie: Some(Secret::new(value)), ..self }
    }
}

/// The account a session belongs to, as far as its tokens speak of it.
pub(crate) struct Subject {
    pub id: Uuid,
    pub role: Role,
    pub permissions: Permissions,
    pub name: String,
    pub email: String,
}

/// What a pair of tokens is made from.
pub(super) struct Issue<'a> {
    pub session: Uuid,
    pub secret: &'a [u8],
    pub generation: i64,
    /// When the password was last given in it.
    pub authenticated_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub stay: Stay,
    /// Access tokens up to this moment are stale, as read together with the role.
    pub void_before: Timestamp,
    /// Who acts in the owner's place, if anybody does.
    pub actor: Option<Actor>,
}

/// Begins a session within the caller's transaction. The first generation is 1, and needs no receipt: nothing came before it.
pub(crate) async fn begin(
    house: &Latchkey,
    tx: &mut Tx,
    subject: Subject,
    stay: Stay,
    device: &Device,
) -> Result<TokenPair, Refusal> {
    let now = house.now();
    let (session, secret): (Uuid, [u8; 32]) = (house.new_id(), house.random.bytes());
    let expires_at = end_of(stay, &subject.permissions, now);
    within!(*tx, |c| sqlx::query(INSERT)
        .bind(session)
        .bind(subject.id)
        .bind(&secret[..])
        .bind(now)
        .bind(stay.as_str())
        .bind(expires_at)
        .bind(&device.user_agent)
        .bind(&device.ip)
        .execute(c)
        .await
        .map(drop))?;
    issue(
        house,
        subject,
        &Issue {
            session,
            secret: &secret,
            generation: 1,
            authenticated_at: now,
            expires_at,
            stay,
            void_before: Timestamp(0),
            actor: None,
        },
    )
}

/// Signs the access token and computes the refresh token of one generation.
pub(super) fn issue(house: &Latchkey, subject: Subject, of: &Issue<'_>) -> Result<TokenPair, Refusal> {
    let now = house.now();
    let ttl = house.settings.access_ttl.as_secs() as i64;
    // A token counts as older than a mark of its own second, so a renewal in that second is dated to the next one. Otherwise it
    // would be stale at once, and two renewals within a second would leave a request on its way two generations behind.
    let issued_at = now.seconds().max(of.void_before.seconds() + 1);
    let end = of.expires_at.map_or(i64::MAX, Timestamp::seconds);
    let viewer = Viewer {
        id: subject.id,
        session: of.session,
        generation: of.generation,
        role: subject.role,
        permissions: subject.permissions,
        name: subject.name,
        email: subject.email,
        auth_time: of.authenticated_at.seconds(),
        issued_at,
        // Never beyond the session's own end, and never empty: a token for the last second still lives one.
        expires_at: (now.seconds() + ttl).min(end).max(issued_at + 1),
        actor: of.actor,
    };
    Ok(TokenPair {
        access: access::issue(house, &viewer)?,
        refresh: refresh::issue(&house.refresh_key, of.secret, of.session, of.generation, of.actor.is_some()),
        keep_seconds: keep_seconds(of.stay, of.expires_at, now),
        viewer,
    })
}
