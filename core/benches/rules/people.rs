//! One condition and people whose live profiles it reads.

use staykit_core::event::{Catalog, Draft, Event};
use staykit_core::pack::Pack;
use staykit_core::profile::{Definitions, Feature, Profile, Scalar};
use staykit_core::rules::{Program, Readings};
use staykit_core::time::{ClockReading, Stamp, Timeline, Zone};

/// Looked at the workout screen, finished no workout, in the evening.
const CONDITION: &str = "count('screen_enter', days(7)) >= 3 \
    && count('workout_finished', days(7)) == 0 && hour() >= 18";
/// How many people there are: more than a branch predictor learns by heart, few enough to stay in
/// the cache like the one profile of a device.
pub(crate) const PEOPLE: u32 = 64;
/// Days that each was there.
const DAYS: u32 = 9;
/// 2026-03-02 00:00 UTC.
const START: i64 = 1_772_409_600_000;
const HOUR_MS: i64 = 3_600_000;

/// The condition as a device has it.
pub(crate) struct Condition {
    pack: Pack,
}

impl Condition {
    pub(crate) fn compile() -> Self {
        let yaml = format!(
            "pack: bench\nversion: 1\nsignals:\n  evening:\n    raise: {CONDITION}\n    says: {{ en: evening }}\n"
        );
        let compiled = staykit_pack::compile(&yaml).expect("the condition has no fault");
        Self { pack: Pack::unsigned(&compiled.bytes).expect("the pack is whole") }
    }

    pub(crate) fn program(&self) -> &Program {
        &self.pack.rules.signals()[0].raise
    }

    pub(crate) fn definitions(&self) -> &Definitions {
        &self.pack.definitions
    }

    /// Numbers of what it reads: counts of screens and of workouts, the hour.
    pub(crate) fn features(&self) -> [u16; 3] {
        let is_count_of = |feature: &Feature, name: &str| matches!(feature, Feature::Count { events, .. } if events.name == name);
        let number = |wanted: &dyn Fn(&Feature) -> bool| {
            let place = self.definitions().features().iter().position(wanted);
            u16::try_from(place.expect("the condition reads it")).unwrap()
        };
        [
            number(&|feature| is_count_of(feature, "screen_enter")),
            number(&|feature| is_count_of(feature, "workout_finished")),
            number(&|feature| matches!(feature, Feature::Hour)),
        ]
    }

    pub(crate) fn people(&self) -> Vec<Person> {
        (0..PEOPLE).map(|number| Person::new(number, self.definitions())).collect()
    }
}

/// Someone at the moment of their last event.
pub(crate) struct Person {
    pub(crate) profile: Profile,
    pub(crate) stamp: Stamp,
}

impl Person {
    fn new(number: u32, definitions: &Definitions) -> Self {
        let (screen, finished) = (event("screen_enter"), event("workout_finished"));
        let mut profile = Profile::new(definitions);
        let mut timeline = Timeline::default();
        let mut stamp = timeline.stamp(&reading(START));
        for day in 0..DAYS {
            stamp = timeline.stamp(&reading(
                START + (i64::from(day) * 24 + i64::from(number * 7 % 24)) * HOUR_MS,
            ));
            timeline.apply(&stamp);
            for _ in 0..(number + day) % 4 {
                profile.apply(&screen, &stamp, definitions);
            }
            if number.is_multiple_of(3) && day == 4 {
                profile.apply(&finished, &stamp, definitions);
            }
        }
        Self { profile, stamp }
    }

    pub(crate) fn reading<'a>(&'a self, definitions: &'a Definitions) -> Live<'a> {
        Live { person: self, definitions }
    }
}

/// What a program reads of a person.
pub(crate) struct Live<'a> {
    person: &'a Person,
    definitions: &'a Definitions,
}

impl Readings for Live<'_> {
    fn read(&self, feature: u16) -> Option<Scalar> {
        self.person.profile.read(feature, &self.person.stamp, self.definitions)
    }

    fn at_hand(&self, feature: u16) -> Option<i64> {
        self.person.profile.at_hand(feature, &self.person.stamp)
    }
}

pub(crate) fn event(name: &'static str) -> Event {
    Catalog::default().admit(Draft::new(name)).expect("a standard event")
}

fn reading(wall_ms: i64) -> ClockReading {
    ClockReading {
        wall_ms,
        boot_ms: u64::try_from(wall_ms).unwrap(),
        boot_id: Some(1),
        zone: Zone::default(),
    }
}
