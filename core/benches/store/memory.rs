//! What an engine holds, and what a record allocates.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use staykit_core::event::Draft;
use staykit_core::time::VirtualClock;
use staykit_test_measure::{allocations, held_bytes, sqlite_bytes, start};

use super::report::Row;
use super::{ours, packs, progress, shop};

const COUNTERS: usize = 200;
const RULES: usize = 1_000;
/// Events recorded before it is weighed: the backlog must not matter.
const BACKLOG: u64 = 20_000;
/// Records after warm-up whose allocations are counted.
const COUNTED: u64 = 2_000;

pub(crate) fn rows(folder: &Path) -> Vec<Row> {
    progress("memory");
    let clock = Arc::new(VirtualClock::at(ours::START));
    // The compiler's leavings are gone before the scales are set.
    drop(packs::pack_again(COUNTERS, RULES));
    start();
    let before = (held_bytes(), sqlite_bytes());
    let engine = ours::replayed(folder, packs::pack_again(COUNTERS, RULES), &clock);
    for number in 0..BACKLOG {
        clock.advance(shop::gap_ms(12, number));
        engine.record(shop::draft(&shop::events(12, number, 1)[0])).unwrap();
        if number % 1_000 == 999 {
            engine.maintain(Duration::from_secs(1)).unwrap();
        }
    }
    let ours_bytes = held_bytes().wrapping_sub(before.0) as f64;
    let sqlite = (sqlite_bytes() - before.1) as f64;
    println!("\n  held: {ours_bytes} bytes by the engine, {sqlite} by SQLite");
    let mut counted = Vec::new();
    for number in BACKLOG..BACKLOG + COUNTED {
        clock.advance(shop::gap_ms(12, number));
        let draft: Draft = shop::draft(&shop::events(12, number, 1)[0]);
        let before = allocations();
        let receipt = engine.record(draft).unwrap();
        let calls = allocations() - before;
        if receipt.changes.is_empty() {
            counted.push(calls);
        }
    }
    counted.sort_unstable();
    let (median, most) = (counted[counted.len() / 2], counted[counted.len() - 1]);
    println!(
        "  allocations of a record that changes no signal: {median} as a rule, {most} at most"
    );
    vec![
        Row::at_most("heap_bytes", ours_bytes + sqlite, 1_000_000.0),
        Row::at_most("heap_bytes_ours", ours_bytes, 500_000.0),
        Row::at_most("record_allocations", median as f64, 0.0),
    ]
}
