//! `style/main.css` with everything it imports, as one small file.

use super::collect;
use super::fingerprint::Fingerprint;
use crate::paths::root;
use anyhow::{Context, Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};
use std::path::Path;

/// Baseline "widely available" when this was written: nesting, cascade layers and `light-dark()` stay as they are.
const BROWSERS: Browsers = Browsers {
    android: None,
    chrome: Some(123 << 16),
    edge: Some(123 << 16),
    firefox: Some(120 << 16),
    ie: None,
    ios_saf: Some(17 << 16 | 5 << 8),
    opera: None,
    safari: Some(17 << 16 | 5 << 8),
    samsung: None,
};

/// Adds every style source.
pub fn fingerprint(inputs: &mut Fingerprint) -> Result<()> {
    let mut files = Vec::new();
    collect(&root().join("style"), "", &mut files).context("style/ is missing")?;
    for (name, content) in &files {
        inputs.add(name, content);
    }
    Ok(())
}

/// Bundles and minifies.
///
/// # Errors
/// With file and line when a sheet does not parse or an import leads nowhere.
pub fn bundle() -> Result<String> {
    bundle_file(&root().join("style/main.css"))
}

fn bundle_file(entry: &Path) -> Result<String> {
    let targets = Targets::from(BROWSERS);
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| anyhow!("{error}")).context("the style does not bundle")?;
    sheet.minify(MinifyOptions { targets, ..MinifyOptions::default() }).map_err(|error| anyhow!("{error}"))?;
    let printed = sheet.to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() });
    Ok(printed.map_err(|error| anyhow!("{error}"))?.code)
}

#[cfg(test)]
mod tests {
    use super::bundle_file;
    use std::fs;

    #[test]
    fn imports_are_inlined_and_white_space_goes() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.css"), "@layer base;\n@import \"base.css\" layer(base);\n").unwrap();
        fs::write(folder.path().join("base.css"), "a {\n  & b { color: #ff0000; }\n}\n").unwrap();
        let css = bundle_file(&folder.path().join("main.css")).unwrap();
        assert_eq!(css, "@layer base{a{& b{color:red}}}");
    }

    #[test]
    fn an_import_that_leads_nowhere_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.css"), "@import \"absent.css\";\n").unwrap();
        assert!(bundle_file(&folder.path().join("main.css")).is_err());
    }
}
