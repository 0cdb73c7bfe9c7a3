//! Accounts from the command line: whoever can run it holds the keys, so no further authority is asked for.

use super::password;
use crate::{
    settings::Settings,
    start::{self, StartError},
};
use clap::{Args, Subcommand};
use identity::{
    Latchkey, Refusal, accounts,
    admin::{self, Admin},
    throttle::{self, Throttle},
    words::{EmailAddress, Fault, FieldError, Role, Secret, UserView},
};

#[derive(Subcommand)]
pub enum AdminCommand {
    /// Make an administrator, with a confirmed address
    Create(NewAccount),
    /// Make an existing account an administrator
    Promote(Whom),
    /// Make an administrator an ordinary user
    Demote(Whom),
    /// Forget failed sign-ins, so that the account can be tried again at once
    Unlock(Whom),
    /// Set a new password and end the account's sessions
    ResetPassword {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        from: PasswordFrom,
    },
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Make an account, with a confirmed address
    Create {
        #[command(flatten)]
        account: NewAccount,
        /// What the account may open: user or admin
        #[arg(long, default_value = "user", value_parser = role)]
        role: Role,
    },
}

/// Whose account.
#[derive(Args)]
pub struct Whom {
    /// Mail address of the account
    #[arg(long, value_name = "ADDRESS")]
    email: String,
}

#[derive(Args)]
pub struct PasswordFrom {
    /// Read the password from standard input instead of asking
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
pub struct NewAccount {
    #[command(flatten)]
    whom: Whom,
    /// Display name; without it, the part of the address before the @
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    from: PasswordFrom,
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "neither user nor admin".to_owned())
}

/// `latchkey admin …`
pub async fn admin(command: AdminCommand, settings: &Settings) -> Result<(), StartError> {
    match command {
        AdminCommand::Create(account) => create(account, Role::Admin, settings).await,
        AdminCommand::Promote(whom) => set_role(&whom, Role::Admin, settings).await,
        AdminCommand::Demote(whom) => set_role(&whom, Role::User, settings).await,
        AdminCommand::Unlock(whom) => unlock(&whom, settings).await,
        AdminCommand::ResetPassword { whom, from } => reset_password(&whom, &from, settings).await,
    }
}

/// `latchkey user …`
pub async fn user(command: UserCommand, settings: &Settings) -> Result<(), StartError> {
    let UserCommand::Create { account, role } = command;
    create(account, role, settings).await
}

async fn create(account: NewAccount, role: Role, settings: &Settings) -> Result<(), StartError> {
    let email = address(&account.whom)?;
    let name = account.name.unwrap_or_else(|| email.local_part().to_owned());
    let password = password::read(account.from.password_stdin)?;
    let house = start::open(settings).await?;
    let made = accounts::create_verified(&house, &name, email.as_str(), &password, role).await;
    house.close().await;
    made.map_err(|refusal| told(refusal, &email, settings))?;
    match role {
        Role::Admin => println!("{email} is an administrator and can sign in."),
        Role::User => println!("{email} has an account and can sign in."),
    }
    Ok(())
}

async fn set_role(whom: &Whom, role: Role, settings: &Settings) -> Result<(), StartError> {
    let email = address(whom)?;
    let house = start::open_existing(settings).await?;
    let done = async {
        let user = find(&house, &email).await?;
        admin::set_role(&house, &Admin::operator(), user.id, role).await
    };
    let done = done.await;
    house.close().await;
    done.map_err(|refusal| told(refusal, &email, settings))?;
    println!("{email} is {}.", if role == Role::Admin { "an administrator now" } else { "an ordinary user now" });
    Ok(())
}

async fn unlock(whom: &Whom, settings: &Settings) -> Result<(), StartError> {
    let email = address(whom)?;
    let house = start::open_existing(settings).await?;
    let done = async {
        find(&house, &email).await?;
        throttle::clear(&house, Throttle::SignIn, &email).await
    };
    let done = done.await;
    house.close().await;
    done.map_err(|refusal| told(refusal, &email, settings))?;
    println!("{email} can try to sign in again.");
    Ok(())
}

async fn reset_password(whom: &Whom, from: &PasswordFrom, settings: &Settings) -> Result<(), StartError> {
    let email = address(whom)?;
    let house = start::open_existing(settings).await?;
    let done = set_password(&house, &email, from).await;
    house.close().await;
    done?.map_err(|refusal| told(refusal, &email, settings))?;
    println!("{email} has a new password. All sessions of the account have ended.");
    Ok(())
}

/// Finds the account before it asks: nobody likes to type a password twice for a misspelt address.
async fn set_password(
    house: &Latchkey,
    email: &EmailAddress,
    from: &PasswordFrom,
) -> Result<Result<(), Refusal>, StartError> {
    let user = match find(house, email).await {
        Ok(user) => user,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let password: Secret = password::read(from.password_stdin)?;
    Ok(admin::reset_password(house, &Admin::operator(), user.id, &password).await)
}

async fn find(house: &Latchkey, email: &EmailAddress) -> Result<UserView, Refusal> {
    admin::find_by_email(house, &Admin::operator(), email).await
}

fn address(whom: &Whom) -> Result<EmailAddress, StartError> {
    EmailAddress::parse(&whom.email)
        .map_err(|_| StartError::plain(format!("--email: {:?} is no mail address", whom.email)))
}

/// A refusal in a sentence for an operator, who may know what a visitor may not.
fn told(refusal: Refusal, email: &EmailAddress, settings: &Settings) -> StartError {
    match refusal {
        Refusal::NotFound => StartError::plain(format!("{email} has no account")),
        Refusal::AlreadyDone => StartError::plain(format!("{email} has an account already")),
        Refusal::LastAdmin => {
            StartError::plain(format!("{email} is the last administrator; promote somebody else first"))
        }
        Refusal::Invalid(faults) => {
            let faults: Vec<String> = faults.iter().map(|fault| sentence(*fault, settings)).collect();
            StartError::plain(faults.join("; "))
        }
        other => other.into(),
    }
}

fn sentence(error: FieldError, settings: &Settings) -> String {
    let what = match error.fault {
        Fault::Missing => "is missing".to_owned(),
        Fault::TooShort => format!("is too short: it takes at least {} characters", settings.rules.min_password),
        Fault::TooLong => "is too long".to_owned(),
        Fault::Unprintable => "has control characters in it".to_owned(),
        Fault::Common => "is one of those that are tried first".to_owned(),
        Fault::Personal => "is built from the name or address".to_owned(),
        Fault::Breached => "is known from data leaks".to_owned(),
        other => format!("is refused ({other})"),
    };
    format!("the {} {what}", error.field)
}
