//! Where things are: the repository and cargo's target directory.

use crate::run::output;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The repository's top folder; without cargo around it, the current one.
///
/// Asked at run time, because two clones may share one target directory and so one `xtask` binary.
pub fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    manifest.and_then(|folder| Some(folder.parent()?.to_owned())).unwrap_or_else(|| PathBuf::from("."))
}

/// Cargo's target directory, wherever the environment or a configuration file puts it.
pub fn target() -> Result<PathBuf> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(known) = TARGET.get() {
        return Ok(known.clone());
    }
    let text =
        output(Command::new("cargo").args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root()))?;
    let metadata: serde_json::Value = serde_json::from_str(&text).context("cargo metadata did not answer JSON")?;
    let Some(directory) = metadata["target_directory"].as_str() else {
        bail!("cargo metadata names no target directory")
    };
    Ok(TARGET.get_or_init(|| PathBuf::from(directory)).clone())
}

/// The folder of finished assets, which the server's build script embeds.
pub fn site() -> Result<PathBuf> {
    Ok(target()?.join("site"))
}
