//! The power is cut at every sync and between, and everything that was not synced is lost, kept,
//! reordered or torn: what was confirmed is there once, nothing is invented, and no number ever
//! means two events.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use staykit_core::engine::Engine;
use staykit_core::event::{Draft, Value};
use staykit_core::random::Seed;
use staykit_core::sync::{Answer, Delivery};
use staykit_core::time::{Clock, VirtualClock};
use staykit_tests::disk::{Cut, Image, Lie, Op, RecordedDisk, Replay};
use staykit_tests::nonces::Nonces;
use staykit_tests::seeds::{again, by_form, seeds};
use staykit_tests::server;
use staykit_tests::truth::{MARK, Truth, examine, open};

/// 2026-03-02 09:00 UTC.
const START: i64 = 1_772_442_000_000;

/// How far a run goes.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Devices.
    seeds: u64,
    /// Things that are done with the engine of each.
    steps: u64,
    /// Of these between two cuts, at most.
    life: u64,
    /// One in so many moments between syncs is looked at.
    between: u64,
}

const SHORT: Size = Size { seeds: 3, steps: 120, life: 60, between: 40 };
/// Cut again and again before anything is synced, so that names of files come back.
const BRIEF: Size = Size { seeds: 2, steps: 80, life: 6, between: 40 };
const LONG: Size = Size { seeds: 6, steps: 1_000, life: 150, between: 12 };

/// A fault planted on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plant {
    Nothing,
    /// The disk lies all the time.
    Lie(Lie),
    /// The engine says that it knows of an acknowledgement before that is durable.
    AcknowledgedTooEarly,
}

impl Plant {
    fn lie(self) -> Option<Lie> {
        if let Self::Lie(lie) = self { Some(lie) } else { None }
    }
}

/// A device that lives from one power cut to the next.
struct Device {
    seed: Seed,
    draws: u64,
    folder: tempfile::TempDir,
    plant: Plant,
    base: Image,
    disk: RecordedDisk,
    clock: Arc<VirtualClock>,
    engine: Option<Engine>,
    epoch: u64,
    marks: i64,
    truth: Truth,
    nonces: Nonces,
    images: u64,
    ops: usize,
}

impl Device {
    fn new(seed: u64, plant: Plant) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault");
        let disk = RecordedDisk::new(Image::default()).that_lies(plant.lie(), &vault);
        let mut device = Self {
            seed: Seed::from_number(seed),
            draws: 0,
            folder,
            plant,
            base: Image::default(),
            disk,
            clock: Arc::new(VirtualClock::at(START)),
            engine: None,
            epoch: 0,
            marks: 0,
            truth: Truth::default(),
            nonces: Nonces::default(),
            images: 0,
            ops: 0,
        };
        device.open();
        device
    }

    fn draw(&mut self, bound: u64) -> u64 {
        self.draws += 1;
        self.seed.draw_below(bound, self.draws, "device")
    }

    fn vault(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn open(&mut self) {
        let engine = open(&self.disk, &self.clock, &self.vault()).unwrap();
        self.epoch = engine.status().unwrap().epoch;
        self.engine = Some(engine);
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    fn step(&mut self) -> Result<(), String> {
        let pause = i64::try_from(self.draw(3_000)).unwrap();
        self.clock.advance(pause);
        match self.draw(100) {
            0..80 => self.record(),
            80..85 => {
                self.engine().flush().unwrap();
                self.truth.confirm(self.disk.length());
            }
            85..90 => {
                self.engine().maintain(Duration::from_secs(1)).unwrap();
                self.truth.confirm(self.disk.length());
                self.nonces.see_blobs(&self.disk.now())?;
            }
            90..93 => {
                let status = self.engine().status().unwrap();
                if status.unsynced_entries == 0 && status.in_memory == 0 {
                    self.truth.confirm(self.disk.length());
                }
            }
            93..97 => self.upload()?,
            97 => {
                self.engine.take().unwrap().close().unwrap();
                self.truth.confirm(self.disk.length());
                self.open();
            }
            98 => {
                // A process that is killed closes nothing.
                std::mem::forget(self.engine.take());
                self.disk.unlock();
                self.open();
            }
            _ => {
                self.engine().tick().unwrap();
            }
        }
        Ok(())
    }

    fn record(&mut self) {
        // Some at once, as an app does that starts; some large.
        let burst = if self.draw(10) == 0 { 1 + self.draw(60) } else { 1 };
        for _ in 0..burst {
            let from = self.disk.length();
            let name = if self.draw(12) == 0 { "purchase" } else { "tap" };
            let text = "x".repeat(usize::try_from(self.draw(200)).unwrap());
            let draft = Draft::new(name).integer(MARK, self.marks).text("note", text);
            let receipt = self.engine().record(draft).unwrap();
            let (first, last) = receipt.seqs.unwrap();
            for seq in first..=last {
                let mark = (seq == first).then_some(self.marks);
                self.truth.record((self.epoch, seq), mark, from);
            }
            self.marks += 1;
        }
    }

    fn upload(&mut self) -> Result<(), String> {
        let Some(upload) = self.engine().next_upload().unwrap() else { return Ok(()) };
        self.truth.offer(&upload, self.disk.length())?;
        let answer = match self.draw(6) {
            0 => return Ok(()),
            1 => Answer::Unreachable,
            2 => server::says(413, &[]),
            _ => server::acknowledges(upload.id),
        };
        self.nonces.see_blobs(&self.disk.now())?;
        if self.plant == Plant::AcknowledgedTooEarly {
            self.disk.lie(Some(Lie::Files("buffer.sqlite")));
        }
        let delivery = self.engine().finish_upload(upload.id, &answer).unwrap();
        self.disk.lie(self.plant.lie());
        if delivery == Delivery::Acknowledged {
            self.truth.acknowledge(&upload, self.disk.length());
        }
        Ok(())
    }

    /// Looks at what a cut at each moment of this life would have left, then cuts for good.
    fn cut(&mut self, size: Size) -> Result<(), String> {
        std::mem::forget(self.engine.take());
        let ops = self.disk.ops();
        let clock = VirtualClock::at(self.clock.read().unwrap().wall_ms);
        let boots = self.clock.read().unwrap().boot_id.unwrap();
        (0..=boots).for_each(|_| clock.reboot());
        let clock = Arc::new(clock);
        let mut replay = Replay::new(self.base.clone(), &ops);
        for at in 0..=ops.len() {
            let next_syncs = matches!(ops.get(at), Some(Op::SyncFile(_) | Op::SyncFolder));
            let synced = at > 0 && matches!(ops[at - 1], Op::SyncFile(_) | Op::SyncFolder);
            let cuts =
                if next_syncs { 2 } else { u64::from(synced || self.draw(size.between) == 0) };
            if cuts == 0 {
                continue;
            }
            replay.advance(at);
            for _ in 0..cuts {
                let cut = Cut::ALL[usize::try_from(self.draw(8)).unwrap()];
                self.look(&replay, at, cut, &clock)?;
            }
        }
        self.restart(&ops)
    }

    fn look(
        &mut self,
        replay: &Replay<'_>,
        at: usize,
        cut: Cut,
        clock: &Arc<VirtualClock>,
    ) -> Result<(), String> {
        self.images += 1;
        let number = self.images;
        let seed = Seed::from_number(number);
        let image = replay.image(cut, &seed);
        let there = examine(&self.truth, image, at, clock, &self.vault());
        let said = |error| format!("image {number}: {cut:?} at {at}: {error}");
        there.map(drop).map_err(said)
    }

    /// Goes on with one of the images.
    fn restart(&mut self, ops: &[Op]) -> Result<(), String> {
        let at = ops.len() - usize::try_from(self.draw(20)).unwrap().min(ops.len());
        let mut replay = Replay::new(self.base.clone(), ops);
        replay.advance(at);
        let cut = Cut::ALL[usize::try_from(self.draw(8)).unwrap()];
        let image = replay.image(cut, &self.seed);
        self.nonces.see(&ops[..at])?;
        self.nonces.go_on_with(&image);
        self.ops += ops.len();
        self.clock.reboot();
        let there = examine(&self.truth, image.clone(), at, &self.clock, &self.vault())
            .map_err(|error| format!("{cut:?} at {at}, to go on: {error}"))?;
        self.truth = self.truth.after_cut(&there, at);
        self.disk = RecordedDisk::new(image.clone()).that_lies(self.plant.lie(), &self.vault());
        self.base = image;
        self.open();
        Ok(())
    }
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    images: u64,
    /// Operations on the disk.
    ops: usize,
    nonces: usize,
}

/// What it came to; or what was wrong.
fn run(seed: u64, size: Size, plant: Plant) -> Result<Done, String> {
    let mut device = Device::new(seed, plant);
    let mut lives = 0;
    let mut left = size.steps;
    while left > 0 {
        let steps = (1 + device.draw(size.life)).min(left);
        lives += 1;
        let wrong = |error| format!("life {lives}: {error}; {}", again("power", seed));
        for _ in 0..steps {
            device.step().map_err(wrong)?;
        }
        left -= steps;
        device.cut(size).map_err(wrong)?;
    }
    Ok(Done { images: device.images, ops: device.ops, nonces: device.nonces.count() })
}

#[test]
fn a_power_cut_at_any_moment_takes_nothing_that_was_confirmed() {
    for size in [by_form(SHORT, LONG), BRIEF] {
        holds(size);
    }
}

fn holds(size: Size) {
    for seed in seeds(size.seeds) {
        let done = run(seed, size, Plant::Nothing).unwrap();
        println!("seed {seed}: {done:?}");
        assert!(done.images > size.steps / 2 && done.nonces > 50, "{done:?}");
        assert!(size.steps < LONG.steps || done.ops >= 5_000, "{done:?}");
    }
}

/// Runs until the fault is found out; what gave it away.
fn caught(plant: Plant, size: Size) -> String {
    let found = (1..=size.seeds).find_map(|seed| run(seed, size, plant).err());
    let what = found.unwrap_or_else(|| panic!("{plant:?} was not noticed"));
    println!("{what}");
    what
}

#[test]
fn a_folder_that_is_not_synced_is_noticed() {
    caught(Plant::Lie(Lie::Folder), SHORT);
}

#[test]
fn a_journal_that_is_not_synced_is_noticed() {
    caught(Plant::Lie(Lie::Files("journal-")), SHORT);
}

#[test]
fn a_journal_recycled_before_the_commit_is_durable_is_noticed() {
    caught(Plant::Lie(Lie::Files("buffer.sqlite")), SHORT);
}

#[test]
fn an_identity_that_is_not_synced_is_noticed() {
    caught(Plant::Lie(Lie::Files("identity")), SHORT);
}

#[test]
fn an_acknowledgement_kept_before_it_is_durable_is_noticed() {
    let what = caught(Plant::AcknowledgedTooEarly, SHORT);
    assert!(what.contains("again after its acknowledgement"), "{what}");
}

#[test]
fn the_same_nonce_twice_is_noticed() {
    let what = caught(Plant::Lie(Lie::Salts), BRIEF);
    assert!(what.contains("the same nonce twice"), "{what}");
}

#[test]
fn a_state_that_was_confirmed_outlives_a_power_cut_without_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    let disk = RecordedDisk::new(Image::default());
    let clock = Arc::new(VirtualClock::at(START));
    let confirms: [fn(&Engine); 2] = [
        |engine| engine.flush().unwrap(),
        |engine| engine.maintain(Duration::from_secs(1)).map(|_| ()).unwrap(),
    ];
    let engine = open(&disk, &clock, &vault).unwrap();
    engine.record(Draft::new("tap")).unwrap();
    engine.next_upload().unwrap();
    for (number, confirm) in confirms.iter().enumerate() {
        // Too little for another checkpoint: of this only the journal knows more than the events.
        engine.set_facts(vec![(format!("fact_{number}"), Value::Text("x".into()))]).unwrap();
        engine.record(Draft::new("tap")).unwrap();
        let upload = engine.next_upload().unwrap().unwrap();
        engine.finish_upload(upload.id, &server::acknowledges(upload.id)).unwrap();
        engine.next_upload().unwrap();
        confirm(&engine);
        let ops = disk.ops();
        let mut replay = Replay::new(Image::default(), &ops);
        replay.advance(ops.len());
        let left = RecordedDisk::new(replay.image(Cut::Lost, &Seed::from_number(1)));
        let later = VirtualClock::at(START);
        later.reboot();
        let next = open(&left, &Arc::new(later), &vault).unwrap();
        let mut lines = Vec::new();
        next.export(&mut lines).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        assert!(lines.contains(&format!("fact_{number}")), "{number}: {lines}");
        let status = next.status().unwrap();
        assert_eq!((status.recorded, status.consent_in_doubt), (number as u64 + 2, false));
    }
    std::mem::forget(engine);
}
