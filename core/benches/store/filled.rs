//! Bytes at rest and in uploads, and opening a store in which much waits.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Engine, Host};
use staykit_core::random::SystemRandom;
use staykit_core::sync::Answer;
use staykit_core::time::VirtualClock;
use staykit_proto::{Message, v1};

use super::report::Row;
use super::rounds::median;
use super::{ROUNDS, ours, packs, progress, shop};

/// Events that wait.
const EVENTS: u64 = 50_000;
/// Events between two rounds of maintenance. No divisor of them all: a tail is left at the end.
const ROUND: u64 = 1_300;
/// Events between two uploads.
const UPLOAD: u64 = 200;
/// Openings of a round.
const OPENINGS: usize = 20;

/// A store with `events` events in it, closed, and its bytes.
fn fill(home: &Path, clock: &Arc<VirtualClock>, events: u64) -> u64 {
    let engine = ours::replayed(home, packs::pack(50, 100), clock);
    let empty = bytes(home);
    for number in 0..events {
        clock.advance(shop::gap_ms(9, number));
        engine.record(shop::draft(&shop::events(9, number, 1)[0])).unwrap();
        if number % ROUND == ROUND - 1 {
            engine.maintain(Duration::from_secs(1)).unwrap();
        }
    }
    engine.close().unwrap();
    bytes(home).saturating_sub(empty)
}

fn bytes(home: &Path) -> u64 {
    let files = fs::read_dir(home.join("store")).unwrap();
    files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

/// Per event: all files of a store with 50,000 of them, and a batch of 200.
pub(crate) fn sizes(folder: &Path) -> Vec<Row> {
    progress("50,000 events at rest");
    let home = tempfile::tempdir_in(folder).unwrap();
    let clock = Arc::new(VirtualClock::at(ours::START));
    let rest = fill(home.path(), &clock, EVENTS) as f64 / EVENTS as f64;
    progress("uploads of 200");
    let home = tempfile::tempdir_in(folder).unwrap();
    let engine = ours::replayed(home.path(), packs::pack(50, 100), &clock);
    let mut sizes = Vec::new();
    for number in 0..50 * UPLOAD {
        clock.advance(shop::gap_ms(10, number));
        engine.record(shop::draft(&shop::events(10, number, 1)[0])).unwrap();
        if number % UPLOAD == UPLOAD - 1 {
            sizes.push(upload(&engine));
        }
    }
    vec![Row::at_most("rest_bytes", rest, 55.0), Row::at_most("upload_bytes", median(sizes), 25.0)]
}

fn upload(engine: &Engine) -> f64 {
    let upload = engine.next_upload().unwrap().expect("events wait");
    assert_eq!(upload.events, UPLOAD);
    let size = upload.body.len() as f64 / UPLOAD as f64;
    let body = v1::Acknowledgement { batch_id: upload.id.to_vec(), server_ms: 1, pause_s: 0 };
    let answer = Answer::Response { status: 200, retry_after: None, body: body.encode_to_vec() };
    engine.finish_upload(upload.id, &answer).unwrap();
    size
}

/// Opening in microseconds, and against opening a store in which nothing waits.
pub(crate) fn openings(folder: &Path) -> Vec<Row> {
    progress("a store with 50,000 events to open");
    let (full, empty) =
        (tempfile::tempdir_in(folder).unwrap(), tempfile::tempdir_in(folder).unwrap());
    let clock = Arc::new(VirtualClock::at(ours::START));
    fill(full.path(), &clock, EVENTS);
    // The empty one has been used, too: what was in it is on the server.
    let engine = ours::replayed(empty.path(), packs::pack(50, 100), &clock);
    for event in shop::events(11, 0, usize::try_from(UPLOAD).unwrap()) {
        engine.record(shop::draft(&event)).unwrap();
    }
    upload(&engine);
    engine.close().unwrap();
    let (mut fulls, mut ratios) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        progress(&format!("openings, round {} of {ROUNDS}", round + 1));
        let times: Vec<[f64; 2]> = (0..OPENINGS)
            .map(|_| [open(full.path(), &clock), open(empty.path(), &clock)])
            .collect();
        let [full, empty] = [0, 1].map(|place| median(times.iter().map(|pair| pair[place])));
        fulls.push(full);
        ratios.push(full / empty);
    }
    vec![
        Row::at_most("open_50k_us", median(fulls), 500.0),
        Row::at_most("open_50k_vs_empty", median(ratios), 3.0),
    ]
}

/// One opening, and a clean end outside the clock. The pack is the host's and decoded before.
fn open(home: &Path, clock: &Arc<VirtualClock>) -> f64 {
    let pack = packs::pack_again(50, 100);
    let vault = Arc::new(FileVault::new(home.join("vault")));
    let clock = Arc::<VirtualClock>::clone(clock);
    let host = Host::new(clock, Arc::new(SystemRandom)).with_vault(vault);
    let config = ours::config(home, pack).with_manual_maintenance();
    // The device has seen to the end of the one before.
    std::thread::sleep(Duration::from_millis(20));
    let start = Instant::now();
    let engine = Engine::open(config, host).unwrap();
    let time = start.elapsed();
    engine.close().unwrap();
    time.as_secs_f64() * 1e6
}
