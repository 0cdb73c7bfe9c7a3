//! The three places a setting can be given, and which of them wins: flag, environment, file.

use super::{Key, SettingError};
use crate::words::settings as words;
pub use identity::policy::Origin;
use identity::policy::{Knob, Policy, Shown};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The file that is read when it exists in the working directory.
const FILE: &str = "latchkey.toml";
/// Names another file; then it has to exist.
const FILE_VARIABLE: &str = "LATCHKEY_CONFIG";

/// The values of one layer, as text.
pub type Layer = BTreeMap<Key, String>;

/// Every value that was given, with the layer that won. No `Debug`: it holds secrets.
#[derive(Default)]
pub struct Given {
    values: BTreeMap<Key, (String, Origin)>,
    /// Variables that begin with `LATCHKEY_` and mean nothing: probably misspelt.
    pub strangers: Vec<String>,
}

impl Given {
    /// Reads the environment and the file beneath the flags.
    ///
    /// # Errors
    /// When a variable is not UTF-8, or the file cannot be read, is no TOML, or has a key that means nothing.
    pub fn read(
        flags: Layer,
        config: Option<PathBuf>,
        environment: impl Iterator<Item = (OsString, OsString)>,
        directory: &Path,
    ) -> Result<Self, SettingError> {
        let mut variables: BTreeMap<String, OsString> = environment
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, value)| name.starts_with("LATCHKEY_") && !value.is_empty())
            .collect();
        let named = config.or_else(|| variables.remove(FILE_VARIABLE).map(PathBuf::from));
        variables.remove(FILE_VARIABLE);

        let mut given = Self::default();
        given.lay(read_file(named, directory)?, Origin::File);
        given.lay(from_environment(&mut variables)?, Origin::Environment);
        given.lay(flags, Origin::Flag);
        given.strangers = variables.into_keys().collect();
        Ok(given)
    }

    fn lay(&mut self, layer: Layer, origin: Origin) {
        self.values.extend(layer.into_iter().map(|(key, value)| (key, (value, origin))));
    }

    /// The value of a setting, parsed; `None` when it was not given.
    ///
    /// # Errors
    /// The parser's complaint, told with the setting's name and an example.
    pub fn get<T, E: Into<String>>(
        &self,
        key: Key,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, SettingError> {
        let Some((value, origin)) = self.values.get(&key) else { return Ok(None) };
        parse(value.trim()).map(Some).map_err(|fault| SettingError::value(key, *origin, value, fault))
    }

    /// Every setting and where it was given, without what is secret. Of those that have one, the value as the rules understood it.
    pub fn shown(&self, policy: &Policy) -> Vec<Shown> {
        let shown = |key: Key| {
            let about = key.about();
            let value = self.values.get(&key).map(|(value, _)| match Knob::from_word(about.name) {
                _ if about.secret => String::new(),
                Some(knob) => policy.text(knob),
                None => value.trim().to_owned(),
            });
            let origin = self.values.get(&key).map_or(Origin::Default, |(_, origin)| *origin);
            Shown { name: about.name, value, origin, secret: about.secret, help: about.help, default: about.default }
        };
        Key::ALL.into_iter().map(shown).collect()
    }

    /// A complaint about a value that is fine by itself and does not go with another.
    pub fn complain(&self, key: Key, fault: &str) -> SettingError {
        let (value, origin) = self.values.get(&key).map_or(("", Origin::Default), |(value, origin)| (value, *origin));
        SettingError::value(key, origin, value, fault)
    }
}

fn from_environment(variables: &mut BTreeMap<String, OsString>) -> Result<Layer, SettingError> {
    let mut layer = Layer::new();
    for key in Key::ALL {
        if let Some(value) = variables.remove(&key.variable()) {
            let value = value
                .into_string()
                .map_err(|_| SettingError::value(key, Origin::Environment, "", words::fault::NO_UTF8))?;
            layer.insert(key, value);
        }
    }
    Ok(layer)
}

fn read_file(named: Option<PathBuf>, directory: &Path) -> Result<Layer, SettingError> {
    let path = named.clone().unwrap_or_else(|| directory.join(FILE));
    match std::fs::read_to_string(&path) {
        Ok(text) => parse_file(&path, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(Layer::new()),
        Err(error) => Err(SettingError::file(&path, words::file_unreadable(error))),
    }
}

fn parse_file(path: &Path, text: &str) -> Result<Layer, SettingError> {
    // The parser's own report quotes the line, which may hold a secret; its message and place do not.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        SettingError::file(path, words::file_no_toml(line))
    })?;
    let mut layer = Layer::new();
    for (name, value) in table {
        let key =
            Key::from_name(&name).ok_or_else(|| SettingError::file(path, words::file_no_setting(&name, &names())))?;
        let text = text_of(value).ok_or_else(|| SettingError::value(key, Origin::File, "", words::fault::NO_SCALAR))?;
        layer.insert(key, text);
    }
    Ok(layer)
}

fn names() -> String {
    Key::ALL.map(|key| key.about().name).join(", ")
}

/// Scalars as they would be written in an environment variable; a list becomes its words with commas.
fn text_of(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(items) => items
            .into_iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map(|v| v.join(",")),
        _ => None,
    }
}
