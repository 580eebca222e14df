use super::{Kind, Node, Scalar};
use crate::problem::Problems;
use crate::source::Spot;
use crate::suggest;

/// A map whose keys the schema knows.
pub(crate) struct Fields<'n> {
    entries: &'n [(Scalar, Node)],
    what: &'static str,
    owner: Spot,
}

impl<'n> Fields<'n> {
    /// Reads `node`, which is `what` and belongs to the name at `owner`. Keys that are not
    /// `known` are problems.
    pub(crate) fn of(
        node: &'n Node,
        what: &'static str,
        owner: Spot,
        known: &[&str],
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            let keys = suggest::list(known.iter().copied());
            problems.add(spot_or(node, owner), format!("{what} is a map with the keys {keys}"));
            return None;
        };
        for (key, _) in entries {
            if !known.contains(&key.text.as_str()) {
                let message = match suggest::nearest(&key.text, known.iter().copied()) {
                    Some(_) => format!("{what} has no such key"),
                    None => format!(
                        "{what} has no such key; it has {}",
                        suggest::list(known.iter().copied())
                    ),
                };
                let suggestion = suggest::quoted(&key.text, known.iter().copied());
                problems.add_guessing(key.spot, message, suggestion);
            }
        }
        Some(Self { entries, what, owner })
    }

    /// The value under `key`, if it is there and not empty.
    pub(crate) fn find(&self, key: &str) -> Option<&'n Node> {
        let (_, node) = self.entries.iter().find(|(found, _)| found.text == key)?;
        (!matches!(node.kind, Kind::Nothing)).then_some(node)
    }

    /// The value under `key`; without it, a problem that says what is `expected`.
    pub(crate) fn need(
        &self,
        key: &str,
        expected: &str,
        problems: &mut Problems<'_>,
    ) -> Option<&'n Node> {
        let found = self.find(key);
        if found.is_none() {
            let place = self.entries.iter().find(|(found, _)| found.text == key);
            let spot = place.map_or(self.owner, |(key, _)| key.spot);
            problems.add(spot, format!("{} needs `{key}`: {expected}", self.what));
        }
        found
    }
}

/// The entries of a map whose keys are names that the author chooses.
pub(crate) fn entries<'n>(
    node: &'n Node,
    what: &str,
    problems: &mut Problems<'_>,
) -> &'n [(Scalar, Node)] {
    match &node.kind {
        Kind::Map(entries) => entries,
        Kind::Nothing => &[],
        _ => {
            problems.add(node.spot, format!("{what} is a map: `name: ...` on each line"));
            &[]
        }
    }
}

fn spot_or(node: &Node, owner: Spot) -> Spot {
    match &node.kind {
        Kind::Scalar(scalar) => scalar.spot,
        _ => owner,
    }
}
