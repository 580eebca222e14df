//! What the fuzz targets do with their bytes: plain functions, which libFuzzer calls
//! (`tests/fuzz`) and so does an ordinary test, with the corpus of the repository.
//!
//! Each reads its input from front to back: the first byte chooses a way, missing bytes are
//! zeros. So a seed is written by hand, and a longer input begins like a shorter one.

mod answer;
mod checkpoint;
mod database;
mod draft;
mod entry;
mod input;
mod journal;
mod mutate;
mod operations;
mod pack;
mod rule;
mod sample;
mod segment;

pub use mutate::mutate;

/// One target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Panics if the bytes bring something about that must not be.
    pub run: fn(&[u8]),
    /// Inputs to begin with, each a few hundred bytes at most.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How many mutated inputs an ordinary test can afford.
    pub mutations: u32,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target { name: "journal", run: journal::run, seeds: journal::seeds, mutations: 300 },
    Target { name: "segment", run: segment::run, seeds: segment::seeds, mutations: 1_000 },
    Target { name: "checkpoint", run: checkpoint::run, seeds: checkpoint::seeds, mutations: 300 },
    Target { name: "database", run: database::run, seeds: database::seeds, mutations: 300 },
    Target { name: "operations", run: operations::run, seeds: operations::seeds, mutations: 200 },
    Target { name: "pack", run: pack::run, seeds: pack::seeds, mutations: 2_000 },
    Target { name: "answer", run: answer::run, seeds: answer::seeds, mutations: 300 },
    Target { name: "draft", run: draft::run, seeds: draft::seeds, mutations: 300 },
    Target { name: "rule", run: rule::run, seeds: rule::seeds, mutations: 2_000 },
];

/// The target of that name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}
