//! `record()` next to the plain write and SQLite, in blocks that take turns, and each at full speed.

use std::path::Path;
use std::time::Instant;

use staykit_core::event::Draft;
use staykit_proto::Message;

use super::peers::{PlainWriter, Sqlite};
use super::report::Row;
use super::rounds::{Percentiles, median, median_of, percentiles, ratio, time_each};
use super::{ROUNDS, ours, packs, progress, shop};

/// Events of a round.
const EVENTS: usize = 20_000;
/// Events of each candidate before the next has its turn: all of them see what maintenance does.
const BLOCK: usize = 100;
/// Every so many blocks SQLite, which is slower, has a turn too.
const SQLITE_TURN: usize = 4;
/// Events of a round at full speed.
const SUSTAINED_EVENTS: usize = 50_000;

pub(crate) fn rows(folder: &Path) -> Vec<Row> {
    let engine = ours::engine(folder, packs::pack(50, 100));
    let mut write = PlainWriter::new(folder);
    let mut sqlite = Sqlite::new(folder);
    let mut rounds: [Vec<Percentiles>; 3] = Default::default();
    let mut bytes = 0;
    for round in 0..=ROUNDS {
        progress(&format!("record, round {round} of {ROUNDS}"));
        let mut times: [Vec<u64>; 3] = Default::default();
        for block in 0..EVENTS / BLOCK {
            let from = u64::try_from(block * BLOCK).unwrap();
            let round = u64::try_from(round).unwrap();
            // Each event is made just before its call and outside the clock, as an app makes it.
            let events = || (from..).take(BLOCK).map(move |number| shop::event(round, number));
            bytes += events().map(|event| event.encoded_len()).sum::<usize>();
            // What a call gives back is dropped outside the clock, too.
            time_each(events(), &mut times[0], |event| {
                write.write(&event);
                event
            });
            let drafts = events().map(|event| shop::draft(&event));
            time_each(drafts, &mut times[1], |draft| engine.record(draft).unwrap());
            if block % SQLITE_TURN == 0 {
                time_each(events(), &mut times[2], |event| {
                    sqlite.insert(&event);
                    event
                });
            }
        }
        // The first round warms up.
        if round > 0 {
            rounds.iter_mut().zip(times).for_each(|(all, one)| all.push(percentiles(one)));
        }
    }
    let [write, record, sqlite] = rounds;
    let bytes = bytes / ((ROUNDS + 1) * EVENTS);
    println!("\nshop events of {bytes} bytes as protobuf; medians of {ROUNDS} rounds\n");
    println!("{:32} {:>9} {:>9} {:>9}", "us", "p50", "p99", "p99.9");
    let lines = [
        ("protobuf encode + pwrite", &write),
        ("record()", &record),
        ("SQLite WAL insert + 3 aggregates", &sqlite),
    ];
    for (name, rounds) in lines {
        let [p50, p99, p999] = [0, 1, 2].map(|place| median_of(rounds, place) / 1_000.0);
        println!("{name:32} {p50:>9.2} {p99:>9.2} {p999:>9.2}");
    }
    vec![
        Row::at_most("record_p50_vs_write", ratio(&record, &write, 0), 2.5),
        Row::at_most("record_p99_vs_write", ratio(&record, &write, 1), 2.0),
        Row::at_most("record_p999_vs_write", ratio(&record, &write, 2), 3.0),
        Row::at_least("sqlite_agg_vs_record", ratio(&sqlite, &record, 0), 10.0),
    ]
}

/// Events a second of one thread, without a pause, against the plain write's.
pub(crate) fn sustained(folder: &Path) -> Row {
    let engine = ours::engine(folder, packs::pack(50, 100));
    let mut write = PlainWriter::new(folder);
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        progress(&format!("full speed, round {round} of {ROUNDS}"));
        let events = shop::events(u64::try_from(100 + round).unwrap(), 0, SUSTAINED_EVENTS);
        let start = Instant::now();
        for event in &events {
            write.write(event);
        }
        let written = start.elapsed();
        let drafts: Vec<Draft> = events.iter().map(shop::draft).collect();
        let start = Instant::now();
        for draft in drafts {
            drop(engine.record(draft).unwrap());
        }
        let recorded = start.elapsed();
        if round > 0 {
            ratios.push(written.as_secs_f64() / recorded.as_secs_f64());
        }
    }
    Row::at_least("sustained_vs_write", median(ratios), 0.35)
}
