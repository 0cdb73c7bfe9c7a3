//! A compiler for wasm32: the active toolchain, else rustup's target, else Debian's compiler with a standard library
//! built from its own source package.
//!
//! The last way exists because rustup's server is out of reach on some networks, and because Debian packages a current
//! compiler without this target. The library goes into cargo's target directory and is handed over by `--sysroot`, so
//! that it needs no write access to `/usr`, no rustup, and leaves every native build alone.

use super::apt;
use crate::paths::target;
use crate::run::{output, run, say, succeeds, which};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The target's name.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler (package `rustc-web` and its companions), under its full name because rustup's comes first on `PATH`.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// The second number of the workspace's `rust-version`.
const OLDEST_MINOR: u32 = 94;

/// How long rustup may try: enough for a slow line, short against a network that swallows packets.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(90);

/// A compiler that can build for wasm32.
pub enum Toolchain {
    /// The one that is active in this folder.
    Active,
    /// Debian's, with our own build of the standard library in `sysroot` and its own linker.
    Debian { sysroot: PathBuf, linker: PathBuf },
}

impl Toolchain {
    /// The one to use, if set-up has been here. `LATCHKEY_WASM_TOOLCHAIN=debian` passes the active one over.
    pub fn find() -> Result<Option<Self>> {
        if std::env::var("LATCHKEY_WASM_TOOLCHAIN").is_ok_and(|choice| choice == "debian") {
            return Self::debian();
        }
        if active_has_target() { Ok(Some(Self::Active)) } else { Self::debian() }
    }

    fn debian() -> Result<Option<Self>> {
        let (Some(sysroot), Some(linker)) = (debian_sysroot()?, debian_linker()) else {
            return Ok(None);
        };
        Ok(sysroot.is_dir().then_some(Self::Debian { sysroot, linker }))
    }

    /// A cargo command that compiles with this toolchain, and the compiler flags that go with it.
    pub fn cargo(&self) -> (Command, Vec<String>) {
        match self {
            Self::Active => (Command::new("cargo"), Vec::new()),
            Self::Debian { sysroot, linker } => {
                let flags = vec![format!("--sysroot={}", sysroot.display()), format!("-Clinker={}", linker.display())];
                (debian_command(), flags)
            }
        }
    }
}

/// Makes sure that [`Toolchain::find`] finds one.
///
/// # Errors
/// When every way is closed; the message says which remedies there are.
pub fn ensure() -> Result<()> {
    if Toolchain::find()?.is_some() {
        return Ok(());
    }
    say(format!("no compiler for {TARGET} yet"));
    if which("rustup").is_some() {
        if rustup_adds_target() && Toolchain::find()?.is_some() {
            return Ok(());
        }
        say("rustup could not; trying Debian's compiler");
    }
    install_debian().with_context(|| {
        format!("cannot get a compiler for {TARGET}; where rustup works, the remedy is: rustup target add {TARGET}")
    })
}

fn active_has_target() -> bool {
    let folder = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    folder.is_ok_and(|folder| holds_std(Path::new(String::from_utf8_lossy(&folder.stdout).trim())))
}

fn holds_std(folder: &Path) -> bool {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.into_iter().any(|file| {
        let name = file.file_name().to_string_lossy().into_owned();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

fn rustup_adds_target() -> bool {
    say(format!("rustup target add {TARGET}"));
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]).env("RUSTUP_MAX_RETRIES", "1").env_remove("RUST_BACKTRACE");
    command.stdin(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let start = Instant::now();
    while start.elapsed() < RUSTUP_PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(100)),
            Err(_) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

fn install_debian() -> Result<()> {
    if !(debian_is_recent() && Path::new(DEBIAN_CARGO).exists() && Path::new(DEBIAN_SOURCE).is_dir()) {
        install_packages(&DEBIAN_PACKAGES)?;
    }
    if debian_linker().is_none() {
        let major = debian_llvm().context("rustc does not say which LLVM it has")?;
        install_packages(&[&format!("lld-{major}")])?;
    }
    build_std()
}

fn install_packages(packages: &[&str]) -> Result<()> {
    if !apt::offers(packages) {
        apt::refresh();
    }
    if !apt::offers(packages) {
        bail!("this system's package lists offer no {}", packages.join(" "));
    }
    apt::install(packages)
}

/// Compiles the standard library and puts its archives where a sysroot has them.
fn build_std() -> Result<()> {
    let sysroot = debian_sysroot()?.context("Debian's rustc does not start")?;
    let work = target()?.join("wasm32-std/work");
    say(format!("building the standard library for {TARGET} (once, about a minute)"));
    fs::create_dir_all(&work)?;
    fs::write(work.join("lib.rs"), "#![no_std]\n")?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n\
                    [profile.release]\nopt-level = \"s\"\ncodegen-units = 1\n[workspace]\n";
    fs::write(work.join("Cargo.toml"), manifest)?;
    // Unstable flags are needed for the library only, so the permission ends with this command. Link-time optimisation
    // of the real build needs the bitcode.
    run(debian_command()
        .args(["build", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", work.join("target"))
        .current_dir(&work))?;

    let finished = work.join("sysroot");
    let _ = fs::remove_dir_all(&finished);
    let libraries = finished.join(format!("lib/rustlib/{TARGET}/lib"));
    fs::create_dir_all(&libraries)?;
    for file in fs::read_dir(work.join(format!("target/{TARGET}/release/deps")))? {
        let path = file?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(&path, libraries.join(name))?;
        }
    }
    let _ = fs::remove_dir_all(&sysroot);
    fs::rename(finished, sysroot)?;
    fs::remove_dir_all(work).context("cannot remove the work folder")
}

/// Cargo and rustc of Debian, whatever rustup and an outer cargo have put into the environment.
fn debian_command() -> Command {
    let mut command = Command::new(DEBIAN_CARGO);
    command.env("RUSTC", DEBIAN_RUSTC).env_remove("RUSTUP_TOOLCHAIN").env_remove("LD_LIBRARY_PATH");
    command
}

/// Whether it is the `-web` packages' compiler. The plain package `rustc` has the same path and is years older.
fn debian_is_recent() -> bool {
    let release = debian_version().and_then(|verbose| field(&verbose, "release: "));
    let minor = release.and_then(|release| release.split('.').nth(1)?.parse::<u32>().ok());
    minor.is_some_and(|minor| minor >= OLDEST_MINOR)
}

/// Where the library for the installed compiler belongs; another compiler needs another library.
fn debian_sysroot() -> Result<Option<PathBuf>> {
    let Some(verbose) = debian_version() else {
        return Ok(None);
    };
    let release = field(&verbose, "release: ").unwrap_or_default();
    let commit: String = field(&verbose, "commit-hash: ").unwrap_or_default().chars().take(9).collect();
    Ok(Some(target()?.join("wasm32-std").join(format!("{release}-{commit}"))))
}

/// The linker of the same LLVM as the compiler.
fn debian_linker() -> Option<PathBuf> {
    let path = PathBuf::from(format!("/usr/bin/wasm-ld-{}", debian_llvm()?));
    path.exists().then_some(path)
}

fn debian_llvm() -> Option<String> {
    field(&debian_version()?, "LLVM version: ")?.split('.').next().map(str::to_owned)
}

fn field(verbose: &str, name: &str) -> Option<String> {
    verbose.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned)
}

fn debian_version() -> Option<String> {
    if !succeeds(Command::new(DEBIAN_RUSTC).arg("--version").env_remove("LD_LIBRARY_PATH")) {
        return None;
    }
    output(Command::new(DEBIAN_RUSTC).arg("-vV").env_remove("LD_LIBRARY_PATH")).ok()
}
