//! Every user through an engine of their own.

use std::collections::BTreeMap;

use staykit_core::engine::{Error, Receipt};
use staykit_core::event::Value;
use staykit_core::guidance::{Decision, Verdict};
use staykit_core::pack::Pack;
use staykit_core::rules::{SignalChange, TableChange};
use staykit_core::text::Language;

use super::lines::{Change, Line};
use crate::device::{Device, Parts, engine_failed};
use crate::failure::Failure;
use crate::log::{Entry, Instant, Log, Person, show};

/// Names in a log under which it tells no event but what becomes known of the person or the device.
const FACTS: &str = "$facts";
const CONTEXT: &str = "$context";
/// The wall clock is set; property `ahead_ms`: by how much it is ahead of the true time from then on.
const CLOCK: &str = "$clock";

/// What came out.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// In the order of users; each user's in the order of time.
    pub(super) lines: Vec<Line>,
    /// Why events were refused.
    pub(super) refused: Vec<String>,
}

/// A pack that takes over from another.
#[derive(Debug)]
pub(super) struct Then {
    pub(super) pack: Pack,
    pub(super) at: Instant,
}

/// Replays a log; for each user time runs on to the log's end.
pub(super) fn replay(
    log: &Log,
    pack: Option<&Pack>,
    then: Option<&Then>,
) -> Result<Replayed, Failure> {
    let mut replayed = Replayed::default();
    let Some((_, end)) = log.span() else {
        return Ok(replayed);
    };
    for (number, person) in (0..).zip(&log.people) {
        let folder = tempfile::tempdir().map_err(|error| {
            Failure::new(error, "check that the folder for temporary files has room")
        })?;
        let Some(first) = person.entries.first() else {
            continue;
        };
        let (store, vault) = (folder.path().join("store"), folder.path().join("vault.key"));
        let parts = Parts { store: &store, vault: &vault, pack, random: number, at: first.at };
        let mut one = One {
            person,
            device: Some(Device::open(&parts)?),
            parts,
            then: then.filter(|then| (first.at.wall_ms..end).contains(&then.at.wall_ms)),
            replayed: &mut replayed,
        };
        one.run(end)?;
        one.closes()?;
    }
    Ok(replayed)
}

/// One user's replay.
struct One<'a> {
    person: &'a Person,
    /// None while it is opened anew.
    device: Option<Device>,
    parts: Parts<'a>,
    /// The pack that is still to take over.
    then: Option<&'a Then>,
    replayed: &'a mut Replayed,
}

impl One<'_> {
    fn run(&mut self, end: i64) -> Result<(), Failure> {
        let mut at = Instant::new(i64::MIN, 0);
        for entry in &self.person.entries {
            self.take_over(&mut at, entry.at.wall_ms)?;
            self.ticks(&mut at, entry.at.wall_ms)?;
            at = entry.at;
            self.device()?.advance_to(at);
            let engine = &self.device()?.engine;
            let received = match entry.name.as_str() {
                FACTS => engine.set_facts(entry.properties.clone()),
                CONTEXT => engine.set_context(entry.properties.clone()),
                CLOCK => {
                    self.device()?.set_ahead(ahead_ms(entry));
                    continue;
                }
                _ => engine.record(entry.draft()),
            };
            match received {
                Ok(receipt) => self.take(&receipt),
                Err(Error::Draft(error)) => self.replayed.refused.push(error.to_string()),
                Err(error) => return Err(engine_failed("record()")(error)),
            }
        }
        self.take_over(&mut at, end)?;
        self.ticks(&mut at, end)
    }

    /// Opens the store under the next pack if its time comes before `until`.
    fn take_over(&mut self, at: &mut Instant, until: i64) -> Result<(), Failure> {
        let Some(then) = self.then.filter(|then| then.at.wall_ms <= until) else { return Ok(()) };
        self.then = None;
        self.ticks(at, then.at.wall_ms)?;
        at.wall_ms = then.at.wall_ms;
        self.device()?.advance_to(*at);
        let kept = self.figures()?;
        self.closes()?;
        let parts = Parts { pack: Some(&then.pack), at: *at, ..self.parts.clone() };
        self.device = Some(Device::open(&parts)?);
        let mut counted_anew = self.figures()?;
        counted_anew.retain(|says, _| !kept.contains_key(says));
        let each = counted_anew.iter().map(|(says, since)| match since {
            Some(day) => format!("{says} counted since {day}"),
            None => format!("{says} counted from the first event on"),
        });
        let reason = each.collect::<Vec<_>>().join(", ");
        let (pack, version) = (then.pack.name.clone(), then.pack.version);
        self.push(*at, Change::Pack { pack, version, counted_anew }, reason);
        Ok(())
    }

    fn device(&self) -> Result<&Device, Failure> {
        self.device.as_ref().ok_or_else(|| Failure::bug("the device is closed"))
    }

    fn closes(&mut self) -> Result<(), Failure> {
        let closed = self.device.take().map(|device| device.engine.close());
        closed.transpose().map_err(engine_failed("close()")).map(drop)
    }

    /// The figures that are kept, and the day since which each takes in everything that happened,
    /// if that is not the first.
    fn figures(&self) -> Result<BTreeMap<String, Option<String>>, Failure> {
        let figures = self.device()?.engine.figures().map_err(engine_failed("figures()"))?;
        let day = |ms| show(Instant::new(ms, 0)).chars().take(10).collect();
        let each = figures.into_iter().map(|figure| {
            let says = figure.says.en.trim_end_matches(':').to_owned();
            (says, figure.valid_from_ms.map(day))
        });
        Ok(each.collect())
    }

    /// Lets time pass to `until`, with a tick whenever the engine asks for one.
    fn ticks(&mut self, at: &mut Instant, until: i64) -> Result<(), Failure> {
        while let Some(due) = self.device()?.next_due().filter(|due| *due <= until) {
            // The first tick may be due before the first entry: nothing has happened yet.
            if at.wall_ms == i64::MIN {
                return Ok(());
            }
            at.wall_ms = due.max(at.wall_ms);
            self.device()?.advance_to(*at);
            let receipt = self.device()?.engine.tick().map_err(engine_failed("tick()"))?;
            self.take(&receipt);
            if self.device()?.next_due().is_some_and(|due| due <= at.wall_ms) {
                return Err(Failure::bug("tick() did not serve what was due"));
            }
        }
        Ok(())
    }

    /// In the order of a call: signals rise, campaigns are decided, signals fall; then the tables
    /// that the person moved in.
    fn take(&mut self, receipt: &Receipt) {
        let (raised, cleared): (Vec<_>, Vec<_>) =
            receipt.changes.iter().partition(|change| change.raised);
        for change in raised {
            self.take_change(change);
        }
        for decision in &receipt.decided {
            self.take_decision(decision);
        }
        for change in cleared {
            self.take_change(change);
        }
        for change in &receipt.moves {
            self.take_move(change);
        }
    }

    fn take_move(&mut self, change: &TableChange) {
        let reading = change.stamp.reading;
        self.push(
            Instant::new(reading.wall_ms, reading.zone.offset_at(reading.wall_ms)),
            Change::Move {
                of: change.kind.name().to_owned(),
                table: change.table.clone(),
                from: change.from.clone(),
                to: change.to.clone(),
            },
            change.reason(Language::English),
        );
    }

    fn take_change(&mut self, change: &SignalChange) {
        // A fall is explained by what does not hold any more.
        let spoke = change.why.iter();
        let spoke = spoke.filter(|comparison| comparison.held || !change.raised);
        let reason: Vec<_> = spoke.map(|spoke| spoke.text(Language::English)).collect();
        let reading = change.stamp.reading;
        self.push(
            Instant::new(reading.wall_ms, reading.zone.offset_at(reading.wall_ms)),
            Change::Signal { signal: change.signal.clone(), raised: change.raised },
            reason.join(", "),
        );
    }

    fn take_decision(&mut self, decision: &Decision) {
        self.push(
            Instant::new(decision.wall_ms, decision.zone.offset_at(decision.wall_ms)),
            Change::Decision {
                id: decision.id,
                campaign: decision.campaign.clone(),
                shown: decision.verdict == Verdict::Show,
                withheld_by: decision.withheld_by().map(|gate| gate.name().to_owned()),
            },
            decision.reason(Language::English),
        );
    }

    fn push(&mut self, at: Instant, change: Change, reason: String) {
        self.replayed.lines.push(Line { at, user: self.person.id.clone(), change, reason });
    }
}

fn ahead_ms(entry: &Entry) -> i64 {
    let ahead = entry.properties.iter().find(|(name, _)| name == "ahead_ms");
    match ahead {
        Some((_, Value::Integer(ms))) => *ms,
        _ => 0,
    }
}
