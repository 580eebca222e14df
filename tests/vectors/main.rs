//! The same inputs give the same answers, decisions, words and batches, byte for byte, whatever
//! language asks. `STAYKIT_VECTORS=fill` has the core say anew what comes of each step.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "a test stops at the first failure"
)]

mod core;
mod format;
mod shared;

use std::fs;
use std::path::{Path, PathBuf};

use format::{Question, Step, Vector};

fn vectors() -> Vec<(PathBuf, Vector)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let vector = serde_json::from_str(&text);
        let vector = vector.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, vector)
    };
    files.into_iter().map(read).collect()
}

fn text(vector: &Vector) -> String {
    serde_json::to_string_pretty(vector).unwrap() + "\n"
}

/// Step by step, so that the first difference is what one reads.
fn compare(path: &Path, said: &Vector, came: &Vector) {
    for (place, (said, came)) in said.steps.iter().zip(&came.steps).enumerate() {
        assert_eq!(said, came, "{}: step {place}", path.display());
    }
}

#[test]
fn the_core_makes_of_each_vector_what_it_says() {
    for (path, vector) in vectors() {
        let came = core::run(&vector);
        if std::env::var("STAYKIT_VECTORS").is_ok_and(|it| it == "fill") {
            fs::write(&path, text(&came)).unwrap();
        } else {
            compare(&path, &vector, &came);
            assert_eq!(fs::read_to_string(&path).unwrap(), text(&came), "{}", path.display());
        }
    }
}

#[test]
fn the_bindings_make_of_each_vector_what_it_says() {
    for (path, vector) in vectors() {
        compare(&path, &vector, &shared::run(&vector));
    }
}

#[test]
fn the_vectors_meet_everything_that_a_facade_converts() {
    let all = vectors();
    let steps = || all.iter().flat_map(|(_, vector)| vector.steps.iter().map(|it| &it.step));
    let decisions = |step: &Step| matches!(step, Step::Decisions { are } if !are.is_empty());
    assert!(steps().any(decisions));
    let shown: Vec<_> = steps().flat_map(Step::shown).collect();
    assert!(shown.iter().any(|it| it.cause.starts_with("raised:")));
    assert!(shown.iter().any(|it| it.cause.starts_with("event:")));
    assert!(shown.iter().any(|it| it.seen) && shown.iter().any(|it| !it.seen));
    assert!(steps().any(|step| matches!(step, Step::Record { answer, .. } if *answer < 0)));
    assert!(steps().any(|step| matches!(step, Step::Upload(upload) if upload.body.is_some())));
    assert!(steps().any(|step| matches!(step, Step::Tick { answer } if answer & 8 != 0)));
    let words = |step: &Step| matches!(step, Step::Explain { .. });
    assert!(steps().filter(|step| words(step)).count() >= 4);
    let score = |step: &Step| matches!(step, Step::Explain { why: Question::Score(_), .. });
    assert!(steps().any(score));
}
