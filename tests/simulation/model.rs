//! Random sequences of everything that can be done with an engine, against a model that is a list of
//! what was said to be there. What fails is made as short as it can be.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value as Json;
use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host, Placed, Receipt};
use staykit_core::event::{Draft, Value};
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::store::Disk;
use staykit_core::sync::{Answer, Delivery, Upload};
use staykit_core::time::{DAY_MS, HOUR_MS, VirtualClock};
use staykit_tests::disk::{Fault, Image, RecordedDisk};
use staykit_tests::seeds::{again, by_form, seeds};
use staykit_tests::server;
use staykit_tests::truth::{Id, MARK, Mark, offered};

/// 2026-03-02 09:00 UTC.
const START: i64 = 1_772_442_000_000;
const FACTS: [&str; 3] = ["region", "level", "band"];

/// Something that is done.
#[derive(Debug, Clone)]
enum Op {
    Record { name: usize, note: usize },
    Burst(usize),
    Facts(usize, i64),
    Context(usize, i64),
    Consent { guide: bool, upload: bool },
    Withdraw,
    Erase,
    Tick,
    Flush,
    Maintain,
    Upload(Reply),
    Export,
    Close,
    Kill,
    Reboot,
    Wait(i64),
    SetClock(i64),
    Space(bool),
}

/// What becomes of an upload.
#[derive(Debug, Clone, Copy)]
enum Reply {
    Taken,
    /// Nobody hears whether it was.
    Lost,
    Unreachable,
    /// For another batch.
    Nonsense,
    TooLarge,
    Refused,
    Overloaded,
    Misconfigured,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        20 => (0..4_usize, 0..200_usize).prop_map(|(name, note)| Op::Record { name, note }),
        4 => (1..120_usize).prop_map(Op::Burst),
        3 => (0..3_usize, any::<i64>()).prop_map(|(key, value)| Op::Facts(key, value)),
        2 => (0..3_usize, any::<i64>()).prop_map(|(key, value)| Op::Context(key, value)),
        2 => any::<(bool, bool)>().prop_map(|(guide, upload)| Op::Consent { guide, upload }),
        1 => proptest::strategy::Just(Op::Withdraw),
        1 => proptest::strategy::Just(Op::Erase),
        2 => proptest::strategy::Just(Op::Tick),
        3 => proptest::strategy::Just(Op::Flush),
        3 => proptest::strategy::Just(Op::Maintain),
        8 => reply().prop_map(Op::Upload),
        3 => proptest::strategy::Just(Op::Export),
        3 => proptest::strategy::Just(Op::Close),
        4 => proptest::strategy::Just(Op::Kill),
        1 => proptest::strategy::Just(Op::Reboot),
        4 => (0..DAY_MS).prop_map(Op::Wait),
        2 => (-2 * DAY_MS..DAY_MS).prop_map(Op::SetClock),
        3 => any::<bool>().prop_map(Op::Space),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        4 => proptest::strategy::Just(Reply::Taken),
        2 => proptest::strategy::Just(Reply::Lost),
        1 => proptest::strategy::Just(Reply::Unreachable),
        1 => proptest::strategy::Just(Reply::Nonsense),
        1 => proptest::strategy::Just(Reply::TooLarge),
        1 => proptest::strategy::Just(Reply::Refused),
        1 => proptest::strategy::Just(Reply::Overloaded),
        1 => proptest::strategy::Just(Reply::Misconfigured),
    ]
}

/// What an engine remembers of a call.
#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Event(Id, Mark),
    Fact(bool, &'static str, i64),
    Consent(Consent),
}

/// All of it: a list.
#[derive(Debug, Clone, Default)]
struct Model {
    /// Said to be on flash.
    kept: Vec<Entry>,
    /// Said to be in memory.
    in_memory: Vec<Entry>,
    acknowledged: BTreeSet<Id>,
    refused: BTreeSet<Id>,
    /// Events of the batches that were handed out.
    batches: BTreeMap<[u8; 16], Vec<(Id, Mark)>>,
}

impl Model {
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.kept.iter().chain(&self.in_memory)
    }

    fn events(&self) -> BTreeMap<Id, Mark> {
        let event = |entry: &Entry| match entry {
            Entry::Event(id, mark) => Some((*id, *mark)),
            _ => None,
        };
        self.entries().filter_map(event).collect()
    }

    fn facts(&self, context: bool) -> BTreeMap<String, Json> {
        let fact = |entry: &Entry| match entry {
            Entry::Fact(of_context, key, value) if *of_context == context => {
                Some(((*key).to_owned(), Json::from(*value)))
            }
            _ => None,
        };
        self.entries().filter_map(fact).collect()
    }

    fn consent(&self) -> Consent {
        let consent = |entry: &Entry| match entry {
            Entry::Consent(consent) => Some(*consent),
            _ => None,
        };
        self.entries().filter_map(consent).last().unwrap_or(Consent::all())
    }

    fn last_seq(&self, epoch: u64) -> u64 {
        self.events().keys().filter(|id| id.0 == epoch).map(|id| id.1).max().unwrap_or(0)
    }

    fn add(&mut self, entries: impl IntoIterator<Item = Entry>, placed: Placed) {
        self.in_memory.extend(entries);
        if placed == Placed::OnFlash {
            self.written();
        }
    }

    fn written(&mut self) {
        self.kept.append(&mut self.in_memory);
    }

    fn erased(&mut self, consent: Consent) {
        *self = Self { kept: vec![Entry::Consent(consent)], ..Self::default() };
    }
}

/// A fault planted on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plant {
    Nothing,
    /// An opening takes the older checkpoint for the newest.
    StaleCheckpoint,
}

type Checked = Result<(), String>;

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}

/// The engine beside its model.
struct Device {
    folder: tempfile::TempDir,
    disk: RecordedDisk,
    clock: Arc<VirtualClock>,
    engine: Option<Engine>,
    model: Model,
    epoch: u64,
    marks: i64,
    opened: u64,
    full: bool,
    plant: Plant,
}

impl Device {
    fn new(plant: Plant) -> Self {
        let mut device = Self {
            folder: tempfile::tempdir().unwrap(),
            disk: RecordedDisk::new(Image::default()),
            clock: Arc::new(VirtualClock::at(START)),
            engine: None,
            model: Model::default(),
            epoch: 1,
            marks: 0,
            opened: 0,
            full: false,
            plant,
        };
        device.open();
        device
    }

    fn open(&mut self) {
        self.opened += 1;
        let random = Arc::new(SeededRandom::new(self.opened));
        let vault = Arc::new(FileVault::new(self.folder.path().join("vault")));
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let host = Host::new(Arc::<VirtualClock>::clone(&self.clock), random);
        let host = host.with_vault(vault).with_disk(disk);
        let config =
            Config::new(self.disk.path()).with_consent(Consent::all()).with_manual_maintenance();
        self.engine = Some(Engine::open(config, host).unwrap());
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    fn do_it(&mut self, op: &Op) -> Checked {
        match op {
            Op::Record { name, note } => self.record(*name, *note),
            Op::Burst(events) => (0..*events).try_for_each(|event| self.record(event % 3, 20)),
            Op::Facts(key, value) => self.set_fact(false, FACTS[*key], *value),
            Op::Context(key, value) => self.set_fact(true, FACTS[*key], *value),
            Op::Consent { guide, upload } => {
                self.allow(Consent { record: true, guide: *guide, upload: *upload })
            }
            Op::Withdraw => self.allow(Consent::none()),
            Op::Erase => self.erase(),
            Op::Tick => self.tick(),
            Op::Flush => {
                let flushed = self.engine().flush();
                self.writes("flush", flushed)
            }
            Op::Maintain => {
                let done = self.engine().maintain(Duration::from_secs(1));
                self.writes("maintain", done.map(drop))
            }
            Op::Upload(reply) => self.upload(*reply),
            Op::Export => self.export(),
            Op::Close => self.close(),
            Op::Kill => self.kill(false),
            Op::Reboot => self.kill(true),
            Op::Wait(ms) => {
                self.clock.advance(*ms);
                Ok(())
            }
            Op::SetClock(ms) => {
                let now = staykit_core::time::Clock::read(&*self.clock).unwrap().wall_ms;
                self.clock.set_wall(now + ms);
                Ok(())
            }
            Op::Space(there) => {
                self.space(*there);
                Ok(())
            }
        }
    }

    fn space(&mut self, there: bool) {
        self.full = !there;
        self.disk.fail(self.full.then_some((0, Fault::Full)));
    }

    fn record(&mut self, name: usize, note: usize) -> Checked {
        let name = ["tap", "open", "search", "purchase"][name];
        let draft = Draft::new(name).integer(MARK, self.marks).text("note", "x".repeat(note));
        let recorded = self.engine().record(draft);
        if !self.model.consent().record {
            return ensure(recorded.is_err(), || "recorded without consent".to_owned());
        }
        let receipt = match recorded {
            Ok(receipt) => receipt,
            Err(error) => return ensure(self.full, || format!("record: {error}")),
        };
        let (first, last) = receipt.seqs.unwrap();
        let next = self.model.last_seq(self.epoch) + 1;
        ensure(first == next, || format!("event {first} follows {}", next - 1))?;
        let mark = self.marks;
        self.marks += 1;
        let events = (first..=last)
            .map(|seq| Entry::Event((self.epoch, seq), (seq == first).then_some(mark)));
        let events: Vec<Entry> = events.collect();
        self.note(events, &receipt)
    }

    fn note(&mut self, entries: Vec<Entry>, receipt: &Receipt) -> Checked {
        // Behind what waits, so that the order stays.
        let waits = self.full || !self.model.in_memory.is_empty();
        self.model.add(entries, receipt.placed);
        let placed = receipt.placed == Placed::OnFlash;
        ensure(placed || waits, || "in memory, though there is room".to_owned())
    }

    fn set_fact(&mut self, context: bool, key: &'static str, value: i64) -> Checked {
        let facts = vec![(key.to_owned(), Value::Integer(value))];
        let engine = self.engine();
        let set = if context { engine.set_context(facts) } else { engine.set_facts(facts) };
        match set {
            Ok(receipt) if self.model.consent().record => {
                // One that holds already writes nothing.
                let known = self.model.facts(context).get(key) == Some(&Json::from(value));
                if known {
                    return Ok(());
                }
                self.note(vec![Entry::Fact(context, key, value)], &receipt)
            }
            Ok(_) => Err("took a fact without consent".to_owned()),
            Err(error) => {
                let refused = self.full || !self.model.consent().record;
                ensure(refused, || format!("facts: {error}"))
            }
        }
    }

    fn allow(&mut self, consent: Consent) -> Checked {
        if self.full {
            return Ok(());
        }
        let before = self.model.consent();
        self.engine().set_consent(consent).map_err(|error| format!("consent: {error}"))?;
        if before.record && !consent.record {
            self.model.erased(consent);
            self.epoch = 1;
        } else {
            self.model.add([Entry::Consent(consent)], Placed::OnFlash);
        }
        Ok(())
    }

    fn erase(&mut self) -> Checked {
        if self.full {
            return Ok(());
        }
        self.engine().erase().map_err(|error| format!("erase: {error}"))?;
        self.model.erased(self.model.consent());
        self.epoch = 1;
        self.export()
    }

    fn tick(&mut self) -> Checked {
        match self.engine().tick() {
            Ok(_) => Ok(()),
            Err(error) => ensure(self.full, || format!("tick: {error}")),
        }
    }

    fn writes<E: std::fmt::Display>(&mut self, what: &str, done: Result<(), E>) -> Checked {
        match done {
            Ok(()) => {
                // It had to write what waited in memory; without room it can only have had nothing.
                self.model.written();
                let in_memory = self.engine().status().map_or(0, |status| status.in_memory);
                ensure(in_memory == 0, || format!("{in_memory} in memory after {what}"))
            }
            Err(error) => ensure(self.full, || format!("{what}: {error}")),
        }
    }

    fn upload(&mut self, reply: Reply) -> Checked {
        let upload = match self.engine().next_upload() {
            Ok(Some(upload)) => upload,
            Ok(None) => return Ok(()),
            Err(error) => return ensure(self.full, || format!("next upload: {error}")),
        };
        self.look_at(&upload)?;
        let answer = match reply {
            Reply::Taken => server::acknowledges(upload.id),
            Reply::Lost => return Ok(()),
            Reply::Unreachable => Answer::Unreachable,
            Reply::Nonsense => server::acknowledges([9; 16]),
            Reply::TooLarge => server::says(413, &[]),
            Reply::Refused => server::says(422, &[]),
            Reply::Overloaded => server::says(503, &[]),
            Reply::Misconfigured => server::says(401, &[]),
        };
        let events = offered(&upload).into_iter().map(|(id, _)| id);
        match self.engine().finish_upload(upload.id, &answer) {
            Ok(Delivery::Acknowledged) => self.model.acknowledged.extend(events),
            Ok(Delivery::SetAside { .. }) => self.model.refused.extend(events),
            Ok(_) => {}
            Err(error) => ensure(self.full, || format!("finish upload: {error}"))?,
        }
        Ok(())
    }

    /// An upload has what was recorded, what is not acknowledged, and the same on every try.
    fn look_at(&mut self, upload: &Upload) -> Checked {
        ensure(self.model.consent().upload, || "uploads without consent".to_owned())?;
        let (events, known) = (offered(upload), self.model.events());
        for (id, mark) in &events {
            let as_recorded = known.get(id) == Some(mark);
            ensure(as_recorded, || format!("{id:?} goes as {mark:?}, was {:?}", known.get(id)))?;
            let done = self.model.acknowledged.contains(id) || self.model.refused.contains(id);
            ensure(!done, || format!("{id:?} goes again after its answer"))?;
        }
        let before = self.model.batches.insert(upload.id, events.clone());
        ensure(before.is_none_or(|before| before == events), || "a batch has changed".to_owned())
    }

    /// Everything is there once, as it was recorded, and nothing else is.
    fn export(&mut self) -> Checked {
        let mut text = Vec::new();
        if let Err(error) = self.engine().export(&mut text) {
            return ensure(self.full, || format!("export: {error}"));
        }
        self.model.written();
        self.hold_against(&text)?;
        let status = self.engine().status().unwrap();
        let events = self.model.events().len();
        let done = self.model.acknowledged.len() + self.model.refused.len();
        ensure(status.events_waiting == (events - done) as u64, || {
            format!("{} wait, {events} recorded, {done} done", status.events_waiting)
        })?;
        ensure(status.recorded == events as u64, || {
            format!("the state has seen {} of {events} events", status.recorded)
        })?;
        ensure(status.last_seq == self.model.last_seq(self.epoch) && !status.damaged, || {
            format!("{status:?}")
        })
    }

    fn hold_against(&self, text: &[u8]) -> Checked {
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let head: Json = serde_json::from_slice(lines.next().unwrap()).unwrap();
        for (name, facts) in
            [("facts", self.model.facts(false)), ("context", self.model.facts(true))]
        {
            let facts = Json::from_iter(facts);
            ensure(head[name] == facts, || format!("{name}: {}, not {facts}", head[name]))?;
        }
        let consent = serde_json::to_value(self.model.consent()).unwrap();
        ensure(head["consent"] == consent, || format!("{}, not {consent}", head["consent"]))?;
        let mut left = self.model.events();
        for line in lines {
            let event: Json = serde_json::from_slice(line).unwrap();
            let id = (event["epoch"].as_u64().unwrap(), event["seq"].as_u64().unwrap());
            let mark = event["properties"][MARK].as_i64();
            let as_recorded = left.remove(&id) == Some(mark);
            ensure(as_recorded, || format!("{id:?} is there as {mark:?}: invented or twice"))?;
        }
        ensure(left.is_empty(), || format!("lost: {left:?}"))
    }

    fn close(&mut self) -> Checked {
        match self.engine.take().unwrap().close() {
            Ok(()) => self.model.written(),
            Err(error) => ensure(self.full, || format!("close: {error}"))?,
        }
        self.reopen(false)
    }

    fn kill(&mut self, reboot: bool) -> Checked {
        std::mem::forget(self.engine.take());
        self.disk.unlock();
        if reboot {
            self.clock.reboot();
        }
        self.reopen(reboot)
    }

    fn reopen(&mut self, reboot: bool) -> Checked {
        self.space(true);
        if self.plant == Plant::StaleCheckpoint {
            make_stale(&self.disk);
        }
        self.open();
        let epoch = self.engine().status().unwrap().epoch;
        let continues = epoch == self.epoch || (reboot && epoch > self.epoch);
        ensure(continues, || format!("epoch {epoch} after {}", self.epoch))?;
        self.epoch = epoch;
        // What was in memory is gone, but for as much of it as was written in the meantime.
        let volatile = std::mem::take(&mut self.model.in_memory);
        let recorded = self.engine().status().unwrap().recorded;
        let mut checked = Err(String::new());
        for kept in 0..=volatile.len() {
            let mut model = self.model.clone();
            model.kept.extend_from_slice(&volatile[..kept]);
            if model.events().len() as u64 != recorded && kept < volatile.len() {
                continue;
            }
            let before = std::mem::replace(&mut self.model, model);
            checked = self.export();
            if checked.is_ok() {
                return Ok(());
            }
            self.model = before;
        }
        checked
    }

    /// Space, consent and a patient server: everything arrives once, or was refused.
    fn finish(&mut self) -> Checked {
        self.kill(false)?;
        if !self.model.consent().record {
            return Ok(());
        }
        self.allow(Consent::all())?;
        for _ in 0..400 {
            self.clock.advance(25 * HOUR_MS / 10);
            self.upload(Reply::Taken)?;
            if self.engine().status().unwrap().events_waiting == 0 {
                break;
            }
        }
        let events: BTreeSet<Id> = self.model.events().into_keys().collect();
        let done = self.model.acknowledged.union(&self.model.refused).copied().collect();
        ensure(events == done, || "not everything arrives".to_owned())?;
        self.export()
    }
}

/// Lets the older of two checkpoints pass for the newest.
fn make_stale(disk: &RecordedDisk) {
    if disk.now().file("buffer.sqlite").is_none_or(<[u8]>::is_empty) {
        return;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let path = disk.path().join("buffer.sqlite");
    let database = Connection::open_with_flags_and_vfs(path, flags, disk.vfs().unwrap()).unwrap();
    database.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    let stale = "UPDATE checkpoint SET id = id + 9
        WHERE id = (SELECT min(id) FROM checkpoint) AND (SELECT count(*) FROM checkpoint) > 1";
    database.execute(stale, []).unwrap();
    database.close().unwrap();
}

fn run(ops: &[Op], plant: Plant) -> Checked {
    let mut device = Device::new(plant);
    for (number, op) in ops.iter().enumerate() {
        device.do_it(op).map_err(|error| format!("{number}, {op:?}: {error}"))?;
    }
    device.finish().map_err(|error| format!("at the end: {error}"))
}

/// Runs `cases` sequences; the shortest that fails, and how.
fn search(seed: u64, cases: u32, plant: Plant) -> Result<(), String> {
    let config =
        Cases { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Cases::default() };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let sequences = proptest::collection::vec(op(), 1..60);
    let failed = |error| Err(TestCaseError::fail(error));
    let done = runner.run(&sequences, |ops| run(&ops, plant).or_else(failed));
    done.map_err(|error| format!("{error}\n{}", again("model", seed)))
}

#[test]
fn whatever_is_done_the_engine_has_what_it_said_and_nothing_else() {
    for seed in seeds(by_form(4, 100)) {
        search(seed, 30, Plant::Nothing).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn a_stale_checkpoint_taken_for_the_newest_is_noticed() {
    let found = search(1, 60, Plant::StaleCheckpoint);
    let what = found.expect_err("a stale checkpoint was not noticed");
    println!("{what}");
}
