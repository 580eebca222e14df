//! Checkpoints: sealed with the right key, but whatever they say, opening goes on.

use rusqlite::params;
use staykit_core::crypto::Purpose;

use super::input::Input;
use super::sample::{Sample, clock, draft, exercise, open};
use crate::disk::{Image, RecordedDisk};
use crate::truth::found;

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let sample = Sample::shared();
    let way = input.byte();
    let mut state = sample.checkpoint.clone();
    if way & 1 == 0 {
        input.edits(&mut state);
    } else {
        state = input.rest().to_vec();
    }
    loses_no_event(sample, with_checkpoint(sample, &state, way));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let whole = [&[1], Sample::shared().checkpoint.as_slice()].concat();
    vec![
        vec![0, 0, 0, 3],
        vec![2, 1, 0, 40, 0xff],
        vec![0, 3, 0, 60],
        vec![6, 2, 0, 30, 10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
        whole,
    ]
}

/// The newest checkpoint says `state`; or both do, or one that claims to cover more.
fn with_checkpoint(sample: &Sample, state: &[u8], way: u8) -> Image {
    sample.with_database(|database| {
        let sql = "SELECT id, up_to FROM checkpoint ORDER BY id DESC LIMIT 1";
        let newest: (i64, i64) =
            database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let up_to = if way & 4 == 0 { newest.1 } else { newest.1 + i64::from(way / 16) };
        let body = sample.seal(Purpose::Checkpoint, &up_to.to_le_bytes(), state);
        if way & 2 != 0 {
            database.execute("DELETE FROM checkpoint WHERE id < ?1", [newest.0]).unwrap();
        }
        let sql = "UPDATE checkpoint SET up_to = ?1, body = ?2 WHERE id = ?3";
        database.execute(sql, params![up_to, body, newest.0]).unwrap();
    })
}

/// A state may be lost; events are not in it, so none of them is, and recording goes on.
fn loses_no_event(sample: &Sample, image: Image) {
    let disk = RecordedDisk::new(image);
    let clock = clock();
    let engine = open(&disk, &clock).unwrap();
    // A checkpoint may say that the person withdrew: then everything is erased, rightly.
    let erased = engine.status().unwrap().recorded == 0 && found(&engine).unwrap().is_empty();
    if !erased {
        let found = found(&engine).unwrap();
        assert_eq!(found.len(), sample.truth.len(), "events are gone with a checkpoint");
        sample.truth.check(&found, usize::MAX).unwrap();
    }
    exercise(&engine, &clock);
    let _ = engine.close();
    let engine = open(&disk, &clock).unwrap();
    let _ = engine.record(draft(100));
    let _ = engine.close();
}
