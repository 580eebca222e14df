//! Which signals stand, and what makes them rise and fall; which rows of tables the person is in.

use std::collections::BTreeMap;

use super::change::{Changes, SignalChange};
use super::evaluate::{Readings, holds};
use super::explain::{Comparison, explain};
use super::order::Node;
use super::reading::{Pass, Reading};
use super::ruleset::Rules;
use super::says::fill;
use super::signal::Signal;
use super::standing::{Stored, TableState};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::text::Texts;

/// The signals of a person, and the rows they are in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signals {
    states: Vec<SignalState>,
    tables: Vec<TableState>,
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

/// Places in the order that a pass must look at: a bit each. Kept and reused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marked(Vec<u64>);

impl Marked {
    pub(crate) fn clear(&mut self, rules: &Rules) {
        self.0.clear();
        self.0.resize(usize::from(rules.len()).div_ceil(64), 0);
    }

    pub(crate) fn mark(&mut self, places: &[u16]) {
        for place in places {
            self.mark_one(usize::from(*place));
        }
    }

    fn mark_one(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    /// The first marked place from `from` on.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
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
        Self {
            states: vec![SignalState::default(); rules.signals().len()],
            tables: vec![TableState::default(); rules.tables().len()],
            due_at: i64::MIN,
        }
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

    /// The state of table number `number`.
    #[must_use]
    pub fn table(&self, number: u16) -> Option<&TableState> {
        self.tables.get(usize::from(number))
    }

    pub(super) fn table_mut(&mut self, number: u16) -> Option<&mut TableState> {
        self.tables.get_mut(usize::from(number))
    }

    /// Before this instant time alone changes nothing; `None` if it never does.
    #[must_use]
    pub fn due_at(&self) -> Option<i64> {
        (self.due_at < i64::MAX).then_some(self.due_at)
    }

    /// Makes everything due: the zone changed, or a pack.
    pub(crate) fn make_due(&mut self) {
        self.due_at = i64::MIN;
        self.states.iter_mut().for_each(|state| state.due_at = i64::MIN);
        self.tables.iter_mut().for_each(|state| state.due_at = i64::MIN);
    }

    /// Marks what is due at `at`.
    pub(crate) fn mark_due(&self, rules: &Rules, at: i64, marked: &mut Marked) {
        let due = (0..).zip(&self.states).filter(|(_, state)| state.due_at <= at);
        let signals = due.map(|(number, _)| Node::Signal(number));
        let due = (0..).zip(&self.tables).filter(|(_, state)| state.due_at <= at);
        for node in signals.chain(due.map(|(number, _)| Node::Table(number))) {
            if let Some(place) = rules.place(node) {
                marked.mark_one(usize::from(place));
            }
        }
    }

    /// Notes when time alone may change a signal or a table. Whether what was the earliest of all
    /// is later now.
    pub(super) fn set_due(&mut self, node: Node, at: i64) -> bool {
        let earliest = self.due_at;
        let due_at = match node {
            Node::Signal(number) => {
                self.states.get_mut(usize::from(number)).map(|state| &mut state.due_at)
            }
            Node::Table(number) => self.table_mut(number).map(|state| &mut state.due_at),
            Node::Score(_) => None,
        };
        let Some(due_at) = due_at else { return false };
        let moved = *due_at == earliest && at > *due_at;
        *due_at = at;
        self.due_at = earliest.min(at);
        moved
    }

    /// Whether nothing was found out yet about when something is due.
    pub(super) fn is_due_at_once(&self) -> bool {
        self.due_at == i64::MIN
    }

    pub(super) fn note_earliest_due(&mut self) {
        let signals = self.states.iter().map(|state| state.due_at);
        let all = signals.chain(self.tables.iter().map(|state| state.due_at));
        self.due_at = all.min().unwrap_or(i64::MAX);
    }

    /// Lets the marked signals rise whose time has come, puts the person into the marked tables,
    /// and marks what reads them.
    pub(crate) fn rise(&mut self, pass: &Pass<'_>, marked: &mut Marked, changes: &mut Changes<'_>) {
        let mut next = 0;
        while let Some(at) = marked.next(next) {
            next = at + 1;
            let Ok(place) = u16::try_from(at) else { break };
            match pass.rules.node(place) {
                Some(Node::Signal(number)) => {
                    if let Some(why) = self.rises(number, pass) {
                        self.change(number, true, why, pass, changes);
                        marked.mark(pass.rules.readers(place));
                    }
                }
                Some(Node::Table(number)) => {
                    self.place(number, pass, marked, changes);
                }
                Some(Node::Score(_)) => {}
                None => break,
            }
        }
    }

    /// Why a signal that does not stand rises, if it does.
    fn rises(&self, number: u16, pass: &Pass<'_>) -> Option<Vec<Comparison>> {
        let signal = pass.rules.signal(number)?;
        let reading = Reading { pass, signals: self };
        let rises = self.state(number)?.raised_at.is_none()
            && holds(&signal.raise, &reading)
            && !signal.clear.as_ref().is_some_and(|clear| holds(clear, &reading));
        rises.then(|| {
            let mut why = explain(&signal.raise, &reading, pass.definitions, pass.rules).1;
            why.retain(|comparison| comparison.held);
            why
        })
    }

    /// Lets the marked signals fall that no longer hold, looks at the marked tables once more, and
    /// finds when each is due again.
    pub(crate) fn fall(&mut self, pass: &Pass<'_>, marked: &mut Marked, changes: &mut Changes<'_>) {
        let mut next = 0;
        let mut woken = Vec::new();
        while let Some(at) = marked.next(next) {
            next = at + 1;
            let Ok(place) = u16::try_from(at) else { break };
            let is_new = match pass.rules.node(place) {
                Some(Node::Signal(number)) => match self.falls(number, pass) {
                    Some(why) => {
                        self.change(number, false, why, pass, changes);
                        marked.mark(pass.rules.readers(place));
                        true
                    }
                    None => false,
                },
                Some(Node::Table(number)) => self.place(number, pass, marked, changes),
                Some(Node::Score(_)) => false,
                None => break,
            };
            if is_new {
                woken.extend_from_slice(pass.rules.readers(place));
            }
        }
        self.plan(pass, marked, &woken);
    }

    /// Whether a signal that stands would fall now.
    pub(crate) fn is_over(&self, number: u16, pass: &Pass<'_>) -> bool {
        self.falls(number, pass).is_some()
    }

    /// Why a standing signal falls, if it does.
    fn falls(&self, number: u16, pass: &Pass<'_>) -> Option<Vec<Comparison>> {
        let signal = pass.rules.signal(number)?;
        self.state(number)?.raised_at?;
        let reading = Reading { pass, signals: self };
        let program = signal.clear.as_ref().unwrap_or(&signal.raise);
        let falls = holds(program, &reading) == signal.clear.is_some();
        falls.then(|| {
            // What speaks for the fall: what `clear` found, or what `raise` no longer does.
            let mut why = explain(program, &reading, pass.definitions, pass.rules).1;
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
        changes: &mut Changes<'_>,
    ) {
        let Some(signal) = pass.rules.signal(number) else { return };
        let says = if raised { self.says(signal, pass) } else { Texts::default() };
        let Some(state) = self.states.get_mut(usize::from(number)) else { return };
        state.raised_at = raised.then_some(pass.stamp.at);
        if raised {
            state.why.clone_from(&why);
        }
        changes.signals.push(SignalChange {
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

    /// Writes what stands, under the names of the signals and tables.
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
        let placed =
            || rules.tables().iter().zip(&self.tables).filter(|(_, state)| state.row.is_some());
        out.length(placed().count());
        placed().for_each(|(table, state)| state.encode(table, out));
    }

    /// Reads what stood; signals, tables and rows that the rules no longer have are gone.
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
        for stored in input.list(Stored::decode)? {
            let tables = rules.tables().iter().zip(&mut signals.tables);
            for (table, state) in tables {
                if let Some(known) = stored.state(table) {
                    *state = known;
                }
            }
        }
        Ok(signals)
    }
}
