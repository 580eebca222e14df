use staykit_core::event::PropertyType;
use staykit_core::event::limits::PROPERTY_NAME;
use staykit_core::profile::{Prediction, limits};

use super::terms;
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, entries, text};
use crate::rule::{Tables, event_name};
use crate::suggest;

const OF: &str = "an event and a property whose texts are the actions: screen_enter.screen";

/// The predictions of the pack, into `tables`.
pub(crate) fn predictions(pack: &Fields<'_>, tables: &mut Tables, problems: &mut Problems<'_>) {
    let Some(node) = pack.find("predictions") else {
        return;
    };
    let named = entries(node, "`predictions`", problems);
    if named.len() > limits::PREDICTIONS {
        problems.add(node.spot, format!("at most {} predictions", limits::PREDICTIONS));
    }
    for (name, node) in named {
        let prediction = prediction(name, node, tables, problems);
        tables.predictions.extend(prediction);
    }
}

fn prediction(
    name: &Scalar,
    node: &Node,
    tables: &Tables,
    problems: &mut Problems<'_>,
) -> Option<Prediction> {
    let fields = Fields::of(node, "a prediction", name.spot, &["of"], problems)?;
    let scalar = text(fields.need("of", OF, problems)?, OF, problems)?;
    let Some((event, property)) = scalar.text.rsplit_once('.') else {
        problems.add(scalar.spot, format!("expected {OF}"));
        return None;
    };
    let event = event_name(event, scalar.spot, tables, problems)?;
    if property.is_empty() || property.len() > PROPERTY_NAME.most {
        let message = format!("names of properties have 1 to {} bytes", PROPERTY_NAME.most);
        problems.add(scalar.spot, message);
        return None;
    }
    if let Some(spec) = tables.catalog.find(&event) {
        match spec.find(property) {
            Some(known) if known.kind != PropertyType::Text => {
                let message = format!("`{property}` of `{event}` is {}, not a text", known.kind);
                problems.add(scalar.spot, message);
                return None;
            }
            Some(_) => {}
            None => {
                let names = spec.properties.iter().map(|spec| &*spec.name);
                let suggestion = suggest::quoted(property, names);
                let message = format!("`{event}` has no known property `{property}`");
                problems.warn(scalar.spot, message, suggestion);
            }
        }
    }
    Some(Prediction { name: terms::name(name, problems)?, event, property: property.to_owned() })
}
