//! The order of core's layers.

use std::path::PathBuf;

use crate::layers::Violation;
use crate::layers::graph::{Edge, Graph};

/// Core's layers: each may use those before it.
const LAYERS: [&str; 16] = [
    "error", "random", "codec", "text", "time", "crypto", "event", "store", "privacy", "profile",
    "rules", "model", "guidance", "pack", "sync", "engine",
];

/// The layer's place in the order; `None` if the order does not know it.
fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|known| *known == layer)
}

/// Modules that stand in no layer, and uses against the order.
pub(super) fn violations(graph: &Graph) -> Vec<Violation> {
    let unknown = graph.modules.iter().filter_map(|(module, path)| {
        let layer = module.layer().filter(|layer| module.0.len() == 1 && rank(layer).is_none())?;
        let text = format!("{layer} stands in no layer; the layers are {}", LAYERS.join(", "));
        Some(Violation { path: path.clone(), line: 1, text })
    });
    unknown.chain(graph.edges.iter().filter_map(against_order)).collect()
}

fn against_order(edge: &Edge) -> Option<Violation> {
    let from = edge.from.layer()?;
    let violation =
        |text: String| Violation { path: PathBuf::clone(&edge.path), line: edge.line, text };
    let Some(to) = edge.to.layer() else {
        return Some(violation(format!(
            "{} uses an item of {}, which stands above all layers",
            edge.from, edge.to
        )));
    };
    let (mine, theirs) = (rank(from)?, rank(to)?);
    let text = || format!("{} uses {}: layer {to} comes after {from}", edge.from, edge.to);
    (theirs > mine).then(|| violation(text()))
}
