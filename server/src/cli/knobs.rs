//! Settings from the command line: `latchkey settings`.

use crate::{
    settings::{self, Settings},
    start::{self, StartError},
    words::cli::manage::{self as words, help},
};
use clap::Subcommand;
use identity::{
    Latchkey, Refusal,
    admin::{self, Admin, Proven, SettingView},
    policy::{Knob, Origin},
    words::Fault,
};

#[derive(Subcommand)]
pub enum Command {
    #[command(about = help::SETTINGS_LIST)]
    List {
        #[arg(long, help = help::JSON)]
        json: bool,
    },
    #[command(about = help::SETTINGS_SET)]
    Set {
        #[arg(help = help::SETTING)]
        name: String,
        #[arg(help = help::VALUE)]
        value: String,
    },
    #[command(about = help::SETTINGS_RESET)]
    Reset {
        #[arg(help = help::SETTING)]
        name: String,
    },
}

/// `latchkey settings …`
pub async fn run(command: Command, settings: &Settings) -> Result<(), StartError> {
    let house = start::open_existing(settings).await?;
    let done = carry_out(&house, command).await;
    house.close().await;
    done
}

async fn carry_out(house: &Latchkey, command: Command) -> Result<(), StartError> {
    let (knob, value) = match command {
        Command::List { json } => {
            let views = admin::settings(house, &Admin::operator()).await?;
            if json {
                super::print_json(&views)?;
            } else {
                views.iter().for_each(|view| println!("{}", line(view)));
            }
            return Ok(());
        }
        Command::Set { name, value } => (named(&name)?, Some(value)),
        Command::Reset { name } => (named(&name)?, None),
    };
    let done = match &value {
        Some(value) => admin::set_setting(house, &Proven::operator(), knob, value).await,
        None => admin::reset_setting(house, &Proven::operator(), knob).await,
    };
    done.map_err(|refusal| told(refusal, knob, value.as_deref().unwrap_or_default()))?;
    println!("{}", words::setting_is(knob, house.policy().text(knob)));
    Ok(())
}

fn named(name: &str) -> Result<Knob, StartError> {
    let names = || Knob::ALL.iter().map(|knob| knob.as_str()).collect::<Vec<_>>().join(", ");
    Knob::from_word(&name.replace('-', "_")).ok_or_else(|| StartError::plain(words::no_setting(name, &names())))
}

fn line(view: &SettingView) -> String {
    let value = match &view.value {
        _ if view.secret && view.origin != Origin::Default => words::SECRET,
        Some(value) => value,
        None => &view.default,
    };
    let origin = match view.origin {
        Origin::RunTime => words::RUN_TIME,
        origin => origin.as_str(),
    };
    words::setting(&view.name, value, origin).trim_end().to_owned()
}

fn told(refusal: Refusal, knob: Knob, value: &str) -> StartError {
    let Refusal::Invalid(faults) = &refusal else { return refusal.into() };
    let fault = faults.first().map_or(Fault::Malformed, |fault| fault.fault);
    StartError::plain(match (knob, fault) {
        (_, Fault::Fixed) => words::fixed(knob),
        (Knob::SignUp | Knob::SignUpDomains, Fault::Missing) => words::empty_list(knob),
        _ => words::bad_value(knob, value, settings::fault_of(knob, fault)),
    })
}
