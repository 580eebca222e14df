//! YAML with the place of every value.
//!
//! Of YAML, packs use maps, lists and single values. Anchors, aliases and tags are refused:
//! a pack says what it means where it stands, and no text of a few lines unfolds into millions.

mod fields;
mod scalar;
mod values;

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser, ScanError};

use crate::limits;
use crate::problem::Problems;
use crate::source::Spot;

pub(crate) use fields::{Fields, entries};
pub(crate) use scalar::Scalar;
pub(crate) use values::{flag, integer, list, one_or_more, text};

/// A value of the YAML and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) spot: Spot,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// No value: `key:` and nothing after it.
    Nothing,
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(Scalar, Node)>),
}

/// A list or map that is not complete yet.
enum Open {
    List(Spot, Vec<Node>),
    Map { spot: Spot, entries: Vec<(Scalar, Node)>, names: BTreeSet<String>, key: Option<Scalar> },
}

/// Reads the one document of a pack, which is `from` that character of the source on; `None` after
/// a problem that leaves nothing to go on with.
pub(crate) fn read(yaml: &str, from: usize, problems: &mut Problems<'_>) -> Option<Node> {
    let mut reader = Reader { open: Vec::new(), root: None, problems };
    for event in Parser::new_from_str(yaml) {
        match event {
            Ok((event, span)) => {
                let spot = Spot { start: from + span.start.index(), end: from + span.end.index() };
                reader.take(event, spot)?;
            }
            Err(error) => {
                reader.problems.add(spot_of(&error, from), format!("not YAML: {}", error.info()));
                return None;
            }
        }
    }
    reader.root
}

fn spot_of(error: &ScanError, from: usize) -> Spot {
    let at = from + error.marker().index();
    Spot { start: at, end: at }
}

struct Reader<'p, 'a> {
    open: Vec<Open>,
    root: Option<Node>,
    problems: &'p mut Problems<'a>,
}

impl Reader<'_, '_> {
    /// Takes the next event; `None` = give up.
    fn take(&mut self, event: Event<'_>, spot: Spot) -> Option<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_if(anchor > 0, spot, "anchors (&name) are not allowed in packs")?;
                self.refuse_if(tag.is_some(), spot, "tags (!name) are not allowed in packs")?;
                self.scalar(Scalar { text: text.into_owned(), style, spot })
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(anchor > 0 || tag.is_some(), Open::List(spot, Vec::new()), spot)
            }
            Event::MappingStart(anchor, tag) => {
                let (entries, names) = (Vec::new(), BTreeSet::new());
                let map = Open::Map { spot, entries, names, key: None };
                self.begin(anchor > 0 || tag.is_some(), map, spot)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.open.pop()? {
                    Open::List(spot, nodes) => Node { spot, kind: Kind::List(nodes) },
                    Open::Map { spot, entries, .. } => Node { spot, kind: Kind::Map(entries) },
                };
                self.add(node)
            }
            Event::Alias(_) => {
                self.refuse_if(true, spot, "aliases (*name) are not allowed in packs: write it out")
            }
            Event::DocumentStart(_) => {
                self.refuse_if(self.root.is_some(), spot, "a pack is one YAML document")
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Some(()),
        }
    }

    fn refuse_if(&mut self, wrong: bool, spot: Spot, message: &str) -> Option<()> {
        if wrong {
            self.problems.add(spot, message);
        }
        (!wrong).then_some(())
    }

    fn begin(&mut self, marked: bool, open: Open, spot: Spot) -> Option<()> {
        self.refuse_if(marked, spot, "anchors (&name) and tags (!name) are not allowed in packs")?;
        let deep = self.open.len() >= limits::NESTING;
        self.refuse_if(deep, spot, "nested too deeply")?;
        if let Some(Open::Map { key: None, .. }) = self.open.last() {
            self.refuse_if(true, spot, "a key is a single word, not a list or a map")?;
        }
        self.open.push(open);
        Some(())
    }

    /// Takes a single value, which is a key if the map above waits for one.
    fn scalar(&mut self, scalar: Scalar) -> Option<()> {
        let Some(Open::Map { names, key: key @ None, .. }) = self.open.last_mut() else {
            let empty = scalar.is_plain() && matches!(scalar.text.as_str(), "" | "~" | "null");
            let spot = scalar.spot;
            let kind = if empty { Kind::Nothing } else { Kind::Scalar(scalar) };
            return self.add(Node { spot, kind });
        };
        if !names.insert(scalar.text.clone()) {
            self.problems.add(scalar.spot, format!("key `{}` stands here twice", scalar.text));
        }
        *key = Some(scalar);
        Some(())
    }

    fn add(&mut self, node: Node) -> Option<()> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, nodes)) => nodes.push(node),
            Some(Open::Map { entries, key, .. }) => entries.push((key.take()?, node)),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
