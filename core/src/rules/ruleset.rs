//! The rules of a pack and which of them a change can touch.

use std::collections::BTreeMap;

use super::error::RulesError;
use super::order::{Node, Order, Parts, Steps};
use super::program::{Op, Program};
use super::score::Score;
use super::signal::{MOST_SIGNALS, Signal};
use super::table::{Table, TableKind};
use crate::profile::{Definitions, Feature, Motion};

/// Most scores of one pack.
pub const MOST_SCORES: usize = 256;
/// Most tables of one pack.
pub const MOST_TABLES: usize = 256;

/// All signals, scores and tables of a pack, in one order in which each reads only those before
/// it, and the indexes that make an event evaluate only what it can change.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    signals: Vec<Signal>,
    scores: Vec<Score>,
    tables: Vec<Table>,
    order: Order,
    /// These hold places in the order, of signals and tables.
    by_event: BTreeMap<String, Vec<u16>>,
    by_session: Vec<u16>,
    by_fact: Vec<u16>,
    readers: Vec<Vec<u16>>,
    all_tables: Vec<u16>,
}

impl Rules {
    /// Checks the order of signals, scores and tables and indexes them.
    pub fn new(
        signals: Vec<Signal>,
        scores: Vec<Score>,
        tables: Vec<Table>,
        definitions: &Definitions,
    ) -> Result<Self, RulesError> {
        at_most("signals", signals.len(), MOST_SIGNALS)?;
        at_most("scores", scores.len(), MOST_SCORES)?;
        at_most("tables", tables.len(), MOST_TABLES)?;
        let parts = Parts { signals: &signals, scores: &scores, tables: &tables };
        check_names(&parts)?;
        let order = Order::new(&parts, definitions)?;
        for node in order.nodes() {
            if !moves_plainly(&parts, *node, definitions) {
                return Err(RulesError::Pace(parts.label(*node)));
            }
        }
        let mut rules = Self {
            readers: vec![Vec::new(); order.nodes().len()],
            by_event: BTreeMap::new(),
            by_session: Vec::new(),
            by_fact: Vec::new(),
            all_tables: Vec::new(),
            signals,
            scores,
            tables,
            order,
        };
        rules.index(definitions);
        Ok(rules)
    }

    fn index(&mut self, definitions: &Definitions) {
        let mut by_feature: BTreeMap<u16, Vec<u16>> = BTreeMap::new();
        for place in 0..self.len() {
            match self.order.node(place) {
                // Calculated whenever it is read.
                Some(Node::Score(_)) | None => continue,
                Some(Node::Table(_)) => self.all_tables.push(place),
                Some(Node::Signal(_)) => {}
            }
            for number in self.features(place) {
                by_feature.entry(number).or_default().push(place);
                let Some(feature) = definitions.feature(number) else { continue };
                if feature.is_of_facts() && self.by_fact.last() != Some(&place) {
                    self.by_fact.push(place);
                }
                let read = node_read(feature).and_then(|node| self.order.place(node));
                let readers = read.and_then(|read| self.readers.get_mut(usize::from(read)));
                if let Some(readers) = readers.filter(|readers| readers.last() != Some(&place)) {
                    readers.push(place);
                }
            }
        }
        let readers_of_any = |features: &[u16]| {
            let lists = features.iter().filter_map(|feature| by_feature.get(feature));
            let mut all: Vec<u16> = lists.flatten().copied().collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        for name in definitions.events() {
            let touched = readers_of_any(&definitions.features_of(name));
            if !touched.is_empty() {
                self.by_event.insert(name.to_owned(), touched);
            }
        }
        self.by_session = readers_of_any(definitions.session_features());
    }

    /// Features that a node reads, and that what it calculates reads, each once.
    fn features(&self, place: u16) -> Vec<u16> {
        let mut all = Vec::new();
        for node in self.order.calculated(place) {
            self.parts().visit(node, |program, _| all.extend_from_slice(program.features()));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The signals and tags, in the order of their numbers.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// The scores, in the order of their numbers.
    #[must_use]
    pub fn scores(&self) -> &[Score] {
        &self.scores
    }

    /// The tables, in the order of their numbers.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The signal with that number.
    #[must_use]
    pub fn signal(&self, number: u16) -> Option<&Signal> {
        self.signals.get(usize::from(number))
    }

    /// The score with that number.
    #[must_use]
    pub fn score(&self, number: u16) -> Option<&Score> {
        self.scores.get(usize::from(number))
    }

    /// The table with that number.
    #[must_use]
    pub fn table(&self, number: u16) -> Option<&Table> {
        self.tables.get(usize::from(number))
    }

    /// The number of the signal of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u16> {
        let place = self.signals.iter().position(|signal| signal.name == name)?;
        u16::try_from(place).ok()
    }

    /// The number of the score of that name.
    #[must_use]
    pub fn find_score(&self, name: &str) -> Option<u16> {
        let place = self.scores.iter().position(|score| score.name == name)?;
        u16::try_from(place).ok()
    }

    /// The number of the table of that kind and name.
    #[must_use]
    pub fn find_table(&self, kind: TableKind, name: &str) -> Option<u16> {
        let found = |table: &Table| table.kind == kind && table.name == name;
        u16::try_from(self.tables.iter().position(found)?).ok()
    }

    fn parts(&self) -> Parts<'_> {
        Parts { signals: &self.signals, scores: &self.scores, tables: &self.tables }
    }

    /// How many signals, scores and tables there are.
    pub(crate) fn len(&self) -> u16 {
        u16::try_from(self.order.nodes().len()).unwrap_or(u16::MAX)
    }

    /// What stands at a place in the order.
    pub(crate) fn node(&self, place: u16) -> Option<Node> {
        self.order.node(place)
    }

    /// The place of a node.
    pub(super) fn place(&self, node: Node) -> Option<u16> {
        self.order.place(node)
    }

    /// Shows every program that takes part in the evaluation of what stands at a place.
    pub(super) fn visit<'a>(&'a self, place: u16, mut see: impl FnMut(&'a Program, Steps<'a>)) {
        for node in self.order.calculated(place) {
            self.parts().visit(node, &mut see);
        }
    }

    /// Places of what an event of that name can change.
    pub(crate) fn touched_by_event(&self, name: &str) -> &[u16] {
        self.by_event.get(name).map_or(&[], Vec::as_slice)
    }

    /// Places of what any doing of the person can change, since it lengthens a session.
    pub(crate) fn touched_by_session(&self) -> &[u16] {
        &self.by_session
    }

    /// Places of what a fact or the context can change.
    pub(crate) fn touched_by_facts(&self) -> &[u16] {
        &self.by_fact
    }

    /// Places of the tables: the first event puts the person into a row of each.
    pub(crate) fn places_of_tables(&self) -> &[u16] {
        &self.all_tables
    }

    /// Places of what reads the signal or table at this place.
    pub(crate) fn readers(&self, place: u16) -> &[u16] {
        self.readers.get(usize::from(place)).map_or(&[], Vec::as_slice)
    }
}

fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), RulesError> {
    if found > limit { Err(RulesError::TooMany { what, found, limit }) } else { Ok(()) }
}

/// Whether names are unique within their kind, and scores and tables have what they need.
fn check_names(parts: &Parts<'_>) -> Result<(), RulesError> {
    let sound = |node: Node| match node {
        Node::Signal(_) => true,
        Node::Score(n) => parts.scores.get(usize::from(n)).is_none_or(Score::is_sound),
        Node::Table(n) => parts.tables.get(usize::from(n)).is_none_or(Table::is_sound),
    };
    let count = |of: usize| u16::try_from(of).unwrap_or(u16::MAX);
    let signals = (0..count(parts.signals.len())).map(Node::Signal);
    let scores = (0..count(parts.scores.len())).map(Node::Score);
    let tables = (0..count(parts.tables.len())).map(Node::Table);
    let mut labels = Vec::new();
    for node in signals.chain(scores).chain(tables) {
        if !sound(node) {
            return Err(RulesError::Unsound(parts.label(node)));
        }
        labels.push(parts.label(node));
    }
    labels.sort_unstable();
    match labels.iter().zip(labels.iter().skip(1)).find(|(a, b)| a == b) {
        Some((twice, _)) => Err(RulesError::Repeated(twice.clone())),
        None => Ok(()),
    }
}

/// The node whose state a feature reads.
fn node_read(feature: &Feature) -> Option<Node> {
    match feature {
        Feature::Signal(signal) | Feature::SignalAge(signal) => Some(Node::Signal(*signal)),
        Feature::Derived(derived) => derived.table().map(Node::Table),
        _ => None,
    }
}

/// Whether each growing duration of a node is used such that the instants at which it matters can
/// be told.
fn moves_plainly(parts: &Parts<'_>, node: Node, definitions: &Definitions) -> bool {
    let mut plainly = true;
    parts.visit(node, |program, steps| {
        plainly &= match steps {
            Steps::Own => paces_plainly(program, definitions),
            Steps::Points(_) | Steps::Rows(_) => {
                program.ops().count() == 1 || still(program, definitions)
            }
            Steps::None => still(program, definitions),
        };
    });
    plainly
}

fn still(program: &Program, definitions: &Definitions) -> bool {
    let mut features = program.features().iter();
    !features.any(|number| definitions.feature(*number).is_some_and(Feature::flows))
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
    let ops: Vec<_> = program.ops().collect();
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
