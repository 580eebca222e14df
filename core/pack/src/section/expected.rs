//! What an example expects.

use staykit_core::rules::TableKind;

use super::examples::instant;
use crate::example::{Expectation, Standing};
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, flag, text};
use crate::rule::Tables;
use crate::suggest;

pub(super) const EXPECTED: &str = "what is then: { at: ..., raised: true }, \
     { at: ..., tag: NAME, holds: true }, { at: ..., score: NAME, at_least: 70 } or \
     { at: ..., stage: NAME, is: ROW }";
const KEYS: [&str; 14] = [
    "at", "raised", "cleared", "holds", "at_least", "at_most", "is", "signal", "tag", "score",
    "segment", "stage", "level", "tier",
];
const SUBJECTS: [&str; 7] = ["signal", "tag", "score", "segment", "stage", "level", "tier"];

/// One thing that is expected; `owner` is the signal or tag that the example stands with.
pub(super) fn expectation(
    owner: Option<&str>,
    node: &Node,
    tables: &Tables,
    problems: &mut Problems<'_>,
) -> Option<Expectation> {
    let fields = Fields::of(node, "what is expected", node.spot, &KEYS, problems)?;
    let at = instant(&fields, problems);
    let subjects = SUBJECTS.into_iter().filter_map(|key| Some((key, fields.find(key)?)));
    let subjects: Vec<(&str, &Node)> = subjects.collect();
    let (of, is) = match (subjects.as_slice(), owner) {
        ([], Some(owner)) => (owner.to_owned(), stands(&fields, node, problems)?),
        ([(key, name)], _) => {
            let name = text(name, "a name", problems)?;
            let is = of_subject(key, name, &fields, node, (tables, problems))?;
            (name.text.clone(), is)
        }
        _ => {
            let message = format!("what is expected is {EXPECTED}");
            problems.add(node.spot, message);
            return None;
        }
    };
    let (line, _) = problems.source().place(node.spot.start);
    Some(Expectation { line, at: at?, of, is })
}

fn of_subject(
    key: &str,
    name: &Scalar,
    fields: &Fields<'_>,
    node: &Node,
    (tables, problems): (&Tables, &mut Problems<'_>),
) -> Option<Standing> {
    let kind = match key {
        "segment" => TableKind::Segment,
        "stage" => TableKind::Stage,
        "level" => TableKind::Level,
        "tier" => TableKind::Tier,
        "score" => {
            known("score", name, tables.scores.iter().map(String::as_str), problems)?;
            return score(fields, node, problems);
        }
        _ => {
            let tag = key == "tag";
            let names = tables.signals.iter().filter(|name| tables.tags.contains(*name) == tag);
            known(key, name, names.map(String::as_str), problems)?;
            return stands(fields, node, problems);
        }
    };
    let tables = || tables.rows.iter().filter(|table| table.kind == kind);
    known(key, name, tables().map(|table| table.name.as_str()), problems)?;
    let row = text(fields.need("is", "the row", problems)?, "the name of a row", problems)?;
    let table = tables().find(|table| table.name == name.text)?;
    known("row", row, table.rows.iter().map(String::as_str), problems)?;
    Some(Standing::Row { kind, row: row.text.clone() })
}

fn known<'t>(
    what: &str,
    name: &Scalar,
    mut names: impl Iterator<Item = &'t str> + Clone,
    problems: &mut Problems<'_>,
) -> Option<()> {
    if names.clone().any(|known| known == name.text) {
        return Some(());
    }
    let suggestion = suggest::quoted(&name.text, &mut names);
    problems.add_guessing(name.spot, format!("no such {what} in this pack"), suggestion);
    None
}

/// `raised`, `cleared` or `holds`.
fn stands(fields: &Fields<'_>, node: &Node, problems: &mut Problems<'_>) -> Option<Standing> {
    let given = ["raised", "holds", "cleared"].map(|key| fields.find(key));
    match given {
        [Some(node), None, None] | [None, Some(node), None] => {
            Some(if flag(node, problems)? { Standing::Raised } else { Standing::NotRaised })
        }
        [None, None, Some(node)] => {
            Some(if flag(node, problems)? { Standing::Cleared } else { Standing::Raised })
        }
        _ => {
            problems
                .add(node.spot, "what is expected has either `raised` or `cleared`, or `holds`");
            None
        }
    }
}

/// `at_least` or `at_most`, or both.
fn score(fields: &Fields<'_>, node: &Node, problems: &mut Problems<'_>) -> Option<Standing> {
    let mut points = |key| match fields.find(key) {
        Some(node) => number(node, problems).map(Some),
        None => Some(None),
    };
    let (at_least, at_most) = (points("at_least"), points("at_most"));
    let (at_least, at_most) = (at_least?, at_most?);
    if at_least.is_none() && at_most.is_none() {
        problems.add(node.spot, "a score is expected to be `at_least` or `at_most` so many points");
        return None;
    }
    Some(Standing::Score { at_least, at_most })
}

fn number(node: &Node, problems: &mut Problems<'_>) -> Option<f64> {
    let scalar = text(node, "points, 0 to 100", problems)?;
    let value = scalar.text.parse().ok().filter(|value| (0.0..=100.0).contains(value));
    if value.is_none() {
        problems.add(scalar.spot, "expected points, 0 to 100");
    }
    value
}
