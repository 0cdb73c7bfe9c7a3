//! Signing keys from the command line.

use super::moment;
use crate::{
    settings::Settings,
    start::{self, StartError},
    words::cli::{
        help, keys as words,
        manage::{self, help as more},
    },
};
use clap::Subcommand;
use identity::{
    Latchkey, Refusal,
    admin::{self, Admin, KeyState, KeyView, Proven},
    keys,
    words::Fault,
};

#[derive(Subcommand)]
pub enum Command {
    #[command(about = help::KEYS_LIST)]
    List {
        #[arg(long, help = more::JSON)]
        json: bool,
    },
    #[command(about = help::KEYS_ROTATE)]
    Rotate {
        #[arg(long, help = help::KEYS_NOW)]
        now: bool,
    },
    #[command(about = more::KEYS_PLAN)]
    Plan {
        #[arg(long, help = more::KEYS_AT, required_unless_present = "cancel")]
        at: Option<String>,
        #[arg(long, help = more::KEYS_CANCEL, conflicts_with = "at")]
        cancel: bool,
    },
    #[command(about = more::KEYS_DISTRUST)]
    Distrust {
        #[arg(long, help = more::KEYS_KID)]
        kid: String,
    },
}

/// `latchkey keys …`
pub async fn run(command: &Command, settings: &Settings) -> Result<(), StartError> {
    let house = start::open_existing(settings).await?;
    let done = carry_out(&house, command).await;
    house.close().await;
    println!("{}", done?);
    Ok(())
}

async fn carry_out(house: &Latchkey, command: &Command) -> Result<String, StartError> {
    let operator = Proven::operator();
    Ok(match command {
        Command::List { json } => {
            let keys = admin::keys(house, &Admin::operator()).await?;
            match json {
                true => super::json(&keys)?,
                false => keys.iter().map(line).collect::<Vec<_>>().join("\n"),
            }
        }
        Command::Rotate { now: true } => words::signs_now(admin::rotate_keys(house, &operator, keys::AT_ONCE).await?),
        Command::Rotate { now: false } => {
            let kid = admin::rotate_keys(house, &operator, keys::ANNOUNCED).await?;
            words::signs_soon(kid, keys::ANNOUNCED.as_secs() / 60)
        }
        Command::Plan { at: Some(at), .. } => {
            let at = admin::moment(at).map_err(told)?;
            admin::plan_key_retirement(house, &operator, at).await.map_err(told)?;
            manage::PLANNED.to_owned()
        }
        Command::Plan { at: None, .. } => {
            admin::cancel_key_retirement(house, &operator).await.map_err(told)?;
            manage::PLAN_CANCELLED.to_owned()
        }
        Command::Distrust { kid } => {
            let done = admin::distrust_key(house, &operator, kid).await;
            done.map_err(|refusal| match refusal {
                Refusal::NotFound => StartError::plain(manage::no_key(kid)),
                other => other.into(),
            })?;
            manage::distrusted(kid)
        }
    })
}

fn told(refusal: Refusal) -> StartError {
    match refusal {
        Refusal::AlreadyDone => StartError::plain(manage::PLAN_TAKEN),
        Refusal::Invalid(faults) if faults.iter().any(|fault| fault.fault == Fault::NotAllowed) => {
            StartError::plain(manage::NOT_THEN)
        }
        Refusal::Invalid(_) => StartError::plain(manage::NO_MOMENT),
        other => other.into(),
    }
}

fn line(key: &KeyView) -> String {
    let state = match (key.state, key.retired_at, key.planned_at) {
        (KeyState::Coming, ..) => words::signs_from(&moment(key.signs_from)),
        (KeyState::Signing, Some(at), _) => words::signs_until(&moment(at)),
        (KeyState::Signing, None, Some(at)) => manage::planned(&moment(at)),
        (KeyState::Signing, None, None) => words::SIGNS.to_owned(),
        (KeyState::Retired, at, _) => {
            let until = key.verifies_until.map(|at| manage::verifies(&moment(at))).unwrap_or_default();
            format!("{}, {until}", words::retired(&moment(at.unwrap_or_default())))
        }
    };
    format!("{}  {:5}  {}  {state}", key.kid, key.alg, words::made(&moment(key.made_at)))
}
