//! Which module uses which: paths are followed through imports and re-exports to the file that defines the item.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::layers::source::{Module, SourceFile, Tree};
use crate::layers::uses::Written;

/// How many imports a path may lead through. An import may name itself (`use log::log`), so there must be an end.
const MAX_HOPS: usize = 16;

/// One module uses another.
#[derive(Debug)]
pub(super) struct Edge {
    /// Who uses.
    pub(super) from: Module,
    /// Who is used.
    pub(super) to: Module,
    /// The file of the first use.
    pub(super) path: PathBuf,
    /// The line of the first use.
    pub(super) line: usize,
}

/// The modules and who uses whom, in order, each pair once.
#[derive(Debug)]
pub(super) struct Graph {
    /// Each module's file.
    pub(super) modules: BTreeMap<Module, PathBuf>,
    /// The uses.
    pub(super) edges: Vec<Edge>,
}

impl Graph {
    /// Reads it off the sources.
    pub(super) fn of(tree: &Tree) -> Self {
        let mut edges: BTreeMap<(Module, Module), Edge> = BTreeMap::new();
        for (from, file) in &tree.files {
            for edge in edges_of(tree, from, file) {
                let known = edges.entry((edge.from.clone(), edge.to.clone()));
                known.and_modify(|first| first.line = first.line.min(edge.line)).or_insert(edge);
            }
        }
        let modules =
            tree.files.iter().map(|(module, file)| (module.clone(), file.path.clone())).collect();
        Self { modules, edges: edges.into_values().collect() }
    }
}

fn edges_of<'a>(
    tree: &'a Tree,
    from: &'a Module,
    file: &'a SourceFile,
) -> impl Iterator<Item = Edge> + 'a {
    file.uses.mentions.iter().filter_map(move |mention| {
        let to = follow(tree, from, &mention.path, MAX_HOPS)?;
        let passes_on = mention.is_reexport && to.is_within(from);
        let edge = Edge { from: from.clone(), to, path: file.path.clone(), line: mention.line };
        (edge.from != edge.to && !passes_on).then_some(edge)
    })
}

/// The module that defines what a path written in `module` means; `None` for other crates and local names.
fn follow(tree: &Tree, module: &Module, path: &Written, hops: usize) -> Option<Module> {
    let imports = &tree.files.get(module)?.uses.imports;
    match path {
        Written::Anchored(names) => descend(tree, Module::default(), names, hops),
        Written::Name(name) => follow(tree, module, imports.get(name)?, hops.checked_sub(1)?),
        Written::Relative(names) => {
            let first = names.first()?;
            let is_known =
                tree.files.contains_key(&module.child(first)) || imports.contains_key(first);
            is_known.then(|| descend(tree, module.clone(), names, hops))?
        }
    }
}

/// Walks down from `module`: through child modules, then imports, then globs; where all end, the item is defined.
fn descend(tree: &Tree, module: Module, names: &[String], hops: usize) -> Option<Module> {
    let hops = hops.checked_sub(1)?;
    let Some((first, rest)) = names.split_first() else {
        return Some(module);
    };
    let child = module.child(first);
    if tree.files.contains_key(&child) {
        return descend(tree, child, rest, hops);
    }
    let uses = &tree.files.get(&module)?.uses;
    if let Some(import) = uses.imports.get(first) {
        return follow(tree, &module, &followed_by(import, rest), hops);
    }
    let through_glob = |glob: &Written| {
        let inner = follow(tree, &module, glob, hops)?;
        let theirs = &tree.files.get(&inner)?.uses;
        let knows = theirs.items.contains(first) || theirs.imports.contains_key(first);
        (inner != module && knows).then(|| descend(tree, inner, names, hops))?
    };
    uses.globs.iter().find_map(through_glob).or(Some(module))
}

fn followed_by(path: &Written, rest: &[String]) -> Written {
    match path {
        Written::Anchored(names) => Written::Anchored([names, rest].concat()),
        Written::Relative(names) => Written::Relative([names, rest].concat()),
        Written::Name(name) => Written::Relative([std::slice::from_ref(name), rest].concat()),
    }
}
