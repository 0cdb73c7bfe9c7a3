//! Looking at accounts and acting on them from the command line, by the rules of the admin panel and with their events.

use super::{
    accounts::{address, find, told},
    moment,
};
use crate::{
    settings::Settings,
    start::{self, StartError},
    words::cli::manage as words,
};
use identity::{
    Latchkey, Refusal,
    admin::{self, Admin, At, Proven},
    words::{EmailAddress, Role, UserView},
};

/// Rows that are read at once.
const PAGE: usize = 200;

/// What is done to an account.
pub enum Act {
    Disable,
    Enable,
    EndSessions,
    Verify,
    Delete,
    Undelete,
    SetRole(Role),
}

/// Prints accounts as they are read.
///
/// # Errors
/// When the database does not answer.
pub async fn list(settings: &Settings, begins: String, role: Option<Role>, json: bool) -> Result<(), StartError> {
    let house = start::open_existing(settings).await?;
    let done = pages(&house, begins, role, json).await;
    house.close().await;
    Ok(done?)
}

async fn pages(house: &Latchkey, begins: String, role: Option<Role>, json: bool) -> Result<(), Refusal> {
    let mut filter = admin::Filter { begins, role, limit: PAGE, ..admin::Filter::default() };
    let mut all = Vec::new();
    loop {
        let page = admin::users(house, &Admin::operator(), &filter).await?;
        all.extend(page.items);
        let next = page.next.as_deref().map(admin::Cursor::parse).transpose()?;
        if !json {
            all.drain(..).for_each(|user| println!("{}", line(&user)));
        }
        match next {
            Some(next) => filter.at = At::After(next),
            None => break,
        }
    }
    if json {
        super::print_json(&all)?;
    }
    Ok(())
}

fn line(user: &UserView) -> String {
    words::account(&user.email, user.role, state(user), user.id)
}

fn state(user: &UserView) -> &'static str {
    match user {
        UserView { delete_at: Some(_), .. } => words::LEAVING,
        UserView { disabled_at: Some(_), .. } => words::DISABLED,
        UserView { verified_at: None, .. } => words::UNVERIFIED,
        _ => words::ACTIVE,
    }
}

/// Prints one account.
///
/// # Errors
/// When there is none, or the database does not answer.
pub async fn show(settings: &Settings, email: &str, json: bool) -> Result<(), StartError> {
    let email = address(email)?;
    let house = start::open_existing(settings).await?;
    let found = find(&house, &email).await;
    house.close().await;
    let user = found.map_err(|refusal| told(refusal, &email, settings))?;
    if json {
        return Ok(super::print_json(&user)?);
    }
    let last = user.last_sign_in_at.map_or(words::NEVER.to_owned(), moment);
    for (name, value) in [
        (words::ADDRESS, user.email.clone()),
        (words::NAME, user.name.clone()),
        (words::ID, user.id.to_string()),
        (words::ROLE, user.role.to_string()),
        (words::STATE, state(&user).to_owned()),
        (words::REGISTERED, moment(user.created_at)),
        (words::LAST_SIGN_IN, last),
    ] {
        println!("{}", words::fact(name, value));
    }
    Ok(())
}

/// Acts on one account.
///
/// # Errors
/// When there is none, the rule refuses, or the database does not answer.
pub async fn act(settings: &Settings, email: &str, act: Act) -> Result<(), StartError> {
    let email = address(email)?;
    let house = start::open_existing(settings).await?;
    let done = done(&house, &email, act).await;
    house.close().await;
    println!("{}", done.map_err(|refusal| told(refusal, &email, settings))?);
    Ok(())
}

async fn done(house: &Latchkey, email: &EmailAddress, act: Act) -> Result<String, Refusal> {
    let (operator, id) = (Proven::operator(), find(house, email).await?.id);
    Ok(match act {
        Act::Disable => admin::disable(house, &operator, id).await.map(|()| words::disabled(email))?,
        Act::Enable => admin::enable(house, &operator, id).await.map(|()| words::enabled(email))?,
        Act::EndSessions => {
            admin::end_sessions(house, &operator, id).await.map(|count| words::sessions_ended(email, count))?
        }
        Act::Verify => admin::verify(house, &operator, id).await.map(|()| words::verified(email))?,
        Act::Delete => admin::order_deletion(house, &operator, id).await.map(|()| words::deletion_ordered(email))?,
        Act::Undelete => admin::revoke_deletion(house, &operator, id).await.map(|()| words::deletion_revoked(email))?,
        Act::SetRole(role) => {
            admin::set_role(house, &operator, id, role).await.map(|()| words::role_set(email, role))?
        }
    })
}

/// Makes an account and has its owner written to.
///
/// # Errors
/// When the address has an account already, the rule refuses, or the database does not answer.
pub async fn invite(settings: &Settings, email: &str, name: Option<String>, role: Role) -> Result<(), StartError> {
    let email = address(email)?;
    let name = name.unwrap_or_else(|| email.local_part().to_owned());
    let house = start::open_existing(settings).await?;
    let done = admin::invite(&house, &Proven::operator(), &name, email.as_str(), role).await;
    house.close().await;
    done.map_err(|refusal| told(refusal, &email, settings))?;
    println!("{}", words::invited(&email));
    Ok(())
}
