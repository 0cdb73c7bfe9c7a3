//! Vouching for the address of somebody whose letter does not arrive.
//!
//! Anybody may have registered an address. Where it was registered once, the administrator vouches for whoever did, and the password of
//! that registration counts. Where it was registered more than once, the account was made by invitation, or it has a role, it is not
//! certain enough whose password is stored: then it is made worthless, and the mailbox gets what a new one is set with.

use super::{Proven, acts::reach, invite::count_stranger};
use crate::{
    Latchkey, Refusal,
    accounts::{self, PersonName, renewal},
    db::{statements, within},
    events::{self, Kind},
    mail::{self, security::Owner},
    words::{EmailAddress, Permission},
};
use uuid::Uuid;

statements! {
    /// `password_changed_at` of an unconfirmed account says that it was registered more than once. Asked in the statement that confirms: one
    /// who registers at the same moment comes before it and is seen, or after it and finds a confirmed account.
    CERTAIN = "update users set verified_at = $1
                where id = $2 and verified_at is null and password_changed_at is null and invited_at is null
                  and role = 'user' and role_name is null
            returning name, email";
    ADDRESS = "select email from users where id = $1";
    /// The name was whatever somebody typed who need not be the owner, unless it was an administrator.
    DOUBTFUL = "update users set verified_at = $1, name = case when invited_at is null then $4 else name end,
                                 name_key = case when invited_at is null then $5 else name_key end
                 where id = $2 and email = $3 and verified_at is null returning name";
}

/// Confirms the address of an account. Doing it twice changes nothing.
///
/// # Errors
/// `Forbidden`, `NotFound`, `TooMany` letters to people who have never signed in, or when the database does not answer.
pub async fn verify(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<(), Refusal> {
    let now = house.now();
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let certain: Option<(String, String)> =
        within!(tx, |c| sqlx::query_as(CERTAIN).bind(now).bind(id).fetch_optional(c).await)?;
    let mut ended = Vec::new();
    let letter = match certain {
        Some((name, email)) => {
            accounts::void_registrations(&mut tx, id).await?;
            let secure = accounts::secure::link(house, &mut tx, id, &email).await?;
            let owner = Owner { name: &name, to: &email };
            mail::address_vouched(&house.settings, owner, now, &house.settings.link("/login", &[]), &secure)
        }
        None => {
            let address: Option<(String,)> = within!(tx, |c| sqlx::query_as(ADDRESS).bind(id).fetch_optional(c).await)?;
            let address = EmailAddress::parse(&address.ok_or(Refusal::NotFound)?.0)?;
            let local = PersonName::parse(address.local_part())?;
            let confirmed: Option<(String,)> = within!(tx, |c| sqlx::query_as(DOUBTFUL)
                .bind(now)
                .bind(id)
                .bind(address.as_str())
                .bind(local.as_str())
                .bind(local.search_key())
                .fetch_optional(c)
                .await)?;
            let Some((name,)) = confirmed else { return Ok(()) };
            let (brought, all) = renewal::force(house, &mut tx, id, address.as_str()).await?;
            ended = all;
            let owner = Owner { name: &name, to: address.as_str() };
            let forgot = house.settings.link("/forgot", &[]);
            let renewal::Renewal { link, code, hours } = &brought;
            mail::address_vouched_anew(&house.settings, owner, link, code, *hours, &forgot)
        }
    };
    events::record(house, &mut tx, admin.event(Kind::VerifiedByAdmin).on(id)).await?;
    mail::post(house, &mut tx, Some(id), &letter).await?;
    count_stranger(house, &mut tx, &admin, id).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, now);
    house.outbox_bell.notify_one();
    Ok(())
}
