//! From `frontend` to the script and the WebAssembly that a page loads.
//!
//! Three steps: cargo compiles for wasm32, wasm-bindgen (as a library, so its version is the one in `Cargo.lock`) writes
//! the script, wasm-opt shrinks. The last two are kept under a fingerprint of their input, because styling a page
//! should not run them.

use super::{NAME, collect};
use crate::paths::{root, target};
use crate::run::{run, say, which};
use crate::setup::wasm::{TARGET, Toolchain};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Cargo's profile for it, see `Cargo.toml`.
const PROFILE: &str = "wasm-release";

/// What current compilers emit without asking and wasm-opt must be told to expect; browsers have had it since 2022.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How views are compiled. The same as in `.cargo/config.toml`, which cargo does not read where the environment gives flags.
const VIEWS: [&str; 2] = ["--cfg", "erase_components"];

/// Compiles `frontend` and returns the module as the linker wrote it. `locked` refuses to touch `Cargo.lock`.
pub fn compile(locked: bool) -> Result<Vec<u8>> {
    let Some(toolchain) = Toolchain::find()? else { bail!("no compiler for {TARGET}; script/setup gets one") };
    // A folder of its own: another compiler and other flags, and native builds need not wait for its lock.
    let folder = target()?.join("wasm");
    let (mut cargo, mut flags) = toolchain.cargo();
    flags.extend(shorter_paths());
    flags.extend(VIEWS.map(String::from));
    run(cargo
        .args(["build", "--package", "frontend", "--target", TARGET, "--profile", PROFILE])
        .args(locked.then_some("--locked"))
        .env("CARGO_TARGET_DIR", &folder)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .current_dir(root()))?;
    let module = folder.join(TARGET).join(PROFILE).join("frontend.wasm");
    fs::read(&module).with_context(|| format!("cannot read {}", module.display()))
}

/// Panic messages carry source paths. The builder's home folder is nobody's business and only makes the download larger.
/// Our own crates need nothing: cargo compiles them with paths from the repository's top.
fn shorter_paths() -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let registry = home.map(|home| home.join("registry/src"));
    // The folder below `src` is named after the registry; the crates are one level further down.
    let crates = registry.and_then(|registry| Some(fs::read_dir(registry).ok()?.flatten().map(|entry| entry.path())));
    let crates = crates.into_iter().flatten();
    crates.map(|path| format!("--remap-path-prefix={}=", path.display())).collect()
}

/// The wasm-opt that `npm ci` has installed, if node is there to run it. Never one from `PATH`, whose version is anyone's guess.
pub fn wasm_opt() -> Option<PathBuf> {
    let script = root().join("end2end/node_modules/.bin/wasm-opt");
    (script.is_file() && which("node").is_some()).then_some(script)
}

/// The files of the package without the style: from the last run when the fingerprint is the same.
pub fn package(fingerprint: &str, wasm: &[u8], shrink: Option<&Path>) -> Result<Vec<(String, Vec<u8>)>> {
    let kept = target()?.join("site-work");
    let folder = kept.join(fingerprint);
    if !folder.is_dir() {
        let _ = fs::remove_dir_all(&kept);
        let fresh = kept.join("unfinished");
        bind(wasm, &fresh)?;
        if let Some(wasm_opt) = shrink {
            shrink_module(wasm_opt, &fresh.join(format!("{NAME}_bg.wasm")))?;
        }
        fs::rename(fresh, &folder)?;
    }
    let mut files = Vec::new();
    collect(&folder, "", &mut files)?;
    Ok(files)
}

fn bind(wasm: &[u8], folder: &Path) -> Result<()> {
    say("wasm-bindgen");
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_bytes(NAME, wasm.to_vec())
        .web(true)?
        .typescript(false)
        .demangle(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(folder)
}

fn shrink_module(wasm_opt: &Path, module: &Path) -> Result<()> {
    say("wasm-opt -Oz");
    let before = fs::metadata(module)?.len();
    run(Command::new(wasm_opt).arg("-Oz").args(FEATURES).arg(module).arg("-o").arg(module))?;
    let after = fs::metadata(module)?.len();
    say(format!("wasm-opt: {before} bytes before, {after} after"));
    Ok(())
}
