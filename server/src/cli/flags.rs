//! The settings as flags, made from the list in `settings::Key` so that the two cannot drift apart.
//!
//! Values stay text here: flags, variables and file go through the same parsers, with the same messages. Their defaults and
//! variables stand in the help as words; no value ever does.

use crate::{
    settings::{Given, Key, Layer, SettingError, Settings},
    words::settings as words,
};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, error::Error, value_parser};
use std::path::{Path, PathBuf};

const CONFIG: &str = "config";

/// What was given on the command line. No `Debug`: it may hold secrets.
#[derive(Clone, Default)]
pub struct Flags {
    layer: Layer,
    config: Option<PathBuf>,
}

impl Flags {
    /// The settings these flags, the environment and the file make together.
    ///
    /// # Errors
    /// The first value that cannot be used.
    pub fn settings(self) -> Result<Settings, SettingError> {
        Settings::parse(Given::read(self.layer, self.config, std::env::vars_os(), Path::new("."))?)
    }
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new(CONFIG)
            .long(CONFIG)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .global(true)
            .help_heading(words::HEADING)
            .help(words::CONFIG);
        Key::ALL.into_iter().fold(command.arg(config), |command, key| command.arg(arg(key)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn arg(key: Key) -> Arg {
    let about = key.about();
    let text = words::help(about.help, &key.variable(), about.default);
    Arg::new(about.name)
        .long(key.flag())
        .value_name(about.value)
        .action(ArgAction::Set)
        .allow_hyphen_values(true)
        .global(true)
        .hide_short_help(true)
        .help_heading(words::HEADING)
        .help(text)
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        let given = Key::ALL.into_iter().filter_map(|key| {
            let value = matches.get_one::<String>(key.about().name)?;
            Some((key, value.clone()))
        });
        self.layer.extend(given);
        if let Some(config) = matches.get_one::<PathBuf>(CONFIG) {
            self.config = Some(config.clone());
        }
        Ok(())
    }
}
