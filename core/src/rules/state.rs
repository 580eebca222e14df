//! What stands: the signals of a person, and the rows of tables they are in.

use super::explain::Comparison;
use super::order::Node;
use super::ruleset::Rules;

/// The signals of a person, and the rows they are in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signals {
    pub(super) states: Vec<SignalState>,
    pub(super) tables: Vec<TableState>,
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
pub(crate) struct Marked {
    places: Vec<u64>,
    /// Time alone brings the pass about: no campaign waits for what is about to fall.
    by_time: bool,
}

impl Marked {
    pub(crate) fn clear(&mut self, rules: &Rules) {
        self.by_time = false;
        self.places.clear();
        self.places.resize(usize::from(rules.len()).div_ceil(64), 0);
    }

    pub(super) fn is_by_time(&self) -> bool {
        self.by_time
    }

    pub(crate) fn mark(&mut self, places: &[u16]) {
        for place in places {
            self.mark_one(usize::from(*place));
        }
    }

    fn mark_one(&mut self, place: usize) {
        if let Some(word) = self.places.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    /// The first marked place from `from` on.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let (first, rest) = self.places.get(from / 64..)?.split_first()?;
        let first = first & (u64::MAX << (from % 64));
        let words = std::iter::once(first).chain(rest.iter().copied());
        let (offset, word) = words.enumerate().find(|(_, word)| *word != 0)?;
        let bit = usize::try_from(word.trailing_zeros()).unwrap_or(0);
        Some((from / 64 + offset) * 64 + bit)
    }
}

/// One table of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct TableState {
    /// The row; none before the first event.
    pub row: Option<u16>,
    /// Since when, on the timeline, ms.
    pub since_at: i64,
    /// Why.
    pub why: Vec<Comparison>,
    /// Not before this instant can time alone change it.
    pub(super) due_at: i64,
}

impl Default for TableState {
    fn default() -> Self {
        Self { row: None, since_at: 0, why: Vec::new(), due_at: i64::MIN }
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
        marked.by_time = true;
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
}
