//! Which signals stand, and what makes them rise and fall.

use std::collections::BTreeMap;

use super::evaluate::{Readings, holds};
use super::explain::{Comparison, explain};
use super::says::fill;
use super::signal::{Rules, Signal};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::profile::{Definitions, Feature, Motion, Profile, Scalar};
use crate::text::{Language, Texts};
use crate::time::Stamp;

/// The signals of a person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signals {
    states: Vec<SignalState>,
    /// Earliest of all `due_at`, or earlier: no tick before it changes anything.
    due_at: i64,
}

/// One signal of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalState {
    /// Since when it stands.
    pub raised_at: Option<i64>,
    /// Why it rose the last time.
    pub why: Vec<Comparison>,
    /// Not before this instant can time alone change it.
    due_at: i64,
}

impl Default for SignalState {
    fn default() -> Self {
        // Due at once: what time has changed meanwhile is found by the first tick.
        Self { raised_at: None, why: Vec::new(), due_at: i64::MIN }
    }
}

/// A signal rose or fell.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalChange {
    /// Its name.
    pub signal: String,
    /// Its number in the active pack.
    pub number: u16,
    /// Whether it rose.
    pub raised: bool,
    /// When, on the timeline, ms.
    pub at: i64,
    /// The clocks then.
    pub stamp: Stamp,
    /// Why.
    pub why: Vec<Comparison>,
    /// What the pack says of it, with the values of that moment; empty for a fall.
    pub says: Texts,
}

impl SignalChange {
    /// Why it rose or fell, in words.
    #[must_use]
    pub fn reason(&self, language: Language) -> String {
        let why: Vec<String> = self.why.iter().map(|found| found.text(language)).collect();
        why.join(language.pick(", ", "，"))
    }
}

/// What a pass over the signals reads.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) definitions: &'a Definitions,
    pub(crate) profile: &'a Profile,
    pub(crate) stamp: &'a Stamp,
}

/// Signals that a pass must look at, in order of their numbers: a bit each. Kept and reused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marked(Vec<u64>);

impl Marked {
    pub(crate) fn clear(&mut self, signals: usize) {
        self.0.clear();
        self.0.resize(signals.div_ceil(64), 0);
    }

    pub(crate) fn mark(&mut self, numbers: &[u16]) {
        for number in numbers {
            self.mark_one(usize::from(*number));
        }
    }

    fn mark_one(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// The first marked number from `from` on.
    fn next(&self, from: usize) -> Option<usize> {
        let (first, rest) = self.0.get(from / 64..)?.split_first()?;
        let first = first & (u64::MAX << (from % 64));
        let words = std::iter::once(first).chain(rest.iter().copied());
        let (offset, word) = words.enumerate().find(|(_, word)| *word != 0)?;
        let bit = usize::try_from(word.trailing_zeros()).unwrap_or(0);
        Some((from / 64 + offset) * 64 + bit)
    }
}

impl Signals {
    /// No signal stands.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self { states: vec![SignalState::default(); rules.signals().len()], due_at: i64::MIN }
    }

    /// The states, in the order of the rules.
    #[must_use]
    pub fn states(&self) -> &[SignalState] {
        &self.states
    }

    /// The state of signal number `number`.
    #[must_use]
    pub fn state(&self, number: u16) -> Option<&SignalState> {
        self.states.get(usize::from(number))
    }

    /// Before this instant time alone changes no signal; `None` if it never does.
    #[must_use]
    pub fn due_at(&self) -> Option<i64> {
        (self.due_at < i64::MAX).then_some(self.due_at)
    }

    /// Makes every signal due: the zone changed, or a pack.
    pub(crate) fn make_due(&mut self) {
        self.due_at = i64::MIN;
        self.states.iter_mut().for_each(|state| state.due_at = i64::MIN);
    }

    /// Marks the signals that are due at `at`.
    pub(crate) fn mark_due(&self, at: i64, marked: &mut Marked) {
        let due = self.states.iter().enumerate().filter(|(_, state)| state.due_at <= at);
        due.for_each(|(number, _)| marked.mark_one(number));
    }

    /// Lets the marked signals rise whose time has come, and marks those that read them.
    pub(crate) fn rise(
        &mut self,
        pass: &Pass<'_>,
        marked: &mut Marked,
        changes: &mut Vec<SignalChange>,
    ) {
        let mut place = 0;
        while let Some(at) = marked.next(place) {
            place = at + 1;
            let Ok(number) = u16::try_from(at) else { break };
            let Some(signal) = pass.rules.signal(number) else { break };
            let stands = self.state(number).is_none_or(|state| state.raised_at.is_some());
            let reading = Reading { pass, signals: self };
            let rises = !stands
                && holds(&signal.raise, &reading)
                && !signal.clear.as_deref().is_some_and(|clear| holds(clear, &reading));
            if rises {
                let mut why = explain(&signal.raise, &reading, pass.definitions, pass.name()).1;
                why.retain(|comparison| comparison.held);
                self.change(number, true, why, pass, changes);
                marked.mark(pass.rules.readers(number));
            }
        }
    }

    /// Lets the marked signals fall that no longer hold, and finds when each is due again.
    pub(crate) fn fall(
        &mut self,
        pass: &Pass<'_>,
        marked: &mut Marked,
        changes: &mut Vec<SignalChange>,
    ) {
        let mut place = 0;
        let mut woken = Vec::new();
        while let Some(at) = marked.next(place) {
            place = at + 1;
            let Ok(number) = u16::try_from(at) else { break };
            if let Some(why) = self.falls(number, pass) {
                self.change(number, false, why, pass, changes);
                marked.mark(pass.rules.readers(number));
                woken.extend_from_slice(pass.rules.readers(number));
            }
        }
        self.plan(pass, marked, &woken);
    }

    /// Whether a standing signal is about to fall.
    pub(crate) fn is_over(&self, number: u16, pass: &Pass<'_>) -> bool {
        self.falls(number, pass).is_some()
    }

    /// Why a standing signal falls, if it does.
    fn falls(&self, number: u16, pass: &Pass<'_>) -> Option<Vec<Comparison>> {
        let signal = pass.rules.signal(number)?;
        self.state(number)?.raised_at?;
        let reading = Reading { pass, signals: self };
        let program = signal.clear.as_deref().unwrap_or(&signal.raise);
        let falls = holds(program, &reading) == signal.clear.is_some();
        falls.then(|| {
            // What speaks for the fall: what `clear` found, or what `raise` no longer does.
            let mut why = explain(program, &reading, pass.definitions, pass.name()).1;
            why.retain(|comparison| comparison.held == signal.clear.is_some());
            why
        })
    }

    fn change(
        &mut self,
        number: u16,
        raised: bool,
        why: Vec<Comparison>,
        pass: &Pass<'_>,
        changes: &mut Vec<SignalChange>,
    ) {
        let Some(signal) = pass.rules.signal(number) else { return };
        let says = if raised { self.says(signal, pass) } else { Texts::default() };
        let Some(state) = self.states.get_mut(usize::from(number)) else { return };
        state.raised_at = raised.then_some(pass.stamp.at);
        if raised {
            // Kept for long: without room to spare.
            state.why.clone_from(&why);
            state.why.shrink_to_fit();
        }
        changes.push(SignalChange {
            signal: signal.name.clone(),
            number,
            raised,
            at: pass.stamp.at,
            stamp: *pass.stamp,
            why,
            says,
        });
    }

    /// The signal's words with the values of now.
    pub(crate) fn says(&self, signal: &Signal, pass: &Pass<'_>) -> Texts {
        let reading = Reading { pass, signals: self };
        let values: Vec<_> = signal.values.iter().map(|feature| reading.read(*feature)).collect();
        fill(&signal.says, &values)
    }

    /// Finds when time alone may change the marked signals, and any signal. Those that read a
    /// signal that fell may rise now: the next tick, due at once, will see.
    fn plan(&mut self, pass: &Pass<'_>, marked: &Marked, woken: &[u16]) {
        let mut place = 0;
        // Also if there are no signals at all, of which none is ever due.
        let mut earliest_moved = self.due_at == i64::MIN;
        while let Some(at) = marked.next(place) {
            place = at + 1;
            let Ok(number) = u16::try_from(at) else { break };
            let Some(state) = self.state(number) else { break };
            let wakes = woken.contains(&number) && state.raised_at.is_none();
            let ahead = pass.stamp.at < state.due_at && state.due_at < i64::MAX;
            if ahead && !wakes && pass.rules.is_steady(number) {
                continue;
            }
            let due_at = if wakes { pass.stamp.at } else { self.planned(number, pass) };
            if let Some(state) = self.states.get_mut(at) {
                earliest_moved |= state.due_at == self.due_at && due_at > state.due_at;
                state.due_at = due_at;
                self.due_at = self.due_at.min(due_at);
            }
        }
        // Only the one that was the earliest can make all of them be looked at.
        if earliest_moved {
            self.due_at = self.states.iter().map(|state| state.due_at).min().unwrap_or(i64::MAX);
        }
    }

    /// The next instant after the stamp at which a condition of the signal may change by itself.
    fn planned(&self, number: u16, pass: &Pass<'_>) -> i64 {
        let Some(signal) = pass.rules.signal(number) else { return i64::MAX };
        let now = pass.stamp.at;
        let mut next = i64::MAX;
        for program in signal.programs() {
            for feature in program.features() {
                if let Some(from) = self.grows_from(*feature, pass) {
                    let passed = program.constants().iter().flat_map(|threshold| {
                        let reached = from.saturating_add(*threshold);
                        [reached, reached.saturating_add(1)]
                    });
                    next = passed.filter(|at| *at > now).fold(next, i64::min);
                }
                let shrinks_to = pass.profile.shrinks_to(*feature, pass.stamp, pass.definitions);
                if let Some(to) = shrinks_to {
                    let passed = program.constants().iter().flat_map(|threshold| {
                        let reached = to.saturating_sub(*threshold);
                        [reached, reached.saturating_add(1)]
                    });
                    next = passed.filter(|at| *at > now).fold(next, i64::min);
                }
                let changes = pass.profile.changes_at(*feature, pass.stamp, pass.definitions);
                next = changes.into_iter().fold(next, i64::min);
            }
        }
        next
    }

    fn grows_from(&self, feature: u16, pass: &Pass<'_>) -> Option<i64> {
        let definition = pass.definitions.feature(feature)?;
        match definition {
            Feature::SignalAge(signal) => self.state(*signal)?.raised_at,
            _ if matches!(definition.motion(), Motion::Grows | Motion::Ends) => {
                pass.profile.grows_from(feature, pass.definitions)
            }
            _ => None,
        }
    }

    /// Writes what stands, under the names of the signals.
    pub(crate) fn encode(&self, rules: &Rules, out: &mut Writer<'_>) {
        let standing = || {
            rules.signals().iter().zip(&self.states).filter(|(_, state)| state.raised_at.is_some())
        };
        out.length(standing().count());
        for (signal, state) in standing() {
            out.text(&signal.name);
            out.signed(state.raised_at.unwrap_or_default());
            out.length(state.why.len());
            state.why.iter().for_each(|comparison| comparison.encode(out));
        }
    }

    /// Reads what stood; signals that the rules no longer have are gone.
    pub(crate) fn decode(rules: &Rules, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let stood: BTreeMap<String, (i64, Vec<Comparison>)> = input
            .list(|input| {
                let name = input.text()?.to_owned();
                Ok((name, (input.signed()?, input.list(Comparison::decode)?)))
            })?
            .into_iter()
            .collect();
        let mut signals = Self::new(rules);
        for (signal, state) in rules.signals().iter().zip(&mut signals.states) {
            if let Some((at, why)) = stood.get(&signal.name) {
                state.raised_at = Some(*at);
                state.why.clone_from(why);
            }
        }
        Ok(signals)
    }
}

impl Pass<'_> {
    /// Names of signals, for explanations.
    pub(crate) fn name(&self) -> impl Fn(u16) -> Option<String> {
        |number| self.rules.signal(number).map(|signal| signal.name.clone())
    }
}

/// The values of all features at one moment.
pub(crate) struct Reading<'a> {
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) signals: &'a Signals,
}

impl Readings for Reading<'_> {
    fn read(&self, feature: u16) -> Option<Scalar> {
        let Pass { definitions, profile, stamp, .. } = self.pass;
        let raised_at = |signal: u16| self.signals.state(signal).and_then(|state| state.raised_at);
        match definitions.feature(feature)? {
            Feature::Signal(signal) => Some(Scalar::Flag(raised_at(*signal).is_some())),
            Feature::SignalAge(signal) => Some(Scalar::Integer(
                raised_at(*signal).map_or(Scalar::ENDLESS, |at| stamp.at.saturating_sub(at)),
            )),
            _ => profile.read(feature, stamp, definitions),
        }
    }
}
