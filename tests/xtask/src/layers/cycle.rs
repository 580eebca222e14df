//! Modules that use each other in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::layers::Violation;
use crate::layers::graph::{Edge, Graph};
use crate::layers::source::Module;

/// The shortest circle through each module, each circle once. A circle through several layers holds a use against
/// their order, and is reported as that.
pub(super) fn violations(graph: &Graph) -> Vec<Violation> {
    let mut uses: BTreeMap<&Module, Vec<&Edge>> = BTreeMap::new();
    for edge in graph.edges.iter().filter(|edge| edge.from.layer() == edge.to.layer()) {
        uses.entry(&edge.from).or_default().push(edge);
    }
    let mut seen = BTreeSet::new();
    let circles = uses.keys().filter_map(|module| shortest_circle(&uses, module));
    circles
        .filter(|circle| seen.insert(circle.iter().map(|edge| &edge.from).collect::<BTreeSet<_>>()))
        .filter_map(|circle| report(&circle))
        .collect()
}

/// Breadth first from the module back to itself.
fn shortest_circle<'a>(
    uses: &BTreeMap<&Module, Vec<&'a Edge>>,
    start: &Module,
) -> Option<Vec<&'a Edge>> {
    let mut came_by: BTreeMap<&Module, &Edge> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(module) = open.pop_front() {
        for edge in uses.get(module).into_iter().flatten().copied() {
            if came_by.contains_key(&edge.to) {
                continue;
            }
            came_by.insert(&edge.to, edge);
            if edge.to == *start {
                return Some(walk_back(&came_by, start));
            }
            open.push_back(&edge.to);
        }
    }
    None
}

fn walk_back<'a>(came_by: &BTreeMap<&Module, &'a Edge>, start: &Module) -> Vec<&'a Edge> {
    let mut circle = Vec::new();
    let mut module = start;
    while let Some(edge) = came_by.get(module).copied() {
        circle.push(edge);
        module = &edge.from;
        if module == start {
            break;
        }
    }
    circle.reverse();
    circle
}

fn report(circle: &[&Edge]) -> Option<Violation> {
    let first = circle.first()?;
    let step = |edge: &&Edge| {
        format!("\n    {}:{}: {} uses {}", edge.path.display(), edge.line, edge.from, edge.to)
    };
    let steps: String = circle.iter().map(step).collect();
    let text = format!("{} modules use each other in a circle{steps}", circle.len());
    Some(Violation { path: first.path.clone(), line: first.line, text })
}
