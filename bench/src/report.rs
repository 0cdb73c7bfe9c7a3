//! The document with the tables: each has its place between two lines, where a run replaces what the run before has written.

use anyhow::{Context, Result};
use std::{fs, path::Path};

/// The lines a table stands between.
pub struct Marks {
    pub begin: &'static str,
    pub end: &'static str,
}

/// Puts a table into the document, in the place of the one before.
///
/// # Errors
/// When the file cannot be read or written, or has no place for it.
pub fn write(path: &Path, marks: &Marks, table: &str) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = placed(&text, marks, table).with_context(|| format!("{} has no place for the table", path.display()))?;
    Ok(fs::write(path, text)?)
}

fn placed(text: &str, marks: &Marks, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(marks.begin)?;
    let (_, after) = rest.split_once(marks.end)?;
    Some(format!("{before}{}\n\n{table}{}{after}", marks.begin, marks.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_takes_the_place_of_the_one_before() {
        let marks = Marks { begin: "<!-- from -->", end: "<!-- to -->" };
        let text = "above\n<!-- from -->\nold\n<!-- to -->\nbelow\n";
        let once = placed(text, &marks, "new\n").unwrap();
        assert_eq!(once, placed(&once, &marks, "new\n").unwrap());
        assert!(once.starts_with("above\n") && once.ends_with("\nbelow\n") && !once.contains("old"));
        assert!(placed("nothing", &marks, "new").is_none());
    }
}
