//! What reaches the device, by its own counters.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::report::Row;
use super::rounds::median;
use super::{ROUNDS, ours, packs, progress, shop};

/// Events of the burst, and how long they take to come.
const BURST_EVENTS: u64 = 50_000;
const BURST_MS: u64 = 10_000;
/// A phone's frame: so often a handful of events comes.
const TICK: Duration = Duration::from_millis(10);
/// Isolated events of a round.
const ISOLATED_EVENTS: u64 = 40;
/// The largest part that other writers may have in what is counted.
const MOST_FOREIGN: f64 = 0.25;

/// The counters of the device on which a folder lies.
struct Device {
    stat: PathBuf,
}

impl Device {
    /// `None` where no block device stands behind the folder, or none that counts.
    fn of(folder: &Path) -> Option<Self> {
        let device = fs::metadata(folder).ok()?.dev();
        let (major, minor) = (device >> 8 & 0xfff, device & 0xff | device >> 12 & 0xfff_ff00);
        let stat = PathBuf::from(format!("/sys/dev/block/{major}:{minor}/stat"));
        let device = Self { stat };
        device.written().map(|_| device)
    }

    /// Bytes written since the system started: field 7, in sectors of 512 bytes.
    fn written(&self) -> Option<u64> {
        let stat = fs::read_to_string(&self.stat).ok()?;
        stat.split_whitespace().nth(6)?.parse::<u64>().ok().map(|sectors| sectors * 512)
    }

    /// Bytes a second that others write meanwhile, over `time`.
    fn foreign(&self, time: Duration) -> f64 {
        let before = self.written().unwrap();
        std::thread::sleep(time);
        (self.written().unwrap() - before) as f64 / time.as_secs_f64()
    }
}

pub(crate) fn rows(folder: &Path) -> Vec<Row> {
    let Some(device) = Device::of(folder) else {
        println!("\nno block device that counts stands behind {}", folder.display());
        return vec![
            Row::at_most("device_bytes_burst", None, 350.0),
            Row::at_most("device_bytes_isolated", None, 4_700.0),
        ];
    };
    vec![
        Row::at_most("device_bytes_burst", burst(folder, &device), 350.0),
        Row::at_most("device_bytes_isolated", isolated(folder, &device), 4_700.0),
    ]
}

/// Bytes per event while they come evenly, with the 2 s window kept by the maintenance thread.
///
/// Without purchases, which are synced at once: a person does not buy 15 times a second.
fn burst(folder: &Path, device: &Device) -> Option<f64> {
    let rounds = (0..ROUNDS.min(5)).filter_map(|round| {
        progress(&format!("burst on the device, round {}", round + 1));
        let home = tempfile::tempdir_in(folder).unwrap();
        let engine = ours::engine(home.path(), packs::pack(50, 100));
        engine.flush().unwrap();
        let foreign = device.foreign(Duration::from_secs(1));
        let (before, start) = (device.written().unwrap(), Instant::now());
        let mut sent = 0;
        while sent < BURST_EVENTS {
            let passed_ms = u64::try_from(start.elapsed().as_millis()).unwrap();
            let due = (passed_ms * BURST_EVENTS / BURST_MS).min(BURST_EVENTS);
            for event in shop::events(7, sent, usize::try_from(due - sent).unwrap()) {
                if event.name != "purchase" {
                    engine.record(shop::draft(&event)).unwrap();
                }
            }
            sent = due;
            std::thread::sleep(TICK);
        }
        engine.flush().unwrap();
        let (time, after) = (start.elapsed(), device.written().unwrap());
        settle(device, (after - before) as f64, foreign * time.as_secs_f64(), BURST_EVENTS)
    });
    median_of(rounds.collect())
}

/// Bytes for one event by itself, synced before the next.
fn isolated(folder: &Path, device: &Device) -> Option<f64> {
    let home = tempfile::tempdir_in(folder).unwrap();
    let engine = ours::engine(home.path(), packs::pack(50, 100));
    let mut number = 0;
    let mut record = || {
        let event = &shop::events(8, number, 1)[0];
        engine.record(shop::draft(event)).unwrap();
        engine.flush().unwrap();
        number += 1;
    };
    record();
    let rounds = (0..ROUNDS).filter_map(|round| {
        progress(&format!("isolated events on the device, round {}", round + 1));
        let foreign = device.foreign(Duration::from_millis(500));
        let (before, start) = (device.written().unwrap(), Instant::now());
        (0..ISOLATED_EVENTS).for_each(|_| record());
        let (time, after) = (start.elapsed(), device.written().unwrap());
        settle(device, (after - before) as f64, foreign * time.as_secs_f64(), ISOLATED_EVENTS)
    });
    median_of(rounds.collect())
}

/// Bytes per event, unless others wrote too much at the same time.
fn settle(device: &Device, written: f64, foreign: f64, events: u64) -> Option<f64> {
    let later = device.foreign(Duration::from_millis(200));
    let quiet = foreign <= written * MOST_FOREIGN && later < 20e6;
    if !quiet {
        println!("  others write to the device: this round does not count");
    }
    quiet.then(|| (written - foreign).max(0.0) / events as f64)
}

fn median_of(rounds: Vec<f64>) -> Option<f64> {
    println!("  bytes per event, round by round: {rounds:.0?}");
    (rounds.len() >= 3).then(|| median(rounds))
}
