//! The same input gives the same signals and decisions, however often the engine is closed,
//! killed, maintained and opened again in between.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::test_runner::{Config as Cases, RngSeed};
use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host, Receipt};
use staykit_core::event::Draft;
use staykit_core::guidance::Outcome;
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, OffsetChange, VirtualClock, Zone};
use staykit_tests::exported;

/// 2026-03-02 09:00 UTC.
const START: i64 = 1_772_442_000_000;
const NAMES: [&str; 8] = [
    "open",
    "product_view",
    "add_to_cart",
    "purchase",
    "payment_failed",
    "form_started",
    "crash",
    "search",
];

/// One thing that happens, some time after the one before.
#[derive(Debug, Clone)]
enum Step {
    Event(usize),
    Tick,
    Answer(bool),
    Fly(i16),
}

/// What happens to the engine before a step.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cut {
    None,
    Close,
    Kill,
    Maintain,
}

fn steps() -> impl Strategy<Value = Vec<(i64, Step, Cut)>> {
    let pause = prop_oneof![
        4 => 0..20 * MINUTE_MS,
        2 => 0..12 * HOUR_MS,
        1 => 0..9 * DAY_MS,
        1 => 0..45 * DAY_MS,
    ];
    let step = prop_oneof![
        8 => (0..NAMES.len()).prop_map(Step::Event),
        2 => any::<()>().prop_map(|()| Step::Tick),
        2 => any::<bool>().prop_map(Step::Answer),
        1 => (-11_i16..12).prop_map(|hours| Step::Fly(hours * 60)),
    ];
    let cut = prop_oneof![
        6 => any::<()>().prop_map(|()| Cut::None),
        1 => any::<()>().prop_map(|()| Cut::Close),
        1 => any::<()>().prop_map(|()| Cut::Kill),
        1 => any::<()>().prop_map(|()| Cut::Maintain),
    ];
    proptest::collection::vec((pause, step, cut), 1..60)
}

/// A device on which engines come and go.
struct Device {
    folder: tempfile::TempDir,
    opened: u32,
    clock: Arc<VirtualClock>,
    engine: Option<Engine>,
    log: Vec<String>,
}

impl Device {
    fn new() -> Self {
        let clock = Arc::new(VirtualClock::at(START));
        let folder = tempfile::tempdir().unwrap();
        let mut device = Self { folder, opened: 0, clock, engine: None, log: Vec::new() };
        device.open();
        device
    }

    fn open(&mut self) {
        let vault = Arc::new(FileVault::new(self.folder.path().join("vault")));
        let host =
            Host::new(Arc::<VirtualClock>::clone(&self.clock), Arc::new(SeededRandom::new(4)));
        let folder = self.folder.path().join(format!("store-{}", self.opened));
        let config = Config::new(folder).with_consent(Consent::all()).with_manual_maintenance();
        self.engine = Some(Engine::open(config, host.with_vault(vault)).unwrap());
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    fn cut(&mut self, cut: Cut) {
        match cut {
            Cut::None => {}
            Cut::Close => {
                self.engine.take().unwrap().close().unwrap();
                self.open();
            }
            Cut::Kill => {
                // What a kill leaves is what another process sees of the files right now.
                let (from, to) = (self.opened, self.opened + 1);
                let store = |number| self.folder.path().join(format!("store-{number}"));
                copy(&store(from), &store(to));
                self.opened = to;
                self.engine = None;
                self.open();
            }
            Cut::Maintain => {
                // An upload that nobody answers compacts whatever there is.
                self.engine().next_upload().unwrap();
            }
        }
    }

    fn step(&mut self, pause: i64, step: &Step) {
        self.clock.advance(pause);
        let engine = self.engine();
        let receipt = match step {
            Step::Event(name) => engine.record(Draft::new(NAMES[*name])).unwrap(),
            Step::Tick => engine.tick().unwrap(),
            Step::Answer(clicked) => {
                let Some(decision) = engine.decisions().pop() else { return };
                let outcome = if *clicked { Outcome::Clicked } else { Outcome::Dismissed };
                engine.report(decision.id, outcome).unwrap()
            }
            Step::Fly(offset_min) => {
                let change = OffsetChange { at: START + 20 * DAY_MS, offset_min: offset_min + 60 };
                self.clock.set_zone(Zone { offset_min: *offset_min, next: Some(change) });
                return;
            }
        };
        self.note(&receipt);
    }

    fn note(&mut self, receipt: &Receipt) {
        for change in &receipt.changes {
            self.log.push(format!("{} {} {:?}", change.signal, change.raised, change.at));
        }
        self.log.extend(receipt.decided.iter().map(|decision| format!("{decision:?}")));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn run(steps: &[(i64, Step, Cut)], with_cuts: bool) -> (Vec<String>, Vec<(String, u64)>) {
    let mut device = Device::new();
    for (pause, step, cut) in steps {
        if with_cuts {
            device.cut(*cut);
        }
        device.step(*pause, step);
    }
    let events = exported(device.engine());
    (device.log, events)
}

/// The same cases in each short run; the long form draws others each time.
fn cases() -> Cases {
    let (cases, rng_seed) = if std::env::var_os("STAYKIT_LONG").is_some() {
        (2_000, RngSeed::Random)
    } else {
        (60, RngSeed::Fixed(1))
    };
    Cases { cases, rng_seed, failure_persistence: None, ..Cases::default() }
}

/// Twenty minutes of use, a flight westward that a tick sees, two days of silence.
#[test]
fn after_a_flight_what_ends_at_midnight_ends_at_midnight_there_opened_again_or_not() {
    let steps = [
        (0, Step::Event(0), Cut::None),
        (20 * MINUTE_MS, Step::Event(0), Cut::None),
        (MINUTE_MS, Step::Fly(-300), Cut::None),
        (MINUTE_MS, Step::Tick, Cut::None),
        (2 * DAY_MS, Step::Event(0), Cut::Close),
    ];
    // 2026-03-03 00:00 at five hours west of Greenwich.
    let midnight = START + 20 * HOUR_MS;
    for with_cuts in [false, true] {
        let (log, _) = run(&steps, with_cuts);
        assert!(log.contains(&format!("heavy_user false {midnight}")), "{log:?}");
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn cuts_change_neither_signals_nor_decisions_nor_events(steps in steps()) {
        let whole = run(&steps, false);
        assert_eq!(whole, run(&steps, false), "the same input twice");
        let cut = run(&steps, true);
        assert_eq!(whole.0, cut.0, "signals and decisions");
        assert_eq!(whole.1, cut.1, "events");
    }
}
