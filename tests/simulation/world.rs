//! What else may happen to a folder and its process: no more files may be opened, the folder goes,
//! another process comes, the clock goes back, the folder is put back as it was long ago.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Error, Host, Placed};
use staykit_core::event::Draft;
use staykit_core::privacy::Consent;
use staykit_core::random::SystemRandom;
use staykit_core::store::StoreError;
use staykit_core::time::{DAY_MS, VirtualClock};
use staykit_tests::truth::{Id, MARK, Mark, found, offered};
use staykit_tests::{files, server};

/// 2026-03-02 09:00 UTC.
const START: i64 = 1_772_442_000_000;
/// Tells a child what it is to work on.
const CHILD: &str = "STAYKIT_WORLD_FOLDER";

/// A place for a store and, elsewhere, its vault.
struct Place {
    folder: PathBuf,
    clock: Arc<VirtualClock>,
}

impl Place {
    fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), clock: Arc::new(VirtualClock::at(START)) }
    }

    fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    fn vault(&self) -> PathBuf {
        self.folder.join("vault")
    }

    fn open(&self) -> Result<Engine, Error> {
        let vault = Arc::new(FileVault::new(self.vault()));
        let host = Host::new(Arc::<VirtualClock>::clone(&self.clock), Arc::new(SystemRandom));
        let config = Config::new(self.store()).with_consent(Consent::all());
        Engine::open(config.with_manual_maintenance(), host.with_vault(vault))
    }
}

fn record(engine: &Engine, marks: std::ops::Range<i64>) -> Vec<(i64, Placed)> {
    let event = |mark| Draft::new("tap").integer(MARK, mark).text("note", "x".repeat(300));
    marks.map(|mark| (mark, engine.record(event(mark)).unwrap().placed)).collect()
}

fn marks(engine: &Engine) -> Vec<i64> {
    found(engine).unwrap().into_iter().filter_map(|(_, mark)| mark).collect()
}

fn upload(engine: &Engine) -> Vec<(Id, Mark)> {
    let upload = engine.next_upload().unwrap().unwrap();
    engine.finish_upload(upload.id, &server::acknowledges(upload.id)).unwrap();
    offered(&upload)
}

/// Runs this test again in a process of its own, which may do to itself what it likes.
fn alone(test: &str, folder: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([test, "--exact", "--nocapture"]).env(CHILD, folder);
    child
}

fn child_place() -> Option<Place> {
    std::env::var_os(CHILD).map(|folder| Place::new(Path::new(&folder)))
}

fn let_open(files: u64) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(files), maximum }).unwrap();
}

fn most_open() -> u64 {
    fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse::<u64>().ok())
        .max()
        .unwrap()
}

#[test]
fn without_another_open_file_events_wait_in_memory_and_nothing_is_lost() {
    let Some(place) = child_place() else {
        let folder = tempfile::tempdir().unwrap();
        let test = "without_another_open_file_events_wait_in_memory_and_nothing_is_lost";
        assert!(alone(test, folder.path()).status().unwrap().success());
        return;
    };
    let engine = place.open().unwrap();
    let usual = getrlimit(Resource::Nofile).current.unwrap();
    // What is open stays open.
    let_open(3);
    // Beyond the first file.
    let placed = record(&engine, 0..200);
    assert!(placed.iter().any(|(_, placed)| *placed == Placed::InMemory));
    assert!(matches!(engine.flush(), Err(Error::Store(StoreError::Io { .. }))));
    assert!(engine.next_upload().is_ok_and(|upload| upload.is_none()) || engine.status().is_err());
    let_open(usual);
    engine.flush().unwrap();
    assert_eq!(marks(&engine), (0..200).collect::<Vec<i64>>());
    engine.close().unwrap();
}

#[test]
fn an_opening_with_too_few_files_is_a_typed_error_and_changes_nothing_for_the_next() {
    let Some(place) = child_place() else {
        let folder = tempfile::tempdir().unwrap();
        let test =
            "an_opening_with_too_few_files_is_a_typed_error_and_changes_nothing_for_the_next";
        assert!(alone(test, folder.path()).status().unwrap().success());
        return;
    };
    let engine = place.open().unwrap();
    record(&engine, 0..50);
    upload(&engine);
    record(&engine, 50..80);
    engine.close().unwrap();
    let usual = getrlimit(Resource::Nofile).current.unwrap();
    let (least, mut opened) = (most_open(), 0);
    for files in least..least + 16 {
        let_open(files);
        match place.open() {
            // Locked, because the vault is a file, too.
            Ok(engine) => {
                opened += u64::from(engine.wrapped_key().is_some() && engine.close().is_ok());
            }
            Err(error) => assert!(matches!(error, Error::Store(_)), "{files} files: {error}"),
        }
        let_open(usual);
        let engine = place.open().unwrap();
        assert_eq!(marks(&engine), (0..80).collect::<Vec<i64>>(), "{files} files");
        let status = engine.status().unwrap();
        assert!(!status.damaged && status.lost_entries == 0, "{files} files: {status:?}");
        engine.close().unwrap();
    }
    assert!(opened > 0);
}

#[test]
fn a_folder_that_is_removed_under_an_engine_is_an_error_and_the_next_one_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let engine = place.open().unwrap();
    record(&engine, 0..50);
    upload(&engine);
    fs::remove_dir_all(place.store()).unwrap();
    // Its files go on without names: neither the system nor the engine can tell until another is
    // needed.
    let placed = record(&engine, 50..1_500);
    assert_eq!(placed.last().unwrap().1, Placed::InMemory);
    assert!(engine.flush().is_err());
    assert!(engine.maintain(Duration::from_secs(1)).is_err());
    assert!(engine.next_upload().is_err() || engine.status().is_err());
    let _ = engine.close();
    let engine = place.open().unwrap();
    let status = engine.status().unwrap();
    assert_eq!((status.recorded, status.epoch), (0, 1));
    record(&engine, 0..3);
    assert_eq!(marks(&engine), [0, 1, 2]);
}

#[test]
fn a_second_process_is_told_that_the_store_is_in_use_and_disturbs_nothing() {
    if let Some(place) = child_place() {
        let refused = place.open().err();
        assert_eq!(refused, Some(Error::Store(StoreError::InUse)));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let engine = place.open().unwrap();
    record(&engine, 0..50);
    upload(&engine);
    let test = "a_second_process_is_told_that_the_store_is_in_use_and_disturbs_nothing";
    for round in 0..3 {
        assert!(alone(test, folder.path()).status().unwrap().success());
        record(&engine, 50 + 10 * round..60 + 10 * round);
        engine.maintain(Duration::from_secs(1)).unwrap();
    }
    assert_eq!(place.open().err(), Some(Error::Store(StoreError::InUse)));
    assert_eq!(marks(&engine), (0..80).collect::<Vec<i64>>());
    engine.close().unwrap();
    assert!(!place.open().unwrap().status().unwrap().damaged);
}

#[test]
fn a_clock_set_back_by_years_takes_no_event_and_holds_up_no_upload() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let mut engine = place.open().unwrap();
    let mut sent = Vec::new();
    for (round, back_days) in [0, 1, 400, 7_000, 20_000, 30_000].into_iter().enumerate() {
        place.clock.set_wall(START - back_days * DAY_MS);
        let first = i64::try_from(round).unwrap() * 10;
        record(&engine, first..first + 10);
        engine.maintain(Duration::from_secs(1)).unwrap();
        sent.extend(upload(&engine));
        if round % 2 == 1 {
            engine.close().unwrap();
            engine = place.open().unwrap();
        }
    }
    let expected: Vec<(Id, Mark)> =
        (0..60).map(|mark| ((1, u64::try_from(mark).unwrap() + 1), Some(mark))).collect();
    assert_eq!(sent, expected);
    assert_eq!(engine.status().unwrap().dropped_events, 0);
}

/// A store that has gone on since a copy of it was made.
fn gone_on(place: &Place) -> (PathBuf, Vec<(Id, Mark)>) {
    let engine = place.open().unwrap();
    record(&engine, 0..40);
    upload(&engine);
    record(&engine, 40..60);
    engine.flush().unwrap();
    let copy = place.folder.join("copy");
    files::copy(&place.store(), &copy);
    record(&engine, 60..100);
    let sent = upload(&engine);
    engine.close().unwrap();
    fs::remove_dir_all(place.store()).unwrap();
    files::copy(&copy, &place.store());
    (copy, sent)
}

#[test]
fn a_whole_folder_put_back_gives_what_it_had_and_invents_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let (_, sent) = gone_on(&place);
    let engine = place.open().unwrap();
    assert_eq!(marks(&engine), (0..60).collect::<Vec<i64>>());
    record(&engine, 200..210);
    let again = upload(&engine);
    // What the copy had goes as it was. Numbers above that are given again: `storage-format.md`
    // says that this is not found, and why the folder stays out of backups.
    let (had, new): (Vec<_>, Vec<_>) =
        again.into_iter().partition(|(_, mark)| mark.is_some_and(|mark| mark < 60));
    assert!(had.iter().all(|event| sent.contains(event)), "{had:?}");
    assert_eq!(new.len(), 10);
    let last = new.iter().map(|(id, _)| id.1).max();
    assert_eq!(last, Some(engine.status().unwrap().last_seq));
    engine.close().unwrap();
}

#[test]
fn a_folder_put_back_with_another_vault_is_erased_and_a_new_installation_begins() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let (_, _) = gone_on(&place);
    let before = fs::read(place.store().join("identity")).unwrap();
    for lost in [None, Some(vec![7; 32])] {
        match lost {
            // Cleared, or that of another device.
            None => fs::remove_file(place.vault()).unwrap(),
            Some(key) => fs::write(place.vault(), key).unwrap(),
        }
        // An event tells of the lost key.
        begins_anew(&place, &before, 1);
    }
}

#[test]
fn a_folder_put_back_without_its_wrapped_key_is_a_new_installation() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    gone_on(&place);
    let before = fs::read(place.store().join("identity")).unwrap();
    fs::remove_file(place.store().join("identity")).unwrap();
    begins_anew(&place, &before, 0);
}

/// No event, no number and no file of the one before is left.
fn begins_anew(place: &Place, before: &[u8], told: u64) {
    let engine = place.open().unwrap();
    let status = engine.status().unwrap();
    assert_eq!((status.recorded, status.last_seq, status.epoch), (told, told, 1));
    let identity = fs::read(place.store().join("identity")).unwrap();
    assert_ne!(identity[12..28], before[12..28], "the installation is another one");
    assert!(!place.store().join("buffer.sqlite").exists());
    record(&engine, 0..3);
    let sent: Vec<i64> = upload(&engine).into_iter().filter_map(|(_, mark)| mark).collect();
    assert_eq!(sent, [0, 1, 2]);
    engine.close().unwrap();
}
