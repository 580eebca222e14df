//! What rules cost: what a thousand that an event does not touch add to `record()`, allocations of
//! an evaluation, memory. `core/docs/performance.md` says how each figure is taken; interpreters
//! are compared by `cargo xtask bench peers`.
//!
//! `cargo xtask bench rules [--json FILE]`

#![allow(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark reads the clock and stops at the first failure"
)]

#[path = "../store/memory.rs"]
mod memory;
#[path = "../store/ours.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod ours;
#[path = "../store/packs.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod packs;
#[allow(dead_code, reason = "the peers use the rest")]
mod people;
#[path = "../store/report.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod report;
#[path = "../store/rounds.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod rounds;
#[path = "../store/shop.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod shop;

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use people::Condition;
use report::{Arguments, Row};
use rounds::{Percentiles, median_of, percentiles, ratio, time_each};
use staykit_core::engine::Engine;
use staykit_core::event::Draft;
use staykit_core::pack::Pack;
use staykit_core::rules::holds;
use staykit_test_measure::allocations;

/// Rounds of each candidate; they alternate.
const ROUNDS: usize = 7;
/// Calls of a round.
const CALLS: usize = 10_000;

#[global_allocator]
static ALLOCATOR: staykit_test_measure::Counting = staykit_test_measure::Counting;

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let folder = tempfile::tempdir().expect("a temporary folder");
    progress("10 and 1,000 rules");
    let mut rows = vec![loaded(folder.path())];
    rows.push(Row::at_most("evaluate_allocations", evaluate_allocations(), 0.0));
    // What a record allocates is a matter of the store.
    rows.extend(memory::rows(&folder.path().join("memory")).into_iter().take(2));
    report::print(&rows);
    if let Some(path) = arguments.json {
        std::fs::write(&path, report::json(&rows, ROUNDS)).expect("the JSON file can be written");
    }
    if rows.iter().all(Row::is_measured) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `record()` of an event that ten rules read, with ten loaded and with a thousand.
fn loaded(folder: &Path) -> Row {
    let engines = [10, 1_000].map(|rules| {
        let folder = folder.join(format!("loaded-{rules}"));
        ours::engine(&folder, touched_by_tap(10, rules))
    });
    let mut rounds: [Vec<Percentiles>; 2] = Default::default();
    for round in 0..=ROUNDS {
        for place in [round % 2, 1 - round % 2] {
            let figures = record_taps(&engines[place]);
            // The first round warms up.
            if round > 0 {
                rounds[place].push(figures);
            }
        }
    }
    let [ten, thousand] = &rounds;
    let us = [ten, thousand].map(|rounds| median_of(rounds, 0) / 1_000.0);
    println!(
        "record() of an event that 10 rules read, p50: {:.2} us with 10, {:.2} us with 1,000",
        us[0], us[1]
    );
    Row::at_most("rules_1000_vs_10", ratio(thousand, ten, 0), 3.0)
}

fn record_taps(engine: &Engine) -> Percentiles {
    let taps: Vec<Draft> =
        (0..CALLS).map(|_| Draft::new("tap").text("screen", "catalog")).collect();
    let mut times = Vec::with_capacity(CALLS);
    time_each(taps, &mut times, |tap| {
        engine.record(tap).expect("the event is recorded");
    });
    percentiles(times)
}

/// A pack of `rules` rules, `touched` of which read counters of `tap`. Half of all stand or would.
fn touched_by_tap(touched: usize, rules: usize) -> Pack {
    let others: Vec<&str> =
        shop::NAMES.iter().map(|(name, _)| *name).filter(|name| *name != "tap").collect();
    let mut yaml = "pack: bench\nversion: 1\nsignals:\n".to_owned();
    for rule in 0..rules {
        let name = if rule < touched { "tap" } else { others[rule % others.len()] };
        let days = rule / others.len() % 12 + 1;
        let least = if rule.is_multiple_of(2) { 1 } else { 1_000_000 + rule };
        let _ = writeln!(
            yaml,
            "  rule_{rule}:\n    raise: count('{name}', days({days})) >= {least} \
             && count('{name}', days({})) < {}\n    says: {{ en: rule {rule} }}",
            days + 1,
            2_000_000 + rule
        );
    }
    let compiled = staykit_pack::compile(&yaml).expect("the pack has no fault");
    Pack::unsigned(&compiled.bytes).expect("the pack is whole")
}

/// Allocations of an event taken into a live profile and a condition evaluated on it.
fn evaluate_allocations() -> f64 {
    let condition = Condition::compile();
    let mut people = condition.people();
    let event = people::event("screen_enter");
    let before = allocations();
    for person in &mut people {
        person.profile.apply(&event, &person.stamp, condition.definitions());
        black_box(holds(condition.program(), &person.reading(condition.definitions())));
    }
    (allocations() - before) as f64 / people.len() as f64
}

/// Tells whoever waits what is going on.
fn progress(what: &str) {
    eprintln!("  {what}");
}
