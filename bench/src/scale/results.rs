//! What was measured, kept from run to run, and as a table.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write, fs, path::Path, time::Duration};

/// One line of the table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    pub name: String,
    /// The median.
    pub millis: f64,
}

/// How long somebody who writes waits while something is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// What is done.
    pub name: String,
    /// The longest of each window, in milliseconds.
    pub during: Vec<f64>,
    /// The longest of each window in which as much was written without doing it.
    pub otherwise: Vec<f64>,
    /// Bytes that the last window has written, and how long it was.
    #[serde(skip)]
    pub written: Option<(u64, Duration)>,
}

impl Wait {
    /// Nothing measured yet.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), during: Vec::new(), otherwise: Vec::new(), written: None }
    }

    /// Forgets the last window: there was nothing to do in it.
    pub fn take_back(&mut self) {
        self.during.pop();
        self.otherwise.pop();
    }
}

/// The median and the longest, or nothing.
pub fn brief(waits: &[f64]) -> String {
    let mut sorted = waits.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(median), Some(longest)) => format!("{median:.0} / {longest:.0}"),
        _ => String::new(),
    }
}

/// Everything about one size on one database.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Measured {
    pub machine: String,
    pub cases: Vec<Case>,
    #[serde(default)]
    pub waits: Vec<Wait>,
    /// How often the server has seen somebody wait for somebody else's lock for more than 40 ms. SQLite does not tell.
    pub lock_waits: Option<usize>,
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
                let ratio = of(small).map_or(String::new(), |least| format!("{:.2}", case.millis / least));
                let _ = writeln!(text, "| {} | {} | {ratio} |", case.name, cells.join(" | "));
            }
            text.push('\n');
            text.push_str(&waits(sizes));
        }
        text
    }
}

/// The second table: two columns for each size.
fn waits(sizes: &BTreeMap<u32, Measured>) -> String {
    let mut text = String::from("| longest wait to write, milliseconds: median of five windows / longest of all |");
    for users in sizes.keys() {
        let _ = write!(text, " {users} accounts | as much written otherwise |");
    }
    let _ = writeln!(text, "\n|---|{}", "---:|---:|".repeat(sizes.len()));
    for wait in sizes.values().last().map_or(&[][..], |measured| &measured.waits) {
        let _ = write!(text, "| while {} |", wait.name);
        for measured in sizes.values() {
            let of = measured.waits.iter().find(|other| other.name == wait.name);
            let (during, otherwise) = of.map_or_else(Default::default, |of| (brief(&of.during), brief(&of.otherwise)));
            let _ = write!(text, " {during} | {otherwise} |");
        }
        text.push('\n');
    }
    for (users, measured) in sizes {
        if let Some(seen) = measured.lock_waits {
            let _ = writeln!(text, "\nWaits of more than 40 ms for somebody's lock, {users} accounts: {seen}.");
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(millis: f64) -> Measured {
        Measured {
            machine: "here".to_owned(),
            cases: vec![Case { name: "first page".to_owned(), millis }],
            waits: vec![Wait { during: vec![3.0, millis, 90.0], ..Wait::new("the house is swept") }],
            lock_waits: Some(0),
        }
    }

    #[test]
    fn the_table_compares_the_largest_with_the_smallest() {
        let sizes = BTreeMap::from([(1000, measured(2.0)), (1_000_000, measured(5.0))]);
        let table = Results(BTreeMap::from([("SQLite".to_owned(), sizes)])).table();
        assert!(table.contains("| first page | 2.00 | 5.00 | 2.50 |"), "{table}");
        assert!(table.contains("| while the house is swept | 3 / 90 |  | 5 / 90 |  |"), "{table}");
    }
}
