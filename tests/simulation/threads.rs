//! Eight threads record with one engine while its own thread maintains, another uploads and another
//! asks how it is: every receipt's event arrives once, in the order of its thread, and nobody waits
//! for ever.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host, Placed};
use staykit_core::event::Draft;
use staykit_core::privacy::Consent;
use staykit_core::random::{Seed, SystemRandom};
use staykit_core::sync::{Answer, Delivery, Upload};
use staykit_core::time::{HOUR_MS, SECOND_MS, VirtualClock};
use staykit_tests::seeds::{Form, again, form, seeds};
use staykit_tests::server;
use staykit_tests::truth::{Id, MARK, offered};

const THREADS: u64 = 8;
/// Longer than any call waits for any other.
const STUCK: Duration = Duration::from_secs(60);

/// What the threads share.
struct Shared {
    engine: Engine,
    /// Runs fast, so that pauses between uploads end.
    clock: Arc<VirtualClock>,
    seed: Seed,
    stop: AtomicBool,
    /// Rises with everything that is done.
    progress: AtomicU64,
}

impl Shared {
    fn goes_on(&self) -> bool {
        self.progress.fetch_add(1, Ordering::Relaxed);
        !self.stop.load(Ordering::Relaxed)
    }
}

/// Records until it is told to stop; the number of each event, in order.
fn record(shared: &Shared, thread: u64) -> Vec<u64> {
    let mut seqs = Vec::new();
    while shared.goes_on() {
        let number = seqs.len() as u64;
        let mark = i64::try_from((thread << 32) | number).unwrap();
        let name = if number.is_multiple_of(97) { "purchase" } else { "tap" };
        let receipt = shared.engine.record(Draft::new(name).integer(MARK, mark)).unwrap();
        assert_eq!(receipt.placed, Placed::OnFlash);
        seqs.push(receipt.seq().unwrap());
        // As an app does: many at once, then none; without it memory is what ends long runs.
        if number % 64 == 63 {
            let ms = shared.seed.draw_below(12, (thread << 32) | number, "pause");
            std::thread::sleep(Duration::from_millis(ms));
        }
    }
    seqs
}

/// Uploads, and hears of one or the other only later, until it is told to stop.
fn upload(shared: &Shared, arrived: &mut BTreeMap<Id, i64>) {
    let mut number = 0;
    while shared.goes_on() {
        number += 1;
        let draw = |bound, what| shared.seed.draw_below(bound, number, what);
        let Some(upload) = shared.engine.next_upload().unwrap() else {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        };
        let answer = match draw(10, "answer") {
            // The app ends before an answer comes.
            0 => continue,
            // One alone would be given up.
            1 if upload.events > 1 => server::says(413, &[]),
            2 => Answer::Response { status: 200, retry_after: None, body: vec![] },
            3 => Answer::Unreachable,
            _ => server::acknowledges(upload.id),
        };
        finish(shared, &upload, &answer, arrived);
    }
}

fn finish(shared: &Shared, upload: &Upload, answer: &Answer, arrived: &mut BTreeMap<Id, i64>) {
    if shared.engine.finish_upload(upload.id, answer).unwrap() == Delivery::Acknowledged {
        for (id, mark) in offered(upload) {
            let before = arrived.insert(id, mark.unwrap());
            assert_eq!(before, None, "{id:?} arrives twice");
        }
    }
}

/// Uploads what is left.
fn upload_the_rest(shared: &Shared, arrived: &mut BTreeMap<Id, i64>) {
    for _ in 0..10_000 {
        shared.clock.advance(HOUR_MS);
        match shared.engine.next_upload().unwrap() {
            Some(upload) => finish(shared, &upload, &server::acknowledges(upload.id), arrived),
            None if shared.engine.status().unwrap().events_waiting == 0 => return,
            None => {}
        }
    }
}

fn ask(shared: &Shared) {
    let mut number = 0;
    while shared.goes_on() {
        number += 1;
        std::thread::sleep(Duration::from_millis(2));
        shared.clock.advance(SECOND_MS);
        match shared.seed.draw_below(6, number, "ask") {
            0 => shared.engine.flush().unwrap(),
            1 => drop(shared.engine.maintain(Duration::from_secs(1)).unwrap()),
            2 => drop(shared.engine.decisions()),
            3 => drop(shared.engine.next_due()),
            4 => drop(shared.engine.tick().unwrap()),
            _ => drop(shared.engine.status().unwrap()),
        }
    }
}

/// Ends the process if nothing goes on any more: a deadlock cannot be left in any other way.
fn watch(shared: &Shared, done: &AtomicBool, seed: u64) {
    let (mut before, mut since) = (0, Instant::now());
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(100));
        let now = shared.progress.load(Ordering::Relaxed);
        if now != before {
            (before, since) = (now, Instant::now());
        } else if since.elapsed() > STUCK {
            eprintln!("nothing has happened for {STUCK:?}; {}", again("threads", seed));
            std::process::abort();
        }
    }
}

fn run(seed: u64, length: Duration) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(FileVault::new(folder.path().join("vault")));
    let config = Config::new(folder.path().join("store")).with_consent(Consent::all());
    let clock = Arc::new(VirtualClock::at(1_772_442_000_000));
    let host = Host::new(Arc::<VirtualClock>::clone(&clock), Arc::new(SystemRandom));
    let config = config.with_byte_budget(1 << 34);
    let shared = Shared {
        engine: Engine::open(config, host.with_vault(vault)).unwrap(),
        clock,
        seed: Seed::from_number(seed),
        stop: AtomicBool::new(false),
        progress: AtomicU64::new(0),
    };
    let (done, mut arrived) = (AtomicBool::new(false), BTreeMap::new());
    let recorded: Vec<Vec<u64>> = std::thread::scope(|scope| {
        scope.spawn(|| watch(&shared, &done, seed));
        let shared = &shared;
        let recorders: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || record(shared, thread))).collect();
        let uploader = scope.spawn(|| upload(shared, &mut arrived));
        let asker = scope.spawn(|| ask(shared));
        std::thread::sleep(length);
        shared.stop.store(true, Ordering::Relaxed);
        let recorded = recorders.into_iter().map(|thread| thread.join().unwrap()).collect();
        uploader.join().unwrap();
        asker.join().unwrap();
        done.store(true, Ordering::Relaxed);
        recorded
    });
    upload_the_rest(&shared, &mut arrived);
    shared.engine.close().unwrap();
    check(&recorded, &arrived)
        .unwrap_or_else(|error| panic!("{error}; {}", again("threads", seed)));
    arrived.len() as u64
}

/// Each receipt's event once, and none besides; the events of a thread in its order.
fn check(recorded: &[Vec<u64>], arrived: &BTreeMap<Id, i64>) -> Result<(), String> {
    for (thread, seqs) in recorded.iter().enumerate() {
        for (number, seq) in seqs.iter().enumerate() {
            let mark = i64::try_from((thread << 32) | number).unwrap();
            let found = arrived.get(&(1, *seq));
            if found != Some(&mark) {
                return Err(format!("event {number} of thread {thread} is {found:?} at {seq}"));
            }
            if number > 0 && seqs[number - 1] >= *seq {
                return Err(format!("thread {thread}: {seq} after {}", seqs[number - 1]));
            }
        }
    }
    let said: usize = recorded.iter().map(Vec::len).sum();
    let numbers = (1..=said as u64).eq(arrived.keys().map(|(_, seq)| *seq));
    if numbers { Ok(()) } else { Err(format!("{} arrived, {said} recorded", arrived.len())) }
}

#[test]
fn eight_threads_record_and_each_event_arrives_once_in_the_order_of_its_thread() {
    let seconds = match form() {
        Form::Short => 3,
        Form::Long => 60,
        Form::Longest => 600,
    };
    for seed in seeds(1) {
        let events = run(seed, Duration::from_secs(seconds));
        println!("{events} events in {seconds} s");
        assert!(events > 1_000);
    }
}
