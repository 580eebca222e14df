//! Rows, as a table and as JSON.

use std::path::PathBuf;

/// A figure with the limit it must keep.
pub(crate) struct Row {
    id: &'static str,
    /// `None` if it could not be measured.
    value: Option<f64>,
    limit: f64,
    better: &'static str,
}

impl Row {
    pub(crate) fn at_most(id: &'static str, value: impl Into<Option<f64>>, limit: f64) -> Self {
        Self { id, value: value.into(), limit, better: "lower" }
    }

    pub(crate) fn at_least(id: &'static str, value: impl Into<Option<f64>>, limit: f64) -> Self {
        Self { id, value: value.into(), limit, better: "higher" }
    }

    fn ok(&self) -> bool {
        self.value.is_some_and(|value| {
            if self.better == "lower" { value <= self.limit } else { value >= self.limit }
        })
    }

    pub(crate) fn is_measured(&self) -> bool {
        self.value.is_some()
    }
}

/// Prints the rows below each other.
pub(crate) fn print(rows: &[Row]) {
    println!("\n{:26} {:>12}   limit", "figure", "value");
    for row in rows {
        let word = if row.better == "lower" { "at most" } else { "at least" };
        let mark = if row.ok() { "" } else { "   not reached" };
        match row.value {
            Some(value) => {
                println!("{:26} {:>12}   {word} {}{mark}", row.id, number(value), row.limit);
            }
            None => println!("{:26} {:>12}", row.id, "could not measure"),
        }
    }
}

fn number(value: f64) -> String {
    if value < 1_000.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

/// The same as `cargo xtask bench` writes it, whichever benchmark.
pub(crate) fn json(rows: &[Row], rounds: usize) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "id": row.id, "value": row.value, "limit": row.limit,
                "better": row.better, "ok": row.ok(),
            })
        })
        .collect();
    serde_json::json!({ "rows": rows, "rounds": rounds }).to_string()
}

/// What the command line asks for; what cargo passes besides is ignored.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) json: Option<PathBuf>,
    /// Folder in which all files are made, on the device that is to be measured.
    pub(crate) folder: Option<PathBuf>,
    /// Sections to run; all if empty.
    pub(crate) only: Vec<String>,
}

impl Arguments {
    pub(crate) fn read() -> Self {
        let mut all = std::env::args().skip(1);
        let mut read = Self::default();
        while let Some(word) = all.next() {
            let mut value = || all.next().unwrap_or_else(|| panic!("{word} wants a value"));
            match word.as_str() {
                "--json" => read.json = Some(value().into()),
                "--folder" => read.folder = Some(value().into()),
                "--only" => read.only.push(value()),
                _ => {}
            }
        }
        read
    }

    pub(crate) fn wants(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == section)
    }
}
