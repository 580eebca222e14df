//! The one order in which signals, scores and tables are evaluated: each reads only what stands
//! before it.

use std::collections::{BTreeMap, BTreeSet};

use super::error::RulesError;
use super::limits::{MOST_DEPTH, MOST_WORK, MOST_WORK_OF_ALL};
use super::program::{Op, Program};
use super::score::{Scale, Score};
use super::signal::Signal;
use super::table::{Row, Table, TableKind};
use crate::profile::{Definitions, Derived, Feature};

/// One of the things that are evaluated, by its number among its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    Signal(u16),
    Score(u16),
    Table(u16),
}

/// Places of the nodes, and what they calculate on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Order {
    nodes: Vec<Node>,
    signals: Vec<u16>,
    scores: Vec<u16>,
    tables: Vec<u16>,
    /// By place, where there are any: places of the scores, and of the tables whose amounts, it calculates.
    through: BTreeMap<usize, Box<[u16]>>,
}

/// Signals, scores and tables that are about to become rules.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) signals: &'a [Signal],
    pub(super) scores: &'a [Score],
    pub(super) tables: &'a [Table],
}

impl Parts<'_> {
    /// How errors name it.
    pub(super) fn label(&self, node: Node) -> String {
        let at = |place: u16| usize::from(place);
        match node {
            Node::Signal(n) => self.signals.get(at(n)).map(|it| format!("signal `{}`", it.name)),
            Node::Score(n) => self.scores.get(at(n)).map(|it| format!("score `{}`", it.name)),
            Node::Table(n) => self.tables.get(at(n)).map(|it| format!("{} `{}`", it.kind, it.name)),
        }
        .unwrap_or_default()
    }

    /// Features that its texts show.
    fn values(&self, node: Node) -> Vec<u16> {
        let at = |number: u16| usize::from(number);
        match node {
            Node::Signal(n) => self.signals.get(at(n)).map(|it| it.values.clone()),
            Node::Score(n) => self.scores.get(at(n)).map(|it| it.values.clone()),
            Node::Table(n) => self
                .tables
                .get(at(n))
                .map(|it| it.rows.iter().flat_map(|row| row.values.clone()).collect()),
        }
        .unwrap_or_default()
    }

    /// Shows each program of a node, and where the values stand that a growing duration may pass.
    pub(super) fn visit<'a>(&self, node: Node, mut see: impl FnMut(&'a Program, Steps<'a>))
    where
        Self: 'a,
    {
        let Self { signals, scores, tables } = *self;
        let at = |number: u16| usize::from(number);
        match node {
            Node::Signal(number) => {
                let programs = signals.get(at(number)).into_iter().flat_map(Signal::programs);
                programs.for_each(|program| see(program, Steps::Own));
            }
            Node::Score(number) => {
                let factors = scores.get(at(number)).map_or(&[][..], |score| &score.factors);
                for factor in factors {
                    match &factor.scale {
                        Scale::Steps(steps) => see(&factor.of, Steps::Points(steps)),
                        Scale::Linear { .. } => see(&factor.of, Steps::None),
                    }
                }
            }
            Node::Table(number) => {
                let Some(table) = tables.get(at(number)) else { return };
                table.conditions().for_each(|program| see(program, Steps::Own));
                if let Some(of) = &table.of {
                    see(of, Steps::Rows(&table.rows));
                }
            }
        }
    }
}

/// Where the values stand that a growing duration may pass.
#[derive(Debug, Clone, Copy)]
pub(super) enum Steps<'a> {
    /// In the program.
    Own,
    /// In the steps of a factor.
    Points(&'a [(f64, i64)]),
    /// In the steps of levels.
    Rows(&'a [Row]),
    /// Nowhere: the points follow the value evenly.
    None,
}

impl Steps<'_> {
    /// Shows each of them.
    pub(super) fn visit(&self, (program, feature): (&Program, u16), mut see: impl FnMut(i64)) {
        match self {
            Self::Own => program.compared_with(feature).for_each(see),
            Self::Points(steps) => steps.iter().for_each(|(from, _)| see(instant(*from))),
            Self::Rows(rows) => rows.iter().for_each(|row| see(instant(row.from))),
            Self::None => {}
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast stops at the largest instant")]
fn instant(ms: f64) -> i64 {
    libm::ceil(ms) as i64
}

impl Order {
    /// Gives scores and tables the places they name, and signals those between, in their order.
    pub(super) fn new(parts: &Parts<'_>, definitions: &Definitions) -> Result<Self, RulesError> {
        let mut order = Self::placed(parts)?;
        let (mut work, mut depths, mut all) = (Vec::new(), Vec::new(), 0_usize);
        for place in 0..order.nodes.len() {
            let Some(node) = order.nodes.get(place).copied() else { break };
            let (own, depth, through) =
                order.measure(parts, (place, node), definitions, (&work, &depths))?;
            all = all.saturating_add(own);
            if own > MOST_WORK || depth > MOST_DEPTH || all > MOST_WORK_OF_ALL {
                return Err(RulesError::TooCostly(parts.label(node)));
            }
            work.push(own);
            depths.push(depth);
            if !through.is_empty() {
                order.through.insert(place, through.into_iter().collect());
            }
        }
        Ok(order)
    }

    fn placed(parts: &Parts<'_>) -> Result<Self, RulesError> {
        let Parts { signals, scores, tables } = parts;
        let total = signals.len() + scores.len() + tables.len();
        let mut places: Vec<Option<Node>> = vec![None; total];
        let numbered = (0..).zip(scores.iter()).map(|(n, it)| (Node::Score(n), it.place));
        let numbered =
            numbered.chain((0..).zip(tables.iter()).map(|(n, it)| (Node::Table(n), it.place)));
        for (node, place) in numbered {
            match places.get_mut(usize::from(place)) {
                Some(free @ None) => *free = Some(node),
                _ => return Err(RulesError::Place(parts.label(node))),
            }
        }
        let mut order = Self {
            nodes: Vec::with_capacity(total),
            signals: Vec::with_capacity(signals.len()),
            scores: vec![0; scores.len()],
            tables: vec![0; tables.len()],
            through: BTreeMap::new(),
        };
        for (place, taken) in (0..).zip(places) {
            let next = u16::try_from(order.signals.len()).unwrap_or(u16::MAX);
            let node = taken.unwrap_or(Node::Signal(next));
            match node {
                Node::Signal(_) => order.signals.push(place),
                Node::Score(number) => set(&mut order.scores, number, place),
                Node::Table(number) => set(&mut order.tables, number, place),
            }
            order.nodes.push(node);
        }
        Ok(order)
    }

    /// Work, depth and what it calculates of a node; an error if it reads what it cannot.
    fn measure(
        &self,
        parts: &Parts<'_>,
        (place, node): (usize, Node),
        definitions: &Definitions,
        (work, depths): (&[usize], &[usize]),
    ) -> Result<(usize, usize, BTreeSet<u16>), RulesError> {
        let missing = || RulesError::NoSuchFeature(parts.label(node));
        let mut own = 0_usize;
        let (mut depth, mut through) = (0, BTreeSet::new());
        let mut programs = Vec::new();
        parts.visit(node, |program, _| programs.push(program));
        for program in programs {
            own = own.saturating_add(program.ops().count());
            for op in program.ops() {
                let Op::Feature(number) = op else { continue };
                let feature = definitions.feature(number).ok_or_else(missing)?;
                let Some((read, calculates)) = self.read_by(parts, feature).ok_or_else(missing)?
                else {
                    continue;
                };
                if usize::from(read) >= place {
                    return Err(RulesError::Order(parts.label(node)));
                }
                if calculates {
                    let at = usize::from(read);
                    own = own.saturating_add(work.get(at).copied().unwrap_or(usize::MAX));
                    depth =
                        depth.max(depths.get(at).copied().unwrap_or(usize::MAX).saturating_add(1));
                    through.insert(read);
                    through.extend(self.through.get(&at).into_iter().flatten());
                }
                if own > MOST_WORK {
                    return Err(RulesError::TooCostly(parts.label(node)));
                }
            }
        }
        for value in parts.values(node) {
            let feature = definitions.feature(value).ok_or_else(missing)?;
            self.read_by(parts, feature).ok_or_else(missing)?;
        }
        Ok((own, depth, through))
    }

    /// The place of the node that a feature reads and whether it calculates it, if it reads one;
    /// no answer at all if there is no such node, row or level.
    #[expect(clippy::option_option, reason = "nothing to read is not the same as nothing there")]
    fn read_by(&self, parts: &Parts<'_>, feature: &Feature) -> Option<Option<(u16, bool)>> {
        let found = |places: &[u16], number: u16| places.get(usize::from(number)).copied();
        Some(Some(match feature {
            Feature::Signal(signal) | Feature::SignalAge(signal) => {
                (found(&self.signals, *signal)?, false)
            }
            Feature::Derived(Derived::Score(score)) => (found(&self.scores, *score)?, true),
            Feature::Derived(derived) => {
                let number = derived.table()?;
                let table = parts.tables.get(usize::from(number))?;
                let fits = match derived {
                    Derived::Is { row, .. } => usize::from(*row) < table.rows.len(),
                    Derived::Age(_) => true,
                    _ => matches!(table.kind, TableKind::Level | TableKind::Tier),
                };
                (found(&self.tables, number).filter(|_| fits)?, derived.calculates())
            }
            _ => return Some(None),
        }))
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn node(&self, place: u16) -> Option<Node> {
        self.nodes.get(usize::from(place)).copied()
    }

    /// The place of a node.
    pub(super) fn place(&self, node: Node) -> Option<u16> {
        let (places, number) = match node {
            Node::Signal(number) => (&self.signals, number),
            Node::Score(number) => (&self.scores, number),
            Node::Table(number) => (&self.tables, number),
        };
        places.get(usize::from(number)).copied()
    }

    /// Whatever a node calculates when it is evaluated: itself, and scores and amounts.
    pub(super) fn calculated(&self, place: u16) -> impl Iterator<Item = Node> {
        let through = self.through.get(&usize::from(place)).into_iter().flatten();
        std::iter::once(place).chain(through.copied()).filter_map(|place| self.node(place))
    }
}

fn set(places: &mut [u16], number: u16, place: u16) {
    if let Some(of) = places.get_mut(usize::from(number)) {
        *of = place;
    }
}
