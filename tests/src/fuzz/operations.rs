//! Any sequence of what a host does with an engine, on a disk in memory: no panic, nothing lost
//! that a receipt said is on flash, nothing doubled, nothing invented.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use staykit_core::crypto::{DataKey, KeyVault, VaultError};
use staykit_core::engine::{Config, Engine, Error, Placed, Receipt, Why};
use staykit_core::event::{Draft, Value};
use staykit_core::guidance::Outcome;
use staykit_core::pack::{Pack, PublicKey};
use staykit_core::privacy::Consent;
use staykit_core::sync::{Answer, Upload};
use staykit_core::time::{Clock, VirtualClock, Zone};

use super::input::Input;
use super::sample;
use crate::disk::{Image, RecordedDisk};
use crate::person::START;
use crate::truth::{MARK, Truth, found, open_with};
use crate::{packs, server};

/// Things that are done in one run, at most.
const STEPS: usize = 200;

/// A pack that may be activated, signed and plain.
struct Signed {
    bytes: Vec<u8>,
    pack: Pack,
}

struct Packs {
    key: PublicKey,
    packs: Vec<Signed>,
}

static PACKS: LazyLock<Packs> = LazyLock::new(|| {
    let secret = staykit_pack::generate_key().unwrap();
    let signed = |yaml: &str| {
        let bytes = packs::bytes(yaml);
        let pack = Pack::unsigned(&bytes).unwrap();
        Signed { bytes: staykit_pack::sign(&bytes, &secret).unwrap(), pack }
    };
    let other = "pack: other\nversion: 3\nsignals:\n  busy:\n    raise: count('tap', days(30)) > 1\n    says: { en: busy }\n";
    let packs = [sample::PACK, packs::RETENTION, other].into_iter().map(signed).collect();
    Packs { key: staykit_pack::public_key(&secret).unwrap(), packs }
});

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut device = Device::new();
    for _ in 0..STEPS {
        if input.is_empty() {
            break;
        }
        device.step(&mut input);
    }
    device.kill();
    device.holds();
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![
        vec![0, 1, 0, 2, 16, 0, 3, 17, 0, 1, 20, 0, 21, 0, 1],
        vec![0, 1, 0, 1, 0, 1, 18, 0, 1, 21, 0, 0, 1, 18, 1, 20],
        vec![0, 1, 22, 1, 0, 1, 23, 0, 1, 22, 2, 0, 2, 20, 22, 0],
        vec![9, 200, 0, 1, 9, 255, 10, 0, 1, 12, 5, 0, 1, 11, 1, 0, 1],
        vec![13, 0, 0, 1, 13, 7, 0, 1, 13, 6, 0, 1, 20, 0, 1],
        vec![14, 1, 0, 1, 15, 2, 0, 1, 24, 0, 1, 20, 0, 1, 16, 18, 1],
        vec![0, 3, 18, 0, 18, 2, 0, 3, 18, 3, 18, 4, 18, 1, 19, 1, 20],
    ]
}

/// A vault that wraps nothing.
#[derive(Debug)]
struct Vault;

impl KeyVault for Vault {
    fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        Ok(key.bytes().to_vec())
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        wrapped.try_into().map(DataKey::new).map_err(|_| VaultError::Lost)
    }
}

struct Device {
    disk: RecordedDisk,
    clock: Arc<VirtualClock>,
    engine: Option<Engine>,
    pack: usize,
    epoch: u64,
    consent: Consent,
    marks: i64,
    truth: Truth,
    /// What was handed out and not answered.
    upload: Option<Upload>,
}

impl Device {
    fn new() -> Self {
        let mut device = Self {
            disk: RecordedDisk::new(Image::default()),
            clock: Arc::new(VirtualClock::at(START)),
            engine: None,
            pack: 0,
            epoch: 0,
            consent: Consent::all(),
            marks: 0,
            truth: Truth::default(),
            upload: None,
        };
        device.open();
        device
    }

    fn open(&mut self) {
        let Packs { key, packs } = &*PACKS;
        let settings = |config: Config| {
            let config = config.with_pack(packs[self.pack].pack.clone()).with_trusted_key(*key);
            // Events that are too old are dropped, rightly; here nothing may be missing.
            config.with_age_limit_days(u32::MAX)
        };
        let engine = open_with(&self.disk, &self.clock, Arc::new(Vault), settings).unwrap();
        self.engine = Some(engine);
        self.check_status();
    }

    fn check_status(&mut self) {
        let status = self.engine().status().unwrap();
        assert_eq!(status.consent, self.consent);
        assert_eq!(status.in_memory, 0);
        self.epoch = status.epoch;
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    /// A process that is killed leaves what it has written; what its engine does from then on
    /// reaches no disk.
    fn kill(&mut self) {
        let image = self.disk.now();
        self.engine = None;
        self.disk = RecordedDisk::new(image);
        self.open();
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.byte() % 26 {
            0..8 => self.record(input),
            8 => self.burst(input),
            9 => self.clock.advance(i64::from(input.byte()) * i64::from(input.byte()) * 7_000),
            10 => self.clock.advance(i64::from(input.byte())),
            11 => {
                // A hundred years around now.
                let years = i64::from(input.byte()) - 128;
                self.clock.set_wall(START + years * 31_557_600_000 / 2);
            }
            12 => self.clock.set_zone(Zone::fixed(i16::from(input.byte()) * 8 - 1_000)),
            13 => self.consent(input),
            14 => self.facts(input, false),
            15 => self.facts(input, true),
            16 => self.engine().flush().unwrap(),
            17 => drop(self.engine().maintain(Duration::from_secs(1)).unwrap()),
            18 => self.answer(input),
            19 => self.offer(),
            20 => self.kill(),
            21 => {
                self.engine.take().unwrap().close().unwrap();
                self.open();
            }
            22 => self.activate(input),
            23 => self.outcome(input),
            24 => {
                let ticked = self.engine().tick();
                self.note(ticked, None);
            }
            _ => self.reboot_or_ask(input),
        }
    }

    fn note(&mut self, receipt: Result<Receipt, Error>, mark: Option<i64>) {
        let receipt = match receipt {
            Err(Error::NoConsent) if !self.consent.record => return,
            other => other.unwrap(),
        };
        assert_eq!(receipt.placed, Placed::OnFlash);
        let Some((first, last)) = receipt.seqs else { return };
        for seq in first..=last {
            let mark = mark.filter(|_| seq == first);
            self.truth.record((self.epoch, seq), mark, 0);
        }
        // No power cut here: what is on flash is safe.
        self.truth.confirm(0);
    }

    fn record(&mut self, input: &mut Input<'_>) {
        let name = match input.byte() % 8 {
            0 => "purchase",
            1 => "open",
            2 => "payment_failed",
            _ => "tap",
        };
        let text = "x".repeat(usize::from(input.byte()) * 4);
        self.record_named(name, text);
    }

    fn record_named(&mut self, name: &str, text: String) {
        let mark = self.marks;
        self.marks += 1;
        let mut draft = Draft::new(name).integer(MARK, mark);
        if !text.is_empty() {
            draft = draft.text("note", text);
        }
        let receipt = self.engine().record(draft);
        self.note(receipt, Some(mark));
    }

    fn burst(&mut self, input: &mut Input<'_>) {
        for _ in 0..input.byte() / 4 {
            self.record_named("tap", "y".repeat(400));
        }
    }

    /// Withdrawing the consent to record erases everything, and another installation begins.
    fn consent(&mut self, input: &mut Input<'_>) {
        let bits = input.byte();
        let consent =
            Consent { record: bits & 1 != 0, guide: bits & 2 != 0, upload: bits & 4 != 0 };
        let erases = self.consent.record && !consent.record;
        self.engine().set_consent(consent).unwrap();
        self.consent = consent;
        if erases {
            self.truth = Truth::default();
            self.upload = None;
            assert!(found(self.engine()).unwrap().is_empty());
        }
        self.check_status();
    }

    fn facts(&mut self, input: &mut Input<'_>, context: bool) {
        let value = match input.byte() % 4 {
            0 => Value::Integer(input.number()),
            1 => Value::Text("wifi".to_owned()),
            2 => Value::Flag(true),
            _ => Value::Number(0.5),
        };
        let key = if context { "network" } else { "age" };
        let facts = vec![(key.to_owned(), value)];
        let engine = self.engine();
        let receipt = if context { engine.set_context(facts) } else { engine.set_facts(facts) };
        self.note(receipt, None);
    }

    fn offer(&mut self) {
        if let Some(upload) = self.engine().next_upload().unwrap() {
            assert!(self.consent.upload);
            self.truth.offer(&upload, 0).unwrap();
            self.upload = Some(upload);
        }
    }

    fn answer(&mut self, input: &mut Input<'_>) {
        self.offer();
        let Some(upload) = self.upload.take() else { return };
        let answer = match input.byte() % 8 {
            0 => Answer::Unreachable,
            1..=3 => server::acknowledges(upload.id),
            4 => server::acknowledges([9; 16]),
            5 => server::says(413, &[]),
            6 => server::says(503, b"later"),
            _ => server::says(u16::from(input.byte()) * 4, &[]),
        };
        self.engine().finish_upload(upload.id, &answer).unwrap();
    }

    fn activate(&mut self, input: &mut Input<'_>) {
        let packs = &PACKS.packs;
        let pack = input.below(packs.len());
        let receipt = self.engine().activate_pack(&packs[pack].bytes);
        self.pack = pack;
        self.note(receipt, None);
    }

    fn outcome(&mut self, input: &mut Input<'_>) {
        let decisions = self.engine().decisions();
        let Some(decision) = decisions.get(input.below(decisions.len())) else { return };
        let outcome = match input.byte() % 3 {
            0 => Outcome::Shown,
            1 => Outcome::Dismissed,
            _ => Outcome::Clicked,
        };
        match self.engine().report(decision.id, outcome) {
            Err(Error::Outcome(_)) => {}
            receipt => self.note(receipt, None),
        }
    }

    fn reboot_or_ask(&mut self, input: &mut Input<'_>) {
        match input.byte() % 4 {
            0 => {
                self.clock.reboot();
                self.kill();
            }
            1 => {
                let _ = self.engine().explain(Why::not_shown("hello"));
                let _ = self.engine().explain(Why::signal("busy"));
            }
            2 => {
                let due = self.engine().next_due();
                let now = self.clock.read().unwrap().wall_ms;
                if let Some(due) = due.filter(|due| *due > now) {
                    self.clock.advance(due - now);
                }
            }
            _ => self.holds(),
        }
    }

    fn holds(&mut self) {
        let found = found(self.engine()).unwrap();
        self.truth.check(&found, usize::MAX).unwrap();
        self.check_status();
    }
}
