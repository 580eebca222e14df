//! Two processes and one store. The child is this same test, told by a variable to be it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use staykit_core::store::{Ended, Folder, StoreError};

use crate::support::{compact, create, entry, identities, reopen};

const FOLDER: &str = "STAYKIT_TEST_FOLDER";

fn child_folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

fn spawn(test: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_second_process_is_told_that_the_store_is_in_use() {
    if let Some(folder) = child_folder() {
        assert_eq!(Folder::open(folder).err(), Some(StoreError::InUse));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let opened = create(folder.path());
    let test = "processes::a_second_process_is_told_that_the_store_is_in_use";
    assert!(spawn(test, folder.path()).wait().unwrap().success());
    drop(opened);
}

#[test]
fn a_killed_process_loses_no_entry_that_it_was_told_is_there() {
    if let Some(folder) = child_folder() {
        return record_for_ever(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    for round in 1..=12 {
        let test = "processes::a_killed_process_loses_no_entry_that_it_was_told_is_there";
        let mut child = spawn(test, folder.path());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let last = lines
            .filter_map(|line| line.strip_prefix("seq ").and_then(|seq| seq.parse::<u64>().ok()))
            .inspect(|seq| {
                if seq % (37 * round) == 0 {
                    let _ = child.kill();
                }
            })
            .last();
        child.wait().unwrap();
        let mut opened = reopen(folder.path());
        assert_eq!((opened.epoch, opened.ended), (1, Ended::Killed));
        assert!(opened.last_seq >= last.unwrap() && opened.last_seq <= last.unwrap() + 1);
        compact(&mut opened, b"state");
        let all: Vec<_> = (1..=opened.last_seq).map(|seq| (1, seq)).collect();
        assert!(identities(&opened.store) == all);
    }
}

/// Says what is recorded after it is, and maintains as an engine would.
fn record_for_ever(folder: &Path) {
    let mut opened = reopen(folder);
    let mut out = std::io::stdout();
    for seq in opened.last_seq + 1.. {
        opened.journal.append(&entry(seq, 2)).unwrap();
        writeln!(out, "seq {seq}").unwrap();
        if seq % 50 == 0 {
            compact(&mut opened, b"state");
            let spare = opened.store.prepare_spare(16 << 10).unwrap();
            opened.journal.supply(spare);
        }
    }
}
