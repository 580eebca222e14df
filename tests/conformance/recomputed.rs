//! What an engine says of every figure is what the full list of events says: across travel,
//! daylight saving, moved clocks, restarts of the device, kills, openings with and without the key,
//! late and repeated events, facts, and changes of the pack, all in one life.
//!
//! A hundred random timelines; with `STAYKIT_LONG`, 10,000.

use staykit_tests::{packs, seeds};

use super::aggregates::{ALL, same, yaml};
use super::life::Life;

const STEPS: i64 = 60;

impl Life {
    /// Goes on under a pack that knows less, for a while.
    fn forgets(&mut self) {
        let fewer = usize::try_from(self.draws.below(ALL as u64 - 1)).unwrap() + 1;
        let at_opening = self.draws.below(2) == 0;
        self.goes_under(&yaml(fewer), at_opening);
        if self.draws.below(2) == 0 {
            self.time_passes();
            self.records();
        }
        if self.draws.below(3) == 0 {
            self.restarts();
        }
        self.goes_under(&yaml(ALL), !at_opening);
    }

    /// Figures that were compared.
    fn compare(&self, what: &str) -> usize {
        let stamp = self.stamp();
        let figures = self.person.engine().figures().unwrap();
        let features = self.pack.definitions.features();
        assert_eq!(figures.len(), features.len());
        let mut compared = 0;
        for ((number, feature), figure) in (0..).zip(features).zip(&figures) {
            let Some(expected) = self.expected(number, &stamp) else { continue };
            let found = figure.value;
            assert!(
                same(found, expected),
                "{what}: {found:?} is not {expected:?}: {feature:?} {stamp:?}"
            );
            compared += 1;
        }
        compared
    }
}

#[test]
fn every_figure_of_an_engine_is_what_the_full_list_of_events_says() {
    let pack = packs::compiled(&yaml(ALL));
    let mut compared = 0;
    for seed in seeds::seeds(seeds::by_form(100, 10_000)) {
        let mut life = Life::new(seed, pack.clone(), false);
        life.records();
        for step in 0..STEPS {
            life.time_passes();
            match life.draws.below(14) {
                0 => life.clocks_change(),
                1 => life.restarts(),
                2 => life.forgets(),
                3 => life.is_maintained(),
                4 | 5 => life.is_told(),
                6 => {}
                _ => life.records(),
            }
            if step % 4 == 3 {
                let again = seeds::again("conformance", seed);
                compared += life.compare(&format!("{again}, step {step}"));
            }
        }
    }
    assert!(compared > 10_000 || std::env::var_os("STAYKIT_SEED").is_some(), "{compared}");
}
