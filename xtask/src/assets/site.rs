//! The finished folder: names, compressed forms and the manifest that the server's build script reads.

use super::fingerprint::Fingerprint;
use crate::paths;
use anyhow::{Context, Result};
use std::fs;
use std::io::Write;
use std::path::Path;

/// The finished assets.
pub struct Site {
    /// `pkg/<hash>`, relative to the site folder and to the public URL.
    pub pkg: String,
    /// Every file, in the manifest's order.
    pub files: Vec<Asset>,
}

/// One file to be served.
pub struct Asset {
    /// Path below the site folder and below `/`.
    pub path: String,
    /// A fingerprint of its content, for ETags.
    pub hash: String,
    /// Length in bytes: as it is, gzip, brotli. None where compression gains nothing.
    pub raw: usize,
    pub gzip: Option<usize>,
    pub brotli: Option<usize>,
}

impl Site {
    /// The folder as it stands, when it was built from exactly these inputs.
    pub fn current(inputs: &str) -> Result<Option<Self>> {
        Ok(Self::read()?.filter(|(built_from, _)| built_from == inputs).map(|(_, site)| site))
    }

    /// The folder as it stands, with the fingerprint it was built from.
    pub fn read() -> Result<Option<(String, Self)>> {
        let Ok(manifest) = fs::read_to_string(paths::site()?.join("manifest.tsv")) else {
            return Ok(None);
        };
        Ok(Self::parse(&manifest))
    }

    fn parse(manifest: &str) -> Option<(String, Self)> {
        let mut lines = manifest.lines();
        let (inputs, pkg) = lines.next()?.split_once('\t')?;
        let files = lines.map(Asset::parse).collect::<Option<Vec<_>>>()?;
        Some((inputs.to_owned(), Self { pkg: pkg.to_owned(), files }))
    }

    fn print(&self, inputs: &str) -> String {
        let lines = self.files.iter().map(Asset::print);
        std::iter::once(format!("{inputs}\t{}\n", self.pkg)).chain(lines).collect()
    }

    /// Lays the folder out anew. It is built beside the old one and then takes its place.
    pub fn write(inputs: &str, pkg: Vec<(String, Vec<u8>)>, public: Vec<(String, Vec<u8>)>) -> Result<Self> {
        let mut together = Fingerprint::default();
        for (name, content) in &pkg {
            together.add(name, content);
        }
        let folder = format!("pkg/{}", together.finish());
        let fresh = paths::target()?.join("site-unfinished");
        let _ = fs::remove_dir_all(&fresh);

        let pkg = pkg.into_iter().map(|(name, content)| (format!("{folder}/{name}"), content));
        let mut site = Self { pkg: folder.clone(), files: Vec::new() };
        for (path, content) in pkg.chain(public) {
            site.files.push(Asset::write(&fresh, path, &content)?);
        }
        fs::write(fresh.join("manifest.tsv"), site.print(inputs))?;

        let place = paths::site()?;
        let _ = fs::remove_dir_all(&place);
        fs::rename(&fresh, &place).with_context(|| format!("cannot replace {}", place.display()))?;
        Ok(site)
    }
}

impl Asset {
    fn write(site: &Path, path: String, content: &[u8]) -> Result<Self> {
        let place = site.join(&path);
        fs::create_dir_all(place.parent().unwrap_or(site))?;
        fs::write(&place, content)?;
        let keep = |ending: &str, smaller: Vec<u8>| -> Result<Option<usize>> {
            // Below a tenth the browser's work of unpacking is not worth it; images and fonts are packed already.
            if smaller.len() * 10 > content.len() * 9 {
                return Ok(None);
            }
            fs::write(site.join(format!("{path}.{ending}")), &smaller)?;
            Ok(Some(smaller.len()))
        };
        let gzip = keep("gz", gzip(content)?)?;
        let brotli = keep("br", brotli(content)?)?;
        let mut hash = Fingerprint::default();
        hash.add("", content);
        Ok(Self { path, hash: hash.finish(), raw: content.len(), gzip, brotli })
    }

    fn print(&self) -> String {
        let size = |size: Option<usize>| size.map_or_else(|| "-".to_owned(), |size| size.to_string());
        format!("{}\t{}\t{}\t{}\t{}\n", self.path, self.hash, self.raw, size(self.gzip), size(self.brotli))
    }

    fn parse(line: &str) -> Option<Self> {
        let parts: Vec<_> = line.split('\t').collect();
        let [path, hash, raw, gzip, brotli] = parts[..] else {
            return None;
        };
        let size = |text: &str| text.parse().ok();
        Some(Self {
            path: path.to_owned(),
            hash: hash.to_owned(),
            raw: size(raw)?,
            gzip: size(gzip),
            brotli: size(brotli),
        })
    }
}

/// The files of `public/`, which keep their names at the site's root. There need not be any.
pub fn public_files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
        }
    }
    files.sort();
    Ok(files)
}

/// Brotli at its strongest: packed once, sent often.
pub fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(packed)
}

/// Gzip at its strongest, for whoever cannot do better.
pub fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content)?;
    writer.finish().context("gzip")
}

#[cfg(test)]
mod tests {
    use super::{Asset, Site};

    #[test]
    fn a_manifest_reads_as_it_was_written() {
        let asset = |path: &str, brotli| Asset { path: path.into(), hash: "00ff".into(), raw: 90, gzip: None, brotli };
        let site =
            Site { pkg: "pkg/abc".into(), files: vec![asset("pkg/abc/latchkey.js", Some(40)), asset("a.png", None)] };
        let text = site.print("fingerprint");
        let (inputs, read) = Site::parse(&text).unwrap();
        assert_eq!(inputs, "fingerprint");
        assert_eq!(read.print("fingerprint"), text);
    }

    #[test]
    fn a_broken_manifest_counts_as_none() {
        assert!(Site::parse("").is_none());
        assert!(Site::parse("inputs\tpkg/abc\nshort line").is_none());
    }

    #[test]
    fn what_compression_does_not_shrink_is_kept_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let text = Asset::write(folder.path(), "text.css".into(), "a{color:red}".repeat(50).as_bytes()).unwrap();
        assert!(text.brotli.is_some() && folder.path().join("text.css.br").exists());
        let noise: Vec<u8> = (0..64_u8).map(|at| at.wrapping_mul(151).rotate_left(3)).collect();
        let image = Asset::write(folder.path(), "image.png".into(), &noise).unwrap();
        assert!(image.brotli.is_none() && !folder.path().join("image.png.br").exists());
    }
}
