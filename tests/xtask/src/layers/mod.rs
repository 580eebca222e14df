//! `cargo xtask layers`: the shape of the product's sources, read from the sources themselves.
//!
//! Core's modules stand in layers, and each uses earlier ones only; within a layer no modules use each other in a
//! circle; and no product file is over its length. A `pub use` of a module's own children is no use: a file that only
//! re-exports is seen through, to where the item is defined.

mod cycle;
mod graph;
mod length;
mod order;
mod source;
mod uses;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::failure::Failure;
use crate::layers::graph::Graph;
use crate::layers::source::Tree;
use crate::run::Run;
use crate::workspace::Workspace;

/// Where core's sources are.
const CORE: &str = "core/src";
/// The folders that hold product crates, at any depth.
const PRODUCT: [&str; 4] = ["core", "proto", "bindings", "examples"];

/// Something that must not be, and where.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: PathBuf,
    line: usize,
    text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path.display(), self.line, self.text)
    }
}

/// The command.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    println!("layers: {}", check(&workspace.root)?);
    Ok(ExitCode::SUCCESS)
}

/// The part.
pub(crate) fn part(run: &mut Run<'_>) -> Result<String, Failure> {
    run.say("reading the module graph");
    check(&run.workspace.root)
}

fn check(root: &Path) -> Result<String, Failure> {
    let core = Tree::read(root, Path::new(CORE))?;
    let mut violations = shape(&core);
    let mut files = 0;
    for folder in product_sources(root)? {
        let tree = Tree::read(root, &folder)?;
        files += tree.files.len();
        violations.extend(length::violations(&tree));
    }
    if violations.is_empty() {
        return Ok(format!("{} modules of core, {files} product files", core.files.len()));
    }
    violations.sort();
    Err(Failure::Found(violations.iter().map(Violation::to_string).collect()))
}

/// What is wrong with the graph of these modules.
fn shape(tree: &Tree) -> Vec<Violation> {
    let graph = Graph::of(tree);
    let mut violations = order::violations(&graph);
    violations.extend(cycle::violations(&graph));
    violations
}

/// The `src` folder of each product crate, relative to the root.
fn product_sources(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = PRODUCT.iter().map(PathBuf::from).collect();
    while let Some(folder) = open.pop() {
        let names = source::names_in(&root.join(&folder))?;
        if names.iter().any(|name| name == "Cargo.toml") {
            found.push(folder.join("src"));
        }
        let inner =
            names.iter().filter(|name| !["src", "target", "tests"].contains(&name.as_str()));
        open.extend(inner.map(|name| folder.join(name)).filter(|path| root.join(path).is_dir()));
    }
    found.sort();
    Ok(found)
}
