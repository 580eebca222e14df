//! What the fuzz targets do, without libFuzzer: every input of the corpus, and some thousands of
//! mutations of these, the same ones in each run.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use staykit_tests::files;
use staykit_tests::fuzz::{Target, mutate, target};

/// The corpus of a target, in order of the names.
fn corpus(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target.name);
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        (path, bytes)
    };
    files::list(&folder).into_iter().map(read).collect()
}

fn replay(name: &str) {
    let target = target(name).unwrap();
    let corpus = corpus(&target);
    assert!(!corpus.is_empty(), "no corpus of {name}");
    for (path, bytes) in &corpus {
        hold(&target, bytes, &path.display().to_string());
    }
    let times = if std::env::var_os("STAYKIT_LONG").is_some() { 10 } else { 1 };
    for seed in 0..u64::from(target.mutations) * times {
        let (path, bytes) = &corpus[usize::try_from(seed).unwrap() % corpus.len()];
        let input = mutate(bytes, seed);
        hold(&target, &input, &format!("{}, mutation {seed}: {input:?}", path.display()));
    }
}

fn hold(target: &Target, bytes: &[u8], what: &str) {
    let held = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes)));
    assert!(held.is_ok(), "{}: {what}", target.name);
}

#[test]
fn any_journal_opens_without_a_panic_and_invents_nothing() {
    replay("journal");
}

#[test]
fn any_segment_is_refused_or_read_within_its_limits() {
    replay("segment");
}

#[test]
fn any_checkpoint_costs_no_event() {
    replay("checkpoint");
}

#[test]
fn any_database_opens_or_is_set_aside_and_invents_nothing() {
    replay("database");
}

#[test]
fn any_sequence_of_operations_loses_and_doubles_nothing() {
    replay("operations");
}

#[test]
fn any_pack_is_refused_or_runs() {
    replay("pack");
}

#[test]
fn any_answer_but_an_acknowledgement_leaves_the_batch_where_it_is() {
    replay("answer");
}

#[test]
fn any_draft_becomes_an_event_or_an_error_without_its_values() {
    replay("draft");
}

#[test]
fn any_rule_is_refused_with_a_place_or_runs() {
    replay("rule");
}
