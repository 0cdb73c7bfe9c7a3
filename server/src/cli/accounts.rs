//! Accounts from the command line: whoever can run it holds the keys, so no further authority is asked for.

use super::{
    password,
    people::{self, Act},
};
use crate::{
    settings::Settings,
    start::{self, StartError},
    words::cli::{accounts as words, help, manage::help as more},
};
use clap::{Args, Subcommand};
use identity::{
    Latchkey, Refusal, accounts,
    admin::{self, Admin},
    words::{EmailAddress, Fault, Field, FieldError, Role, Secret, UserView},
};

#[derive(Subcommand)]
pub enum AdminCommand {
    #[command(about = more::ADMIN_LIST)]
    List {
        #[arg(long, help = more::JSON)]
        json: bool,
    },
    #[command(about = help::ADMIN_CREATE)]
    Create(NewAccount),
    #[command(about = help::ADMIN_PROMOTE)]
    Promote(Whom),
    #[command(about = help::ADMIN_DEMOTE)]
    Demote(Whom),
    #[command(about = help::ADMIN_UNLOCK)]
    Unlock(Whom),
    #[command(about = help::ADMIN_RESET_PASSWORD)]
    ResetPassword {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        from: PasswordFrom,
    },
}

#[derive(Subcommand)]
pub enum UserCommand {
    #[command(about = help::USER_CREATE)]
    Create {
        #[command(flatten)]
        account: NewAccount,
        #[arg(long, help = more::ROLE_GIVEN, default_value = "user", value_parser = role)]
        role: Role,
    },
    #[command(about = more::USER_LIST)]
    List {
        #[arg(long, help = more::USER_SEARCH, value_name = "TEXT", default_value = "")]
        search: String,
        #[arg(long, help = more::USER_OF_ROLE, value_parser = role)]
        role: Option<Role>,
        #[arg(long, help = more::JSON)]
        json: bool,
    },
    #[command(about = more::USER_SHOW)]
    Show {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, help = more::JSON)]
        json: bool,
    },
    #[command(about = more::USER_DISABLE)]
    Disable(Whom),
    #[command(about = more::USER_ENABLE)]
    Enable(Whom),
    #[command(about = more::USER_END_SESSIONS)]
    EndSessions(Whom),
    #[command(about = more::USER_VERIFY)]
    Verify(Whom),
    #[command(about = more::USER_DELETE)]
    Delete(Whom),
    #[command(about = more::USER_UNDELETE)]
    Undelete(Whom),
    #[command(about = more::USER_SET_ROLE)]
    SetRole {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, help = more::ROLE_GIVEN, value_parser = role)]
        role: Role,
    },
    #[command(about = more::USER_INVITE)]
    Invite {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, help = help::NAME)]
        name: Option<String>,
        #[arg(long, help = more::ROLE_GIVEN, default_value = "user", value_parser = role)]
        role: Role,
    },
    #[command(about = help::USER_IMPORT)]
    Import(super::import::ImportArgs),
}

/// Whose account.
#[derive(Args)]
pub struct Whom {
    #[arg(long, help = help::EMAIL, value_name = "ADDRESS")]
    email: String,
}

#[derive(Args)]
pub struct PasswordFrom {
    #[arg(long, help = help::PASSWORD_STDIN)]
    password_stdin: bool,
}

#[derive(Args)]
pub struct NewAccount {
    #[command(flatten)]
    whom: Whom,
    #[arg(long, help = help::NAME)]
    name: Option<String>,
    #[command(flatten)]
    from: PasswordFrom,
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| words::NO_ROLE.to_owned())
}

/// `latchkey admin …`
pub async fn admin(command: AdminCommand, settings: &Settings) -> Result<(), StartError> {
    match command {
        AdminCommand::List { json } => people::list(settings, String::new(), Some(Role::Admin), json).await,
        AdminCommand::Create(account) => create(account, Role::Admin, settings).await,
        AdminCommand::Promote(whom) => set_role(&whom, Role::Admin, settings).await,
        AdminCommand::Demote(whom) => set_role(&whom, Role::User, settings).await,
        AdminCommand::Unlock(whom) => unlock(&whom, settings).await,
        AdminCommand::ResetPassword { whom, from } => reset_password(&whom, &from, settings).await,
    }
}

/// `latchkey user …`
pub async fn user(command: UserCommand, settings: &Settings) -> Result<(), StartError> {
    let (whom, act) = match command {
        UserCommand::Create { account, role } => return create(account, role, settings).await,
        UserCommand::List { search, role, json } => return people::list(settings, search, role, json).await,
        UserCommand::Show { whom, json } => return people::show(settings, &whom.email, json).await,
        UserCommand::Invite { whom, name, role } => return people::invite(settings, &whom.email, name, role).await,
        UserCommand::Import(args) => return super::import::import(args, settings).await,
        UserCommand::Disable(whom) => (whom, Act::Disable),
        UserCommand::Enable(whom) => (whom, Act::Enable),
        UserCommand::EndSessions(whom) => (whom, Act::EndSessions),
        UserCommand::Verify(whom) => (whom, Act::Verify),
        UserCommand::Delete(whom) => (whom, Act::Delete),
        UserCommand::Undelete(whom) => (whom, Act::Undelete),
        UserCommand::SetRole { whom, role } => (whom, Act::SetRole(role)),
    };
    people::act(settings, &whom.email, act).await
}

async fn create(account: NewAccount, role: Role, settings: &Settings) -> Result<(), StartError> {
    let email = address(&account.whom.email)?;
    let name = account.name.unwrap_or_else(|| email.local_part().to_owned());
    let password = password::read(account.from.password_stdin)?;
    let house = start::open(settings).await?;
    let made = accounts::create_verified(&house, &name, email.as_str(), &password, role).await;
    house.close().await;
    made.map_err(|refusal| told(refusal, &email, settings))?;
    match role {
        Role::Admin => println!("{}", words::made_admin(&email)),
        Role::User | Role::Named(_) => println!("{}", words::made_user(&email)),
    }
    Ok(())
}

async fn set_role(whom: &Whom, role: Role, settings: &Settings) -> Result<(), StartError> {
    let email = address(&whom.email)?;
    let house = start::open_existing(settings).await?;
    let done = async {
        let user = find(&house, &email).await?;
        admin::set_role(&house, &admin::Proven::operator(), user.id, role).await
    };
    let done = done.await;
    house.close().await;
    done.map_err(|refusal| told(refusal, &email, settings))?;
    match role {
        Role::Admin => println!("{}", words::promoted(&email)),
        Role::User | Role::Named(_) => println!("{}", words::demoted(&email)),
    }
    Ok(())
}

async fn unlock(whom: &Whom, settings: &Settings) -> Result<(), StartError> {
    let email = address(&whom.email)?;
    let house = start::open_existing(settings).await?;
    let done = accounts::unlock(&house, &email).await;
    house.close().await;
    done.map_err(|refusal| told(refusal, &email, settings))?;
    println!("{}", words::unlocked(&email));
    Ok(())
}

async fn reset_password(whom: &Whom, from: &PasswordFrom, settings: &Settings) -> Result<(), StartError> {
    let email = address(&whom.email)?;
    let house = start::open_existing(settings).await?;
    let done = set_password(&house, &email, from).await;
    house.close().await;
    done?.map_err(|refusal| told(refusal, &email, settings))?;
    println!("{}", words::password_set(&email));
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
    Ok(admin::reset_password(house, &admin::Proven::operator(), user.id, &password).await)
}

/// The account with this address.
pub(super) async fn find(house: &Latchkey, email: &EmailAddress) -> Result<UserView, Refusal> {
    admin::find_by_email(house, &Admin::operator(), email).await
}

/// Reads an address.
pub(super) fn address(email: &str) -> Result<EmailAddress, StartError> {
    EmailAddress::parse(email).map_err(|_| StartError::plain(words::no_address(email)))
}

/// A refusal in a sentence for an operator, who may know what a visitor may not.
pub(super) fn told(refusal: Refusal, email: &EmailAddress, settings: &Settings) -> StartError {
    match refusal {
        Refusal::NotFound => StartError::plain(words::unknown(email)),
        Refusal::AlreadyDone => StartError::plain(words::taken(email)),
        Refusal::LastAdmin => StartError::plain(words::last_admin(email)),
        Refusal::Invalid(faults) => {
            let faults: Vec<String> = faults.iter().map(|fault| sentence(*fault, settings)).collect();
            StartError::plain(faults.join("; "))
        }
        other => other.into(),
    }
}

fn sentence(error: FieldError, settings: &Settings) -> String {
    let what = match error.fault {
        Fault::NotAllowed if error.field == Field::Role => words::UNCLAIMED.to_owned(),
        Fault::Missing => words::MISSING.to_owned(),
        Fault::TooShort => words::too_short(settings.rules.policy.min_password),
        Fault::TooLong => words::TOO_LONG.to_owned(),
        Fault::Unprintable => words::UNPRINTABLE.to_owned(),
        Fault::Common => words::COMMON.to_owned(),
        Fault::Personal => words::PERSONAL.to_owned(),
        Fault::Breached => words::BREACHED.to_owned(),
        other => words::refused(other),
    };
    words::fault(error.field, &what)
}
