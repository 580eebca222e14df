use staykit_core::profile::{Funnel, limits};

use super::terms;
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, entries, list};
use crate::rule::Tables;

/// The funnels of the pack, into `tables`.
pub(crate) fn funnels(pack: &Fields<'_>, tables: &mut Tables, problems: &mut Problems<'_>) {
    let Some(node) = pack.find("funnels") else {
        return;
    };
    for (name, node) in entries(node, "`funnels`", problems) {
        let funnel = funnel(name, node, tables, problems);
        tables.funnels.extend(funnel);
    }
}

fn funnel(
    name: &Scalar,
    node: &Node,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Funnel> {
    let fields = Fields::of(node, "a funnel", name.spot, &["steps", "within"], problems)?;
    let expected = format!("a list of 2 to {} events, in order", limits::FUNNEL_STEPS);
    let node = fields.need("steps", &expected, problems)?;
    let nodes = list(node, &expected, problems);
    if !(2..=limits::FUNNEL_STEPS).contains(&nodes.len()) {
        problems.add(node.spot, format!("expected {expected}"));
        return None;
    }
    let steps = nodes.iter().map(|node| terms::event(node, tables, problems)).collect();
    let within = fields
        .need("within", "how long after its first step an attempt ends", problems)
        .and_then(|node| terms::time(node, tables, problems).map(|ms| (node, ms)));
    if let Some((node, 0)) = within {
        problems.add(node.spot, "an attempt lasts longer than 0");
    }
    let (steps, within_ms): (Option<Vec<String>>, _) = (steps, within.map(|(_, ms)| ms));
    Some(Funnel { name: terms::name(name, problems)?, steps: steps?, within_ms: within_ms? })
}
