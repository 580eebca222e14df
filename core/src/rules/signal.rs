//! The signals of a pack and which of them a change can touch.

use std::collections::BTreeMap;
use std::fmt;

use super::program::Op;
use super::program::Program;
use crate::profile::{Definitions, Feature, Motion};
use crate::text::Texts;

/// Most signals of one pack: 200 tags, 30 built-in signals, and room for 1,000 rules.
pub const MOST_SIGNALS: usize = 2_048;

/// A named conclusion and when it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its name.
    pub name: String,
    /// It rises when this holds.
    pub raise: Program,
    /// It falls when this holds; without it, when `raise` no longer does.
    pub clear: Option<Box<Program>>,
    /// What it means, with `{0}`, `{1}` ... for `values`.
    pub says: Texts,
    /// Features that fill the places of `says`.
    pub values: Vec<u16>,
}

impl Signal {
    /// Numbers of all features that its conditions read, each once.
    pub(crate) fn features(&self) -> Vec<u16> {
        let clear = self.clear.as_deref().into_iter().flat_map(Program::features);
        let mut all: Vec<u16> = self.raise.features().iter().chain(clear).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(crate) fn programs(&self) -> impl Iterator<Item = &Program> {
        std::iter::once(&self.raise).chain(self.clear.as_deref())
    }
}

/// All signals of a pack, in an order in which each reads only those before it, and the indexes
/// that make an event evaluate only what it can change.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    signals: Vec<Signal>,
    by_event: BTreeMap<String, Vec<u16>>,
    by_session: Vec<u16>,
    by_fact: Vec<u16>,
    readers: Vec<Vec<u16>>,
    /// For each signal, whether one window is all that moves it with time.
    steady: Vec<bool>,
}

/// Why signals cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulesError {
    /// More than [`MOST_SIGNALS`].
    TooMany(usize),
    /// Two signals of one name.
    Repeated(String),
    /// A signal reads one that stands after it (or itself): a cycle, or a wrong order.
    Order(String),
    /// A text or a condition names a feature that does not exist.
    NoSuchFeature(String),
    /// A growing duration is used otherwise than in a comparison with a constant or with another
    /// growing one, or a shrinking one otherwise than with a constant, so that nothing would tell
    /// when the condition changes.
    Pace(String),
}

impl fmt::Display for RulesError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany(found) => write!(out, "{found} signals, at most {MOST_SIGNALS}"),
            Self::Repeated(name) => write!(out, "signal `{name}` is defined twice"),
            Self::Order(name) => write!(out, "signal `{name}` reads one that is not before it"),
            Self::Pace(name) => write!(
                out,
                "signal `{name}` uses a growing or shrinking duration otherwise than in a plain \
                 comparison"
            ),
            Self::NoSuchFeature(name) => {
                write!(out, "signal `{name}` names a feature that does not exist")
            }
        }
    }
}

impl std::error::Error for RulesError {}

impl Rules {
    /// Checks the order of the signals and indexes them.
    pub fn new(signals: Vec<Signal>, definitions: &Definitions) -> Result<Self, RulesError> {
        if signals.len() > MOST_SIGNALS {
            return Err(RulesError::TooMany(signals.len()));
        }
        let mut names: Vec<&str> = signals.iter().map(|signal| signal.name.as_str()).collect();
        names.sort_unstable();
        if let Some((twice, _)) = names.iter().zip(names.iter().skip(1)).find(|(a, b)| a == b) {
            return Err(RulesError::Repeated((*twice).to_owned()));
        }
        let mut rules = Self {
            readers: vec![Vec::new(); signals.len()],
            steady: Vec::with_capacity(signals.len()),
            by_event: BTreeMap::new(),
            by_session: Vec::new(),
            by_fact: Vec::new(),
            signals: Vec::new(),
        };
        for (place, signal) in signals.iter().enumerate() {
            let number = u16::try_from(place).map_err(|_| RulesError::TooMany(place))?;
            rules.index(number, signal, definitions)?;
        }
        rules.signals = signals;
        let readers = rules.readers_by_feature();
        let readers_of_any = |features: &[u16]| {
            let lists = features.iter().filter_map(|feature| readers.get(feature));
            let mut all: Vec<u16> = lists.flatten().copied().collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        for name in definitions.events() {
            let touched = readers_of_any(&definitions.features_of(name));
            if !touched.is_empty() {
                rules.by_event.insert(name.to_owned(), touched);
            }
        }
        rules.by_session = readers_of_any(definitions.session_features());
        Ok(rules)
    }

    fn index(
        &mut self,
        number: u16,
        signal: &Signal,
        definitions: &Definitions,
    ) -> Result<(), RulesError> {
        let read = signal.features();
        for feature in read.iter().chain(&signal.values) {
            let Some(feature) = definitions.feature(*feature) else {
                return Err(RulesError::NoSuchFeature(signal.name.clone()));
            };
            if let Feature::Signal(other) | Feature::SignalAge(other) = feature {
                if *other >= number {
                    return Err(RulesError::Order(signal.name.clone()));
                }
                if let Some(readers) = self.readers.get_mut(usize::from(*other))
                    && readers.last() != Some(&number)
                {
                    readers.push(number);
                }
            }
        }
        let features = || read.iter().filter_map(|feature| definitions.feature(*feature));
        if !signal.programs().all(|program| paces_plainly(program, definitions)) {
            return Err(RulesError::Pace(signal.name.clone()));
        }
        let mut moving = features().map(Feature::motion).filter(|motion| *motion != Motion::Still);
        let steady = matches!(moving.next(), None | Some(Motion::Steps(_)));
        self.steady.push(steady && moving.next().is_none());
        if features().any(Feature::is_of_facts) {
            self.by_fact.push(number);
        }
        Ok(())
    }

    /// For each feature, the signals whose conditions read it.
    fn readers_by_feature(&self) -> BTreeMap<u16, Vec<u16>> {
        let mut readers: BTreeMap<u16, Vec<u16>> = BTreeMap::new();
        for (place, signal) in self.signals.iter().enumerate() {
            let Ok(number) = u16::try_from(place) else { break };
            for feature in signal.features() {
                readers.entry(feature).or_default().push(number);
            }
        }
        readers
    }

    /// The signals, in the order of their numbers.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// The signal with that number.
    #[must_use]
    pub fn signal(&self, number: u16) -> Option<&Signal> {
        self.signals.get(usize::from(number))
    }

    /// The number of the signal of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u16> {
        let place = self.signals.iter().position(|signal| signal.name == name)?;
        u16::try_from(place).ok()
    }

    /// Signals that an event of that name can change.
    pub(crate) fn touched_by_event(&self, name: &str) -> &[u16] {
        self.by_event.get(name).map_or(&[], Vec::as_slice)
    }

    /// Signals that any doing of the person can change, since it lengthens a session.
    pub(crate) fn touched_by_session(&self) -> &[u16] {
        &self.by_session
    }

    /// Signals that a fact or the context can change.
    pub(crate) fn touched_by_facts(&self) -> &[u16] {
        &self.by_fact
    }

    /// Whether an event cannot make time change this signal earlier than it would have: what it
    /// adds to the one window that the signal reads leaves it later than all that is in it already.
    pub(crate) fn is_steady(&self, number: u16) -> bool {
        self.steady.get(usize::from(number)).copied().unwrap_or(false)
    }

    /// Signals that read this one.
    pub(crate) fn readers(&self, number: u16) -> &[u16] {
        self.readers.get(usize::from(number)).map_or(&[], Vec::as_slice)
    }
}

/// Whether each growing duration stands in a comparison with a constant or with another one that
/// grows, and each shrinking one in a comparison with a constant: then the thresholds tell when the
/// condition can change.
fn paces_plainly(program: &Program, definitions: &Definitions) -> bool {
    let motion = |op: Option<&Op>| match op {
        Some(Op::Feature(number)) => definitions.feature(*number).map(|feature| match feature {
            Feature::FunnelAge(_) => Motion::Grows,
            feature => feature.motion(),
        }),
        _ => None,
    };
    let constant = |op: Option<&Op>| matches!(op, Some(Op::Integer(_)));
    let compares = |op: Option<&Op>| matches!(op, Some(Op::Compare(_)));
    let ops = program.ops();
    (0..ops.len()).all(|place| {
        let plain = |op: Option<&Op>| match motion(ops.get(place)) {
            Some(Motion::Grows) => constant(op) || motion(op) == Some(Motion::Grows),
            Some(Motion::Shrinks) => constant(op),
            _ => true,
        };
        let moves = matches!(motion(ops.get(place)), Some(Motion::Grows | Motion::Shrinks));
        let left = plain(ops.get(place + 1)) && compares(ops.get(place + 2));
        let before = place.checked_sub(1).and_then(|before| ops.get(before));
        !moves || left || plain(before) && compares(ops.get(place + 1))
    })
}
