//! Looks for values of the features under which conditions hold.

use std::collections::BTreeMap;

use staykit_core::profile::{Derived, Events, Feature, Window};
use staykit_core::rules::Relation;

use super::domain::{self, span_ms};
use super::range::{Range, opposite};
use super::tree::{Test, Tree};
use crate::rule::Tables;

/// Steps that all questions about a pack may take together, so that a hostile one ends: real packs
/// take a thousandth.
#[derive(Debug)]
pub(crate) struct Budget(u32);

impl Default for Budget {
    fn default() -> Self {
        Self(1_000_000)
    }
}

/// Most steps of one question.
const MOST_STEPS: u32 = 5_000;

/// What is wanted of a condition.
pub(super) type Goal<'t> = (&'t Tree, bool);

/// What is known of the features so far.
#[derive(Clone, Default)]
pub(super) struct Known(BTreeMap<u16, Range>);

/// Whether the conditions may all be as wanted at once; `true` if it is not known.
pub(super) fn possible(goals: &[Goal<'_>], known: Known, tables: &mut Tables) -> bool {
    let most = MOST_STEPS.min(tables.budget.0);
    let mut search = Search { tables, steps: most };
    let found = search.possible(goals.to_vec(), Vec::new(), known);
    let taken = most - search.steps;
    tables.budget.0 -= taken;
    found
}

struct Search<'t> {
    tables: &'t Tables,
    steps: u32,
}

impl Search<'_> {
    /// First what follows without a choice, then each side of what is `open`.
    fn possible<'g>(
        &mut self,
        mut goals: Vec<Goal<'g>>,
        mut open: Vec<(Goal<'g>, Goal<'g>)>,
        mut known: Known,
    ) -> bool {
        while let Some((tree, wanted)) = goals.pop() {
            if self.steps == 0 {
                return true;
            }
            self.steps -= 1;
            match (tree, wanted) {
                (Tree::And(a, b), true) | (Tree::Or(a, b), false) => {
                    goals.extend([(&**a, wanted), (&**b, wanted)]);
                }
                (Tree::And(a, b), false) | (Tree::Or(a, b), true) => {
                    open.push(((a, wanted), (b, wanted)));
                }
                (Tree::Not(of), _) => goals.push((of, !wanted)),
                (Tree::Flag(flag), _) if *flag != wanted => return false,
                (Tree::Test(test), _) if !known.take(*test, wanted, self.tables) => return false,
                _ => {}
            }
        }
        let Some((left, right)) = open.pop() else { return true };
        [left, right].into_iter().any(|side| self.possible(vec![side], open.clone(), known.clone()))
    }
}

impl Known {
    /// Adds that a test holds, or that it does not; `false` if that cannot be.
    pub(super) fn take(&mut self, test: Test, holds: bool, tables: &Tables) -> bool {
        let relation = if holds { test.relation } else { opposite(test.relation) };
        self.narrow(test.feature, relation, test.constant, tables) && self.agrees(tables)
    }

    pub(super) fn narrow(
        &mut self,
        feature: u16,
        relation: Relation,
        constant: f64,
        tables: &Tables,
    ) -> bool {
        let Some(definition) = tables.features.get(usize::from(feature)) else { return true };
        let range = self.0.entry(feature).or_insert_with(|| domain::of(definition, tables));
        range.narrow(relation, constant);
        !range.is_empty()
    }

    /// Whether what is known of different features goes together.
    fn agrees(&mut self, tables: &Tables) -> bool {
        let known: Vec<(u16, &Feature, Range)> = self
            .0
            .iter()
            .filter_map(|(number, range)| {
                Some((*number, tables.features.get(usize::from(*number))?, *range))
            })
            .collect();
        for (_, one, range) in known.iter().filter(|(_, _, range)| range.low >= 1.0) {
            for (number, other, other_range) in &known {
                let both = range.low >= 1.0 && other_range.low >= 1.0;
                if both && exclude(one, other) {
                    return false;
                }
                if let Some(span) = happened_within(one)
                    && since(other) == Some(span.0)
                    && !self.narrow(*number, Relation::LessOrEqual, span_ms(span.1), tables)
                {
                    return false;
                }
            }
        }
        true
    }
}

/// Whether two flags never hold at once: one thing that is two texts.
fn exclude(one: &Feature, other: &Feature) -> bool {
    match (one, other) {
        (Feature::FactIs(a), Feature::FactIs(b))
        | (Feature::ContextIs(a), Feature::ContextIs(b)) => a.key == b.key && a.text != b.text,
        (
            Feature::Derived(Derived::Is { table: a, row: of_a }),
            Feature::Derived(Derived::Is { table: b, row: of_b }),
        ) => a == b && of_a != of_b,
        _ => false,
    }
}

/// The events of which there was one in the window, if the feature is at least 1.
fn happened_within(feature: &Feature) -> Option<(&Events, Window)> {
    match feature {
        Feature::Count { events, window } => Some((events, *window)),
        _ => None,
    }
}

/// The events since which it is.
fn since(feature: &Feature) -> Option<&Events> {
    match feature {
        Feature::SinceLast(events) | Feature::Absent(events) => Some(events),
        _ => None,
    }
}
