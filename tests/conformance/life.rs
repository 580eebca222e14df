//! Random lives: a person with a device, and the oracle that is told all that happens to them.
//!
//! Things come *late*: the engine is locked, or not running, while events happen and instants at
//! which something is due pass by. An event of a locked engine waits in memory with the clocks of
//! its moment, and is recorded at the unlocking as of then, before whatever comes after. And they
//! come *twice*: an event that is the same in all its properties and in its millisecond is another
//! event all the same; while what the journal and the buffer both hold after a kill is one.
//!
//! Of a stored event the boot is not known. So a clock that is moved ahead by more than the device
//! has been running may be taken for a restart when a new pack is filled from the buffer: here it is
//! not moved that far.

use std::sync::LazyLock;

use staykit_core::engine::{Config, Receipt};
use staykit_core::event::Value;
use staykit_core::pack::Pack;
use staykit_core::profile::{FactChange, Scalar};
use staykit_core::random::Seed;
use staykit_core::time::{
    Clock, DAY_MS, HOUR_MS, MINUTE_MS, OffsetChange, SECOND_MS, Stamp, Timeline, Zone,
};
use staykit_tests::oracle::{Conclusions, History, Turned};
use staykit_tests::person::Person;
use staykit_tests::{packs, server};

use super::aggregates::{Draws, catalog};

/// Signs packs.
static KEY: LazyLock<Vec<u8>> = LazyLock::new(|| staykit_pack::generate_key().unwrap());

fn trusting(config: Config) -> Config {
    config.with_trusted_key(staykit_pack::public_key(&KEY).unwrap())
}

/// A person, and what happened to them.
pub(super) struct Life {
    pub(super) person: Person,
    pub(super) history: History,
    pub(super) draws: Draws,
    pub(super) conclusions: Conclusions,
    pub(super) pack: Pack,
    line: Timeline,
    /// Whether conclusions are held against those of the oracle. Else looks are not on its line.
    concludes: bool,
    locked: bool,
    /// What the engine said that turned.
    turned: Vec<Turned>,
}

impl Life {
    pub(super) fn new(seed: u64, pack: Pack, concludes: bool) -> Self {
        let mut person = Person::under(pack.clone());
        person.config = trusting;
        person.reopens();
        let mut line = Timeline::default();
        // What the person allows was noted when it was opened first.
        let stamp = line.stamp(&person.clock.read().unwrap());
        line.apply(&stamp);
        Self {
            history: History::new(&pack.definitions),
            draws: Draws(Seed::from_number(seed), 0),
            conclusions: Conclusions::default(),
            person,
            line,
            pack,
            concludes,
            locked: false,
            turned: Vec::new(),
        }
    }

    /// The moment that it is now.
    pub(super) fn stamp(&self) -> Stamp {
        self.line.stamp(&self.person.clock.read().unwrap())
    }

    /// The engine is asked for something: it sees what time has changed until now.
    fn catches_up(&mut self) -> Stamp {
        let reading = self.person.clock.read().unwrap();
        if !self.concludes {
            return self.line.stamp(&reading);
        }
        self.conclusions.pass_time((&self.pack, &self.history), &mut self.line, &reading)
    }

    fn looks(&mut self, stamp: &Stamp) {
        if self.concludes {
            self.conclusions.look(&self.pack, &self.history, stamp);
        }
        self.line.apply(stamp);
    }

    fn notes(&mut self, receipt: Receipt) {
        let turned = |at: i64, of: String, to: &str| Turned { at, of, to: to.to_owned() };
        for change in receipt.changes {
            let to = if change.raised { "raised" } else { "cleared" };
            self.turned.push(turned(change.at, change.signal, to));
        }
        for change in receipt.moves {
            let of = format!("{} {}", change.kind, change.table);
            self.turned.push(turned(change.at, of, &change.to));
        }
    }

    pub(super) fn records(&mut self) {
        let draft = self.draws.draft();
        let times = if self.draws.below(8) == 0 { 2 } else { 1 };
        for _ in 0..times {
            let stamp = self.catches_up();
            self.history.record(catalog().admit(draft.clone()).unwrap(), &stamp);
            self.looks(&stamp);
            let receipt = self.person.records(draft.clone());
            self.notes(receipt);
        }
    }

    pub(super) fn ticks(&mut self) {
        if !self.locked {
            self.catches_up();
            let receipt = self.person.ticks();
            self.notes(receipt);
        }
    }

    /// The host learns something.
    pub(super) fn is_told(&mut self) {
        if self.locked {
            return;
        }
        let (changes, context) = self.draws.facts();
        let stamp = self.catches_up();
        if !self.history.knows(&changes, context) {
            self.history.tell(&changes, context, &stamp);
            self.looks(&stamp);
        }
        let (set, unset): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, to)| to.is_some());
        let unset = unset.into_iter().map(|(key, _)| key).collect();
        let set = set.into_iter().filter_map(|(key, to)| Some((key, to?))).collect::<Vec<_>>();
        let engine = self.person.engine();
        let receipt = match (context, set.is_empty()) {
            (false, false) => engine.set_facts(set),
            (false, true) => engine.unset_facts(unset),
            (true, false) => engine.set_context(set),
            (true, true) => engine.unset_context(unset),
        };
        self.notes(receipt.unwrap());
    }

    pub(super) fn time_passes(&mut self) {
        let most = [2_000, 20 * MINUTE_MS, 3 * HOUR_MS, 2 * DAY_MS];
        let most = most[usize::try_from(self.draws.below(4)).unwrap()];
        let ms = self.draws.below(most.unsigned_abs());
        self.person.is_away(ms);
        if self.draws.below(3) == 0 {
            self.ticks();
        }
    }

    /// Something happens to the clocks; the person is there before and after it. The tick that sees
    /// it comes in between: what waits for a fall that it brings about rises with the next call.
    pub(super) fn clocks_change(&mut self) {
        self.records();
        let reading = self.person.clock.read().unwrap();
        match self.draws.below(5) {
            0 => {
                let hours = i16::try_from(self.draws.below(25)).unwrap() - 11;
                self.person.flies_to(Zone::fixed(hours * 60));
            }
            1 => {
                let at = reading.wall_ms + self.draws.below(6 * DAY_MS.unsigned_abs());
                // Clocks jump at a full hour.
                let at = at - at.rem_euclid(HOUR_MS) + HOUR_MS;
                let next = Some(OffsetChange { at, offset_min: 120 });
                self.person.flies_to(Zone { offset_min: 60, next });
            }
            2 => {
                self.person.clock.reboot();
                self.person.is_away(20 * SECOND_MS);
            }
            _ => {
                let running = i64::try_from(reading.boot_ms).unwrap();
                let ahead = self.draws.below(20 * DAY_MS.unsigned_abs()).min(running - 1);
                let back = self.draws.below(20 * DAY_MS.unsigned_abs());
                let by = if self.draws.below(2) == 0 { ahead } else { -back };
                self.person.clock.set_wall(reading.wall_ms + by);
            }
        }
        self.records();
    }

    /// The process ends, one way or another, and another one begins; perhaps without its key.
    pub(super) fn restarts(&mut self) {
        match self.draws.below(4) {
            0 => self.person.is_killed(),
            1 => self.person.is_killed_amid_a_compaction(),
            2 => self.person.reopens(),
            _ => {
                self.person.closes();
                self.person.starts_locked();
                self.locked = true;
                for _ in 0..self.draws.below(4) {
                    self.time_passes();
                    self.records();
                }
                self.person.unlocks();
                self.locked = false;
                // What they brought about is in no receipt.
                self.turned.clear();
                self.conclusions.take_turned();
            }
        }
    }

    /// Another pack counts from now on: while the engine runs, or with the next opening.
    pub(super) fn goes_under(&mut self, yaml: &str, at_opening: bool) {
        // What the new pack concludes, it concludes as of the last event.
        self.records();
        self.catches_up();
        let bytes = packs::bytes(yaml);
        self.pack = Pack::unsigned(&bytes).unwrap();
        self.conclusions.go_under(&self.pack);
        if at_opening {
            return self.person.reopens_under(self.pack.clone());
        }
        let signed = staykit_pack::sign(&bytes, &KEY).unwrap();
        let receipt = self.person.engine().activate_pack(&signed).unwrap();
        self.notes(receipt);
        self.person.takes(self.pack.clone());
    }

    /// The host takes care of the files.
    pub(super) fn is_maintained(&mut self) {
        let engine = self.person.engine();
        match self.draws.below(3) {
            0 => engine.flush().unwrap(),
            // Nobody answers.
            1 => drop(engine.next_upload().unwrap()),
            _ => {
                let upload = engine.next_upload().unwrap();
                upload
                    .map_or(Ok(()), |of| {
                        engine.finish_upload(of.id, &server::acknowledges(of.id)).map(drop)
                    })
                    .unwrap();
            }
        }
    }

    /// What the engine said that turned, and what the oracle says.
    pub(super) fn take_turned(&mut self) -> (Vec<Turned>, Vec<Turned>) {
        let mut found = std::mem::take(&mut self.turned);
        found.sort();
        (found, self.conclusions.take_turned())
    }

    /// What the oracle says of a feature; `None` if it does not know it.
    #[expect(clippy::option_option, reason = "unknown is not without a value")]
    pub(super) fn expected(&self, number: u16, stamp: &Stamp) -> Option<Option<Scalar>> {
        if self.concludes {
            let of = (&self.pack, &self.history);
            return Some(self.conclusions.value(of, number, stamp));
        }
        self.history.value(self.pack.definitions.feature(number)?, stamp)
    }
}

impl Draws {
    /// Something that the host tells, and whether of the context.
    fn facts(&mut self) -> (Vec<FactChange>, bool) {
        let text = |of: &str| Some(Value::Text(of.to_owned()));
        let number = self.below(4);
        let (key, value) = match self.below(7) {
            0 => ("level", text(["gold", "silver"][usize::from(number > 1)])),
            1 => ("band", Some(Value::Integer(number))),
            2 => ("band", Some(Value::Flag(number > 1))),
            3 | 4 => ("region", text(["CN", "CN", "DE", "FR"][usize::try_from(number).unwrap()])),
            5 => ("network", text(["wifi", "mobile"][usize::from(number > 1)])),
            _ => ("battery", Some(Value::Integer(number * 10))),
        };
        let value = value.filter(|_| self.below(5) > 0);
        (vec![(key.to_owned(), value)], matches!(key, "network" | "battery"))
    }
}
