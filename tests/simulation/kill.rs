//! A process that records as fast as it can is killed, again and again: what `record()` said was
//! on flash is there, once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host, Placed};
use staykit_core::event::Draft;
use staykit_core::privacy::Consent;
use staykit_core::random::Seed;
use staykit_tests::exported;

/// Kills of a run; ten times as many in the long form.
const KILLS: u64 = 20;
/// Tells the child where to record.
const FOLDER: &str = "STAYKIT_KILL_FOLDER";

fn open(folder: &Path) -> Engine {
    let vault = Arc::new(FileVault::new(folder.join("vault")));
    let config = Config::new(folder.join("store")).with_consent(Consent::all());
    Engine::open(config, Host::system(vault)).unwrap()
}

/// Not a test of its own: the process that is killed. Prints each number once `record()` has
/// returned it as being on flash.
#[test]
fn child_that_records_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let engine = open(Path::new(&folder));
    let mut out = std::io::stdout().lock();
    for number in 0_i64.. {
        let name = if number % 50 == 0 { "purchase" } else { "tap" };
        let receipt = engine.record(Draft::new(name).integer("number", number)).unwrap();
        assert_eq!(receipt.placed, Placed::OnFlash);
        writeln!(out, "seq {}", receipt.seq().unwrap()).unwrap();
    }
}

#[test]
fn a_killed_process_loses_no_event_that_was_on_flash() {
    let folder = tempfile::tempdir().unwrap();
    let long = std::env::var_os("STAYKIT_LONG").is_some();
    let kills = if long { 10 * KILLS } else { KILLS };
    let seed = Seed::from_number(20);
    let mut acknowledged = 0;
    for kill in 0..kills {
        let lines = 1 + seed.draw_below(3_000, kill, "kill");
        let last = run_and_kill(folder.path(), lines);
        assert!(last > acknowledged, "kill {kill}: the child recorded nothing");
        acknowledged = last;
    }
    let engine = open(folder.path());
    let status = engine.status().unwrap();
    assert_eq!(status.epoch, 1, "a mere kill breaks no numbering");
    let mut seqs: Vec<u64> = exported(&engine).iter().map(|(_, seq)| *seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=status.last_seq).collect::<Vec<u64>>());
    // Of each kill at most one event may be there whose record() had not returned.
    assert!((acknowledged..=acknowledged + kills).contains(&status.last_seq));
}

/// Lets a child record about `lines` events and kills it; gives the last number that it printed.
fn run_and_kill(folder: &Path, lines: u64) -> u64 {
    let mut child = spawn(folder);
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut last = 0;
    let mut seen = 0;
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        // A kill may cut the last line short.
        if let Some(seq) = line.strip_suffix('\n').and_then(|line| line.strip_prefix("seq ")) {
            last = seq.parse().unwrap();
            seen += 1;
            if seen == lines {
                child.kill().unwrap();
            }
        }
        line.clear();
    }
    child.wait().unwrap();
    last
}

fn spawn(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_records_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
