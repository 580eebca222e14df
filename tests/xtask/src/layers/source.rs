//! The modules of a crate as they stand in its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

use crate::failure::Failure;
use crate::layers::length;
use crate::layers::uses::{Uses, is_test_only};

/// A module that has a file, by its path below the crate; the crate's root is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Module(pub(super) Vec<String>);

impl Module {
    /// The layer it stands in; none for the crate's root.
    pub(super) fn layer(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    /// The module of this name inside it.
    pub(super) fn child(&self, name: &str) -> Self {
        Self(self.0.iter().map(String::as_str).chain([name]).map(str::to_owned).collect())
    }

    /// Whether it is `other` or stands inside it.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// `src/a.rs` and `src/a/mod.rs` are `a`; `src/lib.rs` and `src/main.rs` are the root.
    fn of_file(below_source: &Path) -> Self {
        let mut names: Vec<String> = below_source
            .with_extension("")
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        let ends_in_facade = match names.as_slice() {
            [only] => only == "lib" || only == "main",
            [.., last] => last == "mod",
            [] => false,
        };
        if ends_in_facade {
            names.pop();
        }
        Self(names)
    }
}

impl fmt::Display for Module {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            out.write_str("the crate's root")
        } else {
            out.write_str(&self.0.join("::"))
        }
    }
}

/// A file of the product.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Where it is, from the root of the repository.
    pub(super) path: PathBuf,
    /// How many lines it has before its tests.
    pub(super) lines: usize,
    /// What it uses and imports.
    pub(super) uses: Uses,
}

/// The files of a crate, without those that exist for tests only.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) files: BTreeMap<Module, SourceFile>,
}

impl Tree {
    /// Reads every `.rs` file below `source`, a folder named from `root`.
    pub(super) fn read(root: &Path, source: &Path) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        let mut for_tests = BTreeSet::new();
        for path in rust_files(root, source)? {
            let module = Module::of_file(path.strip_prefix(source).unwrap_or(&path));
            let (file, only_tests) = read_file(root, path, &module)?;
            for_tests.extend(only_tests);
            files.insert(module, file);
        }
        files.retain(|module, _| !for_tests.iter().any(|tests| module.is_within(tests)));
        Ok(Self { files })
    }
}

/// The file, and the modules that it declares for tests only.
fn read_file(
    root: &Path,
    path: PathBuf,
    module: &Module,
) -> Result<(SourceFile, Vec<Module>), Failure> {
    let full = root.join(&path);
    let text = std::fs::read_to_string(&full).map_err(Failure::file("read", &full))?;
    let parsed = syn::parse_file(&text).map_err(|error| {
        Failure::Found(vec![format!("{}:{}: {error}", path.display(), error.span().start().line)])
    })?;
    let mut uses = Uses::of_module(module);
    uses.visit_file(&parsed);
    let lines = length::product_lines(&text, &parsed);
    let only_tests = parsed.items.iter().filter_map(|item| match item {
        syn::Item::Mod(inner) if is_test_only(&inner.attrs) => {
            Some(module.child(&inner.ident.to_string()))
        }
        _ => None,
    });
    Ok((SourceFile { path, lines, uses }, only_tests.collect()))
}

/// The `.rs` files below a folder, named from `root`, in order.
fn rust_files(root: &Path, source: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut open = vec![source.to_owned()];
    while let Some(folder) = open.pop() {
        for name in names_in(&root.join(&folder))? {
            let path = folder.join(name);
            if root.join(&path).is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The names in a folder, in order; none if the folder does not exist.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>, Failure> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).map_err(Failure::file("list", folder))?;
    let names: Result<Vec<String>, std::io::Error> = entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect();
    let mut names = names.map_err(Failure::file("list", folder))?;
    names.sort();
    Ok(names)
}
