//! How often the signals of integrity are wrong: nobody in these logs cheats, as far as is known, so
//! each of them that rises is a false alarm.
//!
//! Few logs tell of taps and claims. So the two signals that go by them are also asked what they
//! would say if all that a person did had been taps, or claims: their rhythm is a person's.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use staykit_core::event::{Catalog, Draft};
use staykit_core::pack::Pack;
use staykit_core::profile::{Profile, Scalar};
use staykit_core::rules::{Readings, Signal, holds};
use staykit_core::time::{ClockReading, Stamp, Timeline, Zone};

use super::tally::Tally;
use crate::failure::Failure;
use crate::log::{Instant, Log, Person};

/// Every signal of S15 in the built-in pack.
const SIGNALS: [&str; 6] = [
    "scripted_taps",
    "claims_bursting",
    "mock_location",
    "emulator",
    "clock_set",
    "integrity_doubt",
];
/// Those that go by an event, and that event.
const BY_EVENT: [(&str, &str); 2] =
    [("scripted_taps", "tap"), ("claims_bursting", "points_earned")];

/// People for whom a signal of integrity rose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct FalseAlarms {
    /// Of so many.
    pub(crate) people: u64,
    /// As they lived.
    pub(crate) raised: BTreeMap<String, u64>,
    /// If all that they did had been the event that the signal goes by.
    pub(crate) if_all_were: BTreeMap<String, u64>,
}

impl FalseAlarms {
    pub(crate) fn of(log: &Log, tally: &Tally) -> Result<Self, Failure> {
        let pack = Pack::builtin("retention").map_err(Failure::bug)?;
        let raised = |signal: &str| tally.raised_for.get(signal).map_or(0, BTreeSet::len);
        let if_all_were = BY_EVENT.iter().map(|(name, event)| {
            let signal = pack.rules.find(name).and_then(|number| pack.rules.signal(number));
            let signal = signal.ok_or_else(|| Failure::bug(format_args!("no signal {name}")))?;
            let mut would = 0;
            for person in &log.people {
                would += u64::from(would_rise(&pack, signal, person, event)?);
            }
            Ok(((*name).to_owned(), would))
        });
        Ok(Self {
            people: u64::try_from(log.people.len()).unwrap_or(u64::MAX),
            raised: SIGNALS.map(|name| (name.to_owned(), counted(raised(name)))).into(),
            if_all_were: if_all_were.collect::<Result<_, Failure>>()?,
        })
    }
}

fn counted(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Whether a signal is one of integrity.
pub(crate) fn is_watched(signal: &str) -> bool {
    SIGNALS.contains(&signal)
}

/// Whether a signal would ever have risen if all that a person did had been `event`.
fn would_rise(pack: &Pack, signal: &Signal, person: &Person, event: &str) -> Result<bool, Failure> {
    let event = Catalog::default().admit(Draft::new(event)).map_err(Failure::bug)?;
    let mut profile = Profile::new(&pack.definitions);
    let mut line = Timeline::default();
    for entry in &person.entries {
        let stamp = line.stamp(&reading(entry.at));
        line.apply(&stamp);
        profile.apply(&event, &stamp, &pack.definitions);
        if holds(&signal.raise, &Now { pack, profile: &profile, stamp: &stamp }) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn reading(at: Instant) -> ClockReading {
    let boot_ms = u64::try_from(at.wall_ms).unwrap_or(0);
    let zone = Zone::fixed(at.offset_min);
    ClockReading { wall_ms: at.wall_ms, boot_ms, boot_id: Some(1), zone }
}

struct Now<'a> {
    pack: &'a Pack,
    profile: &'a Profile,
    stamp: &'a Stamp,
}

impl Readings for Now<'_> {
    fn read(&self, feature: u16) -> Option<Scalar> {
        self.profile.read(feature, self.stamp, &self.pack.definitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Entry;
    use staykit_pack::BUILTIN;

    #[test]
    fn every_signal_that_integrity_doubt_reads_is_watched() {
        let yaml = BUILTIN[0].1;
        let doubt = yaml.split("  integrity_doubt:").nth(1).unwrap();
        let raise = doubt.split("says:").next().unwrap();
        let read: BTreeSet<&str> = raise.split('\'').skip(1).step_by(2).collect();
        let watched: BTreeSet<&str> =
            SIGNALS.into_iter().filter(|name| *name != "integrity_doubt").collect();
        assert_eq!(read, watched);
    }

    #[test]
    fn a_machine_among_the_people_is_counted_and_a_person_is_not() {
        let at = |ms: i64| Instant::new(1_772_442_000_000 + ms, 0);
        let does = |user: &str, ms| (user.to_owned(), Entry::new(at(ms), "look"));
        let machine = (0..60).map(|number| does("machine", number * 2_000));
        let person =
            (0..60).map(|number| does("person", number * 2_000 + number * number % 7 * 40_000));
        let log = Log::new(machine.chain(person));
        let raised_for = [("clock_set".to_owned(), ["ab".to_owned()].into())].into();
        let tally = Tally { raised_for, ..Tally::default() };
        let found = FalseAlarms::of(&log, &tally).unwrap();
        assert_eq!((found.people, found.if_all_were["scripted_taps"]), (2, 1));
        assert_eq!((found.raised["clock_set"], found.raised["emulator"]), (1, 0));
    }
}
