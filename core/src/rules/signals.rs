//! Which signals stand, and what makes them rise and fall; which rows of tables the person is in.

use std::collections::BTreeMap;

use super::change::{Changes, SignalChange};
use super::evaluate::holds;
use super::explain::{Comparison, explain};
use super::order::Node;
use super::reading::{Pass, Reading};
use super::ruleset::Rules;
use super::standing::Stored;
use super::state::{Marked, Signals};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::text::Texts;

impl Signals {
    /// Lets the marked signals rise whose time has come, puts the person into the marked tables,
    /// and marks what reads them. If time alone brings it about, those that no longer hold fall
    /// here, each in its place: nothing later in the order reads what is over.
    pub(crate) fn rise(&mut self, pass: &Pass<'_>, marked: &mut Marked, changes: &mut Changes<'_>) {
        let mut next = 0;
        while let Some(at) = marked.next(next) {
            next = at + 1;
            let Ok(place) = u16::try_from(at) else { break };
            match pass.rules.node(place) {
                Some(Node::Signal(number)) => {
                    let over = if marked.is_by_time() { self.falls(number, pass) } else { None };
                    let raised = over.is_none();
                    if let Some(why) = over.or_else(|| self.rises(number, pass)) {
                        self.change(number, raised, why, pass, changes);
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
            && !signal.clear.as_deref().is_some_and(|clear| holds(clear, &reading));
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
        let program = signal.clear.as_deref().unwrap_or(&signal.raise);
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
        let reading = Reading { pass, signals: self };
        let said = || reading.says(&signal.says, &signal.values);
        let says = if raised { said() } else { Texts::default() };
        let Some(state) = self.states.get_mut(usize::from(number)) else { return };
        state.raised_at = raised.then_some(pass.stamp.at);
        if raised {
            state.why.clone_from(&why);
            // Kept for long: without room to spare.
            state.why.shrink_to_fit();
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
