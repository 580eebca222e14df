//! `extends`: a pack that says only in what it differs from another.

use crate::limits;
use crate::problem::Problems;
use crate::read::{Kind, Node, Scalar, entries, list, read, text};
use crate::source::{Base, Source, Spot};
use crate::suggest;

/// The packs that are part of the product, by name, as they were written.
pub const BUILTIN: [(&str, &str); 5] = [
    ("retention", include_str!("../builtin/retention.yaml")),
    ("phone", include_str!("../builtin/phone.yaml")),
    ("watch", include_str!("../builtin/watch.yaml")),
    ("shop", include_str!("../builtin/shop.yaml")),
    ("fitness", include_str!("../builtin/fitness.yaml")),
];

const EXPECTED: &str = "a built-in pack, or a file beside this one";

/// The text of a pack, followed by that of the pack which it extends.
pub(crate) fn source(yaml: &str, beside: &dyn Fn(&str) -> Option<String>) -> Source {
    let source = Source::new(yaml);
    let Some((name, spot)) = extended(&source, yaml) else {
        return source;
    };
    let builtin = BUILTIN.iter().find(|(known, _)| *known == name);
    let found = builtin.map(|(_, yaml)| (*yaml).to_owned()).or_else(|| beside(&name));
    match found {
        Some(text) => source.extending(Base { file: file(name, builtin.is_some()), text, spot }),
        None => source,
    }
}

fn file(name: String, is_builtin: bool) -> String {
    if is_builtin { format!("{name}.yaml") } else { name }
}

/// The name after `extends`, if there is one. What is wrong with the rest is found later.
fn extended(source: &Source, yaml: &str) -> Option<(String, Spot)> {
    if yaml.len() > limits::YAML {
        return None;
    }
    let root = read(yaml, 0, &mut Problems::new(source))?;
    let Kind::Map(entries) = root.kind else { return None };
    let (_, node) = entries.into_iter().find(|(key, _)| key.text == "extends")?;
    match node.kind {
        Kind::Scalar(scalar) => Some((scalar.text, scalar.spot)),
        _ => None,
    }
}

/// The pack with all that it takes over; `None` after a problem.
pub(crate) fn resolve(mut own: Node, problems: &mut Problems<'_>) -> Option<Node> {
    let Kind::Map(fields) = &mut own.kind else { return Some(own) };
    let (extends, remove) = (take(fields, "extends"), take(fields, "remove"));
    let Some((key, extends)) = extends else {
        if let Some((key, _)) = remove {
            problems.add(key.spot, "`remove` is for a pack that extends another");
        }
        return Some(own);
    };
    let mut base = base(&key, &extends, problems)?;
    if let Kind::Map(entries) = &mut base.kind {
        entries.retain(|(key, _)| key.text != "pack" && key.text != "version");
        if let Some((_, remove)) = remove {
            removals(&remove, entries, problems);
        }
    }
    Some(merged(own, base))
}

fn take(entries: &mut Vec<(Scalar, Node)>, name: &str) -> Option<(Scalar, Node)> {
    let place = entries.iter().position(|(key, _)| key.text == name)?;
    Some(entries.remove(place))
}

fn base(key: &Scalar, extends: &Node, problems: &mut Problems<'_>) -> Option<Node> {
    let scalar = text(extends, EXPECTED, problems)?;
    let source = problems.source();
    let Some((base, from)) = source.base() else {
        let names = BUILTIN.iter().map(|(name, _)| *name);
        let message = format!("expected {EXPECTED}; built in are {}", suggest::list(names.clone()));
        problems.add_guessing(scalar.spot, message, suggest::quoted(&scalar.text, names));
        return None;
    };
    if base.text.len() > limits::YAML {
        let message = format!("{} bytes of YAML, at most {}", base.text.len(), limits::YAML);
        problems.add(scalar.spot, message);
        return None;
    }
    let root = read(&base.text, from, problems)?;
    let Kind::Map(entries) = &root.kind else {
        problems.add(root.spot, "a pack is a map");
        return None;
    };
    if entries.iter().any(|(key, _)| key.text == "extends") {
        let message = "extends another pack itself: extend that one";
        problems.add(key.spot, message);
        return None;
    }
    Some(root)
}

/// Takes out what the pack does without: `remove: { signals: [watch_unworn] }`.
fn removals(remove: &Node, sections: &mut [(Scalar, Node)], problems: &mut Problems<'_>) {
    for (section, names) in entries(remove, "`remove`", problems) {
        let found = sections.iter_mut().find(|(key, _)| key.text == section.text);
        let Some((_, Node { kind: Kind::Map(named), .. })) = found else {
            problems.add(section.spot, "no such section of names in the pack that this extends");
            continue;
        };
        for node in list(names, "a list of names", problems) {
            let Some(name) = text(node, "a name", problems) else { continue };
            if take(named, &name.text).is_none() {
                let known = named.iter().map(|(key, _)| key.text.as_str());
                let suggestion = suggest::quoted(&name.text, known);
                let message = "nothing of that name in the pack that this extends";
                problems.add_guessing(name.spot, message, suggestion);
            }
        }
    }
}

/// Maps are merged key by key; of all else the pack's own takes the place of the other.
fn merged(own: Node, base: Node) -> Node {
    match (own.kind, base.kind) {
        (Kind::Map(own_entries), Kind::Map(mut all)) => {
            for (key, node) in own_entries {
                match all.iter_mut().find(|(known, _)| known.text == key.text) {
                    Some(entry) => {
                        let nothing = Node { spot: entry.1.spot, kind: Kind::Nothing };
                        let before = std::mem::replace(&mut entry.1, nothing);
                        *entry = (key, merged(node, before));
                    }
                    None => all.push((key, node)),
                }
            }
            Node { spot: own.spot, kind: Kind::Map(all) }
        }
        (kind, _) => Node { spot: own.spot, kind },
    }
}
