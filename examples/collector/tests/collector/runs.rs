//! Starting, stopping, many devices at once, faults of storage.

use std::io::Write;
use std::net::TcpStream;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use staykit_collector::{Collector, Config};
use staykit_proto::v1::Batch;

use crate::support::{Server, batch, exchange, get, plain, post, request, start};

#[test]
fn a_batch_that_cannot_be_stored_spoils_no_other() {
    let server = plain();
    let connection = rusqlite::Connection::open(server.database()).unwrap();
    connection
        .execute_batch(
            "CREATE INDEX broken ON events (
                CASE WHEN seq = 13 THEN abs(-9223372036854775807 - 1) END)",
        )
        .unwrap();
    drop(connection);
    std::thread::scope(|scope| {
        for device in 1..=8_u8 {
            let server = &server;
            scope.spawn(move || {
                for id in 0..10_u8 {
                    let sent = batch(device, id, &[12, if id % 2 == 0 { 13 } else { 14 }]);
                    let status = if id % 2 == 0 { 503 } else { 200 };
                    assert_eq!(server.send(&sent).status, status);
                }
            });
        }
    });
    assert_eq!(exchange(server.address(), &get("/health")).status, 200);
    let summary = server.summary();
    assert_eq!((summary.events, summary.batches, summary.duplicates_refused), (16, 40, 64));
}

#[test]
fn health_and_acknowledgement_bear_their_media_types() {
    let server = plain();
    let health = exchange(server.address(), &get("/health"));
    assert_eq!((health.status, health.text()), (200, "ok\n"));
    let answer = server.send(&batch(1, 1, &[1]));
    assert!(answer.head.to_lowercase().contains("content-type: application/x-protobuf"));
}

#[test]
fn what_was_acknowledged_is_there_after_a_restart() {
    let Server { collector, folder } = plain();
    let database = folder.path().join("collector.sqlite");
    let body = request(&batch(1, 1, &[1, 2]), 1);
    let send = |address| {
        exchange(address, &post("Content-Type: application/x-protobuf\r\n", &body))
            .acknowledgement()
    };
    send(collector.address());
    collector.stop().unwrap();
    let collector = Collector::start(Config::new(database)).unwrap();
    send(collector.address());
    let server = Server { collector, folder };
    assert_eq!((server.summary().events, server.summary().duplicates_refused), (2, 2));
}

#[test]
fn a_stop_does_not_wait_for_idle_connections_and_leaves_one_file() {
    let Server { collector, folder } = plain();
    let mut idle = TcpStream::connect(collector.address()).unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let silent = TcpStream::connect(collector.address()).unwrap();
    let begun = Instant::now();
    collector.stop().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    drop((idle, silent));
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "the log of the database must be gone: {files:?}");
}

#[test]
fn a_database_of_another_version_or_of_no_kind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let newer = folder.path().join("newer.sqlite");
    let connection = rusqlite::Connection::open(&newer).unwrap();
    connection.pragma_update(None, "user_version", 9).unwrap();
    drop(connection);
    let error = Collector::start(Config::new(newer)).unwrap_err();
    assert!(error.to_string().ends_with("tables of version 9, not 1"), "{error}");
    let junk = folder.path().join("junk.sqlite");
    std::fs::write(&junk, [7; 4_096]).unwrap();
    assert!(Collector::start(Config::new(junk)).is_err());
}

#[test]
fn devices_that_send_at_once_are_all_stored() {
    let server = start(|config| config.lose_every = NonZeroU32::new(5));
    std::thread::scope(|scope| {
        for device in 1..=8_u8 {
            let server = &server;
            scope.spawn(move || {
                for id in 0..20_u8 {
                    let first = u64::from(id) * 3 + 1;
                    let sent = batch(device, id, &[first, first + 1, first + 2]);
                    send_until_acknowledged(server, &sent);
                }
            });
        }
    });
    let summary = server.summary();
    assert_eq!((summary.events, summary.installations, summary.batches), (480, 8, 160));
    assert_eq!(summary.gaps, 0);
    assert!(summary.duplicates_refused > 0);
}

fn send_until_acknowledged(server: &Server, batch: &Batch) {
    // One in five acknowledgements is lost: never so many in a row.
    let is_acknowledged = (0..50).any(|_| {
        let answer = server.send(batch);
        let is_lost = answer.status != 200 && answer.text().contains("lost on purpose");
        assert!(is_lost || answer.status == 200, "{}", answer.head);
        !is_lost
    });
    assert!(is_acknowledged, "50 attempts, and none was acknowledged");
}

/// Runs the program as a person would, on a free port.
#[cfg(unix)]
#[test]
fn the_program_says_where_it_listens_and_stops_on_a_signal() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_staykit-collector"))
        .args(["--listen", "127.0.0.1:0", "--database"])
        .arg(folder.path().join("collector.sqlite"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first.strip_prefix("listening on http://").unwrap().parse().unwrap();
    assert_eq!(exchange(address, &get("/health")).status, 200);
    let id = program.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(program.wait().unwrap().success());
}

/// `cargo test --release -p staykit-collector -- --ignored --nocapture` prints how fast.
#[test]
#[ignore = "measures"]
fn six_thousand_batches_of_a_hundred_events() {
    let server = plain();
    let seqs: Vec<u64> = (1..=100).collect();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for device in 0..4_u8 {
            let (server, seqs) = (&server, &seqs);
            scope.spawn(move || {
                for number in 0..1_500_u16 {
                    let mut sent = batch(device, 0, seqs);
                    sent.installation[..2].copy_from_slice(&number.to_be_bytes());
                    server.send(&sent).acknowledgement();
                }
            });
        }
    });
    let sent = begun.elapsed();
    assert_eq!(server.summary().events, 600_000);
    println!("sent in {sent:?}, with the summary {:?}", begun.elapsed());
}
