//! Weighs what the login page downloads.
//!
//! The page itself comes from a running server; scripts and style are those of the site folder it embeds. Kilobytes are
//! 1024 bytes of brotli, the form in which nearly every browser receives them.

use crate::assets::{self, Site, brotli, gzip};
use crate::check::{is_admin, islands, sources};
use crate::paths::{self, root};
use crate::run::say;
use crate::serve::{Server, build_dev};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// All scripts and WebAssembly, in bytes of brotli.
const CODE: usize = 60 * 1024;

/// The page and its style, in bytes of brotli.
const LOOKS: usize = 16 * 1024;

/// Builds what is out of date, then weighs it.
pub fn run() -> Result<()> {
    let site = assets::build(true)?;
    check(&site, &build_dev()?)
}

/// Compares sizes with the budget and looks for admin code in the download.
///
/// # Errors
/// When a budget is exceeded, or code of the admin panel would reach every user.
pub fn check(site: &Site, binary: &Path) -> Result<()> {
    let page = Server::start(binary)?.get("/login").context("cannot fetch the login page")?;
    if !String::from_utf8_lossy(&page).contains(&format!("/{}/", site.pkg)) {
        bail!("the login page does not name /{}: the binary embeds other assets", site.pkg);
    }
    let mut rows = vec![Row { name: "/login".into(), sizes: [page.len(), gzip(&page)?.len(), brotli(&page)?.len()] }];
    rows.extend(site.files.iter().filter(|file| file.path.starts_with(&site.pkg)).map(Row::of));
    for row in &rows {
        println!("{row}");
    }
    let (code, looks): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.is_code());
    let results = [within("scripts and WebAssembly", &code, CODE), within("page and style", &looks, LOOKS)];
    no_admin_code(site)?;
    results.into_iter().collect()
}

struct Row {
    name: String,
    /// Raw, gzip, brotli.
    sizes: [usize; 3],
}

impl Row {
    fn of(file: &assets::Asset) -> Self {
        let sizes = [file.raw, file.gzip.unwrap_or(file.raw), file.brotli.unwrap_or(file.raw)];
        Self { name: format!("/{}", file.path), sizes }
    }

    fn is_code(&self) -> bool {
        self.name.ends_with(".js") || self.name.ends_with(".wasm")
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [raw, gzip, brotli] = self.sizes;
        write!(f, "{:44} {raw:>8} raw {gzip:>7} gzip {brotli:>7} brotli", self.name)
    }
}

fn within(what: &str, rows: &[&Row], budget: usize) -> Result<()> {
    let sum: usize = rows.iter().map(|row| row.sizes[2]).sum();
    let verdict = format!("{what}: {sum} of {budget} bytes of brotli");
    if sum > budget {
        bail!("over budget: {verdict}");
    }
    say(verdict);
    Ok(())
}

/// There is one module for all pages, so no island may be the admin panel's and no admin function may be called from one.
fn no_admin_code(site: &Site) -> Result<()> {
    let folder = paths::site()?.join(&site.pkg);
    let script = fs::read_to_string(folder.join(format!("{}.js", assets::NAME)))?;
    let exported = exported_islands(&script);
    let declared = declared_islands()?;
    if let Some(stranger) = exported.difference(&declared).next() {
        bail!("the module exports an island {stranger} that is not declared in a user's part of app/src");
    }
    let module = fs::read(folder.join(format!("{}_bg.wasm", assets::NAME)))?;
    let needle = b"/api/admin/";
    if module.windows(needle.len()).any(|bytes| bytes == needle) {
        bail!("the module calls admin server functions, so admin code is in every user's download");
    }
    say(format!("islands in the module: {}", exported.into_iter().collect::<Vec<_>>().join(", ")));
    Ok(())
}

/// Leptos exports an island as `Name_<hash>`, which the page looks up by name.
fn exported_islands(script: &str) -> BTreeSet<String> {
    let names = script.lines().filter_map(|line| line.strip_prefix("export function ")?.split('(').next());
    let islands = names.filter_map(|name| name.rsplit_once('_'));
    let islands = islands.filter(|(_, hash)| hash.len() > 8 && hash.bytes().all(|byte| byte.is_ascii_digit()));
    islands.map(|(name, _)| name.to_owned()).collect()
}

fn declared_islands() -> Result<BTreeSet<String>> {
    let mut files = Vec::new();
    sources(&root().join("app/src"), &mut files)?;
    let mut names = BTreeSet::new();
    for file in files.iter().filter(|file| !is_admin(&file.strip_prefix(root()).unwrap_or(file).to_string_lossy())) {
        names.extend(islands(&fs::read_to_string(file)?));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::exported_islands;

    #[test]
    fn islands_are_told_from_other_exports() {
        let script = "export function Reveal_18012718434930148467(el) {\nexport function hydrate() {\n\
                      export function init_panic_hook() {\nfunction Hidden_18012718434930148467() {\n";
        assert_eq!(exported_islands(script).into_iter().collect::<Vec<_>>(), ["Reveal"]);
    }
}
