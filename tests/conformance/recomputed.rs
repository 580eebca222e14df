//! What an engine says of every figure is what the full list of events says: across travel,
//! daylight saving, moved clocks, restarts of the device, kills, openings and changes of the pack.
//!
//! A hundred random timelines; with `STAYKIT_LONG`, 10,000.

use staykit_core::profile::Feature;
use staykit_core::random::Seed;
use staykit_core::time::{Clock, DAY_MS, HOUR_MS, MINUTE_MS, OffsetChange, Timeline, Zone};
use staykit_tests::oracle::History;
use staykit_tests::person::Person;
use staykit_tests::{packs, seeds};

use super::aggregates::{Draws, catalog, same, yaml};

const CONDITIONS: usize = 34;
const STEPS: i64 = 60;

/// A person, and what happened to them.
struct Life {
    person: Person,
    line: Timeline,
    history: History,
    draws: Draws,
    features: Vec<Feature>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let pack = packs::compiled(&yaml(CONDITIONS));
        let (history, features) =
            (History::new(&pack.definitions), pack.definitions.features().to_vec());
        let draws = Draws(Seed::from_number(seed), 0);
        let person = Person::under(pack);
        Self { person, line: Timeline::default(), history, draws, features }
    }

    fn records(&mut self) {
        let draft = self.draws.draft();
        let stamp = self.line.stamp(&self.person.clock.read().unwrap());
        self.line.apply(&stamp);
        self.history.record(catalog().admit(draft.clone()).unwrap(), &stamp);
        self.person.records(draft);
    }

    fn time_passes(&mut self) {
        let most = [2_000, 20 * MINUTE_MS, 3 * HOUR_MS, 2 * DAY_MS];
        let most = most[usize::try_from(self.draws.below(4)).unwrap()];
        let ms = self.draws.below(most.unsigned_abs());
        self.person.is_away(ms);
        if self.draws.below(3) == 0 {
            self.person.ticks();
        }
    }

    /// Something happens to the clocks; the person is there before and after it, since a tick in
    /// between would be on the engine's line alone.
    fn clocks_change(&mut self, moved: bool) {
        self.records();
        let reading = self.person.clock.read().unwrap();
        match self.draws.below(if moved { 4 } else { 3 }) {
            0 => {
                let hours = i16::try_from(self.draws.below(25)).unwrap() - 11;
                self.person.flies_to(Zone::fixed(hours * 60));
            }
            1 => {
                let at = reading.wall_ms + self.draws.below(6 * DAY_MS.unsigned_abs());
                let next = Some(OffsetChange { at, offset_min: 120 });
                self.person.flies_to(Zone { offset_min: 60, next });
            }
            2 => self.person.clock.reboot(),
            _ => {
                let by = self.draws.below(40 * DAY_MS.unsigned_abs()) - 20 * DAY_MS;
                self.person.clock.set_wall(reading.wall_ms + by);
            }
        }
        self.records();
    }

    /// The process ends, one way or another.
    fn restarts(&mut self, other_packs: bool) {
        match self.draws.below(if other_packs { 4 } else { 2 }) {
            0 => self.person.is_killed(),
            1 => self.person.reopens(),
            _ => {
                let fewer = usize::try_from(self.draws.below(CONDITIONS as u64 - 1)).unwrap() + 1;
                self.person.reopens_under(packs::compiled(&yaml(fewer)));
                if self.draws.below(2) == 0 {
                    self.time_passes();
                    self.records();
                }
                self.person.reopens_under(packs::compiled(&yaml(CONDITIONS)));
            }
        }
    }

    /// Figures that were compared.
    fn compare(&self, what: &str) -> usize {
        let stamp = self.line.stamp(&self.person.clock.read().unwrap());
        let figures = self.person.engine().figures().unwrap();
        assert_eq!(figures.len(), self.features.len());
        let mut compared = 0;
        for (figure, feature) in figures.iter().zip(&self.features) {
            let Some(expected) = self.history.value(feature, &stamp) else { continue };
            let found = figure.value;
            assert!(same(found, expected), "{what}: {found:?} is not {expected:?}: {feature:?}");
            compared += 1;
        }
        compared
    }
}

#[test]
fn every_figure_of_an_engine_is_what_the_full_list_of_events_says() {
    let mut compared = 0;
    for seed in seeds::seeds(seeds::by_form(100, 10_000)) {
        let mut life = Life::new(seed);
        // From stored events it cannot always be told whether a clock was moved.
        let moved = seed % 2 == 0;
        life.records();
        for step in 0..STEPS {
            life.time_passes();
            match life.draws.below(12) {
                0 => life.clocks_change(moved),
                1 => life.restarts(!moved),
                2 | 3 => {}
                _ => life.records(),
            }
            if step % 4 == 3 {
                compared +=
                    life.compare(&format!("{}, step {step}", seeds::again("conformance", seed)));
            }
        }
    }
    assert!(compared > 10_000 || std::env::var_os("STAYKIT_SEED").is_some(), "{compared}");
}
