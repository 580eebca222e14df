//! What the store costs: time on the caller's path, bytes on the device, at rest and in uploads,
//! opening, memory. All in one process, candidates in turns; only the ratios mean anything on a
//! shared machine. `core/docs/performance.md` says how each figure is taken.
//!
//! `cargo xtask bench store [--json FILE]`

#![allow(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark reads the clock and stops at the first failure"
)]

mod device;
mod filled;
mod latency;
mod memory;
mod ours;
mod packs;
mod peers;
mod report;
mod rounds;
mod shop;

use std::path::Path;
use std::process::ExitCode;

use report::{Arguments, Row};

/// Rounds of each candidate; they alternate.
const ROUNDS: usize = 7;

#[global_allocator]
static ALLOCATOR: staykit_test_measure::Counting = staykit_test_measure::Counting;

/// A group of rows: its name, and what measures them in an empty folder.
type Section = (&'static str, fn(&Path) -> Vec<Row>);

const SECTIONS: [Section; 6] = [
    ("latency", latency::rows),
    ("sustained", |folder| vec![latency::sustained(folder)]),
    ("device", device::rows),
    ("sizes", filled::sizes),
    ("open", filled::openings),
    ("memory", memory::rows),
];

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let mut rows = Vec::new();
    for (name, measure) in SECTIONS.iter().filter(|(name, _)| arguments.wants(name)) {
        progress(name);
        let folder = match &arguments.folder {
            Some(parent) => tempfile::tempdir_in(parent),
            None => tempfile::tempdir(),
        };
        rows.extend(measure(folder.expect("a temporary folder").path()));
    }
    report::print(&rows);
    if let Some(path) = arguments.json {
        std::fs::write(&path, report::json(&rows, ROUNDS)).expect("the JSON file can be written");
    }
    if rows.iter().all(Row::is_measured) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells whoever waits what is going on.
fn progress(what: &str) {
    eprintln!("  {what}");
}
