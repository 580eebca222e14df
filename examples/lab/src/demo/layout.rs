//! Where a run keeps its files; `README.md` describes it for those who recount.

use std::path::{Path, PathBuf};

/// The folder of one run.
#[derive(Debug, Clone)]
pub(crate) struct Layout(PathBuf);

impl Layout {
    pub(crate) fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// The log that was run, in the form that `lab replay` reads.
    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("log.jsonl")
    }

    /// One folder a user below it.
    pub(crate) fn stores(&self) -> PathBuf {
        self.0.join("stores")
    }

    pub(crate) fn store(&self, user: usize) -> PathBuf {
        self.stores().join(format!("{user:05}"))
    }

    /// The wrapping key of all stores, not beside them.
    pub(crate) fn vault(&self) -> PathBuf {
        self.0.join("vault.key")
    }

    /// What a worker did; working files of a run.
    pub(crate) fn diary(&self, shard: usize) -> PathBuf {
        self.0.join(format!("diary-{shard}.jsonl"))
    }

    pub(crate) fn collector(&self) -> PathBuf {
        self.0.join("collector.sqlite")
    }

    pub(crate) fn truth(&self) -> PathBuf {
        self.0.join("truth.jsonl")
    }
}
