//! Links in Markdown: each relative one leads to a file of the repository, each anchor to a heading.
//!
//! Links to other sites are not followed: the tests must pass without a network. And each promise
//! of a page names tests that exist.

mod page;
mod promises;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::failure::Failure;
use crate::links::page::{Link, Page};
use crate::run::Run;
use crate::tool;

/// The part.
pub(crate) fn part(run: &mut Run<'_>) -> Result<String, Failure> {
    tool::GIT.require(run.workspace)?;
    let listed = run.command({
        let mut git = run.workspace.command("git");
        // New files belong to the repository as soon as they are not ignored.
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        git
    })?;
    let root = &run.workspace.root;
    let files =
        listed.split('\0').map(PathBuf::from).filter(|file| root.join(file).is_file()).collect();
    check(root, &files)
}

/// Checks the Markdown among these files, which are named from `root`.
fn check(root: &Path, files: &BTreeSet<PathBuf>) -> Result<String, Failure> {
    let mut pages = BTreeMap::new();
    for file in
        files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "md"))
    {
        let full = root.join(file);
        let text = std::fs::read_to_string(&full).map_err(Failure::file("read", &full))?;
        pages.insert(file.as_path(), Page::read(&text));
    }
    let site = Site { root, files, pages };
    let mut faults = site.faults();
    let (promises, broken) = broken_promises(root, files)?;
    faults.extend(broken);
    if !faults.is_empty() {
        return Err(Failure::Found(faults));
    }
    let links: usize = site.pages.values().map(|page| page.links.len()).sum();
    let more = if promises > 0 { format!(", {promises} promises") } else { String::new() };
    Ok(format!("{links} links in {} files{more}", site.pages.len()))
}

/// How many promises there are, and those without a test.
fn broken_promises(
    root: &Path,
    files: &BTreeSet<PathBuf>,
) -> Result<(usize, Vec<String>), Failure> {
    let read = |file: &PathBuf| {
        let full = root.join(file);
        std::fs::read_to_string(&full).map_err(Failure::file("read", &full))
    };
    let is = |kind: &'static str| {
        move |file: &&PathBuf| file.extension().is_some_and(|extension| extension == kind)
    };
    let mut tests = BTreeSet::new();
    for file in files.iter().filter(is("rs")) {
        tests.append(&mut promises::tests_in(&read(file)?));
    }
    let (mut count, mut faults) = (0, Vec::new());
    for file in files.iter().filter(is("md")) {
        for promise in promises::read(&read(file)?) {
            count += 1;
            let at = format!("{}:{}", file.display(), promise.line);
            if promise.tests.is_empty() {
                faults.push(format!("{at}: names no test that proves it"));
            }
            let missing = promise.tests.iter().filter(|test| !tests.contains(*test));
            faults.extend(missing.map(|test| format!("{at}: no test {test}")));
        }
    }
    Ok((count, faults))
}

/// The repository as a reader sees it.
struct Site<'a> {
    root: &'a Path,
    files: &'a BTreeSet<PathBuf>,
    pages: BTreeMap<&'a Path, Page>,
}

impl Site<'_> {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (path, page) in &self.pages {
            let wrong = page.links.iter().filter_map(|link| Some((link, self.fault(path, link)?)));
            faults.extend(wrong.map(|(link, why)| {
                format!("{}:{}: {}: {why}", path.display(), link.line, link.to)
            }));
        }
        faults
    }

    /// What is wrong with a link on the page at `from`.
    fn fault(&self, from: &Path, link: &Link) -> Option<String> {
        if !link.is_defined {
            return Some("no such link reference".to_owned());
        }
        if is_elsewhere(&link.to) {
            return None;
        }
        let (to, anchor) = link.to.split_once('#').unwrap_or((&link.to, ""));
        let Some(target) = resolve(from, &decode(to)) else {
            return Some("leads out of the repository".to_owned());
        };
        if !self.exists(&target) {
            return Some(format!("no {} in the repository", target.display()));
        }
        if anchor.is_empty() || self.has_anchor(&target, &decode(anchor)) {
            return None;
        }
        Some(format!("no #{anchor} in {}", target.display()))
    }

    fn exists(&self, target: &Path) -> bool {
        self.files.contains(target) || self.files.iter().any(|file| file.starts_with(target))
    }

    /// A heading of a page, or a line of any other file.
    fn has_anchor(&self, target: &Path, anchor: &str) -> bool {
        if let Some(page) = self.pages.get(target) {
            return page.anchors.contains(anchor);
        }
        let Some(Ok(line)) = anchor.strip_prefix('L').map(str::parse::<usize>) else {
            return false;
        };
        let text = std::fs::read_to_string(self.root.join(target)).unwrap_or_default();
        (1..=text.lines().count()).contains(&line)
    }
}

/// Whether a link has a scheme (`https:`, `mailto:`).
fn is_elsewhere(to: &str) -> bool {
    let scheme = to.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+')
    }) || to.starts_with("//")
}

/// The file a link on the page `from` leads to, named from the root; `None` if it leads above the root.
fn resolve(from: &Path, to: &str) -> Option<PathBuf> {
    if to.is_empty() {
        return Some(from.to_owned());
    }
    let base = if to.starts_with('/') { Path::new("") } else { from.parent()? };
    let mut target = PathBuf::new();
    for part in base.join(to.trim_start_matches('/')).components() {
        match part {
            Component::Normal(name) => target.push(name),
            Component::ParentDir if !target.pop() => return None,
            _ => {}
        }
    }
    Some(target)
}

/// Undoes `%20` and its like.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) if *byte == b'%' => {
                bytes.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
