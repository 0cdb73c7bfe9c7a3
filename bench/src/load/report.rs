//! What was measured, as a table.

use super::drive::Outcome;
use std::{fmt::Write, time::Duration};

/// One load.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: String,
    /// How many asked at once; 0 where that says nothing.
    pub connections: usize,
    pub per_second: f64,
    /// Milliseconds.
    pub median: f64,
    pub p99: f64,
    /// Milliseconds of processor time of the server for one.
    pub cpu: Option<f64>,
    count: usize,
}

impl Line {
    /// What came of a load.
    pub fn of(name: &str, connections: usize, outcome: &Outcome) -> Self {
        let (median, p99) = (outcome.wait(0.5), outcome.wait(0.99));
        let (name, per_second, count) = (name.to_owned(), outcome.per_second, outcome.count());
        Self { name, connections, per_second, median, p99, cpu: None, count }
    }

    /// Adds what the server has spent on all of it.
    pub fn costing(self, cpu: Duration) -> Self {
        Self { cpu: Some(cpu.as_secs_f64() * 1e3 / self.count.max(1) as f64), ..self }
    }
}

/// Everything about one installation, or about the machine.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub title: String,
    pub lines: Vec<Line>,
    /// A name and a number.
    pub figures: Vec<(String, f64)>,
}

impl Sheet {
    /// An empty one.
    pub fn new(title: String) -> Self {
        println!("\n== {title}");
        Self { title, ..Self::default() }
    }

    /// Adds a load, and says so.
    pub fn add(&mut self, line: Line) {
        let cpu = line.cpu.map_or(String::new(), |cpu| format!(", {cpu:.3} ms of processor"));
        println!(
            "{:52} {:>5} {:>9.0}/s, {:.2} and {:.2} ms{cpu}",
            line.name, line.connections, line.per_second, line.median, line.p99
        );
        self.lines.push(line);
    }

    /// Adds a number, and says so.
    pub fn figure(&mut self, name: &str, value: f64) {
        println!("{name:58} {value:>9.1}");
        self.figures.push((name.to_owned(), value));
    }

    fn rate(&self, name: &str, connections: usize) -> Option<f64> {
        let mut lines = self.lines.iter().filter(|line| line.name == name);
        lines.find(|line| connections == 0 || line.connections == connections).map(|line| line.per_second)
    }

    /// As Markdown, with what each is a share of.
    fn text(&self, machine: &Self) -> String {
        let mut text = format!("### {}\n\n", self.title);
        text.push_str("| | connections | a second | share | median, ms | p99, ms | processor, ms |\n|---|---:|---:|---:|---:|---:|---:|\n");
        for line in &self.lines {
            let of = match line.name.as_str() {
                name if name.starts_with("sign-in") => machine.rate("argon2id alone, a thread a core", 0),
                name if name.contains(" while ") || std::ptr::eq(self, machine) => None,
                _ => machine.rate("a bare axum route", line.connections),
            };
            let share = of.map_or(String::new(), |of| format!("{:.0} %", 100.0 * line.per_second / of));
            let connections = if line.connections == 0 { String::new() } else { line.connections.to_string() };
            let cpu = line.cpu.map_or(String::new(), |cpu| format!("{cpu:.3}"));
            let _ = writeln!(
                text,
                "| {} | {connections} | {:.0} | {share} | {:.2} | {:.2} | {cpu} |",
                line.name, line.per_second, line.median, line.p99
            );
        }
        if !self.figures.is_empty() {
            text.push_str("\n| | |\n|---|---:|\n");
            for (name, value) in &self.figures {
                let _ = writeln!(text, "| {name} | {value:.1} |");
            }
        }
        text.push('\n');
        text
    }
}

/// The machine first, then every installation as a share of it.
pub fn table(described: &str, sheets: &[Sheet]) -> String {
    let Some(machine) = sheets.first() else { return String::new() };
    let sheets: String = sheets.iter().map(|sheet| sheet.text(machine)).collect();
    format!("{described}\n\n{sheets}")
}
