//! `tests/recount.py` on folders made up here.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

/// A keep folder with this truth and these rows, both as sequence numbers of one installation.
fn keep(truth: &[u32], rows: &[u32]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("shop");
    std::fs::create_dir_all(&shop).unwrap();
    let mut text = String::new();
    for seq in truth {
        let line =
            r#""installation":"00FF","epoch":1,"name":"open","at":"2026-03-01T09:00:00+08:00""#;
        writeln!(text, "{{{line},\"seq\":{seq}}}").unwrap();
    }
    std::fs::write(shop.join("truth.jsonl"), text).unwrap();
    let database = Connection::open(shop.join("collector.db")).unwrap();
    let table = "CREATE TABLE events (installation BLOB, epoch INTEGER, seq INTEGER, name TEXT)";
    database.execute_batch(table).unwrap();
    for seq in rows {
        database.execute("INSERT INTO events VALUES (x'00ff', 1, ?1, 'open')", [seq]).unwrap();
    }
    folder
}

fn demo(folder: &Path, recorded: u64, events: u64, killed: u64) {
    let run =
        format!(r#"{{"recorded":{recorded},"killed":{killed},"collector":{{"events":{events}}}}}"#);
    std::fs::write(folder.join("demo.json"), format!(r#"{{"runs":[{run}]}}"#)).unwrap();
}

/// The exit code and what was printed; `None` where Python is missing.
fn recount(folder: &Path) -> Option<(i32, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../recount.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(folder);
    let json = folder.join("demo.json");
    if json.exists() {
        command.arg("--demo").arg(json);
    }
    let output = command.output().ok()?;
    let printed = [output.stdout, output.stderr].concat();
    Some((output.status.code().unwrap(), String::from_utf8(printed).unwrap()))
}

fn assert_recount(folder: &Path, code: i32, says: &str) {
    if let Some((ended_with, printed)) = recount(folder) {
        assert_eq!(ended_with, code, "{printed}");
        assert!(printed.contains(says), "{printed}");
    }
}

#[test]
fn a_truth_that_the_collector_holds_exactly_once_passes() {
    let folder = keep(&[1, 2, 3], &[1, 2, 3]);
    demo(folder.path(), 3, 3, 0);
    assert_recount(folder.path(), 0, "total: 3 recorded, 3 at the collector, 0 faults");
}

#[test]
fn a_missing_event_is_found() {
    assert_recount(
        keep(&[1, 2, 3], &[1, 3]).path(),
        1,
        "1 recorded but not at the collector, such as 00ff/1/2",
    );
}

#[test]
fn a_doubled_event_is_found() {
    assert_recount(
        keep(&[1, 2], &[1, 2, 2]).path(),
        1,
        "1 more than once at the collector, such as 00ff/1/2",
    );
}

#[test]
fn an_identity_given_twice_is_found() {
    assert_recount(keep(&[1, 1], &[1]).path(), 1, "1 identities given twice by record()");
}

#[test]
fn an_event_unknown_to_the_truth_is_allowed_for_each_process_killed_and_no_more() {
    let folder = keep(&[1, 2], &[1, 2, 3]);
    demo(folder.path(), 3, 3, 1);
    assert_recount(folder.path(), 0, "1 more than the truth knows");
    demo(folder.path(), 3, 3, 0);
    assert_recount(folder.path(), 1, "1 rows that the truth does not know");
}

#[test]
fn figures_of_the_run_that_differ_from_the_count_are_found() {
    let folder = keep(&[1, 2], &[1, 2]);
    demo(folder.path(), 5, 4, 0);
    assert_recount(folder.path(), 1, "2 rows counted; the run says 4");
    assert_recount(folder.path(), 1, "the run says 5 recorded");
}

#[test]
fn an_empty_folder_is_no_success() {
    assert_recount(tempfile::tempdir().unwrap().path(), 2, "no truth.jsonl");
}
