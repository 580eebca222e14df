//! Values that several sections have: names, durations, choices.

use staykit_core::pack::limits::NAMES;
use staykit_core::profile::limits::REACH_MS;
use staykit_core::time::DAY_MS;

use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, text};
use crate::rule::{Excerpt, Tables, duration, event_name, parse};
use crate::suggest;

/// A name that the author chose.
pub(super) fn name(scalar: &Scalar, problems: &mut Problems<'_>) -> Option<String> {
    let name = &scalar.text;
    if name.is_empty() || name.len() > NAMES.most || name.chars().any(char::is_control) {
        let message = format!("names have 1 to {} {}", NAMES.most, NAMES.unit);
        problems.add(scalar.spot, message);
        return None;
    }
    Some(name.clone())
}

/// A duration from nothing to as far back as the profile reaches.
pub(super) fn time(node: &Node, tables: &mut Tables, problems: &mut Problems<'_>) -> Option<i64> {
    let scalar = text(node, "a duration such as minutes(30), hours(4) or days(7)", problems)?;
    let excerpt = Excerpt::whole(scalar);
    let expr = parse(excerpt, problems)?;
    let ms = duration(excerpt, &expr, tables, problems)?;
    if ms > REACH_MS {
        problems.add(scalar.spot, format!("at most days({})", REACH_MS / DAY_MS));
        return None;
    }
    Some(ms)
}

/// The duration under `key`, or `default`.
pub(super) fn time_or(
    fields: &Fields<'_>,
    key: &str,
    default: i64,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<i64> {
    fields.find(key).map_or(Some(default), |node| time(node, tables, problems))
}

/// The name of an event.
pub(super) fn event(node: &Node, tables: &Tables, problems: &mut Problems<'_>) -> Option<String> {
    let scalar = text(node, "the name of an event", problems)?;
    event_name(&scalar.text, scalar.spot, tables, problems)
}

/// One of a few words.
pub(super) fn choice<T: Copy>(
    node: &Node,
    choices: &[(&str, T)],
    problems: &mut Problems<'_>,
) -> Option<T> {
    let names = || choices.iter().map(|(name, _)| *name);
    let scalar = text(node, &format!("one of {}", suggest::list(names())), problems)?;
    let found = choices.iter().find(|(name, _)| *name == scalar.text);
    if found.is_none() {
        let suggestion = suggest::quoted(&scalar.text, names());
        let message = format!("expected one of {}", suggest::list(names()));
        problems.add_guessing(scalar.spot, message, suggestion);
    }
    found.map(|(_, value)| *value)
}
