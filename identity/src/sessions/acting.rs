//! Acting as somebody else: a session of one account, in the hands of an administrator.
//!
//! It is an ordinary row of its owner, so that everything that ends the owner's sessions ends it, and the owner sees it and can end
//! it. Besides, it rests on the session its administrator comes from, and on what they may do: the access token names both, and
//! is stale as soon as either is. Nobody is ever proven in it. Only its refresh token leads back to the administrator's own
//! session: an access token is shown to services, and must not be worth more than its minutes.

use super::{
    begin::{Device, Issue, Subject, issue},
    rotation::WINDOW,
};
use crate::{
    Latchkey, Refusal,
    accounts::granted,
    db::{Tx, on, statements, within},
    time::Timestamp,
    tokens::TokenPair,
    words::{Actor, Permission, Permissions, Role, Stay, Viewer},
};
use std::time::Duration;
use uuid::Uuid;

statements! {
    /// Without a trace of the browser: where an administrator sits is not the owner's business. The password was given long ago, so
    /// that no proof ever counts.
    INSERT = "insert into sessions
                (id, user_id, secret, generation, created_at, rotated_at, stay, expires_at, user_agent, ip, authenticated_at,
                 acting_id, acting_from, acting_writes, acting_back)
              values ($1, $2, $3, 1, $4, $4, $5, $6, '', '', 0, $7, $8, $9, $10)";
    /// Changes nothing and locks the session, so that it does not end while another begins to rest on it.
    REST_ON = "update sessions set ended_at = null
                where id = $1 and user_id = $2 and ended_at is null and acting_id is null and (expires_at is null or expires_at > $3)
            returning expires_at";
    STILL = concat!(
        "select a.tokens_void_before, ",
        granted!("a"),
        " from users a join sessions o on o.user_id = a.id
           where a.id = $1 and a.disabled_at is null
             and o.id = $2 and o.ended_at is null and (o.expires_at is null or o.expires_at > $3)"
    );
    /// From the first time it leads back, its token counts as that of the own generation before this one, and stays so.
    LEAVE = "update sessions set acting_back = $1 where id = $2 and acting_id is not null and (acting_back is null or acting_back = $1)";
    /// The own session moves on, so that whoever has received its tokens can be told from whoever has not.
    ADVANCE_OWN = "update sessions set generation = $1, rotated_at = $2, confirmed_at = null, ip = $3
                    where id = $4 and user_id = $5 and generation = $6 and ended_at is null and (expires_at is null or expires_at > $2)
                      and (confirmed_at <= $7 or generation = 1 and confirmed_at is null)";
    /// The own session stays where it is and its current tokens are handed out once more, which may be on their way for a whole window.
    STAY_OWN = "update sessions set confirmed_at = case when generation = 1 or confirmed_at < $1 then $1 else confirmed_at end
                 where id = $2 and user_id = $3 and generation = $4 and ended_at is null and (expires_at is null or expires_at > $1)";
}

/// How long somebody may be in another's place at most.
pub const MOST: Duration = Duration::from_secs(3600);

/// In the place of a generation: it does not lead back.
pub(super) const NEVER: i64 = 0;

/// Refuses an administrator in the owner's place: some things are the owner's alone.
///
/// # Errors
/// `Acting`.
pub fn is_owner(viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.actor.is_none() { Ok(()) } else { Err(Refusal::Acting) }
}

/// Refuses an administrator in the owner's place who may only look.
///
/// # Errors
/// `Acting`.
pub fn may_write(viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.actor.is_none_or(|actor| actor.writes) { Ok(()) } else { Err(Refusal::Acting) }
}

/// Who goes into whose place.
pub(crate) struct Going {
    pub admin: Uuid,
    /// The session they come from.
    pub from: Uuid,
    pub writes: bool,
    /// Whether it leads back to that session.
    pub returns: bool,
    /// Access tokens of the owner or the administrator up to this moment are stale.
    pub void_before: Timestamp,
}

/// The way back to their own session.
pub(super) struct Way<'a> {
    /// Who goes, and to which session.
    pub own: Actor,
    /// The generation that session is of.
    pub from: i64,
    /// The one after that which this token counts as.
    pub to: i64,
    /// Whether to move it on.
    pub moves: bool,
    pub device: &'a Device,
}

/// Begins the session within the caller's transaction, who has asked whether they may.
///
/// # Errors
/// `SignedOut` when the administrator's own session is over, or when the database does not answer.
pub(crate) async fn begin(
    house: &Latchkey,
    tx: &mut Tx,
    subject: Subject,
    going: &Going,
) -> Result<TokenPair, Refusal> {
    let now = house.now();
    let own: Option<(Option<Timestamp>,)> =
        within!(*tx, |c| sqlx::query_as(REST_ON).bind(going.from).bind(going.admin).bind(now).fetch_optional(c).await)?;
    let (own_end,) = own.ok_or(Refusal::SignedOut(None))?;
    let end = own_end.map_or(now.plus(MOST), |end| end.min(now.plus(MOST)));
    let (session, secret): (Uuid, [u8; 32]) = (house.new_id(), house.random.bytes());
    within!(*tx, |c| sqlx::query(INSERT)
        .bind(session)
        .bind(subject.id)
        .bind(&secret[..])
        .bind(now)
        .bind(Stay::Visit.as_str())
        .bind(end)
        .bind(going.admin)
        .bind(going.from)
        .bind(i64::from(going.writes))
        .bind((!going.returns).then_some(NEVER))
        .execute(c)
        .await
        .map(drop))?;
    let actor = Actor { id: going.admin, from: going.from, writes: going.writes, until: end.seconds() };
    let of = Issue {
        session,
        secret: &secret,
        generation: 1,
        authenticated_at: Timestamp(0),
        expires_at: Some(end),
        stay: Stay::Visit,
        void_before: going.void_before,
        actor: Some(actor),
    };
    issue(house, subject, &of)
}

/// Whether an administrator may stay in somebody's place: their own session lives, they still may, and it is still a place for them.
/// Answers up to when the administrator's access tokens are stale.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn may_go_on(house: &Latchkey, actor: &Actor, owner: &Subject) -> Result<Option<Timestamp>, Refusal> {
    let found: Option<(Timestamp, Role, Option<String>)> = on!(house.db, read, |p| sqlx::query_as(STILL)
        .bind(actor.id)
        .bind(actor.from)
        .bind(house.now())
        .fetch_optional(p)
        .await)?;
    Ok(found.and_then(|(void_before, role, stored)| {
        let permissions = Permissions::of(role, stored.as_deref());
        let may = permissions.has(Permission::UsersImpersonate) && !owner.permissions.open_panel();
        (may && (role == Role::Admin || permissions.cover(&owner.permissions))).then_some(void_before)
    }))
}

/// Leads back to the session an administrator comes from, which is of the generation `from`. Moves it on to the generation `to` when
/// that harms nobody; otherwise it stays, and who asks next may find that it can move. Answers false where another request has moved
/// or ended that session.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn leave(house: &Latchkey, session: Uuid, way: &Way<'_>) -> Result<bool, Refusal> {
    let (own, now) = (way.own, house.now());
    let mut tx = house.db.begin().await?;
    let marked = within!(tx, |c| sqlx::query(LEAVE)
        .bind(way.to)
        .bind(session)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    let done = if way.moves {
        within!(tx, |c| sqlx::query(ADVANCE_OWN)
            .bind(way.to)
            .bind(now)
            .bind(&way.device.ip)
            .bind(own.from)
            .bind(own.id)
            .bind(way.from)
            .bind(now.minus(WINDOW))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?
    } else {
        within!(tx, |c| sqlx::query(STAY_OWN)
            .bind(now)
            .bind(own.from)
            .bind(own.id)
            .bind(way.from)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?
    };
    let found = marked == 1 && done == 1;
    if found {
        tx.commit().await?;
    }
    Ok(found)
}
