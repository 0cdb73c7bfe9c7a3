//! Roles from the command line.

use crate::{
    settings::Settings,
    start::{self, StartError},
    words::cli::manage::{self as words, help},
};
use clap::Subcommand;
use identity::{
    Latchkey, Refusal,
    admin::{self, Admin, Proven},
    words::RoleName,
};

#[derive(Subcommand)]
pub enum Command {
    #[command(about = help::ROLES_LIST)]
    List {
        #[arg(long, help = help::JSON)]
        json: bool,
    },
    #[command(about = help::ROLES_SET)]
    Set {
        #[arg(long, help = help::ROLE_NAME)]
        name: String,
        #[arg(long, help = help::PERMISSIONS, required = true)]
        permissions: Vec<String>,
    },
    #[command(about = help::ROLES_REMOVE)]
    Remove {
        #[arg(long, help = help::ROLE_NAME)]
        name: String,
    },
}

/// `latchkey roles …`
pub async fn run(command: Command, settings: &Settings) -> Result<(), StartError> {
    let house = start::open_existing(settings).await?;
    let done = carry_out(&house, command).await;
    house.close().await;
    done
}

async fn carry_out(house: &Latchkey, command: Command) -> Result<(), StartError> {
    match command {
        Command::List { json } => {
            let roles = admin::roles(house, &Admin::operator()).await?;
            if json {
                super::print_json(&roles)?;
            } else {
                for role in roles {
                    let permissions = role.permissions.as_str();
                    println!("{}", words::role(role.role, role.holders, role.more_holders, permissions));
                }
            }
        }
        Command::Set { name, permissions } => {
            let role = named(&name)?;
            let list: Vec<String> =
                permissions.iter().flat_map(|list| list.split_whitespace()).map(str::to_owned).collect();
            let changed = match admin::edit_role(house, &Proven::operator(), role, &list).await {
                Err(Refusal::NotFound) => admin::make_role(house, &Proven::operator(), &name, &list).await,
                other => other,
            };
            changed.map_err(|refusal| told(refusal, &name))?;
            println!("{}", words::role_kept(&name));
        }
        Command::Remove { name } => {
            let role = named(&name)?;
            admin::remove_role(house, &Proven::operator(), role).await.map_err(|refusal| told(refusal, &name))?;
            println!("{}", words::role_removed(&name));
        }
    }
    Ok(())
}

fn named(name: &str) -> Result<RoleName, StartError> {
    RoleName::parse(name).ok_or_else(|| StartError::plain(words::no_role(name)))
}

fn told(refusal: Refusal, name: &str) -> StartError {
    match refusal {
        Refusal::NotFound => StartError::plain(words::no_role(name)),
        Refusal::Invalid(_) => StartError::plain(words::BAD_PERMISSIONS),
        Refusal::InUse => StartError::plain(words::ROLE_IN_USE),
        other => other.into(),
    }
}
