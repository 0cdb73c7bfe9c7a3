//! Builds what the browser downloads and lays it out for embedding.
//!
//! ```text
//! <target>/site/manifest.tsv            what there is, for server/build.rs
//! <target>/site/pkg/<hash>/latchkey.*   script, WebAssembly and style; one hash over all names the folder
//! <target>/site/…                       the files of public/, under their own names
//! ```
//! Every file that gains from it lies there as `.br` and `.gz` too. Cargo decides whether the WebAssembly is fresh; the
//! rest is decided by fingerprints of what goes in, so a second run costs a second. Nothing is written when nothing
//! changed, so that cargo does not embed again.

mod browser;
mod fingerprint;
mod site;
mod style;

pub use site::{Asset, Site, brotli, gzip};

use crate::paths::root;
use crate::run::say;
use anyhow::{Result, bail};
use fingerprint::Fingerprint;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// The name of everything in `pkg/`, as `LeptosOptions::output_name` has it.
pub const NAME: &str = "latchkey";

/// The sources that decide what comes out for the same input. `Cargo.lock` stands for the versions of the tools.
const PIPELINE: [&str; 5] = [
    include_str!("mod.rs"),
    include_str!("browser.rs"),
    include_str!("site.rs"),
    include_str!("style.rs"),
    include_str!("../../../Cargo.lock"),
];

/// Brings the site directory up to date and describes it.
///
/// # Errors
/// With `release`, also when wasm-opt is not there: what is shipped has been shrunk.
pub fn build(release: bool) -> Result<Site> {
    let start = Instant::now();
    let shrink = browser::wasm_opt();
    if release && shrink.is_none() {
        bail!("wasm-opt is missing; script/setup installs it (npm package binaryen, in end2end/)");
    }
    let wasm = browser::compile(release)?;
    let public = site::public_files(&root().join("public"))?;

    let mut inputs = pipeline();
    inputs.add("shrink", if shrink.is_some() { b"yes" } else { b"no" });
    inputs.add("wasm", &wasm);
    let browser_inputs = inputs.clone().finish();
    style::fingerprint(&mut inputs)?;
    for (name, content) in &public {
        inputs.add(name, content);
    }
    let inputs = inputs.finish();
    if let Some(site) = Site::current(&inputs)? {
        return Ok(site);
    }

    let mut pkg = browser::package(&browser_inputs, &wasm, shrink.as_deref())?;
    pkg.push((format!("{NAME}.css"), style::bundle()?.into_bytes()));
    let site = Site::write(&inputs, pkg, public)?;
    say(format!("assets built in {:.1} s: /{}", start.elapsed().as_secs_f32(), site.pkg));
    Ok(site)
}

fn pipeline() -> Fingerprint {
    let mut fingerprint = Fingerprint::default();
    for source in PIPELINE {
        fingerprint.add("pipeline", source.as_bytes());
    }
    fingerprint
}

/// All files below `folder`, by their path from it with `/` between the parts, in a stable order.
fn collect(folder: &Path, prefix: &str, into: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), into)?;
        } else {
            into.push((name, fs::read(entry.path())?));
        }
    }
    Ok(())
}
