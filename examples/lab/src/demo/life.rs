//! One user's life: the log's entries, ticks when the engine asks for them, answers to guidance
//! and uploads, in the order of time.
//!
//! What comes next follows from the log, the seed and what the engine says, and from nothing
//! else: a process that takes over from a killed one goes on the same way.

use std::collections::BTreeSet;
use std::time::Instant as Stopwatch;

use staykit_core::engine::{Error, Receipt, Status};
use staykit_core::event::names;
use staykit_core::guidance::{Decision, Verdict};
use staykit_http::Transport;

use super::answers::answers;
use super::diary::{Answer, Did, Line, Step};
use super::history::Standing;
use super::layout::Layout;
use super::uploads;
use super::words;
use super::worker::Work;
use crate::device::{Device, Parts, engine_failed};
use crate::draws::Draws;
use crate::failure::Failure;
use crate::log::{Instant, Person};

/// Uploads are tried after so many events, and at the end.
const UPLOAD_EVERY: usize = 25;

/// What a life is lived in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) transport: &'a Transport,
    /// This user's own.
    pub(crate) draws: Draws,
    /// Until when the engine's ticks are served, ms.
    pub(crate) until: i64,
}

/// A user, the device, and where both stand.
#[derive(Debug)]
pub(crate) struct Life<'a> {
    person: &'a Person,
    surroundings: &'a Surroundings<'a>,
    work: &'a mut Work,
    device: Device,
    standing: Standing,
    installation: String,
    epoch: u64,
    /// Answers to come: when, to which decision, which.
    planned: BTreeSet<(i64, u64, Answer)>,
    now: i64,
    offset_min: i16,
    since_upload: usize,
}

impl<'a> Life<'a> {
    /// Opens the store and settles whether the step in doubt was taken.
    pub(crate) fn resume(
        person: &'a Person,
        mut standing: Standing,
        surroundings: &'a Surroundings<'a>,
        work: &'a mut Work,
    ) -> Result<Self, Failure> {
        let first = person.entries.first().map_or(Instant::new(0, 0), |entry| entry.at);
        let now = standing.last_at.unwrap_or(first.wall_ms);
        work.diary.write(&Line::Open { user: standing.user })?;
        let device = Device::open(&Parts {
            store: &surroundings.layout.store(standing.user),
            vault: &surroundings.layout.vault(),
            pack: None,
            // Never the same draws twice: they name batches.
            random: surroundings.draws.bits(standing.opened, "open"),
            at: Instant::new(now, first.offset_min),
        })?;
        standing.opened += 1;
        let status = device.engine.status().map_err(engine_failed("status()"))?;
        let mut life = Self {
            installation: status.installation.clone(),
            epoch: status.epoch,
            person,
            surroundings,
            work,
            device,
            standing,
            planned: BTreeSet::new(),
            now,
            offset_min: first.offset_min,
            since_upload: 0,
        };
        life.settle(&status)?;
        for decision in life.device.engine.decisions() {
            life.plan(&decision);
        }
        Ok(life)
    }

    /// Lives on to the end, until every event is acknowledged.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        while self.go_on()? {}
        let transport = self.surroundings.transport;
        let at = Instant::new(self.now, self.offset_min);
        uploads::drain(&self.device, transport, self.work, at)?;
        self.device.engine.close().map_err(engine_failed("close()"))
    }

    /// Takes the next step; `false` if there is none.
    fn go_on(&mut self) -> Result<bool, Failure> {
        let Some((at, step)) = self.next_step() else {
            return Ok(false);
        };
        self.take(at, step)?;
        if self.since_upload >= UPLOAD_EVERY {
            uploads::offer(&self.device.engine, self.surroundings.transport, self.work)?;
            self.since_upload = 0;
        }
        Ok(true)
    }

    /// Settles the step in doubt. The engine holds it if it has numbers that the diary does not
    /// know: then it is noted late, as its `record()` never returned; else it is taken again.
    fn settle(&mut self, status: &Status) -> Result<(), Failure> {
        let Some((at, step)) = self.standing.doubt else {
            return Ok(());
        };
        let seqs = self.standing.unknown(status.epoch, status.last_seq);
        let did =
            Did { events: self.events(step, seqs), ..self.standing.lost(status, self.did(at)) };
        if step != Step::Tick && seqs.is_none() {
            return self.take(at, step);
        }
        if matches!(step, Step::Entry(_)) {
            self.work.progress.advance();
        }
        self.note(did)
    }

    /// What comes next, and when; `None` at the end. At one instant time passes first, then the
    /// user answers, then the log goes on.
    fn next_step(&self) -> Option<(i64, Step)> {
        let due = self.device.next_due();
        let tick = due.filter(|due| *due <= self.surroundings.until);
        let answer = self.planned.first().map(|(at, decision, answer)| {
            let (decision, answer) = (*decision, *answer);
            (*at, Step::Answer { decision, answer })
        });
        let next = self.standing.next_entry;
        let entry = self.person.entries.get(next);
        let entry = entry.map(|entry| (entry.at.wall_ms, Step::Entry(next)));
        [tick.map(|at| (at, Step::Tick)), answer, entry]
            .into_iter()
            .flatten()
            .map(|(at, step)| (at.max(self.now), step))
            .min_by_key(|(at, _)| *at)
    }

    fn take(&mut self, at: i64, step: Step) -> Result<(), Failure> {
        let user = self.standing.user;
        self.work.diary.write(&Line::Will { user, at, step })?;
        self.standing.doubt = Some((at, step));
        self.now = at;
        if let Step::Entry(entry) = step
            && let Some(entry) = self.person.entries.get(entry)
        {
            self.offset_min = entry.at.offset_min;
        }
        self.device.advance_to(Instant::new(at, self.offset_min));
        match step {
            Step::Tick => self.tick(at),
            Step::Entry(entry) => self.record(at, entry),
            Step::Answer { decision, answer } => {
                self.planned.pop_first();
                let returned = self.device.engine.report(decision, answer.into());
                self.returned(at, step, returned, None)
            }
        }
    }

    fn tick(&mut self, at: i64) -> Result<(), Failure> {
        let receipt = self.device.engine.tick().map_err(engine_failed("tick()"))?;
        if self.device.next_due().is_some_and(|due| due <= at) {
            return Err(Failure::bug("tick() did not serve what was due"));
        }
        if receipt.changes.is_empty() && receipt.decided.is_empty() {
            self.standing.doubt = None;
            return Ok(());
        }
        self.returned(at, Step::Tick, Ok(receipt), None)
    }

    fn record(&mut self, at: i64, entry: usize) -> Result<(), Failure> {
        let Some(found) = self.person.entries.get(entry) else {
            return Ok(());
        };
        let draft = found.draft();
        let stopwatch = Stopwatch::now();
        let returned = self.device.engine.record(draft);
        let ns = u64::try_from(stopwatch.elapsed().as_nanos()).ok();
        self.work.progress.advance();
        self.returned(at, Step::Entry(entry), returned, ns)
    }

    /// Notes what a call returned. A refusal is part of a life; any other error ends it.
    fn returned(
        &mut self,
        at: i64,
        step: Step,
        returned: Result<Receipt, Error>,
        ns: Option<u64>,
    ) -> Result<(), Failure> {
        let receipt = match returned {
            Ok(receipt) => receipt,
            Err(Error::Draft(_) | Error::Outcome(_)) => {
                let refused = true;
                return self.note(Did { refused, ns, ..self.did(at) });
            }
            Err(error) => return Err(engine_failed("a call of the engine")(error)),
        };
        let events = self.events(step, receipt.seqs);
        let did = Did { events, ns, ..self.did(at) };
        self.note(words::with_effects(did, &receipt))?;
        for decision in &receipt.decided {
            self.plan(decision);
            self.tell(decision)?;
        }
        Ok(())
    }

    fn note(&mut self, did: Did) -> Result<(), Failure> {
        self.since_upload += did.events.len();
        self.standing.did(&did);
        self.work.diary.write(&Line::Did(did))
    }

    fn did(&self, at: i64) -> Did {
        Did {
            installation: self.installation.clone(),
            epoch: self.epoch,
            at: Instant::new(at, self.offset_min).rfc3339(),
            ..Did::default()
        }
    }

    /// The events that a step recorded: its own, then the successes that the engine found in it.
    fn events(&self, step: Step, seqs: Option<(u64, u64)>) -> Vec<(u64, String)> {
        let own = match step {
            Step::Entry(entry) => self.person.entries.get(entry).map(|entry| entry.name.as_str()),
            Step::Answer { answer, .. } => Some(answer.event()),
            Step::Tick => None,
        };
        let names = own.into_iter().chain(std::iter::repeat(names::CONVERTED));
        let seqs = seqs.map(|(first, last)| first..=last);
        let numbered = seqs.into_iter().flatten().zip(names);
        numbered.map(|(seq, name)| (seq, name.to_owned())).collect()
    }

    /// Plans the answers to a decision that were not given yet.
    fn plan(&mut self, decision: &Decision) {
        if decision.verdict == Verdict::Show {
            let answers = answers(&self.surroundings.draws, decision.id, decision.wall_ms);
            let open = answers.into_iter().filter_map(|(at, answer)| {
                let given = self.standing.answered.contains(&(decision.id, answer));
                (!given).then_some((at, decision.id, answer))
            });
            self.planned.extend(open);
        }
    }

    /// Puts the first decision of each kind into words.
    fn tell(&mut self, decision: &Decision) -> Result<(), Failure> {
        let kind = (decision.campaign.clone(), words::gate(decision));
        if !self.work.told.insert(kind) {
            return Ok(());
        }
        let user = (self.standing.user, self.person.id.as_str());
        let told = words::told(&self.device.engine, user, decision)?;
        self.work.diary.write(&Line::Told(told))
    }
}

#[cfg(test)]
mod tests;
