//! Lists the finished assets as Rust, so that the binary carries them.
//!
//! `cargo xtask assets` leaves them in `<target>/site`. Without that folder the list is empty and everything still compiles:
//! check, lint and test need no WebAssembly. It never builds an asset itself; a build script that starts cargo would wait for
//! its own lock.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let site = target(&out)?.join("site");
    // Cargo runs this script at every build when what it watches does not exist.
    fs::create_dir_all(&site)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", site.display());
    println!("cargo::rerun-if-env-changed=LEPTOS_SITE_ROOT");
    let source = match env::var("LEPTOS_SITE_ROOT") {
        Ok(root) => watched(&PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..").join(root))?,
        Err(_) => list(&site, &fs::read_to_string(site.join("manifest.tsv")).unwrap_or_default())?,
    };
    fs::write(out.join("site.rs"), source)?;
    Ok(())
}

/// Under cargo-leptos the assets change without the server being compiled, so they are read from its folder.
fn watched(root: &Path) -> Result<String, env::VarError> {
    let pkg = env::var("LEPTOS_SITE_PKG_DIR")?;
    Ok(format!(
        "const PKG: &str = {pkg:?};\nconst WATCHED: Option<&str> = Some({root:?});\nstatic FILES: &[File] = &[];\n"
    ))
}

/// Cargo's target directory: the folder above `OUT_DIR` that cargo has marked for backup programs to skip.
fn target(out: &Path) -> Result<&Path, String> {
    let marked = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.ok_or_else(|| format!("no target directory above {}", out.display()))
}

/// The manifest's first line is `inputs<TAB>pkg/<hash>`, every other `path<TAB>hash<TAB>raw<TAB>gzip<TAB>brotli`, where a size
/// of `-` stands for a form that does not exist. xtask/src/assets/site.rs writes it.
fn list(site: &Path, manifest: &str) -> Result<String, std::fmt::Error> {
    let mut lines = manifest.lines();
    let pkg = lines.next().and_then(|line| line.split_once('\t')).map_or("", |(_, pkg)| pkg);
    let mut source =
        format!("const PKG: &str = {pkg:?};\nconst WATCHED: Option<&str> = None;\nstatic FILES: &[File] = &[\n");
    for line in lines {
        let parts: Vec<_> = line.split('\t').collect();
        let [path, hash, _, gzip, brotli] = parts[..] else {
            continue;
        };
        let bytes = |ending: &str| format!("include_bytes!({:?})", site.join(format!("{path}{ending}")));
        let maybe = |size: &str, ending: &str| match size {
            "-" => "None".to_owned(),
            _ => format!("Some({})", bytes(ending)),
        };
        writeln!(source, "    File {{ path: {path:?}, hash: {hash:?}, plain: {}, ", bytes(""))?;
        writeln!(source, "        gzip: {}, brotli: {} }},", maybe(gzip, ".gz"), maybe(brotli, ".br"))?;
    }
    writeln!(source, "];")?;
    Ok(source)
}
