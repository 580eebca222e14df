//! The state and its fold: `state + record -> state + effects`, the same on a phone and in a
//! replay.

use super::effects::Effects;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Event, journal_form};
use crate::guidance::{Cause, Decision, Guidance, Moment, decide};
use crate::pack::Pack;
use crate::privacy::Consent;
use crate::profile::{FactChange, Profile};
use crate::rules::{Changes, Pass, Reading, Signals};
use crate::store::record::{Body, Record};
use crate::time::{Stamp, Timeline};

/// Version of the fold: a checkpoint of another one is not read.
const VERSION: u64 = 1;

/// Kinds of records that are not events.
pub(super) mod kind {
    pub(crate) const TICK: u8 = 1;
    pub(crate) const CONSENT: u8 = 2;
    pub(crate) const FACTS: u8 = 3;
    pub(crate) const CONTEXT: u8 = 4;
    pub(crate) const PACK: u8 = 5;
    pub(crate) const DECISION: u8 = 6;
    pub(crate) const SERVER_CLOCK: u8 = 7;
}

/// Everything that is known after some records.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub(super) timeline: Timeline,
    pub(super) consent: Consent,
    pub(super) profile: Profile,
    pub(super) signals: Signals,
    pub(super) guidance: Guidance,
    /// Number of the last event in the current epoch.
    pub(super) last_seq: u64,
    /// Events since the installation.
    pub(super) recorded: u64,
    /// Name and version of the pack that was active.
    pub(super) pack: (String, u32),
}

/// Which campaigns a pass over the signals decides.
#[derive(Clone, Copy)]
enum Deciding<'a> {
    /// None: the moment lies in the past, or its decisions are known.
    No,
    /// Those that wait for a signal which rises.
    AboutRisen,
    /// Those, and those that wait for the event of this name.
    About(&'a str),
}

impl State {
    pub(super) fn new(pack: &Pack, consent: Consent) -> Self {
        Self {
            timeline: Timeline::default(),
            consent,
            profile: Profile::new(&pack.definitions),
            signals: Signals::new(&pack.rules),
            guidance: Guidance::default(),
            last_seq: 0,
            recorded: 0,
            pack: (pack.name.clone(), pack.version),
        }
    }

    /// Whether the person took back their consent and what was recorded is still here.
    pub(super) fn is_withdrawn(&self) -> bool {
        !self.consent.record && self.recorded > 0
    }

    /// Takes in a numbered event. With `decides`, campaigns are decided and successes found;
    /// without, the records that follow say what was decided.
    pub(super) fn apply_event(
        &mut self,
        pack: &Pack,
        (seq, event): (u64, &Event),
        stamp: &Stamp,
        decides: bool,
        effects: &mut Effects,
    ) {
        self.last_seq = seq;
        self.recorded = self.recorded.saturating_add(1);
        let begins = !self.profile.has_begun();
        self.profile.apply(event, stamp, &pack.definitions);
        self.guidance.apply_outcome(event);
        effects.marked.clear(&pack.rules);
        effects.marked.mark(pack.rules.touched_by_event(event.name()));
        if !event.is_ambient() {
            effects.marked.mark(pack.rules.touched_by_session());
        }
        if begins {
            effects.marked.mark(pack.rules.places_of_tables());
        }
        let deciding = if decides { Deciding::About(event.name()) } else { Deciding::No };
        self.pass(pack, stamp, deciding, effects);
        if begins {
            // Absences are measured from here on.
            self.signals.make_due();
        }
        if decides {
            let converted = self.guidance.converted_by(event.name(), stamp.at, &pack.campaigns);
            effects.converted.extend(converted);
        }
        self.timeline.apply(stamp);
    }

    /// Lets time pass to `stamp`: the signals that are due by then rise and fall. No campaign is
    /// decided: `stamp` may lie in the past. Whether anything changed, or local time is told
    /// otherwise from here on; only then the tick is a record, and the timeline moves on.
    pub(super) fn apply_tick(&mut self, pack: &Pack, stamp: &Stamp, effects: &mut Effects) -> bool {
        let before = (effects.changes.len(), effects.moves.len());
        let otherwise = self.timeline.last().is_some_and(|last| stamp.tells_otherwise(last));
        if otherwise {
            self.signals.make_due();
        }
        effects.marked.clear(&pack.rules);
        self.signals.mark_due(&pack.rules, stamp.at, &mut effects.marked);
        self.pass(pack, stamp, Deciding::No, effects);
        let Effects { changes, moves, risen, .. } = effects;
        let changed = changes.iter().skip(before.0);
        risen.extend(changed.filter(|change| change.raised).map(|change| change.number));
        let is_record = otherwise || (changes.len(), moves.len()) != before;
        if is_record {
            self.timeline.apply(stamp);
        }
        is_record
    }

    /// Decides about the campaigns that wait for signals which rose during ticks, as of now.
    pub(super) fn decide_risen(&mut self, pack: &Pack, stamp: &Stamp, effects: &mut Effects) {
        if !effects.risen.is_empty() {
            effects.marked.clear(&pack.rules);
            self.pass(pack, stamp, Deciding::AboutRisen, effects);
        }
    }

    /// Takes in facts, or the context.
    pub(super) fn apply_facts(
        &mut self,
        pack: &Pack,
        (facts, context): (&[FactChange], bool),
        stamp: &Stamp,
        decides: bool,
        effects: &mut Effects,
    ) {
        self.profile.apply_facts(facts, context, stamp);
        effects.marked.clear(&pack.rules);
        effects.marked.mark(pack.rules.touched_by_facts());
        let deciding = if decides { Deciding::AboutRisen } else { Deciding::No };
        self.pass(pack, stamp, deciding, effects);
        self.timeline.apply(stamp);
    }

    /// Takes in what a server said the time was at `stamp`; whether that was news.
    pub(super) fn apply_server_clock(&mut self, server_ms: i64, stamp: &Stamp) -> bool {
        let Some(timeline) = self.timeline.anchored(server_ms, &stamp.reading) else {
            return false;
        };
        self.timeline = timeline;
        let stamp = self.timeline.stamp(&stamp.reading);
        self.timeline.apply(&stamp);
        self.signals.make_due();
        true
    }

    /// Rise, decide, fall, over the marked signals.
    fn pass(&mut self, pack: &Pack, stamp: &Stamp, deciding: Deciding<'_>, effects: &mut Effects) {
        let from = effects.changes.len();
        let profile = &self.profile;
        let pass = Pass { rules: &pack.rules, definitions: &pack.definitions, profile, stamp };
        let Effects { marked, changes, moves, .. } = &mut *effects;
        self.signals.rise(&pass, marked, &mut Changes { signals: changes, tables: moves });
        if !matches!(deciding, Deciding::No) {
            let triggered = self.triggered(&pass, pack, (deciding, from), effects);
            self.decide(pack, stamp, triggered, &mut effects.decisions);
        }
        let profile = &self.profile;
        let pass = Pass { rules: &pack.rules, definitions: &pack.definitions, profile, stamp };
        let Effects { marked, changes, moves, .. } = effects;
        self.signals.fall(&pass, marked, &mut Changes { signals: changes, tables: moves });
    }

    /// Campaigns that an event, a signal that just rose, or one that rose in a tick triggers. The
    /// last counts only if it still holds with what happened since, and rose recently enough.
    fn triggered(
        &self,
        pass: &Pass<'_>,
        pack: &Pack,
        (deciding, from): (Deciding<'_>, usize),
        effects: &mut Effects,
    ) -> Vec<(u16, Cause)> {
        let mut triggered = Vec::new();
        for number in effects.risen.drain(..) {
            let raised_at = self.signals.state(number).and_then(|state| state.raised_at);
            let Some(raised_at) = raised_at.filter(|_| !self.signals.is_over(number, pass)) else {
                continue;
            };
            let Some(signal) = pack.rules.signal(number) else { continue };
            let age_ms = pass.stamp.at.saturating_sub(raised_at);
            let fresh = |number: &&u16| {
                pack.campaigns.campaign(**number).is_some_and(|c| age_ms <= c.fresh_ms)
            };
            let campaigns = pack.campaigns.triggered_by_signal(number).iter().filter(fresh);
            triggered.extend(campaigns.map(|n| (*n, Cause::Raised(signal.name.clone()))));
        }
        for change in effects.changes.iter().skip(from).filter(|change| change.raised) {
            let campaigns = pack.campaigns.triggered_by_signal(change.number).iter();
            triggered.extend(campaigns.map(|n| (*n, Cause::Raised(change.signal.clone()))));
        }
        if let Deciding::About(event) = deciding {
            let campaigns = pack.campaigns.triggered_by_event(event).iter();
            triggered.extend(campaigns.map(|n| (*n, Cause::Event(event.to_owned()))));
        }
        triggered
    }

    fn decide(
        &mut self,
        pack: &Pack,
        stamp: &Stamp,
        mut triggered: Vec<(u16, Cause)>,
        decisions: &mut Vec<Decision>,
    ) {
        if triggered.is_empty() {
            return;
        }
        // The most important campaign first, whatever triggered it.
        triggered.sort_by_key(|(number, _)| *number);
        triggered.dedup_by_key(|(number, _)| *number);
        let Self { profile, signals, guidance, consent, .. } = self;
        let pass = Pass { rules: &pack.rules, definitions: &pack.definitions, profile, stamp };
        let moment = Moment {
            campaigns: &pack.campaigns,
            definitions: &pack.definitions,
            readings: &Reading { pass: &pass, signals },
            rules: &pack.rules,
            consent: *consent,
            stamp,
        };
        decide(&moment, &triggered, guidance, decisions);
    }

    /// Takes in a record that was written before.
    pub(super) fn replay(
        &mut self,
        pack: &Pack,
        record: &Record,
        effects: &mut Effects,
    ) -> Result<(), Malformed> {
        let stamp = self.timeline.stamp(&record.reading);
        match &record.body {
            Body::Event(numbered) => {
                let event = (numbered.seq, &numbered.event);
                self.apply_event(pack, event, &stamp, false, effects);
            }
            Body::Other { kind, bytes } => {
                let mut input = Reader::new(bytes, "record");
                self.replay_other(pack, *kind, &mut input, &stamp, effects)?;
                input.end()?;
            }
        }
        Ok(())
    }

    fn replay_other(
        &mut self,
        pack: &Pack,
        kind: u8,
        input: &mut Reader<'_>,
        stamp: &Stamp,
        effects: &mut Effects,
    ) -> Result<(), Malformed> {
        match kind {
            kind::TICK => {
                self.apply_tick(pack, stamp, effects);
                self.timeline.apply(stamp);
            }
            kind::CONSENT => {
                self.consent = Consent::decode(input)?;
                self.timeline.apply(stamp);
            }
            kind::FACTS | kind::CONTEXT => {
                let facts = decode_facts(input)?;
                let facts = (facts.as_slice(), kind == kind::CONTEXT);
                self.apply_facts(pack, facts, stamp, false, effects);
            }
            kind::PACK => {
                self.pack = (input.text()?.to_owned(), input.unsigned32()?);
                self.signals.make_due();
            }
            kind::SERVER_CLOCK => {
                self.apply_server_clock(input.signed()?, stamp);
            }
            kind::DECISION => self.guidance.apply(&Decision::decode(input)?, stamp.day),
            _ => return Err(input.malformed()),
        }
        Ok(())
    }

    /// The same state under another pack: what both define goes on, the rest begins or ends.
    pub(super) fn under(&self, from: &Pack, to: &Pack) -> Result<Self, Malformed> {
        let mut bytes = Vec::new();
        self.encode(from, &mut bytes);
        let mut state = Self::decode(to, &bytes)?;
        state.pack = (to.name.clone(), to.version);
        Ok(state)
    }

    /// A checkpoint.
    pub(super) fn encode(&self, pack: &Pack, bytes: &mut Vec<u8>) {
        let mut out = Writer::new(bytes);
        out.unsigned(VERSION);
        out.text(&self.pack.0);
        out.unsigned(u64::from(self.pack.1));
        self.timeline.encode(&mut out);
        self.consent.encode(&mut out);
        out.unsigned(self.last_seq);
        out.unsigned(self.recorded);
        self.profile.encode(&pack.definitions, &mut out);
        self.signals.encode(&pack.rules, &mut out);
        self.guidance.encode(&mut out);
    }

    /// What the person allowed, of a checkpoint of which more cannot be read.
    pub(super) fn consent_in(bytes: &[u8]) -> Option<Consent> {
        let mut input = Reader::new(bytes, "checkpoint");
        if input.unsigned().ok()? != VERSION {
            return None;
        }
        input.text().ok()?;
        input.unsigned32().ok()?;
        Timeline::decode(&mut input).ok()?;
        Consent::decode(&mut input).ok()
    }

    pub(super) fn decode(pack: &Pack, bytes: &[u8]) -> Result<Self, Malformed> {
        let mut input = Reader::new(bytes, "checkpoint");
        if input.unsigned()? != VERSION {
            return Err(input.malformed());
        }
        let state = Self {
            pack: (input.text()?.to_owned(), input.unsigned32()?),
            timeline: Timeline::decode(&mut input)?,
            consent: Consent::decode(&mut input)?,
            last_seq: input.unsigned()?,
            recorded: input.unsigned()?,
            profile: Profile::decode(&pack.definitions, &mut input)?,
            signals: Signals::decode(&pack.rules, &mut input)?,
            guidance: Guidance::decode(&mut input)?,
        };
        input.end()?;
        Ok(state)
    }
}

pub(super) fn encode_facts(facts: &[FactChange], out: &mut Writer<'_>) {
    out.length(facts.len());
    for (key, value) in facts {
        out.text(key);
        out.optional(value.as_ref(), |out, value| journal_form::encode_value(value, out));
    }
}

fn decode_facts(input: &mut Reader<'_>) -> Result<Vec<FactChange>, Malformed> {
    input.list(|input| Ok((input.text()?.to_owned(), input.optional(journal_form::decode_value)?)))
}
