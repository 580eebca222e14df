//! Markers in everything that a person or an app may put into the engine, and then a look into every
//! byte that was ever written to any file, names included, every file that is left, and every line
//! of the log: none holds one.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use log::{LevelFilter, Log, Metadata, Record};
use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host};
use staykit_core::event::{Draft, UnknownNames, Value};
use staykit_core::privacy::Consent;
use staykit_core::random::SystemRandom;
use staykit_core::store::{Disk, SystemDisk};
use staykit_core::sync::Answer;
use staykit_core::time::{DAY_MS, VirtualClock};
use staykit_tests::disk::{Fault, Image, Op, RecordedDisk};
use staykit_tests::{files, server};

/// 2026-03-02 09:00 UTC.
const START: i64 = 1_772_442_000_000;
/// What no file and no line may show: each is in one place of the input.
const MARKERS: [&str; 8] = [
    "zzname0marker",
    "zzkey1marker",
    "zzvalue2marker",
    "zzfact3marker",
    "zzfactvalue4marker",
    "zzcontext5marker",
    "zzcontextvalue6marker",
    "zzrefused7marker",
];
/// The same as numbers, in the form in which they would lie in a file.
const NUMBER: i64 = 0x5a71_7c6b_4d3e_2f19;

static LINES: Mutex<String> = Mutex::new(String::new());

/// Keeps every line of the log.
struct Lines;

impl Log for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(lines, "{} {}: {}", record.level(), record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

fn open(disk: Arc<dyn Disk>, store: &Path, vault: &Path, clock: &Arc<VirtualClock>) -> Engine {
    let host = Host::new(Arc::<VirtualClock>::clone(clock), Arc::new(SystemRandom));
    let host = host.with_vault(Arc::new(FileVault::new(vault))).with_disk(disk);
    let config = Config::new(store)
        .with_consent(Consent::all())
        .with_unknown_names(UnknownNames::Accept)
        .with_manual_maintenance();
    Engine::open(config, host).unwrap()
}

/// Says everything that can be said to an engine, and some that is refused.
fn say(engine: &Engine, events: i64) {
    let [name, key, value, fact, fact_value, context, context_value, refused] = MARKERS;
    for number in 0..events {
        let draft = Draft::new(name).text(key, value).integer("number", NUMBER);
        let draft = draft.text("tag", format!("{value}-{number}"));
        engine
            .record(if number % 7 == 0 { draft.money("amount", NUMBER, "CNY") } else { draft })
            .unwrap();
    }
    engine.set_facts(vec![(fact.to_owned(), Value::Text(fact_value.to_owned()))]).unwrap();
    let context_value = Value::Text(context_value.to_owned());
    engine.set_context(vec![(context.to_owned(), context_value)]).unwrap();
    // Errors may name what they refuse, but only as a return value.
    for draft in [
        Draft::new(refused.repeat(200)),
        Draft::new(name).text(refused, "x".repeat(100_000)),
        Draft::new(name).money(refused, 1, "no currency"),
    ] {
        engine.record(draft).unwrap_err();
    }
}

/// A life with compaction, checkpoints, uploads good and bad, a spare file, a full disk.
fn live(engine: &Engine, disk: Option<&RecordedDisk>) {
    let round = Duration::from_secs(1);
    say(engine, 40);
    engine.flush().unwrap();
    let upload = engine.next_upload().unwrap().unwrap();
    engine.finish_upload(upload.id, &server::says(413, &[])).unwrap();
    engine.maintain(round).unwrap();
    say(engine, 1_200);
    engine.maintain(round).unwrap();
    if let Some(disk) = disk {
        disk.fail(Some((0, Fault::Full)));
        say(engine, 5);
        engine.flush().unwrap_err();
        engine.maintain(round).unwrap_err();
        disk.fail(None);
    }
    for answer in [Answer::Unreachable, server::says(401, &[]), server::says(200, b"no")] {
        if let Some(upload) = engine.next_upload().unwrap() {
            engine.finish_upload(upload.id, &answer).unwrap();
        }
    }
    let _ = engine.status().unwrap();
    engine.export(&mut std::io::sink()).unwrap();
}

fn needles() -> Vec<Vec<u8>> {
    let mut needles: Vec<Vec<u8>> = MARKERS.iter().map(|text| text.as_bytes().to_vec()).collect();
    needles.extend([NUMBER.to_le_bytes().to_vec(), NUMBER.to_be_bytes().to_vec()]);
    needles.push(NUMBER.to_string().into_bytes());
    needles
}

fn shows(bytes: &[u8], needles: &[Vec<u8>]) -> bool {
    let first: Vec<u8> = needles.iter().map(|needle| needle[0]).collect();
    let places = bytes.iter().enumerate().filter(|(_, byte)| first.contains(byte));
    let mut rests = places.map(|(at, _)| &bytes[at..]);
    rests.any(|rest| needles.iter().any(|needle| rest.starts_with(needle)))
}

/// Every write to every file, those that are long gone included.
fn look_through(disk: &RecordedDisk, needles: &[Vec<u8>]) {
    let mut names = String::new();
    for op in disk.ops() {
        match op {
            Op::Write { bytes, at, .. } => {
                assert!(!shows(&bytes, needles), "a write at {at} shows a marker");
            }
            Op::Names(changes) => changes.iter().for_each(|(name, _)| names.push_str(name)),
            _ => {}
        }
    }
    for file in disk.now().files.values() {
        assert!(!shows(file, needles), "a file shows a marker");
    }
    assert!(names.contains("sqlite-wal"), "the log of the database was not seen");
    assert!(!shows(names.as_bytes(), needles), "a name shows a marker");
}

#[test]
fn no_byte_on_flash_and_no_line_of_the_log_shows_a_marker() {
    log::set_logger(&Lines).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let (folder, needles) = (tempfile::tempdir().unwrap(), needles());
    let vault = folder.path().join("vault");
    let clock = Arc::new(VirtualClock::at(START));

    let disk = RecordedDisk::new(Image::default());
    let made_up: Arc<dyn Disk> = Arc::new(disk.clone());
    for _ in 0..3 {
        let engine = open(Arc::clone(&made_up), disk.path(), &vault, &clock);
        live(&engine, Some(&disk));
        // A process that is killed.
        std::mem::forget(engine);
        disk.unlock();
        clock.advance(DAY_MS);
    }
    let engine = open(Arc::clone(&made_up), disk.path(), &vault, &clock);
    engine.erase().unwrap();
    live(&engine, None);
    engine.close().unwrap();
    look_through(&disk, &needles);

    let store = folder.path().join("store");
    let engine = open(Arc::new(SystemDisk), &store, &folder.path().join("other"), &clock);
    live(&engine, None);
    let kept = files::list(&store);
    assert!(kept.len() > 4, "{kept:?}");
    for path in kept {
        assert!(!shows(&std::fs::read(&path).unwrap(), &needles), "{path:?} shows a marker");
    }
    engine.close().unwrap();

    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(lines.contains("waits in memory"), "the log was not seen: {lines}");
    assert!(!shows(lines.as_bytes(), &needles), "the log shows a marker: {lines}");
}

#[test]
fn the_look_finds_what_is_there() {
    let needles = needles();
    assert!(shows(b"before zzkey1marker behind", &needles));
    let number = [&[1, 2], NUMBER.to_le_bytes().as_slice()].concat();
    assert!(shows(&number, &needles));
}
