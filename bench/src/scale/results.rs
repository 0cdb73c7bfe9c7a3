//! What was measured, kept from run to run, and as a table.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

/// One line of the table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    pub name: String,
    /// The median, or the longest wait.
    pub millis: f64,
    /// It is a longest wait, which no ratio says anything about.
    pub is_wait: bool,
}

/// Everything about one size on one database.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Measured {
    pub machine: String,
    pub cases: Vec<Case>,
}

/// Everything.
#[derive(Default, Serialize, Deserialize)]
pub struct Results(BTreeMap<String, BTreeMap<u32, Measured>>);

impl Results {
    /// What earlier runs have kept.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether this was not measured yet.
    pub fn lacks(&self, database: &str, users: u32) -> bool {
        self.0.get(database).is_none_or(|sizes| !sizes.contains_key(&users))
    }

    /// Keeps one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&mut self, database: &str, users: u32, measured: Measured, path: &Path) -> Result<()> {
        self.0.entry(database.to_owned()).or_default().insert(users, measured);
        Ok(fs::write(path, serde_json::to_string_pretty(self)?)?)
    }

    /// A table for each database.
    pub fn table(&self) -> String {
        let mut text = String::new();
        for (database, sizes) in &self.0 {
            let (Some((least, small)), Some((_, large))) = (sizes.first_key_value(), sizes.last_key_value()) else {
                continue;
            };
            let heads: Vec<String> = sizes.keys().map(|users| format!("{users} accounts")).collect();
            let _ = writeln!(text, "### {database}\n");
            sizes.iter().for_each(|(users, measured)| {
                let _ = writeln!(text, "- {users} accounts: {}", measured.machine);
            });
            let _ = writeln!(text, "\n| milliseconds | {} | ratio to {least} |", heads.join(" | "));
            let _ = writeln!(text, "|---|{}", "---:|".repeat(heads.len() + 1));
            for case in &large.cases {
                let of = |measured: &Measured| {
                    measured.cases.iter().find(|other| other.name == case.name).map(|case| case.millis)
                };
                let cells: Vec<String> = sizes
                    .values()
                    .map(|measured| of(measured).map_or(String::new(), |ms| format!("{ms:.2}")))
                    .collect();
                let ratio = of(small)
                    .filter(|_| !case.is_wait)
                    .map_or(String::new(), |least| format!("{:.2}", case.millis / least));
                let _ = writeln!(text, "| {} | {} | {ratio} |", case.name, cells.join(" | "));
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(millis: f64) -> Measured {
        let case = |name: &str, is_wait| Case { name: name.to_owned(), millis, is_wait };
        Measured { machine: "here".to_owned(), cases: vec![case("first page", false), case("longest wait", true)] }
    }

    #[test]
    fn the_table_compares_the_largest_with_the_smallest() {
        let sizes = BTreeMap::from([(1000, measured(2.0)), (1_000_000, measured(3.0))]);
        let table = Results(BTreeMap::from([("SQLite".to_owned(), sizes)])).table();
        assert!(table.contains("| first page | 2.00 | 3.00 | 1.50 |"), "{table}");
        assert!(table.contains("| longest wait | 2.00 | 3.00 |  |"), "{table}");
    }
}
