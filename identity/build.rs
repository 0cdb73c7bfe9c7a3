//! Turns the list of common passwords, a text that people can review, into the automaton that the binary embeds; and tells cargo
//! of new migrations, which a macro embeds and cargo does not see by itself.
//!
//! The browser's half knows no list: for wasm32 nothing is built.

use std::{env, error::Error, fs, path::Path};

const LIST: &str = "src/passwords/data/common.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../migrations");
    println!("cargo::rerun-if-changed={LIST}");
    if env::var("CARGO_CFG_TARGET_ARCH")? == "wasm32" {
        return Ok(());
    }
    // Refuses a list that is not sorted or has a line twice.
    let set = fst::Set::from_iter(fs::read_to_string(LIST)?.lines()).map_err(|error| format!("{LIST}: {error}"))?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("common.fst"), set.as_fst().as_bytes())?;
    Ok(())
}
