//! Bytes flipped, files cut short, files of another installation, older files put back: found or
//! harmless, never a panic, never an event that was not recorded, never one twice, and never a
//! number with two meanings.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};
use staykit_core::engine::Engine;
use staykit_core::event::Draft;
use staykit_core::privacy::Consent;
use staykit_core::store::Disk;
use staykit_core::time::VirtualClock;
use staykit_tests::disk::{Image, RecordedDisk};
use staykit_tests::seeds::by_form;
use staykit_tests::server;
use staykit_tests::truth::{Damage, MARK, Truth, examine_damaged, open};

/// 2026-03-02 09:00 UTC.
const START: i64 = 1_772_442_000_000;

/// A small store with something in every kind of file.
struct Sample {
    folder: tempfile::TempDir,
    clock: Arc<VirtualClock>,
    disk: RecordedDisk,
    truth: Truth,
    /// As it was after the first compaction.
    older: Image,
    whole: Image,
}

impl Sample {
    fn new() -> Self {
        Self::of(8)
    }

    /// One of which so many events are in segments.
    fn of(events: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = RecordedDisk::new(Image::default());
        let clock = Arc::new(VirtualClock::at(START));
        let (older, whole) = (Image::default(), Image::default());
        let mut sample = Self { folder, clock, disk, truth: Truth::default(), older, whole };
        let engine = open(&sample.disk, &sample.clock, &sample.vault()).unwrap();
        sample.record(&engine, 0..4);
        sample.upload(&engine);
        sample.older = sample.disk.now();
        sample.record(&engine, 4..events);
        sample.upload(&engine);
        sample.record(&engine, events..events + 3);
        engine.flush().unwrap();
        sample.whole = sample.disk.now();
        std::mem::forget(engine);
        sample
    }

    fn vault(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn record(&mut self, engine: &Engine, marks: std::ops::Range<i64>) {
        for mark in marks {
            let from = self.disk.length();
            let receipt = engine.record(Draft::new("tap").integer(MARK, mark)).unwrap();
            self.truth.record((1, receipt.seq().unwrap()), Some(mark), from);
        }
    }

    fn upload(&mut self, engine: &Engine) {
        let upload = engine.next_upload().unwrap().unwrap();
        self.truth.offer(&upload, self.disk.length()).unwrap();
        engine.finish_upload(upload.id, &server::acknowledges(upload.id)).unwrap();
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let names = self.whole.names.keys().filter(|name| *name != "lock");
        names.map(|name| (name.clone(), self.whole.file(name).unwrap().to_vec())).collect()
    }

    /// The same disk with another content of one file.
    fn with(&self, name: &str, content: Vec<u8>) -> Image {
        let mut image = self.whole.clone();
        image.files.insert(image.names[name], Arc::new(content));
        image
    }

    /// What becomes of it; what seems to be of a later version does not open.
    fn holds(&self, image: Image, name: &str, what: &str) -> Damage {
        match examine_damaged(&self.truth, image, &self.clock, &self.vault()) {
            Ok(damage) => damage,
            Err(error) => panic!("{name}, {what}: {error}"),
        }
    }
}

/// Places in a file: every one of a small file, a sample of a large one.
fn places(size: usize) -> impl Iterator<Item = usize> {
    let sample = by_form(60, 1_500);
    // An odd stride meets all places of records and pages in turn.
    let stride = if size < 3 * sample { 1 } else { (size / sample) | 1 };
    (0..size).step_by(stride)
}

#[test]
fn a_flipped_byte_in_any_file_costs_only_what_it_belongs_to() {
    let sample = Sample::new();
    for (name, whole) in sample.files() {
        let used = whole.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 3);
        for at in places(used.min(whole.len())) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x41;
            sample.holds(sample.with(&name, bytes), &name, &format!("byte {at} flipped"));
        }
    }
}

#[test]
fn a_file_cut_at_any_length_is_found_or_harmless() {
    let sample = Sample::new();
    for (name, whole) in sample.files() {
        for length in places(whole.len()) {
            let bytes = whole[..length].to_vec();
            sample.holds(sample.with(&name, bytes), &name, &format!("cut at {length}"));
        }
    }
}

#[test]
fn a_missing_file_is_found_or_harmless() {
    let sample = Sample::new();
    for (name, _) in sample.files() {
        // Without its identity it is another installation; that has a test of its own.
        if name != "identity" {
            let mut image = sample.whole.clone();
            image.names.remove(&name);
            sample.holds(image, &name, "missing");
        }
    }
}

#[test]
fn a_file_of_another_installation_gives_nothing() {
    let (sample, other) = (Sample::new(), Sample::new());
    // Another identity makes it another installation, whose numbers are its own.
    for (name, _) in sample.files().into_iter().filter(|(name, _)| name != "identity") {
        if let Some(theirs) = other.whole.file(&name) {
            sample.holds(sample.with(&name, theirs.to_vec()), &name, "of another installation");
        }
    }
}

#[test]
fn an_older_file_put_back_is_found_or_harmless() {
    let sample = Sample::new();
    for (name, _) in sample.files() {
        if let Some(older) = sample.older.file(&name) {
            sample.holds(sample.with(&name, older.to_vec()), &name, "an older one");
        }
    }
}

#[test]
fn an_older_database_put_back_with_its_log_is_found() {
    let sample = Sample::new();
    let mut image = sample.whole.clone();
    for name in ["buffer.sqlite", "buffer.sqlite-wal"] {
        let older = sample.older.file(name).unwrap().to_vec();
        image.files.insert(image.names[name], Arc::new(older));
    }
    let damage = sample.holds(image, "buffer.sqlite", "older, with its log");
    // Where the journal still has all that the newer one had, it is rebuilt from there.
    assert!(damage.new_epoch || damage.lost == 0, "the numbering went on behind a rollback");
}

#[test]
fn a_stale_checkpoint_taken_for_the_newest_is_noticed() {
    // Enough for a second checkpoint.
    let sample = Sample::of(400);
    let disk = RecordedDisk::new(sample.whole.clone());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let path = disk.path().join("buffer.sqlite");
    let database = Connection::open_with_flags_and_vfs(path, flags, disk.vfs().unwrap()).unwrap();
    database.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    let stale = "UPDATE checkpoint SET id = id + 9 WHERE id = (SELECT min(id) FROM checkpoint)";
    let checkpoints = "SELECT count(*) FROM checkpoint";
    let kept: i64 = database.query_row(checkpoints, [], |row| row.get(0)).unwrap();
    assert_eq!((kept, database.execute(stale, [])), (2, Ok(1)));
    database.close().unwrap();
    let damage = sample.holds(disk.now(), "buffer.sqlite", "a stale checkpoint on top");
    assert_eq!(damage.lost, 0, "{damage:?}");
    // Either it is told by what the journal lacks, or the journal brings it up to date.
    let noticed = damage.unseen == 0 || (damage.told && damage.new_epoch);
    assert!(noticed, "the state of long ago went on as if it were today's: {damage:?}");
}

#[test]
fn nonsense_in_the_columns_that_are_in_clear_keeps_no_status_from_being_told() {
    let sample = Sample::new();
    let disk = RecordedDisk::new(sample.whole.clone());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let path = disk.path().join("buffer.sqlite");
    let database = Connection::open_with_flags_and_vfs(path, flags, disk.vfs().unwrap()).unwrap();
    database.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    let nonsense = "UPDATE segment SET events = 9223372036854775807, bytes = events, state = id % 3,
            priority = priority * 1000;
        INSERT INTO tally VALUES (5000000000, -1, 9223372036854775807), (1, 999, 9223372036854775807)";
    database.execute_batch(nonsense).unwrap();
    database.close().unwrap();
    let engine = open(&disk, &sample.clock, &sample.vault()).unwrap();
    engine.status().unwrap();
}

#[test]
fn a_damaged_identity_begins_another_installation_that_asks_and_says_so_once() {
    let sample = Sample::new();
    let mut bytes = sample.whole.file("identity").unwrap().to_vec();
    bytes[40] ^= 1;
    let disk = RecordedDisk::new(sample.with("identity", bytes.clone()));
    for start in 0..2 {
        let engine = open(&disk, &sample.clock, &sample.vault()).unwrap();
        let status = engine.status().unwrap();
        assert_eq!((status.consent, status.recorded), (Consent::none(), 0));
        assert_eq!(status.consent_in_doubt, start == 0);
        assert_eq!(disk.now().file("identity.damaged"), Some(bytes.as_slice()));
    }
    let engine = open(&disk, &sample.clock, &sample.vault()).unwrap();
    engine.set_consent(Consent::all()).unwrap();
    engine.close().unwrap();
    let engine = open(&disk, &sample.clock, &sample.vault()).unwrap();
    let mut lines = Vec::new();
    engine.export(&mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(lines.matches("identity_damaged").count(), 1, "{lines}");
    assert!(disk.now().file("reset").is_none());
    engine.erase().unwrap();
    assert!(disk.now().file("identity.damaged").is_none());
}
