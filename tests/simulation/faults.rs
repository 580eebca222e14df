//! Every call that can fail fails once, at every place of a short run: there is a typed error or a
//! receipt that says "in memory", never a panic, and nothing that was confirmed is lost.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use staykit_core::engine::{Engine, Error, Placed};
use staykit_core::event::Draft;
use staykit_core::random::Seed;
use staykit_core::time::VirtualClock;
use staykit_tests::disk::{Cut, Fault, Image, RecordedDisk, Replay};
use staykit_tests::nonces::Nonces;
use staykit_tests::server;
use staykit_tests::truth::{MARK, Truth, examine, found, open};

/// 2026-03-02 09:00 UTC.
const START: i64 = 1_772_442_000_000;

/// One short life with everything in it, on a disk that fails somewhere.
struct Life {
    disk: RecordedDisk,
    clock: Arc<VirtualClock>,
    vault: PathBuf,
    truth: Truth,
    marks: i64,
    /// Events that a receipt said are on flash, or that were confirmed.
    on_flash: Vec<(u64, u64)>,
    /// Events that are in memory, the oldest first.
    in_memory: Vec<(u64, u64)>,
    errors: u32,
}

impl Life {
    fn new(folder: &Path, fault: Option<(u64, Fault)>) -> Self {
        let disk = RecordedDisk::new(Image::default());
        disk.fail(fault);
        Self {
            disk,
            clock: Arc::new(VirtualClock::at(START)),
            vault: folder.join("vault"),
            truth: Truth::default(),
            marks: 0,
            on_flash: Vec::new(),
            in_memory: Vec::new(),
            errors: 0,
        }
    }

    fn open(&mut self) -> Option<(Engine, u64)> {
        let opened = open(&self.disk, &self.clock, &self.vault);
        let engine = self.note(opened)?;
        let status = engine.status();
        let epoch = self.note(status)?.epoch;
        Some((engine, epoch))
    }

    fn note<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        self.errors += u32::from(result.is_err());
        result.ok()
    }

    fn record(&mut self, (engine, epoch): &(Engine, u64), events: u32) {
        for _ in 0..events {
            let from = self.disk.length();
            let draft = Draft::new("tap").integer(MARK, self.marks).text("note", "x".repeat(300));
            let recorded = engine.record(draft);
            let mark = self.marks;
            self.marks += 1;
            let Some(receipt) = self.note(recorded) else { continue };
            let (first, last) = receipt.seqs.unwrap();
            for seq in first..=last {
                let id = (*epoch, seq);
                self.truth.record(id, (seq == first).then_some(mark), from);
                match receipt.placed {
                    Placed::OnFlash => self.on_flash.push(id),
                    Placed::InMemory => self.in_memory.push(id),
                }
            }
        }
    }

    /// Everything so far is on flash and synced.
    fn confirm(&mut self) {
        self.truth.confirm(self.disk.length());
        self.on_flash.append(&mut self.in_memory);
    }

    fn use_all(&mut self) {
        let Some(opened) = self.open() else { return };
        let engine = &opened.0;
        self.record(&opened, 5);
        if self.note(engine.flush()).is_some() {
            self.confirm();
        }
        // Beyond the first file.
        self.record(&opened, 50);
        let round = Duration::from_secs(1);
        if self.note(engine.maintain(round)).is_some_and(|done| done.waiting == 0) {
            self.confirm();
        }
        self.record(&opened, 3);
        let upload = engine.next_upload();
        if let Some(Some(upload)) = self.note(upload) {
            self.truth.offer(&upload, self.disk.length()).unwrap();
            let answer = server::acknowledges(upload.id);
            let finished = engine.finish_upload(upload.id, &answer);
            self.note(finished);
        }
        self.record(&opened, 3);
        if self.note(opened.0.close()).is_some() {
            self.confirm();
        }
    }

    /// Another process on the mended disk finds all that receipts called "on flash".
    fn recover(&mut self) -> Result<(), String> {
        self.disk.fail(None);
        self.disk.unlock();
        Nonces::default().see(&self.disk.ops())?;
        let failed = |error: Error| format!("does not recover: {error}");
        let engine = open(&self.disk, &self.clock, &self.vault).map_err(failed)?;
        let there = found(&engine).map_err(failed)?;
        self.truth.check(&there, usize::MAX)?;
        let has = |id: &(u64, u64)| there.iter().any(|(there, _)| there == id);
        let lost = self.on_flash.iter().find(|id| !has(id));
        engine.close().map_err(failed)?;
        lost.map_or(Ok(()), |id| Err(format!("{id:?} was on flash and is lost")))
    }

    /// The same if the power is cut where the use of the failing disk ended.
    fn recover_from_cut(&self, seed: u64) -> Result<(), String> {
        let ops = self.disk.ops();
        let mut replay = Replay::new(Image::default(), &ops);
        replay.advance(ops.len());
        let seed = Seed::from_number(seed);
        let cut = Cut::ALL[usize::try_from(seed.draw_below(8, 0, "cut")).unwrap()];
        let clock = VirtualClock::at(START);
        clock.reboot();
        let image = replay.image(cut, &seed);
        let there = examine(&self.truth, image, ops.len(), &Arc::new(clock), &self.vault);
        there.map(drop).map_err(|error| format!("{cut:?}: {error}"))
    }
}

/// Lets `fault` happen at every place; gives the number of places, and how many errors were said.
fn at_every_call(fault: Fault) -> (u64, u32) {
    let folder = tempfile::tempdir().unwrap();
    let mut whole = Life::new(folder.path(), None);
    whole.use_all();
    assert_eq!(whole.errors, 0);
    assert!(whole.in_memory.is_empty());
    let calls = whole.disk.calls();
    let mut errors = 0;
    println!("{calls} calls");
    for at in 0..calls {
        let mut life = Life::new(folder.path(), Some((at, fault)));
        life.use_all();
        errors += life.errors;
        let checked = life.recover_from_cut(at).and_then(|()| life.recover());
        checked.unwrap_or_else(|error| panic!("{fault:?} at call {at} of {calls}: {error}"));
    }
    (calls, errors)
}

#[test]
fn no_space_left_at_any_write_loses_nothing_that_was_confirmed() {
    let (calls, errors) = at_every_call(Fault::Full);
    assert!(calls > 200 && errors > 0);
}

#[test]
fn a_file_system_that_turns_read_only_at_any_call_loses_nothing_that_was_confirmed() {
    assert!(at_every_call(Fault::ReadOnly).1 > 0);
}

#[test]
fn a_device_that_fails_from_any_call_on_loses_nothing_that_was_confirmed() {
    assert!(at_every_call(Fault::Device).1 > 0);
}

#[test]
fn an_error_of_the_device_at_any_call_loses_nothing_that_was_confirmed() {
    assert!(at_every_call(Fault::DeviceOnce).1 > 0);
}

#[test]
fn a_write_that_fails_and_yet_arrives_doubles_nothing_and_its_nonce_is_not_used_again() {
    assert!(at_every_call(Fault::Landed).1 > 0);
}

#[test]
fn a_write_cut_short_is_finished_as_if_nothing_had_been() {
    assert_eq!(at_every_call(Fault::Short).1, 0);
}

#[test]
fn a_signal_that_interrupts_a_write_goes_unnoticed() {
    assert_eq!(at_every_call(Fault::Interrupted).1, 0);
}

#[test]
fn what_waited_in_memory_is_written_once_there_is_space_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut life = Life::new(folder.path(), None);
    let opened = life.open().unwrap();
    life.record(&opened, 3);
    life.disk.fail(Some((0, Fault::Full)));
    life.record(&opened, 4);
    assert_eq!((life.on_flash.len(), life.in_memory.len()), (3, 4));
    assert!(opened.0.flush().is_err());
    assert_eq!(opened.0.status().unwrap().in_memory, 4);
    life.disk.fail(None);
    opened.0.flush().unwrap();
    assert_eq!(opened.0.status().unwrap().in_memory, 0);
    life.confirm();
    life.record(&opened, 1);
    assert_eq!(life.on_flash.len(), 8);
    std::mem::forget(opened);
    life.recover_from_cut(0).unwrap();
    life.recover().unwrap();
}
