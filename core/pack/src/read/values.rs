use std::str::FromStr;

use super::{Kind, Node, Scalar};
use crate::problem::Problems;

/// A single value.
pub(crate) fn text<'n>(
    node: &'n Node,
    expected: &str,
    problems: &mut Problems<'_>,
) -> Option<&'n Scalar> {
    if let Kind::Scalar(scalar) = &node.kind {
        return Some(scalar);
    }
    problems.add(node.spot, format!("expected {expected}"));
    None
}

/// A whole number.
pub(crate) fn integer<T: FromStr>(
    node: &Node,
    expected: &str,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let scalar = text(node, expected, problems)?;
    let value = scalar.text.parse().ok();
    if value.is_none() {
        problems.add(scalar.spot, format!("expected {expected}"));
    }
    value
}

/// `true` or `false`.
pub(crate) fn flag(node: &Node, problems: &mut Problems<'_>) -> Option<bool> {
    let scalar = text(node, "true or false", problems)?;
    let value = scalar.text.parse().ok();
    if value.is_none() {
        problems.add(scalar.spot, "expected true or false");
    }
    value
}

/// The values of a list.
pub(crate) fn list<'n>(node: &'n Node, expected: &str, problems: &mut Problems<'_>) -> &'n [Node] {
    if let Kind::List(nodes) = &node.kind {
        return nodes;
    }
    problems.add(node.spot, format!("expected {expected}"));
    &[]
}

/// The values of a list, or the one value that stands in its place.
pub(crate) fn one_or_more(node: &Node) -> &[Node] {
    match &node.kind {
        Kind::List(nodes) => nodes,
        Kind::Nothing => &[],
        _ => std::slice::from_ref(node),
    }
}
