use staykit_core::event::{EventSpec, Priority, PropertySpec, PropertyType, Sensitivity};

use crate::defaults;
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, entries, flag};
use crate::rule::Tables;

use super::terms::choice;

const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("normal", Priority::Normal),
    ("high", Priority::High),
    ("critical", Priority::Critical),
];
const SENSITIVITIES: [(&str, Sensitivity); 3] = [
    ("technical", Sensitivity::Technical),
    ("behaviour", Sensitivity::Behaviour),
    ("sensitive", Sensitivity::Sensitive),
];
const TYPES: [(&str, PropertyType); 5] = [
    ("text", PropertyType::Text),
    ("integer", PropertyType::Integer),
    ("number", PropertyType::Number),
    ("flag", PropertyType::Flag),
    ("money", PropertyType::Money),
];

/// The events that the pack adds to the catalog, into `tables`.
pub(crate) fn events(pack: &Fields<'_>, tables: &mut Tables, problems: &mut Problems<'_>) {
    let Some(node) = pack.find("events") else {
        return;
    };
    for (name, node) in entries(node, "`events`", problems) {
        let Some(spec) = event(name, node, problems) else {
            continue;
        };
        match tables.catalog.add(spec.clone()) {
            Ok(()) => tables.events.push(spec),
            Err(error) => problems.add(name.spot, error.to_string()),
        }
    }
}

fn event(name: &Scalar, node: &Node, problems: &mut Problems<'_>) -> Option<EventSpec> {
    const KEYS: [&str; 5] = ["priority", "sensitivity", "durable", "ambient", "properties"];
    let mut spec = EventSpec::named(name.text.clone());
    spec.priority = defaults::EVENT_PRIORITY;
    spec.sensitivity = defaults::SENSITIVITY;
    if matches!(node.kind, crate::read::Kind::Nothing) {
        return Some(spec);
    }
    let fields = Fields::of(node, "an event", name.spot, &KEYS, problems)?;
    if let Some(node) = fields.find("priority") {
        spec.priority = choice(node, &PRIORITIES, problems)?;
    }
    spec.sensitivity = sensitivity(&fields, problems)?;
    if let Some(node) = fields.find("durable") {
        spec.durable = flag(node, problems)?;
    }
    if let Some(node) = fields.find("ambient") {
        spec.ambient = flag(node, problems)?;
    }
    if let Some(node) = fields.find("properties") {
        let each = entries(node, "`properties`", problems).iter();
        let properties = each.map(|(name, node)| property(name, node, problems));
        spec.properties = properties.collect::<Option<_>>()?;
    }
    Some(spec)
}

fn property(name: &Scalar, node: &Node, problems: &mut Problems<'_>) -> Option<PropertySpec> {
    let fields = Fields::of(node, "a property", name.spot, &["type", "sensitivity"], problems)?;
    let node = fields.need("type", "text, integer, number, flag or money", problems)?;
    Some(PropertySpec {
        name: name.text.clone().into(),
        kind: choice(node, &TYPES, problems)?,
        sensitivity: sensitivity(&fields, problems)?,
    })
}

fn sensitivity(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Sensitivity> {
    match fields.find("sensitivity") {
        Some(node) => choice(node, &SENSITIVITIES, problems),
        None => Some(defaults::SENSITIVITY),
    }
}
