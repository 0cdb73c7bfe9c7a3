//! A new password for somebody who is signed in and knows the old one.

use super::{devices, recovery};
use crate::{
    Latchkey, Refusal,
    db::{on, statements, within},
    events::{self, Event, Kind},
    mail::security::Owner,
    passwords::{self, Rules, Verdict},
    sessions::{self, Device, step_up::given},
    throttle::{self, Throttle},
    tokens::TokenPair,
    words::{EndCause, Fault, Field, FieldError, Secret, Viewer},
};
use uuid::Uuid;

statements! {
    FIND = "select name, email, password_hash from users where id = $1";
    /// Of two who change it at once, one does: the other's old password is not the old one any more.
    CHANGE = "update users set password_hash = $1, password_changed_at = $2
               where id = $3 and password_hash = $4 and disabled_at is null returning id";
}

#[derive(sqlx::FromRow)]
struct Own {
    name: String,
    email: String,
    password_hash: String,
}

/// Changes the caller's own password and ends all other sessions. Giving the old one is a proof for this session, which
/// gets new tokens as [`sessions::reauthenticate`] tells of `renew`. Wrong guesses count together with those at
/// [`sessions::reauthenticate`], or a session left open would be a place to guess at.
///
/// # Errors
/// `Acting` for an administrator in the owner's place, `Invalid` with every fault (`Wrong` on `current`, `Same` on `password`), `TooMany` attempts, `SignedOut` when the session is
/// over, `Busy`, or when the database does not answer.
pub async fn change_password(
    house: &Latchkey,
    viewer: &Viewer,
    device: &Device,
    current: &Secret,
    password: &Secret,
    renew: bool,
) -> Result<Option<TokenPair>, Refusal> {
    sessions::is_owner(viewer)?;
    let own: Option<Own> = on!(house.db, read, |p| sqlx::query_as(FIND).bind(viewer.id).fetch_optional(p).await)?;
    let own = own.ok_or(Refusal::SignedOut(None))?;
    let password = read(house, &own, current, password).await?;
    throttle::take_by(house, Throttle::Proof, viewer.id.as_bytes()).await?;
    let wrong = || Refusal::field(Field::Current, Fault::Wrong);
    if house.hasher.verify(current, Some(&own.password_hash)).await? == Verdict::Wrong {
        let mut tx = house.db.begin().await?;
        events::record(house, &mut tx, by(viewer, Kind::ReauthenticationFailed).from(device)).await?;
        tx.commit().await?;
        return Err(wrong());
    }
    let hash = house.hasher.hash(&password).await?;
    let now = house.now();
    let mut tx = house.db.begin().await?;
    let changed: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(CHANGE)
        .bind(&hash)
        .bind(now)
        .bind(viewer.id)
        .bind(&own.password_hash)
        .fetch_optional(c)
        .await)?;
    changed.ok_or_else(wrong)?;
    let pair = given(house, &mut tx, viewer, device, renew).await?;
    let ended =
        sessions::end_all_within(house, &mut tx, viewer.id, Some(viewer.session), EndCause::PasswordChanged).await?;
    recovery::void_requests(&mut tx, viewer.id).await?;
    devices::forget_others(house, &mut tx, viewer.id, device).await?;
    events::record(house, &mut tx, by(viewer, Kind::PasswordChanged).from(device)).await?;
    let owner = Owner { name: &own.name, to: &own.email };
    recovery::tell(house, &mut tx, viewer.id, owner, Some(device)).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, now);
    house.outbox_bell.notify_one();
    throttle::forgive(house, Throttle::Proof, viewer.id.as_bytes()).await;
    Ok(pair)
}

/// Every fault that can be seen without judging the old password.
async fn read(
    house: &Latchkey,
    own: &Own,
    current: &Secret,
    password: &Secret,
) -> Result<passwords::Password, Refusal> {
    let mut faults = Vec::new();
    if current.expose().is_empty() {
        faults.push(FieldError::new(Field::Current, Fault::Missing));
    }
    let accepted = match passwords::accept(house, password, &Rules::of(house, &own.name, &own.email)).await {
        Ok(password) => Some(password),
        Err(Refusal::Invalid(more)) => {
            faults.extend(more);
            None
        }
        Err(other) => return Err(other),
    };
    if accepted.as_ref().is_some_and(|password| password.is(current)) {
        faults.push(FieldError::new(Field::Password, Fault::Same));
    }
    accepted.filter(|_| faults.is_empty()).ok_or(Refusal::Invalid(faults))
}

fn by(viewer: &Viewer, kind: Kind) -> Event {
    Event::new(kind).by(viewer.id).on(viewer.id).session(viewer.session)
}
