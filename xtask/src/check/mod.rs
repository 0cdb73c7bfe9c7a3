//! Searches the sources for patterns that compile and are still wrong: with Leptos 0.8, or by agreement among ourselves.
//!
//! Text search, not parsing: it may be fooled on purpose, never by accident, and every rule says why it is there.

mod rules;
mod words;

use crate::paths::root;
use crate::run::{run as run_program, say};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong and why.
    pub what: &'static str,
}

/// Checks every Rust source of `app` and `server`.
///
/// # Errors
/// When anything was found; each finding has been printed as `file:line: reason`.
pub fn run() -> Result<()> {
    let mut files = Vec::new();
    for folder in ["app/src", "server/src"] {
        sources(&root().join(folder), &mut files)?;
    }
    let mut count = 0;
    for file in &files {
        let text = fs::read_to_string(file)?;
        let path = file.strip_prefix(root()).unwrap_or(file);
        for finding in rules::apply(&path.to_string_lossy(), &text) {
            eprintln!("{}:{}: {}", path.display(), finding.line, finding.what);
            count += 1;
        }
    }
    if count > 0 {
        bail!("{count} patterns in the sources that must not be there");
    }
    say(format!("{} sources searched, nothing found", files.len()));
    Ok(())
}

/// Whether every source is formatted. `cargo fmt` follows `mod`, and does not see the modules that `identity` and `app` declare
/// through a macro.
///
/// # Errors
/// When one is not; the difference has been printed.
pub fn format() -> Result<()> {
    let mut files = Vec::new();
    for folder in ["app", "bench", "frontend", "identity", "server", "xtask"] {
        sources(&root().join(folder), &mut files)?;
    }
    run_program(Command::new("rustfmt").args(["--edition", "2024", "--check"]).args(files).current_dir(root()))
}

/// Every `.rs` file below `folder`.
pub fn sources(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
    into.sort();
    Ok(())
}

/// The names of the islands that a source declares.
pub fn islands(text: &str) -> Vec<String> {
    let declared = text.split("#[island").skip(1).filter_map(|after| after.split_once("fn ")).map(|(_, name)| name);
    declared.map(|name| name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

/// Whether a path belongs to the admin panel.
pub fn is_admin(path: &str) -> bool {
    path.contains("admin")
}

#[cfg(test)]
mod tests {
    use super::islands;

    #[test]
    fn islands_are_found_with_and_without_arguments() {
        let text = "#[island]\npub fn Reveal() -> X {}\n#[component]\nfn No() {}\n#[island(lazy)]\n/// Words.\npub fn Count(a: u8) {}";
        assert_eq!(islands(text), ["Reveal", "Count"]);
    }
}
